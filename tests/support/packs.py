"""Writes evidence packs for tests, from plain rows and a seed, and breaks any part on request.

Independent of the product on purpose: it shares no line with `functions/pack` or with the
verifier, so that an error in either shows. Pure: no clock, no network.
"""

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from nacl.signing import SigningKey

from tests.support.pack_rows import (
    ORG,
    TENANT,
    Row,
    api_key,
    canonical,
    event,
    hour,
    jsonl,
    lifecycle,
    longest_gap,
    project,
    seal_digest,
    seals,
    segment,
    sha256,
    user,
)
from tests.support.pack_sealed import name_registers, sealed_members
from tests.support.tars import Entry, gzipped, tar_entry

__all__ = [
    "ORG",
    "SEED",
    "TENANT",
    "Entry",
    "Pack",
    "Row",
    "api_key",
    "april",
    "canonical",
    "event",
    "hour",
    "jsonl",
    "lifecycle",
    "project",
    "public_hex",
    "seal_digest",
    "seals",
    "segment",
    "sha256",
    "small",
    "user",
]

SEED = bytes(range(32))
DOCUMENTED = ("users.jsonl", "projects.jsonl", "api_keys.jsonl", "events.jsonl")
ALWAYS = ("changes.jsonl", "findings.jsonl", "statements.jsonl", "anchors.jsonl")
ORDER = (
    *("users.jsonl", "projects.jsonl", "api_keys.jsonl", "repeated_events.jsonl", "events.jsonl"),
    *("coverage.jsonl", "changes.jsonl", "findings.jsonl", "statements.jsonl", "custody.jsonl"),
    *(
        "admin_keys.jsonl",
        "service_accounts.jsonl",
        "invites.jsonl",
        "project_users.jsonl",
        "anchors.jsonl",
    ),
    *("collection.json", "controls.json", "README.txt"),
)


def public_hex(seed: bytes = SEED) -> str:
    """Return the public key of a seed, 64 lower-case hex digits."""
    return bytes(SigningKey(seed).verify_key).hex()


def same(value: Any) -> Any:
    """Return the value: the change that changes nothing."""
    return value


def _place(name: str) -> int:
    return ORDER.index(name) if name in ORDER else len(ORDER) - 1


def _is_settled(values: Row) -> bool:
    through, end = values["settled_through"], values["period_end"]
    return isinstance(through, str) and isinstance(end, str) and through > end


