"""What OpenAI's words are in OCSF: by the last word of an event's type, and by an outcome.

Pure data. Source: Open Cybersecurity Schema Framework 1.8.0, the enums of ``activity_id`` of Entity
Management, Account Change, Authentication and Scan Activity; OpenAI's event types of 2026-08-21.
"""

from typing import Final

OTHER: Final = 99
_CREATE, _READ, _UPDATE, _DELETE = 1, 2, 3, 4
_ENABLE, _DISABLE, _ACTIVATE, _DEACTIVATE = 8, 9, 10, 11

# Of Entity Management, by the last word of an event's type.
ENTITY_ACTIVITIES: Final = {
    **dict.fromkeys(("created", "registered", "sent", "added", "provisioned", "issued"), _CREATE),
    **dict.fromkeys(("updated", "upserted", "migrated", "attached", "detached"), _UPDATE),
    **dict.fromkeys(("bound_to_resource", "unbound_from_resource"), _UPDATE),
    **dict.fromkeys(("deleted", "removed", "revoked"), _DELETE),
    "enabled": _ENABLE,
    "disabled": _DISABLE,
    "activated": _ACTIVATE,
    **dict.fromkeys(("deactivated", "archived"), _DEACTIVATE),
    # No activity of the class is like these; their own word stands in ``activity_name``.
    **dict.fromkeys(("accepted", "declined", "completed", "resolved", "started"), OTHER),
    **dict.fromkeys(("submitted", "requested", "redemption"), OTHER),
}
# What stands before the last word where an account of a person or a service is changed.
ACCOUNTS: Final = frozenset(
    {"user", "service_account", "tenant.user", "tenant.service_account"},
)
_ACCOUNT_DELETE: Final = 6
# Of Account Change.
ACCOUNT_ACTIVITIES: Final = {
    **dict.fromkeys(("created", "added"), _CREATE),
    **dict.fromkeys(("deleted", "removed"), _ACCOUNT_DELETE),
    **dict.fromkeys(("updated", "invited", "looked_up"), OTHER),
}
_LOGON, _LOGOFF = 1, 2
# Of Authentication, and how it went.
SESSIONS: Final = {
    f"{word}.{status}": (activity, status)
    for word, activity in (("login", _LOGON), ("logout", _LOGOFF))
    for status in ("succeeded", "failed")
}
# Of Entity Management, by the kind of a change.
CHANGES: Final = {"added": _CREATE, "modified": _UPDATE, "removed": _DELETE}
_ERROR, _PAUSED, _LOW, _MEDIUM, _INFORMATIONAL = 6, 7, 2, 3, 1
# Of Scan Activity, by the outcome of an hour, and its severity.
HOURS: Final = {
    "partial": (_ERROR, _LOW),
    "failed": (_ERROR, _MEDIUM),
    "missed": (OTHER, _MEDIUM),
    "paused": (_PAUSED, _INFORMATIONAL),
}
