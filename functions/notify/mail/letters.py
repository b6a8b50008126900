"""What letters say: what happened, ids, and where to look; no name of a person or a thing.

Pure.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from functions.notify.records import Alert, AlertData, KeptAlert
from functions.shared.canonical import sha256_hex
from functions.shared.records.clients import AlertType

WORDS: Final[dict[AlertType, str]] = {
    "findings.opened": "Findings of severity high were opened",
    "admin_key.expiring": "An admin key is about to end: replace it",
    "admin_key.dead": "OpenAI refuses an admin key: replace it",
    "hours.late": "Hours that should be closed are not: nobody is looking",
    "hour.not_whole": "An hour was closed that could not be read whole",
    "log.behind": "The reading of an audit log lies behind",
    "anchor.made": "The anchor of a day was made: keep its digest outside of this service",
    "evidence.damaged": "Sealed evidence is gone, or is not what was sealed",
    "webhook.dead": "A webhook was given up: nothing arrived there for a day",
    "test": "A test",
}
_END: Final = (
    "\n-- \nOpenAI Audit. An admin of your tenant has this address told; "
    "an admin takes it away (DELETE /mail/{mail_id}).\n"
)


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter."""

    subject: str
    text: str

    @property
    def sha256(self) -> str:
        """Return the digest of its text."""
        return sha256_hex(self.text.encode())


def confirmation(mail_id: str, token: str, dashboard_url: str) -> Letter:
    """Return what asks whether an address wants to be told."""
    return Letter(
        "OpenAI Audit: confirm this address",
        "An admin of a tenant of OpenAI Audit asks to have this address told of what happens.\n"
        "If that is right, give the admin these two; else do nothing, and you hear no more.\n\n"
        f"mail_id: {mail_id}\ntoken: {token}\n\n{dashboard_url}\n",
    )


def at_once(alerts: Sequence[KeptAlert], dashboard_url: str) -> Letter:
    """Return what tells of alerts; there is at least one."""
    first = WORDS[alerts[0]["type"]]
    subject = first if len(alerts) == 1 else f"{len(alerts)} alerts"
    parts = [f"{alert['at']}  {_told(alert)}" for alert in alerts]
    return Letter(f"OpenAI Audit: {subject}", "\n".join([*parts, dashboard_url]) + _END)


def digest(alerts: Sequence[Alert], n_alerts: int, dashboard_url: str) -> Letter:
    """Return what tells how many alerts a week had.

    Args:
        alerts: the first ones.
        n_alerts: how many there were.
        dashboard_url: where to look.
    """
    counts = Counter(alert["type"] for alert in alerts)
    head = "Alerts since the last letter of this kind:"
    if n_alerts > len(alerts):
        head = (
            f"{n_alerts:,} alerts since the last letter of this kind. Of the first {len(alerts):,}:"
        )
    lines = [f"{counts[kind]:>6}  {words}" for kind, words in WORDS.items() if counts[kind]]
    text = "\n".join([*(lines or ["Nothing happened that is told of."]), "", dashboard_url])
    return Letter("OpenAI Audit: the week", f"{head}\n\n{text}{_END}")


def _told(alert: KeptAlert) -> str:
    lines = [f"{WORDS[alert['type']]} ({alert['type']}, number {alert['n']})"]
    data: AlertData = alert["data"]
    lines += [f"    {name}: {value}" for name, value in data.items() if name != "findings"]
    if "findings" in data:
        lines += [f"    {row['kind']}: {row['finding_id']}" for row in data["findings"]]
    return "\n".join([*lines, ""])
