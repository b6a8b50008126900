"""Clauses of four frameworks, and what of a pack supports each: the table of controls.json.

Pure data. Ids and titles are those of the sources named here. Where a criterion, point or paragraph
has no title of its own, its opening words stand there, behind the article's title if it has one.
"""

from collections.abc import Mapping
from typing import Final

from functions.shared.records.packs import Framework

FRAMEWORKS: Final[Mapping[str, Framework]] = {
    "SOC 2": {
        "title": "TSP Section 100, 2017 Trust Services Criteria for Security, Availability, "
        "Processing Integrity, Confidentiality, and Privacy (With Revised Points of Focus - 2022)",
        "publisher": "AICPA",
        "source": "https://www.aicpa-cima.com/resources/download/"
        "get-the-2017-trust-services-criteria",
    },
    "ISO/IEC 27001": {
        "title": "ISO/IEC 27001:2022, Annex A (normative), Information security controls reference",
        "publisher": "ISO/IEC",
        "source": "https://www.iso.org/standard/27001",
    },
    "NIS2": {
        "title": "Directive (EU) 2022/2555, Article 21, Cybersecurity risk-management measures",
        "publisher": "European Union, OJ L 333, 27.12.2022, p. 80",
        "source": "https://eur-lex.europa.eu/eli/dir/2022/2555/oj",
    },
    "DORA": {
        "title": "Regulation (EU) 2022/2554 on digital operational resilience for the financial "
        "sector",
        "publisher": "European Union, OJ L 333, 27.12.2022, p. 1",
        "source": "https://eur-lex.europa.eu/eli/reg/2022/2554/oj",
    },
}

# Clause id: (framework, title).
CLAUSES: Final = {
    "CC6.1": (
        "SOC 2",
        (
            "The entity implements logical access security software, infrastructure, and "
            "architectures over protected information assets"
        ),
    ),
    "CC6.2": (
        "SOC 2",
        (
            "Prior to issuing system credentials and granting system access, the entity registers "
            "and authorizes new internal and external users"
        ),
    ),
    "CC6.3": (
        "SOC 2",
        (
            "The entity authorizes, modifies, or removes access to data, software, functions, and "
            "other protected information assets"
        ),
    ),
    "CC7.2": (
        "SOC 2",
        "The entity monitors system components and the operation of those components for anomalies",
    ),
    "CC8.1": (
        "SOC 2",
        (
            "The entity authorizes, designs, develops or acquires, configures, documents, tests, "
            "approves, and implements changes"
        ),
    ),
    "A.5.9": ("ISO/IEC 27001", "Inventory of information and other associated assets"),
    "A.5.15": ("ISO/IEC 27001", "Access control"),
    "A.5.16": ("ISO/IEC 27001", "Identity management"),
    "A.5.17": ("ISO/IEC 27001", "Authentication information"),
    "A.5.18": ("ISO/IEC 27001", "Access rights"),
    "A.5.23": ("ISO/IEC 27001", "Information security for use of cloud services"),
    "A.5.28": ("ISO/IEC 27001", "Collection of evidence"),
    "A.5.33": ("ISO/IEC 27001", "Protection of records"),
    "A.8.2": ("ISO/IEC 27001", "Privileged access rights"),
    "A.8.15": ("ISO/IEC 27001", "Logging"),
    "A.8.16": ("ISO/IEC 27001", "Monitoring activities"),
    "A.8.17": ("ISO/IEC 27001", "Clock synchronization"),
    "A.8.32": ("ISO/IEC 27001", "Change management"),
    "Art. 21(2)(b)": ("NIS2", "incident handling"),
    "Art. 21(2)(f)": (
        "NIS2",
        (
            "policies and procedures to assess the effectiveness of cybersecurity risk-management "
            "measures"
        ),
    ),
    "Art. 21(2)(i)": (
        "NIS2",
        "human resources security, access control policies and asset management",
    ),
    "Art. 8(1)": (
        "DORA",
        (
            "Identification: identify, classify and adequately document all ICT supported business "
            "functions, roles and responsibilities, the information assets and ICT assets"
        ),
    ),
    "Art. 9(4)(c)": (
        "DORA",
        (
            "Protection and prevention: policies that limit the physical or logical access to "
            "information assets and ICT assets"
        ),
    ),
    "Art. 9(4)(e)": (
        "DORA",
        (
            "Protection and prevention: documented policies, procedures and controls for ICT "
            "change management"
        ),
    ),
    "Art. 10(1)": ("DORA", "Detection: mechanisms to promptly detect anomalous activities"),
    "Art. 10(3)": (
        "DORA",
        "Detection: sufficient resources and capabilities to monitor user activity",
    ),
}

