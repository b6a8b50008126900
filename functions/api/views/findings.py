"""What a tenant says of a finding: seen, accepted and why, who answers for it, until when."""

import re
import unicodedata
from datetime import date
from typing import Final

from functions.api.context import Doors
from functions.api.finding_state_rows import ACCEPTED, MAX_REASON, STATES, Stated
from functions.api.newest_seal import Newest, newest
from functions.api.views.registers import FINDINGS, item_of
from functions.shared.canonical import Json
from functions.shared.errors import BadRequest, Conflict, NotFound
from functions.shared.hours import rfc3339
from functions.shared.http.edge import Reply, Request, reply

_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_ONE_LINE: Final = ("Cc", "Cs", "Zl", "Zp")


def state_finding(request: Request, doors: Doors) -> Reply:
    """Keep what an admin says of an open finding, and answer the finding with it.

    Raises:
        NotFound: this tenant has no such organization, or that no such finding.
        Conflict: the finding is resolved.
        BadRequest: the body cannot be used; says which field and why.
    """
    caller = request.caller
    caller.require_admin()
    body = request.body("state", "reason", "accountable", "due_date")
    here = _here(request, doors)
    finding = _finding(here, request.path("finding_id"), doors)
    now = doors.clock()
    stated = Stated(
        state=_state(body.get("state")),
        reason=_reason(body.get("reason")),
        accountable=_accountable(body.get("accountable"), here, caller.user, doors),
        due_date=_due_date(body.get("due_date")),
        by=caller.user,
        at=rfc3339(now),
    )
    if stated.state == ACCEPTED and stated.reason is None:
        raise BadRequest("reason is missing: say why this is accepted")
    facts = {
        "org_id": here.org_id,
        "finding_id": finding["finding_id"],
        "first_seen_hour": finding["first_seen_hour"],
        "state": stated.state,
        "reason": stated.reason,
        "accountable": stated.accountable,
        "due_date": stated.due_date,
    }
    # Noted first: what the log does not know must not stand.
    doors.custody.note(caller.tenant_id, caller.user, "finding.stated", now, **facts)
    doors.finding_states(caller.tenant_id, here.org_id).say(finding, stated)
    return reply(200, item_of(FINDINGS, here, finding, doors))


def _here(request: Request, doors: Doors) -> Newest:
    tenant = request.caller.tenant_id
    return newest(doors, tenant, doors.connections.need(tenant, request.path("org_id")).org_id)


def _finding(here: Newest, finding_id: str, doors: Doors) -> Json:
    """Return the newest finding of an id, which must be open."""
    found = [row for row in here.rows(doors, "findings") if row["finding_id"] == finding_id]
    if not found:
        raise NotFound("no such finding")
    last = max(found, key=lambda row: row["first_seen_hour"])
    if last["resolved_hour"] is not None:
        raise Conflict(f"this finding is resolved since the hour {last['resolved_hour']}")
    return last


def _state(state: object) -> str:
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


def _accountable(person: object, here: Newest, user: str, doors: Doors) -> str | None:
    """Return the id of who answers for it: a user present in the organization, or who asks."""
    if person is None:
        return None
    if person == user:
        return user
    users = here.rows(doors, "users")
    if not any(row["user_id"] == person and row["removed_at"] is None for row in users):
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
