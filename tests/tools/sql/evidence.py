"""Evidence as files for SQL: an unpacked pack, and the bucket's objects under their keys."""

import json
import tarfile
from dataclasses import dataclass, field
from functools import cached_property
from io import BytesIO
from pathlib import Path
from typing import Any

import duckdb

from functions.shared.aws.bucket import Bucket
from tools.sql.build import FOLDER

QUERIES = sorted((FOLDER / "queries").glob("*.sql"))
# Views of both sources, those that only name seals left out.
VIEWS = (
    *("coverage", "sections", "users", "projects", "api_keys", "admin_keys", "service_accounts"),
    *("invites", "project_users", "events", "changes", "findings", "statements"),
    *("last_statements", "custody", "anchors", "seals", "last_seals", "period"),
)
Row = dict[str, Any]


@dataclass
class Evidence:
    """The same hours twice: a pack of them, and the bucket that they lie in.

    Attributes:
        pack: the folder with the pack's members.
        bucket: the folder with the bucket's objects.
        variables: what the views of the bucket are told beside the manifest's own facts.
        api: what the API answered, by list.
    """

    pack: Path
    bucket: Path
    variables: dict[str, Any] = field(default_factory=dict)
    api: dict[str, list[Row]] = field(default_factory=dict)

    @property
    def manifest(self) -> Row:
        """Return the pack's manifest."""
        return dict(json.loads((self.pack / "manifest.json").read_bytes()))

    @cached_property
    def of_pack(self) -> duckdb.DuckDBPyConnection:
        """Return the views of the pack."""
        return opened("pack.sql", pack=str(self.pack))

    @cached_property
    def of_bucket(self) -> duckdb.DuckDBPyConnection:
        """Return the views of the bucket, for the pack's period and cut."""
        manifest = self.manifest
        facts = {
            "bucket": str(self.bucket),
            "tenant": manifest["tenant_id"],
            "period_start": manifest["period_start"],
            "period_end": manifest["period_end"],
            "cut_hour": manifest["cut_hour"],
            "orgs": manifest["org_ids"],
        }
        return opened("bucket.sql", **facts | self.variables)

    def seals(self) -> dict[tuple[str, str], str]:
        """Return the digests of the seals, by organization and hour, read without SQL."""
        documents = [json.loads(path.read_bytes()) for path in self.bucket.rglob("seals/*.json")]
        return {(d["seal"]["org_id"], d["seal"]["hour"]): d["sha256"] for d in documents}


def opened(script: str, **variables: Any) -> duckdb.DuckDBPyConnection:
    """Return a connection with the views of a source."""
    connection = duckdb.connect(config={"threads": 1})
    for name, value in variables.items():
        connection.execute(f"SET VARIABLE {name} = $value", {"value": value})
    connection.execute((FOLDER / script).read_text())
    return connection


def rows(connection: duckdb.DuckDBPyConnection, query: str) -> list[Row]:
    """Return the rows of a query, each with the names of its columns."""
    answer = connection.execute(query)
    names = [column[0] for column in answer.description or ()]
    return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]


def view(connection: duckdb.DuckDBPyConnection, name: str) -> list[Row]:
    """Return the rows of a view in an order of their own, whatever the reader's was."""
    return sorted(rows(connection, f"FROM {name}"), key=lambda row: json.dumps(row, sort_keys=True))


def write(evidence: Bucket, archive: bytes, folder: Path, **variables: Any) -> Evidence:
    """Unpack a pack and copy the bucket, under its keys, into a folder."""
    write_members(archive, folder / "pack")
    for key in evidence.keys(""):
        path = folder / "bucket" / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(evidence.need(key))
    return Evidence(folder / "pack", folder / "bucket", variables)


def write_members(archive: bytes, folder: Path) -> None:
    """Unpack a pack into a folder."""
    with tarfile.open(fileobj=BytesIO(archive), mode="r:gz") as tar:
        tar.extractall(folder, filter="data")


def require_the_same(evidence: Evidence) -> None:
    """Hold the views of both sources to each other, row by row, and the answers, in their order."""
    for name in VIEWS:
        assert view(evidence.of_pack, name) == view(evidence.of_bucket, name), name
    for path in QUERIES:
        answers = [rows(c, path.read_text()) for c in (evidence.of_pack, evidence.of_bucket)]
        assert answers[0] == answers[1], path.stem
