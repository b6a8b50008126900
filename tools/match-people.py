#!/usr/bin/env python3
# /// script
# requires-python = ">=3.9"
# dependencies = []
# ///
"""Match your own list of people with an evidence pack, on your own machine.

    python3 match-people.py pack-3.tar.gz people.csv --key hashing-key.json

A pack names nobody: it holds a keyed hash in place of each e-mail address. With your tenant's
hashing key (the reply of POST /api/v1/openai/hashing-key, kept in a file) this script hashes the
addresses of your list the same way and says who joined, who has left and still has access, which
accounts nobody on the list has, and who has no account.

It does not verify the pack: run evidence-pack-verify.py first. Of the members it reads, it compares
the digests with the pack's own manifest, no more. Nothing is sent anywhere and nothing is written.
Needs Python 3.9 and nothing else.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import gzip
import hashlib
import hmac
import io
import json
import os
import re
import stat
import sys
import unicodedata
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

NOBODY_TO_LOOK_AT, SOMEBODY, COULD_NOT_MATCH = 0, 1, 2

MAX_MANIFEST = 4 << 20
MAX_ROW = 1 << 20
MAX_LIST = 64 << 20
MAX_KEY_FILE = 1 << 16
READ = 1 << 18
BLOCK = 512
ALGORITHM = "hmac-sha256"
NORMALIZATION = "trim, NFC, lower case, domain as IDNA"
# As headers are compared: lower case, letters and digits only.
ADDRESS_HEADERS = {
    *("email", "emailaddress", "mail", "mailaddress", "workemail", "workemailaddress"),
    *("businessemail", "companyemail", "primaryemail", "primaryworkemail", "useremail"),
    *("emailwork", "emailprimary", "emailadresse", "mailadresse", "epost", "correo"),
}
LEFT_HEADERS = {
    *("left", "lefton", "leftat", "leavedate", "leavingdate", "lastday", "lastworkingday"),
    *("enddate", "terminationdate", "dateofleaving", "exitdate", "austritt", "austrittsdatum"),
}
NO_DATE = {"", "-", "n/a", "na", "none", "null"}


class CannotMatch(Exception):
    """Nothing can be said: usage, a file that cannot be read, a key that is not this pack's."""


def shown(value: object, limit: int = 160) -> str:
    """Return `value` as printable ASCII on one line, whatever it holds (terminal escapes, bidi)."""
    text = value if isinstance(value, str) else str(value)
    cut = text if len(text) <= limit else text[:limit] + "..."
    return "".join(
        c if " " <= c <= "~" and c != "\\" else c.encode("unicode_escape").decode() for c in cut
    )


# ---------------------------------------------------------------------------------------------
# Hashing: exactly what the service does with an address (manifest: hash_scheme).


def normal_address(address: str) -> str:
    """Return the one spelling of an e-mail address: trimmed, NFC, lower case, domain in IDNA."""
    text = unicodedata.normalize("NFC", address.strip()).lower()
    local, at, domain = text.rpartition("@")
    if not at:
        return text
    # A domain that DNS cannot hold keeps its own spelling.
    with contextlib.suppress(UnicodeError):
        domain = domain.encode("idna").decode("ascii")
    return f"{local}@{domain}"


def email_hash(key: bytes, address: str) -> str:
    """Return the keyed hash of a normalized address, 64 hex digits."""
    text = normal_address(address)
    return hmac.new(key, text.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


@dataclass(frozen=True)
class HashingKey:
    """A tenant's hashing key, as the service handed it out."""

    key_id: str
    key: bytes = field(repr=False)


def read_key(path: str, warnings: list[str]) -> HashingKey:
    """Read the key file; `-` is standard input. Nothing of it is ever printed.

    Raises:
        CannotMatch: it cannot be read, or is not the reply of the hashing-key route.
    """
    if path == "-":
        data = sys.stdin.buffer.read(MAX_KEY_FILE + 1)
    else:
        with open_file(path, "the key file") as file:
            if os.name == "posix" and os.fstat(file.fileno()).st_mode & 0o077:
                warnings.append("the key file can be read by others on this machine: chmod 600")
            data = file.read(MAX_KEY_FILE + 1)
    try:
        facts = json.loads(data)
        key_id, key_hex = facts["key_id"], facts["key_hex"]
        if facts["algorithm"] != ALGORITHM or facts["normalization"] != NORMALIZATION:
            raise ValueError
        if not re.fullmatch(r"[0-9a-f]{64}", key_hex) or not isinstance(key_id, str):
            raise ValueError
    except (ValueError, KeyError, TypeError, RecursionError):
        # `from None`: a JSON error carries the text, and the text is the key.
        raise CannotMatch(
            "the key file is not the reply of POST /api/v1/openai/hashing-key"
        ) from None
    return HashingKey(key_id, bytes.fromhex(key_hex))


def open_file(path: str, what: str) -> BinaryIO:
    """Open a regular file for reading.

    Raises:
        CannotMatch: it cannot be opened or is no regular file.
    """
    flags = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)
    try:
        file = os.fdopen(os.open(path, flags), "rb")
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not a file name"
        raise CannotMatch(f"cannot open {what}: {reason}") from None
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise CannotMatch(f"{what} must be a regular file")
    return file


