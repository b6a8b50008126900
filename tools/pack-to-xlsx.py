#!/usr/bin/env python3
# /// script
# requires-python = ">=3.9"
# dependencies = ["xlsxwriter>=3.2"]
# ///
# Built by `python -m tools.build_workbook` from the parts in tools/pack_to_xlsx/, one behind the
# other of SHA-256 dedadc0acd6256772afacd3ee2c14dffd40bbe3cc22e08eabe9e8bd6468b5119.
"""Make one workbook of an evidence pack that verifies, for reading with a spreadsheet.

    python3 pack-to-xlsx.py pack-3.tar.gz --expected-pubkey HEX

It first has evidence-pack-verify.py, which must stand beside it, check the pack with the options
given here. Of a pack that does not pass it makes nothing, says what that script said, and ends
with its exit code. What it then reads has the digests of the manifest that was verified.

The workbook, pack-3.xlsx beside the pack, has a cover (whom the pictures were asked of, what the
pack is of, what each check said, which hours are not complete, how many rows each sheet has) and a
sheet for every .jsonl member. Every text of the pack is a text there, never a formula or a link;
instants are texts, in UTC. It is for reading: the evidence is the pack, which is signed.

Needs Python 3.9 and XlsxWriter. Nothing is sent anywhere; of the pack, nothing is extracted.

Exit code: 0 written, 1 the evidence is bad, 2 could not check the pack, or could not write.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime
import gzip
import hashlib
import json
import os
import re
import secrets
import shutil
import signal
import stat
import subprocess
import sys
import time
import zlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

TYPE_CHECKING = False  # as typing has it, without the time that importing typing takes
if TYPE_CHECKING:
    from typing import Any, BinaryIO, NoReturn


# ---------------------------------------------------------------------------------------------
# What every part shares: limits, errors, escaped output, progress.

VERSION = "0.1.0"
COULD_NOT_WRITE = 2
MAX_SHEET_ROWS = (1 << 20) - 1  # Excel's, less the line of titles

MAX_TEXT = 32_767  # Excel's, in UTF-16 units
EVERY_S = 5.0

# What XML does not allow or would change, other control characters, what turns text round. And
# where two of Excel's own escapes share an underscore, as in _x0041_x0042_: XlsxWriter would let
# Excel read the second.
UNSHOWN = re.compile(
    "[\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
    "\ud800-\udfff\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_x[0-9A-Fa-f]{4}_)"
)


class CannotWrite(Exception):
    """No workbook can be made: usage, a file that cannot be read or written, another pack."""


class NotVerified(Exception):
    """The pack did not pass, in the verifier's words.

    Attributes:
        code: the verifier's exit code.
    """

    def __init__(self, words: str, code: int) -> None:
        super().__init__(words)
        self.code = code


def shown(value: object, limit: int = 160) -> str:
    """Return `value` as printable ASCII on one line, whatever it holds (terminal escapes, bidi)."""
    text = str(value)
    cut = text if len(text) <= limit else text[:limit] + "..."
    return "".join(
        c if " " <= c <= "~" and c != "\\" else c.encode("unicode_escape").decode() for c in cut
    )


def json_object(data: bytes) -> dict[str, Any] | None:
    """Return the JSON object that `data` is, None where it is something else."""
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def canonical(value: object) -> str:
    """Return a JSON value as the pack writes it, with what cannot be shown escaped."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return UNSHOWN.sub(_escaped, text)


def _escaped(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0]):04x}"


class Progress:
    """Tells on standard error how far long work has come."""

    def __init__(self, is_long: bool) -> None:
        self._is_long = is_long
        self._next = 0.0

    def begin(self, words: str) -> None:
        """Tell that a part of the work begins."""
        if self._is_long:
            print(f"{words} ...", file=sys.stderr, flush=True)
            self._next = time.monotonic() + EVERY_S

    def tell(self, name: str, n: int, n_all: int) -> None:
        """Tell how far it has come, now and then."""
        if self._is_long and time.monotonic() >= self._next:
            self.begin(f"{name}: {n:,} of {n_all:,} rows")


# ---------------------------------------------------------------------------------------------
# Have the verifier that stands beside the script check the pack.

VERIFIER = Path(__file__).resolve().parent / "evidence-pack-verify.py"

# Options of the verifier's about facts from elsewhere; it is given them as they are given here.
PASSED_ON = {
    "--tenant": "ID",
    "--period": "MONTH",
    "--manifest-sha256": "HEX",
    "--previous": "PACK",
    "--keys": "FILE",
    "--anchors": "FILE",
    "--tsa-cert": "FILE",
    "--timestamp": "FILE",
}


