"""Lay each letter that the emulated SES takes into a folder, where who runs the stage reads it.

Nothing leaves this machine: the emulator would keep letters in its memory alone. Pure but for
`install`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from email import message_from_string
from email.message import EmailMessage
from email.policy import default
from email.utils import format_datetime
from pathlib import Path


def readable(letter: str, now: datetime) -> bytes:
    """Return a letter as it may be read with `cat`: its text unencoded, the stage's time in it.

    Args:
        letter: as the emulator would pass it on to another mail server.
        now: the stage's.
    """
    taken = message_from_string(letter, policy=default)
    laid = EmailMessage(policy=default.clone(max_line_length=None))
    for name in ("Message-ID", "From", "To", "Subject"):
        laid[name] = str(taken[name])
    laid["Date"] = format_datetime(now)
    laid.set_content(taken.get_content(), cte="8bit")
    return bytes(laid)


def name_of(letter: bytes, now: datetime) -> str:
    """Return the name of a letter's file: the letters' order by name is that of their sending."""
    found = re.search(rb"^Message-ID: <([0-9a-f]{8})", letter, re.MULTILINE)
    return f"{now:%Y%m%dT%H%M%S.%fZ}-{found[1].decode() if found else 'letter'}.eml"


def install(folder: Path, now: Callable[[], datetime]) -> None:
    """Have the emulator's SES lay each letter there, in the place of passing it on.

    Args:
        folder: made with the first letter.
        now: the stage's time.
    """
    from ministack.services import ses_v2

    def lay(_source: str, _to: list[str], letter: str) -> None:
        at = now()
        body = readable(letter, at)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        (folder / name_of(body, at)).write_bytes(body)

    ses_v2._smtp_relay = lay