_ACCESS = ("CC6.2", "CC6.3", "A.5.16", "A.5.18", "Art. 21(2)(i)", "Art. 9(4)(c)")
_KEYS = ("CC6.1", "A.5.17", "A.5.18", "Art. 21(2)(i)", "Art. 9(4)(c)")
_ADMIN = ("CC6.3", "A.8.2", "A.5.18", "Art. 21(2)(i)", "Art. 9(4)(c)")
_CHANGED = ("CC7.2", "CC8.1", "A.8.16", "A.8.32", "Art. 21(2)(b)", "Art. 9(4)(e)", "Art. 10(1)")
_KEPT = ("A.5.28", "A.5.33", "Art. 21(2)(f)")

# File: (what it shows, the clauses that this supports).
FILES: Final = {
    "users.jsonl": ("who was a member, with which role, from when to when", _ACCESS),
    "projects.jsonl": (
        "which projects there were, active or archived",
        ("A.5.9", "A.5.23", "Art. 21(2)(i)", "Art. 8(1)"),
    ),
    "api_keys.jsonl": ("which project keys there were, whose, and when each was last used", _KEYS),
    "repeated_events.jsonl": ("which events an older chain sealed again", _KEPT),
    "events.jsonl": (
        "what OpenAI's audit log recorded, each event once",
        ("CC7.2", "A.8.15", "Art. 21(2)(b)", "Art. 10(3)"),
    ),
    "coverage.jsonl": (
        "that every hour is accounted for, and that no hour was altered afterwards",
        ("CC7.2", "A.8.16", *_KEPT, "Art. 10(3)"),
    ),
    "changes.jsonl": ("what changed, and whether the audit log admits it", _CHANGED),
    "findings.jsonl": (
        "what a person should have looked at, from when to when",
        ("CC7.2", "A.8.16", "A.5.15", "Art. 21(2)(f)", "Art. 10(1)"),
    ),
    "admin_keys.jsonl": ("which keys opened the whole organization", _ADMIN),
    "service_accounts.jsonl": ("which accounts belong to no person", (*_ACCESS, "CC6.1")),
    "invites.jsonl": ("who was invited, and to which role", _ACCESS),
    "project_users.jsonl": ("who had access to which project", _ACCESS),
    "collection.json": (
        "how it was read, and how far the clocks were apart",
        ("A.5.28", "A.8.17"),
    ),
    "manifest.json": ("the digest of every file, signed", _KEPT),
}

# Kind of finding: the clauses that looking for it supports.
FINDINGS: Final = {
    "orphan_key": _KEYS,
    "stale_key": _KEYS,
    "never_used_key": _KEYS,
    "key_in_archived_project": _KEYS,
    "disabled_owner_key": _KEYS,
    "secret_in_name": _KEYS,
    "admin_key_owner_disabled": _ADMIN,
    "admin_key_old": (*_ADMIN, "A.5.17"),
    "admin_key_no_expiry": (*_ADMIN, "A.5.17"),
    "admin_key_never_used": _ADMIN,
    "admin_key_idle": _ADMIN,
    "own_key_expiring": ("A.5.17", "A.8.16"),
    "owner_invite_pending": ("CC6.2", "A.8.2", "Art. 21(2)(i)", "Art. 9(4)(c)"),
    "many_owners": ("CC6.3", "A.8.2", "Art. 21(2)(i)", "Art. 9(4)(c)"),
    "service_account_person_left": ("CC6.2", "A.5.16", "A.5.18", "Art. 21(2)(i)", "Art. 9(4)(c)"),
    "audit_log_unproven": ("CC7.2", "A.8.15", "Art. 10(3)"),
    "audit_log_behind": ("CC7.2", "A.8.15", "Art. 10(3)"),
    "log_entry_changed": ("CC7.2", "A.8.15", "Art. 10(3)"),
    "log_entry_gone": ("CC7.2", "A.8.15", "Art. 10(3)"),
    "short_lived_key": _CHANGED,
    "short_lived_owner": _CHANGED,
    "allowlist_opened": _CHANGED,
    "audit_logging_switched_off": ("CC7.2", "A.8.15", "Art. 10(3)"),
    "unexplained_change": _CHANGED,
    "event_without_change": _CHANGED,
}
