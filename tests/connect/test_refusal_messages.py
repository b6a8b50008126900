"""Every refusal of a connect has its own words, and leaves nothing behind."""

from typing import Any

import pytest

from tests.connect.conftest import CANARY, OTHER_KEY, ConnectApi
from tests.support.aws_state import all_items, received

FAULTS: dict[str, tuple[dict[str, Any], int, str, str]] = {
    "unknown key": (
        {"kind": "invalid_api_key"},
        422,
        "key-rejected",
        "does not know this key",
    ),
    "another organization's key": (
        {"kind": "mismatched_organization"},
        422,
        "organization-mismatch",
        "belongs to another organization",
    ),
    "address not on the list": (
        {"kind": "ip_not_authorized"},
        422,
        "ip-not-authorized",
        "listed IP addresses",
    ),
    "a CDN's page": (
        {"kind": "blocked"},
        502,
        "refused-on-the-way",
        "OpenAI itself has said nothing of the key",
    ),
    "a proxy that wants a login": (
        {"kind": "blocked", "status": 401, "body": "Proxy Authentication Required"},
        502,
        "refused-on-the-way",
        "such as a CDN or a proxy",
    ),
    "region": (
        {"kind": "region_not_supported"},
        502,
        "region-not-supported",
        "not about the key",
    ),
    "missing scope": (
        {"kind": "forbidden"},
        422,
        "scope-missing",
        "api.management.read",
    ),
    "rate limit": ({"kind": "throttled"}, 503, "openai-rate-limited", "too many requests"),
    "rate limit with a long wait": (
        {"kind": "throttled", "retry_after": "86400"},
        503,
        "openai-rate-limited",
        "too many requests",
    ),
    "quota": ({"kind": "insufficient_quota"}, 422, "openai-quota-exhausted", "quota is used up"),
    "timeout": ({"kind": "hang"}, 504, "openai-timeout", "did not answer in time"),
    "no connection": ({"kind": "refuse"}, 502, "openai-failed", "could not be reached"),
    "cut body": ({"kind": "truncated"}, 502, "openai-failed", "could not be reached"),
    "5xx": ({"kind": "server_error"}, 502, "openai-failed", "failure of its own"),
    "404": ({"kind": "not_found"}, 502, "openai-failed", "offers no Admin API"),
    "redirect": (
        {"kind": "redirect", "location": "https://elsewhere.invalid/"},
        502,
        "openai-failed",
        "never followed",
    ),
    "concatenated JSON": (
        {"kind": "concatenated_json"},
        502,
        "openai-failed",
        "not what its docum",
    ),
    "a list of anything else": (
        {"kind": "body", "body": '{"data": [1, 2]}'},
        502,
        "openai-failed",
        "not what its docum",
    ),
}


def add_fault(api: ConnectApi, fault: dict[str, Any], **where: Any) -> None:
    """Put a fault into the simulator."""
    options = dict(fault)
    api.simulator.faults.add(options.pop("kind"), **options, **where)


def require_untouched(api: ConnectApi) -> None:
    """Nothing was stored and nothing was sent."""
    assert all_items(api.table) == []
    assert received(api.queue) == []


@pytest.mark.parametrize("name", FAULTS)
def test_a_refusal_of_openai_is_told_in_its_own_words_and_nothing_is_stored(
    api: ConnectApi, name: str
) -> None:
    """401 three ways, 403, 429 three ways, timeouts, failures, nonsense."""
    fault, status, slug, words = FAULTS[name]
    add_fault(api, fault)
    got, problem = api.connect()
    assert (got, problem["type"]) == (status, f"/problems/{slug}")
    assert words in problem["detail"]
    assert problem["detail"].endswith("Nothing was stored.")
    assert "request_id" not in problem
    require_untouched(api)


@pytest.mark.parametrize("path", ["/organization/projects", "/organization/audit_logs"])
@pytest.mark.parametrize("name", ["rate limit", "timeout", "5xx", "a CDN's page", "region"])
def test_a_passing_failure_of_any_probe_refuses_the_connect(
    api: ConnectApi, name: str, path: str
) -> None:
    """What cannot be known now is not stored as if it were known."""
    fault, status, slug, _ = FAULTS[name]
    add_fault(api, fault, path=path)
    got, problem = api.connect()
    assert (got, problem["type"]) == (status, f"/problems/{slug}")
    require_untouched(api)


@pytest.mark.parametrize("kind", ["invalid_api_key", "mismatched_organization"])
@pytest.mark.parametrize("path", ["/organization/projects", "/organization/audit_logs"])
def test_a_key_that_was_just_taken_is_not_said_to_be_unknown(
    api: ConnectApi, path: str, kind: str
) -> None:
    """One probe answers 401, the others 200: that is OpenAI's mistake, and said so."""
    api.simulator.faults.add(kind, path=path)
    got, problem = api.connect()
    assert (got, problem["type"]) == (502, "/problems/refusal-contradicted")
    assert "a mistake of one of its servers" in problem["detail"]
    require_untouched(api)


