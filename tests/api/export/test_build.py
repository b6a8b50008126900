"""Exports as they are built: the rows of the list, as of an hour, the same whenever tried again."""

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest

from functions.api import handler
from functions.api.export import build as building
from functions.api.export import pinned
from functions.api.handler import EXPORTED
from functions.pack import dead_letters
from functions.shared.aws.bucket import Bucket
from functions.shared.aws.table import Table
from functions.shared.errors import EvidenceMissing
from functions.shared.hours import parse_instant
from functions.shared.tables import exports
from functions.shared.tables.exports import Exports
from tests.api.conftest import OURS, Api, MakeLab, story
from tests.api.export.conftest import Exporter, filters_for
from tests.support.aws_calls import Killed, killing, watched
from tools.openai_simulator import World

PACK = {"period_start": "2026-04-01T00:00:00Z", "period_end": "2026-04-01T01:59:59Z"}
HOUR, END = "2026-04-01T04:00:00Z", "2026-04-01T05:00:00Z"


def whole(api: Api, name: str, form: str, **query: str) -> str:
    """Return the answer of a list that is asked for as a whole."""
    route = f"GET {EXPORTED[name].operation.path}"
    answer = api.reply(route, path={"org_id": OURS}, query={**query, "format": form})
    assert answer["statusCode"] == 200, answer["body"]
    return str(answer["body"])


def require_alike(exporter: Exporter, name: str) -> None:
    """Hold a list's file to its answer as a whole, to the byte."""
    for form in ("csv", "ndjson"):
        export = exporter.make(list=name, format=form, **filters_for(name, OURS))
        text = whole(exporter.api, name, form)
        assert exporter.text(export) == text, name
        rows = [*csv.reader(io.StringIO(text, newline=""))][1:] if form == "csv" else None
        assert export.rows == (len(rows) if rows is not None else text.count("\n"))


