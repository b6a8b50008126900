"""Send an address its next letter: the one that asks for confirmation, of alerts, of the week.

Before a letter is sent the address is taken for some minutes, so that no other run sends it, too;
a run that breaks off behind the sending sends it once more.
"""

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from functions.notify.context import Context
from functions.notify.mail.addresses import MailAddress, change_of
from functions.notify.mail.letters import Letter, at_once, confirmation, digest
from functions.shared.aws.mail import Mail, MailNotSent
from functions.shared.canonical import sha256_hex
from functions.shared.hours import floor_hour, parse_instant, rfc3339

_TAKEN_FOR: Final = timedelta(minutes=3)
_TRY_AGAIN_AFTER: Final = timedelta(minutes=15)
GIVEN_UP_AFTER: Final = timedelta(days=1)
_MOST_ALERTS: Final = 50
_MOST_OF_A_WEEK: Final = 1000
_DIGEST_HOUR: Final = 7
BY: Final = "schedule"


def send_next(address: MailAddress, mail: Mail, context: Context) -> None:
    """Send an address what is next, where anything is.

    Raises:
        Conflict: another run does, or an admin changed it meanwhile.
    """
    now = context.clock()
    if address.dead_at is not None or address.next_try_at > rfc3339(now):
        return
    if address.confirmed_at is None:
        if address.asked_at is None:
            token = secrets.token_urlsafe(16)
            sets = {"token_sha256": sha256_hex(token.encode())}
            letter = confirmation(address.mail_id, token, context.dashboard_url)
            _send(address, letter, sets, {"asked_at": rfc3339(now)}, mail, context)
        return
    alerts = context.alerts.after(address.tenant_id, address.alert, _MOST_ALERTS)
    if alerts:
        letter, last = at_once(alerts, context.dashboard_url), alerts[-1]["n"]
        _send(address, letter, {}, {"alert": last}, mail, context, number=last)
    elif rfc3339(now) >= address.digest_at:
        last = context.alerts.newest(address.tenant_id)
        letter = _of_the_week(address, last, context)
        done = {"digest_alert": last, "digest_at": next_digest(now)}
        _send(address, letter, {}, done, mail, context, number=last)


def next_digest(now: datetime) -> str:
    """Return when the next weekly letter is due: Monday, 07:00 UTC."""
    day = floor_hour(now).replace(hour=_DIGEST_HOUR) - timedelta(days=now.weekday())
    return rfc3339(day if day > now else day + timedelta(days=7))


def _of_the_week(address: MailAddress, last: int, context: Context) -> Letter:
    """Return what tells of all alerts up to one: how many, and of the first ones which."""
    n_alerts = last - address.digest_alert
    most = min(n_alerts, _MOST_OF_A_WEEK)
    first = context.alerts.after(address.tenant_id, address.digest_alert, most) if most else []
    return digest(first, n_alerts, context.dashboard_url)


def _send(
    address: MailAddress,
    letter: Letter,
    sets: Mapping[str, object],
    done: Mapping[str, object],
    mail: Mail,
    context: Context,
    **facts: int,
) -> None:
    now = context.clock()
    taken = rfc3339(now + _TAKEN_FOR)
    before = {"next_try_at": address.next_try_at, "ended_at": None}
    context.addresses.set(address, {**sets, "next_try_at": taken}, before)
    try:
        mail.send(address.address, letter.subject, letter.text)
    except MailNotSent as refusal:
        _failed(address, refusal, taken, context)
        return
    well = {"failing_since": None, "failures": 0, "next_try_at": ""}
    context.custody.note_with(
        [change_of(address, {**done, **well}, {"next_try_at": taken})],
        address.tenant_id,
        BY,
        "mail.sent",
        now,
        mail_id=address.mail_id,
        body_sha256=letter.sha256,
        **facts,
    )


def _failed(address: MailAddress, refusal: MailNotSent, taken: str, context: Context) -> None:
    now = context.clock()
    since = address.failing_since or rfc3339(now)
    is_dead = refusal.for_good or now - parse_instant(since) >= GIVEN_UP_AFTER
    sets = {
        "failing_since": since,
        "failures": address.failures + 1,
        "next_try_at": rfc3339(now + _TRY_AGAIN_AFTER),
        "dead_at": rfc3339(now) if is_dead else None,
    }
    context.addresses.set(address, sets, {"next_try_at": taken})
