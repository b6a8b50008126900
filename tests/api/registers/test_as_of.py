"""Lists as of a sealed hour, and walks through them while hours close."""

import pytest

from functions.api.cursor import Cursors
from functions.api.registers.pins import Pins
from functions.api.schemas.registers import LISTED, ListedSection
from functions.shared.hours import hours_from, parse_instant, rfc3339
from functions.shared.records.registers import id_field
from functions.shared.sections import REGISTERED
from tests.api.conftest import OURS, THEIRS, Api, Body, MakeLab, story
from tools.openai_simulator import DEMO_ADMIN_KEY, DEMO_ORG_ID, DEMO_START, World, demo_world

HOURS = [f"2026-04-01T{hour:02}:00:00Z" for hour in range(5)]


def whole(api: Api, listed: ListedSection, **query: str) -> Body:
    """Return a list in one page, all states."""
    body = api.get(f"/{listed.name}", {"state": "all", "limit": "100", **query})
    assert body["next_cursor"] is None
    return body


def crowded() -> World:
    """Return an organization with something in every section."""
    world = story()
    start = world.at("2026-01-03T00:00:00Z").invite_sent("iris").group_created("ops")
    start.role_created("keeper", permissions=["api.projects.read"])
    start.service_account_created("bot", "web").member_added("web", "olga")
    start.group_given("ops", "keeper").group_member_added("ops", "olga").group_assigned(
        "ops", "web"
    )
    start.user_given("olga", "keeper").provider_created("ci", issuer="https://token.example.com")
    start.rule_created("deploy", "ci", "web", "bot", {"repository": "acme/web"})
    start.admin_key_made("second", "sk-admin-second-of-the-organization", owner="olga")
    return world


def test_every_sealed_section_has_its_list(api: Api, lab_of: MakeLab) -> None:
    """Rows with an organization and the hour of their state, found by what names them."""
    assert {listed.section for listed in LISTED} == {*REGISTERED, "findings"}
    fixture = lab_of(crowded(), "tenant-a")
    fixture.connect("2026-04-01T01:00:30Z")
    fixture.tick(HOURS[0])
    for listed in LISTED:
        body = whole(api, listed)
        (section,) = body["sections"]
        assert (section["hour"], section["org_id"]) == (HOURS[0], OURS)
        assert body["items"], listed.section
        for row in body["items"]:
            assert (row["org_id"], row["state_at"]) == (OURS, HOURS[0])
        if listed.section != "findings":
            identity = id_field(listed.section)
            wanted = body["items"][-1][identity]
            assert whole(api, listed, **{identity: wanted})["items"] == body["items"][-1:]
            assert body["items"][-1] in whole(api, listed, q=wanted[1:].upper())["items"]


def test_an_hour_is_shown_as_it_was_sealed(api: Api, lab_of: MakeLab) -> None:
    """Each list of each of five hours, asked for hours later; any instant of the hour will do."""
    fixture = lab_of(story(), "tenant-a")
    fixture.connect("2026-04-01T01:00:30Z")
    then = {}
    for hour in HOURS:
        fixture.tick(hour)
        then[hour] = {listed.name: whole(api, listed) for listed in LISTED}
    assert len({str(lists) for lists in then.values()}) == len(HOURS)
    for hour, lists in then.items():
        for listed in LISTED:
            for instant in (hour, hour.replace(":00:00Z", ":59:59Z")):
                assert whole(api, listed, as_of=instant) == lists[listed.name]


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_forty_eight_of_forty_eight_hours_are_shown_as_they_were_sealed(
    api: Api, lab_of: MakeLab
) -> None:
    """Two days of the demo's organization, every list, in pages."""
    world = demo_world(DEMO_START, days=4)
    world.org_id, world.admin_key = DEMO_ORG_ID, DEMO_ADMIN_KEY
    world.first = world.organizations[DEMO_ORG_ID]
    fixture = lab_of(world, "tenant-a")
    fixture.connect("2026-04-01T01:05:00Z")
    then = {}
    for hour in hours_from(parse_instant(HOURS[0]), parse_instant("2026-04-03T00:00:00Z")):
        fixture.tick(rfc3339(hour))
        then[rfc3339(hour)] = lists_of(api)
    equal = [hour for hour, lists in then.items() if lists_of(api, as_of=hour) == lists]
    print(f"as_of equals what was sealed: {len(equal)} of {len(then)} hours")
    assert equal == [*then]
    assert len(then) == 48


