"""The cover: what was verified, of whom, and how much each sheet holds."""

from __future__ import annotations

import argparse
import hashlib
from collections import Counter
from pathlib import Path
from typing import Any

from tools.pack_to_xlsx.base import MAX_SHEET_ROWS, MAX_TEXT, VERSION
from tools.pack_to_xlsx.book import Book
from tools.pack_to_xlsx.sheets import COLUMNS, OTHER_FIELDS, MemberSheets
from tools.pack_to_xlsx.verification import VERIFIER, last_line, passed_on
from tools.pack_to_xlsx.verified_pack import VerifiedPack

MAX_SOURCES = 50
OUTCOMES = ("complete", "partial", "failed", "missed", "paused")

NOT_EVIDENCE = (
    "This workbook is for reading. The evidence is the pack, which is signed; this is not. Whoever"
    " was given only this file should ask for the pack."
)

HOW_TO_READ = f"""\
Every cell holds what the pack says, as text, number or boolean, never as a formula or a link.
Instants are texts as in the pack, in UTC. An hour is named by its start.
An empty cell is null, or a field that this row does not have. Lists and objects are JSON.
{OTHER_FIELDS} holds, as JSON, what a row has beside the fields of the format.
A cell on a coloured ground is not word for word: it is escaped, or cut.
Escaped: what cannot be shown is \\u and four digits; a backslash of the pack stands there twice.
Cut: a cell holds at most {MAX_TEXT:,} characters. Numbers of more than 15 digits are texts.
A sheet holds at most {MAX_SHEET_ROWS:,} rows; more go on in the next one, such as: events (2).
A value too large for a row is {{"$large": ...}}, with size, first words and SHA-256. The whole is
in the pack, under large/, and not here. Nor are the members without a sheet."""


class Sources:
    """Whom the pictures were asked of: hours by address and clock, as the seals tell."""

    def __init__(self) -> None:
        self.hours: Counter[tuple[str, str]] = Counter()

    def add(self, row: dict[str, Any]) -> None:
        """Add a row of coverage.jsonl."""
        seal, run = row.get("seal"), row.get("run")
        source = seal.get("source") if isinstance(seal, dict) else None
        # Version 2 of the seal told it beside the seal, in the run.
        told = next((each for each in (source, run) if isinstance(each, dict)), {})
        address, clock = told.get("api_base"), told.get("clock")
        who = (str(address or "nobody was asked, or it is not told"), str(clock or "not told"))
        if who not in self.hours and len(self.hours) >= MAX_SOURCES:
            who = ("further addresses or clocks", "")
        self.hours[who] += 1


class Cover:
    """Writes the cover, line by line."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._sheet = book.add_cover()
        self._row = 0

    def title(self, *texts: str) -> None:
        """Write a line of titles, behind an empty one."""
        self._row += 1 if self._row else 0
        for column, text in enumerate(texts):
            self._book.put(self._sheet, self._row, column, text, is_title=True)
        self._row += 1

    def line(self, *values: object) -> None:
        """Write a line."""
        for column, value in enumerate(values):
            self._book.put(self._sheet, self._row, column, value)
        self._row += 1


def write_cover(
    cover: Cover,
    options: argparse.Namespace,
    verdict: dict[str, Any],
    pack: VerifiedPack,
    sheets: dict[str, MemberSheets],
    asked: dict[str, Any],
    sources: Sources,
) -> None:
    """Write the cover of a workbook whose other sheets are written."""
    about = verdict["subject"]
    cover.title(f"Evidence pack {about['pack_id']}, for reading")
    cover.line(NOT_EVIDENCE)
    cover.title("What it is of")
    cover.line("file", Path(options.pack).name)
    cover.line("tenant", about["tenant_id"])
    for org_id in about["org_ids"]:
        cover.line("organization", org_id)
    cover.line("period", about["period_start"], about["period_end"])
    for name in ("kind", "profile", "cut_hour", "settled_through"):
        cover.line(name, about[name])
    _write_sources(cover, asked, sources)
    _write_verdict(cover, options, verdict)
    _write_coverage(cover, verdict)
    _write_members(cover, pack, sheets)
    cover.title("How to read the sheets")
    for line in HOW_TO_READ.splitlines():
        cover.line(line)
    _write_makers(cover)


def _write_sources(cover: Cover, asked: dict[str, Any], sources: Sources) -> None:
    cover.title("Source: whom the pictures were asked of", "clock", "hours")
    api = asked.get("api")
    cover.line("what was asked", api.get("name") if isinstance(api, dict) else "not told")
    for (address, clock), n_hours in sources.hours.most_common():
        cover.line(address, clock, n_hours)
    if not sources.hours:
        cover.line("a pack of this profile does not tell")


def _write_verdict(cover: Cover, options: argparse.Namespace, verdict: dict[str, Any]) -> None:
    about = verdict["subject"]
    cover.title("Verification")
    cover.line("last line", last_line(verdict))
    cover.line("verified with the key", about["signing_public_hex"])
    cover.line("the key's id", about["signing_key_id"])
    cover.line("Ed25519 by", verdict["ed25519"])
    cover.line("SHA-256 of the manifest", verdict["manifest_sha256"])
    for argument in passed_on(options)[1:]:
        cover.line("option given", argument)
    cover.title("check", "what", "verdict", "reason")
    for check in verdict["checks"]:
        cover.line(check["number"], check["title"], check["status"], check["reason"])


def _write_coverage(cover: Cover, verdict: dict[str, Any]) -> None:
    about = verdict["subject"]
    hours = about["coverage"]
    is_checked = about["profile"] == "full"
    cover.title("Coverage", "hours", "" if is_checked else "as the signer says; not checked")
    cover.line("expected", hours["expected_hours"])
    for outcome in OUTCOMES:
        cover.line(outcome, hours[outcome])
    cover.line("without a seal", hours["expected_hours"] - sum(hours[name] for name in OUTCOMES))
    cover.line("longest gap", hours["longest_gap_hours"])
    cover.title("Hours that are not complete", "first hour", "last hour", "outcome", "reason")
    for run in verdict.get("runs", ()):
        cover.line(*(run[n] for n in ("org_id", "first_hour", "last_hour", "outcome", "reason")))
    if more := verdict.get("more_runs"):
        cover.line(f"and {more} more such runs of hours: see the sheet coverage")
    if not verdict.get("runs"):
        cover.line("none" if is_checked else "a pack of this profile does not tell")


def _write_members(cover: Cover, pack: VerifiedPack, sheets: dict[str, MemberSheets]) -> None:
    titles = ("rows in the pack", "rows here", "cells escaped", "cells cut", "sheets", "SHA-256")
    cover.title("Member", *titles)
    for name, file in pack.files.items():
        made = sheets.get(name)
        here = (made.n, made.n_escaped, made.n_cut, ", ".join(made.names)) if made else ()
        cover.line(name, file["rows"], *(here or (None, None, None, "none")), file["sha256"])
    for name in COLUMNS:
        if f"{name}.jsonl" not in pack.files and name not in ("repeated_events", "anchors"):
            cover.line(f"{name}.jsonl", None, None, None, None, "not in this pack")
    large = pack.manifest.get("large")
    cover.line("large/", large["members"] if large else 0, None, None, None, "none")


def _write_makers(cover: Cover) -> None:
    import xlsxwriter

    cover.title("Made by", "version", "SHA-256")
    cover.line(Path(__file__).name, VERSION, _file_sha256(Path(__file__)))
    cover.line(VERIFIER.name, None, _file_sha256(VERIFIER))
    cover.line("XlsxWriter", xlsxwriter.__version__)


def _file_sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
