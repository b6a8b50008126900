"""The bill as the API answers it: the amount, each organization's part, and the working."""

from collections.abc import Iterator

from functions.api.context import Doors
from functions.api.views.billing import (
    CARRY,
    PROJECT_CENTS,
    USER_CENTS,
    Bill,
    HourFact,
    Share,
    bill,
    half_up,
)
from functions.shared.aws.table import Item
from functions.shared.canonical import Json
from functions.shared.errors import BadRequest
from functions.shared.hours import GRACE, floor_hour, month_end, month_start, parse_instant
from functions.shared.http.edge import Reply, Request, reply


def show_bill(request: Request, doors: Doors) -> Reply:
    """Answer the bill of a month; of a month under way, what it has come to so far.

    Raises:
        BadRequest: no month, or none that has begun.
    """
    query = request.query("month")
    month = query.get("month", "")
    now = doors.clock()
    try:
        start, end = month_start(month), month_end(month)
        known_from = start - CARRY
    except (ValueError, OverflowError) as error:
        raise BadRequest("month must look like 2026-04") from error
    if start > now:
        raise BadRequest(f"{month} has not begun yet")
    tenant = request.caller.tenant_id
    facts: list[HourFact] = []
    for one in doors.connections.of(tenant):
        rows = doors.hours(tenant, one.org_id).between(known_from, end)
        facts += _facts(one.org_id, rows)
    # Within its grace an hour may still be open.
    found = bill(month, facts, floor_hour(now) - GRACE)
    return reply(200, _body(found, now >= end + GRACE))


def _facts(org: str, rows: Iterator[Item]) -> Iterator[HourFact]:
    for row in rows:
        yield HourFact(
            org_id=org,
            hour=parse_instant(row["hour"]),
            paused=row["outcome"] == "paused",
            users=_read(row, "users", "billable_users"),
            projects=_read(row, "projects", "active_projects"),
            reason=row["reason"],
        )


def _read(row: Item, section: str, figure: str) -> int | None:
    if row["sections"].get(section) != "complete":
        return None
    count: int | None = (row["kpi"] or {}).get(figure)
    return count


def _body(found: Bill, over: bool) -> Json:
    shares = [share for share in found.shares if _counts(share)]
    return {
        "month": found.month,
        "currency": "EUR",
        "amount_cents": found.amount_cents,
        "final": over,
        "hours": found.hours,
        "per_org": [_part(share, found.hours) for share in shares],
        "working": _working(found, shares, over),
        "runs": [run.row() for share in shares for run in share.runs],
    }


def _counts(share: Share) -> bool:
    # An organization known from the 24 hours before the month alone has no part in it.
    return any(run.reason not in ("not_connected", "not_closed_yet") for run in share.runs)


def _part(share: Share, hours: int) -> Json:
    users, projects = share.sums["users"], share.sums["projects"]
    return {
        "org_id": share.org_id,
        "user_hours": users,
        "project_hours": projects,
        "average_users": _average(users, hours),
        "average_projects": _average(projects, hours),
    }


def _working(found: Bill, shares: list[Share], over: bool) -> list[str]:
    users = sum(share.sums["users"] for share in shares)
    projects = sum(share.sums["projects"] for share in shares)
    lines = [
        f"{share.org_id}: {share.sums['users']} user-hours and {share.sums['projects']} "
        f"project-hours" + _exceptions(share)
        for share in shares
    ]
    if not lines:
        return ["No organization was connected in this month."]
    lines.append(
        f"({users} × {USER_CENTS} ct + {projects} × {PROJECT_CENTS} ct) ÷ {found.hours} hours of "
        f"the month = {found.amount_cents} ct (half a cent is rounded up, once)"
    )
    if not over:
        lines.append("The month is not over: hours to come count zero so far.")
    return lines


def _exceptions(share: Share) -> str:
    told = [
        f"{row['section']} {row['from']} to {row['to']}: {row['hours']} h {row['counted']}"
        f" ({row['reason']})"
        for row in (run.row() for run in share.runs)
        if row["counted"] != "read" and row["reason"] != "not_closed_yet"
    ]
    return f"; {'; '.join(told)}" if told else ""


def _average(total: int, hours: int) -> str:
    thousandths = half_up(total * 1000, hours)
    return f"{thousandths // 1000}.{thousandths % 1000:03d}"
