"""Who is asking: a user, from verified claims alone; a machine; nobody, and why."""

from typing import Any

import pytest

from functions.shared.errors import (
    NotAllowed,
    NotSignedIn,
    SignInUnavailable,
    TooManyRequests,
)
from functions.shared.http.principal import (
    Caller,
    Principal,
    caller_of,
    person_of,
    principal_of,
)

BUDGET: Caller = {"limit": "600", "remaining": "10", "reset_s": "7"}
MACHINE = Principal("tenant-a", "client-0", frozenset(), frozenset({"read"}))


def claims(**changes: Any) -> dict[str, Any]:
    """Return a user's claims, changed; None takes a claim away."""
    result: dict[str, Any] = {
        "sub": "user-1",
        "token_use": "id",
        "custom:tenant_id": "tenant-a",
        "cognito:groups": ["admin"],
    }
    for name, value in changes.items():
        key = {"tenant": "custom:tenant_id", "groups": "cognito:groups"}.get(name, name)
        result[key] = value
        if value is None:
            del result[key]
    return result


def test_a_user_has_the_groups_that_mean_something_here() -> None:
    """Others are of somebody else's making."""
    groups = person_of(claims(groups=["auditor", "admin", "kings"])).groups
    assert groups == {"admin", "auditor"}


@pytest.mark.parametrize(
    "changes",
    [
        {"token_use": "access"},
        {"token_use": None},
        {"tenant": None},
        {"tenant": ""},
        {"tenant": "a b"},
        {"tenant": "a#O#org-x"},
        {"tenant": "../b"},
        {"tenant": ["tenant-a"]},
        {"groups": None},
        {"groups": []},
        {"groups": "admin"},
        {"groups": ["administrator"]},
    ],
    ids=str,
)
def test_anything_less_than_a_user_of_a_tenant_and_group_is_nobody(changes: dict[str, Any]) -> None:
    """Refused; no default tenant, no default group."""
    with pytest.raises(NotSignedIn):
        person_of(claims(**changes))


@pytest.mark.parametrize(
    "principal",
    [
        MACHINE,
        Principal("tenant-a", "user-1", frozenset({"admin", "auditor"})),
        Principal("tenant-a", "client-1", frozenset(), frozenset()),
    ],
    ids=["machine", "user", "machine without scopes"],
)
def test_whom_the_authorizer_names_the_functions_know(principal: Principal) -> None:
    """There and back, by texts alone; a machine without scopes does not become a user."""
    assert principal_of({**caller_of(principal), **BUDGET}) == principal


@pytest.mark.parametrize(
    ("caller", "error"),
    [
        ({}, NotSignedIn),
        ({"user": "user-1"}, NotSignedIn),
        ({"refusal": "no"}, NotSignedIn),
        ({"refusal": "no", "tenant_id": "tenant-a", **BUDGET}, NotSignedIn),
        ({"unavailable": "no keys"}, SignInUnavailable),
        ({**caller_of(MACHINE), **BUDGET, "remaining": "-1"}, TooManyRequests),
    ],
    ids=str,
)
def test_nobody_else_is_let_in(caller: Caller, error: type[Exception]) -> None:
    """Nobody, somebody who cannot be told, and one request too many."""
    with pytest.raises(error):
        principal_of(caller)


def test_an_auditor_is_not_an_admin() -> None:
    """Groups are not ranks."""
    person_of(claims()).require_admin()
    with pytest.raises(NotAllowed):
        person_of(claims(groups=["auditor"])).require_admin()


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/evidence-packs"),
        ("GET", "/evidence-packs/{number}/download"),
        ("PUT", "/deadlines"),
        ("GET", "/clients"),
        ("POST", "/hashing-key"),
    ],
)
def test_a_machine_does_what_its_scopes_hold_and_nothing_for_people(method: str, path: str) -> None:
    """Reading is no more than reading; a person is told apart by the group."""
    MACHINE.require_scope("GET", "/users")
    person_of(claims()).require_scope(method, path)
    with pytest.raises(NotAllowed):
        MACHINE.require_scope(method, path)
