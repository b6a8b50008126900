"""Read what was sealed since the last time, and what the clock says, and make alerts of it.

A consumer of what is sealed, as the feed's are: of each organization by itself, hour after hour, so
that one that seals late hides nothing. What was read and what is told of it are written together:
a run that breaks off has told nothing, and none tells twice.
"""

from collections.abc import Iterator
from io import BytesIO
from itertools import islice
from threading import Lock
from typing import Final, cast

from functions.notify.context import Context
from functions.notify.records import Alert, OrganizationWatch, TenantWatch
from functions.notify.watch.rules import (
    MOST_FINDINGS,
    NOTHING_TOLD,
    ReadHour,
    of_clock,
    of_hour,
)
from functions.shared.aws.alert_keys import WATCH_SK
from functions.shared.aws.keys import organization_pk, tenant_pk
from functions.shared.canonical import canonical
from functions.shared.errors import EvidenceInvalid, EvidenceMissing
from functions.shared.evidence.anchors import Anchors
from functions.shared.evidence.expected_hours import late_hours, to_close_of
from functions.shared.evidence.seals import BEGINNING, Chain, read_body, rows_in
from functions.shared.hours import HOUR, floor_hour, parse_instant, rfc3339
from functions.shared.records.fields import part_of
from functions.shared.records.findings import Finding
from functions.shared.records.seals import ObjectEntry
from functions.shared.records.tables import HourRow
from functions.shared.tables.connections import Connection
from functions.shared.tables.hour_rows import HourRows
from functions.shared.tables.numbering import numbered

# An hour is a seal and its register of findings; the next wake goes on with the next ones.
MOST_HOURS: Final = 12
# Of a wake, in seconds: what is not begun by then waits for the next one, a minute later.
WATCH_UNTIL_S: Final = 25.0
# A register is as large as whoever is watched makes it: one at a time is in memory.
_ONE_REGISTER: Final = Lock()
# Whoever asks to be told hears of what is wrong now, and not of what was long ago.
_BEFORE: Final = 2 * HOUR


def watch_organization(connection: Connection, since: str, context: Context) -> None:
    """Make alerts of an organization's next hours, and of those that should be there.

    Args:
        connection: of the organization.
        since: when its tenant asked to be told, RFC 3339.
        context: the function's.

    Raises:
        Conflict: another run does the same.
    """
    tenant, org = connection.tenant_id, connection.org_id
    now = context.clock()
    pk = organization_pk(tenant, org)
    item = context.table.get(pk, WATCH_SK)
    before = part_of(OrganizationWatch, item) if item else None
    hours = HourRows(context.table, tenant, org)
    told, alerts = before or NOTHING_TOLD, list[Alert]()
    read = parse_instant(told["through"]) + HOUR if told["through"] else BEGINNING
    start = max(read, floor_hour(parse_instant(since)) - _BEFORE)
    rows = list(islice(hours.between(start, None, at_once=MOST_HOURS + 2), MOST_HOURS))
    n_read = 0
    # One hour at least, so that however long each takes, the next wake is further on.
    while n_read < len(rows) and (not n_read or context.elapsed_s() < WATCH_UNTIL_S):
        row = rows[n_read]
        more, told = of_hour(org, told, _read(connection, row, told, context))
        alerts += more
        n_read += 1
    # Behind hours that are there and were not read yet nothing is late.
    if n_read == len(rows) < MOST_HOURS:
        newest = rows[-1] if rows else hours.newest()
        to_close = to_close_of(connection, newest)
        more, told = of_clock(connection, told, to_close, late_hours(to_close, now), now)
        alerts += more
    if before is None or told != before:
        revision = before["n"] if before else None
        fields = {name: value for name, value in told.items() if name != "n"}
        change = numbered(pk, WATCH_SK, fields, (revision or 0) + 1, revision)
        context.alerts.add(tenant, alerts, now, [change])


def watch_anchors(tenant: str, context: Context) -> None:
    """Make an alert of the day's anchor, once it is made.

    Raises:
        EvidenceInvalid: what lies there is no anchor.
        Conflict: another run does the same.
    """
    now = context.clock()
    today = rfc3339(now)[:10]
    pk = tenant_pk(tenant)
    told = cast("TenantWatch | None", context.table.get(pk, WATCH_SK))
    if told and told["anchor_day"] >= today:
        return
    anchor = Anchors(context.evidence, tenant).find(today)
    if anchor is None:
        return
    alert: Alert = {
        "type": "anchor.made",
        "data": {"day": today, "anchor_sha256": anchor.sha256},
    }
    revision = told["n"] if told else None
    fields = {"anchor_day": today}
    change = numbered(pk, WATCH_SK, fields, (revision or 0) + 1, revision)
    context.alerts.add(tenant, [alert], now, [change])


def _read(
    connection: Connection, row: HourRow, told: OrganizationWatch, context: Context
) -> ReadHour:
    """Read which findings a closed hour opened, where it can have opened any."""
    if row["open_findings"] == 0:
        return ReadHour(row, findings_sha256=told["findings_sha256"])
    chain = Chain(context.evidence, connection.tenant_id, connection.org_id)
    try:
        seal = chain.named(row["hour"], row["sha256"])
        register = seal.register("findings")
        sha256 = register["sha256"] if register else ""
        if register is None or sha256 == told["findings_sha256"]:
            return ReadHour(row, findings_sha256=sha256)
        with _ONE_REGISTER:
            opened, n_opened = _opened(_of_hour(register, row["hour"], context), row["hour"])
        return ReadHour(row, opened, n_opened, sha256)
    except (EvidenceMissing, EvidenceInvalid):
        return ReadHour(row, findings_sha256=told["findings_sha256"], is_damaged=True)


def _of_hour(register: ObjectEntry, hour: str, context: Context) -> Iterator[Finding]:
    """Yield the findings that name an hour: of a full register the others are not even parsed."""
    field = canonical({"first_seen_hour": hour})[1:-1]
    lines = BytesIO(read_body(context.evidence, register))
    return rows_in(b"".join(line for line in lines if field in line), register, Finding)


def _opened(rows: Iterator[Finding], hour: str) -> tuple[list[Finding], int]:
    """Return the first findings of severity high that an hour opened, and how many there are."""
    first: list[Finding] = []
    count = 0
    for row in rows:
        if row["first_seen_hour"] == hour and row["severity"] == "high":
            count += 1
            if count <= MOST_FINDINGS:
                first.append(row)
    return first, count
