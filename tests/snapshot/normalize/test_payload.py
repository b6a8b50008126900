"""What each field of a payload becomes: by what it is, whoever chose the other strings."""

from typing import Any

import pytest

from functions.shared.canonical import Json, canonical
from functions.shared.hashing import email_hash, secret_hash
from functions.snapshot.normalize.api_fields import EVENT_TYPES, PAYLOADS
from functions.snapshot.normalize.payload import (
    MAX_LEVELS,
    clean_fields,
    clean_payload,
    is_never_kept,
)
from functions.snapshot.normalize.privacy import Privacy

KEY = b"k" * 32
PRIVACY = Privacy(KEY)
ANN = {"email_hash": email_hash(KEY, "anneliese@x.example"), "email_prefix": "anne"}
text = PRIVACY.prose


def kept(event_type: str, payload: object) -> Any:
    """Return what is kept of a payload."""
    return clean_payload(event_type, payload, PRIVACY)


def test_c4_a_role_is_told_whoever_is_called_like_it() -> None:
    """C4: a role that the type does not document is one of OpenAI's words all the same."""
    payload = {"id": "role-assignment", "principal_id": "user-ann", "role": "reader"}
    assert kept("role.assignment.created", payload) == payload
    changed = {"id": "user-ann", "changes_requested": {"role": "a role of our own"}}
    assert kept("user.updated", changed) == changed


def test_c5_no_two_fields_become_one() -> None:
    """C5: whatever fields are called; what is no plain name is told apart by its hash."""
    names = ["Ann", "Bob", "ann lee", "bob ray", "ann@x.example", "bob@x.example", "", " "]
    names += ["email_hash", "email_hash ", "text", PRIVACY.field_name("ann lee")]
    payload = {name: number for number, name in enumerate(names)}
    assert list(kept("thing.done", payload).values()) == list(range(len(names)))
    beside = {"email": "anneliese@x.example", "email_hash": 1, "email_prefix": 2}
    assert kept("thing.done", beside) == {
        **ANN,
        PRIVACY.field_name("email_hash"): 1,
        PRIVACY.field_name("email_prefix"): 2,
    }


def test_c6_no_text_of_an_unknown_type_is_readable() -> None:
    """C6: structure, numbers and flags stay."""
    payload = {
        "nested": [{"who": "ann@x.example", "name": "Ann Other"}, 7, True, None, ["Ann"]],
        "proj": {"id": "proj_AbC123", "kind": "service_account", "n": 1.5, "big": 2**60},
    }
    assert kept("thing.done", payload) == {
        "nested": [
            {"who": text("ann@x.example"), "name": text("Ann Other")},
            7,
            True,
            None,
            [text("Ann")],
        ],
        "proj": {"id": "proj_AbC123", "kind": "service_account", "n": "1.5", "big": str(2**60)},
    }
    assert kept("thing.done", "Ann Other") == text("Ann Other")
    assert kept("thing.done", None) is None
    known: Json = {"id": "user-ann", "note": {"by": "Ann Other"}}
    assert kept("user.deleted", known) == {"id": "user-ann", "note": {"by": text("Ann Other")}}


def test_c15_a_persons_name_is_dropped() -> None:
    """C15: in an object that is a person, and in fields that are called so."""
    user = {"id": "user-1a2b3c", "name": "Ann Other", "enabled": True}
    payload = {"user": user, "display_name": "Ann Other"}
    assert kept("tenant.user.added", payload) == {"user": {"id": "user-1a2b3c", "enabled": True}}
    person = {"object": "organization.user", "name": "Ann Other", "role": "owner"}
    beside = {"created_by_user_obj": user, "new_members": [user], "x": person, "lastName": "Other"}
    assert kept("tenant.group.member.added", beside) == {
        "created_by_user_obj": {"id": "user-1a2b3c", "enabled": True},
        "new_members": [{"id": "user-1a2b3c", "enabled": True}],
        "x": {"object": "organization.user", "role": "owner"},
    }
    thing = {"group": {"name": "Support"}}
    assert kept("tenant.group.created", thing) == {"group": {"name": text("Support")}}


def test_an_address_becomes_hash_and_first_letters() -> None:
    """Documented or not, at any depth; what is no address stays what it is."""
    sent = {"id": "invite-1", "data": {"email": "anneliese@x.example", "role": "owner"}}
    assert kept("invite.sent", sent) == {"id": "invite-1", "data": {**ANN, "role": "owner"}}
    nested = {"people": [{"id": "user-1a2b3c", "email": "anneliese@x.example", "nick": "Anni"}]}
    assert kept("thing.done", nested) == {
        "people": [{"id": "user-1a2b3c", **ANN, "nick": text("Anni")}]
    }
    odd = {"email": None, "x": {"email": ["a@x.example"]}, "y": {"email": " "}}
    assert kept("thing.done", odd) == {
        "email": None,
        "x": {"email": [text("a@x.example")]},
        "y": {"email": text(" ")},
    }