@dataclass
class Pack:
    """A pack in the making. The rows are the world; each callable may break one layer of it."""

    rows: dict[str, list[Row]]
    org_ids: list[str] = field(default_factory=lambda: [ORG])
    period: tuple[str, str] = ("2026-04-01T00:00:00Z", "2026-04-02T23:59:59Z")
    profile: str | None = "full"
    format: int = 3
    number: int = 3
    tenant_id: str = TENANT
    seed: bytes = SEED
    facts: Row = field(default_factory=dict)  # replace keys of the manifest
    texts: dict[str, bytes] = field(default_factory=lambda: {"README.txt": b"Read me.\n"})
    unseen: list[Row] = field(default_factory=list)  # events sealed in it, of before it
    large: list[bytes] = field(default_factory=list)  # large values, whole
    members: Callable[[dict[str, bytes]], dict[str, bytes]] = same  # before they are digested
    manifest: Callable[[Row], Row] = same  # before it is signed
    manifest_bytes: Callable[[bytes], bytes] = same  # before it is signed
    signature: Callable[[bytes], bytes] = same  # of manifest.sig
    entries: Callable[[list[Entry]], list[Entry]] = same  # after signing, so unsigned
    tar: Callable[[bytes], bytes] = same
    gzip: Callable[[bytes], bytes] = same

    def but(self, **changes: Any) -> "Pack":
        """Return the same pack with some fields replaced."""
        return replace(self, **changes)

    def member_bytes(self) -> dict[str, bytes]:
        """Return the members behind the signature, in order."""
        if self.profile != "full":
            return self.members({name: jsonl(self.rows[name]) for name in DOCUMENTED})
        if self.format < 3:
            data = {name: jsonl(rows) for name, rows in self.rows.items()} | self.texts
            return self.members({name: data[name] for name in sorted(data, key=_place)})
        rows: dict[str, list[Row]] = {name: [] for name in ALWAYS} | self.rows
        name_registers(rows, self.org_ids)
        data = {name: jsonl(of_member) for name, of_member in rows.items()}
        data |= dict.fromkeys(("collection.json", "controls.json"), b"{}\n") | self.texts
        data = {name: data[name] for name in sorted(data, key=_place)}
        return self.members(data | sealed_members(rows, self.org_ids, self.unseen))

    def manifest_values(self, data: dict[str, bytes]) -> Row:
        """Return the manifest as it must be for these members."""
        values: Row = {
            "schema_version": 2,
            "module": "openai_admin",
            "pack_id": str(self.number),
            "tenant_id": self.tenant_id,
            "period_start": self.period[0],
            "period_end": self.period[1],
            "org_ids": self.org_ids,
        }
        nouns = {"users": "user", "projects": "project", "api_keys": "api_key", "events": "event"}
        for plural, noun in nouns.items():
            values[f"{noun}_count"] = len(self.rows[f"{plural}.jsonl"])
        for plural in nouns:
            values[f"{plural}_sha256"] = sha256(data[f"{plural}.jsonl"])
        values["signing_public_hex"] = public_hex(self.seed)
        if self.profile is not None:
            values |= self._additions(data)
        if self.large:
            names = sorted(map(sha256, self.large))
            values["large"] = {
                "members": len(self.large),
                "bytes": sum(map(len, self.large)),
                "names_sha256": sha256("".join(f"{name}\n" for name in names).encode()),
            }
        values |= self.facts
        if self.profile is not None and self.format > 2:
            values.setdefault("settled", _is_settled(values))
        return self.manifest(values)

    def _additions(self, data: dict[str, bytes]) -> Row:
        coverage = self.rows["coverage.jsonl"]
        n = {
            outcome: sum(row["outcome"] == outcome for row in coverage)
            for outcome in ("complete", "partial", "failed", "missed", "paused")
        }
        chains = []
        for org_id in self.org_ids:
            sealed = [r for r in coverage if r["org_id"] == org_id and r["seal"] is not None]
            chains.append(
                {
                    "org_id": org_id,
                    "org_proof": "proven",
                    "first_previous_sha256": sealed[0]["seal"]["previous_sha256"]
                    if sealed
                    else None,
                    "last_seal_sha256": sealed[-1]["sha256"] if sealed else None,
                    "last_sealed_hour": sealed[-1]["hour"] if sealed else None,
                    "seals": len(sealed),
                }
            )
        return ({"format": self.format} if self.format > 2 else {}) | {
            "created_at": "2026-05-04T03:14:00Z",
            "kind": "on_demand",
            "profile": self.profile,
            "cut_hour": "2026-05-04T02:00:00Z",
            "settled_through": "2026-05-01T00:00:00Z",
            "files": [
                {
                    "name": name,
                    "rows": content.count(b"\n") if name.endswith(".jsonl") else None,
                    "bytes": len(content),
                    "sha256": sha256(content),
                }
                for name, content in data.items()
            ],
            "coverage": {
                "expected_hours": len(coverage),
                **n,
                "longest_gap_hours": longest_gap(coverage),
            },
            "chain": chains,
            "audit_log": dict.fromkeys(self.org_ids, "proven"),
            "previous_pack_id": None,
            "previous_manifest_sha256": None,
            "hash_scheme": {"algorithm": "HMAC-SHA-256", "key_id": "k1", "normalization": "NFC"},
            "signing_key_id": "signing-1",
            "generator": {"name": "tests", "version": "1"},
        }

    def signed(self) -> tuple[bytes, bytes, dict[str, bytes]]:
        """Return manifest.json, manifest.sig and the other members."""
        data = self.member_bytes()
        manifest = self.manifest_bytes(json.dumps(self.manifest_values(data)).encode())
        signature = SigningKey(self.seed).sign(manifest).signature
        return manifest, self.signature(base64.b64encode(signature) + b"\n"), data

    def build(self) -> bytes:
        """Return the bytes of pack-N.tar.gz."""
        manifest, signature, data = self.signed()
        entries = [Entry("manifest.json", manifest), Entry("manifest.sig", signature)]
        entries += [Entry(name, content) for name, content in data.items()]
        wholes = {f"large/{sha256(whole)}.json": whole for whole in self.large}
        entries += [Entry(name, wholes[name]) for name in sorted(wholes)]
        tar = b"".join(map(tar_entry, self.entries(entries))) + bytes(1024)
        return self.gzip(gzipped(self.tar(tar)))


