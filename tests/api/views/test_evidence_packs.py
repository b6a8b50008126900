"""Evidence packs over HTTP: asked for, watched, downloaded."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from functions.shared.aws import clients
from functions.shared.aws.bucket import Bucket
from functions.shared.aws.queue import Queue
from functions.shared.hours import rfc3339
from functions.shared.records.tables import PackState
from functions.shared.tables.packs import Pack
from tests.api.conftest import OURS, Api, Body, MakeLab
from tests.support.aws_state import all_items, received
from tools.openai_simulator import World

PERIOD = {"period_start": "2026-04-01T00:00:00Z", "period_end": "2026-04-01T04:59:59Z"}
ARCHIVE = b"archive"


def make_ready(api: Api, number: int) -> Pack:
    """Put an archive where the pack function would, and mark the pack ready."""
    key = f"tenant=tenant-a/pack-{number}/{'a' * 64}/pack-{number}.tar.gz"
    bucket = Bucket(clients.s3(), api.context.pack_links.bucket)
    bucket.put_once(key, ARCHIVE, "application/gzip")
    version = bucket.client.head_object(Bucket=bucket.name, Key=key)["VersionId"]
    return api.context.packs.update(
        api.context.packs.need("tenant-a", number),
        state="ready",
        object_key=key,
        object_version=version,
        size_bytes=len(ARCHIVE),
        archive_sha256="a" * 64,
        manifest_sha256="b" * 64,
        signing_public_hex="c" * 64,
        signing_key_id="key-1",
    )


def custody(api: Api) -> list[tuple[str, str, dict[str, Any]]]:
    """Return the tenant's custody entries."""
    rows = api.context.table.query("T#tenant-a", prefix="CUSTODY#")
    return [(row["action"], row["by"], row["facts"]) for row in rows]


def test_a_request_gives_the_pack_a_number_and_sends_it_to_be_built(
    sealed: Api, pack_queue: Queue
) -> None:
    """202, the address of the pack, the row, the message and the custody entry."""
    reply = sealed.reply("POST /evidence-packs", body=PERIOD)
    assert reply["statusCode"] == 202
    assert reply["headers"]["location"] == "/api/v1/openai/evidence-packs/1"
    body = sealed.get("/evidence-packs/{number}", path={"number": "1"})
    assert body["state"] == "queued"
    assert body["kind"] == "on_demand"
    assert body["profile"] == "full"
    assert body["org_ids"] == [OURS]
    assert body["cut_hour"] == "2026-04-01T04:00:00Z"
    assert body["created_at"] == "2026-04-01T05:01:00Z"
    assert body["verify_with"] is None
    assert received(pack_queue) == [{"number": 1, "tenant_id": "tenant-a"}]
    assert custody(sealed) == [("pack.requested", "user-1", {"number": 1})]


def test_numbers_are_a_tenants_own_and_lists_are_newest_first(sealed: Api) -> None:
    """1, 2, 3 for each tenant; pages join."""
    for hour in (2, 3, 4):
        body = PERIOD | {"period_end": f"2026-04-01T0{hour}:59:59Z"}
        sealed.ask("POST /evidence-packs", body=body)
    theirs = {"period_start": "2026-04-01T00:00:00Z", "period_end": "2026-04-01T00:59:59Z"}
    assert sealed.ask("POST /evidence-packs", body=theirs, tenant="tenant-b")[1]["number"] == 1
    rows = [row["number"] for page in sealed.pages("/evidence-packs", 2) for row in page]
    assert rows == [3, 2, 1]


def test_a_second_click_makes_no_second_pack(sealed: Api, pack_queue: Queue) -> None:
    """While one like it is on its way that one is the answer; a new one follows an ended one."""
    first = sealed.ask("POST /evidence-packs", body=PERIOD)
    assert sealed.ask("POST /evidence-packs", body=PERIOD) == first
    assert sealed.ask("POST /evidence-packs", body=PERIOD | {"org_ids": [OURS]}) == first
    assert {body["number"] for body in received(pack_queue)} == {1}
    core = sealed.ask("POST /evidence-packs", body=PERIOD | {"profile": "core"})
    assert core[1]["number"] == 2
    make_ready(sealed, 1)
    assert sealed.ask("POST /evidence-packs", body=PERIOD)[1]["number"] == 3
    assert [action for action, *_ in custody(sealed)] == ["pack.requested"] * 5


def test_the_cut_is_the_last_hour_all_have_closed(sealed: Api) -> None:
    """A period in the past may use what was sealed since."""
    body = PERIOD | {"period_end": "2026-04-01T01:59:59Z", "profile": "core"}
    pack = sealed.ask("POST /evidence-packs", body=body)[1]
    assert (pack["cut_hour"], pack["profile"]) == ("2026-04-01T04:00:00Z", "core")