# ---------------------------------------------------------------------------------------------
# The list of people.


@dataclass
class Person:
    """One address of the list: as first written, and the day they left, where they have."""

    address: str
    file: str
    line: int
    left: bool = False
    left_on: str | None = None  # 2026-04-30; None where no day is known
    here: bool = False  # stands in the list as somebody who has not left


@dataclass
class Problem:
    """A line of a list that could not be used, or only with a doubt."""

    file: str
    line: int
    what: str


@dataclass
class People:
    """Everybody on the lists, by normalized address."""

    by_address: dict[str, Person] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    columns: list[str] = field(default_factory=list)


def read_list(
    people: People, path: str, options: argparse.Namespace, last_day: str, all_left: bool
) -> None:
    """Add the people of a CSV file.

    Args:
        people: takes them, and the lines that could not be used.
        path: of the file.
        options: `column`, `left_column`, `delimiter`, `encoding`, `no_header`.
        last_day: last day of the pack's period; who leaves later has not left yet.
        all_left: it is a list of people who have left, with or without the day.

    Raises:
        CannotMatch: the file cannot be read, or has no column of addresses.
    """
    name = Path(path).name
    rows = _rows(path, options)
    first = next(rows, None)
    if first is None:
        raise CannotMatch(f"{shown(name)} holds no line")
    header = None if options.no_header else first[1]
    column, left_column = options.column, options.left_column
    if all_left and header is not None:
        # A list of its own may call its columns otherwise.
        titles = {_plain(title) for title in header}
        column = column if _plain(column or "") in titles else None
        left_column = left_column if _plain(left_column or "") in titles else None
    at = _column(name, header, first[1], column, ADDRESS_HEADERS, "--column")
    left_at = _left_column(name, header, first[1], left_column)
    if header is not None and is_address(header[at]):
        raise CannotMatch(f"{shown(name)} begins with an address: say --no-header")
    people.columns.append(_told(name, header, at, left_at))
    if header is None:
        _add(people, name, first, at, left_at, last_day, all_left)
    for row in rows:
        _add(people, name, row, at, left_at, last_day, all_left)


def _rows(path: str, options: argparse.Namespace) -> Iterator[tuple[int, list[str]]]:
    """Yield each row that is not empty with the number of the line it begins on."""
    name = shown(Path(path).name)
    with open_file(path, "the list of people") as file:
        data = file.read(MAX_LIST + 1)
    if len(data) > MAX_LIST:
        raise CannotMatch(f"{name} is larger than {MAX_LIST >> 20} MiB")
    text, skipped = _text(name, data, options.encoding), 0
    delimiter = options.delimiter
    stated = re.match(r"sep=(.)\r?\n", text)  # as Excel writes it
    if stated:
        delimiter, skipped = delimiter or stated[1], 1
        text = text[stated.end() :]
    delimiter = delimiter or _delimiter(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    begins = 1
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise CannotMatch(f"{name} line {begins + skipped}: {shown(error)}") from None
        if any(cell.strip() for cell in row):
            yield begins + skipped, row
        begins = reader.line_num + 1


def _text(name: str, data: bytes, encoding: str | None) -> str:
    if encoding is None:
        utf_16 = data[:2] in (b"\xff\xfe", b"\xfe\xff")
        encoding = "utf-16" if utf_16 else "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise CannotMatch(
            f"{name} line {line} is not {shown(encoding)[:6]}; name the encoding: --encoding cp1252"
        ) from None
    except (LookupError, ValueError):
        raise CannotMatch(f"there is no encoding {shown(encoding)}") from None


