"""Tables of Amazon Athena over the evidence bucket: a line a row, and views that type its fields.

Nothing of it runs here. A table has one column, the line as it was sealed, because what stands in a
field is chosen by others: where a name becomes a large value its row has an object in the place of
a text, at which a JSON SerDe with typed columns fails or, as AWS says of OpenX's, may give other
rows than there are. The fields are delimited by a control character, which stands in no line of
canonical JSON. The views take each field out by name and cast it to what its record declares.

Sources (November 2026): docs.aws.amazon.com/athena/latest/ug/ partition-projection-supported-types,
partition-projection-setting-up, openx-json-serde, lazy-simple-serde.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from functions.shared.records.anchors import AnchorRow
from functions.shared.records.events import Change, Event, Verdict
from functions.shared.records.fields import fields_of
from functions.shared.records.findings import Finding
from functions.shared.records.registers import EPISODES
from functions.shared.records.seals import SealContent
from functions.shared.records.statements import SealedCustodyEntry, SealedStatement
from tools.sql.columns import Kind, columns

SEGMENTS: Final[Mapping[str, type]] = {
    "events": Event,
    "changes": Change,
    "verdicts": Verdict,
    "statements": SealedStatement,
}
REGISTERS: Final[Mapping[str, type]] = {**EPISODES, "findings": Finding}
_OF_ORGANIZATION: Final = ("tenant", "org")
_BY_MONTH: Final = (*_OF_ORGANIZATION, "month")
# Where each table's objects lie, by its name, and what is asked of its partitions.
TABLES: Final[Mapping[str, tuple[str, Sequence[str]]]] = {
    "seals": ("tenant=${tenant}/org=${org}/seals/", _OF_ORGANIZATION),
    **{
        kind: (f"tenant=${{tenant}}/org=${{org}}/{kind}/month=${{month}}/", _BY_MONTH)
        for kind in SEGMENTS
    },
    "registers": (
        "tenant=${tenant}/org=${org}/registers/month=${month}/section=${section}/",
        (*_BY_MONTH, "section"),
    ),
    "custody": ("tenant=${tenant}/custody/", ("tenant",)),
    "anchors": ("tenant=${tenant}/anchors/", ("tenant",)),
}
# What a table's view shows, by the view's name: the record, where in a line it stands, its table.
VIEWS: Final[Mapping[str, tuple[type, str, str]]] = {
    "seals": (SealContent, "$.seal", "seals"),
    **{kind: (record, "$", kind) for kind, record in SEGMENTS.items()},
    **{section: (record, "$", "registers") for section, record in REGISTERS.items()},
    "custody": (SealedCustodyEntry, "$", "custody"),
    "anchors": (AnchorRow, "$", "anchors"),
}
_PROJECTIONS: Final[Mapping[str, Sequence[tuple[str, str]]]] = {
    # Whoever asks says whose: no list of tenants and organizations has to be kept.
    "tenant": [("type", "injected")],
    "org": [("type", "injected")],
    "month": [
        ("type", "date"),
        ("format", "yyyy-MM"),
        ("range", "2020-01,NOW"),
        ("interval", "1"),
        ("interval.unit", "MONTHS"),
    ],
    "section": [("type", "enum"), ("values", ",".join(REGISTERS))],
}


def athena_files() -> dict[str, str]:
    """Return the statements, one a file because Athena takes one at a time, by file name."""
    tables = {f"table-{name}.sql": _table(name) for name in TABLES}
    return tables | {f"view-{name}.sql": _view(name) for name in VIEWS}


def view_columns(record: type) -> dict[str, Kind]:
    """Return the columns of a view: every field that is sealed, shown or not."""
    return columns(record, of=fields_of(record))


def _table(name: str) -> str:
    template, partitions = TABLES[name]
    named = ", ".join(f"`{partition}` string" for partition in partitions)
    properties = [("projection.enabled", "true")]
    properties += [
        (f"projection.{partition}.{key}", value)
        for partition in partitions
        for key, value in _PROJECTIONS[partition]
    ]
    properties.append(("storage.location.template", f"s3://EVIDENCE-BUCKET/{template}"))
    told = ",\n".join(f"  '{key}' = '{value}'" for key, value in properties)
    return f"""-- Put the name of the bucket in place of EVIDENCE-BUCKET.
-- Built by `python -m tools.sql.build`; never run where it was written.
CREATE EXTERNAL TABLE openai_audit_{name}_lines (line string)
PARTITIONED BY ({named})
ROW FORMAT DELIMITED FIELDS TERMINATED BY '\\001' ESCAPED BY '\\002' LINES TERMINATED BY '\\n'
STORED AS TEXTFILE
LOCATION 's3://EVIDENCE-BUCKET/'
TBLPROPERTIES (
{told}
)
"""


def _view(name: str) -> str:
    record, root, table = VIEWS[name]
    selected = [
        part for field, kind in view_columns(record).items() for part in _athena(root, field, kind)
    ]
    if name == "seals":
        # Beside the content: its digest.
        selected += ["json_extract_scalar(line, '$.sha256') AS seal_sha256"]
    partitions = [f'"{partition}"' for partition in TABLES[table][1] if partition != "section"]
    # Of a register: which one that is; the last one that a seal names is the one that counts.
    selected += ['"$path" AS object_path', *partitions]
    where = f"\nWHERE section = '{name}'" if table == "registers" else ""
    body = ",\n  ".join(selected)
    return f"""-- Built by `python -m tools.sql.build`; never run where it was written.
CREATE OR REPLACE VIEW openai_audit_{name} AS
SELECT {body}
FROM openai_audit_{table}_lines{where}
"""


def _athena(root: str, name: str, kind: Kind) -> list[str]:
    text = f"json_extract_scalar(line, '{root}.{name}')"
    if kind == "name":
        # A scalar is the name; of a large value there is the digest.
        large = f"json_extract_scalar(line, '{root}.{name}[\"$large\"].sha256')"
        return [f'{text} AS "{name}"', f'{large} AS "{name}_large_sha256"']
    return {
        "text": [f'{text} AS "{name}"'],
        "flag": [f'CAST({text} AS boolean) AS "{name}"'],
        "count": [f'CAST({text} AS bigint) AS "{name}"'],
        "json": [f"nullif(json_format(json_extract(line, '{root}.{name}')), 'null') AS \"{name}\""],
    }[kind]