def lists_of(api: Api, **query: str) -> dict[str, list[Body]]:
    """Return the rows of every list, page by page."""
    return {
        listed.name: [
            row for page in api.pages(f"/{listed.name}", 100, state="all", **query) for row in page
        ]
        for listed in LISTED
    }


@pytest.mark.parametrize(
    ("as_of", "words"),
    [
        ("2026-04-01T05:00:00Z", "the hour 2026-04-01T05:00:00Z, which has not ended"),
        ("9999-12-31T23:59:59Z", "which has not ended"),
        (
            "2026-03-31T23:30:00Z",
            "2026-03-31T23:00:00Z was not sealed; the nearest one that was is 2026-04-01T00:00:00Z",
        ),
        ("0001-01-01T00:00:00Z", "the nearest one that was is 2026-04-01T00:00:00Z"),
        ("2026-04-01", "as_of must look like"),
        ("", "as_of must look like"),
    ],
)
def test_an_hour_that_nobody_sealed_is_refused_in_words(
    sealed: Api, as_of: str, words: str
) -> None:
    """With those that are nearest."""
    status, problem = sealed.ask("GET /users", query={"as_of": as_of})
    assert status == 400
    assert words in problem["detail"]


def test_an_hour_between_sealed_ones_names_both(sealed: Api) -> None:
    """And before the first one is sealed, that none was."""
    table = sealed.context.table
    table.delete("T#tenant-a#O#org-first", "HOUR#2026-04-01T02:00:00Z")
    _, problem = sealed.ask("GET /users", query={"as_of": "2026-04-01T02:30:00Z"})
    assert "the nearest ones that were are 2026-04-01T01:00:00Z and 2026-04-01T03" in str(problem)
    for hour in HOURS:
        table.delete("T#tenant-a#O#org-first", f"HOUR#{hour}")
    _, problem = sealed.ask("GET /users", query={"as_of": "2026-04-01T02:30:00Z"})
    assert problem["detail"].endswith("was not sealed; none was yet.")


def test_an_organization_connected_later_has_no_rows_as_of_before(
    api: Api, lab_of: MakeLab
) -> None:
    """And says so: over several organizations that is no reason to show none."""
    first = lab_of(story(), "tenant-a")
    first.connect("2026-04-01T01:00:30Z")
    first.ticks(HOURS[0], 3)
    second = World("org-second", admin_key="sk-admin-of-the-second-organization-0002")
    second.at("2026-01-01T00:00:00Z").user_joins("sia", role="owner")
    later = lab_of(second, "tenant-a")
    later.connect("2026-04-01T03:00:30Z")
    later.tick(HOURS[2])
    assert len(api.get("/users", {"as_of": HOURS[2]})["items"]) == 3
    body = api.get("/users", {"as_of": HOURS[0]})
    assert {row["org_id"] for row in body["items"]} == {OURS}
    reasons = {each["org_id"]: each["reason"] for each in body["sections"]}
    assert reasons == {OURS: None, "org-second": "hour_not_sealed"}
    pages = api.pages("/users", 1, as_of=HOURS[0])
    assert [row for page in pages for row in page] == body["items"]
    status, problem = api.ask("GET /users", query={"as_of": HOURS[0], "org_id": "org-second"})
    assert (status, "2026-04-01T02:00:00Z" in problem["detail"]) == (400, True)


