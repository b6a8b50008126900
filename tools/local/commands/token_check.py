"""How the tokens of a pack's anchors are checked with openssl alone, in commands to copy."""

from __future__ import annotations

import json
import tarfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

_MEMBER = "anchors.jsonl"
_COMMANDS = r"""
tar -xzOf {archive} anchors.jsonl | grep -m 1 '"token":"' > {folder}/anchor.json
sed -E 's/.*"document":(.*),"reason":.*/\1/' {folder}/anchor.json | tr -d '\n' > {folder}/document
sed -E 's/.*"token":"([^"]*)".*/\1/' {folder}/anchor.json | base64 -d > {folder}/token.tsr
openssl ts -verify -data {folder}/document -in {folder}/token.tsr -CAfile {certificate}
""".strip()

Anchors = Sequence[dict[str, Any]]


def anchors_of(archive: Path) -> Anchors:
    """Return the anchors that a pack holds."""
    with tarfile.open(archive) as pack:
        file = pack.extractfile(_MEMBER) if _MEMBER in pack.getnames() else None
        return [json.loads(line) for line in file] if file else []


def n_tokens(anchors: Anchors) -> int:
    """Return how many anchors have a token."""
    return sum(anchor["token"] is not None for anchor in anchors)


def told(anchors: Anchors) -> str:
    """Say how many anchors have a token of the stage's own authority, or why none has."""
    if not anchors:
        return "no anchor was made in these hours"
    if not n_tokens(anchors):
        reasons = ", ".join(sorted({str(anchor["reason"]) for anchor in anchors}))
        return f"none of {len(anchors)} anchors: {reasons}"
    authority = "the stage's own time authority, which proves nothing to outsiders"
    return f"{n_tokens(anchors)} of {len(anchors)} anchors, by {authority}"


def commands(archive: Path, certificate: Path, shown: Callable[[Path], str]) -> list[str]:
    """Return the commands that check the first token of a pack, and leave its parts beside it.

    Args:
        archive: the pack, an anchor with a token in it.
        certificate: of the time authority.
        shown: writes a path as it is typed.
    """
    names = {"archive": archive, "folder": archive.parent, "certificate": certificate}
    return _COMMANDS.format(**{name: shown(path) for name, path in names.items()}).splitlines()
