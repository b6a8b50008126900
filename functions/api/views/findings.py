"""What a tenant says of a finding: seen, accepted and why, who answers for it, until when.

And within how many days it closes those of a severity of which it says no day.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from functions.api.context import Context
from functions.api.finding_state_rows import find_deadlines, put_deadlines
from functions.api.findings.figures import figures_of
from functions.api.findings.rows import finding_rows, statements_of, whole_findings
from functions.api.findings.said import BLANK, FormReader
from functions.api.newest_seal import Newest, chosen, newest_hour
from functions.api.records import DeadlinesForm, FindingSummary
from functions.shared.errors import BadRequest, Conflict, NotFound
from functions.shared.hours import rfc3339
from functions.shared.http.edge import Reply, Request, reply
from functions.shared.records.findings import Deadlines, Finding, FindingSaid, FindingStatement
from functions.shared.records.statements import CustodyFacts

MAX_DAYS: Final = 3650
_NO_DAYS: Final[DeadlinesForm] = {"high_days": None, "medium_days": None, "low_days": None}


def state_finding(request: Request, context: Context) -> Reply:
    """Keep what an admin says of an open finding, and answer the finding with it.

    Raises:
        NotFound: this tenant has no such organization, or that no such finding.
        Conflict: the finding is resolved, or too many others say something at this moment.
        BadRequest: the body cannot be used; says which field and why.
    """
    principal = request.principal
    principal.require_admin()
    form = request.form(BLANK)
    tenant, user = principal.tenant_id, principal.user
    org = context.connections.need(tenant, request.path("org_id")).org_id
    newest = newest_hour(context, tenant, org)
    finding = _open_finding(newest, request.path("finding_id"), context)
    now = context.clock()
    said = FormReader(newest, context, user, now).said(form)
    # Noted first: what the log does not know must not stand.
    context.custody.note(tenant, user, "finding.stated", now, **_facts(org, finding, said))
    context.finding_states(tenant, org).say(finding, said, user, rfc3339(now))
    (row,) = whole_findings([finding_rows(newest, context)(finding)], [newest], context)
    return reply(200, row)


def summarize_findings(request: Request, context: Context) -> Reply:
    """Answer what the findings come to, of one organization or of all as a list has them.

    Raises:
        NotFound: this tenant has no such organization.
    """
    query = request.query("org_id")
    tenant = request.principal.tenant_id
    newest = [
        newest_hour(context, tenant, connection.org_id)
        for connection in chosen(context, tenant, query)
    ]
    body: FindingSummary = {
        **figures_of(_stated(newest, context), context.clock().date()),
        "sections": [hour.section("findings") for hour in newest],
    }
    return reply(200, body)


def _stated(
    newest: Iterable[Newest], context: Context
) -> Iterator[tuple[Finding, FindingStatement]]:
    for hour in newest:
        statement = statements_of(hour, context)
        for finding in hour.rows(context, "findings", Finding):
            yield finding, statement(finding)


def show_deadlines(request: Request, context: Context) -> Reply:
    """Answer the tenant's deadlines."""
    request.query()
    return reply(200, find_deadlines(context.table, request.principal.tenant_id))


def set_deadlines(request: Request, context: Context) -> Reply:
    """Set the tenant's deadlines, all three, as an admin says.

    Raises:
        BadRequest: the body cannot be used; says which field and why.
    """
    principal = request.principal
    principal.require_admin()
    form = request.form(_NO_DAYS)
    deadlines: Deadlines = {
        "high_days": _days("high_days", form["high_days"]),
        "medium_days": _days("medium_days", form["medium_days"]),
        "low_days": _days("low_days", form["low_days"]),
    }
    tenant = principal.tenant_id
    # Noted first, as above: the log shows by which deadlines something was late.
    context.custody.note(tenant, principal.user, "deadlines.set", context.clock(), **deadlines)
    put_deadlines(context.table, tenant, deadlines)
    return reply(200, deadlines)


def _days(name: str, days: object) -> int | None:
    if days is not None and (type(days) is not int or not 1 <= days <= MAX_DAYS):
        raise BadRequest(f"{name} must be a number of days from 1 to {MAX_DAYS}, or null")
    return days


def _facts(org: str, finding: Finding, said: FindingSaid) -> CustodyFacts:
    return {
        "org_id": org,
        "finding_id": finding["finding_id"],
        "first_seen_hour": finding["first_seen_hour"],
        "state": said["state"],
        "reason_code": said["reason_code"],
        "reason": said["reason"],
        "accountable": said["accountable"],
        "due_date": said["due_date"],
        "review_date": said["review_date"],
    }


def _open_finding(newest: Newest, finding_id: str, context: Context) -> Finding:
    """Return the newest finding of an id, which must be open."""
    findings = newest.rows(context, "findings", Finding)
    same = [finding for finding in findings if finding["finding_id"] == finding_id]
    if not same:
        raise NotFound("no such finding")
    last = max(same, key=lambda finding: finding["first_seen_hour"])
    if last["resolved_hour"] is not None:
        raise Conflict(f"this finding is resolved since the hour {last['resolved_hour']}")
    return last