def _delimiter(text: str) -> str:
    """Return what separates the columns of the first line that is not empty; quoted text aside."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    bare = re.sub(r'"[^"]*"', "", first)
    return max(",;\t|", key=lambda mark: (bare.count(mark), mark == ","))


def _column(
    name: str,
    header: list[str] | None,
    first: list[str],
    asked: str | None,
    known: set[str],
    option: str,
) -> int:
    """Return the index of a column: by its number, by its name, or by a usual name."""
    if asked is not None and asked.isascii() and asked.isdigit():
        if not 1 <= int(asked) <= len(first):
            raise CannotMatch(f"{shown(name)} has {len(first)} columns, no number {shown(asked)}")
        return int(asked) - 1
    if header is None:
        if asked is None and len(first) == 1:
            return 0
        raise CannotMatch(f"without a header a column is named by its number: {option} 1")
    wanted = {_plain(asked)} if asked is not None else known
    found = [at for at, title in enumerate(header) if _plain(title) in wanted]
    if len(found) == 1:
        return found[0]
    titles = ", ".join(shown(title.strip(), 40) for title in header[:20])
    if any(is_address(cell) for cell in header):
        raise CannotMatch(f"{shown(name)} begins with an address: say --no-header")
    which = "several columns" if found else "no column"
    raise CannotMatch(f"{shown(name)}: {which} of that kind; choose with {option}: {titles}")


def _left_column(
    name: str, header: list[str] | None, first: list[str], asked: str | None
) -> int | None:
    if asked is not None:
        return _column(name, header, first, asked, LEFT_HEADERS, "--left-column")
    found = [at for at, title in enumerate(header or ()) if _plain(title) in LEFT_HEADERS]
    return found[0] if len(found) == 1 else None


def _plain(title: str) -> str:
    return "".join(c for c in title.lower() if c.isalnum())


def _told(name: str, header: list[str] | None, at: int, left_at: int | None) -> str:
    def title(place: int) -> str:
        return f"column {place + 1}" if header is None else f'"{shown(header[place].strip(), 40)}"'

    left = "" if left_at is None else f", day of leaving in {title(left_at)}"
    return f"{shown(name)}: addresses in {title(at)}{left}"


def is_address(text: str) -> bool:
    """Tell whether a cell holds one e-mail address and nothing else."""
    return re.fullmatch(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+", text.strip()) is not None


def _add(
    people: People,
    file: str,
    row: tuple[int, list[str]],
    at: int,
    left_at: int | None,
    last_day: str,
    all_left: bool,
) -> None:
    line, cells = row
    cell = cells[at].strip() if at < len(cells) else ""
    if not is_address(cell):
        what = f"not an e-mail address: {shown(cell, 60)}" if cell else "no e-mail address"
        people.problems.append(Problem(file, line, what))
        return
    day, problem = _day(cells[left_at] if left_at is not None and left_at < len(cells) else "")
    if problem:
        people.problems.append(Problem(file, line, problem))
    left = (all_left or bool(problem) or day is not None) and (day is None or day <= last_day)
    _merge(people, Person(cell, file, line, left, day if left else None, not left))


def _day(text: str) -> tuple[str | None, str | None]:
    """Return a day as 2026-04-30, and what is wrong with it."""
    cell = text.strip()
    if cell.lower() in NO_DATE:
        return None, None
    iso = re.fullmatch(r"([0-9]{4})-([0-9]{2})-([0-9]{2})([T ].*)?", cell)
    dotted = re.fullmatch(r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})", cell)
    found = None
    if iso:
        found = (iso[1], iso[2], iso[3])
    elif dotted:
        found = (dotted[3], f"{int(dotted[2]):02d}", f"{int(dotted[1]):02d}")
    if found and "01" <= found[1] <= "12" and "01" <= found[2] <= "31":
        return "-".join(found), None
    return None, (
        f"the day of leaving is neither 2026-04-30 nor 30.04.2026: {shown(cell, 40)}; taken as "
        "having left"
    )


def _merge(people: People, found: Person) -> None:
    known = people.by_address.setdefault(normal_address(found.address), found)
    if known is found:
        return
    what = f"the address of {shown(known.file)} line {known.line} again; "
    if known.left != found.left or known.here != found.here:
        what += "one says left and one does not: taken as having left"
    else:
        what += "counted once"
    people.problems.append(Problem(found.file, found.line, what))
    known.left = known.left or found.left
    known.here = known.here or found.here
    known.left_on = max(filter(None, (known.left_on, found.left_on)), default=None)


# ---------------------------------------------------------------------------------------------
# The pack. Read as a stream; nothing is extracted and only what is counted stays in memory.


@dataclass
class Account:
    """One stay of a user in an organization."""

    row: dict[str, Any]
    baseline: bool = False  # shown by the organization's very first picture

    @property
    def present(self) -> bool:
        """Tell whether the account was there at the period's end."""
        return self.row.get("removed_at") is None


