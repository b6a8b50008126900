"""Who is asking: read from verified claims alone."""

from typing import Any

import pytest

from functions.shared.errors import NotAllowed, NotSignedIn
from functions.shared.http.principal import principal_of
from tests.support.http_events import http_event


def claims(**changes: Any) -> dict[str, Any]:
    """Return an event whose claims are changed; None takes a claim away."""
    event = http_event("GET /x")
    result = event["requestContext"]["authorizer"]["jwt"]["claims"]
    for name, value in changes.items():
        key = {"tenant": "custom:tenant_id", "groups": "cognito:groups"}.get(name, name)
        result[key] = value
        if value is None:
            del result[key]
    return event


@pytest.mark.parametrize(
    ("groups", "expected"),
    [
        ("[admin]", {"admin"}),
        ("[admin auditor]", {"admin", "auditor"}),
        ("admin,auditor", {"admin", "auditor"}),
        (["auditor"], {"auditor"}),
        ("auditor", {"auditor"}),
    ],
)
def test_groups_are_read_in_every_spelling_of_api_gateway(
    groups: object, expected: set[str]
) -> None:
    """A list claim arrives as text in brackets."""
    assert principal_of(claims(groups=groups)).groups == expected


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
        {"groups": "[]"},
        {"groups": "[administrator]"},
    ],
    ids=str,
)
def test_anything_less_than_a_user_of_a_tenant_and_group_is_nobody(changes: dict[str, Any]) -> None:
    """Refused; no default tenant, no default group."""
    with pytest.raises(NotSignedIn):
        principal_of(claims(**changes))


def test_an_event_without_an_authorizer_is_nobody() -> None:
    """A route left open by mistake lets no one in."""
    with pytest.raises(NotSignedIn):
        principal_of(http_event("GET /x", tenant=None))


def test_an_auditor_is_not_an_admin() -> None:
    """Groups are not ranks."""
    principal_of(claims()).require_admin()
    with pytest.raises(NotAllowed):
        principal_of(claims(groups="[auditor]")).require_admin()
