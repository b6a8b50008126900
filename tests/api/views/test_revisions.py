"""Revisions over HTTP: a new pack that names the one it replaces."""

from typing import Any

import pytest

from functions.shared.aws.queue import Queue
from functions.shared.records.tables import PackState
from tests.api.conftest import OURS, Api, Body
from tests.api.views.test_evidence_packs import PERIOD, custody, make_ready
from tests.support.aws_state import all_items, received

ROUTE = "POST /evidence-packs"


@pytest.fixture
def ready(sealed: Api) -> Api:
    """Give the function with a ready pack 1, of profile `core`."""
    sealed.ask(ROUTE, body=PERIOD | {"profile": "core"})
    make_ready(sealed, 1)
    return sealed


def test_a_revision_names_the_pack_it_replaces_and_the_list_shows_both(
    ready: Api, pack_queue: Queue
) -> None:
    """Number and cut of its own; period, organizations and profile of the other, which stays."""
    before = ready.get("/evidence-packs/{number}", path={"number": "1"})
    received(pack_queue)
    status, pack = ready.ask(ROUTE, body=PERIOD | {"replaces": 1})
    assert status == 202
    assert (pack["number"], pack["kind"], pack["replaces"]) == (2, "revision", 1)
    assert (pack["profile"], pack["org_ids"]) == ("core", [OURS])
    assert received(pack_queue) == [{"number": 2, "tenant_id": "tenant-a"}]
    listed = ready.get("/evidence-packs")["items"]
    assert [(each["number"], each["kind"]) for each in listed] == [
        (2, "revision"),
        (1, "on_demand"),
    ]
    assert listed[1] == before
    assert ("pack.requested", "user-1", {"number": 2, "replaces": 1}) in custody(ready)


def test_a_revision_may_change_the_profile_and_be_revised_itself(ready: Api) -> None:
    """And a failed pack is replaced like a ready one."""
    body = PERIOD | {"replaces": 1, "profile": "full", "org_ids": [OURS]}
    assert ready.ask(ROUTE, body=body)[1]["profile"] == "full"
    pack = ready.context.packs.need("tenant-a", 2)
    ready.context.packs.update(pack, state="failed", reason="an object is missing")
    assert ready.ask(ROUTE, body=PERIOD | {"replaces": 2})[1]["replaces"] == 2
    assert ready.context.packs.need("tenant-a", 3).profile == "full"


def test_asking_twice_while_it_is_being_made_makes_one(ready: Api) -> None:
    """A second click answers with the first pack; one of another pack is another one."""
    first = ready.ask(ROUTE, body=PERIOD | {"replaces": 1})[1]
    assert ready.ask(ROUTE, body=PERIOD | {"replaces": 1})[1] == first
    assert ready.ask(ROUTE, body=PERIOD | {"profile": "core"})[1]["kind"] == "on_demand"


SHORT = {"period_end": "2026-04-01T03:59:59Z"}
REFUSED: dict[str, tuple[Body, int, str]] = {
    "another period": (PERIOD | SHORT | {"replaces": 1}, 400, "2026-04-01T04:59:59Z"),
    "other organizations": (PERIOD | {"replaces": 1, "org_ids": ["org-x1"]}, 400, OURS),
    "one organization twice": (PERIOD | {"replaces": 1, "org_ids": [OURS] * 2}, 400, OURS),
    "organizations of another type": (PERIOD | {"replaces": 1, "org_ids": OURS}, 400, OURS),
    "ids of another type": (PERIOD | {"replaces": 1, "org_ids": [7]}, 400, OURS),
    "text": (PERIOD | {"replaces": "1"}, 400, "number of a pack"),
    "a fraction": (PERIOD | {"replaces": 1.5}, 400, "number of a pack"),
    "true": (PERIOD | {"replaces": True}, 400, "number of a pack"),
    "none": (PERIOD | {"replaces": 0}, 400, "number of a pack"),
    "a pack that never was": (PERIOD | {"replaces": 2}, 404, "no such thing"),
    "a number no pack can have": (PERIOD | {"replaces": 10**30}, 404, "no such thing"),
}


def test_a_revision_of_something_else_is_refused_and_nothing_is_stored(ready: Api) -> None:
    """In words that say what the replaced pack is about."""
    before = all_items(ready.context.table)
    for name, (body, status, words) in REFUSED.items():
        got, problem = ready.ask(ROUTE, body=body)
        assert (got, words in problem["detail"]) == (status, True), (name, problem)
        assert all_items(ready.context.table) == before, name


@pytest.mark.parametrize("state", ["queued", "building"])
def test_a_pack_that_is_being_made_is_not_replaced(ready: Api, state: PackState) -> None:
    """It may yet become right."""
    ready.context.packs.update(ready.context.packs.need("tenant-a", 1), state=state)
    got, problem = ready.ask(ROUTE, body=PERIOD | {"replaces": 1})
    assert (got, state in problem["detail"]) == (409, True)


def test_another_tenants_pack_cannot_be_replaced(ready: Api) -> None:
    """Its number answers like one that no pack has."""
    body: Any = {"period_start": PERIOD["period_start"], "period_end": "2026-04-01T01:59:59Z"}
    theirs = ready.reply(ROUTE, body=body | {"replaces": 1}, tenant="tenant-b")
    never = ready.reply(ROUTE, body=body | {"replaces": 99}, tenant="tenant-b")
    assert theirs["statusCode"] == 404
    assert theirs == never