@dataclass
class Actor:
    """What the audit log says of one keyed hash."""

    n_events: int = 0
    last_event_at: str = ""
    after_leaving: int = 0


@dataclass
class Pack:
    """What matters of a pack here."""

    manifest: dict[str, Any]
    manifest_sha256: str
    accounts: list[Account] = field(default_factory=list)
    keys: list[dict[str, Any]] = field(default_factory=list)  # present API and admin keys
    invites: list[dict[str, Any]] = field(default_factory=list)  # open ones
    actors: dict[str, Actor] = field(default_factory=dict)
    owned: dict[Any, list[dict[str, Any]]] = field(default_factory=dict)  # keys by their owner

    def give_owners(self) -> None:
        """Find keys by the owner's keyed hash, or else by organization and user id."""
        for key in self.keys:
            owner = key.get("owner_hash") or (key.get("org_id"), key.get("owner_id"))
            self.owned.setdefault(owner, []).append(key)


class Tar:
    """Walks the members of a pack: plain files, one after the other."""

    def __init__(self, file: BinaryIO) -> None:
        self._stream = gzip.GzipFile(fileobj=file)

    def members(self) -> Iterator[tuple[str, int]]:
        """Yield name and size; the caller reads all of a member before the next."""
        while True:
            header = self._exactly(BLOCK)
            if not header.strip(b"\0"):
                return
            size = re.fullmatch(rb"([0-7]{1,12})[\0 ]{0,11}", header[124:136])
            if header[156:157] not in (b"0", b"\0") or size is None:
                raise CannotMatch("the pack holds something else than plain files")
            length = int(size[1], 8)
            yield header[:100].partition(b"\0")[0].decode("latin-1"), length
            self._exactly(-length % BLOCK)

    def pieces(self, size: int) -> Iterator[bytes]:
        """Yield the next `size` bytes in pieces."""
        while size:
            piece = self._exactly(min(size, READ))
            size -= len(piece)
            yield piece

    def _exactly(self, size: int) -> bytes:
        try:
            data = self._stream.read(size)
        except (OSError, EOFError, zlib.error):
            raise CannotMatch("the pack is not a whole gzip file") from None
        if len(data) != size:
            raise CannotMatch("the pack ends in the middle")
        return data


def read_manifest(tar: Tar, members: Iterator[tuple[str, int]]) -> Pack:
    """Read the first member.

    Raises:
        CannotMatch: it is no manifest with keyed hashes.
    """
    name, size = next(members, ("", 0))
    if name != "manifest.json" or size > MAX_MANIFEST:
        raise CannotMatch("the pack does not begin with a manifest")
    data = b"".join(tar.pieces(size))
    try:
        manifest = json.loads(data)
        if not isinstance(manifest, dict):
            raise ValueError("no object")
    except (ValueError, RecursionError):
        raise CannotMatch("the manifest is not a JSON object") from None
    texts = ("pack_id", "tenant_id", "period_start", "period_end")
    lists = ("org_ids", "files", "chain")
    if any(not isinstance(manifest.get(text), str) for text in texts):
        raise CannotMatch("the manifest lacks what every pack says of itself")
    if not isinstance(manifest.get("hash_scheme"), dict):
        raise CannotMatch("the pack has no hash_scheme: its hashes are not keyed ones")
    if any(not isinstance(manifest.get(name), list) for name in lists):
        raise CannotMatch("the manifest lacks what every pack with keyed hashes says of itself")
    return Pack(manifest, hashlib.sha256(data).hexdigest())


def check_key(pack: Pack, key: HashingKey) -> None:
    """Compare the pack's hash scheme with the key's.

    Raises:
        CannotMatch: the hashes were made otherwise.
    """
    scheme = pack.manifest["hash_scheme"]
    wanted = {"algorithm": ALGORITHM, "key_id": key.key_id, "normalization": NORMALIZATION}
    for name, value in wanted.items():
        if scheme.get(name) != value:
            raise CannotMatch(
                f"the pack's hashes have {name} {shown(scheme.get(name))}, the key {shown(value)}"
            )


