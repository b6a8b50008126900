"""Exports over HTTP: asked for, watched, downloaded, and refused in words."""

from datetime import timedelta
from urllib.parse import parse_qs, unquote, urlsplit

from functions.api.handler import EXPORTED
from functions.api.schemas.packs import EXPORTED as DOCUMENTED
from functions.shared.aws.keys import custody_sk, tenant_pk
from functions.shared.tables.exports import KEPT_FOR, MOST_UNDER_WAY, Exports
from tests.api.conftest import OURS, Api
from tests.api.export.conftest import Exporter
from tests.support.aws_state import all_items, received

DOWNLOAD = "GET /exports/{number}/download"


def actions(api: Api, tenant: str = "tenant-a") -> list[tuple[str, str]]:
    """Return what the custody log says was done, and by whom."""
    rows = api.context.table.query(tenant_pk(tenant), prefix=custody_sk(0)[:9])
    return [(row["action"], row["by"]) for row in rows]


def test_an_export_is_numbered_watched_and_downloaded(exporter: Exporter) -> None:
    """202 and its address; its row from queued to ready; a link to one version of the file."""
    asked = exporter.api.reply("POST /exports", body={"list": "users", "format": "csv"})
    assert asked["statusCode"] == 202
    assert asked["headers"]["location"] == "/api/v1/openai/exports/1"
    row = exporter.row(1)
    assert (row["state"], row["list"], row["hour"]) == ("queued", "users", "2026-04-01T04:00:00Z")
    path = {"number": "1"}
    status, problem = exporter.api.ask(DOWNLOAD, path=path)
    assert (status, problem["detail"]) == (409, "Export 1 is queued, only a ready one can be had.")
    exporter.build()
    row = exporter.row(1)
    assert (row["state"], row["rows"], row["is_whole"]) == ("ready", 2, True)
    assert row["expires_at"] == "2026-04-08T05:01:00Z"
    assert exporter.api.get("/exports")["items"] == [row]
    answer = exporter.api.reply(DOWNLOAD, path=path, group="auditor")
    assert answer["statusCode"] == 303
    link = urlsplit(answer["headers"]["location"])
    export = Exports(exporter.api.context.table).need("tenant-a", 1)
    assert unquote(link.path).endswith(str(export.object_key))
    query = parse_qs(link.query)
    assert query["versionId"] == [export.object_version]
    assert 'filename="export-1-users.csv.gz"' in query["response-content-disposition"][0]
    accepts = {"accept": "application/json"}
    status, body = exporter.api.ask(
        DOWNLOAD, path=path, headers=accepts, query={"lifetime_s": "60"}
    )
    assert (status, set(body)) == (200, {"url", "expires_at"})
    assert actions(exporter.api) == [
        ("export.requested", "user-1"),
        ("export.link_made", "user-1"),
        ("export.link_made", "user-1"),
    ]


def test_what_is_gone_is_told_and_not_linked(exporter: Exporter) -> None:
    """A link outlives no file: the last ones end with it."""
    exporter.make(list="users")
    exporter.api.clock.set("2026-04-08T05:00:30Z")
    answer = exporter.api.reply(DOWNLOAD, path={"number": "1"})
    assert parse_qs(urlsplit(answer["headers"]["location"]).query)["X-Amz-Expires"] == ["30"]
    exporter.api.clock.advance(seconds=30)
    status, problem = exporter.api.ask(DOWNLOAD, path={"number": "1"})
    assert status == 409
    assert problem["detail"].startswith("Export 1 is gone since 2026-04-08T05:01:00Z")
    assert timedelta(days=7) == KEPT_FOR


