"""The sheets of the members, a column a field."""

from __future__ import annotations

from typing import Any

from tools.pack_to_xlsx.base import MAX_SHEET_ROWS, CannotWrite
from tools.pack_to_xlsx.book import Book

_EPISODE = " unreadable first_seen_at removed_at added_not_before removed_not_before state_at"
_EVENT = (
    "org_id event_id event_type occurred_at sealed_hour actor_type actor_id actor_hash project_id"
    " target_id late details"
)

_FIELDS = {
    "users": "org_id user_id email_hash email_prefix role roles_held added_at is_service_account"
    " enabled banned is_scim_managed api_key_last_used_at" + _EPISODE,
    "projects": "org_id project_id name status created_at archived_at" + _EPISODE,
    "api_keys": "org_id project_id key_id name redacted_value type owner_type owner_id owner_hash"
    f" owner_project_access created_at last_used_at expires_at{_EPISODE} findings",
    "events": _EVENT,
    "repeated_events": _EVENT + " first_sealed_hour",
    "changes": "org_id hour section entity_id kind fields before after verdict event_id reason"
    " decided_hour",
    "findings": "org_id finding_id kind reason severity section entity_id still_works"
    " first_seen_hour resolved_hour resolved_by change_hour event_id state_at",
    "statements": "org_id n at by finding_id first_seen_hour service_account_id state reason_code"
    " accountable due_date review_date note_hash replaces sealed_hour",
    "custody": "n at by action facts previous_sha256 sealed_hour",
    "admin_keys": "org_id key_id name redacted_value type owner_type owner_id owner_role created_at"
    " last_used_at ever_used expires_at has_expiry is_own" + _EPISODE,
    "service_accounts": "org_id project_id service_account_id name role created_at person_id"
    + _EPISODE,
    "invites": "org_id invite_id email_hash email_prefix role status created_at expires_at"
    " accepted_at projects" + _EPISODE,
    "project_users": "org_id project_id membership_id user_id email_hash email_prefix role added_at"
    + _EPISODE,
    "coverage": "hour org_id outcome run seal sha256",
    "anchors": "at authority day document reason sha256 token",
}

# By member, in the order of the sheets: the columns, which are the fields that the format names.
COLUMNS = {name: fields.split() for name, fields in _FIELDS.items()}

OTHER_FIELDS = "(other fields)"


class MemberSheets:
    """The sheets of one member: as many as its rows need.

    Attributes:
        names: of the sheets.
        n: rows up to here.
        n_escaped: texts in them that are shown escaped.
        n_cut: texts in them that are cut.
    """

    def __init__(self, book: Book, name: str, n_rows: int) -> None:
        self._book = book
        self._columns = COLUMNS[name]
        self._n_rows = n_rows
        titles = [*self._columns, OTHER_FIELDS]
        n_sheets = max(1, -(-n_rows // MAX_SHEET_ROWS))
        self.names = [name, *(f"{name} ({n})" for n in range(2, n_sheets + 1))]
        self._sheets = [
            book.add_sheet(each, titles, min(n_rows - n * MAX_SHEET_ROWS, MAX_SHEET_ROWS))
            for n, each in enumerate(self.names)
        ]
        self.n = self.n_escaped = self.n_cut = 0

    def write(self, row: dict[str, Any]) -> None:
        """Write the next row.

        Raises:
            CannotWrite: there are more than the manifest says.
        """
        if self.n == self._n_rows:
            raise CannotWrite("the pack is not the one that was verified: it has more rows")
        number, line = divmod(self.n, MAX_SHEET_ROWS)
        sheet, book = self._sheets[number], self._book
        before = book.n_escaped, book.n_cut
        known = 0
        for column, field in enumerate(self._columns):
            if field in row:
                known += 1
                book.put(sheet, line + 1, column, row[field])
        if known < len(row):
            others = {field: row[field] for field in row.keys() - set(self._columns)}
            book.put(sheet, line + 1, len(self._columns), others)
        self.n += 1
        self.n_escaped += book.n_escaped - before[0]
        self.n_cut += book.n_cut - before[1]
