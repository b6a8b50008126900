"""What the manifests of the documented packs hold, and which members they name."""

from __future__ import annotations

from typing import Any

from tools.verifier.values.field_types import (
    APP_ID,
    BOOLEAN,
    COUNT,
    HASH,
    HASH_OR_NULL,
    INSTANT_OR_NULL,
    INSTANT_TEXT,
    INTEGER,
    LIST,
    NUMBER_TEXT,
    OBJECT,
    TEXT,
    TEXT_OR_NULL,
    TEXTS,
    FieldType,
)
from tools.verifier.values.instants import seconds
from tools.verifier.values.strict_json import JsonObject

# Every manifest.
COMMON = {
    "schema_version": INTEGER,
    "pack_id": TEXT,
    "tenant_id": TEXT,
    "period_start": INSTANT_TEXT,
    "period_end": INSTANT_TEXT,
    "signing_public_hex": TEXT,
}
# A manifest with `profile` has all of these.
OF_PROFILE = {
    "created_at": INSTANT_TEXT,
    "kind": TEXT,
    "profile": TEXT,
    "cut_hour": INSTANT_TEXT,
    "settled_through": INSTANT_OR_NULL,
    "files": LIST,
    "coverage": OBJECT,
    "chain": LIST,
    "audit_log": OBJECT,
    "previous_pack_id": TEXT_OR_NULL,
    "previous_manifest_sha256": HASH_OR_NULL,
    "hash_scheme": OBJECT,
    "signing_key_id": TEXT,
    "generator": OBJECT,
}
AUDIT_LOG = ("proven", "unproven", "forbidden")
OUTCOMES = ("complete", "partial", "failed", "missed", "paused")
COVERAGE = dict.fromkeys(("expected_hours", *OUTCOMES, "longest_gap_hours"), COUNT)
CHAIN = {
    "org_id": TEXT,
    "org_proof": TEXT,
    "first_previous_sha256": HASH_OR_NULL,
    "last_seal_sha256": HASH_OR_NULL,
    "seals": COUNT,
}
# Of what is ours in a pack: 3 has sealed members. A pack that does not say is of format 2.
FORMAT = 3
OF_FORMAT_3 = {"format": COUNT, "settled": BOOLEAN}
LARGE = {"members": COUNT, "bytes": COUNT, "names_sha256": HASH}
FILE = {"name": TEXT, "bytes": COUNT, "sha256": HASH}


class Module:
    """A documented kind of pack: its own manifest keys and its row files.

    Attributes:
        keys: beyond those that every pack has.
        files: for each member the key of its row count and the key of its digest.
    """

    def __init__(self, keys: dict[str, FieldType], files: dict[str, tuple[str, str]]) -> None:
        self.keys = keys
        self.files = files

    def fields(self) -> dict[str, FieldType]:
        """Return the keys that it demands, with the counts and digests of its files."""
        fields = dict(self.keys)
        for count, digest in self.files.values():
            fields.update({count: COUNT, digest: HASH})
        return fields


MODULES = {
    (2, "openai_admin"): Module(
        {"pack_id": NUMBER_TEXT, "org_ids": TEXTS},
        {
            "users.jsonl": ("user_count", "users_sha256"),
            "projects.jsonl": ("project_count", "projects_sha256"),
            "api_keys.jsonl": ("api_key_count", "api_keys_sha256"),
            "events.jsonl": ("event_count", "events_sha256"),
        },
    ),
    (2, "copilot"): Module(
        {"org_logins": TEXTS, "created_at": INSTANT_TEXT},
        {
            "seats.jsonl": ("seat_count", "seats_sha256"),
            "events.jsonl": ("event_count", "events_sha256"),
        },
    ),
    (1, None): Module(
        {"app_id": APP_ID, "blob_count": COUNT, "blob_index": LIST},
        {
            "traces.jsonl": ("trace_count", "traces_sha256"),
            "spans.jsonl": ("span_count", "spans_sha256"),
        },
    ),
}
FULL_MEMBERS = ("coverage.jsonl", "README.txt")  # profile full has at least these as well
OPTIONAL_MEMBERS = (
    *(
        "repeated_events.jsonl",
        "changes.jsonl",
        "findings.jsonl",
        "statements.jsonl",
        "custody.jsonl",
        "admin_keys.jsonl",
    ),
    *(
        "service_accounts.jsonl",
        "invites.jsonl",
        "project_users.jsonl",
        "anchors.jsonl",
        "collection.json",
        "controls.json",
    ),
)
# Profile full of format 3 has all of these: a file without rows is empty, not absent.
FORMAT_3_MEMBERS = (
    *("changes.jsonl", "findings.jsonl", "statements.jsonl", "anchors.jsonl"),
    *("collection.json", "controls.json"),
)
# Organization, then a register's section, or a kind of segment and its month.
SEALED_FOLDER = "sealed/"
SEALED_NAME = (
    r"sealed/(org-[A-Za-z0-9_-]{3,64})/(?:(users|projects|api_keys|admin_keys|service_accounts"
    r"|invites|project_users|findings)|(verdicts|changes|statements|events)"
    r"-([0-9]{4}-(?:0[1-9]|1[0-2])))\.jsonl"
)
SEALED_ORDER = (
    *("verdicts", "changes", "statements", "events", "findings", "users", "projects", "api_keys"),
    *("admin_keys", "service_accounts", "invites", "project_users"),
)
# Copies before the events that they are of, events before the seals that count both, seals before
# the changes and anchors that they name.
MEMBER_ORDER = (
    *("users.jsonl", "projects.jsonl", "api_keys.jsonl"),
    *("repeated_events.jsonl", "events.jsonl", "coverage.jsonl"),
    *OPTIONAL_MEMBERS[1:],
    "README.txt",
)


class Member:
    """What the signed manifest says about one member; None where it says nothing.

    Attributes:
        cap: more bytes than these it cannot have.
    """

    def __init__(
        self, name: str, sha256: str, rows: int | None, n_bytes: int | None, cap: int
    ) -> None:
        self.name = name
        self.sha256 = sha256
        self.rows = rows
        self.n_bytes = n_bytes
        self.cap = cap


class Manifest:
    """A signed manifest: its digest, its values, and the members it promises, in order."""

    def __init__(self, sha256: str, values: JsonObject) -> None:
        self.sha256 = sha256
        self.values = values
        self.profile: str | None = values.get("profile")
        self.format: int = values.get("format", 2)
        self.members: dict[str, Member] = {}

    def __getitem__(self, key: str) -> Any:
        return self.values[key]

    def get(self, key: str) -> Any:
        """Return a value or None."""
        return self.values.get(key)

    def second(self, key: str) -> int:
        """Return the second of an instant whose form was checked."""
        return seconds(self.values[key]) or 0

    def made_at(self) -> int:
        """Return the second at which the pack was cut: seals it may hold were there by then."""
        return max(self.second("created_at"), self.second("cut_hour") + 3600)
