"""What may be kept of a person, and what no stored byte may hold."""

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.shared.canonical import canonical
from functions.shared.hashing import email_hash, email_prefix, ip_hash
from functions.snapshot.normalize.audit_events import event as event_rule
from functions.snapshot.normalize.privacy import Privacy

KEY = b"k" * 32
PRIVACY = Privacy(KEY)


def test_addresses_in_names_become_hashes() -> None:
    """A key named after its owner's address keeps its name, but not the address."""
    text = PRIVACY.text("ci key of Ann.Lee@Example.com, from 10.1.2.3")
    hashed, ip = email_hash(KEY, "ann.lee@example.com"), ip_hash(KEY, "10.1.2.3")
    assert text == f"ci key of email:{hashed}, from ip:{ip}"


def test_one_address_has_one_hash_however_it_is_spelled() -> None:
    """Case, white space, composed letters and IDN domains do not matter."""
    spellings = ["jos\u00e9@b\u00fccher.example", " Jose\u0301@B\u00dcCHER.example "]
    assert len({email_hash(KEY, spelling) for spelling in spellings}) == 1


def test_prefix_is_short_where_the_name_is() -> None:
    """Four letters of a long local part, half of a short one."""
    assert [email_prefix(f"{local}@x.example") for local in ("anneliese", "anna", "a")] == [
        "anne",
        "an",
        "",
    ]


def test_ipv6_and_mapped_addresses_become_hashes() -> None:
    """Every textual form of an IP address goes; a time of day stays."""
    for address in ("2001:db8::1", "::ffff:10.0.0.1", "fe80::1%eth0", "::1"):
        assert address not in PRIVACY.text(f"from {address} at 10:20:30"), address
        assert "10:20:30" in PRIVACY.text(f"from {address} at 10:20:30")


def test_user_agents_keep_the_product_only() -> None:
    """A version that looks like an IP address is cut, the product stays readable."""
    agent = "Mozilla/5.0 (X11) AppleWebKit/537.36 Chrome/121.0.0.0"
    assert PRIVACY.user_agent(agent) == "Mozilla/5 (X11) AppleWebKit/537 Chrome/121"


def test_known_names_leave_unknown_text() -> None:
    """In text of unknown meaning, this pull's people are not named."""
    known = PRIVACY.knowing(["Ann Lee", "Li", None, 7])
    assert known.unknown({"note for ann lee": ["by Ann Lee", "Annabel Leeds"]}) == {
        "note for [name]": ["by [name]", "Annabel Leeds"]
    }


def test_an_unknown_object_with_an_address_is_a_person() -> None:
    """What describes a person keeps its id, nothing else that could name them."""
    kept = PRIVACY.unknown({"id": "user-1", "email": "a@b.example", "nickname": "Annie"})
    assert set(kept) == {"id", "email_hash", "email_prefix"}


@given(st.emails(), st.ip_addresses(), st.text(max_size=20))
def test_no_address_survives_anywhere(email: str, ip: object, noise: str) -> None:
    """Wherever an address stands in an event, it is not in the stored bytes."""
    event = {
        "id": "audit-1",
        "type": "thing.done",
        "effective_at": 1775001600,
        "actor": {
            "type": "session",
            "session": {
                "user": {"id": "user-1", "email": email},
                "ip_address": str(ip),
                "ip_address_details": {"country": "BE", "city": "Ghent", "asn": "5432"},
                "ja3": "771,4865",
            },
        },
        "thing.done": {"id": "x", f"{email} field": f"was {email} at {ip}", "list": [str(ip)]},
        "surprise": {"deep": [{"mail": email, "noise": noise}]},
    }
    row, _ = event_rule("organization", "2026-04-01T00:00:00Z")(event, PRIVACY)
    stored = canonical(row).decode("utf-8", "surrogatepass")
    assert json.loads(stored) == row
    for secret in (email, str(ip), "Ghent", "771,4865"):
        assert secret not in stored or secret in "0123456789abcdef:"


LONG = {
    "letters": "a" * 65536,
    "letters, then an address sign": "a" * 65536 + " @",
    "address signs": "a@" * 32768,
    "labels": "a@" + "a." * 32768 + "1",
    "quotes": '"' * 65535 + "@",
    "colons": "a:" * 32768,
    "dots": "1." * 32768,
    "zones": "::%" + "a." * 32768,
}


@pytest.mark.parametrize("name", LONG)
def test_a_long_name_takes_no_time(name: str) -> None:
    """64 KB of letters took a minute: the search for an address began again at every letter."""
    known = PRIVACY.knowing([f"Ann Number{n}" for n in range(10_000)])
    started = time.process_time()
    known.unknown_text(LONG[name])
    PRIVACY.user_agent(LONG[name])
    assert time.process_time() - started < 2


def test_a_records_own_person_does_not_replace_the_known_ones() -> None:
    """The names of this pull's users stay known beside those of the record itself."""
    known = PRIVACY.knowing(["Ann Lee"]).knowing(["Bob Ray"])
    assert known.unknown_text("Ann Lee and Bob Ray") == "[name] and [name]"


def test_names_without_spaces_between_words() -> None:
    """In scripts that put no space between words a name is found inside a run of letters."""
    assert PRIVACY.knowing(["王小明"]).unknown_text("由王小明创建") == "由[name]创建"


def test_addresses_at_the_ends_of_words_and_sentences() -> None:
    """A full stop behind, a word and a colon before, an escaped sign: still an address."""
    ip, six = ip_hash(KEY, "10.1.2.3"), ip_hash(KEY, "2001:db8::1")
    assert PRIVACY.text("from 10.1.2.3.") == f"from ip:{ip}."
    assert PRIVACY.text("addr:2001:db8::1, x") == f"addr:ip:{six}, x"
    hashed = email_hash(KEY, "ann@x.example")
    assert PRIVACY.text("mailto:ann%40x.example&x") == f"mailto:email:{hashed}&x"
    assert PRIVACY.text("1.2.3.4.5 at 10:20:30") == "1.2.3.4.5 at 10:20:30"


def test_an_unknown_user_without_an_address_is_a_person_too() -> None:
    """An object that says it is a user keeps its id and role, not its name."""
    said = {"object": "organization.user", "id": "user-1", "role": "owner", "name": "Ann Lee"}
    assert set(PRIVACY.unknown(said)) == {"id", "object", "role", "email_hash", "email_prefix"}


def test_neither_key_nor_names_are_shown_of_the_rules() -> None:
    """A traceback that quotes them names nobody."""
    assert repr(PRIVACY.knowing(["Ann Other"])) == "Privacy()"