def test_c16_a_key_in_a_payload_is_a_hash() -> None:
    """C16: of whatever form; ids that begin like one are none."""
    secret = "sk-svcacct-AbCd1234efGH"
    payload = {"id": "svc_1", "api_key": {"value": secret}, secret: 1, "short": "sk-abc-1"}
    assert kept("service_account.created", payload) == {
        "id": "svc_1",
        "api_key": {"value": f"secret:{secret_hash(KEY, secret)}"},
        PRIVACY.field_name(secret): 1,
        "short": text("sk-abc-1"),
    }
    named = {"id": "group-1", "data": {"group_name": f"old {secret}"}}
    assert kept("group.created", named)["data"] == {
        "group_name": f"old secret:{secret_hash(KEY, secret)}"
    }


@pytest.mark.parametrize(
    "name",
    [
        *("city", "latitude", "ja3", "ja4", "longitude", "coordinates", "postal_code"),
        *("City", "cityName", "ja3_hash", "JA4", "geo", "lat", "lon", "zip-code"),
    ],
)
def test_c18_where_somebody_was_is_not_kept(name: str) -> None:
    """C18: at any depth, in documented and in unknown payloads, whatever the value."""
    assert is_never_kept(name)
    for value in ("Ghent", 50.8, [50, 4], {"x": 1}):
        deep = {"a": [{"b": {name: value, "n": 1}}]}
        assert kept("thing.done", deep) == {"a": [{"b": {"n": 1}}]}
        assert kept("user.deleted", {"id": "user-ann", name: value}) == {"id": "user-ann"}
        assert clean_fields({name: value, "n": 1}, {}, PRIVACY) == {"n": 1}


def test_what_a_name_only_resembles_is_kept() -> None:
    """A city is left out, a capacity is not."""
    assert [is_never_kept(name) for name in ("capacity", "velocity", "region", "plat")] == [
        False
    ] * 4


def test_networks_of_an_organization_are_kept_as_they_are() -> None:
    """An allowlist says nothing of a person."""
    payload = {"id": "ipal-1", "name": "office", "allowed_ips": ["0.0.0.0/0", "2001:db8::/32"]}
    assert kept("ip_allowlist.created", payload) == payload


def test_prose_is_a_hash() -> None:
    """Descriptions, messages, a certificate's own text."""
    changes = {"description": "for Ann", "title": "Acme", "threads_ui_visibility": "ANY_ROLE"}
    assert kept("organization.updated", {"changes_requested": changes}) == {
        "changes_requested": changes | {"description": text("for Ann")}
    }
    failed = {"error_code": "bad_sso", "error_message": "Ann is unknown"}
    assert kept("login.failed", failed) == failed | {"error_message": text("Ann is unknown")}


def test_another_value_than_the_documented_one_is_unknown() -> None:
    """A text for a number, an object or a list for an id."""
    payload = {
        "id": {"of": "Ann"},
        "changes_requested": {"max_requests_per_1_minute": "many, says Ann", "name": 7},
    }
    assert kept("rate_limit.updated", payload) == {
        "id": {"of": text("Ann")},
        "changes_requested": {"max_requests_per_1_minute": text("many, says Ann"), "name": 7},
    }
    assert kept("role.created", {"permissions": "api.x"}) == {"permissions": "api.x"}
    listed = {"id": ["a", "b"], "certificates": {"id": "c", "name": "web"}}
    assert kept("certificates.activated", listed)["certificates"] == {"id": "c", "name": "web"}


def deep(levels: int) -> Json:
    """Return an object that many levels deep, an array at every second."""
    value: Any = "Ann Other"
    for level in range(levels):
        value = {"a": value} if level % 2 else [value]
    return value if isinstance(value, dict) else {"a": value[0]}


def depth(value: Any) -> int:
    """Return how many levels a value has."""
    inside = (
        value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    )
    return 0 if inside is None else 1 + max(map(depth, inside), default=0)


@pytest.mark.parametrize("levels", [2, MAX_LEVELS, MAX_LEVELS + 1, 62])
def test_what_is_nested_too_deep_becomes_a_hash(levels: int) -> None:
    """Of the canonical bytes of what is left out; a row is sixteen levels deep."""
    value = deep(levels)
    for cleaned in (kept("thing.done", value), clean_fields(value, {}, PRIVACY)):
        assert depth(cleaned) == min(depth(value), MAX_LEVELS)
        assert "Ann" not in str(cleaned)
    rest = value
    for _ in range(MAX_LEVELS):
        rest = rest["a"] if isinstance(rest, dict) else rest[0] if isinstance(rest, list) else rest
    if isinstance(rest, (dict, list)):
        assert text(canonical(rest).decode()) in str(kept("thing.done", value))


def test_every_published_type_is_known() -> None:
    """A type without documented fields is read as an unknown one."""
    assert set(PAYLOADS) < EVENT_TYPES
    assert kept("tenant.user.invited", {"id": "Ann"}) == {"id": text("Ann")}
