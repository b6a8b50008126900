"""What may be kept of a person, and what no stored byte may hold."""

import json

from hypothesis import given
from hypothesis import strategies as st

from functions.shared.canonical import canonical
from functions.shared.hashing import email_hash, email_prefix, ip_hash
from functions.snapshot import normalize
from functions.snapshot.privacy import Privacy

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
    row, _ = normalize.event("organization", "2026-04-01T00:00:00Z")(event, PRIVACY)
    stored = canonical(row).decode("utf-8", "surrogatepass")
    assert json.loads(stored) == row
    for secret in (email, str(ip), "Ghent", "771,4865"):
        assert secret not in stored or secret in "0123456789abcdef:"
