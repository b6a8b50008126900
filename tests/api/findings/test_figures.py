"""What findings come to: the figures are those that the lists would be counted to."""

import random
from collections import Counter
from datetime import UTC, date, datetime, timedelta

from functions.api.finding_state_rows import NOTHING_SAID
from functions.api.findings.figures import figures_of
from functions.shared.records.findings import Finding, FindingState, FindingStatement
from tests.api.conftest import OURS, Api, MakeLab
from tests.api.findings.conftest import many_findings

TODAY = date(2026, 4, 1)
NOW = datetime(2026, 4, 1, 6, tzinfo=UTC)
STATE = "PUT /orgs/{org_id}/findings/{finding_id}/state"


def _some_day(draw: random.Random) -> str | None:
    back = draw.choice([None, *range(-40, 40)])
    return None if back is None else (TODAY - timedelta(days=back)).isoformat()


def drawn(seed: int) -> list[tuple[Finding, FindingStatement]]:
    """Return some hundred findings of any age, and anything that may be said of them."""
    draw = random.Random(seed)  # noqa: S311
    every: list[tuple[Finding, FindingStatement]] = []
    for n in range(400):
        first = NOW - timedelta(hours=draw.randrange(150 * 24))
        resolved = first + timedelta(hours=draw.randrange(100 * 24))
        is_open = resolved > NOW or draw.random() < 0.3
        due, review = (_some_day(draw) for _ in range(2))
        said: FindingState = {
            **NOTHING_SAID,
            "state": draw.choice(["open", "acknowledged", "accepted"]),
            "accountable": draw.choice([None, "user-ann", "team:platform-2"]),
            "review_date": review,
        }
        finding: Finding = {
            "finding_id": f"{n:024x}",
            "kind": draw.choice(["stale_key", "orphan_key", "many_owners"]),
            "reason": "",
            "severity": draw.choice(["high", "medium", "low"]),
            "section": "api_keys",
            "entity_id": "",
            "still_works": None,
            "first_seen_hour": f"{first:%Y-%m-%dT%H:00:00Z}",
            "resolved_hour": None if is_open else f"{resolved:%Y-%m-%dT%H:00:00Z}",
            "resolved_by": None,
        }
        every.append((finding, {"stated": said, "due_by": due}))
    return every


def test_the_figures_are_those_that_a_plain_count_gives() -> None:
    """Of some hundred findings, each question asked of every one of them."""
    every, today = drawn(13), TODAY.isoformat()
    figures = figures_of(every, TODAY)
    unresolved = [each for each in every if each[0]["resolved_hour"] is None]
    late = [each for each in unresolved if each[1]["due_by"] and each[1]["due_by"] < today]

    def stands_accepted(each: tuple[Finding, FindingStatement]) -> bool:
        said = each[1]["stated"]
        review = said["review_date"] or "9999"
        return said["state"] == "accepted" and review > today and each not in late

    accepted = [each for each in unresolved if stands_accepted(each)]
    n_open = [each for each in unresolved if each not in accepted]
    assert (figures["open"], figures["late"]) == (len(n_open), len(late))
    assert figures["accepted"] == len(accepted)
    assert 0 < len(late) < len(n_open)
    assert len(accepted) > 0
    by_kind = Counter((each[0]["severity"], each[0]["kind"]) for each in n_open)
    assert {(row["severity"], row["kind"]): row["open"] for row in figures["by_kind"]} == by_kind
    assert figures["by_severity"] == Counter(each[0]["severity"] for each in n_open)
    people = {row["accountable"]: row for row in figures["by_accountable"]}
    assert [*people] == ["team:platform-2", "user-ann"]
    for person, row in people.items():
        of = [each for each in n_open if each[1]["stated"]["accountable"] == person]
        assert (row["open"], row["late"]) == (len(of), sum(each in late for each in of))
        closed = [
            each[0]["resolved_hour"][:10] <= each[1]["due_by"]
            for each in every
            if each[1]["stated"]["accountable"] == person
            and each[1]["due_by"]
            and each[0]["resolved_hour"]
            and each[0]["resolved_hour"] >= "2026-01-02"
        ]
        in_time = sum(closed)
        assert (row["closed_in_time"], row["closed_late"]) == (in_time, len(closed) - in_time)
    assert figures["unassigned"] + sum(row["open"] for row in people.values()) == figures["open"]