def read_members(
    tar: Tar, members: Iterator[tuple[str, int]], pack: Pack, left_on: dict[str, str]
) -> None:
    """Read what is to be matched, and compare its digests with the manifest.

    Args:
        tar: behind the manifest.
        members: of it.
        pack: takes what is read.
        left_on: the day of leaving by keyed hash, for those who left on a known day.

    Raises:
        CannotMatch: a member is not what the manifest says, or is missing.
    """
    stated = {f["name"]: f for f in pack.manifest["files"] if isinstance(f, dict) and "name" in f}
    take = {
        "users.jsonl": lambda row: pack.accounts.append(Account(row)),
        "api_keys.jsonl": lambda row: _take_present(row, pack.keys, "api_key"),
        "admin_keys.jsonl": lambda row: _take_present(row, pack.keys, "admin_key"),
        "invites.jsonl": lambda row: _take_present(row, pack.invites, "invite"),
        "events.jsonl": lambda row: _take_event(row, pack, left_on),
    }
    read = set()
    for name, size in members:
        if name not in take or name not in stated or name in read:
            for _ in tar.pieces(size):
                pass
            continue
        read.add(name)
        digest = hashlib.sha256()
        for row in _json_rows(tar.pieces(size), name, digest):
            take[name](row)
        if digest.hexdigest() != stated[name].get("sha256"):
            raise CannotMatch(f"{name} is not what the manifest says; verify the pack")
    missing = (set(take) & set(stated)) - read
    if missing or not {"users.jsonl", "api_keys.jsonl"} <= read:
        raise CannotMatch("the pack lacks a member its manifest names; verify the pack")
    pack.give_owners()
    _mark_baseline(pack)


def _json_rows(pieces: Iterator[bytes], name: str, digest: Any) -> Iterator[dict[str, Any]]:
    rest = b""
    for piece in pieces:
        digest.update(piece)
        *lines, rest = (rest + piece).split(b"\n")
        if len(rest) > MAX_ROW:
            raise CannotMatch(f"{name} holds a row larger than {MAX_ROW >> 20} MiB")
        for line in lines:
            try:
                row = json.loads(line)
            except (ValueError, RecursionError):
                row = None
            if not isinstance(row, dict):
                raise CannotMatch(f"{name} holds a row that is no JSON object; verify the pack")
            yield row
    if rest:
        raise CannotMatch(f"{name} does not end with a whole row; verify the pack")


def _take_present(row: dict[str, Any], rows: list[dict[str, Any]], kind: str) -> None:
    closed = kind == "invite" and row.get("status") not in ("pending", None)
    if row.get("removed_at") is None and not closed:
        rows.append({**row, "kind": kind})


def _take_event(row: dict[str, Any], pack: Pack, left_on: dict[str, str]) -> None:
    who, at = row.get("actor_hash"), row.get("occurred_at")
    if not isinstance(who, str) or not isinstance(at, str):
        return
    actor = pack.actors.setdefault(who, Actor())
    actor.n_events += 1
    actor.last_event_at = max(actor.last_event_at, at)
    actor.after_leaving += at[:10] > left_on.get(who, "9999")


def _mark_baseline(pack: Pack) -> None:
    """Mark who was there in an organization's first picture: when they came is not known from it.

    A chain that begins in this pack has nothing before its first seal.
    """
    new = {
        entry.get("org_id")
        for entry in pack.manifest["chain"]
        if isinstance(entry, dict) and entry.get("first_previous_sha256") is None
    }
    first: dict[str, str] = {}
    for account in pack.accounts:
        org, seen = str(account.row.get("org_id")), str(account.row.get("first_seen_at"))
        if org in new:
            first[org] = min(first.get(org, seen), seen)
    for account in pack.accounts:
        org, seen = str(account.row.get("org_id")), str(account.row.get("first_seen_at"))
        account.baseline = first.get(org) == seen


# ---------------------------------------------------------------------------------------------
# Matching.


@dataclass
class Match:
    """Who is who."""

    joiners: list[dict[str, Any]] = field(default_factory=list)
    leavers: list[dict[str, Any]] = field(default_factory=list)
    unknown: list[dict[str, Any]] = field(default_factory=list)
    unknown_invites: list[dict[str, Any]] = field(default_factory=list)
    unknown_actors: list[dict[str, Any]] = field(default_factory=list)
    without_account: list[str] = field(default_factory=list)
    without_address: int = 0
    matched: int = 0

    @property
    def somebody(self) -> bool:
        """Tell whether there is anybody to look at."""
        strangers = any(one["present"] or one["keys"] for one in self.unknown)
        return bool(self.leavers or strangers or self.unknown_invites or self.unknown_actors)


