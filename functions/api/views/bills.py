"""The bill as the API answers it: the amount, each organization's part, and the working."""

from collections.abc import Iterator

from functions.api.context import Context
from functions.api.records import BillDocument, BillShare
from functions.api.views.billing import (
    CARRY,
    PROJECT_CENTS,
    USER_CENTS,
    Bill,
    HourFact,
    Section,
    Share,
    bill,
    half_up,
)
from functions.shared.errors import BadRequest
from functions.shared.hours import GRACE, floor_hour, month_end, month_start, parse_instant
from functions.shared.http.edge import Reply, Request, reply
from functions.shared.records.tables import HourRow


def show_bill(request: Request, context: Context) -> Reply:
    """Answer the bill of a month; of a month under way, what it has come to so far.

    Raises:
        BadRequest: no month, or none that has begun.
    """
    query = request.query("month")
    month = query.find("month") or ""
    now = context.clock()
    try:
        start, end = month_start(month), month_end(month)
        read_from = start - CARRY
    except (ValueError, OverflowError) as error:
        raise BadRequest("month must look like 2026-04") from error
    if start > now:
        raise BadRequest(f"{month} has not begun yet")
    tenant = request.principal.tenant_id
    facts: list[HourFact] = []
    for connection in context.connections.of(tenant):
        rows = context.hours(tenant, connection.org_id).between(read_from, end)
        facts += _facts(connection.org_id, rows)
    # Within its grace an hour may still be open.
    made = bill(month, facts, floor_hour(now) - GRACE)
    return reply(200, _body(made, now >= end + GRACE))


def _facts(org: str, rows: Iterator[HourRow]) -> Iterator[HourFact]:
    for row in rows:
        kpi = row["kpi"]
        yield HourFact(
            org_id=org,
            hour=parse_instant(row["hour"]),
            paused=row["outcome"] == "paused",
            users=kpi["billable_users"] if kpi and _is_read(row, "users") else None,
            projects=kpi["active_projects"] if kpi and _is_read(row, "projects") else None,
            reason=row["reason"],
        )


def _is_read(row: HourRow, section: Section) -> bool:
    return row["sections"].get(section) == "complete"


def _body(made: Bill, over: bool) -> BillDocument:
    shares = [share for share in made.shares if _counts(share)]
    return {
        "month": made.month,
        "currency": "EUR",
        "amount_cents": made.amount_cents,
        "final": over,
        "hours": made.hours,
        "per_org": [_part(share, made.hours) for share in shares],
        "per_day": list(made.per_day()),
        "working": _working(made, shares, over),
        "runs": [run.row() for share in shares for run in share.runs],
    }


def _counts(share: Share) -> bool:
    # An organization known from the 24 hours before the month alone has no part in it.
    return any(run.reason not in ("not_connected", "not_closed_yet") for run in share.runs)


def _part(share: Share, hours: int) -> BillShare:
    return {
        "org_id": share.org_id,
        "user_hours": share.users,
        "project_hours": share.projects,
        "average_users": _average(share.users, hours),
        "average_projects": _average(share.projects, hours),
    }


def _working(made: Bill, shares: list[Share], over: bool) -> list[str]:
    users = sum(share.users for share in shares)
    projects = sum(share.projects for share in shares)
    lines = [
        f"{share.org_id}: {share.users} user-hours and {share.projects} project-hours"
        + _exceptions(share)
        for share in shares
    ]
    if not lines:
        return ["No organization was connected in this month."]
    lines.append(
        f"({users} × {USER_CENTS} ct + {projects} × {PROJECT_CENTS} ct) ÷ {made.hours} hours of "
        f"the month = {made.amount_cents} ct (half a cent is rounded up, once)"
    )
    if not over:
        lines.append("The month is not over: hours to come count zero so far.")
    return lines


def _exceptions(share: Share) -> str:
    exceptions = [
        f"{row['section']} {row['from']} to {row['to']}: {row['hours']} h {row['counted']}"
        f" ({row['reason']})"
        for row in (run.row() for run in share.runs)
        if row["counted"] != "read" and row["reason"] != "not_closed_yet"
    ]
    return f"; {'; '.join(exceptions)}" if exceptions else ""


def _average(total: int, hours: int) -> str:
    thousandths = half_up(total * 1000, hours)
    return f"{thousandths // 1000}.{thousandths % 1000:03d}"
