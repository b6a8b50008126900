"""What exists: users, projects, API keys and findings, as the newest seal's registers have them."""

import pytest

from functions.api.document import document
from functions.pack.documents.supported import FINDINGS as SUPPORTED_BY_FINDINGS
from functions.shared.aws.keys import seal_key
from functions.shared.canonical import canonical
from functions.shared.hours import parse_instant
from functions.shared.http.edge import PREFIX
from functions.shared.records.findings import FINDING_KINDS, FINDING_SECTIONS
from functions.shared.sections import REGISTERED
from functions.snapshot.seal.content import DERIVED
from tests.api.conftest import OURS, Api, MakeLab, story
from tools.openai_simulator import World


def test_users_are_those_present_in_the_newest_sealed_hour(sealed: Api) -> None:
    """One row per person, with the pack's fields; who left is shown on request."""
    body = sealed.get("/users")
    assert [(row["user_id"], row["role"]) for row in body["items"]] == [
        ("user-ben", "reader"),
        ("user-olga", "owner"),
    ]
    ben = body["items"][0]
    assert set(ben) == {
        *("org_id", "user_id", "email_hash", "email_prefix", "role", "roles_held", "added_at"),
        *("is_service_account", "first_seen_at", "removed_at", "state_at", "unreadable"),
        *("enabled", "banned", "is_scim_managed", "api_key_last_used_at"),
        *("added_not_before", "removed_not_before"),
    }
    assert (ben["enabled"], ben["banned"], ben["unreadable"]) == (True, False, [])
    assert ben["first_seen_at"] == "2026-04-01T01:00:00Z"
    assert ben["state_at"] == "2026-04-01T04:00:00Z"
    gone = sealed.get("/users", {"state": "removed"})["items"]
    assert [(row["user_id"], row["removed_at"]) for row in gone] == [
        ("user-ann", "2026-04-01T02:00:00Z")
    ]
    assert len(sealed.get("/users", {"state": "all"})["items"]) == 3


def test_keys_carry_their_open_findings(sealed: Api) -> None:
    """An orphan says why, a stale key is found by the filter."""
    rows = {row["key_id"]: row for row in sealed.get("/api-keys")["items"]}
    assert {each["kind"] for each in rows["key_ci"]["findings"]} == set()
    assert ("never_used_key", "no_last_use") in [
        (each["kind"], each["reason"]) for each in rows["key_new"]["findings"]
    ]
    filtered = sealed.get("/api-keys", {"finding": "never_used_key"})["items"]
    assert "key_ci" not in [row["key_id"] for row in filtered]
    assert [row["key_id"] for row in filtered] == sorted(
        key for key, row in rows.items() if "never_used_key" in str(row["findings"])
    )


@pytest.mark.parametrize(
    ("path", "query", "ids"),
    [
        ("/users", {"role": "owner"}, ["user-olga"]),
        ("/users", {"role": "member"}, []),
        ("/projects", {"status": "active"}, ["proj_app", "proj_lab", "proj_web"]),
        ("/projects", {"status": "archived"}, []),
        ("/api-keys", {"project_id": "proj_lab"}, ["key_new"]),
        ("/api-keys", {"org_id": OURS, "project_id": "proj_web"}, ["key_ci", "key_old"]),
    ],
)
def test_filters_keep_what_equals_them(
    sealed: Api, path: str, query: dict[str, str], ids: list[str]
) -> None:
    """Each filter compares one field."""
    rows = sealed.get(path, query)["items"]
    field = {"/users": "user_id", "/projects": "project_id", "/api-keys": "key_id"}[path]
    assert sorted(row[field] for row in rows) == ids


@pytest.mark.parametrize("path", ["/users", "/projects", "/api-keys", "/findings"])
@pytest.mark.parametrize("limit", [1, 2, 100])
def test_pages_join_to_the_whole_list_without_a_repeat(sealed: Api, path: str, limit: int) -> None:
    """Whatever the page size, every row once, in one order."""
    whole = sealed.get(path, {"state": "all", "limit": "100"})["items"]
    pages = sealed.pages(path, limit, state="all")
    assert [row for page in pages for row in page] == whole
    assert len(whole) > 1


def test_findings_are_open_ones_unless_asked(sealed: Api) -> None:
    """Kind, reason, severity, what it is about; still_works where it can be said."""
    rows = sealed.get("/findings")["items"]
    assert rows
    severities = [row["severity"] for row in rows]
    assert severities == sorted(severities, key=["high", "medium", "low"].index)
    assert all(row["resolved_hour"] is None for row in rows)
    kinds = {row["kind"] for row in rows}
    for kind in kinds:
        result = sealed.get("/findings", {"kind": kind})["items"]
        assert result == [row for row in rows if row["kind"] == kind]
    resolved = sealed.get("/findings", {"state": "resolved", "kind": "register_full"})
    assert resolved["items"] == []