def match(pack: Pack, people: People, hashes: dict[str, Person]) -> Match:
    """Match accounts, keys, invites and events with people."""
    found = Match()
    accounts: dict[str, list[Account]] = {}
    for account in pack.accounts:
        who = account.row.get("email_hash")
        if isinstance(who, str):
            accounts.setdefault(who, []).append(account)
        else:
            found.without_address += account.present
    found.matched = sum(who in hashes for who in accounts)
    for who, person in hashes.items():
        stays = accounts.get(who, [])
        if person.left:
            _take_leaver(found, pack, who, person, stays)
        else:
            found.joiners += [_joined(person, one, stays) for one in stays if _is_new(one, pack)]
            if not any(stay.present for stay in stays):
                found.without_account.append(person.address)
    for who, stays in accounts.items():
        if who not in hashes:
            _take_unknown(found, pack, who, stays)
    open_to = [one for one in pack.invites if one.get("email_hash") not in hashes]
    found.unknown_invites = [
        _picked(one, "org_id", "invite_id", "email_prefix", "role", "expires_at") for one in open_to
    ]
    for who, actor in sorted(pack.actors.items()):
        if who not in hashes and who not in accounts:
            facts = {"n_events": actor.n_events, "last_event_at": actor.last_event_at}
            found.unknown_actors.append({"actor_hash": who, **facts})
    found.without_account.sort()
    return found


def _is_new(account: Account, pack: Pack) -> bool:
    """Tell whether an account came in the period; by the first picture alone nobody did."""
    start, end = pack.manifest["period_start"], pack.manifest["period_end"]
    came = account.row.get("added_at" if account.baseline else "first_seen_at")
    return isinstance(came, str) and start <= came <= end


def _joined(person: Person, account: Account, stays: list[Account]) -> dict[str, Any]:
    row = account.row
    earlier = [
        one
        for one in stays
        if one.row.get("org_id") == row.get("org_id")
        and str(one.row.get("first_seen_at")) < str(row.get("first_seen_at"))
    ]
    facts = _picked(row, "org_id", "user_id", "role", "first_seen_at", "added_at", "removed_at")
    return {"address": person.address, **facts, "came_back": bool(earlier)}


def _take_leaver(found: Match, pack: Pack, who: str, person: Person, stays: list[Account]) -> None:
    present = [stay for stay in stays if stay.present]
    keys = _keys_of(pack, who, stays)
    invites = [one for one in pack.invites if one.get("email_hash") == who]
    actor = pack.actors.get(who, Actor())
    if not (present or keys or invites or actor.after_leaving):
        return
    found.leavers.append(
        {
            "address": person.address,
            "left_on": person.left_on,
            "accounts": [_account(stay) for stay in present],
            "keys": keys,
            "invites": [_picked(one, "org_id", "invite_id", "role") for one in invites],
            "events_after_leaving": actor.after_leaving,
            "last_event_at": actor.last_event_at or None,
        }
    )


def _take_unknown(found: Match, pack: Pack, who: str, stays: list[Account]) -> None:
    present = [stay for stay in stays if stay.present]
    keys, actor = _keys_of(pack, who, stays), pack.actors.get(who, Actor())
    if present or keys or actor.n_events:
        found.unknown.append(
            {
                "email_prefix": stays[-1].row.get("email_prefix"),
                "accounts": [_account(stay) for stay in present or stays[-1:]],
                "present": bool(present),
                "keys": keys,
                "last_event_at": actor.last_event_at or None,
            }
        )


def _account(stay: Account) -> dict[str, Any]:
    return _picked(
        stay.row, "org_id", "user_id", "role", "added_at", "first_seen_at", "removed_at", "state_at"
    )


def _keys_of(pack: Pack, who: str, stays: list[Account]) -> list[dict[str, Any]]:
    """Return the keys that somebody owns: by the owner's hash, or by the owner's user id."""
    ids = sorted({(stay.row.get("org_id"), stay.row.get("user_id")) for stay in stays})
    names = ("org_id", "project_id", "key_id", "kind", "name", "redacted_value", "last_used_at")
    owned = [key for owner in (who, *ids) for key in pack.owned.get(owner, ())]
    return [_picked(key, *names) for key in owned]


def _picked(row: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: row.get(name) for name in names}


# ---------------------------------------------------------------------------------------------
# Telling.


def document(pack: Pack, people: People, found: Match, warnings: list[str]) -> dict[str, Any]:
    """Return everything as one JSON document."""
    names = ("pack_id", "tenant_id", "period_start", "period_end", "org_ids", "profile")
    return {
        "somebody_to_look_at": found.somebody,
        "pack": _picked(pack.manifest, *names) | {"manifest_sha256": pack.manifest_sha256},
        "verified": False,
        "people": len(people.by_address),
        "left": sum(person.left for person in people.by_address.values()),
        "columns": people.columns,
        "warnings": warnings,
        "problems": [vars(problem) for problem in people.problems],
        "leavers_with_access": found.leavers,
        "unknown_accounts": found.unknown,
        "unknown_invites": found.unknown_invites,
        "unknown_actors": found.unknown_actors,
        "joiners": found.joiners,
        "without_account": found.without_account,
        "accounts_without_address": found.without_address,
    }