def test_the_trend_is_each_day_by_itself() -> None:
    """Ninety days, the oldest first; open at a day's end is what no hour of it resolved."""
    every = drawn(14)
    trend = figures_of(every, TODAY)["trend"]
    assert (len(trend), trend[0]["day"], trend[-1]["day"]) == (90, "2026-01-02", "2026-04-01")
    for row in trend:
        began = [each[0] for each in every if each[0]["first_seen_hour"][:10] <= row["day"]]
        ends = [finding["resolved_hour"] for finding in began]
        assert row == {
            "day": row["day"],
            "opened": sum(each["first_seen_hour"][:10] == row["day"] for each in began),
            "resolved": sum(end is not None and end[:10] == row["day"] for end in ends),
            "open": sum(end is None or end[:10] > row["day"] for end in ends),
        }


def test_an_acceptance_ends_on_its_review_date_and_behind_its_due_date() -> None:
    """Due days are in time to their end."""
    cases = [
        ("2026-04-02", None, (0, 1)),
        ("2026-04-01", None, (1, 0)),
        (None, "2026-04-01", (0, 1)),
        (None, "2026-03-31", (1, 0)),
        (None, None, (0, 1)),
    ]
    finding = drawn(1)[0][0] | {"resolved_hour": None}
    for review, due, counts in cases:
        said: FindingState = {**NOTHING_SAID, "state": "accepted", "review_date": review}
        figures = figures_of([(finding, {"stated": said, "due_by": due})], TODAY)
        assert (figures["open"], figures["accepted"]) == counts, (review, due)
        assert figures["late"] == (due == "2026-03-31")


def test_of_days_before_anybody_looked_nothing_is_known() -> None:
    """Null, and no zero."""
    trend = figures_of(drawn(14), TODAY, "2026-03-01")["trend"]
    assert [row["day"] for row in trend if row["open"] is None][-1] == "2026-02-28"
    assert all((row["open"] is None) == (row["opened"] is None) for row in trend)
    known = figures_of(drawn(14), TODAY)["trend"]
    assert [row for row in trend if row["day"] >= "2026-03-01"] == known[-32:]


def test_lists_and_summary_agree(told: Api) -> None:
    """What is open, late, accepted and somebody's, by the list's own filters."""
    told.ask("PUT /deadlines", body={"high_days": 1, "medium_days": 30})
    first, second, third = told.get("/findings")["items"][:3]
    for row, said in (
        (first, {"state": "acknowledged", "accountable": "team:platform-2"}),
        (second, {"state": "accepted", "reason_code": "business_need"}),
        (third, {"state": "accepted", "reason_code": "business_need", "review_date": "2026-04-03"}),
    ):
        path = {"org_id": row["org_id"], "finding_id": row["finding_id"]}
        assert told.ask(STATE, path=path, body=said)[0] == 200
    for day, back in (("2026-04-01", 0), ("2026-04-03", 1), ("2026-05-02", 1)):
        told.clock.set(f"{day}T04:01:00Z")
        figures = told.get("/findings/summary", {"org_id": OURS}, group="auditor")
        unresolved = told.get("/findings", {"limit": "100"})["items"]
        n_accepted = len(told.get("/findings", {"stated": "accepted"})["items"]) - back
        assert figures["accepted"] == n_accepted == 2 - back
        assert figures["open"] == len(unresolved) - n_accepted
        late = told.get("/findings", {"due_before": day, "limit": "100"})["items"]
        assert figures["late"] == len(late)
        (team,) = figures["by_accountable"]
        assert (team["accountable"], team["open"]) == ("team:platform-2", 1)
        assert figures["trend"][-1]["open"] == len(unresolved)
        assert [each["hour"] for each in figures["sections"]] == ["2026-04-01T03:00:00Z"]
    opened = Counter(row["first_seen_hour"][:10] for row in unresolved)
    assert figures["trend"][-32]["day"] == "2026-04-01"
    gone = told.get("/findings", {"state": "resolved"})["items"]
    assert figures["trend"][-32]["opened"] == opened["2026-04-01"] + len(gone)
    assert figures["trend"][-32]["resolved"] == len(gone)


def test_two_organizations_are_summed_and_nobody_elses(api: Api, lab_of: MakeLab) -> None:
    """And before anything is sealed there is nothing, said to be unknown."""
    nothing = api.get("/findings/summary")
    assert (nothing["open"], nothing["by_kind"], nothing["sections"]) == (0, [], [])
    tenants = {"org-first": "tenant-a", "org-second": "tenant-a", "org-other": "tenant-b"}
    for org, tenant in tenants.items():
        fixture = lab_of(many_findings(org), tenant)
        fixture.connect("2026-04-01T01:00:30Z")
        fixture.tick("2026-04-01T00:00:00Z")
    one = api.get("/findings/summary", {"org_id": "org-second"})
    both = api.get("/findings/summary")
    assert (both["open"], len(both["sections"])) == (2 * one["open"], 2)
    assert one["open"] == len(api.get("/findings", {"org_id": "org-second"})["items"]) > 0