BODIES: dict[str, tuple[object, int, str, str]] = {
    "reversed": (
        {"period_start": PERIOD["period_end"], "period_end": PERIOD["period_start"]},
        400,
        "period-invalid",
        "ends before it starts",
    ),
    "not whole hours": (
        PERIOD | {"period_end": "2026-04-01T04:30:00Z"},
        400,
        "period-invalid",
        "whole hours",
    ),
    "end on the hour": (
        PERIOD | {"period_end": "2026-04-01T04:00:00Z"},
        400,
        "period-invalid",
        "last second",
    ),
    "too long": (
        PERIOD | {"period_start": "2025-01-01T00:00:00Z"},
        400,
        "period-invalid",
        "13 months",
    ),
    "past the last closed hour": (
        PERIOD | {"period_end": "2026-04-01T05:59:59Z"},
        400,
        "period-invalid",
        "2026-04-01T04:00:00Z",
    ),
    "before anything was connected": (
        {"period_start": "2026-03-01T00:00:00Z", "period_end": "2026-03-01T23:59:59Z"},
        400,
        "period-invalid",
        "o organization has an hour in this period",
    ),
    "no such form": (PERIOD | {"period_start": "April"}, 400, "period-invalid", "must look like"),
    "no period": ({}, 400, "period-invalid", "must look like"),
    "period of another type": (
        {"period_start": 1, "period_end": 2},
        400,
        "period-invalid",
        "must look like",
    ),
    "unknown profile": (PERIOD | {"profile": "tiny"}, 400, "bad-request", "full, core"),
    "profile of another type": (PERIOD | {"profile": None}, 400, "bad-request", "full, core"),
    "no organization named": (PERIOD | {"org_ids": []}, 400, "bad-request", "org_ids"),
    "one organization twice": (PERIOD | {"org_ids": [OURS, OURS]}, 400, "bad-request", "each once"),
    "organizations of another type": (PERIOD | {"org_ids": OURS}, 400, "bad-request", "a list"),
    "ids of another type": (PERIOD | {"org_ids": [7]}, 400, "bad-request", "a list"),
    "an organization that never was": (
        PERIOD | {"org_ids": ["org-never-was"]},
        404,
        "not-found",
        "no such thing",
    ),
    "another tenant's organization": (
        PERIOD | {"org_ids": ["org-other"]},
        404,
        "not-found",
        "no such thing",
    ),
    "a malformed organization": (PERIOD | {"org_ids": ["?"]}, 404, "not-found", "no such thing"),
    "tenant in the body": (PERIOD | {"tenant_id": "tenant-b"}, 400, "bad-request", "tenant_id"),
    "broken": ('{"period_start": ', 400, "bad-request", "JSON"),
}


def test_a_request_that_cannot_be_met_is_refused_and_nothing_is_stored(
    sealed: Api, pack_queue: Queue
) -> None:
    """The problem says what to do; no number is given away."""
    before = all_items(sealed.context.table)
    for name, (body, status, slug, words) in BODIES.items():
        got, problem = sealed.ask("POST /evidence-packs", body=body)
        assert (got, problem["type"]) == (status, f"/problems/{slug}"), name
        assert words in problem["detail"], name
        assert all_items(sealed.context.table) == before, name
    assert received(pack_queue) == []


def test_an_hour_that_is_not_closed_yet_is_waited_for(api: Api, lab_of: MakeLab) -> None:
    """A slow organization is not silently left out of a pack over all."""
    for org, hours in (("org-fast", 2), ("org-slow", 1)):
        world = World(org)
        world.at("2026-01-01T00:00:00Z").user_joins("zoe", role="owner")
        fixture = lab_of(world, "tenant-a")
        fixture.connect("2026-04-01T01:00:30Z")
        fixture.ticks("2026-04-01T00:00:00Z", hours)
    api.clock.set("2026-04-01T02:02:00Z")
    body: Body = PERIOD | {"period_end": "2026-04-01T01:59:59Z"}
    status, problem = api.ask("POST /evidence-packs", body=body)
    assert (status, problem["type"]) == (400, "/problems/period-invalid")
    assert "org-slow" in problem["detail"]
    assert api.ask("POST /evidence-packs", body=body | {"org_ids": ["org-fast"]})[0] == 202


def test_a_disconnected_organization_stays_in_packs_of_its_time(
    sealed: Api, lab_of: MakeLab
) -> None:
    """Its hours are history, and hold nothing up."""
    fixture = lab_of(World(OURS), "tenant-a")
    fixture.change("disconnected", "2026-04-01T05:30:00Z", status="disconnected", admin_key=b"")
    sealed.clock.set("2026-04-05T00:00:00Z")
    body = PERIOD | {"period_end": "2026-04-03T23:59:59Z"}
    assert sealed.ask("POST /evidence-packs", body=body)[1]["org_ids"] == [OURS]


