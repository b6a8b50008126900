"""What of a pack supports which clause: each file, each kind of finding; or why it supports none.

Pure data. A clause stands where the file or finding is evidence about its very subject. Who gets
and loses access is of access rights; change management is of settings alone.
"""

from collections.abc import Mapping
from typing import Final, TypedDict


class Rows(TypedDict, total=False):
    """Rows by their fields: those that hold one of the values in each."""

    role: tuple[str, ...]
    section: tuple[str, ...]


Supports = Mapping[str, Rows | None]
"""Clauses by number, each with the rows that support it; None is all of them."""

_RIGHTS: Final = (
    *("CC6.2", "CC6.3", "A.5.18", "Art. 21(2)(i)", "2024/2690, Annex, 11.2"),
    *("Art. 9(4)(c)", "2024/1774, Art. 21"),
)
_IDENTITIES: Final = (
    *("CC6.2", "A.5.16", "Art. 21(2)(i)", "2024/2690, Annex, 11.5"),
    *("Art. 9(4)(c)", "2024/1774, Art. 20"),
)
_PRIVILEGED: Final = (
    *("CC6.3", "A.8.2", "Art. 21(2)(i)", "2024/2690, Annex, 11.3"),
    *("Art. 9(4)(c)", "2024/1774, Art. 21"),
)
_WHO_MAY: Final = ("A.5.15", "Art. 21(2)(i)", "2024/2690, Annex, 11.1", "Art. 9(4)(c)")
_CREDENTIALS: Final = (
    *("CC6.1", "A.5.17", "Art. 21(2)(i)", "2024/2690, Annex, 11.6"),
    "Art. 9(4)(d)",
)
_LOG: Final = (
    *("CC7.2", "A.8.15", "Art. 21(2)(b)", "2024/2690, Annex, 3.2"),
    *("Art. 10(3)", "2024/1774, Art. 12"),
)
_MONITORED: Final = ("CC7.2", "A.8.16", "Art. 21(2)(b)", "2024/2690, Annex, 3.2", "Art. 10(3)")
_ANOMALIES: Final = (*_MONITORED, "Art. 10(1)", "2024/1774, Art. 23")
_EVENTS_JUDGED: Final = ("CC7.3", "A.5.25", "Art. 21(2)(b)", "2024/2690, Annex, 3.4")
_SETTINGS: Final = (
    *("CC7.1", "CC8.1", "A.8.9", "A.8.32", "Art. 21(2)(e)"),
    *("2024/2690, Annex, 6.3", "2024/2690, Annex, 6.4", "Art. 9(4)(e)", "2024/1774, Art. 17"),
)
_KEPT: Final = (
    *("A.5.28", "A.5.33", "A.8.15", "Art. 21(2)(b)"),
    *("2024/2690, Annex, 3.2", "2024/1774, Art. 12"),
)

_OWNERS: Final[Rows] = {"role": ("owner",)}
# Sections of changes, and of the findings that reconciliation opens. A role is a setting, which
# says what it permits, and is access to whoever has it.
OF_ACCESS: Final[Rows] = {
    "section": (
        *("admin_keys", "api_keys", "groups", "invites", "project_users", "roles"),
        *("service_accounts", "users", "group_members", "group_roles", "user_roles"),
        *("project_groups", "workload_identity_providers", "workload_identity_rules"),
    )
}
OF_KEYS: Final[Rows] = {"section": ("admin_keys", "api_keys")}
OF_SETTINGS: Final[Rows] = {"section": ("projects", "roles")}


def _all(*groups: tuple[str, ...]) -> dict[str, Rows | None]:
    return {clause: None for group in groups for clause in group}


def _only(rows: Rows, *groups: tuple[str, ...]) -> dict[str, Rows | None]:
    return {clause: rows for group in groups for clause in group}


# Where a clause is named twice, the later stands: the wider rows come last.
_CHANGED: Final[Supports] = {
    **_only(OF_SETTINGS, _SETTINGS),
    **_only(OF_KEYS, _CREDENTIALS),
    **_only(OF_ACCESS, _RIGHTS),
    **_all(_ANOMALIES, _EVENTS_JUDGED),
}

