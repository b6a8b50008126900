"""The schemas of what the API says of anchors, and how many days it gives at once.

Pure.
"""

from typing import Final

from functions.api.schemas.parts import listed, ref
from functions.shared.records.anchors import AnchorRow
from functions.shared.records.fields import Schema, schema_of

# More than the longest period of a pack: one saved answer holds all of its days.
MAX_DAYS: Final = 400
ANCHOR_SCHEMAS: Final[dict[str, Schema]] = {
    "Anchor": schema_of(AnchorRow),
    "AnchorList": listed(ref("Anchor")),
}
