"""Where a webhook may lead to: the internet, by the address that was looked at, nowhere else."""

from ipaddress import ip_address

import pytest

from functions.notify.deliver.target import (
    Resolve,
    TargetRefused,
    check_url,
    find_target,
    is_of_the_internet,
)
from functions.shared.errors import BadRequest

PUBLIC = ["93.184.215.14", "1.1.1.1", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"]
# Loopback, "this" network, private, shared, link-local and what clouds have there, documentation,
# benchmarking, multicast, reserved, broadcast; then IPv6, and IPv4 in each of its wrappings.
REFUSED = [
    *("127.0.0.1", "127.9.9.9", "0.0.0.1", "0.1.2.3", "10.0.0.1", "172.16.0.1", "172.31.255.255"),
    *("192.168.1.1", "100.64.0.1", "100.100.100.200", "169.254.169.254", "169.254.170.2"),
    *("168.63.129.16", "192.0.0.192", "192.0.2.1", "198.51.100.1", "203.0.113.1", "198.18.0.1"),
    *("192.88.99.1", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255"),
    *("::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "fec0::1", "ff02::1"),
    *("::ffff:127.0.0.1", "::ffff:169.254.169.254", "::ffff:93.184.215.14", "::127.0.0.1"),
    *("64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "2002:7f00:1::1", "2002:a00:1::"),
    *("2001:0:7f00:1::1", "2001:db8::1", "3fff::1", "100::1", "5f00::1", "4000::1"),
]


@pytest.mark.parametrize("text", PUBLIC)
def test_an_address_of_the_internet_is_taken(text: str) -> None:
    """Of either version."""
    assert is_of_the_internet(ip_address(text))


@pytest.mark.parametrize("text", REFUSED)
def test_any_other_address_is_refused_also_beside_one_that_is_taken(text: str) -> None:
    """A name that has one of each is not tried with the good one."""
    assert not is_of_the_internet(ip_address(text))
    with pytest.raises(TargetRefused, match="address_refused"):
        find_target(
            "https://hooks.example/", loopback=False, resolve=lambda *_: ["93.184.215.14", text]
        )


def test_a_name_is_resolved_once_and_the_address_stands_in_its_place() -> None:
    """A name that is another address at the next look leads nowhere else."""
    looks = [["93.184.215.14"], ["127.0.0.1"]]
    target = find_target(
        "https://hooks.example/a/b?key=1", loopback=False, resolve=lambda *_: looks.pop(0)
    )
    assert len(looks) == 1
    assert target.url == "https://93.184.215.14/a/b?key=1"
    assert (target.host, target.name) == ("hooks.example", "hooks.example")
    with pytest.raises(TargetRefused, match="address_refused"):
        find_target("https://hooks.example/", loopback=False, resolve=lambda *_: looks.pop(0))


def test_ipv4_goes_before_ipv6_and_ipv6_has_its_brackets() -> None:
    """Functions reach the internet by the former."""
    found = find_target("https://hooks.example", loopback=False, resolve=lambda *_: PUBLIC[::-1])
    assert found.url in ("https://93.184.215.14/", "https://1.1.1.1/")
    found = find_target("https://hooks.example", loopback=False, resolve=lambda *_: PUBLIC[2:])
    assert found.url == f"https://[{PUBLIC[2]}]/"


@pytest.mark.parametrize("error", [OSError, UnicodeError])
def test_a_name_that_nobody_knows_is_said_to_be_one(error: type[Exception]) -> None:
    """And one without an address."""

    def fail(_name: str, _port: int) -> list[str]:
        raise error

    ways: list[Resolve] = [fail, lambda _name, _port: []]
    for resolve in ways:
        with pytest.raises(TargetRefused, match="name_not_found"):
            find_target("https://hooks.example/", loopback=False, resolve=resolve)


@pytest.mark.parametrize(
    "url",
    [
        *("https://hooks.example/alerts", "https://a.b-c.example.com:443/x?y=%20"),
        *("HTTPS://Hooks.Example/", "https://xn--bcher-kva.example/"),
    ],
)
def test_an_address_that_can_be_used(url: str) -> None:
    """As it was sent."""
    assert check_url(url, loopback=False) == url


@pytest.mark.parametrize(
    "url",
    [
        *(None, 7, "", "hooks.example", "http://hooks.example/", "ftp://hooks.example/"),
        *("https://hooks.example:8443/", "https://hooks.example:0/", "https://hooks.example:x/"),
        *("https://user:pw@hooks.example/", "https://hooks.example@evil.example/"),
        *("https://hooks.example/#x", "https://hooks.example/ x", "https://hooks.example/\n"),
        *("https://localhost/", "https://intranet/", "https://a.localhost/", "https://a.internal/"),
        *("https://127.0.0.1/", "https://2130706433/", "https://0x7f.1/", "https://127.1/"),
        *("https://[::1]/", "https://[::ffff:7f00:1]/", "https://①②⑦.example/", "https://.a.b/"),
        *("https://hooks..example/", "https://-a.example/", "https://hooks.example./"),
        *("https://" + "a" * 64 + ".example/", "https://hooks.example/" + "a" * 500),
        *("https:///alerts", "https://hooks.example\\@127.0.0.1/", "https://[::1/"),
    ],
    ids=lambda url: repr(url)[:40],
)
def test_an_address_that_cannot_is_refused_in_words(url: object) -> None:
    """Before anything is looked up."""
    for loopback in (False, True):
        with pytest.raises(BadRequest, match="url must be https"):
            check_url(url, loopback=loopback)


def test_a_receiver_on_the_own_machine_is_a_laptop_s_alone() -> None:
    """Only where the stage says so, and only at 127.0.0.1 with a port."""
    url = "http://127.0.0.1:9000/alerts"
    with pytest.raises(BadRequest):
        check_url(url, loopback=False)
    assert check_url(url, loopback=True) == url
    target = find_target(url, loopback=True, resolve=lambda *_: [])
    assert (target.url, target.host, target.name) == (url, "127.0.0.1:9000", None)
    others = ("http://127.0.0.1/", "http://127.0.0.2:9000/", "http://localhost:9000/")
    for other in (*others, "https://127.0.0.1:9000/", "http://user@127.0.0.1:9000/"):
        with pytest.raises(BadRequest):
            check_url(other, loopback=True)