def test_a_failed_read_is_not_shown_as_an_empty_list(api: Api, lab_of: MakeLab) -> None:
    """The rows stand as last known, and the section says failed."""
    fixture = lab_of(story(), "tenant-a")
    fixture.connect("2026-04-01T01:00:30Z")
    fixture.tick("2026-04-01T00:00:00Z")
    fixture.simulator.faults.add("forbidden", path="/organization/users")
    fixture.tick("2026-04-01T01:00:00Z")
    body = api.get("/users")
    assert body["sections"] == [
        {
            "org_id": OURS,
            "status": "forbidden",
            "reason": "scope_missing",
            "hour": "2026-04-01T01:00:00Z",
        }
    ]
    assert len(body["items"]) == 2


def test_before_the_first_closed_hour_the_list_says_so(api: Api, lab_of: MakeLab) -> None:
    """Nothing known is not nothing there."""
    lab_of(story(), "tenant-a").connect("2026-04-01T01:00:30Z")
    assert api.get("/projects") == {
        "items": [],
        "next_cursor": None,
        "sections": [
            {"org_id": OURS, "status": None, "reason": "no_hour_closed_yet", "hour": None}
        ],
    }


def test_a_tenant_without_organizations_has_empty_lists(api: Api) -> None:
    """No section, no row, no cursor."""
    assert api.get("/users") == {"items": [], "next_cursor": None, "sections": []}


def test_a_disconnected_organization_shows_only_where_it_is_named(
    api: Api, lab_of: MakeLab
) -> None:
    """Its last snapshot is history; over all organizations it would look present."""
    fixture = lab_of(story(), "tenant-a")
    fixture.connect("2026-04-01T01:00:30Z")
    fixture.tick("2026-04-01T00:00:00Z")
    fixture.change("disconnected", "2026-04-01T01:30:00Z", status="disconnected", admin_key=b"")
    assert api.get("/users")["items"] == []
    assert len(api.get("/users", {"org_id": OURS})["items"]) == 2


def test_two_organizations_of_a_tenant_stand_in_one_list(api: Api, lab_of: MakeLab) -> None:
    """Ordered by organization, then by id; pages run across the border."""
    for org in ("org-second", "org-aaa"):
        world = World(org, admin_key=f"sk-admin-of-the-organization-{org}")
        world.at("2026-01-01T00:00:00Z").user_joins("zoe", role="owner").user_joins("abe")
        fixture = lab_of(world, "tenant-a")
        fixture.connect("2026-04-01T01:00:30Z")
        fixture.tick("2026-04-01T00:00:00Z")
    rows = [row for page in api.pages("/users", 1) for row in page]
    assert [(row["org_id"], row["user_id"]) for row in rows] == [
        ("org-aaa", "user-abe"),
        ("org-aaa", "user-zoe"),
        ("org-second", "user-abe"),
        ("org-second", "user-zoe"),
    ]


def test_a_seal_that_is_not_the_tables_is_not_shown(sealed: Api) -> None:
    """A row that names another digest than the seal's: our fault, said as one."""
    key = ("T#tenant-a#O#org-first", "HOUR#2026-04-01T04:00:00Z")
    sealed.context.table.update(*key, "SET sha256 = :x", {":x": "0" * 64})
    status, problem = sealed.ask("GET /users")
    assert (status, problem["type"]) == (500, "/problems/evidence-invalid")


def test_a_seal_of_a_newer_version_is_said_to_be_newer(sealed: Api) -> None:
    """After a deployment was taken back: not that evidence was altered."""
    hour = parse_instant("2026-04-01T04:00:00Z")
    client, name = sealed.context.evidence.client, sealed.context.evidence.name
    body = canonical({"run": {}, "seal": {"v": 5}, "sha256": "0" * 64})
    client.put_object(Bucket=name, Key=seal_key("tenant-a", OURS, hour), Body=body)
    status, problem = sealed.ask("GET /users")
    assert (status, problem["type"]) == (500, "/problems/evidence-newer")


def test_a_missing_seal_is_said(sealed: Api) -> None:
    """The table names an hour whose object is gone."""
    hour = parse_instant("2026-04-01T04:00:00Z")
    client, name = sealed.context.evidence.client, sealed.context.evidence.name
    client.delete_object(Bucket=name, Key=seal_key("tenant-a", OURS, hour))
    status, problem = sealed.ask("GET /users")
    assert (status, problem["type"]) == (500, "/problems/evidence-missing")