def verify(options: argparse.Namespace) -> dict[str, Any]:
    """Have the verifier check the pack; return the document it prints of one that passes.

    Raises:
        NotVerified: it does not pass, or could not be checked.
        CannotWrite: the verifier is not there, or gives no answer.
    """
    if not VERIFIER.is_file():
        raise CannotWrite(f"{VERIFIER.name} must stand beside this script")
    command = [sys.executable, str(VERIFIER), "--json", *passed_on(options)]
    done = subprocess.run(
        [*command, str(Path(options.pack).absolute())],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    verdict = json_object(done.stdout)
    if verdict is None:
        complaint = done.stderr.decode("ascii", "replace").strip().rpartition("\n")[2]
        if done.returncode == COULD_NOT_WRITE and complaint.startswith("COULD NOT CHECK"):
            raise NotVerified(complaint, done.returncode)
        raise CannotWrite(f"{VERIFIER.name} gave no verdict: {shown(complaint)}")
    stated = {"bad": (1, "FAILED"), "could_not_check": (2, "COULD NOT CHECK"), "valid": (0, "")}
    code, words = stated.get(str(verdict.get("verdict")), (-1, ""))
    if not code == verdict.get("exit") == done.returncode:
        raise CannotWrite(f"{VERIFIER.name} gave two verdicts")
    if code:
        raise NotVerified(f"{words}  {verdict['reason']}", code)
    return verdict


def passed_on(options: argparse.Namespace) -> list[str]:
    """Return the verifier's arguments; one that is given twice is, for it to refuse."""
    given = vars(options)
    names = ("--expected-pubkey", *PASSED_ON)
    values = {name: given[name[2:].replace("-", "_")] for name in names}
    arguments = [f"{name}={value}" for name in names for value in values[name]]
    return arguments + ["--built-in-ed25519"] * options.built_in_ed25519


def last_line(verdict: dict[str, Any]) -> str:
    """Return the last line that the verifier prints, without `--json`, of a pack that passes."""
    about = {name: shown(value) for name, value in verdict["subject"].items()}
    return (
        "VALID  pack {pack_id} of tenant {tenant_id}  {period_start} .. {period_end}"
        "  manifest sha256 "
    ).format(**about) + str(verdict["manifest_sha256"])


# ---------------------------------------------------------------------------------------------
# The pack, read again: what was verified, and nothing else.

BLOCK = 512
MAX_MANIFEST = 4 << 20
MAX_DOCUMENT = 4 << 20
MAX_ROW = 1 << 20
MAX_PAX = 4096


def open_file(path: str) -> BinaryIO:
    """Open the pack for reading.

    Raises:
        CannotWrite: it cannot be opened or is no regular file.
    """
    # Without O_NONBLOCK a named pipe would hold the open until somebody writes to it.
    flags = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)
    try:
        file = os.fdopen(os.open(path, flags), "rb")
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not a file name"
        raise CannotWrite(f"cannot open the pack: {reason}") from None
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise CannotWrite("the pack must be a regular file")
    return file


