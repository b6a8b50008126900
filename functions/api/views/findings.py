"""What a tenant says of a finding: seen, accepted and why, who answers for it, until when.

And within how many days it closes those of a severity of which it says no day.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from functions.api.context import Context
from functions.api.finding_state_rows import find_deadlines, put_deadlines, statement_about
from functions.api.findings.figures import figures_of
from functions.api.findings.rows import finding_rows, statements_of, whole_findings
from functions.api.findings.said import BLANK, FormReader
from functions.api.findings.several import Saying, SeveralForms
from functions.api.newest_seal import Newest, chosen, newest_hour
from functions.api.records import DeadlinesForm, FindingStatesForm, FindingSummary
from functions.shared.errors import BadRequest
from functions.shared.hours import rfc3339
from functions.shared.http.edge import Reply, Request, reply
from functions.shared.http.idempotency import once
from functions.shared.records.findings import Deadlines, Finding, FindingSaid, FindingStatement
from functions.shared.records.statements import CustodyFacts, CustodyFinding
from functions.shared.tables.connections import Connection
from functions.shared.tables.statements import StatementAndNote, say_together

MAX_DAYS: Final = 3650
_NO_STATES: Final[FindingStatesForm] = {"states": None}
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
    newest, now = newest_hour(context, tenant, org), context.clock()
    reader = FormReader(newest, context, user, now)
    finding = reader.open_finding(request.path("finding_id"))
    said = reader.said(form)
    # Noted first: what the log does not know must not stand.
    context.custody.note(tenant, user, "finding.stated", now, **_facts(org, finding, said))
    context.finding_states(tenant, org).say(finding, said, user, rfc3339(now))
    (row,) = whole_findings([finding_rows(newest, context)(finding)], [newest], context)
    return reply(200, row)


def state_findings(request: Request, context: Context) -> Reply:
    """Keep what an admin says of several open findings, of all or of none, and answer them with it.

    Raises:
        PartNotFound: one of them is nothing of this tenant's; says which part of the body.
        Conflict: one is resolved, or too many others say something at this moment; see ``once``.
        BadRequest: the body cannot be used; says which part, and why.
    """
    request.principal.require_admin()
    return once(request, context.table, context.clock(), lambda: _state_findings(request, context))


def _state_findings(request: Request, context: Context) -> Reply:
    tenant, user, now = request.principal.tenant_id, request.principal.user, context.clock()
    sayings = SeveralForms(context, tenant, user, now).sayings(request.form(_NO_STATES)["states"])
    # One entry for all of them; noted first, as above. What is said of each, its statement tells.
    context.custody.note(tenant, user, "findings.stated", now, **_facts_of(sayings))
    together: dict[str, list[StatementAndNote]] = {}
    for each in sayings:
        statement = statement_about(each.finding, each.said, user, rfc3339(now))
        together.setdefault(each.newest.org_id, []).append((statement, each.said["reason"]))
    say_together(context.table, tenant, together)
    newest = {each.newest.org_id: each.newest for each in sayings}
    row_of = {org: finding_rows(hour, context) for org, hour in newest.items()}
    rows = [row_of[each.newest.org_id](each.finding) for each in sayings]
    return reply(200, {"items": whole_findings(rows, [*newest.values()], context)})


def _facts_of(sayings: Iterable[Saying]) -> CustodyFacts:
    findings: list[CustodyFinding] = [
        {
            "org_id": each.newest.org_id,
            "finding_id": each.finding["finding_id"],
            "first_seen_hour": each.finding["first_seen_hour"],
        }
        for each in sayings
    ]
    return {"findings": findings}


def summarize_findings(request: Request, context: Context) -> Reply:
    """Answer what the findings come to, of one organization or of all as a list has them.

    Raises:
        NotFound: this tenant has no such organization.
    """
    query = request.query("org_id")
    tenant = request.principal.tenant_id
    connections = chosen(context, tenant, query)
    newest = [newest_hour(context, tenant, each.org_id) for each in connections]
    since = min((_first_hour(context, each) for each in connections), default="")[:10]
    body: FindingSummary = {
        **figures_of(_stated(newest, context), context.clock().date(), since),
        "sections": [hour.section("findings") for hour in newest],
    }
    return reply(200, body)


def _first_hour(context: Context, connection: Connection) -> str:
    """Return the first hour that was closed, or that will be."""
    hours = context.hours(connection.tenant_id, connection.org_id)
    oldest = next(hours.between(None, None, at_once=2), None)
    return oldest["hour"] if oldest else connection.first_hour


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
