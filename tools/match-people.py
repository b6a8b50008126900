#!/usr/bin/env python3
# /// script
# requires-python = ">=3.9"
# dependencies = []
# ///
"""Match your own list of people with an evidence pack, on your own machine.

    python3 match-people.py pack-3.tar.gz people.csv --key hashing-key.json

A pack names nobody: it holds a keyed hash in place of each e-mail address. With your tenant's
hashing key this script hashes the addresses of your list the same way. It says whose the accounts
are, which accounts, invitations and events nobody on the list has, and who has no account.

It does not verify the pack: run evidence-pack-verify.py first. Of the members it reads, it compares
the digests with the pack's own manifest, no more. Nothing is sent anywhere and nothing is written.
Needs Python 3.9 and nothing else.

The list is a CSV file, UTF-8, separated by commas. Its first line names the columns `name` and
`email`; others are left alone.

The key file is the reply of POST /api/v1/openai/hashing-key, which an admin fetches; the service
notes each time. Keep it with `umask 077`, delete it afterwards: who has it can test any address
against any pack of your tenant. `--key -` reads it from standard input. It is never an argument.

Exit code: 0 nobody to look at, 1 somebody with access is not on the list, 2 could not match (wrong
arguments, a file that cannot be read, another tenant's key scheme).
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
from dataclasses import dataclass
from typing import Any, BinaryIO, NamedTuple, NoReturn

COULD_NOT_MATCH = 2

MAX_MANIFEST = 4 << 20
MAX_ROW = 1 << 20
MAX_LIST = 64 << 20
MAX_KEY_FILE = 1 << 16
BLOCK = 512
ALGORITHM = "hmac-sha256"
NORMALIZATION = "trim, NFC, lower case, domain as IDNA"
COLUMNS = ("name", "email")

Row = dict[str, Any]


class CannotMatch(Exception):
    """Nothing can be said: usage, a file that cannot be read, a key that is not this pack's."""


def shown(value: object, limit: int = 160) -> str:
    """Return `value` as printable ASCII on one line, whatever it holds (terminal escapes, bidi)."""
    text = str(value)
    cut = text if len(text) <= limit else text[:limit] + "..."
    return "".join(
        c if " " <= c <= "~" and c != "\\" else c.encode("unicode_escape").decode() for c in cut
    )