def test_an_auditor_reads_and_downloads_but_does_not_ask_for_packs(sealed: Api) -> None:
    """The group decides."""
    assert sealed.ask("POST /evidence-packs", body=PERIOD, group="auditor")[0] == 403
    sealed.ask("POST /evidence-packs", body=PERIOD)
    make_ready(sealed, 1)
    route, each = "GET /evidence-packs/{number}/download", {"number": "1"}
    assert sealed.reply(route, path=each, group="auditor")["statusCode"] == 303


def test_a_ready_pack_says_how_it_is_verified(sealed: Api) -> None:
    """With the key it was signed with, never with its place in the bucket."""
    sealed.ask("POST /evidence-packs", body=PERIOD)
    make_ready(sealed, 1)
    body = sealed.get("/evidence-packs/{number}", path={"number": "1"})
    assert body["state"] == "ready"
    assert body["verify_with"].endswith(f"pack-1.tar.gz --expected-pubkey {'c' * 64}")
    assert "object_key" not in body


def test_a_download_leads_to_one_version_as_an_attachment_for_minutes(sealed: Api) -> None:
    """The parsed link (T6): SigV4, this version, gzip, attachment, at most 15 minutes."""
    sealed.ask("POST /evidence-packs", body=PERIOD)
    pack = make_ready(sealed, 1)
    reply = sealed.reply("GET /evidence-packs/{number}/download", path={"number": "1"})
    assert reply["statusCode"] == 303
    assert reply["headers"]["cache-control"] == "no-store"
    assert reply["headers"]["referrer-policy"] == "no-referrer"
    assert "X-Amz" not in reply["body"]
    link = urlsplit(reply["headers"]["location"])
    query = {name: values[0] for name, values in parse_qs(link.query).items()}
    assert link.scheme == "https"
    assert link.path == f"/{pack.object_key}".replace("=", "%3D")
    assert query["X-Amz-Algorithm"] == "AWS4-HMAC-SHA256"
    assert query["X-Amz-Expires"] == "300"
    assert query["versionId"] == pack.object_version
    assert query["response-content-disposition"] == 'attachment; filename="pack-1.tar.gz"'
    assert query["response-content-type"] == "application/gzip"
    assert ("pack.link_made", "user-1", {"number": 1}) in custody(sealed)


def test_a_program_gets_the_link_as_json(sealed: Api) -> None:
    """With when it ends, by AWS's clock; the caller may ask for up to 15 minutes."""
    sealed.ask("POST /evidence-packs", body=PERIOD)
    make_ready(sealed, 1)
    facts: Any = {"path": {"number": "1"}, "headers": {"accept": "application/json"}}
    route = "GET /evidence-packs/{number}/download"
    status, body = sealed.ask(route, query={"lifetime_s": "60"}, **facts)
    query = {name: values[0] for name, values in parse_qs(urlsplit(body["url"]).query).items()}
    signed_at = datetime.strptime(query["X-Amz-Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    assert (status, query["X-Amz-Expires"]) == (200, "60")
    assert body["expires_at"] == rfc3339(signed_at + timedelta(seconds=60))
    assert "X-Amz-Expires=900" in sealed.ask(route, query={"lifetime_s": "900"}, **facts)[1]["url"]
    for text in ("901", "0", "-1", "1e3", "³"):
        assert sealed.ask(route, query={"lifetime_s": text}, **facts)[0] == 400


@pytest.mark.parametrize("state", ["queued", "building", "failed"])
def test_a_pack_that_is_not_ready_says_its_state(sealed: Api, state: PackState) -> None:
    """409, no link, no custody entry of one."""
    sealed.ask("POST /evidence-packs", body=PERIOD)
    sealed.context.packs.update(sealed.context.packs.need("tenant-a", 1), state=state, reason="why")
    route = "GET /evidence-packs/{number}/download"
    status, problem = sealed.ask(route, path={"number": "1"})
    assert (status, problem["type"]) == (409, "/problems/conflict")
    assert state in problem["detail"]
    assert [entry[0] for entry in custody(sealed)] == ["pack.requested"]


@pytest.mark.parametrize("number", ["2", "0", "01", "-1", "1.0", "one", "１", "9" * 30, ""])
@pytest.mark.parametrize("tail", ["", "/download"])
def test_a_number_that_no_pack_has_is_not_found(api: Api, number: str, tail: str) -> None:
    """Whatever it looks like, the same answer."""
    result = api.reply(f"GET /evidence-packs/{{number}}{tail}", path={"number": number})
    assert result == api.reply(f"GET /evidence-packs/{{number}}{tail}", path={"number": "3"})
    assert result["statusCode"] == 404
