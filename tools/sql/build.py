"""Build pack.sql, bucket.sql and the tables of Athena from their parts and the records.

``python -m tools.sql.build`` writes them; a test holds them equal. So a field that is declared in
one place has its column in every view.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from functions.shared.records.anchors import AnchorRow
from functions.shared.records.events import Change, ChangeRow, Event, Verdict
from functions.shared.records.findings import FindingRow
from functions.shared.records.packs import CoverageRow
from functions.shared.records.statements import SealedCustodyEntry, SealedStatement, StatementRow
from tools.sql.athena_tables import athena_files
from tools.sql.columns import ENTITIES, OF_A_VIEW, Kind, columns, duckdb_select

FOLDER: Final = Path(__file__).parent
_PARTS: Final = FOLDER / "parts"
# Members of a pack beside those of the registers: by view, the member and its record.
_MEMBERS: Final[Mapping[str, tuple[str, type]]] = {
    "_events": ("events", Event),
    "_coverage": ("coverage", CoverageRow),
    "_changes": ("changes", ChangeRow),
    "_statements": ("statements", StatementRow),
    "_whole_custody": ("custody", SealedCustodyEntry),
    "_anchors": ("anchors", AnchorRow),
}
_PLACE: Final = ("org_id", "state_at")
_CAUSE: Final = """line ->> '$.resolved_by.hour' AS resolved_by_hour,
  line ->> '$.resolved_by.kind' AS resolved_by_kind,
  line ->> '$.resolved_by.event_id' AS resolved_by_event_id"""
_OF_FINDINGS: Final = "resolved_by"


def pack_sql() -> str:
    """Return the views of a pack."""
    return _filled("pack", MEMBERS="\n".join(_members()))


def bucket_sql() -> str:
    """Return the views of the evidence bucket."""
    return _filled(
        "bucket",
        REGISTERS="\n".join(_registers()),
        EVENT=_select(columns(Event, without=("org_id", "sealed_hour", "late"))),
        VERDICT=_select(columns(Verdict), 4),
        CHANGE=_select(columns(Change), 4),
        STATEMENT=_select(columns(SealedStatement)),
        CUSTODY=_select(columns(SealedCustodyEntry), 4),
        ANCHOR=_select(columns(AnchorRow), 4),
    )


def built_files() -> dict[Path, str]:
    """Return every file that is built, by its path."""
    return {
        FOLDER / "pack.sql": pack_sql(),
        FOLDER / "bucket.sql": bucket_sql(),
        **{FOLDER / "athena" / name: text for name, text in athena_files().items()},
    }


def _filled(part: str, **marked: str) -> str:
    text = (_PARTS / f"{part}.sql").read_text()
    views = (_PARTS / "views.sql").read_text().replace("@STAYS@", "\n".join(_stays()))
    marked |= {"LINES": (_PARTS / "lines.sql").read_text().rstrip("\n"), "VIEWS": views}
    for mark, filling in marked.items():
        text = text.replace(f"@{mark}@", filling)
    return text.rstrip("\n") + "\n"


def _select(fields: Mapping[str, Kind], indent: int = 2) -> str:
    return duckdb_select(fields, indent)


def _members() -> Iterator[str]:
    """Yield the views of a pack's members, each of a file that may be absent."""
    for name, record in ENTITIES.items():
        yield _member(f"_{name}", name, _select(columns(record, without=(OF_A_VIEW,))))
    findings = _select(columns(FindingRow, without=(_OF_FINDINGS,)))
    yield _member("_findings", "findings", f"{findings},\n  {_CAUSE}")
    for view, (member, record) in _MEMBERS.items():
        yield _member(view, member, _select(columns(record)))


def _member(view: str, member: str, selected: str) -> str:
    return f"""SET VARIABLE {member}_files = (SELECT coalesce(list(file), [])
  FROM glob(getvariable('folder') || '/{member}.jsonl'));
CREATE OR REPLACE VIEW {view} AS
SELECT {selected}
FROM lines_of(getvariable('{member}_files'));
"""


def _registers() -> Iterator[str]:
    """Yield the views of the registers: what becomes of a sealed row in a pack (the format)."""
    for name, record in ENTITIES.items():
        fields = _select(columns(record, without=(*_PLACE, OF_A_VIEW)))
        yield f"""{_register_files(name)}
CREATE OR REPLACE VIEW _{name} AS
SELECT r.org_id, {fields},
  coalesce(line ->> '$.shown_until', CASE WHEN (line ->> '$.removed_at') IS NULL THEN r.listed_at
    ELSE (SELECT max(o.hour) FROM _pictures o WHERE o.is_own AND o.org_id = r.org_id
      AND o.section = r.section AND o.hour < (line ->> '$.removed_at')) END) AS state_at
FROM lines_of(getvariable('{name}_files')) l
JOIN _registers r ON r.section = '{name}' AND r.file = l.filename, period p
WHERE (line ->> '$.removed_at') IS NULL OR (line ->> '$.removed_at') > p.first_hour;
"""
    fields = _select(columns(FindingRow, without=(*_PLACE, _OF_FINDINGS)))
    yield f"""{_register_files("findings")}
CREATE OR REPLACE VIEW _sealed_findings AS
SELECT r.org_id, {fields},
  r.listed_at AS state_at,
  {_CAUSE},
  json_exists(line, '$.resolved_by.fields') AS is_resolved_by_change
FROM lines_of(getvariable('findings_files')) l
JOIN _registers r ON r.section = 'findings' AND r.file = l.filename, period p
WHERE (line ->> '$.resolved_hour') IS NULL OR (line ->> '$.resolved_hour') >= p.first_hour;
"""


def _register_files(section: str) -> str:
    return f"""SET VARIABLE {section}_files = (SELECT coalesce(list(file), [])
  FROM _registers WHERE section = '{section}' AND file IS NOT NULL);"""


def _stays() -> Iterator[str]:
    """Yield the views of what comes and goes, with the seal that each row rests on."""
    for name, end in (
        *((entity, "removed_at") for entity in ENTITIES),
        ("findings", "resolved_hour"),
    ):
        yield f"""CREATE OR REPLACE VIEW {name} AS
SELECT r.*, coalesce(s.hour, l.seal_hour) AS seal_hour,
  coalesce(s.sha256, l.seal_sha256) AS seal_sha256
FROM _{name} r
LEFT JOIN seals s ON s.org_id = r.org_id AND s.hour = coalesce(r.{end}, r.state_at)
LEFT JOIN last_seals l ON l.org_id = r.org_id;"""


if __name__ == "__main__":
    for path, text in built_files().items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
