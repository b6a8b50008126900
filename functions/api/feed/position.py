"""How far a consumer has read the feed: of each organization by itself.

Pure. An organization that seals late hides nothing: its hours wait for the consumer however far the
others have gone. A position is short, for it stands in an address: of an organization five bytes of
its id's digest and the number of the hour that was read last.
"""

import base64
import binascii
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from functions.api.registers.pins import (
    BEGINNING,
    HOUR_BYTES,
    ORG_BYTES,
    code_of,
    hour_of,
    number_of,
)
from functions.shared.errors import BadRequest
from functions.shared.hours import HOUR, floor_hour

_ENTRY_BYTES: Final = ORG_BYTES + HOUR_BYTES
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
        return cls({}, 0, floor_hour(instant) if instant else BEGINNING)

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
            code + number_of(hour).to_bytes(HOUR_BYTES, "big")
            for code, hour in sorted(self.through.items())
        )
        text = base64.urlsafe_b64encode(entries).decode().rstrip("=")
        numbers = (self.pack, number_of(self.begin), self.offset)
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
                entries[at : at + ORG_BYTES]: hour_of(entries[at + ORG_BYTES : at + _ENTRY_BYTES])
                for at in range(0, len(entries), _ENTRY_BYTES)
            }
            return cls(hours, pack, BEGINNING + begin * HOUR, begun, offset)
        except (binascii.Error, ValueError, OverflowError) as error:
            raise BadRequest(_UNUSABLE) from error


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise ValueError("no number")
    return int(text)
