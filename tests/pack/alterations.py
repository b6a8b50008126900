"""Every small lie that whoever has the signing key could tell in a pack, its seals untouched.

Each field of each row gets another value of its own kind, from another row where there is one; each
row is left out, doubled, invented; each member is emptied. What is altered is counted, digested and
signed anew.
"""

import json
import random
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.pack.resign import SignedPack, signed_again
from tests.support.pack_rows import Row, jsonl
from tests.tools.verifier import verify_bytes

# Not sealed, and said so: how a picture was taken, beside the seal that says what it showed.
NOT_BOUND = {("coverage.jsonl", "run")}
ID = {
    "users.jsonl": "user_id",
    "projects.jsonl": "project_id",
    "api_keys.jsonl": "key_id",
    "events.jsonl": "event_id",
    "findings.jsonl": "finding_id",
    "changes.jsonl": "entity_id",
    "admin_keys.jsonl": "key_id",
    "service_accounts.jsonl": "service_account_id",
    "invites.jsonl": "invite_id",
    "project_users.jsonl": "membership_id",
}
Rows = dict[str, list[Row]]


@dataclass(frozen=True, slots=True)
class Alteration:
    """One lie.

    Attributes:
        told: what is altered.
        member: of which member.
        change: does it to the rows of all members.
        twin: the sealed member that is altered with it.
    """

    told: str
    member: str
    change: Callable[[Rows], object]
    twin: str | None = None


def alterations(rows: Rows, end: str) -> Iterator[Alteration]:
    """Yield every one of them for a pack's rows; ``end`` is its period's last second.

    Not of events that hours behind the period sealed: the seals of the next pack name them.
    """
    for member, of_member in rows.items():
        bound = [(at, row) for at, row in enumerate(of_member) if row.get("sealed_hour", "") <= end]
        for at, row in bound:
            yield from _of_row(rows, member, at, row)
        yield from _of_member(member, [row for _, row in bound])


def _of_row(rows: Rows, member: str, at: int, row: Row) -> Iterator[Alteration]:
    place = f"{member} row {at + 1}"
    for name in row:
        if (member, name) in NOT_BOUND:
            continue
        value = _another(row[name], [other[name] for other in rows[member] if name in other])
        yield Alteration(f"{place}: {name}", member, _setting(member, at, name, value))
        twin = _twin(rows, member, row)
        if twin is not None and name in rows[twin[0]][twin[1]]:
            change = _setting_both((member, at), twin, name, value)
            yield Alteration(f"{place}: {name}, and as sealed", member, change, twin[0])
    if not row.get("late"):
        # A late one may be in another pack: the seals of that month's hours are not here.
        yield Alteration(f"{place}: left out", member, lambda all_rows: all_rows[member].pop(at))
    yield Alteration(f"{place}: doubled", member, lambda all_rows: all_rows[member].insert(at, row))


def _of_member(member: str, of_member: list[Row]) -> Iterator[Alteration]:
    if not of_member:
        return
    yield Alteration(f"{member}: emptied", member, lambda all_rows: all_rows[member].clear())
    if member in ID:
        invented = of_member[-1] | {ID[member]: f"{of_member[-1][ID[member]]}~"}
        at = len(of_member)
        yield Alteration(
            f"{member}: a row invented",
            member,
            lambda all_rows: all_rows[member].insert(at, invented),
        )


def _setting(member: str, at: int, name: str, value: Any) -> Callable[[Rows], object]:
    def change(rows: Rows) -> None:
        rows[member][at] = rows[member][at] | {name: value}

    return change


def _setting_both(
    one: tuple[str, int], other: tuple[str, int], name: str, value: Any
) -> Callable[[Rows], object]:
    def change(rows: Rows) -> None:
        for member, at in (one, other):
            rows[member][at] = rows[member][at] | {name: value}

    return change


def _twin(rows: Rows, member: str, row: Row) -> tuple[str, int] | None:
    """Return where the sealed row is that a row of the pack was made from."""
    if member.startswith("sealed/") or member not in ID or member == "events.jsonl":
        return None
    keys = ("hour", "section", "entity_id", "kind", "first_seen_at", "first_seen_hour", ID[member])
    month = f"-{row['hour'][:7]}" if member == "changes.jsonl" else ""
    sealed = f"sealed/{row['org_id']}/{member.removesuffix('.jsonl')}{month}.jsonl"
    for at, other in enumerate(rows.get(sealed, ())):
        if all(other.get(key) == row.get(key) for key in keys):
            return sealed, at
    return None


def _another(value: Any, others: list[Any]) -> Any:
    """Return another value of the same kind, that another row has where one does."""
    alike = [other for other in others if type(other) is type(value) and other != value]
    if alike:
        return alike[len(alike) // 2]
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    if isinstance(value, str):
        return _another_text(value)
    if isinstance(value, list):
        return value[:-1] if value else [{"finding_id": "f" * 24}]
    if isinstance(value, dict):
        changed = json.loads(json.dumps(value))
        name = next(iter(changed), "invented")
        changed[name] = _another(changed.get(name), [])
        return changed
    return next((other for other in others if other is not None), "2026-04-01T00:00:00Z")


def _another_text(text: str) -> str:
    if text.endswith("Z") and len(text) == 20 and text[10] == "T":
        return f"{text[:8]}{'15' if text[8:10] != '15' else '16'}{text[10:]}"
    return f"{text}~" if text else "x"


def try_all(pack: SignedPack, folder: Path, most: int | None = None) -> Counter[str]:
    """Try the alterations of a pack, or so many of them; return how many of each kind of member.

    Raises:
        AssertionError: one was accepted, or refused without saying where.
    """
    members, manifest = pack.members(), json.dumps(pack.manifest())
    rows: Rows = {name: pack.rows(name) for name in members if name.endswith(".jsonl")}
    every = list(alterations(rows, json.loads(manifest)["period_end"]))
    if most is not None and most < len(every):
        every = random.Random("signed again").sample(every, most)  # noqa: S311  # repeatable
    tried = Counter[str]()
    not_refused = []
    for alteration in every:
        touched = [name for name in (alteration.member, alteration.twin) if name]
        changed = rows | {name: list(rows[name]) for name in touched}
        alteration.change(changed)
        altered = {name: jsonl(changed[name]) for name in touched if changed[name] != rows[name]}
        if altered:
            data = signed_again(json.loads(manifest), members | altered, changed, pack.seed)
            if not _is_refused(data, pack.public_hex, alteration, folder):
                not_refused.append(alteration.told)
        kind = alteration.member.removesuffix(".jsonl").rpartition("/")
        tried[("sealed " if kind[0] else "") + kind[2].partition("-")[0]] += bool(altered)
    assert not_refused == []
    return tried


def _is_refused(data: bytes, key: str, alteration: Alteration, folder: Path) -> bool:
    """Tell whether a pack is refused, member or hour named."""
    verdict = verify_bytes(data, folder, key=key)
    reasons = " ".join(verdict.failed.values())
    name = alteration.member.removesuffix(".jsonl").rpartition("/")[2].partition("-")[0]
    is_named = name in reasons or re.search(r"\d{4}-\d\d-\d\dT\d\d:00:00Z", reasons)
    return verdict.code == 1 and bool(is_named)