# File: (what it shows, the clauses that this supports).
FILES: Final[Mapping[str, tuple[str, Supports]]] = {
    "manifest.json": ("the digest of every file, signed", _all(_KEPT)),
    "manifest.sig": ("who signed these digests", _all(_KEPT)),
    "users.jsonl": (
        "who was a member, with which role, from when to when",
        {**_only(_OWNERS, _PRIVILEGED), **_all(_RIGHTS, _IDENTITIES, _WHO_MAY)},
    ),
    "projects.jsonl": (
        "which projects there were, active or archived",
        _all(("A.5.9", "A.5.23", "Art. 21(2)(i)", "2024/2690, Annex, 12.4", "Art. 8(1)")),
    ),
    "api_keys.jsonl": (
        "which project keys there were, whose, and when each was last used",
        _all(_RIGHTS, _CREDENTIALS),
    ),
    "repeated_events.jsonl": ("which events an older chain sealed again", _all(_KEPT)),
    "events.jsonl": ("what OpenAI's audit log recorded, each event once", _all(_LOG)),
    "coverage.jsonl": (
        "that every hour is accounted for, and that no hour was altered afterwards",
        _all(_MONITORED, _KEPT),
    ),
    "changes.jsonl": ("what changed, and whether the audit log admits it", _CHANGED),
    "findings.jsonl": (
        "what a person should have looked at, from when to when",
        _all(_ANOMALIES, _EVENTS_JUDGED, ("Art. 21(2)(f)", "2024/2690, Annex, 7")),
    ),
    "statements.jsonl": (
        "who decided what of a finding, when, why and until when; who answers for which account",
        _all(_EVENTS_JUDGED, ("Art. 21(2)(f)", "2024/2690, Annex, 7")),
    ),
    "custody.jsonl": (
        "who connected organizations, asked for packs and shared them, and when",
        _all(_KEPT),
    ),
    "admin_keys.jsonl": (
        "which keys opened the whole organization",
        _all(_RIGHTS, _PRIVILEGED, _CREDENTIALS),
    ),
    "service_accounts.jsonl": (
        "which accounts belong to no person",
        _all(_RIGHTS, _IDENTITIES, _WHO_MAY),
    ),
    "invites.jsonl": (
        "who was invited, and to which role",
        {**_only(_OWNERS, _PRIVILEGED), **_all(_RIGHTS, _IDENTITIES)},
    ),
    "project_users.jsonl": ("who had access to which project", _all(_RIGHTS, _WHO_MAY)),
    "anchors.jsonl": ("that the chains were given out as they are, day by day", _all(_KEPT)),
    "collection.json": (
        "how it was read, and how far the clocks were apart",
        _all(
            ("A.5.28", "A.8.17", "Art. 21(2)(b)", "2024/2690, Annex, 3.2", "2024/1774, Art. 12"),
        ),
    ),
    "controls.json": ("what supports which clause", {}),
    "README.txt": ("how to read and check the pack", {}),
    "sealed/": ("the bytes that the seals name, from which the rows follow", {}),
    "large/": ("values too large for a row", {}),
}

# Kind of finding: the clauses that looking for it supports.
FINDINGS: Final[Mapping[str, Supports]] = {
    "orphan_key": _all(_RIGHTS, ("CC6.1", "A.5.17")),
    "stale_key": _all(_RIGHTS, ("CC6.1",)),
    "never_used_key": _all(_RIGHTS, ("CC6.1",)),
    "key_in_archived_project": _all(_RIGHTS, ("CC6.1",)),
    "disabled_owner_key": _all(_RIGHTS, _IDENTITIES, ("CC6.1",)),
    "secret_in_name": _all(_CREDENTIALS),
    "admin_key_owner_disabled": _all(_RIGHTS, _PRIVILEGED, _IDENTITIES, ("CC6.1",)),
    "admin_key_old": _all(_CREDENTIALS, ("A.8.2", "2024/2690, Annex, 11.3")),
    "admin_key_no_expiry": _all(_CREDENTIALS, ("A.8.2", "2024/2690, Annex, 11.3")),
    "admin_key_never_used": _all(_RIGHTS, _PRIVILEGED, ("CC6.1",)),
    "admin_key_idle": _all(_RIGHTS, _PRIVILEGED, ("CC6.1",)),
    "own_key_expiring": {},
    "owner_invite_pending": _all(_RIGHTS, _PRIVILEGED),
    "many_owners": _all(_PRIVILEGED),
    "service_account_person_left": _all(_RIGHTS, _IDENTITIES),
    "effective_owner_by_group": _all(_RIGHTS, _PRIVILEGED),
    "workload_identity_wide": _all(_RIGHTS, _CREDENTIALS, _WHO_MAY),
    "workload_identity_unowned": _all(_RIGHTS, _IDENTITIES),
    "audit_log_unproven": _all(_LOG),
    "audit_log_behind": _all(_MONITORED),
    "register_full": _all(_MONITORED),
    "log_entry_changed": _all(_LOG, _EVENTS_JUDGED, ("A.5.33",)),
    "log_entry_gone": _all(_LOG, _EVENTS_JUDGED, ("A.5.33",)),
    "short_lived_key": _all(_ANOMALIES, _EVENTS_JUDGED, _RIGHTS, ("CC6.1", "A.5.17")),
    "short_lived_owner": _all(_ANOMALIES, _EVENTS_JUDGED, _RIGHTS, _PRIVILEGED),
    "allowlist_opened": _all(_SETTINGS, _EVENTS_JUDGED, _WHO_MAY, ("CC6.6", "A.5.23", "A.8.3")),
    "audit_logging_switched_off": _all(_LOG, _SETTINGS, _EVENTS_JUDGED, ("A.5.23",)),
    "unexplained_change": {**_CHANGED, **_all(_LOG)},
    "event_without_change": {**_CHANGED, **_all(_LOG)},
}

# File or kind of finding that supports no clause, on purpose.
WHY_NONE: Final[Mapping[str, str]] = {
    "controls.json": "It says what the other files support.",
    "README.txt": "It explains the pack, and shows nothing of the organizations.",
    "sealed/": "They show that the rows are those that were sealed, and support what the rows do.",
    "large/": "Each value is part of the row that names its SHA-256, and supports what that does.",
    "own_key_expiring": "It tells of the reading, which needs a new key soon. That a key ends is "
    "no failing: a key without an end is a finding of its own.",
}
