"""The first reading of the whole archive: its form (2), its members (7), their digests (8)."""

from __future__ import annotations

import hashlib

from tools.verifier.base import Failed, printable
from tools.verifier.checks.check_02_archive import MANIFEST_FILES, OpenPack, TarReader
from tools.verifier.large_values import LARGE_FOLDER, LargeMembers
from tools.verifier.manifest_format import Manifest, Member
from tools.verifier.report import Report

FILE_CHANGED = "the file changed while it was read"


def check_08_digests(pack: OpenPack, manifest: Manifest, report: Report) -> bytes:
    """Read the whole archive: its form, its members, their sizes, row counts and digests.

    Returns:
        The SHA-256 of the file, which a second reading must have as well.

    Raises:
        Failed: where reading on makes no sense (a broken archive, an unsigned or oversized member).
    """
    names: list[str] = []
    large = LargeMembers(manifest)
    with pack.archive() as archive:
        for name, size in archive.members():
            if name.startswith(LARGE_FOLDER) and manifest.profile is not None:
                if not large.n:
                    _check_names_there(names, manifest)
                large.check(archive, name, size, report)
                continue
            names.append(name)
            if name in MANIFEST_FILES:
                data = archive.take(size) if size <= MANIFEST_FILES[name][0] else b""
                if name == "manifest.json" and hashlib.sha256(data).hexdigest() != manifest.sha256:
                    raise Failed(2, FILE_CHANGED)
                continue
            member = manifest.members.get(name)
            if member is None:
                raise Failed(
                    7, f"{printable(name)} is in the archive, but not in the signed manifest"
                )
            _check_member(archive, member, size, report)
    _check_names_there(names, manifest)
    large.finish()
    report.passed(2, 7, 8)
    report.took("checks_1_to_8")
    return archive.gzip.digest.digest()


def _check_names_there(names: list[str], manifest: Manifest) -> None:
    """Demand every promised member, and of our own packs the promised order."""
    promised = ["manifest.json", "manifest.sig", *manifest.members]
    missing = sorted(set(promised) - set(names))
    if missing:
        raise Failed(
            7, f"{printable(missing[0])} is in the signed manifest, but not in the archive"
        )
    if manifest.profile is not None and names != promised:
        raise Failed(7, "the members do not stand in the order of the manifest")


def _check_member(archive: TarReader, member: Member, size: int, report: Report) -> None:
    """Stream one member: its size, its row count and its digest."""
    name = member.name
    if member.n_bytes is not None and size != member.n_bytes:
        raise Failed(8, f"{name} has {size} bytes, the manifest says {member.n_bytes}")
    if size > member.cap:
        raise Failed(8, f"{name} has {size} bytes, more than its rows can have")
    digest = hashlib.sha256()
    n_rows = 0
    for piece in archive.stream(size):
        digest.update(piece)
        n_rows += piece.count(b"\n")
    if digest.hexdigest() != member.sha256:
        report.fail(8, f"{name}: its SHA-256 is {digest.hexdigest()}, not {member.sha256}")
    elif member.rows is not None and n_rows != member.rows:
        report.fail(8, f"{name} has {n_rows} rows, the manifest says {member.rows}")
