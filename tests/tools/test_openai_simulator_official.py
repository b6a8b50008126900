"""The simulator's ordinary answers follow OpenAI's published document, where it is at hand."""

import json
from functools import cache
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.tools.demo import NOW, OFFICIAL, client_of, demo, get
from tools.openai_simulator import (
    DEMO_ADMIN_KEY,
    SettableClock,
)


@cache
def _official(name: str) -> Any:
    path = OFFICIAL / name
    if not path.is_file():
        pytest.skip(f"the official document is not here: {path}")
    return json.loads(path.read_text())


def _validator(path: str) -> Draft202012Validator:
    document = _official("admin-openapi.json")
    answer = document["paths"][f"/organization/{path}"]["get"]["responses"]["200"]
    schema = answer["content"]["application/json"]["schema"]
    return Draft202012Validator({**schema, "components": document["components"]})


@pytest.mark.parametrize(
    "path",
    [
        "users",
        "projects",
        "audit_logs",
        "admin_api_keys",
        "invites",
        "groups",
        "roles",
        "certificates",
        "costs",
        "projects/{project_id}/api_keys",
        "projects/{project_id}/users",
        "projects/{project_id}/service_accounts",
    ],
)
def test_every_list_follows_the_official_document(path: str) -> None:
    """Each page of each list validates, and most lists have something to validate."""
    validator = _validator(path)
    client = client_of(demo(), DEMO_ADMIN_KEY)
    projects = [p["id"] for p in demo().first.truth("projects", client_now()) if _open(p)]
    paths = [path.replace("{project_id}", p) for p in projects] if "{" in path else [path]
    pages = [get(client, list_path, limit=100, owner_project_access="any") for list_path in paths]
    for page in pages:
        validator.validate(page)
    assert any(page["data"] for page in pages) or path in ("certificates", "costs")


def client_now() -> float:
    """Return the instant of the tests as seconds."""
    return SettableClock(NOW).now()


def _open(project: dict[str, Any]) -> bool:
    return bool(project["status"] == "active")


def test_single_objects_follow_the_official_document() -> None:
    """The reads of one user and one project validate too."""
    client = client_of(demo(), DEMO_ADMIN_KEY)
    for path, name in (("users/{user_id}", "users"), ("projects/{project_id}", "projects")):
        record = demo().first.truth(name, client_now())[0]
        _validator(path).validate(get(client, f"{name}/{record['id']}"))


def test_event_types_of_the_story_are_official() -> None:
    """Every type in the demo is known, in the stream of its scope, with the documented payload."""
    official = {
        event_type["type"]: event_type
        for event_type in _official("audit-event-types.json")["events"]
    }
    for org in demo().organizations.values():
        for scope, log in (("organization", org.events), ("tenant", org.tenant_events)):
            for event in log.all():
                documented = official[event.record["type"]]
                assert documented["scope"] == scope
                payload = event.record.get(documented["payload_property"] or "", {})
                assert set(payload) <= set(documented["payload_top_level"] or ())
