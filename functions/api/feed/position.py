"""How far a consumer has read the feed: of each organization by itself.

Pure. An organization that seals late hides nothing: its hours wait for the consumer however far the
others have gone. A position is short, for it stands in an address: of an organization five bytes of
its id's digest and the number of the hour that was read last.
"""

import base64
import binascii
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from functions.shared.canonical import sha256_hex
from functions.shared.errors import BadRequest
from functions.shared.hours import HOUR, floor_hour

_BEGINNING: Final = datetime(2000, 1, 1, tzinfo=UTC)
_ORG_BYTES, _HOUR_BYTES = 5, 3
_ENTRY_BYTES: Final = _ORG_BYTES + _HOUR_BYTES
_UNUSABLE: Final = "since is neither an instant nor a cursor that the feed gave"


@dataclass(frozen=True, slots=True)
class Position:
    """Where to go on.

    Attributes:
        through: by organization's code, the last hour of which all was read.
        pack: number of the last pack of which all is known.
        begin: hours before this one are left out, of organizations that ``through`` does not name.
        begun: the organization whose next hour was read in part, empty where none was.
        offset: entries that were read of that hour.
    """

    through: Mapping[bytes, datetime]
    pack: int
    begin: datetime
    begun: str = ""
    offset: int = 0

    @classmethod
    def at(cls, instant: datetime | None) -> "Position":
        """Return the position before the hour of an instant, or before everything."""
        return cls({}, 0, floor_hour(instant) if instant else _BEGINNING)

    def next_hour(self, org_id: str) -> datetime:
        """Return the first hour of an organization that was not read, or not to its end."""
        through = self.through.get(code_of(org_id))
        return through + HOUR if through else self.begin

    def behind(self, org_id: str, hour: datetime) -> "Position":
        """Return the position behind an hour."""
        through = {**self.through, code_of(org_id): hour}
        return replace(self, through=through, begun="", offset=0)

    def within(self, org_id: str, offset: int) -> "Position":
        """Return the position behind some entries of an organization's next hour."""
        return replace(self, begun=org_id, offset=offset)

    def write(self) -> list[str]:
        """Return the parts of a cursor."""
        entries = b"".join(
            code + _number(hour).to_bytes(_HOUR_BYTES, "big")
            for code, hour in sorted(self.through.items())
        )
        text = base64.urlsafe_b64encode(entries).decode().rstrip("=")
        numbers = (self.pack, _number(self.begin), self.offset)
        return [text, self.begun, *map(str, numbers)]

    @classmethod
    def read(cls, parts: Iterable[str]) -> "Position":
        """Return the position that the parts of a cursor say.

        Raises:
            BadRequest: they say none.
        """
        text, begun, *numbers = parts
        try:
            entries = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
            pack, begin, offset = (_count(number) for number in numbers)
            hours = {
                entries[at : at + _ORG_BYTES]: _hour(entries[at + _ORG_BYTES : at + _ENTRY_BYTES])
                for at in range(0, len(entries), _ENTRY_BYTES)
            }
            return cls(hours, pack, _BEGINNING + begin * HOUR, begun, offset)
        except (binascii.Error, ValueError, OverflowError) as error:
            raise BadRequest(_UNUSABLE) from error


def code_of(org_id: str) -> bytes:
    """Return what an organization is known by in a position."""
    return bytes.fromhex(sha256_hex(org_id.encode()))[:_ORG_BYTES]


def _number(hour: datetime) -> int:
    return max(0, (hour - _BEGINNING) // timedelta(hours=1))


def _hour(number: bytes) -> datetime:
    if len(number) != _HOUR_BYTES:
        raise ValueError("cut off")
    return _BEGINNING + int.from_bytes(number, "big") * HOUR


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise ValueError("no number")
    return int(text)
