"""Write the fields of the dashboard's tables, as the API's records declare them.

``python -m tools.dashboard_columns`` writes ``dashboard/app/columns.js``; a test holds it equal.
"""

from pathlib import Path
from typing import Final

from functions.api.schemas.registers import LISTED
from functions.shared.records.events import ListedChange, ListedEvent
from functions.shared.records.fields import shown_fields
from functions.shared.records.rights.grants import Grant

TARGET: Final = Path(__file__).parent.parent / "dashboard" / "app" / "columns.js"
TABLES: Final[dict[str, type]] = {
    **{each.section: each.row for each in LISTED},
    "events": ListedEvent,
    "changes": ListedChange,
    "access": Grant,
}
_HEAD: Final = """/**
 * The fields of each list's rows, by wire name. Written by `python -m tools.dashboard_columns`.
 */

/** @type {Record<string, string[]>} */
export const COLUMNS = {
"""


def columns(record: type) -> list[str]:
    """Return the fields of a table's file: whose row it is first, then the record's order."""
    return sorted(shown_fields(record), key=lambda name: name != "org_id")


def module() -> str:
    """Return the text of the page's module."""
    lines = [f"  {name}: {columns(record)!r},\n" for name, record in TABLES.items()]
    return f"{_HEAD}{''.join(lines)}}};\n"


if __name__ == "__main__":
    TARGET.write_text(module())