def all_shown(value: Any) -> Any:
    """Return a JSON value with every text in it as `shown` returns it."""
    if isinstance(value, dict):
        return {shown(name): all_shown(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [all_shown(inner) for inner in value]
    return shown(value) if isinstance(value, str) else value


def normal_address(address: str) -> str:
    """Return the one spelling of an e-mail address: trimmed, NFC, lower case, domain in IDNA."""
    text = unicodedata.normalize("NFC", address.strip()).lower()
    local, at, domain = text.rpartition("@")
    # A domain that DNS cannot hold keeps its own spelling.
    with contextlib.suppress(UnicodeError):
        domain = domain.encode("idna").decode("ascii") if at and len(domain) <= 253 else domain
    return f"{local}{at}{domain}"


def email_hash(key: bytes, address: str) -> str:
    """Return the keyed hash of an address as the service makes it: 64 hex digits."""
    text = normal_address(address)
    return hmac.new(key, text.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


def open_file(path: str, what: str) -> BinaryIO:
    """Open a regular file for reading.

    Raises:
        CannotMatch: it cannot be opened or is no regular file.
    """
    # Without O_NONBLOCK a named pipe would hold the open until somebody writes to it.
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


def json_object(data: bytes) -> Row | None:
    """Return the JSON object that `data` is, None where it is something else."""
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def read_key(path: str, warnings: list[str]) -> tuple[Row, bytes]:
    """Return hash scheme and key of the key file; `-` is standard input. Never print any of it.

    Raises:
        CannotMatch: it cannot be read, or is not the reply of the hashing-key route.
    """
    if path == "-":
        data = sys.stdin.buffer.read(MAX_KEY_FILE)
    else:
        with open_file(path, "the key file") as file:
            if os.name == "posix" and os.fstat(file.fileno()).st_mode & 0o077:
                warnings.append("the key file can be read by others on this machine: chmod 600")
            data = file.read(MAX_KEY_FILE)
    facts = {"key_id": None, "key_hex": None, **(json_object(data) or {})}
    key_id, key_hex = facts["key_id"], facts["key_hex"]
    scheme = {"algorithm": ALGORITHM, "key_id": key_id, "normalization": NORMALIZATION}
    is_text = isinstance(key_id, str) and isinstance(key_hex, str)
    if not (is_text and scheme.items() <= facts.items() and re.fullmatch("[0-9a-f]{64}", key_hex)):
        raise CannotMatch("the key file is not the reply of POST /api/v1/openai/hashing-key")
    return scheme, bytes.fromhex(key_hex)


class Person(NamedTuple):
    """One line of the list: a name and an address, as they are written."""

    name: str
    address: str
    line: int


def read_list(path: str) -> tuple[dict[str, Person], list[Row]]:
    """Return everybody on the list by normalized address, and the lines that could not be used.

    Raises:
        CannotMatch: the file cannot be read, or has no columns `name` and `email`.
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
    people: dict[str, Person] = {}
    problems: list[Row] = []
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    begins = 1
    try:
        titles = [title.strip().lower() for title in next(reader, [])]
        if any(titles.count(column) != 1 for column in COLUMNS):
            raise CannotMatch("the list does not begin with a line that names: name,email")
        at_name, at_email = map(titles.index, COLUMNS)
        begins = reader.line_num + 1
        for row in reader:
            cells = [cell.strip() for cell in row] + [""] * len(titles)
            person = Person(cells[at_name], cells[at_email], begins)
            if any(cells) and (problem := _problem(person, people)):
                problems.append({"line": begins, "what": problem})
            begins = reader.line_num + 1
    except csv.Error as error:
        raise CannotMatch(f"line {begins} of the list: {error}") from None
    return people, problems


def _problem(person: Person, people: dict[str, Person]) -> str:
    """Add a person to people, or say why not."""
    if not person.address:
        return "no e-mail address"
    if not re.fullmatch(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+", person.address):
        return f"not an e-mail address: {person.address}"
    first = people.setdefault(normal_address(person.address), person)
    return "" if first is person else f"the address of line {first.line} again"


@dataclass
class Pack:
    """What matters of a pack here; it is read as a stream, and no more of it stays in memory."""

    about: Row  # what its manifest says of it
    rows: dict[str, list[Row]]  # by member: each stay of an account, present keys and invites
    actors: dict[str, Row]  # what the audit log says of each keyed hash


def read_pack(path: str, scheme: Row) -> Pack:
    """Read what is to be matched, and compare its digests with the manifest.

    Raises:
        CannotMatch: it is no pack with hashes of this scheme, or not what its manifest says.
    """
    with open_file(path, "the pack") as file:
        try:
            found = members(gzip.GzipFile(fileobj=file))
            name, size, body = next(found, ("", 0, iter(())))
            if name != "manifest.json" or size > MAX_MANIFEST:
                raise CannotMatch("the pack does not begin with a manifest")
            about, digests = _read_manifest(b"".join(body), scheme)
            names = ("users.jsonl", "api_keys.jsonl", "admin_keys.jsonl", "invites.jsonl")
            pack = Pack(about, {name: [] for name in names}, {})
            missing = digests.keys() & {*names, "events.jsonl"}
            for name, _, body in found:
                if name in missing:
                    missing.remove(name)
                    _read_rows(pack, name, body, digests[name])
        except (OSError, EOFError, zlib.error):
            raise CannotMatch("the pack is not a whole gzip file") from None
    if missing or not {"users.jsonl", "api_keys.jsonl"} <= digests.keys():
        raise CannotMatch("the pack lacks a member its manifest names; verify the pack")
    return pack


def members(stream: gzip.GzipFile) -> Iterator[tuple[str, int, Iterator[bytes]]]:
    """Yield name, size and lines of each member; tarfile would keep headers of any size."""
    while len(header := stream.read(BLOCK)) == BLOCK:
        if not header.strip(b"\0"):
            return
        size = re.fullmatch(rb"([0-7]{1,12})[\0 ]{0,11}", header[124:136])
        if header[156:157] not in (b"0", b"\0") or size is None:
            raise CannotMatch("the pack holds something else than plain files")
        length = int(size[1], 8)
        body = _lines_of(stream, length)
        yield header[:100].partition(b"\0")[0].decode("latin-1"), length, body
        for _ in body:
            pass  # what nobody asked for
        stream.read(-length % BLOCK)
    raise CannotMatch("the pack ends in the middle")


def _lines_of(stream: gzip.GzipFile, size: int) -> Iterator[bytes]:
    """Yield the lines of the next `size` bytes, in pieces where they are long."""
    while size:
        line = stream.readline(min(size, MAX_ROW + 1))
        if not line:
            raise CannotMatch("the pack ends in the middle")
        size -= len(line)
        yield line


def _read_manifest(data: bytes, scheme: Row) -> tuple[Row, dict[Any, Any]]:
    """Return what it says of the pack, and the digests of members by name."""
    manifest = json_object(data)
    if manifest is None:
        raise CannotMatch("the manifest is not a JSON object")
    theirs = manifest.get("hash_scheme")
    if not isinstance(theirs, dict):
        raise CannotMatch("the pack has no hash_scheme: its hashes are not keyed ones")
    for part, ours in scheme.items():
        if theirs.get(part) != ours:
            found = f"{theirs.get(part)!s:.80}"
            raise CannotMatch(f"the pack's hashes have {part} {found}, the key {ours:.80}")
    if not (isinstance(manifest.get("org_ids"), list) and isinstance(manifest.get("files"), list)):
        raise CannotMatch("the manifest lacks what every pack with keyed hashes says of itself")
    about = _picked(manifest, "pack_id tenant_id period_start period_end org_ids profile")
    about["manifest_sha256"] = hashlib.sha256(data).hexdigest()
    files = [file for file in manifest["files"] if isinstance(file, dict)]
    return about, {file.get("name"): file.get("sha256") for file in files}


def _read_rows(pack: Pack, name: str, body: Iterator[bytes], digest: object) -> None:
    """Read a member into the pack."""
    actual = hashlib.sha256()
    for line in body:
        actual.update(line)
        row = json_object(line)
        if row is None or not line.endswith(b"\n"):
            raise CannotMatch(f"{name} holds a row that is no whole JSON object of at most 1 MiB")
        if name != "events.jsonl":
            if name == "users.jsonl" or _is_present(row):
                row["kind"] = name.removesuffix("s.jsonl")
                pack.rows[name].append(row)
            continue
        who, at = row.get("actor_hash"), row.get("occurred_at")
        if isinstance(who, str) and isinstance(at, str):
            actor = pack.actors.setdefault(who, {"n_events": 0, "last_event_at": ""})
            actor["n_events"] += 1
            actor["last_event_at"] = max(actor["last_event_at"], at)
    if actual.hexdigest() != digest:
        raise CannotMatch(f"{name} is not what the manifest says; verify the pack")


def _is_present(row: Row) -> bool:
    """Tell whether what a row tells of was there at the period's end."""
    return row.get("removed_at") is None


def _picked(row: Row, names: str) -> Row:
    return {name: row.get(name) for name in names.split()}


def match(pack: Pack, hashes: dict[str, Person]) -> Row:
    """Match accounts, keys, invites and events with people, who are given by keyed hash."""
    users = pack.rows["users.jsonl"]
    accounts: dict[str, list[Row]] = {}
    for row in users:
        if isinstance(row.get("email_hash"), str):
            accounts.setdefault(row["email_hash"], []).append(row)
    owned: dict[Any, list[Row]] = {}  # keys by their owner's hash, or else by organization and id
    for key in pack.rows["api_keys.jsonl"] + pack.rows["admin_keys.jsonl"]:
        owner = key.get("owner_hash") or (key.get("org_id"), key.get("owner_id"))
        owned.setdefault(owner, []).append(key)
    entries = {hashed: _entry(pack, owned, hashed, stays) for hashed, stays in accounts.items()}
    unknown = [
        {"email_prefix": accounts[hashed][-1].get("email_prefix"), **entry}
        for hashed, entry in entries.items()
        if hashed not in hashes and (entry["present"] or entry["keys"] or entry["last_event_at"])
    ]
    invites = [
        _picked(invite, "org_id invite_id email_prefix role expires_at")
        for invite in pack.rows["invites.jsonl"]
        if invite.get("email_hash") not in hashes and invite.get("status") in ("pending", None)
    ]
    actors = [
        {"actor_hash": hashed, **actor}
        for hashed, actor in sorted(pack.actors.items())
        if hashed not in hashes and hashed not in accounts
    ]
    with_access = [entry for entry in unknown if entry["present"] or entry["keys"]]
    return {
        "somebody_to_look_at": bool(invites or actors or with_access),
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
            _is_present(row) and not isinstance(row.get("email_hash"), str) for row in users
        ),
    }


def _entry(pack: Pack, owned: dict[Any, list[Row]], hashed: str, stays: list[Row]) -> Row:
    """Return the accounts of one keyed hash, what they own by hash or id, when they last acted."""
    present = [row for row in stays if _is_present(row)]
    of_account = "org_id user_id role added_at first_seen_at removed_at state_at"
    of_key = "org_id project_id key_id kind name redacted_value last_used_at"
    owners = [hashed, *sorted({(row.get("org_id"), row.get("user_id")) for row in stays})]
    return {
        "accounts": [_picked(row, of_account) for row in present or stays[-1:]],
        "present": bool(present),
        "keys": [_picked(key, of_key) for owner in owners for key in owned.get(owner, ())],
        "last_event_at": pack.actors.get(hashed, {}).get("last_event_at") or None,
    }


SECTIONS = (
    ("ON THE LIST", "matched_accounts", "{name} <{address}>  {all}"),
    ("NOBODY ON THE LIST", "unknown_accounts", "{begins}: {all}"),
    ("INVITED, NOBODY ON THE LIST", "unknown_invites", "{org_id} {invite_id} ({role}), {begins}"),
    (
        "ACTED, NEITHER ON THE LIST NOR AN ACCOUNT",
        "unknown_actors",
        "{actor_hash}: events {n_events}, the last {last_event_at}",
    ),
    ("WITHOUT AN ACCOUNT", "without_account", "{address}"),
    ("LINES TO LOOK AT", "problems", "line {line}: {what}"),
)


def lines(told: Row) -> Iterator[str]:
    """Yield the report for a person, every part of it escaped."""
    told = all_shown(told)
    told["without_account"] = [{"address": address} for address in told["without_account"]]
    for found in told["matched_accounts"] + told["unknown_accounts"]:
        found["all"] = _accounts(found)
    for found in told["unknown_accounts"] + told["unknown_invites"]:
        found["begins"] = f'address begins "{found["email_prefix"] or ""}"'
    about = "pack {pack_id} of tenant {tenant_id}, {period_start} .. {period_end}, "
    yield about.format(**told["pack"]) + ", ".join(map(str, told["pack"]["org_ids"]))
    yield "NOT VERIFIED HERE: run evidence-pack-verify.py on it; this script only matches people"
    yield f"{told['people']} people on the list"
    yield from (f"WARNING  {warning}" for warning in told["warnings"])
    for title, part, line in SECTIONS:
        yield f"\n{title}: {len(told[part]) or 'none'}"
        yield from ("  " + line.format(**found) for found in told[part])
    if n := told["accounts_without_address"]:
        yield f"accounts without an address, such as service accounts, not matched: {n}"


def _accounts(entry: Row) -> str:
    told = ", ".join(f"{a['org_id']} {a['user_id']} ({a['role']})" for a in entry["accounts"])
    if not entry["present"]:
        told += ", removed since"
    if entry["keys"]:
        names = (f"{key['key_id']} {key['name'] or ''}".strip() for key in entry["keys"])
        told += f"; keys ({len(entry['keys'])}): {', '.join(names)}"
    return f"{told}; last acted {entry['last_event_at']}" if entry["last_event_at"] else told


def run(options: argparse.Namespace) -> Row:
    """Match, and return the report."""
    warnings: list[str] = []
    scheme, key = read_key(options.key, warnings)
    people, problems = read_list(options.people)
    pack = read_pack(options.pack, scheme)
    found = match(pack, {email_hash(key, address): person for address, person in people.items()})
    has_addresses = any(row.get("email_hash") for row in pack.rows["users.jsonl"])
    if has_addresses and not found["matched_accounts"]:
        warnings.append("no address of the list has an account: is it this tenant's key and list?")
    facts = {"pack": pack.about, "verified": False, "people": len(people)}
    return {**facts, "warnings": warnings, "problems": problems, **found}


class Parser(argparse.ArgumentParser):
    """An argument parser whose complaints are escaped like every other output."""

    def error(self, message: str) -> NoReturn:
        """Complain, as everything here does."""
        raise CannotMatch(f"{message:.160}; see --help")


def main(argv: list[str] | None = None) -> int:
    """Match what the command line names; return the exit code."""
    parser = Parser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("pack", help="the pack: pack-N.tar.gz, verified before")
    parser.add_argument("people", help="your list of people: a CSV file, columns name and email")
    parser.add_argument("--key", metavar="FILE", required=True, help="the hashing key's file, or -")
    parser.add_argument("--json", action="store_true", help="one line of JSON instead of text")
    try:
        options = parser.parse_args(argv)
        told = run(options)
        as_json = options.json and json.dumps(told).replace("\x7f", "\\u007f")
        print(as_json or "\n".join(lines(told)), flush=True)
        return int(told["somebody_to_look_at"])
    except CannotMatch as error:
        why = shown(error, 400)
    except KeyboardInterrupt:
        why = "interrupted"
    except OSError:
        # Nobody reads the output any more.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return COULD_NOT_MATCH
    except Exception as error:  # noqa: BLE001 - an answer in words, never a traceback
        why = f"{type(error).__name__}: is the pack verified? if so, report it"
    print(f"COULD NOT MATCH  {why}", file=sys.stderr)
    return COULD_NOT_MATCH


if __name__ == "__main__":
    sys.exit(main())