def test_registers_are_read_once_and_kept_under_their_digest(sealed: Api) -> None:
    """A second request reads no object again; another tenant's registers have other keys."""
    sealed.get("/users")
    kept = dict(sealed.context.registers._kept._kept)
    sealed.get("/users")
    assert dict(sealed.context.registers._kept._kept) == kept
    sealed.get("/users", tenant="tenant-b")
    added = set(sealed.context.registers._kept._kept) - set(kept)
    assert {key.split("/")[0] for key in kept} == {"tenant=tenant-a"}
    assert {key.split("/")[0] for key in added} == {"tenant=tenant-b"}


def test_the_kept_registers_do_not_grow_without_end(
    sealed: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The ones read longest ago make room."""
    monkeypatch.setattr(sealed.context.registers._kept, "most_bytes", 1)
    for path in ("/users", "/projects", "/api-keys"):
        sealed.get(path)
        assert len(sealed.context.registers._kept._kept) == 1


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"limit": "0"}, "1 to 100"),
        ({"limit": "101"}, "1 to 100"),
        ({"limit": "00005"}, "1 to 100"),
        ({"limit": "٣"}, "1 to 100"),
        ({"state": "gone"}, "present, removed, all"),
        ({"role": "emperor"}, "Role must be one of owner, reader, member."),
        ({"role": ""}, "one of owner"),
        ({"role": "Owner"}, "one of owner"),
        ({"colour": "red"}, "query parameter 'colour'"),
        ("limit=5&limit=6", "stand once"),
        ({"cursor": "x"}, "start again"),
        ({"cursor": "AAAA"}, "start again"),
        ({"cursor": "e30"}, "start again"),
    ],
)
def test_a_query_that_cannot_be_used_is_refused(
    api: Api, query: dict[str, str] | str, words: str
) -> None:
    """With the rule it breaks."""
    status, problem = api.ask("GET /users", query=query)
    assert status == 400
    assert words in problem["detail"]


def test_a_cursor_of_another_list_is_refused(sealed: Api) -> None:
    """A cursor is good for the list that gave it."""
    cursor = sealed.get("/users", {"limit": "1"})["next_cursor"]
    assert sealed.ask("GET /projects", query={"cursor": cursor})[0] == 400


def test_the_room_needs_no_clock_to_show_a_list(sealed: Api) -> None:
    """What is sealed is shown as sealed, whatever time it is."""
    before = sealed.get("/users")
    sealed.clock.set("2029-01-01T00:00:00Z")
    assert sealed.get("/users") == before


@pytest.mark.parametrize(
    ("path", "name", "words"),
    [
        ("/projects", "status", ("active", "archived")),
        ("/projects", "state", ("present", "removed", "all")),
        ("/api-keys", "finding", FINDING_KINDS),
        ("/findings", "kind", FINDING_KINDS),
        ("/findings", "severity", ("high", "medium", "low")),
        ("/findings", "section", FINDING_SECTIONS),
        ("/findings", "stated", ("open", "acknowledged", "accepted")),
        ("/findings", "state", ("open", "resolved", "all")),
        ("/changes", "verdict", ("explained", "unexplained", "cannot_tell")),
        ("/changes", "kind", ("added", "modified", "removed")),
        ("/changes", "section", REGISTERED),
    ],
)
def test_a_word_of_a_closed_list_is_one_of_it(
    api: Api, path: str, name: str, words: tuple[str, ...]
) -> None:
    """A misspelt one would match nothing, and an empty list look like the truth."""
    for word in words:
        assert api.get(path, {name: word})["items"] == []
    status, problem = api.ask(f"GET {path}", query={name: "unexplaned"})
    assert status == 400
    assert problem["detail"] == f"{name.capitalize()} must be one of {', '.join(words)}."
    published = document()["paths"][f"{PREFIX}{path}"]["get"]["parameters"]
    (schema,) = [each["schema"] for each in published if each["name"] == name]
    assert schema["enum"] == list(words)


def test_the_sections_of_findings_are_those_of_seals() -> None:
    """What a register that is full is named after, and what the log tells of, among them."""
    assert set(FINDING_SECTIONS) == {*REGISTERED, *DERIVED, "audit_events"}


def test_the_kinds_of_findings_are_those_that_packs_tell_of() -> None:
    """Each is a word of the closed list."""
    assert sorted(FINDING_KINDS) == sorted(SUPPORTED_BY_FINDINGS)
