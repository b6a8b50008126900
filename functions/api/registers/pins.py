"""Which hour each organization is read as of while somebody pages through a list.

Pure. Hours go on being closed meanwhile, each organization's when it is ready. A cursor says the
hour that its first page was of, and so which seal, which names the registers by their digests. It
is short, for it stands in an address: one hour for all, and of each organization of another hour
five bytes of its id's digest and the hour's number.
"""

import base64
import binascii
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from functions.api.cursor import UNUSABLE
from functions.shared.canonical import sha256_hex
from functions.shared.errors import BadRequest
from functions.shared.hours import HOUR

BEGINNING: Final = datetime(2000, 1, 1, tzinfo=UTC)
ORG_BYTES: Final = 5
HOUR_BYTES: Final = 3
_ENTRY_BYTES: Final = ORG_BYTES + HOUR_BYTES


def code_of(org_id: str) -> bytes:
    """Return what an organization is known by in a cursor."""
    return bytes.fromhex(sha256_hex(org_id.encode()))[:ORG_BYTES]


def number_of(hour: datetime) -> int:
    """Return the number of an hour, 0 for all before the calendar of cursors begins."""
    return max(0, (hour - BEGINNING) // HOUR)


def hour_of(number: bytes) -> datetime:
    """Return the hour of a number.

    Raises:
        ValueError: it is cut off.
        OverflowError: there is no such hour.
    """
    if len(number) != HOUR_BYTES:
        raise ValueError("cut off")
    return BEGINNING + int.from_bytes(number, "big") * HOUR


@dataclass(frozen=True, slots=True)
class Pins:
    """The hours of a walk.

    Attributes:
        usual: of every organization that is not named.
        others: by organization's code; ``BEGINNING`` where no hour was closed.
    """

    usual: datetime
    others: Mapping[bytes, datetime]

    @classmethod
    def of(cls, hours: Mapping[str, datetime | None], usual: datetime | None = None) -> "Pins":
        """Pin organizations to hours.

        Args:
            hours: by organization, None where none was closed.
            usual: of those whom a later page finds beside them; by default the most frequent one.
        """
        counted = Counter(hour or BEGINNING for hour in hours.values())
        most = usual or max(counted, key=lambda hour: (counted[hour], hour), default=BEGINNING)
        apart = {code_of(org): hour or BEGINNING for org, hour in hours.items() if hour != most}
        return cls(most, apart)

    def hour(self, org_id: str) -> datetime:
        """Return the hour that an organization is read as of."""
        return self.others.get(code_of(org_id), self.usual)

    def write(self) -> str:
        """Return what a cursor holds of them."""
        parts = [(b"", self.usual), *sorted(self.others.items())]
        written = b"".join(c + number_of(hour).to_bytes(HOUR_BYTES, "big") for c, hour in parts)
        return base64.urlsafe_b64encode(written).decode().rstrip("=")

    @classmethod
    def read(cls, text: str) -> "Pins":
        """Return the hours that a cursor says.

        Raises:
            BadRequest: it says none.
        """
        try:
            written = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
            others = {
                written[at : at + ORG_BYTES]: hour_of(written[at + ORG_BYTES : at + _ENTRY_BYTES])
                for at in range(HOUR_BYTES, len(written), _ENTRY_BYTES)
            }
            return cls(hour_of(written[:HOUR_BYTES]), others)
        except (binascii.Error, ValueError, OverflowError) as error:
            raise BadRequest(UNUSABLE) from error
