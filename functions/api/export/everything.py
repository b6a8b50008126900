"""Everything of a tenant in one archive: each list of each organization, with digests.

What is in it is what its lists show, so nothing is in it that only we may see: no key, no digest of
a credential, no row of another tenant. Each organization is as its newest seal up to the hour has
it, which the manifest names; disconnected ones are in it, and so is what has ended.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from functions.api.context import Context
from functions.api.export.pinned import pinned_list, request_for
from functions.api.export.records import (
    ExportedChain,
    ExportedStatement,
    ExportManifest,
    ExportMember,
    LeftOut,
    Settings,
)
from functions.api.export.rows import ListView, to_lines
from functions.api.export.written import Written, write_archive, write_member
from functions.api.finding_state_rows import find_deadlines
from functions.shared.canonical import canonical
from functions.shared.hours import HOUR, parse_instant, rfc3339
from functions.shared.http.request_errors import TooMuchAtOnce
from functions.shared.tables.exports import Export
from functions.shared.tables.statements import Statements

FORMAT: Final = 1
_STATEMENTS_AT_ONCE: Final = 500


@dataclass(slots=True)
class Everything:
    """The archive of an export, as it is written.

    Attributes:
        export: its row.
        lists: every list there is.
        context: of the function.
        folder: where the files are written.
    """

    export: Export
    lists: Sequence[ListView]
    context: Context
    folder: Path
    members: list[ExportMember] = field(default_factory=list)
    files: list[tuple[str, Written]] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    is_whole: bool = True

    def write(self, path: Path) -> int:
        """Write the archive; return how many rows it holds.

        Raises:
            EvidenceMissing: a sealed object is gone.
            EvidenceInvalid: its bytes are not those that were sealed.
        """
        chains = [*self._chains()]
        for view in self.lists:
            if "org_id" not in view.filters:
                self._add_list(f"{view.name}.ndjson", view, {}, self.export.hour)
        deadlines = find_deadlines(self.context.table, self.export.tenant_id)
        settings: Settings = {"deadlines": deadlines}
        self._add("settings.json", [f"{canonical(settings).decode()}\n"])
        for chain in chains:
            if chain["hour"] is not None:
                self._add_organization(chain["org_id"], chain["hour"])
        manifest: ExportManifest = {
            "format": FORMAT,
            "tenant_id": self.export.tenant_id,
            "number": self.export.number,
            "created_at": self.export.created_at,
            "hour": self.export.hour,
            "organizations": chains,
            "members": self.members,
            "left_out": self.left_out,
        }
        made = self._write("manifest.json", [f"{canonical(manifest).decode()}\n"])
        every = [("manifest.json", made), *self.files]
        sums = self._write("SHA256SUMS", (f"{each.sha256}  {name}\n" for name, each in every))
        every.insert(1, ("SHA256SUMS", sums))
        write_archive(path, every, parse_instant(self.export.hour))
        return sum(member["rows"] for member in self.members)

    def _chains(self) -> Iterator[ExportedChain]:
        """Yield each organization with its newest seal up to the hour."""
        tenant, end = self.export.tenant_id, parse_instant(self.export.hour) + HOUR
        for connection in self.context.connections.of(tenant):
            hours = self.context.hours(tenant, connection.org_id)
            row = next(hours.between(None, end, newest_first=True, at_once=4), None)
            yield {
                "org_id": connection.org_id,
                "hour": row["hour"] if row else None,
                "seal_sha256": row["sha256"] if row else None,
            }

    def _add_organization(self, org: str, hour: str) -> None:
        for view in self.lists:
            if "org_id" not in view.filters:
                continue
            # What ended, too, where a list has a state to be in.
            every = {"state": "all"} if "as_of" in view.filters and "state" in view.filters else {}
            self._add_list(f"orgs/{org}/{view.name}.ndjson", view, {"org_id": org, **every}, hour)
        self._add(f"orgs/{org}/statements.ndjson", self._statements(org, hour))

    def _add_list(self, name: str, view: ListView, filters: Mapping[str, str], hour: str) -> None:
        request = request_for(self.export.tenant_id, self.export.requested_by, filters)
        try:
            pinned = pinned_list(view, request, filters, hour, self.context)
            self._add(name, to_lines("ndjson", pinned.rows, view.operation), pinned.sections)
        except TooMuchAtOnce as error:
            # Derived of other lists, which are here: whoever makes it too long hides nothing by it.
            self.left_out.append({"name": name, "reason": str(error)})
            self.is_whole = False
            return
        self.is_whole &= pinned.is_whole

    def _statements(self, org: str, hour: str) -> Iterator[str]:
        """Yield what the tenant had said of an organization when an hour ended."""
        statements = Statements(self.context.table, self.export.tenant_id, org)
        end, n = rfc3339(parse_instant(hour) + HOUR), 0
        while several := statements.after(n, _STATEMENTS_AT_ONCE):
            for statement in several:
                if statement["at"] < end:
                    row: ExportedStatement = {**statement, "org_id": org}
                    yield f"{canonical(row).decode()}\n"
            n = several[-1]["n"]

    def _add(self, name: str, lines: Iterable[str], sections: object = None) -> None:
        made = self._write(name, lines)
        self.files.append((name, made))
        self.members.append(
            {
                "name": name,
                "rows": made.n_lines,
                "bytes": made.n_bytes,
                "sha256": made.sha256,
                "sections": sections,
            }
        )

    def _write(self, name: str, lines: Iterable[str]) -> Written:
        return write_member(self.folder / f"{name.replace('/', '+')}.gz", lines)