class VerifiedPack:
    """Reads again what was verified, and nothing else.

    The verdict is of a manifest with a certain SHA-256; the manifest has the SHA-256 of every
    member. Whatever became of the file meanwhile, what has these digests is what was verified.

    Attributes:
        manifest: what was signed.
        files: what it says of each member, in order.
    """

    def __init__(self, file: BinaryIO, manifest_sha256: str) -> None:
        """Read the manifest.

        Raises:
            CannotWrite: it is another one.
        """
        self._stream = gzip.GzipFile(fileobj=file)
        self._members = self._each_member()
        data = self._take(self._next_member("manifest.json"), MAX_MANIFEST)
        if hashlib.sha256(data).hexdigest() != manifest_sha256:
            self._changed()
        self.manifest: dict[str, Any] = json.loads(data)
        self.files: dict[str, dict[str, Any]] = {
            file["name"]: file for file in self.manifest["files"]
        }

    def members(self) -> Iterator[str]:
        """Yield the name of each member that the manifest lists; large values stand behind them.

        Raises:
            CannotWrite: they are not those that were verified.
        """
        self._next_member("manifest.sig")
        for name, file in self.files.items():
            self._size = self._next_member(name)
            if self._size != file["bytes"]:
                self._changed()
            yield name

    def rows(self, name: str) -> Iterator[dict[str, Any]]:
        """Yield the rows of the member that was yielded last.

        Raises:
            CannotWrite: they are not those that were verified.
        """
        digest = hashlib.sha256()
        for line in self._lines(self._size):
            digest.update(line)
            row = json_object(line)
            if row is None:
                self._changed()
            yield row
        self._compare(name, digest.hexdigest())

    def document(self, name: str) -> dict[str, Any]:
        """Return the JSON object that the member is that was yielded last.

        Raises:
            CannotWrite: it is not the one that was verified.
        """
        data = self._take(self._size, MAX_DOCUMENT)
        self._compare(name, hashlib.sha256(data).hexdigest())
        return json_object(data) or {}

    def _compare(self, name: str, digest: str) -> None:
        if digest != self.files[name]["sha256"]:
            self._changed()

    @staticmethod
    def _changed() -> NoReturn:
        raise CannotWrite("the pack is not the one that was verified: it changed meanwhile")

    def _next_member(self, name: str) -> int:
        """Return the size of the next member, which must have this name."""
        found, size = next(self._members, ("", 0))
        return size if found == name else self._changed()

    def _each_member(self) -> Iterator[tuple[str, int]]:
        """Yield name and size of each member; what of it is not read meanwhile is passed."""
        while len(header := self._stream.read(BLOCK)) == BLOCK and header.strip(b"\0"):
            large = None
            if header[156:157] == b"x":  # pax: of our packs, a size that octal cannot write
                length = self._size_in(header)
                found = re.search(rb"\d size=([0-9]{1,19})\n", self._take(length, MAX_PAX))
                self._stream.read(-length % BLOCK)
                large = int(found[1]) if found else None
                header = self._stream.read(BLOCK)
            size = self._size_in(header) if large is None else large
            begin = self._stream.tell()
            yield header[:100].partition(b"\0")[0].decode("latin-1"), size
            self._stream.seek(begin + size + -size % BLOCK)

    def _size_in(self, header: bytes) -> int:
        size = re.fullmatch(rb"([0-7]{1,12})[\0 ]{0,11}", header[124:136])
        return int(size[1], 8) if size else self._changed()

    def _take(self, size: int, limit: int) -> bytes:
        data = self._stream.read(size) if size <= limit else b""
        return data if len(data) == size else self._changed()

    def _lines(self, size: int) -> Iterator[bytes]:
        while size:
            line = self._stream.readline(min(size, MAX_ROW + 1))
            if not line.endswith(b"\n"):
                self._changed()
            size -= len(line)
            yield line


# ---------------------------------------------------------------------------------------------
# The workbook: cells that are never a formula or a link.


class Book:
    """The workbook in the making: its formats, and every value in a cell of its own kind.

    Attributes:
        n_escaped: texts that are shown escaped, up to here.
        n_cut: texts that are cut, up to here.
    """

    def __init__(self, path: Path) -> None:
        """Begin a workbook; what it puts aside stands in the folder of `path`."""
        import xlsxwriter

        options = {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "tmpdir": str(path.parent),
        }
        self._book = xlsxwriter.Workbook(str(path), options)
        self._book.use_zip64()
        # No time of its own: the same pack, options and versions give the same bytes.
        self._book.set_properties({"created": datetime.datetime(1980, 1, 1)})  # noqa: DTZ001
        # The quote keeps a text a text where somebody edits the cell: "=1" would be calculated.
        self._plain = self._book.add_format({"quote_prefix": True})
        self._altered = self._book.add_format({"quote_prefix": True, "bg_color": "#FFE699"})
        self._title = self._book.add_format({"quote_prefix": True, "bold": True})
        self.n_escaped = self.n_cut = 0

    def add_sheet(self, name: str, titles: list[str], n_rows: int) -> Any:
        """Add a sheet with a line of titles that stays in sight, for so many rows."""
        sheet = self._book.add_worksheet(name)
        sheet.set_column(0, len(titles) - 1, 22)
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, max(n_rows, 1), len(titles) - 1)
        sheet.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})
        for column, title in enumerate(titles):
            self.put(sheet, 0, column, title, is_title=True)
        return sheet

    def add_cover(self) -> Any:
        """Add the first sheet."""
        sheet = self._book.add_worksheet("cover")
        sheet.set_column(0, 6, 26)
        sheet.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})
        return sheet

    def put(self, sheet: Any, row: int, column: int, value: object, is_title: bool = False) -> None:
        """Write a value as what it is; null is an empty cell.

        Raises:
            CannotWrite: it does not fit.
        """
        if value is None:
            return
        if isinstance(value, bool):
            refused = sheet.write_boolean(row, column, value)
        elif isinstance(value, (int, float)) and fits_a_cell(value):
            refused = sheet.write_number(row, column, value)
        else:
            text, is_altered = self._text(value)
            style = self._title if is_title else self._altered if is_altered else self._plain
            refused = sheet.write_string(row, column, text, style)
        if refused:
            raise CannotWrite(f"a cell was refused ({refused}); please report it")

    def _text(self, value: object) -> tuple[str, bool]:
        """Return how a value reads, and whether that is word for word."""
        is_escaped = is_cut = False
        if isinstance(value, str):
            text, is_escaped = escaped(value)
        else:
            text = canonical(value)
        n_units = len(text) if len(text) <= MAX_TEXT // 2 else len(text.encode("utf-16-le")) // 2
        if n_units > MAX_TEXT:
            n = len(value if isinstance(value, str) else text)
            mark = f" ... [cut here: in the pack it has {n:,} characters]"
            whole = text.encode("utf-16-le")[: 2 * (MAX_TEXT - len(mark))]
            text, is_cut = whole.decode("utf-16-le", "ignore") + mark, True
        self.n_escaped += is_escaped
        self.n_cut += is_cut
        return text, is_escaped or is_cut

    def close(self) -> None:
        """Write the file.

        Raises:
            CannotWrite: it cannot be written.
        """
        import xlsxwriter.exceptions

        try:
            self._book.close()
        except xlsxwriter.exceptions.XlsxFileError as error:
            raise CannotWrite(f"cannot write the workbook: {error}") from None

    def give_up(self) -> None:
        """Close what it has put aside."""
        for sheet in self._book.worksheets():
            with contextlib.suppress(OSError):
                sheet.row_data_fh.close()


