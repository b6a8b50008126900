"""A whole list in one answer: what its pages hold, in each format, or a refusal."""

import base64
import csv
import gzip
import io
import json
from typing import Any

import pytest

from functions.api.document import document
from functions.api.export import whole_list
from functions.api.flow import OPERATIONS
from functions.shared.http.edge import PREFIX
from tests.api.conftest import OURS, Api, MakeLab, story

Row = dict[str, Any]
PARTS = {"org_id": OURS, "number": "1"}
LISTS = [each for each in OPERATIONS if each.is_list]
PACK = {"period_start": "2026-04-01T00:00:00Z", "period_end": "2026-04-01T01:59:59Z"}


def export(api: Api, path: str, form: str, **query: str) -> tuple[str, dict[str, str]]:
    """Return a whole list in a format, and the headers it came with."""
    answered = api.reply(f"GET {path}", path=PARTS, query={**query, "format": form})
    assert answered["statusCode"] == 200, answered["body"]
    return answered["body"], answered["headers"]


def rows_of(text: str) -> list[dict[str, str]]:
    """Return the rows of a CSV file, as the standard library reads it."""
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")))


def plain(value: object) -> str:
    """Return what a cell holds of a value: canonical JSON but for texts and what is absent."""
    if value is None or isinstance(value, str):
        return value or ""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def test_every_list_is_what_its_pages_are(sealed: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """Row by row, its fields those of its record; put together of small pages, too."""
    assert sealed.ask("POST /evidence-packs", body=PACK)[0] == 202
    monkeypatch.setattr(whole_list, "MAX_LIMIT", 2)
    n_rows = 0
    for each in LISTS:
        page = sealed.get(each.path, {"limit": "100"}, path=PARTS)
        assert page["next_cursor"] is None, each.path
        text, headers = export(sealed, each.path, "ndjson")
        assert [json.loads(line) for line in text.splitlines()] == page["items"], each.path
        assert headers["content-type"] == "application/x-ndjson"
        text, headers = export(sealed, each.path, "csv")
        rows = rows_of(text)
        assert len(rows) == len(page["items"])
        for row, item in zip(rows, page["items"], strict=True):
            assert row.keys() == item.keys()
            assert {name: row[name].lstrip("'") for name in row} == {
                name: plain(value) for name, value in item.items()
            }
        assert headers["content-type"] == "text/csv"
        n_rows += len(rows)
    assert n_rows > 30
    text, headers = export(sealed, "/users", "csv")
    assert text.startswith('\ufeff"org_id","user_id",')
    assert headers["content-disposition"] == 'attachment; filename="users.csv"'


def test_an_export_has_the_lists_filters(sealed: Api) -> None:
    """And refuses what they refuse; json is the page that it always was."""
    text, _ = export(sealed, "/users", "csv", role="owner", org_id=OURS)
    assert [row["user_id"] for row in rows_of(text)] == ["user-olga"]
    assert sealed.get("/users", {"format": "json"}) == sealed.get("/users")
    assert export(sealed, "/api-keys", "ndjson", finding="many_owners")[0] == ""
    text, _ = export(sealed, "/api-keys", "csv", finding="many_owners")
    assert (rows_of(text), text.count("\r\n")) == ([], 1)
    for query, words in (
        ({"format": "xml"}, "format must be one of json, csv, ndjson"),
        ({"format": "csv", "limit": "5"}, "leave out cursor and limit"),
        ({"format": "csv", "cursor": ""}, "leave out cursor and limit"),
        ({"format": "csv", "role": "emperor"}, "role must be one of"),
        ("format=csv&format=json", "stand once"),
    ):
        status, problem = sealed.ask("GET /users", query=query)
        assert (status, words in problem["detail"].lower()) == (400, True), problem
    assert sealed.ask("GET /summary", query={"format": "csv"})[0] == 400


def test_another_tenants_list_is_not_exported(sealed: Api) -> None:
    """One's own rows alone, and another's organization is none."""
    text, _ = export(sealed, "/users", "ndjson")
    assert "otto" not in text
    query = {"format": "csv", "org_id": "org-other"}
    missing = sealed.reply("GET /users", query={"org_id": "org-never"})
    assert sealed.reply("GET /users", query=query) == missing


def test_what_one_answer_cannot_hold_is_refused_and_never_cut(
    sealed: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor what would take too long."""
    whole = len(json.dumps(export(sealed, "/api-keys", "csv")[0]))
    monkeypatch.setattr(whole_list, "_MOST_BYTES", whole + 100)
    export(sealed, "/api-keys", "csv")
    monkeypatch.setattr(whole_list, "_MOST_BYTES", whole - 2)
    status, problem = sealed.ask("GET /api-keys", query={"format": "csv"})
    assert (status, problem["type"]) == (400, "/problems/too-much")
    assert "narrow it by its filters" in problem["detail"]
    monkeypatch.setattr(whole_list, "MAX_LIMIT", 1)
    monkeypatch.setattr(whole_list, "_MOST_SECONDS", -1.0)
    status, problem = sealed.ask("GET /users", query={"format": "ndjson"})
    assert (status, problem["type"]) == (400, "/problems/too-much")
    assert "takes longer" in problem["detail"]


def test_a_large_one_is_packed_for_whoever_accepts_that(
    sealed: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same text; HEAD tells the length of what is sent."""
    text = export(sealed, "/events", "ndjson")[0]
    monkeypatch.setattr(whole_list, "_MOST_BYTES", len(text) // 2)
    asked: dict[str, Any]
    for accepted in ("gzip, deflate", "br;q=1, gzip;q=0.5"):
        asked = {"query": {"format": "ndjson"}, "headers": {"accept-encoding": accepted}}
        answered = sealed.reply("GET /events", **asked)
        assert answered["isBase64Encoded"] is True
        assert answered["headers"]["content-encoding"] == "gzip"
        sent = base64.b64decode(answered["body"])
        assert gzip.decompress(sent).decode() == text
        head = sealed.reply("HEAD /events", **asked)
        assert (head["body"], head["headers"]["content-length"]) == ("", str(len(sent)))
    for accepted in ("", "identity", "gzip;q=0", "gzip; q=0.0", "br"):
        asked = {"query": {"format": "ndjson"}, "headers": {"accept-encoding": accepted}}
        status, problem = sealed.ask("GET /events", **asked)
        assert (status, problem["type"]) == (400, "/problems/too-much")
    monkeypatch.setattr(whole_list, "_MOST_BYTES", 50)
    asked = {"query": {"format": "ndjson"}, "headers": {"accept-encoding": "gzip"}}
    assert sealed.ask("GET /events", **asked)[0] == 400


def test_a_list_that_was_not_read_says_so_in_the_files_name(api: Api, lab_of: MakeLab) -> None:
    """An empty file would look like the truth."""
    fixture = lab_of(story(), "tenant-a")
    fixture.connect("2026-04-01T01:00:30Z")
    assert "users-incomplete.csv" in export(api, "/users", "csv")[1]["content-disposition"]
    fixture.tick("2026-04-01T00:00:00Z")
    fixture.simulator.faults.add("forbidden", path="/organization/users")
    fixture.tick("2026-04-01T01:00:00Z")
    assert "users-incomplete.csv" in export(api, "/users", "csv")[1]["content-disposition"]
    assert '"projects.csv"' in export(api, "/projects", "csv")[1]["content-disposition"]
    assert '"findings.ndjson"' in export(api, "/findings", "ndjson")[1]["content-disposition"]


def test_the_document_says_which_lists_there_are_whole() -> None:
    """Those of pages, each with the two formats; nothing else takes the parameter."""
    taking = set()
    for path, methods in document()["paths"].items():
        for method, operation in methods.items():
            if "format" in {each["name"] for each in operation["parameters"]}:
                assert method == "get"
                content = operation["responses"]["200"]["content"]
                assert {*content} == {"application/json", "text/csv", "application/x-ndjson"}
                taking.add(path.removeprefix(PREFIX))
    assert taking == {each.path for each in LISTS}
    assert {"/users", "/findings", "/events", "/changes", "/custody"} <= taking
    assert {"/feed", "/clients", "/summary"}.isdisjoint(taking)