@pytest.mark.parametrize("sort", [None, "-user_id", "role"])
def test_a_walk_while_three_hours_close_loses_and_doubles_nothing(
    api: Api, lab_of: MakeLab, sort: str | None
) -> None:
    """People join before and behind the place, one leaves: each page is of the first one's hour."""
    world = World(OURS)
    start = world.at("2026-01-02T00:00:00Z").user_joins("m0", role="owner")
    for n in range(1, 8):
        start.user_joins(f"m{n}")
    for n in (1, 2, 3):
        moment = world.at(f"2026-04-01T0{n}:10:00Z")
        moment.user_joins(f"a{n}").user_joins(f"z{n}").user_leaves(f"m{2 * n}")
    fixture = lab_of(world, "tenant-a")
    fixture.connect("2026-04-01T01:00:30Z")
    fixture.tick(HOURS[0])
    query = {"limit": "2"} | ({"sort": sort} if sort else {})
    before = api.get("/users", query | {"limit": "100"})
    assert len(before["items"]) == 8
    rows, cursor = [], ""
    for n in range(4):
        body = api.get("/users", query | {"cursor": cursor})
        assert body["sections"] == before["sections"]
        rows += body["items"]
        cursor = body["next_cursor"]
        if n < 3:
            fixture.tick(HOURS[n + 1])
    assert cursor is None
    assert rows == before["items"]
    newest = api.get("/users", query | {"limit": "100"})["items"]
    assert {row["user_id"] for row in newest} - {row["user_id"] for row in rows}


def test_a_cursor_of_another_hour_is_not_one_of_the_hour_asked_for(sealed: Api) -> None:
    """And one without an hour in the query goes on in the hour it is of."""
    first = sealed.get("/users", {"limit": "1", "state": "all", "as_of": HOURS[1]})
    query = {"limit": "1", "state": "all", "cursor": first["next_cursor"]}
    rest = sealed.get("/users", query)
    assert rest["sections"][0]["hour"] == HOURS[1]
    assert rest == sealed.get("/users", query | {"as_of": HOURS[1]})
    status, problem = sealed.ask("GET /users", query=query | {"as_of": HOURS[2]})
    assert (status, "start again" in problem["detail"]) == (400, True)


@pytest.mark.parametrize(
    ("hours", "org", "row", "status"),
    [
        (Pins(parse_instant(HOURS[0]), {}).write(), OURS, "0", 200),
        (Pins(parse_instant("2031-01-01T00:00:00Z"), {}).write(), OURS, "", 200),
        (Pins(parse_instant("2031-01-01T00:00:00Z"), {}).write(), OURS, "0", 400),
        (Pins(parse_instant(HOURS[0]), {}).write(), OURS, "999", 400),
        (Pins(parse_instant(HOURS[0]), {}).write(), OURS, "-1", 400),
        (Pins(parse_instant(HOURS[0]), {}).write(), OURS, "1" * 10, 400),
        (Pins(parse_instant(HOURS[0]), {}).write(), THEIRS, "0", 404),
        (Pins(parse_instant(HOURS[0]), {}).write(), "../org-other", "0", 404),
        ("", OURS, "0", 400),
        ("AA", OURS, "0", 400),
        ("tenant=tenant-b/org=org-other/registers/x", OURS, "0", 400),
    ],
)
def test_a_forged_cursor_reads_what_its_forger_may_read(
    sealed: Api, hours: str, org: str, row: str, status: int
) -> None:
    """It names an hour and no object: keys are made of the tenant's own name."""
    cursor = Cursors("tenant-a", "users", 3, 7600, 7600).write(hours, org, row)
    assert sealed.ask("GET /users", query={"cursor": cursor})[0] == status
    assert sealed.ask("GET /users", query={"cursor": cursor, "sort": "role"})[0] == status
    kept = sealed.context.registers._kept._kept
    assert all(key.startswith("tenant=tenant-a/org=org-first/registers/") for key in kept)
    assert "otto" not in "".join(sealed.replies)