def escaped(text: str) -> tuple[str, bool]:
    """Return a text of which every character can be shown, and whether it is another one.

    One that would be taken for XML's own "rich" text is escaped, too: XlsxWriter writes such a text
    into the sheet as it is.
    """
    is_markup = text.startswith("<r>") and text.endswith("</r>")
    if not is_markup and not UNSHOWN.search(text):
        return text, False
    text = UNSHOWN.sub(_escaped, text.replace("\\", "\\\\"))
    return ("\\u003c" + text[1:] if is_markup else text), True


def fits_a_cell(number: float) -> bool:
    """Tell whether a spreadsheet shows a number as it is: it keeps 15 digits."""
    size = abs(number)
    if isinstance(number, int):
        return size < 10**15
    return size == 0 or (1e-300 < size < 1e300 and float(f"{number:.15G}") == number)


# ---------------------------------------------------------------------------------------------
# The sheets of the members, a column a field.

_EPISODE = " unreadable first_seen_at removed_at added_not_before removed_not_before state_at"
_EVENT = (
    "org_id event_id event_type occurred_at sealed_hour actor_type actor_id actor_hash project_id"
    " target_id late details"
)

_FIELDS = {
    "users": "org_id user_id email_hash email_prefix role roles_held added_at is_service_account"
    " enabled banned is_scim_managed api_key_last_used_at" + _EPISODE,
    "projects": "org_id project_id name status created_at archived_at" + _EPISODE,
    "api_keys": "org_id project_id key_id name redacted_value type owner_type owner_id owner_hash"
    f" owner_project_access created_at last_used_at expires_at{_EPISODE} findings",
    "events": _EVENT,
    "repeated_events": _EVENT + " first_sealed_hour",
    "changes": "org_id hour section entity_id kind fields before after verdict event_id reason"
    " decided_hour",
    "findings": "org_id finding_id kind reason severity section entity_id still_works"
    " first_seen_hour resolved_hour resolved_by change_hour event_id state_at",
    "statements": "org_id n at by finding_id first_seen_hour service_account_id state reason_code"
    " accountable due_date review_date note_hash replaces sealed_hour",
    "custody": "n at by action facts previous_sha256 sealed_hour",
    "admin_keys": "org_id key_id name redacted_value type owner_type owner_id owner_role created_at"
    " last_used_at ever_used expires_at has_expiry is_own" + _EPISODE,
    "service_accounts": "org_id project_id service_account_id name role created_at person_id"
    + _EPISODE,
    "invites": "org_id invite_id email_hash email_prefix role status created_at expires_at"
    " accepted_at projects" + _EPISODE,
    "project_users": "org_id project_id membership_id user_id email_hash email_prefix role added_at"
    + _EPISODE,
    "coverage": "hour org_id outcome run seal sha256",
    "anchors": "at authority day document reason sha256 token",
}

