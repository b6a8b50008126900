"""What a tenant says of a finding: seen, accepted and why, who answers for it, until when."""

import re
import unicodedata
from datetime import date
from typing import Final

from functions.api.context import Context
from functions.api.finding_state_rows import MAX_REASON, STATES
from functions.api.newest_seal import Newest, newest_hour
from functions.api.records import FindingStateForm
from functions.api.views.registers import FINDINGS
from functions.shared.errors import BadRequest, Conflict, NotFound
from functions.shared.hours import rfc3339
from functions.shared.http.edge import Reply, Request, reply
from functions.shared.records.entities import User
from functions.shared.records.findings import Finding, FindingState, StateOfFinding
from functions.shared.records.tables import CustodyFacts

_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_ONE_LINE: Final = ("Cc", "Cs", "Zl", "Zp")
_BLANK: Final[FindingStateForm] = {
    "state": None,
    "reason": None,
    "accountable": None,
    "due_date": None,
}


def state_finding(request: Request, context: Context) -> Reply:
    """Keep what an admin says of an open finding, and answer the finding with it.

    Raises:
        NotFound: this tenant has no such organization, or that no such finding.
        Conflict: the finding is resolved.
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
    said: FindingState = {
        "state": _state(form["state"]),
        "reason": _reason(form["reason"]),
        "accountable": _accountable(form["accountable"], newest, user, context),
        "due_date": _due_date(form["due_date"]),
        "by": user,
        "at": rfc3339(now),
    }
    if said["state"] == "accepted" and said["reason"] is None:
        raise BadRequest("reason is missing: say why this is accepted")
    # Noted first: what the log does not know must not stand.
    context.custody.note(tenant, user, "finding.stated", now, **_facts(org, finding, said))
    context.finding_states(tenant, org).say(finding, said)
    return reply(200, FINDINGS.rows_of(newest, context)(finding))


def _facts(org: str, finding: Finding, said: FindingState) -> CustodyFacts:
    return {
        "org_id": org,
        "finding_id": finding["finding_id"],
        "first_seen_hour": finding["first_seen_hour"],
        "state": said["state"],
        "reason": said["reason"],
        "accountable": said["accountable"],
        "due_date": said["due_date"],
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
    """Return the id of who answers for it: a user present in the organization, or who asks."""
    if person is None:
        return None
    if person == user:
        return user
    users = newest.rows(context, "users", User)
    if not any(each["user_id"] == person and each["removed_at"] is None for each in users):
        raise BadRequest(
            "accountable must be the id of a user present in the organization, or your own"
        )
    return str(person)


def _due_date(day: object) -> str | None:
    if day is None:
        return None
    try:
        if isinstance(day, str) and _DAY.fullmatch(day):
            return date.fromisoformat(day).isoformat()
    except ValueError:
        pass
    raise BadRequest("due_date must be a day that exists, like 2026-04-30")
