"""What a tenant says of a finding: seen, accepted and why, who answers for it, until when.

And within how many days it closes those of a severity of which it says no day.
"""

import re
import unicodedata
from datetime import date, datetime
from typing import Final

from functions.api.context import Context
from functions.api.finding_state_rows import MAX_REASON, find_deadlines, put_deadlines
from functions.api.findings.rows import finding_rows, whole_findings
from functions.api.newest_seal import Newest, newest_hour
from functions.api.records import DeadlinesForm, FindingStateForm
from functions.shared.errors import BadRequest, Conflict, NotFound
from functions.shared.hours import rfc3339
from functions.shared.http.edge import Reply, Request, reply
from functions.shared.records.entities import ServiceAccount, User
from functions.shared.records.findings import Deadlines, Finding, FindingSaid
from functions.shared.records.statements import (
    OTHER,
    REASON_CODES,
    STATES,
    CustodyFacts,
    ReasonCode,
    StateOfFinding,
    is_team,
)

_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_ONE_LINE: Final = ("Cc", "Cs", "Zl", "Zp")
MAX_DAYS: Final = 3650
_NO_DAYS: Final[DeadlinesForm] = {"high_days": None, "medium_days": None, "low_days": None}
_BLANK: Final[FindingStateForm] = {
    "state": None,
    "reason_code": None,
    "reason": None,
    "accountable": None,
    "due_date": None,
    "review_date": None,
}


def state_finding(request: Request, context: Context) -> Reply:
    """Keep what an admin says of an open finding, and answer the finding with it.

    Raises:
        NotFound: this tenant has no such organization, or that no such finding.
        Conflict: the finding is resolved, or too many others say something at this moment.
        BadRequest: the body cannot be used; says which field and why.
    """
    principal = request.principal
    principal.require_admin()
    form = request.form(_BLANK)
    tenant, user = principal.tenant_id, principal.user
    org = context.connections.need(tenant, request.path("org_id")).org_id
    newest = newest_hour(context, tenant, org)
    finding = _open_finding(newest, request.path("finding_id"), context)
    now = context.clock()
    note = _reason(form["reason"])
    said: FindingSaid = {
        "state": _state(form["state"]),
        "reason_code": _reason_code(form["reason_code"], note, form["state"]),
        "reason": note,
        "accountable": _accountable(form["accountable"], newest, user, context),
        "due_date": _day("due_date", form["due_date"], now),
        "review_date": _day("review_date", form["review_date"], now),
    }
    # Noted first: what the log does not know must not stand.
    context.custody.note(tenant, user, "finding.stated", now, **_facts(org, finding, said))
    context.finding_states(tenant, org).say(finding, said, user, rfc3339(now))
    (row,) = whole_findings([finding_rows(newest, context)(finding)], [newest], context)
    return reply(200, row)


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


def _state(state: object) -> StateOfFinding:
    if not isinstance(state, str) or state not in STATES:
        raise BadRequest(f"state must be one of {', '.join(STATES)}")
    return state


def _reason_code(code: object, note: str | None, state: object) -> ReasonCode | None:
    """Return why it is said, in a word; where a note alone says why something is accepted, that."""
    if code is None:
        if state == "accepted" and note is None:
            raise BadRequest("reason_code or reason is missing: say why this is accepted")
        return OTHER if state == "accepted" else None
    for each in REASON_CODES:
        if code == each:
            if each == OTHER and note is None:
                raise BadRequest("reason is missing: say which other reason there is")
            return each
    raise BadRequest(f"reason_code must be one of {', '.join(REASON_CODES)}")


def _reason(reason: object) -> str | None:
    if reason is None:
        return None
    text = unicodedata.normalize("NFC", reason).strip() if isinstance(reason, str) else ""
    odd = any(unicodedata.category(letter) in _ONE_LINE for letter in text)
    if not text or len(text) > MAX_REASON or odd:
        raise BadRequest(f"reason must be one line of 1 to {MAX_REASON} characters")
    # The compatible form, so that a full-width sign is one too.
    if "@" in unicodedata.normalize("NFKC", text):
        raise BadRequest("reason must hold no e-mail address, and no @: name people by their ids")
    return text


def _accountable(person: object, newest: Newest, user: str, context: Context) -> str | None:
    """Return who answers for it: a person present in the organization, who asks, or a team."""
    if person is None:
        return None
    if person == user:
        return user
    if isinstance(person, str) and is_team(person):
        return person
    users = newest.rows(context, "users", User)
    # Not every account carries the flag; the projects' own lists say which are no persons.
    accounts = newest.rows(context, "service_accounts", ServiceAccount)
    machines = {each["service_account_id"] for each in accounts}
    machines |= {each["user_id"] for each in users if each["is_service_account"]}
    present = {each["user_id"] for each in users if each["removed_at"] is None}
    if not isinstance(person, str) or person not in present - machines:
        raise BadRequest(
            "accountable must be the id of a person present in the organization, your own, or the "
            "code of a team, like team:platform-2"
        )
    return person


def _day(name: str, day: object, now: datetime) -> str | None:
    """Return a day that is not over yet, in UTC."""
    if day is None:
        return None
    try:
        said = date.fromisoformat(day) if isinstance(day, str) and _DAY.fullmatch(day) else None
    except ValueError:
        said = None
    if said is None:
        raise BadRequest(f"{name} must be a day that exists, like 2026-04-30")
    if said < now.date():
        raise BadRequest(f"{name} must not be in the past: in UTC it is {now.date()}")
    return said.isoformat()
