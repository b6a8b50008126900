"""From which hour on a monthly pack takes events of earlier months."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from functions.pack.collect.late_events import late_after
from functions.shared.hours import parse_instant
from functions.shared.tables.packs import Pack


@dataclass
class Rows:
    """The tenant's packs, the latest month first."""

    packs: list[Pack]

    def monthly_before(self, _tenant: str, month: str) -> Iterator[Pack]:
        """Yield the monthly packs of earlier months."""
        return (pack for pack in self.packs if pack.month and pack.month < month)

    def need(self, _tenant: str, number: int) -> Pack:
        """Return a pack."""
        return next(pack for pack in self.packs if pack.number == number)


def pack(number: int, month: str | None, cut: str, *orgs: str, replaces: int | None = None) -> Pack:
    """Return a pack's row."""
    return Pack(
        tenant_id="tenant-a",
        number=number,
        state="queued",
        kind="monthly" if month else "on_demand",
        profile="full",
        period_start="2026-04-01T00:00:00Z",
        period_end="2026-04-30T23:59:59Z",
        org_ids=list(orgs),
        cut_hour=cut,
        created_at=cut,
        requested_by="schedule",
        month=month,
        replaces=replaces,
    )


FEBRUARY = pack(1, "2026-02", "2026-03-04T02:00:00Z", "org-Alpha", "org-Beta")
MARCH = pack(2, "2026-03", "2026-04-04T02:00:00Z", "org-Alpha")
APRIL = pack(3, "2026-04", "2026-05-04T02:00:00Z", "org-Alpha", "org-Beta", "org-Gamma")


def cuts(asked: Pack) -> dict[str, Any]:
    """Return what is taken late, of a tenant with these months."""
    rows: Any = Rows([APRIL, MARCH, FEBRUARY])
    return dict(late_after(asked, rows))


def test_each_organization_counts_from_the_last_month_that_held_it() -> None:
    """Everything sealed may come where no month did."""
    assert cuts(APRIL) == {
        "org-Alpha": parse_instant(MARCH.cut_hour),
        "org-Beta": parse_instant(FEBRUARY.cut_hour),
        "org-Gamma": None,
    }


def test_a_pack_on_demand_takes_nothing_late() -> None:
    """Each late event stays in exactly one monthly pack."""
    assert cuts(replace(APRIL, month=None)) == {}


def test_a_revision_of_a_month_takes_what_the_month_took() -> None:
    """Through another revision, too."""
    first = pack(4, None, APRIL.cut_hour, "org-Alpha", replaces=3)
    second = pack(5, None, APRIL.cut_hour, "org-Alpha", replaces=4)
    rows: Any = Rows([first, APRIL, MARCH])
    expected = {"org-Alpha": parse_instant(MARCH.cut_hour)}
    assert late_after(first, rows) == expected
    assert late_after(second, rows) == expected
