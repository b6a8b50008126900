"""E-mail and IP addresses in text of any kind."""

import pytest

from functions.snapshot.normalize.addresses import without_emails, without_ips, without_versions


def hashed(text: str) -> str:
    """Stand in for a keyed hash: no address itself."""
    return f"<{text.replace('.', '-').replace(':', '_')}>"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ann@x.example", "<ann@x-example>"),
        ("by ann.lee+ci@mail.x.example.", "by <ann-lee+ci@mail-x-example>."),
        ("a@x.example b@y.example", "<a@x-example> <b@y-example>"),
        ("'ann@x.example'", "'<ann@x-example>'"),
        ("mailto:ann%40x.example&x", "mailto:<ann@x-example>&x"),
        ('"ann lee"@x.example', '<"ann lee"@x-example>'),
        ('"ann\nlee"@x.example', '"ann\nlee"@x.example'),
        ('""@x.example', '""@x.example'),
        ('lee"@x.example', 'lee"@x.example'),
        ("@x.example", "@x.example"),
        ("ann@localhost", "ann@localhost"),
        ("ann@1.2", "ann@1.2"),
        ("=@x.example", "<=@x-example>"),
        ("nobody", "nobody"),
        ("a@x.example@y.example", "<a@x-example>@y.example"),
    ],
)
def test_an_email_address_is_replaced(text: str, expected: str) -> None:
    """Whatever stands around it; what is none stays."""
    assert without_emails(text, hashed) == expected


def test_a_quoted_local_part_is_at_most_64_letters() -> None:
    """Behind more the quotation began somewhere else."""
    assert without_emails(f'"{"a" * 64}"@x.example', hashed).startswith("<")
    assert without_emails(f'"{"a" * 65}"@x.example', hashed).startswith('"')


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("10.1.2.3", "<10-1-2-3>"),
        ("from 10.1.2.3.", "from <10-1-2-3>."),
        ("10.1.2.300", "10.1.2.300"),
        ("1.2.3.4.5", "1.2.3.4.5"),
        ("v1.2.3.4", "v1.2.3.4"),
        ("2001:db8::1", "<2001_db8__1>"),
        ("fe80::1%eth0", "<fe80__1%eth0>"),
        ("::ffff:10.0.0.1", "::ffff:<10-0-0-1>"),
        ("addr:2001:db8::1", "addr:<2001_db8__1>"),
        ("a:b:c:d:e:f:1:2:3", "a:<b_c_d_e_f_1_2_3>"),
        ("10:20:30:40:50", "10:20:30:40:50"),
        ("at 10:20:30", "at 10:20:30"),
        ("a:b", "a:b"),
        ("nothing", "nothing"),
        ("end.", "end."),
    ],
)
def test_an_ip_address_is_replaced(text: str, expected: str) -> None:
    """Of either version; a time of day and a version number stay."""
    assert without_ips(text, hashed) == expected


def test_versions_are_cut_to_their_first_number() -> None:
    """A full version looks like an address, and tells people apart."""
    assert without_versions("Chrome/121.0.0.0 Safari/537.36") == "Chrome/121 Safari/537"
    assert without_versions("1/2.3 at 10.1.2.3") == "1/2.3 at 10.1.2.3"


def test_the_shortest_addresses_of_version_6_are_replaced() -> None:
    """Two colons are enough; one is a time of day."""
    assert without_ips("from 1::2 at 12:30", hashed) == "from <1__2> at 12:30"
