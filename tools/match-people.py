#!/usr/bin/env python3
# /// script
# requires-python = ">=3.9"
# dependencies = []
# ///
"""Match your own list of people with an evidence pack, on your own machine.

    python3 match-people.py pack-3.tar.gz people.csv --key hashing-key.json

A pack names nobody: it holds a keyed hash in place of each e-mail address. With your tenant's
hashing key (the reply of POST /api/v1/openai/hashing-key, kept in a file) this script hashes the
addresses of your list, two columns `name` and `email`, the same way. It says whose the accounts
are, which accounts, invitations and events nobody on the list has, and who has no account.

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
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
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
COLUMNS = ("name", "email")


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


@dataclass(frozen=True)
class Person:
    """One line of the list: a name and an address, as they are written."""

    name: str
    address: str
    line: int


@dataclass
class People:
    """Everybody on the list by normalized address, and the lines that could not be used."""

    by_address: dict[str, Person] = field(default_factory=dict)
    problems: list[dict[str, Any]] = field(default_factory=list)


def read_list(path: str) -> People:
    """Read the people of a CSV file with the columns `name` and `email`.

    Raises:
        CannotMatch: the file cannot be read, or has no such columns.
    """
    with open_file(path, "the list of people") as file:
        data = file.read(MAX_LIST + 1)
    if len(data) > MAX_LIST:
        raise CannotMatch(f"the list of people is larger than {MAX_LIST >> 20} MiB")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise CannotMatch(f"line {line} of the list is not UTF-8: save it as CSV UTF-8") from None
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    people = People()
    begins = 1
    try:
        titles = [title.strip().lower() for title in next(reader, [])]
        if any(titles.count(column) != 1 for column in COLUMNS):
            raise CannotMatch("the list does not begin with a line that names: name,email")
        at_name, at_email = map(titles.index, COLUMNS)
        begins = reader.line_num + 1
        for row in reader:
            cells = [cell.strip() for cell in row] + [""] * len(titles)
            if any(cells):
                _add(people, Person(cells[at_name], cells[at_email], begins))
            begins = reader.line_num + 1
    except csv.Error as error:
        raise CannotMatch(f"line {begins} of the list: {shown(error)}") from None
    return people


def _add(people: People, person: Person) -> None:
    if not re.fullmatch(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+", person.address):
        problem = f"not an e-mail address: {shown(person.address, 60)}"
        problem = problem if person.address else "no e-mail address"
    else:
        first = people.by_address.setdefault(normal_address(person.address), person)
        problem = f"the address of line {first.line} again" if first is not person else ""
    if problem:
        people.problems.append({"line": person.line, "what": problem})


# ---------------------------------------------------------------------------------------------
# The pack. Read as a stream; nothing is extracted and only what is counted stays in memory.


@dataclass
class Actor:
    """What the audit log says of one keyed hash."""

    n_events: int = 0
    last_event_at: str = ""


@dataclass
class Pack:
    """What matters of a pack here."""

    manifest: dict[str, Any]
    manifest_sha256: str
    accounts: list[dict[str, Any]] = field(default_factory=list)  # a row for each stay
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
    lists = ("org_ids", "files")
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


def read_members(tar: Tar, members: Iterator[tuple[str, int]], pack: Pack) -> None:
    """Read what is to be matched, and compare its digests with the manifest.

    Args:
        tar: behind the manifest.
        members: of it.
        pack: takes what is read.

    Raises:
        CannotMatch: a member is not what the manifest says, or is missing.
    """
    stated = {f["name"]: f for f in pack.manifest["files"] if isinstance(f, dict) and "name" in f}
    take: dict[str, Callable[[dict[str, Any]], None]] = {
        "users.jsonl": pack.accounts.append,
        "api_keys.jsonl": lambda row: _take_present(row, pack.keys, "api_key"),
        "admin_keys.jsonl": lambda row: _take_present(row, pack.keys, "admin_key"),
        "invites.jsonl": lambda row: _take_present(row, pack.invites, "invite"),
        "events.jsonl": lambda row: _take_event(row, pack),
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
    is_closed = kind == "invite" and row.get("status") not in ("pending", None)
    if _is_present(row) and not is_closed:
        rows.append({**row, "kind": kind})


def _take_event(row: dict[str, Any], pack: Pack) -> None:
    who, at = row.get("actor_hash"), row.get("occurred_at")
    if not isinstance(who, str) or not isinstance(at, str):
        return
    actor = pack.actors.setdefault(who, Actor())
    actor.n_events += 1
    actor.last_event_at = max(actor.last_event_at, at)


# ---------------------------------------------------------------------------------------------
# Matching.


def match(pack: Pack, hashes: dict[str, Person]) -> dict[str, Any]:
    """Match accounts, keys, invites and events with people, who are given by keyed hash."""
    accounts: dict[str, list[dict[str, Any]]] = {}
    for row in pack.accounts:
        if isinstance(row.get("email_hash"), str):
            accounts.setdefault(row["email_hash"], []).append(row)
    entries = {hashed: _entry(pack, hashed, stays) for hashed, stays in accounts.items()}
    unknown = [
        {"email_prefix": accounts[hashed][-1].get("email_prefix"), **entry}
        for hashed, entry in entries.items()
        if hashed not in hashes and (entry["present"] or entry["keys"] or entry["last_event_at"])
    ]
    invites = [
        _picked(invite, "org_id", "invite_id", "email_prefix", "role", "expires_at")
        for invite in pack.invites
        if invite.get("email_hash") not in hashes
    ]
    actors = [
        {"actor_hash": hashed, **vars(actor)}
        for hashed, actor in sorted(pack.actors.items())
        if hashed not in hashes and hashed not in accounts
    ]
    return {
        "somebody_to_look_at": bool(
            invites or actors or any(entry["present"] or entry["keys"] for entry in unknown)
        ),
        "matched_accounts": [
            {"name": person.name, "address": person.address, **entries[hashed]}
            for hashed, person in hashes.items()
            if hashed in entries
        ],
        "unknown_accounts": unknown,
        "unknown_invites": invites,
        "unknown_actors": actors,
        "without_account": sorted(
            person.address
            for hashed, person in hashes.items()
            if hashed not in entries or not entries[hashed]["present"]
        ),
        "accounts_without_address": sum(
            _is_present(row) and not isinstance(row.get("email_hash"), str) for row in pack.accounts
        ),
    }


def _is_present(row: dict[str, Any]) -> bool:
    """Tell whether what a row tells of was there at the period's end."""
    return row.get("removed_at") is None


