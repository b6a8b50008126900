"""Requests that are done once, however often they are sent: ``Idempotency-Key``.

A row per tenant and key holds what was asked and, for a day, what was answered. It is written
before anything is done, under the condition that there is none: of two that are sent at once, one
is done. A refusal is not kept, since it has left nothing behind: the same key may try again.
Source: draft-ietf-httpapi-idempotency-key-header.
"""

import re
import secrets
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Final, cast

from functions.shared.aws.keys import answered_request_sk, tenant_pk
from functions.shared.aws.table import ConditionFailed, Table
from functions.shared.canonical import sha256_hex, strict_loads
from functions.shared.errors import BadRequest, Conflict
from functions.shared.http.edge import Reply, Request, reply
from functions.shared.http.request_errors import AlreadyDone, IdempotencyKeyReused, RequestUnderWay
from functions.shared.records.tables import AnsweredRequest, Key

KEY_PATTERN: Final = "[A-Za-z0-9_.:-]{1,128}"
KEPT_FOR: Final = timedelta(hours=24)
# Longer than any request takes: after it one that broke off may be sent again.
UNDER_WAY_FOR: Final = timedelta(seconds=60)
# A row of the table may have 400 KB.
_MOST_KEPT: Final = 300 * 1024
_KEY: Final = re.compile(f'{KEY_PATTERN}|"{KEY_PATTERN}"', re.ASCII)
_IS_FREE: Final = "attribute_not_exists(pk) OR expires_epoch <= :now"
_IS_OURS: Final = "#run = :run"
_NAMES: Final = {"#run": "run", "#status": "status", "#location": "location"}


def once(
    request: Request,
    table: Table,
    now: datetime,
    act: Callable[[], Reply],
    *,
    shown_once: bool = False,
) -> Reply:
    """Do what a request asks, unless its ``Idempotency-Key`` says that it was done already.

    Args:
        request: of a user who may ask for it.
        table: where answers are kept.
        now: the present.
        act: does it.
        shown_once: the answer holds a secret, and is not kept.

    Raises:
        BadRequest: the key is none.
        IdempotencyKeyReused: the key was sent with another request.
        RequestUnderWay: the same request is being done.
        AlreadyDone: it was done, and its answer is not kept.

    Permissions:
        dynamodb:GetItem, PutItem and UpdateItem.
    """
    if "idempotency-key" not in request.event["headers"]:
        return act()
    sent = request.header("idempotency-key")
    if not _KEY.fullmatch(sent):
        raise BadRequest(
            "Idempotency-Key must be 1 to 128 letters, digits and characters of - _ . : like a UUID"
        )
    pk = tenant_pk(request.principal.tenant_id)
    key: Key = {"pk": pk, "sk": answered_request_sk(sent.strip('"'))}
    asked, run = _asked(request), secrets.token_hex(8)
    row: AnsweredRequest = {
        **key,
        "asked_sha256": asked,
        "run": run,
        "status": None,
        "location": "",
        "body": None,
        "expires_epoch": _epoch(now + UNDER_WAY_FOR),
    }
    try:
        table.put(row, condition=_IS_FREE, values={":now": _epoch(now)})
    except ConditionFailed:
        return _answered(table, key, asked)
    return _done(table, key, run, now, act, shown_once=shown_once)


def _done(
    table: Table,
    key: Key,
    run: str,
    now: datetime,
    act: Callable[[], Reply],
    *,
    shown_once: bool,
) -> Reply:
    try:
        result = act()
    except Exception:
        _set(table, key, run, {"expires_epoch": 0})
        raise
    body = result["body"]
    answer = {
        "status": result["statusCode"],
        "location": result["headers"].get("location", ""),
        "body": None if shown_once or len(body.encode()) > _MOST_KEPT else body,
        "expires_epoch": _epoch(now + KEPT_FOR),
    }
    _set(table, key, run, answer)
    return result


def _set(table: Table, key: Key, run: str, fields: Mapping[str, object]) -> None:
    places = {name: f"#{name}" if f"#{name}" in _NAMES else name for name in fields}
    sets = ", ".join(f"{place} = :{name}" for name, place in places.items())
    names = {place: _NAMES[place] for place in (*places.values(), "#run") if place in _NAMES}
    values = {":run": run, **{f":{name}": value for name, value in fields.items()}}
    try:
        table.update(key["pk"], key["sk"], f"SET {sets}", values, names=names, condition=_IS_OURS)
    except ConditionFailed:
        # It took longer than it may, and somebody else does it again: theirs is what is kept.
        return


def _answered(table: Table, key: Key, asked: str) -> Reply:
    """Return once more what was answered to a request with this key."""
    row = cast("AnsweredRequest | None", table.get(key["pk"], key["sk"]))
    if row is None:
        raise Conflict("a request with this Idempotency-Key has just been refused; send it again")
    if row["asked_sha256"] != asked:
        raise IdempotencyKeyReused(
            "another request was sent with this Idempotency-Key within a day; take a new key"
        )
    if row["status"] is None:
        raise RequestUnderWay(
            "the same request is being done at this moment; send it again in a minute"
        )
    if row["body"] is None:
        if not row["location"]:
            raise AlreadyDone("this was done already; its answer was too large to be kept")
        raise AlreadyDone(
            f"this was done already, and its answer held a secret that is shown once and not kept; "
            f"what it made is {row['location']}"
        )
    made = {"location": row["location"]} if row["location"] else {}
    headers = {**made, "idempotency-replayed": "true"}
    return reply(row["status"], strict_loads(row["body"]), headers)


def _asked(request: Request) -> str:
    """Return the digest of what is asked: the route, the path and the body, to the byte."""
    route = f"{request.event['routeKey']}\0{request.event['rawPath']}\0"
    return sha256_hex(route.encode() + request.content())


def _epoch(instant: datetime) -> int:
    return int(instant.timestamp())
