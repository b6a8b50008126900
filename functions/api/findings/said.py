"""What an admin says of a finding, as a form sends it: checked, and in words what is wrong."""

import re
import unicodedata
from collections.abc import Set
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Final

from functions.api.context import Context
from functions.api.finding_state_rows import MAX_REASON
from functions.api.newest_seal import Newest
from functions.api.records import FindingStateForm
from functions.shared.errors import BadRequest, Conflict, NotFound
from functions.shared.records.entities import ServiceAccount, User
from functions.shared.records.findings import Finding, FindingSaid
from functions.shared.records.statements import (
    OTHER,
    REASON_CODES,
    STATES,
    ReasonCode,
    StateOfFinding,
    is_team,
)

_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_ONE_LINE: Final = ("Cc", "Cs", "Zl", "Zp")
BLANK: Final[FindingStateForm] = {
    "state": None,
    "reason_code": None,
    "reason": None,
    "accountable": None,
    "due_date": None,
    "review_date": None,
}


@dataclass(frozen=True)
class FormReader:
    """Reads what is said of the findings of one organization.

    Attributes:
        newest: its newest closed hour.
        context: the function's.
        user: opaque id of who says it.
        now: the present.
    """

    newest: Newest
    context: Context
    user: str
    now: datetime

    def open_finding(self, finding_id: str) -> Finding:
        """Return the newest finding of an id, which must be open.

        Raises:
            NotFound: there is none.
            Conflict: it is resolved.
        """
        every = self.newest.about(self.context, "findings", Finding, _id_of, [finding_id])
        # Of those with the same id the one that was seen last stands.
        last = max(every, key=lambda finding: finding["first_seen_hour"], default=None)
        if last is None:
            raise NotFound("no such finding")
        if last["resolved_hour"] is not None:
            raise Conflict(f"this finding is resolved since the hour {last['resolved_hour']}")
        return last

    def said(self, form: FindingStateForm) -> FindingSaid:
        """Return what a form says.

        Raises:
            BadRequest: it cannot be used; says which field and why.
        """
        note = _reason(form["reason"])
        return {
            "state": _state(form["state"]),
            "reason_code": _reason_code(form["reason_code"], note, form["state"]),
            "reason": note,
            "accountable": self._accountable(form["accountable"]),
            "due_date": _day("due_date", form["due_date"], self.now),
            "review_date": _day("review_date", form["review_date"], self.now),
        }

    def _accountable(self, person: object) -> str | None:
        """Return who answers for it: a person present in the organization, who asks, or a team."""
        if person is None:
            return None
        if person == self.user:
            return self.user
        if isinstance(person, str) and is_team(person):
            return person
        if not isinstance(person, str) or person not in self._people:
            raise BadRequest(
                "accountable must be the id of a person present in the organization, your own, or "
                "the code of a team, like team:platform-2"
            )
        return person

    @cached_property
    def _people(self) -> Set[str]:
        # Not every account carries the flag; the projects' own lists say which are no persons.
        accounts = self.newest.rows(self.context, "service_accounts", ServiceAccount)
        machines = {each["service_account_id"] for each in accounts}
        persons: set[str] = set()
        for user in self.newest.rows(self.context, "users", User):
            if user["is_service_account"]:
                machines.add(user["user_id"])
            elif user["removed_at"] is None:
                persons.add(user["user_id"])
        return persons - machines


def _id_of(finding: Finding) -> str:
    return finding["finding_id"]


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