def test_a_file_is_what_the_list_answers_as_a_whole(
    exporter: Exporter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In both formats, put together of small pages, too; another test asks for every list."""
    monkeypatch.setattr(pinned, "_MOST_ITEMS", 2)
    for name in ("api-keys", "hours"):
        require_alike(exporter, name)


@pytest.mark.slow
def test_every_lists_file_is_what_it_answers_as_a_whole(exporter: Exporter) -> None:
    """But for those of what came after the hour: a day that is not over, what was just asked."""
    for name in EXPORTED.keys() - {"days", "custody", "evidence-packs"}:
        require_alike(exporter, name)


def test_a_file_has_the_lists_filters(exporter: Exporter) -> None:
    """And an hour of the past, where that is asked for."""
    filters = {"role": "owner", "org_id": OURS, "sort": "-user_id"}
    assert exporter.text(exporter.make(list="users", **filters)) == whole(
        exporter.api, "users", "csv", **filters
    )
    then = {"as_of": "2026-04-01T01:30:00Z", "state": "all"}
    export = exporter.make(list="users", format="ndjson", **then)
    assert export.hour == "2026-04-01T01:00:00Z"
    assert exporter.text(export) == whole(exporter.api, "users", "ndjson", **then)


@pytest.mark.slow
def test_a_file_is_as_of_its_hour_whatever_is_sealed_meanwhile(
    api: Api, lab_of: MakeLab, work: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Built when two more hours are sealed: the same bytes as before."""
    monkeypatch.setattr(exports, "MOST_UNDER_WAY", 99)
    exporter = Exporter(api, work, api.context.export_queue)
    fixture = lab_of(story(), "tenant-a")
    fixture.connect("2026-04-01T01:00:30Z")
    fixture.ticks("2026-04-01T00:00:00Z", 2)
    names = ["users", "events", "changes", "findings", "api-keys", "hours", "access"]
    bodies = [{"list": name, **filters_for(name, OURS)} for name in names]
    before = [exporter.make(**body) for body in bodies]
    asked = [exporter.ask(**body)["number"] for body in bodies]
    fixture.ticks("2026-04-01T02:00:00Z", 2)
    api.clock.advance(hours=1)
    exporter.build()
    after = [Exports(api.context.table).need("tenant-a", number) for number in asked]
    assert [each.hour for each in after] == ["2026-04-01T01:00:00Z"] * len(names)
    assert [each.sha256 for each in after] == [each.sha256 for each in before]
    assert exporter.make(list="users").sha256 != before[0].sha256


def test_an_event_sealed_after_the_hour_is_left_out() -> None:
    """By when each row came; of days those that were over."""
    rows = [{"sealed_hour": HOUR, "n": 1}, {"sealed_hour": END, "n": 2}]
    hour = parse_instant(HOUR)
    assert [row["n"] for row in pinned.until("events", iter(rows), hour)] == [1]
    days = [{"day": "2026-04-01"}, {"day": "2026-03-31"}]
    assert [*pinned.until("days", iter(days), hour)] == days[1:]
    last = parse_instant("2026-04-01T23:00:00Z")
    assert [*pinned.until("days", iter(days), last)] == days
    assert [*pinned.until("orgs", iter(days), hour)] == days


@pytest.mark.parametrize(
    "body",
    [{"list": "users"}, pytest.param({"everything": True}, marks=pytest.mark.slow)],
    ids=str,
)
def test_killed_at_any_call_it_ends_the_same(exporter: Exporter, body: dict[str, Any]) -> None:
    """Before the first calls, one in the midst and the last; the second try finds what is left."""
    rows, ready = Exports(exporter.api.context.table), exporter.make(**body)
    build: Callable[[], None] = lambda: building.build(  # noqa: E731
        "tenant-a", 1, EXPORTED, exporter.api.context, exporter.work
    )
    rows.update(ready, "ready", state="queued")
    with watched() as calls:
        build()
    n_calls = len(calls.names)
    assert calls.names[0] == "dynamodb.GetItem"
    assert {"s3.PutObject", "dynamodb.UpdateItem"} <= {*calls.names[-3:]}
    for nth in (1, 2, 3, n_calls // 2, n_calls - 2, n_calls - 1, n_calls):
        rows.update(ready, "ready", state="queued")
        for key in exporter.work.keys("exports/") if nth < n_calls else ():
            exporter.work.client.delete_object(Bucket=exporter.work.name, Key=key)
        with pytest.raises(Killed), watched(before=killing(nth)):
            build()
        assert rows.need("tenant-a", 1).state in ("queued", "building")
        build()
        again = rows.need("tenant-a", 1)
        assert (again.state, again.sha256, again.rows) == ("ready", ready.sha256, ready.rows)
        assert exporter.file(again)
        build()
        assert rows.need("tenant-a", 1) == again


def test_what_cannot_be_made_is_failed_in_words(
    exporter: Exporter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And stays visible as failed; what may pass is left to the queue."""
    exporter.ask(list="users")

    def missing(*_: object) -> None:
        raise EvidenceMissing("audit-evidence/seals/x is missing")

    monkeypatch.setattr(building, "pinned_list", missing)
    exporter.build()
    row = exporter.row(1)
    assert row["state"] == "failed"
    assert row["reason"].endswith("seals/x is missing")
    assert (row["sha256"], row["expires_at"]) == (None, None)

    def throttled(*_: object) -> None:
        raise ConnectionError

    exporter.ask(list="users")
    monkeypatch.setattr(building, "pinned_list", throttled)
    with pytest.raises(ConnectionError):
        exporter.build()
    assert exporter.row(2)["state"] == "building"


def test_what_is_given_up_is_failed_in_words(
    exporter: Exporter, aws: dict[str, str], table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not what is ready, nor another's, nor what never was."""
    for name, value in aws.items():
        monkeypatch.setenv(name, value)
    exporter.make(list="users")
    exporter.ask(list="users")

    def letter(number: int, tenant: str = "tenant-a") -> None:
        body = f'{{"export": {number}, "tenant_id": "{tenant}"}}'
        dead_letters.handle({"Records": [{"body": body}]}, None)

    for number in (1, 2, 2, 9):
        letter(number)
    letter(1, "tenant-b")
    states = [(row["number"], row["state"]) for row in exporter.api.get("/exports")["items"]]
    assert states == [(2, "failed"), (1, "ready")]
    assert exporter.row(2)["reason"].startswith("given up: every try to build it broke off")
    exporter.build()
    assert exporter.row(2)["state"] == "failed"


def test_the_function_builds_what_its_messages_name(
    exporter: Exporter, aws: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """By its own settings, without those of whoever answers requests."""
    for name, value in aws.items():
        if name not in ("PACK_LINK_ROLE_ARN", "PACKS_BUCKET", "PACK_QUEUE_URL"):
            monkeypatch.setenv(name, value)
    exporter.ask(list="users")
    body = '{"export": 1, "tenant_id": "tenant-a"}'
    assert handler.make_export({"Records": [{"body": body}]}, None) == {"batchItemFailures": []}
    assert exporter.row(1)["state"] == "ready"


def test_a_hostile_text_is_no_formula_in_the_file(
    api: Api, lab_of: MakeLab, exporter: Exporter
) -> None:
    """As in the list's own CSV: a project may be called anything."""
    world = World("org-hostile", admin_key="sk-admin-of-the-organization-hostile-1")
    start = world.at("2026-01-02T00:00:00Z").user_joins("olga", role="owner")
    start.project_created("evil", name='=HYPERLINK("http://x","y")')
    hostile = lab_of(world, "tenant-a")
    hostile.connect("2026-04-01T05:01:30Z")
    hostile.tick("2026-04-01T04:00:00Z")
    text = exporter.text(exporter.make(list="projects", org_id="org-hostile"))
    assert "\"'=HYPERLINK(" in text
    assert '"=HYPERLINK' not in text
