"""Pack rows: numbers, states, and which request makes a new pack."""

from dataclasses import replace
from threading import Thread

import pytest

from functions.shared.aws.queue import Queue
from functions.shared.aws.table import ConditionFailed, Table
from functions.shared.errors import NotFound
from functions.shared.hours import rfc3339
from functions.shared.period import Period
from functions.shared.tables.packs import Pack, Packs
from tests.support.aws_state import received

APRIL = Period.of_month("2026-04")


def pack(**facts: object) -> Pack:
    """Return a request for April."""
    asked = Pack(
        tenant_id="tenant-a",
        number=0,
        state="queued",
        kind="on_demand",
        profile="full",
        period_start=rfc3339(APRIL.start),
        period_end=APRIL.last_second,
        org_ids=["org-first"],
        cut_hour=rfc3339(APRIL.last_hour),
        created_at="2026-05-04T03:14:00Z",
        requested_by="user-1",
    )
    return replace(asked, **facts)  # type: ignore[arg-type]


def test_numbers_count_up_per_tenant(table: Table, pack_queue: Queue) -> None:
    """1, 2, 3; each with its message."""
    packs = Packs(table)
    numbers = [packs.request(pack(), pack_queue).number for _ in range(3)]
    assert numbers == [1, 2, 3]
    assert packs.request(pack(tenant_id="tenant-b"), pack_queue).number == 1
    assert len(received(pack_queue)) == 4


def test_requests_at_once_never_share_a_number(table: Table, pack_queue: Queue) -> None:
    """Whoever loses the race takes the next one."""
    packs, numbers = Packs(table), list[int]()

    def request() -> None:
        numbers.append(packs.request(pack(), pack_queue).number)

    threads = [Thread(target=request) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(numbers) == [1, 2, 3, 4]


def test_a_monthly_pack_is_one_however_often_it_is_asked_for(
    table: Table, pack_queue: Queue
) -> None:
    """The second request returns the first; an on-demand pack of the month is another."""
    packs = Packs(table)
    monthly = pack(kind="monthly", month="2026-04", requested_by="schedule")
    first = packs.request(monthly, pack_queue)
    assert packs.request(monthly, pack_queue) == first
    assert packs.request(pack(), pack_queue).number == 2
    assert packs.request(monthly, pack_queue) == first


def test_a_monthly_pack_that_failed_is_made_anew_only_on_purpose(
    table: Table, pack_queue: Queue
) -> None:
    """A new number, the failed one stays to be seen; its cut and organizations are kept."""
    packs = Packs(table)
    monthly = pack(kind="monthly", month="2026-04", requested_by="schedule")
    first = packs.request(monthly, pack_queue)
    failed = packs.update(first, state="failed", reason="why")
    later = replace(monthly, cut_hour="2026-06-01T00:00:00Z", org_ids=["org-first", "org-young"])
    assert packs.request(later, pack_queue) == failed
    anew = packs.request(later, pack_queue, again=True)
    assert (anew.number, anew.state) == (2, "queued")
    assert (anew.cut_hour, anew.org_ids) == (first.cut_hour, ["org-first"])
    assert packs.request(later, pack_queue, again=True) == anew
    assert [each.number for each in packs.monthly_before("tenant-a", "2026-05")] == [2]
    packs.update(anew, state="ready")
    assert packs.request(later, pack_queue, again=True).number == 2
    assert packs.need("tenant-a", 1) == failed


def test_a_row_changes_only_from_the_state_it_is_in(table: Table, pack_queue: Queue) -> None:
    """Two builders: one begins."""
    packs = Packs(table)
    row = packs.request(pack(), pack_queue)
    building = packs.update(row, expect="queued", state="building")
    assert building.state == "building"
    with pytest.raises(ConditionFailed):
        packs.update(row, expect="queued", state="building")


def test_lists_are_newest_first_and_go_on_behind_a_key(table: Table, pack_queue: Queue) -> None:
    """Month markers and custody entries are not packs."""
    packs = Packs(table)
    for month in ("2026-03", "2026-04", "2026-05"):
        packs.request(pack(kind="monthly", month=month), pack_queue)
    first, page = packs.page("tenant-a", limit=2)
    rest, last = packs.page("tenant-a", limit=2, after=page.last_sk)
    assert [row.number for row in first + rest] == [3, 2, 1]
    assert last.last_sk is None
    with pytest.raises(NotFound):
        packs.need("tenant-b", 1)