def _entry(pack: Pack, hashed: str, stays: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the accounts of one keyed hash, what they own by hash or id, when they last acted."""
    present = [row for row in stays if _is_present(row)]
    of_account = (
        "org_id",
        "user_id",
        "role",
        "added_at",
        "first_seen_at",
        "removed_at",
        "state_at",
    )
    of_key = ("org_id", "project_id", "key_id", "kind", "name", "redacted_value", "last_used_at")
    owners = [hashed, *sorted({(row.get("org_id"), row.get("user_id")) for row in stays})]
    return {
        "accounts": [_picked(row, *of_account) for row in present or stays[-1:]],
        "present": bool(present),
        "keys": [_picked(key, *of_key) for owner in owners for key in pack.owned.get(owner, ())],
        "last_event_at": pack.actors.get(hashed, Actor()).last_event_at or None,
    }


def _picked(row: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: row.get(name) for name in names}


# ---------------------------------------------------------------------------------------------
# Telling.


def lines(told: dict[str, Any]) -> Iterator[str]:
    """Yield the report for a person, every part of it escaped."""
    pack = told["pack"]
    orgs = ", ".join(shown(org) for org in pack["org_ids"])
    yield (
        f"pack {shown(pack['pack_id'])} of tenant {shown(pack['tenant_id'])}, "
        f"{shown(pack['period_start'])} .. {shown(pack['period_end'])}, {orgs}"
    )
    yield "NOT VERIFIED HERE: run evidence-pack-verify.py on it; this script only matches people"
    yield f"{told['people']} people on the list"
    yield from (f"WARNING  {shown(warning)}" for warning in told["warnings"])
    yield from _section("ON THE LIST", told["matched_accounts"], _matched)
    yield from _section("NOBODY ON THE LIST", told["unknown_accounts"], _stranger)
    yield from _section("INVITED, NOBODY ON THE LIST", told["unknown_invites"], _invite)
    yield from _section("ACTED, NEITHER ON THE LIST NOR AN ACCOUNT", told["unknown_actors"], _actor)
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


def _matched(entry: dict[str, Any]) -> str:
    return f"{shown(entry['name'])} <{shown(entry['address'])}>  {_accounts(entry)}"


def _accounts(entry: dict[str, Any]) -> str:
    gone = "" if entry["present"] else ", removed since"
    acted = f"; last acted {shown(entry['last_event_at'])}" if entry["last_event_at"] else ""
    return f"{_where(entry['accounts'])}{gone}{_keys(entry)}{acted}"


def _stranger(entry: dict[str, Any]) -> str:
    return f'address begins "{shown(entry["email_prefix"] or "")}": {_accounts(entry)}'


def _invite(entry: dict[str, Any]) -> str:
    begins = shown(entry["email_prefix"] or "")
    where = f"{shown(entry['org_id'])} {shown(entry['invite_id'])} ({shown(entry['role'])})"
    return f'{where}, address begins "{begins}"'


def _actor(entry: dict[str, Any]) -> str:
    n, last = entry["n_events"], shown(entry["last_event_at"])
    return f"{shown(entry['actor_hash'])}: events {n}, the last {last}"


def _problem(entry: dict[str, Any]) -> str:
    return f"line {entry['line']}: {entry['what']}"


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
        people = read_list(options.people)
        read_members(tar, members, pack)
    hashes = {email_hash(key.key, name): person for name, person in people.by_address.items()}
    result = match(pack, hashes)
    if not result["matched_accounts"] and any(row.get("email_hash") for row in pack.accounts):
        warnings.append("no address of the list has an account: is it this tenant's key and list?")
    names = ("pack_id", "tenant_id", "period_start", "period_end", "org_ids", "profile")
    document = {
        "pack": _picked(pack.manifest, *names) | {"manifest_sha256": pack.manifest_sha256},
        "verified": False,
        "people": len(people.by_address),
        "warnings": warnings,
        "problems": people.problems,
        **result,
    }
    return SOMEBODY if result["somebody_to_look_at"] else NOBODY_TO_LOOK_AT, document


class Parser(argparse.ArgumentParser):
    """An argument parser whose complaints are escaped like every other output."""

    def error(self, message: str) -> NoReturn:
        """Print the complaint and leave with exit code 2."""
        print(f"COULD NOT MATCH  {shown(message)}; see --help", file=sys.stderr)
        sys.exit(COULD_NOT_MATCH)


EPILOG = """
Exit code: 0 nobody to look at, 1 somebody with access is not on the list, 2 could not match (wrong
arguments, a file that cannot be read, another tenant's key scheme).

The key file is the reply of POST /api/v1/openai/hashing-key, which an admin fetches; the service
notes each time. Keep it with `umask 077`, delete it afterwards: who has it can test any address
against any pack of your tenant. `--key -` reads it from standard input. It is never an argument.

The list is a CSV file, UTF-8, separated by commas. Its first line names the columns `name` and
`email`; others are left alone.
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
    parser.add_argument("people", help="your list of people: a CSV file, columns name and email")
    parser.add_argument("--key", metavar="FILE", required=True, help="the hashing key's file, or -")
    parser.add_argument("--json", action="store_true", help="one line of JSON instead of text")
    return parser.parse_args(argv)


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
