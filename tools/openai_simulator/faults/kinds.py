"""The list of every kind of fault and what it does.

A kind *refuses* instead of answering (`refusals`), *switches* how lists are made (here),
*reshapes* a page (`pages`), or *mangles* the body and its way over the wire (`bodies`).
Switches are on while they are in force: `times` and `skip` mean nothing to them.
"""

from tools.openai_simulator.faults.bodies import BODY_FAULTS, WIRE_FAULTS
from tools.openai_simulator.faults.pages import PAGE_FAULTS
from tools.openai_simulator.faults.refusals import REFUSALS

SWITCHES: dict[str, str] = {
    "order": "events are listed `value`: newest_first (the default) or oldest_first.",
    "list_order": "other lists are `value`: oldest_first (the default), newest_first or by_id.",
    "swapped_cursors": "`after` and `before` of the audit log mean each other.",
    "late_events": "every event shows `seconds` later than its time.",
    "lost_events": "events whose time lies in `begin` <= t < `end` (instants) never show.",
    "audit_logging_off": "the audit log answers an empty list.",
    "archived_lists": "an archived project's lists answer `value`: 400 (default), 404, listed.",
    "archive_between": "once the projects were listed, `project` (an id) is archived.",
    "inactive_always_shown": "inactive keys are listed without `owner_project_access` too.",
    "any_organization": "the OpenAI-Organization header is not checked.",
    "scope_refusals": "missing scopes answer `status` (403), `as_text` (true).",
    "clock_skew": "the `Date` header is `seconds` ahead.",
}


def _summary(text: str | None) -> str:
    return " ".join((text or "").split())


FAULT_KINDS: dict[str, str] = {
    **{name: _summary(kind.__doc__) for name, kind in REFUSALS.items()},
    **{name: f"`{name}`: {text}" for name, text in SWITCHES.items()},
    **{name: _summary(kind.__doc__) for name, kind in PAGE_FAULTS.items()},
    **{name: _summary(kind.__doc__) for name, kind in BODY_FAULTS.items()},
    **{name: _summary(kind.__doc__) for name, kind in WIRE_FAULTS.items()},
}