def test_a_real_key_of_another_organization_is_refused(api: ConnectApi) -> None:
    """The organization is proven, not claimed (T3): all four pairs of key and organization."""
    assert api.connect("org-first", OTHER_KEY)[1]["type"] == "/problems/organization-mismatch"
    assert api.connect("org-other", CANARY)[1]["type"] == "/problems/organization-mismatch"
    require_untouched(api)
    assert api.connect("org-first", CANARY)[0] == 201
    assert api.connect("org-other", OTHER_KEY)[0] == 201


def test_an_answer_that_names_another_organization_is_refused(api: ConnectApi) -> None:
    """Where OpenAI does not check the claim but says whose answer it is, that is believed."""
    api.simulator.faults.add("any_organization")
    status, problem = api.connect("org-victim", CANARY)
    assert (status, problem["type"]) == (422, "/problems/organization-mismatch")
    require_untouched(api)


BODIES: dict[str, tuple[object, str, str]] = {
    "project key": (
        {"org_id": "org-first", "admin_key": "sk-proj-CANARYproject0123456789"},
        "wrong-key-kind",
        "Settings → Organization → Admin Keys",
    ),
    "user key": (
        {"org_id": "org-first", "admin_key": "sk-CANARYuser0123456789abcdef"},
        "wrong-key-kind",
        "starts with sk-admin-",
    ),
    "no key at all": (
        {"org_id": "org-first", "admin_key": "hunter2-CANARY"},
        "wrong-key-kind",
        "something else",
    ),
    "cut key": ({"org_id": "org-first", "admin_key": "sk-admin-x"}, "wrong-key-kind", "cut off"),
    "key with a line break inside": (
        {"org_id": "org-first", "admin_key": "sk-admin-CANARY0123456789\r\nX-Evil: 1"},
        "wrong-key-kind",
        "other characters",
    ),
    "empty key": ({"org_id": "org-first", "admin_key": " "}, "bad-request", "admin_key is missing"),
    "key of another type": (
        {"org_id": "org-first", "admin_key": ["sk-admin-CANARY0123456789"]},
        "bad-request",
        "admin_key is missing",
    ),
    "absent key": ({"org_id": "org-first"}, "bad-request", "admin_key is missing"),
    "malformed organization": (
        {"org_id": "first", "admin_key": CANARY},
        "malformed-org-id",
        "org-AbC123",
    ),
    "organization of another type": (
        {"org_id": {"S": "org-first"}, "admin_key": CANARY},
        "malformed-org-id",
        "org-AbC123",
    ),
    "organization that would leave its key": (
        {"org_id": "org-first#O#org-x", "admin_key": CANARY},
        "malformed-org-id",
        "org-AbC123",
    ),
    "empty name": (
        {"org_id": "org-first", "admin_key": CANARY, "display_name": " "},
        "bad-request",
        "display_name",
    ),
    "endless name": (
        {"org_id": "org-first", "admin_key": CANARY, "display_name": "x" * 101},
        "bad-request",
        "display_name",
    ),
    "name with an escape": (
        {"org_id": "org-first", "admin_key": CANARY, "display_name": "a\u001b[31m"},
        "bad-request",
        "display_name",
    ),
    "name that is half a character": (
        '{"org_id":"org-first","admin_key":"sk-admin-CANARY0123456789","display_name":"\\ud800"}',
        "bad-request",
        "display_name",
    ),
    "tenant in the body": (
        {"org_id": "org-first", "admin_key": CANARY, "tenant_id": "tenant-b"},
        "bad-request",
        "tenant_id",
    ),
    "broken JSON": ('{"org_id": "org-first", "admin_key": "sk-admin-CANARY', "bad-request", "JSON"),
    "one key twice": (
        '{"org_id":"org-first","org_id":"org-other","admin_key":"sk-admin-CANARY0123456789"}',
        "bad-request",
        "twice",
    ),
    "a list": ([CANARY], "bad-request", "JSON object"),
    "nothing": (None, "bad-request", "JSON"),
}


@pytest.mark.parametrize("name", BODIES)
def test_a_body_that_cannot_be_used_is_refused_before_anyone_is_asked(
    api: ConnectApi, name: str
) -> None:
    """The answer says what to do, repeats nothing that was sent, and stores nothing."""
    body, slug, words = BODIES[name]
    status, problem = api.ask("POST /orgs", body=body)
    assert (status, problem["type"]) == (400, f"/problems/{slug}")
    assert words in problem["detail"]
    assert "CANARY" not in api.replies[-1]
    assert "hunter2" not in api.replies[-1]
    assert len(api.simulator.log) == 0
    require_untouched(api)