# By member, in the order of the sheets: the columns, which are the fields that the format names.
COLUMNS = {name: fields.split() for name, fields in _FIELDS.items()}

OTHER_FIELDS = "(other fields)"


class MemberSheets:
    """The sheets of one member: as many as its rows need.

    Attributes:
        names: of the sheets.
        n: rows up to here.
        n_escaped: texts in them that are shown escaped.
        n_cut: texts in them that are cut.
    """

    def __init__(self, book: Book, name: str, n_rows: int) -> None:
        self._book = book
        self._columns = COLUMNS[name]
        self._n_rows = n_rows
        titles = [*self._columns, OTHER_FIELDS]
        n_sheets = max(1, -(-n_rows // MAX_SHEET_ROWS))
        self.names = [name, *(f"{name} ({n})" for n in range(2, n_sheets + 1))]
        self._sheets = [
            book.add_sheet(each, titles, min(n_rows - n * MAX_SHEET_ROWS, MAX_SHEET_ROWS))
            for n, each in enumerate(self.names)
        ]
        self.n = self.n_escaped = self.n_cut = 0

    def write(self, row: dict[str, Any]) -> None:
        """Write the next row.

        Raises:
            CannotWrite: there are more than the manifest says.
        """
        if self.n == self._n_rows:
            raise CannotWrite("the pack is not the one that was verified: it has more rows")
        number, line = divmod(self.n, MAX_SHEET_ROWS)
        sheet, book = self._sheets[number], self._book
        before = book.n_escaped, book.n_cut
        known = 0
        for column, field in enumerate(self._columns):
            if field in row:
                known += 1
                book.put(sheet, line + 1, column, row[field])
        if known < len(row):
            others = {field: row[field] for field in row.keys() - set(self._columns)}
            book.put(sheet, line + 1, len(self._columns), others)
        self.n += 1
        self.n_escaped += book.n_escaped - before[0]
        self.n_cut += book.n_cut - before[1]


# ---------------------------------------------------------------------------------------------
# The cover: what was verified, of whom, and how much each sheet holds.

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


# ---------------------------------------------------------------------------------------------
# The way of a workbook: verify, read, write, put in place.

LONG_WORK = 1 << 20  # bytes of a pack, from which on progress is told


def fill(
    book: Book, options: argparse.Namespace, verdict: dict[str, Any], progress: Progress
) -> int:
    """Write all sheets; return how many rows of the pack they have.

    Raises:
        CannotWrite: the file is not what was verified, or a value does not fit.
    """
    cover, sources, asked = Cover(book), Sources(), {}
    with open_file(options.pack) as file:
        try:
            pack = VerifiedPack(file, verdict["manifest_sha256"])
            # All sheets before any row: their order is that of the columns' table.
            sheets = {
                f"{name}.jsonl": MemberSheets(book, name, pack.files[f"{name}.jsonl"]["rows"])
                for name in COLUMNS
                if f"{name}.jsonl" in pack.files
            }
            for name in pack.members():
                if name == "collection.json":
                    asked = pack.document(name)
                for row in pack.rows(name) if name in sheets else ():
                    sheets[name].write(row)
                    progress.tell(name, sheets[name].n, pack.files[name]["rows"])
                    if name == "coverage.jsonl":
                        sources.add(row)
        except (EOFError, zlib.error, gzip.BadGzipFile):
            raise CannotWrite("the pack is not the one that was verified: it is cut") from None
    write_cover(cover, options, verdict, pack, sheets, asked, sources)
    return sum(made.n for made in sheets.values())


def output_of(options: argparse.Namespace) -> Path:
    """Return where the workbook is to be written.

    Raises:
        CannotWrite: something stands there, or it is no place for a workbook.
    """
    pack = Path(options.pack)
    output = pack.parent / f"{re.sub(r'([.]tar)?[.][a-z]+$', '', pack.name)}.xlsx"
    if options.output is not None:
        output = Path(options.output)
    if output.suffix.lower() != ".xlsx":
        raise CannotWrite("the name of the output must end with .xlsx")
    if output.exists() and pack.exists() and output.samefile(pack):
        raise CannotWrite("the output would replace the pack")
    if os.path.lexists(output) and not options.force:
        raise CannotWrite(f"{shown(output.name)} is there; --force replaces it")
    return output


@contextlib.contextmanager
def private_folder(output: Path) -> Iterator[Path]:
    """Give a folder beside the output that nobody else can read, and take it away again.

    Raises:
        CannotWrite: no folder can be made there.
    """
    # Named before it is made: who is stopped right behind that still takes it away.
    folder = output.parent / f".pack-to-xlsx-{secrets.token_hex(16)}"
    try:
        try:
            folder.mkdir(mode=0o700)
        except OSError as error:
            raise CannotWrite(f"cannot write to the output's folder: {error.strerror}") from None
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def put_in_place(made: Path, output: Path, force: bool) -> None:
    """Give the workbook its name, whole.

    Raises:
        CannotWrite: something came to stand there meanwhile, or it is a folder.
    """
    try:
        if not force:
            # Whoever made a file of that name meanwhile keeps it.
            os.close(os.open(output, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
        made.replace(output)
    except OSError as error:
        raise CannotWrite(f"cannot write {shown(output.name)}: {error.strerror}") from None


def run(options: argparse.Namespace) -> str:
    """Make the workbook; return what to say of it."""
    try:
        import xlsxwriter  # noqa: F401 - better now than behind a long verification
    except ImportError:
        raise CannotWrite(
            f"XlsxWriter is not installed; install it: {shown(sys.executable)}"
            " -m pip install xlsxwriter"
        ) from None
    output = output_of(options)
    size = Path(options.pack).stat().st_size if Path(options.pack).is_file() else 0
    progress = Progress(size > LONG_WORK)
    progress.begin("verifying the pack")
    verdict = verify(options)
    if verdict["subject"]["profile"] is None:
        raise CannotWrite("the pack passes, but a pack of its kind has no sheets here")
    with private_folder(output) as folder:
        book = Book(folder / "workbook.xlsx")
        try:
            progress.begin("verified; reading its rows")
            n_rows = fill(book, options, verdict, progress)
            progress.begin("writing the workbook")
            book.close()
        finally:
            book.give_up()
        put_in_place(folder / "workbook.xlsx", output, options.force)
    altered = f"; {book.n_cut} cut, {book.n_escaped} escaped" if book.n_cut + book.n_escaped else ""
    return f"{last_line(verdict)}\n{shown(output)}: {n_rows} rows{altered}"


class Parser(argparse.ArgumentParser):
    """An argument parser whose complaints are escaped like every other output."""

    def error(self, message: str) -> NoReturn:
        """Complain, as everything here does."""
        raise CannotWrite(f"{message:.160}; see --help")


def parse_options(argv: list[str] | None) -> argparse.Namespace:
    """Parse the command line.

    Raises:
        CannotWrite: an argument is unknown or lacks its value.
    """
    parser = Parser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("pack", help="the pack: pack-N.tar.gz")
    parser.add_argument("--output", metavar="FILE", help="the workbook; default: beside the pack")
    parser.add_argument("--force", action="store_true", help="replace what stands there")
    theirs = parser.add_argument_group("passed on", f"{VERIFIER.name} --help explains these")
    theirs.add_argument(
        "--expected-pubkey",
        metavar="HEX",
        action="append",
        default=[],
        help="the signer's public key, from somewhere else than the pack",
    )
    for name, metavar in PASSED_ON.items():
        theirs.add_argument(name, metavar=metavar, action="append", default=[])
    theirs.add_argument("--built-in-ed25519", action="store_true")
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> int:
    """Make a workbook of what the command line names; return the exit code."""
    try:
        print(run(parse_options(argv)), flush=True)
        return 0
    except NotVerified as error:
        print(f"{error}\nno workbook is made of this pack", file=sys.stderr)
        return error.code
    except CannotWrite as error:
        why = shown(error, 400)
    except KeyboardInterrupt:
        why = "interrupted"
    except OSError as error:
        why = f"the machine refused: {shown(error.strerror or type(error).__name__)}"
    except Exception as error:  # noqa: BLE001 - an answer in words, never a traceback
        why = f"this script failed ({type(error).__name__}); please report it"
    print(f"COULD NOT WRITE  {why}", file=sys.stderr)
    return COULD_NOT_WRITE


def _interrupt(*_: object) -> NoReturn:
    raise KeyboardInterrupt


if __name__ == "__main__":
    for stop in signal.Signals:
        # So that nothing half-written stays; what nohup has switched off stays off.
        if stop.name in ("SIGTERM", "SIGHUP") and signal.getsignal(stop) is signal.SIG_DFL:
            signal.signal(stop, _interrupt)
    sys.exit(main())
