"""Ten questions of a security lead, each with the clicks from Now that answer it.

The answer is read off the page; the truth is the simulator's own, or what the test has done.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from playwright.sync_api import Locator, Page

from tests.dashboard.lead.hand import Hand
from tests.dashboard.lead.past import ACCOUNTABLE, DUE, MISSED, REVIEW, Past
from tests.dashboard.lead.seeds import OWNER

Answer = set[tuple[str, ...]]


@dataclass(frozen=True)
class Question:
    """A question.

    Attributes:
        words: what is asked.
        clicks: does them.
        answer: reads it off the page.
        truth: what it must be.
    """

    words: str
    clicks: Callable[[Hand], None]
    answer: Callable[[Page, Past], Answer]
    truth: Callable[[Past], Answer]


def to(*names: str) -> Callable[[Hand], None]:
    """Press one thing after the other."""

    def press(hand: Hand) -> None:
        for name in names:
            hand.press(hand.page.get_by_test_id(name))

    return press


def rows_of(page: Page, table: str) -> list[Locator]:
    """Return the rows of a table that has been read."""
    rows = page.get_by_test_id(f"table-{table}").get_by_test_id("row")
    rows.first.wait_for()
    page.wait_for_load_state("networkidle")
    return rows.all()


def text_of(row: Locator, selector: str) -> str:
    """Return the text of the first part of a row that is so; empty where there is none."""
    part = row.locator(selector).first
    return part.inner_text().strip() if part.count() else ""


def cell(label: str, part: str = "") -> str:
    """Return what selects a cell of a row by its column."""
    return f"td[data-label='{label}'] {part}"


def _ownerless(past: Past) -> Answer:
    accounts, org = past.accounts(), past.stage.fixture.world.first
    return {
        (str(key["name"]),)
        for key in org.all_api_keys(past.now)
        if (owner := key["owner"]) is None
        or (owner["type"] == "service_account" and owner["service_account"]["id"] not in accounts)
    }


def _still_working(page: Page, _past: Past) -> Answer:
    return {
        (text_of(row, ".subject-name"),)
        for row in rows_of(page, "findings")
        if "still works" in row.inner_text()
    }


def _who_removed(page: Page, past: Past) -> Answer:
    names = {leak.name for leak in (past.removed, past.hidden)}
    return {
        (name, text_of(row, cell("By")), text_of(row, cell("How", ".badge")), text_of(row, "a.id"))
        for row in rows_of(page, "closed")
        if (name := text_of(row, ".subject-name")) in names
    }


def _removals(past: Past) -> Answer:
    world = past.stage.fixture.world
    events = [event.record for event in world.first.events.all()]
    (event,) = (
        event["id"]
        for event in events
        if event["type"] == "api_key.deleted"
        and event["api_key.deleted"]["id"] == past.removed.entity_id
    )
    told = (past.removed.name, world.user_id(OWNER), "admitted", event)
    return {told, (past.hidden.name, "—\nnobody known", "not yet", "")}


def _late(page: Page, _past: Past) -> Answer:
    return {
        (text_of(row, ".subject-name"), text_of(row, ".person"), text_of(row, "span.stale"))
        for row in rows_of(page, "findings")
    }


def _missed(page: Page, _past: Past) -> Answer:
    page.get_by_test_id("coverage-day").first.wait_for()
    hours = page.get_by_test_id("coverage-hour").filter(has_text="–").all()
    return {(str(hour.get_attribute("data-hour")),) for hour in hours}


def _unending(page: Page, _past: Past) -> Answer:
    return {
        (text_of(row, cell("Name", "strong")), text_of(row, cell("Owner", ".id")))
        for row in rows_of(page, "admin-keys")
        if text_of(row, cell("Ends")) == "never"
    }


def _unending_truth(past: Past) -> Answer:
    keys = past.truth("admin_api_keys")
    return {(k["name"], k["owner"]["id"]) for k in keys if k["expires_at"] is None}


def _owners_to_be(page: Page, _past: Past) -> Answer:
    return {
        (text_of(row, ".subject-id .id"), text_of(row, ".finding"))
        for row in rows_of(page, "findings")
    }


def _owners_to_be_truth(past: Past) -> Answer:
    invites = past.truth("invites")
    open_ones = [i for i in invites if (i["role"], i["status"]) == ("owner", "pending")]
    return {
        (i["id"], "Open invite to become an owner") for i in open_ones if i["expires_at"] > past.now
    }


def _unanswered(page: Page, _past: Past) -> Answer:
    return {(text_of(row, ".id"),) for row in rows_of(page, "unanswered")}


def _untold(page: Page, _past: Past) -> Answer:
    return {(text_of(row, cell("Id")),) for row in rows_of(page, "changes")}


def _untold_truth(past: Past) -> Answer:
    org = past.stage.fixture.world.first
    since = past.stage.connected_at.timestamp()
    return {(step.target_id,) for step in org.hidden if since < step.at <= past.now}


def _to_changes(hand: Hand) -> None:
    to("nav-changes")(hand)
    hand.choose(hand.page.get_by_test_id("changes-filter-verdict"), "Cannot tell")
    hand.page.get_by_test_id("table-changes").get_by_text("explained", exact=True).first.wait_for(
        state="detached"
    )


def _accepted(page: Page, _past: Past) -> Answer:
    return {
        (text_of(row, ".subject-name"), *row.locator(".under-badge").all_inner_texts()[2:])
        for row in rows_of(page, "findings")
    }


def _pack(page: Page, _past: Past) -> Answer:
    packs = page.get_by_test_id("pack")
    packs.first.wait_for()
    return {
        (text_of(p, cell("Pack")), text_of(p, cell("State")), text_of(p, cell("Period")))
        for p in packs.all()
    }


QUESTIONS: Final = (
    Question(
        "Which keys that still work have no owner?",
        to("kind-orphan_key-high"),
        _still_working,
        _ownerless,
    ),
    Question(
        "Who removed this key, and did the log say so?",
        to("nav-closed"),
        _who_removed,
        _removals,
    ),
    Question(
        "Is anything late, and whose is it?",
        to("tile-late"),
        _late,
        lambda past: {(past.late.name, ACCOUNTABLE, f"was due on {DUE}")},
    ),
    Question(
        "Was anybody looking, in every hour?",
        to("tile-missed"),
        _missed,
        lambda _past: {(MISSED,)},
    ),
    Question(
        "Which admin keys never end, and whose are they?",
        to("nav-admin-keys"),
        _unending,
        _unending_truth,
    ),
    Question(
        "Who can still become an owner by an invite?",
        to("kind-owner_invite_pending-medium"),
        _owners_to_be,
        _owners_to_be_truth,
    ),
    Question(
        "Which service accounts does nobody answer for?",
        to("nav-people"),
        _unanswered,
        lambda past: {(account,) for account in past.accounts()},
    ),
    Question(
        "What was changed that the log has not told of?",
        _to_changes,
        _untold,
        _untold_truth,
    ),
    Question(
        "What was accepted, why, and when is it looked at again?",
        to("tile-accepted"),
        _accepted,
        lambda past: {
            (past.accepted.name, "it is needed as it is", f"to be looked at again on {REVIEW}")
        },
    ),
    Question(
        "Can all of it be shown to an auditor, up to when?",
        to("nav-packs"),
        _pack,
        lambda _past: {
            ("pack-1", "ready", "2026-04-01 16:00:00 –\n2026-04-01 23:59:59"),
        },
    ),
)
