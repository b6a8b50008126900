"""collection.json: how the hours of the period were read."""

from typing import Any

from functions.pack.collect.collection_report import ENDPOINTS, collection_report
from functions.pack.collect.organization import KeyUse, Organization, RunTotals


def organization(org: str, runs: RunTotals) -> Organization:
    """Return an organization with these runs."""
    return Organization(org, org_proof="proven", runs=runs)


def admin_key(key_id: str, redacted: str | None) -> Any:
    """Return what is looked at of a row of the admin keys' register."""
    return {"key_id": key_id, "redacted_value": redacted}


ALPHA = organization(
    "org-Alpha",
    RunTotals(
        requests=10,
        pages=9,
        retries=1,
        largest_skew_s=2,
        keys={"wxyz": KeyUse("h2", "h3"), "abcd": KeyUse("h0", "h1")},
        api_bases={"https://api.openai.com/v1"},
    ),
)
BETA = organization("org-Beta", RunTotals(largest_skew_s=-5, api_bases={"http://elsewhere"}))


def test_what_no_run_tells_is_null() -> None:
    """Nothing is made up."""
    report = collection_report([organization("org-Alpha", RunTotals())], {})
    assert report["api"]["bases"] is None
    assert report["clock"]["sources"] is None
    assert report["regions"] is None
    assert report["clock"]["largest_skew_s"] is None
    assert report["organizations"][0]["largest_skew_s"] is None


def test_the_organizations_are_told_apart_and_together() -> None:
    """Addresses of all, sorted; the largest skew either way; sums of each."""
    report = collection_report([ALPHA, BETA], {})
    assert report["api"]["bases"] == ["http://elsewhere", "https://api.openai.com/v1"]
    assert report["clock"]["largest_skew_s"] == -5
    first, second = report["organizations"]
    assert (first["requests"], first["pages"], first["retries"]) == (10, 9, 1)
    assert (second["org_id"], second["org_proof"], second["requests"]) == ("org-Beta", "proven", 0)


def test_an_admin_key_has_its_id_where_no_other_ends_alike() -> None:
    """By the last four characters; one that is not listed has none."""
    keys = [
        admin_key("key-1", "sk-admin-...abcd"),
        admin_key("key-2", "sk-admin-...wxyz"),
        admin_key("key-3", "sk-admin-...wxyz"),
        admin_key("key-4", None),
    ]
    first, second = collection_report([ALPHA], {"org-Alpha": keys})["organizations"][0][
        "admin_keys"
    ]
    assert first == {"key_id": "key-1", "last4": "abcd", "first_hour": "h0", "last_hour": "h1"}
    assert second == {"key_id": None, "last4": "wxyz", "first_hour": "h2", "last_hour": "h3"}


def test_every_question_has_its_place_and_time() -> None:
    """Lists, the audit log in both streams, and single entities by id."""
    assert {endpoint["method"] for endpoint in ENDPOINTS} == {"GET"}
    log = [endpoint for endpoint in ENDPOINTS if endpoint["section"] == "audit_events"]
    assert [("tenant_only" in endpoint["parameters"]) for endpoint in log] == [False, True] * 2
    users = [endpoint for endpoint in ENDPOINTS if endpoint["section"] == "users"]
    assert [endpoint["path"] for endpoint in users][-1] == "/organization/users/{id}"
    assert all(endpoint["when"] for endpoint in ENDPOINTS)