def small(**changes: Any) -> Pack:
    """Return a pack of two days, 48 hours: a person who left and returned, events, one late."""
    events = [
        event("audit_log-1", "2026-03-31T23:10:00Z", "2026-04-01T00:00:00Z", late=True),
        event("audit_log-2", "2026-04-01T05:10:00Z", "2026-04-01T05:00:00Z"),
        event("audit_log-3", "2026-04-01T05:20:00Z", "2026-04-01T05:00:00Z"),
        event("audit_log-4", "2026-04-02T23:50:00Z", "2026-04-03T00:00:00Z"),
    ]
    start = "2026-04-01T00"
    rows = {
        "users.jsonl": [
            user("user-1", removed_at="2026-04-01T04:00:00Z", state_at="2026-04-01T03:00:00Z"),
            user("user-1", first_seen_at="2026-04-01T09:00:00Z"),
            user("user-2", role="owner"),
        ],
        "projects.jsonl": [project("proj_1"), project("proj_2", name="Line\u2028separator")],
        "api_keys.jsonl": [api_key("key_1"), api_key("key_2")],
        "events.jsonl": events,
        "coverage.jsonl": seals(["complete"] * 48, start, events, previous="ab" * 32),
        **{name: [] for name in ALWAYS},
    }
    name_registers(rows, [ORG])
    return Pack(rows).but(**changes)


def april(**changes: Any) -> Pack:
    """Return a monthly pack, 720 hours: a gap of five, a partial hour, a pause, a reconnect."""
    outcomes: list[str | Row] = ["complete"] * 720
    for at in range(100, 105):
        outcomes[at] = {"outcome": "failed", "reason": "openai_unavailable"}
    outcomes[200] = {"outcome": "partial", "reason": "rate_limited"}
    outcomes[300:310] = ["paused"] * 10
    outcomes[400] = lifecycle("disconnected")
    outcomes[401:420] = [{"skip": 19}]
    outcomes[402] = lifecycle("reconnected")
    events = [
        event("audit_log-0", "2026-03-30T10:00:00Z", "2026-04-05T00:00:00Z", late=True),
        event("audit_log-1", "2026-04-10T05:10:00Z", "2026-04-10T05:00:00Z"),
        event("audit_log-2", "2026-04-10T05:11:00Z", "2026-04-10T05:00:00Z"),
        event("audit_log-3", "2026-04-30T23:59:59Z", "2026-05-01T01:00:00Z"),
    ]
    pack = small(period=("2026-04-01T00:00:00Z", "2026-04-30T23:59:59Z"))
    rows = {
        **pack.rows,
        "events.jsonl": events,
        "coverage.jsonl": seals(outcomes, "2026-04-01T00", events, previous="cd" * 32),
    }
    return pack.but(rows=rows, facts={"kind": "monthly"}).but(**changes)
