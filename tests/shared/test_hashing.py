"""Keyed hashes of people and addresses."""

import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.shared.hashing import (
    HASH_KEY_BYTES,
    SCHEME,
    email_hash,
    email_prefix,
    id_hash,
    ip_hash,
    normal_address,
)

KEY, OTHER = bytes(32), bytes(range(32))


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (" Ann@Example.COM ", "ann@example.com"),
        ("jose\u0301@x.org", "jos\u00e9@x.org"),
        ("ann@bücher.example", "ann@xn--bcher-kva.example"),
        ("ann@BÜCHER.example", "ann@bücher.example"),
    ],
)
def test_spellings_of_one_address_have_one_hash(first: str, second: str) -> None:
    """Trim, NFC, lower case, IDNA."""
    assert email_hash(KEY, first) == email_hash(KEY, second)


def test_tenants_hashes_do_not_match() -> None:
    """Each under its own key."""
    assert email_hash(KEY, "ann@example.com") != email_hash(OTHER, "ann@example.com")


def test_the_scheme_is_the_published_one() -> None:
    """HMAC-SHA-256; packs made before must match for ever."""

    def mac(text: str) -> str:
        return hmac.new(OTHER, text.encode(), "sha256").hexdigest()

    assert (HASH_KEY_BYTES, SCHEME) == (32, "hmac-sha256:v1")
    assert email_hash(OTHER, "Ann@Example.com") == mac("ann@example.com")
    assert ip_hash(OTHER, " 2001:DB8::1 ") == mac("ip\x00" + "2001:db8::1")
    assert id_hash(OTHER, "proj_A") == mac("id\x00proj_A")
    assert normal_address("no address") == "no address"


def test_kinds_of_hashes_do_not_match() -> None:
    """A project named like an address is no address."""
    text = "10.0.0.1"
    assert len({email_hash(KEY, text), ip_hash(KEY, text), id_hash(KEY, text)}) == 3


@pytest.mark.parametrize(
    ("address", "prefix"),
    [
        ("annabell@x.org", "anna"),
        ("annabel@x.org", "ann"),
        ("ann@x.org", "a"),
        ("a@x.org", ""),
        ("@x.org", ""),
        ("no address", ""),
    ],
)
def test_a_prefix_never_shows_more_than_half(address: str, prefix: str) -> None:
    """Four characters at most."""
    assert email_prefix(address) == prefix


@given(st.text(st.characters(exclude_categories=()), max_size=40))
def test_no_text_breaks_the_hash(text: str) -> None:
    """Whatever OpenAI sends, surrogates and empty domains included."""
    assert len(email_hash(KEY, text)) == 64
    assert normal_address(normal_address(text)) == normal_address(text)