REFUSED: list[tuple[dict[str, object], str]] = [
    ({}, "list is missing"),
    ({"list": "secrets"}, "list must be one of"),
    ({"list": 7}, "list is missing"),
    ({"list": "users", "format": "xml"}, "format must be one of csv, ndjson"),
    ({"list": "users", "format": "json"}, "format must be one of csv, ndjson"),
    ({"list": "users", "everything": True}, "stands alone"),
    ({"everything": True, "org_id": OURS}, "stands alone"),
    ({"everything": True, "format": "csv"}, "stands alone"),
    ({"everything": False}, "stands alone"),
    ({"everything": None, "list": "users"}, "stands alone"),
    ({"everything": True, "list": None}, "stands alone"),
    ({"list": "users", "format": None}, "format must be one of csv, ndjson"),
    ({"list": "users", "event_id": "x"}, "of the list users: no filter event_id"),
    ({"list": "users", "role": "emperor"}, "of the list users: role must be one of"),
    ({"list": "users", "role": 7}, "of the list users: send filters as texts"),
    ({"list": "users", "q": "half a \ud83d"}, "of the list users: send filters as texts"),
    ({"list": "events", "event_type": "x" * 60_000}, "event_type is at most 200"),
    ({"list": "users", "role": None}, "of the list users: send filters as texts"),
    ({"list": "users", "as_of": "yesterday"}, "as_of must look like"),
    ({"list": "users", "as_of": "2030-01-01T00:00:00Z"}, "which has not ended"),
    ({"list": "users", "as_of": "2020-01-01T00:00:00Z"}, "was not sealed"),
    ({"list": "hours"}, "of the list hours: org_id is missing"),
    ({"list": "users", "cursor": "x"}, "unknown field"),
    ({"list": "events", "from": "x"}, "of the list events: from must look like"),
    ({"list": "custody", "org_id": OURS}, "of the list custody: no filter org_id"),
]


def test_what_cannot_be_exported_is_refused_at_once(exporter: Exporter) -> None:
    """In words, and nothing is left behind."""
    before = all_items(exporter.api.context.table)
    for body, words in REFUSED:
        status, problem = exporter.api.ask("POST /exports", body=body)
        assert (status, words.lower() in problem["detail"].lower()) == (400, True), (words, problem)
        assert all_items(exporter.api.context.table) == before, words
    assert received(exporter.queue) == []


def test_who_may_ask_and_who_may_have_it(exporter: Exporter) -> None:
    """An admin, or a machine with the scope packs; auditors download, readers watch."""
    body = {"list": "users"}
    assert exporter.api.ask("POST /exports", body=body, group="auditor")[0] == 403
    for scopes in ("read", "write"):
        assert exporter.api.ask("POST /exports", body=body, scopes=scopes)[0] == 403
    assert exporter.api.ask("POST /exports", body=body, scopes="packs", user="client-1")[0] == 202
    exporter.build()
    path = {"number": "1"}
    assert exporter.api.ask(DOWNLOAD, path=path, scopes="read")[0] == 403
    assert exporter.api.reply(DOWNLOAD, path=path, scopes="packs")["statusCode"] == 303
    assert exporter.api.ask("GET /exports", scopes="read")[0] == 200


def test_asked_twice_with_one_key_it_is_made_once(exporter: Exporter) -> None:
    """The same answer; without a key each request is an export."""
    headers = {"idempotency-key": "k-1"}
    first = exporter.api.ask("POST /exports", body={"list": "users"}, headers=headers)
    assert exporter.api.ask("POST /exports", body={"list": "users"}, headers=headers) == first
    assert exporter.ask(list="users")["number"] == 2
    assert len(received(exporter.queue)) == 2


def test_one_tenant_has_a_few_under_way_and_no_more(exporter: Exporter) -> None:
    """One tenant's must not make another's wait."""
    for _ in range(MOST_UNDER_WAY):
        exporter.ask(list="users")
    status, problem = exporter.api.ask("POST /exports", body={"list": "users"})
    assert (status, "under way" in problem["detail"]) == (409, True)
    exporter.ask("tenant-b", list="users")
    exporter.build()
    assert exporter.ask(list="users")["number"] == MOST_UNDER_WAY + 1


def test_what_nobody_builds_is_in_the_way_for_a_day(exporter: Exporter) -> None:
    """The request was noted, and whoever answered it died before its message was sent."""
    for _ in range(MOST_UNDER_WAY):
        exporter.ask(list="users")
    exporter.api.clock.advance(days=1, seconds=1)
    assert exporter.ask(list="users")["number"] == MOST_UNDER_WAY + 1


def test_before_the_first_hour_there_is_nothing_to_export(api: Api) -> None:
    """A conflict, not an empty file."""
    for body in ({"list": "users"}, {"everything": True}):
        status, problem = api.ask("POST /exports", body=body)
        assert (status, "no hour is sealed yet" in problem["detail"].lower()) == (409, True)


def test_the_document_names_every_list_that_can_be_exported() -> None:
    """And no other."""
    assert sorted(DOCUMENTED) == sorted(EXPORTED)