def lines(told: dict[str, Any]) -> Iterator[str]:
    """Yield the report for a person, every part of it escaped."""
    pack = told["pack"]
    orgs = ", ".join(shown(org) for org in pack["org_ids"])
    yield (
        f"pack {shown(pack['pack_id'])} of tenant {shown(pack['tenant_id'])}, "
        f"{shown(pack['period_start'])} .. {shown(pack['period_end'])}, {orgs}"
    )
    yield "NOT VERIFIED HERE: run evidence-pack-verify.py on it; this script only matches people"
    yield from told["columns"]
    yield f"{told['people']} people on the list, {told['left']} of them left"
    yield from (f"WARNING  {shown(warning)}" for warning in told["warnings"])
    yield from _section("LEFT, AND STILL THERE", told["leavers_with_access"], _leaver)
    yield from _section("NOBODY ON THE LIST", told["unknown_accounts"], _stranger)
    yield from _section("INVITED, NOBODY ON THE LIST", told["unknown_invites"], _invite)
    yield from _section("ACTED, NEITHER ON THE LIST NOR AN ACCOUNT", told["unknown_actors"], _actor)
    yield from _section("JOINED IN THE PERIOD", told["joiners"], _joiner)
    yield from _section("WITHOUT AN ACCOUNT", told["without_account"], shown)
    yield from _section("LINES TO LOOK AT", told["problems"], _problem)
    if told["accounts_without_address"]:
        n = told["accounts_without_address"]
        yield f"accounts without an address, such as service accounts, not matched: {n}"


def _section(title: str, entries: list[Any], line: Any) -> Iterator[str]:
    yield ""
    yield f"{title}: {len(entries) or 'none'}"
    yield from (f"  {line(entry)}" for entry in entries)


def _where(accounts: list[dict[str, Any]]) -> str:
    return ", ".join(
        f"{shown(a['org_id'])} {shown(a['user_id'])} ({shown(a['role'])})" for a in accounts
    )


def _keys(entry: dict[str, Any]) -> str:
    if not entry["keys"]:
        return ""
    told = ", ".join(
        f"{shown(key['key_id'])} {shown(key['name'] or '', 40)}".strip() for key in entry["keys"]
    )
    return f"; keys ({len(entry['keys'])}): {told}"


def _leaver(entry: dict[str, Any]) -> str:
    left = f"left {entry['left_on']}" if entry["left_on"] else "left"
    where = _where(entry["accounts"]) or "no account any more"
    acted = entry["events_after_leaving"]
    after = f"; events after leaving: {acted}, the last {shown(entry['last_event_at'])}"
    invited = f"; open invites: {len(entry['invites'])}" if entry["invites"] else ""
    return f"{shown(entry['address'])}  {left}: {where}{_keys(entry)}{invited}" + after * bool(
        acted
    )


def _stranger(entry: dict[str, Any]) -> str:
    state = "" if entry["present"] else ", removed since"
    seen = f"; last acted {shown(entry['last_event_at'])}" if entry["last_event_at"] else ""
    begins = shown(entry["email_prefix"] or "")
    return f'{_where(entry["accounts"])}{state}, address begins "{begins}"{_keys(entry)}{seen}'


def _invite(entry: dict[str, Any]) -> str:
    begins = shown(entry["email_prefix"] or "")
    where = f"{shown(entry['org_id'])} {shown(entry['invite_id'])} ({shown(entry['role'])})"
    return f'{where}, address begins "{begins}"'


def _actor(entry: dict[str, Any]) -> str:
    n, last = entry["n_events"], shown(entry["last_event_at"])
    return f"{shown(entry['actor_hash'])}: events {n}, the last {last}"


def _joiner(entry: dict[str, Any]) -> str:
    again = ", came back" if entry["came_back"] else ""
    gone = f", gone again {shown(entry['removed_at'])}" if entry["removed_at"] else ""
    first = shown(entry["first_seen_at"])
    return f"{shown(entry['address'])}  {_where([entry])}, first seen {first}{again}{gone}"


def _problem(entry: dict[str, Any]) -> str:
    return f"{shown(entry['file'])} line {entry['line']}: {entry['what']}"


