"""Who resolved findings: the actors of the sealed events that resolved them.

An event is looked up by its id in the sealed index, which knows the hour that sealed it; what is
read is that hour's seal and events, each hour once.
"""

from collections.abc import Collection, Iterator, Sequence
from contextlib import closing
from datetime import datetime
from typing import Final

from functions.api.context import Context
from functions.api.event_order import rows_back
from functions.api.newest_seal import Newest, seal_of
from functions.api.sealed_events import Budget
from functions.shared.canonical import canonical, strict_loads
from functions.shared.errors import EvidenceInvalid, EvidenceMissing, MalformedJson
from functions.shared.evidence.index_run import ROW
from functions.shared.evidence.sealed_index import SealedIndex
from functions.shared.evidence.seals import Seal
from functions.shared.hours import HOUR
from functions.shared.prefetch import prefetch
from functions.shared.records.events import Event
from functions.shared.records.findings import ListedFinding

# An index of so many bytes is looked through for any number of ids. In a longer one as many bytes
# may lie between two ids as there are events; for so few ids none of those are read.
_SMALL_INDEX: Final = 8 << 20
_FEW_IDS: Final = 8

Actors = dict[str, str | None]
"""By the id of an event who did it; None where the event names nobody, or is not sealed."""


def with_actors(
    rows: Sequence[ListedFinding], newest: Newest, context: Context, budget: Budget
) -> list[ListedFinding]:
    """Return rows of one organization with who resolved each.

    As many from the first on as the budget allows to look up; of a budget that is not spent, one.

    Raises:
        EvidenceMissing: a sealed object that holds one of the events is gone.
        EvidenceInvalid: its bytes are not those that were sealed.
    """
    named = dict.fromkeys(event_id for row in rows if (event_id := _event_of(row)))
    actors = actors_of(list(named), newest, context, budget)
    told: list[ListedFinding] = []
    for row in rows:
        event_id, cause = _event_of(row), row["resolved_by"]
        if event_id is None or cause is None:
            told.append(row)
        elif event_id in actors:
            told.append(row | {"resolved_by": cause | {"actor_id": actors[event_id]}})
        else:
            break
    return told


def _event_of(row: ListedFinding) -> str | None:
    cause = row["resolved_by"]
    return cause["event_id"] if cause and "event_id" in cause else None


def actors_of(event_ids: Sequence[str], newest: Newest, context: Context, budget: Budget) -> Actors:
    """Return who did what some events tell of: of those that the budget allows to look up.

    Raises:
        EvidenceMissing: a sealed object that holds one of them is gone.
        EvidenceInvalid: its bytes are not those that were sealed.
    """
    seal = newest.seal
    if seal is None or not event_ids:
        return {}
    runs = seal.content["index"]
    if sum(run["rows"] for run in runs) * ROW > _SMALL_INDEX:
        event_ids = event_ids[:_FEW_IDS]
    sealed_in = SealedIndex(context.evidence, runs).find(event_ids)
    actors: Actors = {each: None for each in event_ids if each not in sealed_in}
    by_hour: dict[datetime, list[str]] = {}
    for each in event_ids:
        if each in sealed_in:
            by_hour.setdefault(sealed_in[each], []).append(each)
    with closing(prefetch(lambda hour: _seal(context, seal, hour), by_hour)) as opened:
        for hour, reading in opened:
            if budget.is_spent:
                break
            budget.hours -= 1
            actors |= _actors_in(reading.result(), by_hour[hour], context, budget)
    return actors


def _seal(context: Context, newest: Seal, hour: datetime) -> Seal:
    tenant, org = newest.content["tenant_id"], newest.content["org_id"]
    row = next(context.hours(tenant, org).between(hour, hour + HOUR), None)
    if row is None:
        raise EvidenceMissing(f"the index names {hour:%Y-%m-%dT%H}, an hour that is not closed")
    return seal_of(context, tenant, org, row)


def _actors_in(seal: Seal, event_ids: Collection[str], context: Context, budget: Budget) -> Actors:
    """Return the actors of events that an hour sealed."""
    left = dict.fromkeys(event_ids)
    actors: Actors = {}
    for entry in seal.content["segments"]["events"]:
        if not left:
            break
        body = context.segments.body(entry)
        budget.n_bytes -= entry["bytes"]
        for event_id in tuple(left):
            for row in _rows_with(body, event_id, entry["key"]):
                if row["event_id"] == event_id:
                    actors[event_id] = row["actor_id"]
                    del left[event_id]
                    break
    if left:
        raise EvidenceInvalid(f"{seal.content['hour']} did not seal what the index says it did")
    return actors


def _rows_with(body: bytes, event_id: str, key: str) -> Iterator[Event]:
    """Yield the events whose bytes hold an id, as a field's or in what they tell."""
    needle = canonical({"event_id": event_id})[1:-1]
    try:
        for _, line in rows_back(body, len(body), needle):
            yield strict_loads(line)
    except MalformedJson as error:
        raise EvidenceInvalid(f"{key} holds a line that is not JSON") from error
