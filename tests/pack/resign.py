"""Change a ready pack and sign it again: what a producer who lies, and has the key, could hand out.

The manifest is made to agree with whatever is left, so that no count and no digest gives it away.
"""

import base64
import gzip
import json
import tarfile
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from nacl.signing import SigningKey

from tests.support.pack_rows import Row, jsonl, longest_gap, merkle_root, sha256
from tests.support.tars import Entry, tar_entry

Rows = dict[str, list[Row]]
COUNTS = {"users": "user", "projects": "project", "api_keys": "api_key", "events": "event"}
OUTCOMES = ("complete", "partial", "failed", "missed", "paused")


@dataclass(frozen=True, slots=True)
class SignedPack:
    """A ready pack and the seed it was signed with.

    Attributes:
        data: the archive.
        seed: 32 bytes.
    """

    data: bytes
    seed: bytes

    @property
    def public_hex(self) -> str:
        """Return the key that verifies it."""
        return bytes(SigningKey(self.seed).verify_key).hex()

    def members(self) -> dict[str, bytes]:
        """Return the members in order."""
        with tarfile.open(fileobj=BytesIO(self.data), mode="r:gz") as tar:
            files = ((member.name, tar.extractfile(member)) for member in tar.getmembers())
            return {name: file.read() for name, file in files if file}

    def rows(self, name: str) -> list[Row]:
        """Return the rows of a member."""
        return [json.loads(line) for line in self.members()[name].splitlines()]

    def manifest(self) -> dict[str, Any]:
        """Return the manifest."""
        return dict(json.loads(self.members()["manifest.json"]))

    def tampered(
        self,
        change: Callable[[Rows], object] = lambda rows: None,
        facts: Callable[[Row], object] = lambda manifest: None,
    ) -> bytes:
        """Return the archive with its rows changed, counted and signed anew.

        Args:
            change: edits the rows, by member; a member that it takes out is not there.
            facts: edits the manifest before it is signed.
        """
        members = self.members()
        rows = {name: self.rows(name) for name in members if name.endswith(".jsonl")}
        change(rows)
        members = {
            name: data
            for name, data in members.items()
            if name in rows or not name.endswith(".jsonl")
        }
        members |= {name: jsonl(member_rows) for name, member_rows in rows.items()}
        manifest = self.manifest()
        _agree(manifest, members, rows)
        facts(manifest)
        return archive(manifest, members, self.seed)


def signed_again(manifest: Row, members: dict[str, bytes], rows: Rows, seed: bytes) -> bytes:
    """Return the archive of other members, a manifest made to agree with them, signed."""
    _agree(manifest, members, rows)
    return archive(manifest, members, seed)


def archive(manifest: Row, members: dict[str, bytes], seed: bytes) -> bytes:
    """Return the archive of a manifest and its members, signed."""
    document = (json.dumps(manifest, indent=2, ensure_ascii=False) + "\n").encode()
    signature = base64.b64encode(SigningKey(seed).sign(document).signature) + b"\n"
    files = {"manifest.json": document, "manifest.sig": signature}
    files |= {entry["name"]: members[entry["name"]] for entry in manifest["files"]}
    files |= {name: data for name, data in members.items() if name.startswith("large/")}
    tar = b"".join(tar_entry(Entry(name, data)) for name, data in files.items())
    return gzip.compress(tar + bytes(1024), 1, mtime=0)


def _agree(manifest: Row, members: dict[str, bytes], rows: Rows) -> None:
    manifest["files"] = [entry for entry in manifest["files"] if entry["name"] in members]
    for entry in manifest["files"]:
        data = members[entry["name"]]
        entry |= {"rows": data.count(b"\n"), "bytes": len(data), "sha256": sha256(data)}
    for plural, noun in COUNTS.items():
        manifest[f"{noun}_count"] = len(rows[f"{plural}.jsonl"])
        manifest[f"{plural}_sha256"] = sha256(members[f"{plural}.jsonl"])
    coverage = rows["coverage.jsonl"]
    manifest["coverage"] = {
        "expected_hours": len(coverage),
        **{word: sum(row["outcome"] == word for row in coverage) for word in OUTCOMES},
        "longest_gap_hours": longest_gap(coverage),
    }
    for chain in manifest["chain"]:
        sealed = [row for row in coverage if row["org_id"] == chain["org_id"] and row["seal"]]
        chain["seals"] = len(sealed)
        if sealed:
            chain["first_previous_sha256"] = sealed[0]["seal"]["previous_sha256"]
            chain["last_seal_sha256"] = sealed[-1]["sha256"]
            chain["last_sealed_hour"] = sealed[-1]["hour"]
            digests = [row["sha256"] for row in sealed]
            if all(digests):
                chain["seals_root"] = merkle_root(list(map(bytes.fromhex, digests)))