# ---------------------------------------------------------------------------------------------
# The main path.


def run(options: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    """Match, and return the exit code and the document.

    Raises:
        CannotMatch: nothing can be said.
    """
    warnings: list[str] = []
    key = read_key(options.key, warnings)
    with open_file(options.pack, "the pack") as file:
        tar = Tar(file)
        members = tar.members()
        pack = read_manifest(tar, members)
        check_key(pack, key)
        people, last_day = People(), pack.manifest["period_end"][:10]
        read_list(people, options.people, options, last_day, all_left=False)
        if options.left:
            read_list(people, options.left, options, last_day, all_left=True)
        hashes = {email_hash(key.key, name): one for name, one in people.by_address.items()}
        left_on = {who: one.left_on for who, one in hashes.items() if one.left and one.left_on}
        read_members(tar, members, pack, left_on)
    found = match(pack, people, hashes)
    if not found.matched and any(one.row.get("email_hash") for one in pack.accounts):
        warnings.append("no address of the list has an account: is it this tenant's key and list?")
    code = SOMEBODY if found.somebody else NOBODY_TO_LOOK_AT
    return code, document(pack, people, found, warnings)


class Parser(argparse.ArgumentParser):
    """An argument parser whose complaints are escaped like every other output."""

    def error(self, message: str) -> NoReturn:
        """Print the complaint and leave with exit code 2."""
        print(f"COULD NOT MATCH  {shown(message)}; see --help", file=sys.stderr)
        sys.exit(COULD_NOT_MATCH)


EPILOG = """
Exit code: 0 nobody to look at, 1 somebody who left is still there or somebody is on no list, 2
could not match (wrong arguments, a file that cannot be read, another tenant's key scheme).

The key file is the reply of POST /api/v1/openai/hashing-key, which an admin fetches; the service
notes each time. Keep it with `umask 077`, delete it afterwards: who has it can test any address
against any pack of your tenant. `--key -` reads it from standard input. It is never an argument.

The list is a CSV file with a header, separated by commas, semicolons, tabs or bars, as UTF-8 or
UTF-16 with its mark. Who has a day of leaving up to the period's end has left. Who left may also
stand in a file of its own: --left.
"""


def arguments(argv: list[str] | None = None) -> argparse.Namespace:
    """Parse the command line."""
    parser = Parser(
        prog="match-people.py",
        description="Match your own list of people with an evidence pack, on your own machine.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("pack", help="the pack: pack-N.tar.gz, verified before")
    parser.add_argument("people", help="your list of people: a CSV file with e-mail addresses")
    parser.add_argument("--key", metavar="FILE", required=True, help="the hashing key's file, or -")
    parser.add_argument("--left", metavar="CSV", help="a list of people who have left")
    parser.add_argument("--column", metavar="NAME", help="the column of addresses, or its number")
    parser.add_argument(
        "--left-column", metavar="NAME", help="the column of the day of leaving, or its number"
    )
    parser.add_argument("--delimiter", metavar="CHAR", help="what separates columns")
    parser.add_argument("--encoding", metavar="NAME", help="of the lists, such as cp1252")
    parser.add_argument("--no-header", action="store_true", help="the lists have no header")
    parser.add_argument("--json", action="store_true", help="one line of JSON instead of text")
    options = parser.parse_args(argv)
    mark = options.delimiter
    if mark is not None and (len(mark) != 1 or mark in '"\r\n'):
        parser.error("--delimiter is one character, and neither a quote nor a line's end")
    return options


def main(argv: list[str] | None = None) -> int:
    """Match what the command line names; return the exit code."""
    options = arguments(argv)
    try:
        code, told = run(options)
        if options.json:
            print(json.dumps(told, ensure_ascii=True).replace("\x7f", "\\u007f"))
        else:
            print("\n".join(lines(told)))
        sys.stdout.flush()
    except CannotMatch as error:
        print(f"COULD NOT MATCH  {error}", file=sys.stderr)
        return COULD_NOT_MATCH
    except KeyboardInterrupt:
        print("\nCOULD NOT MATCH  interrupted", file=sys.stderr)
        return COULD_NOT_MATCH
    except OSError:
        # Nobody reads the output any more.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return COULD_NOT_MATCH
    except Exception as error:  # noqa: BLE001 - an answer in words, never a traceback
        kind = type(error).__name__
        print(f"COULD NOT MATCH  {kind}: is the pack verified? if so, report it", file=sys.stderr)
        return COULD_NOT_MATCH
    return code


if __name__ == "__main__":
    sys.exit(main())
