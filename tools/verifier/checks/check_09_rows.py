"""Rows (check 9): what is demanded of every row, and of the rows of packs that are not ours."""

from __future__ import annotations

from collections.abc import Iterator

from tools.verifier.base import LIMITS, MAX_REASONS, MAX_ROW, Failed, Malformed
from tools.verifier.large_values import LARGE_KEY, LargeNames
from tools.verifier.manifest_format import Manifest
from tools.verifier.values.strict_json import JsonObject, canonical_row, foreign_row

EPISODE = " first_seen_at removed_at state_at"
ROW_FIELDS = {
    "users": "org_id user_id email_hash email_prefix role roles_held added_at is_service_account"
    + EPISODE,
    "projects": "org_id project_id name status created_at archived_at" + EPISODE,
    "api_keys": "org_id project_id key_id name redacted_value type owner_type owner_id owner_hash"
    " owner_project_access created_at last_used_at expires_at findings" + EPISODE,
    "events": "org_id event_id event_type occurred_at sealed_hour actor_type actor_id actor_hash"
    " project_id target_id late details",
    "repeated_events": "org_id event_id event_type occurred_at sealed_hour actor_type actor_id"
    " actor_hash project_id target_id late details first_sealed_hour",
    "coverage": "hour org_id outcome run seal sha256",
    "changes": "org_id hour section entity_id kind fields before after verdict event_id",
    "findings": "org_id finding_id kind reason severity section entity_id still_works"
    " first_seen_hour resolved_hour resolved_by change_hour event_id state_at",
    "statements": "org_id n at by finding_id first_seen_hour service_account_id state reason_code"
    " accountable due_date review_date note_hash replaces sealed_hour",
    "custody": "n at by action facts previous_sha256 sealed_hour",
    "admin_keys": "org_id key_id name redacted_value type owner_type owner_id owner_role created_at"
    " last_used_at ever_used expires_at has_expiry is_own" + EPISODE,
    "service_accounts": "org_id project_id service_account_id name role created_at person_id"
    + EPISODE,
    "invites": "org_id invite_id email_hash email_prefix role status created_at expires_at"
    " accepted_at projects" + EPISODE,
    "project_users": "org_id project_id membership_id user_id email_hash email_prefix role added_at"
    + EPISODE,
    "anchors": "at authority day document reason sha256 token",
}
FIELDS = {f"{name}.jsonl": frozenset(fields.split()) for name, fields in ROW_FIELDS.items()}


class Rows:
    """Checks the rows of one member as they stream by; keeps the first reasons why some are wrong.

    Attributes:
        n: rows up to here.
        wrong: what is wrong with rows, for check 9.
        broken: what the rows contradict, for check 10.
        large: takes the large values that rows name.
        n_long: rows that only version 2 can have sealed, where a row alone does not tell.
    """

    def __init__(self, manifest: Manifest, name: str) -> None:
        self.manifest = manifest
        self.name = name
        self.n = 0
        self.wrong: list[str] = []
        self.broken: list[str] = []
        self.large: LargeNames | None = None
        self.n_long = 0
        self._fields = FIELDS.get(name, frozenset())
        self._start: str = manifest["period_start"]
        self._end: str = manifest["period_end"]
        self._org_ids: list[str] = sorted(manifest.get("org_ids") or ())
        self._org_numbers = {org: number for number, org in enumerate(self._org_ids)}
        self._last: tuple[str, ...] = ()

    def read_member(self, pieces: Iterator[bytes]) -> None:
        """Check all rows of a member.

        Raises:
            Failed: a row has no end.
        """
        carry = b""
        for piece in pieces:
            begin, end = piece.find(b"\n") + 1, piece.rfind(b"\n") + 1
            if end:
                self.block(carry + piece[:begin])
                self.block(piece[begin:end])
                carry = piece[end:]
            else:
                carry += piece
            if len(carry) > MAX_ROW:
                raise Failed(9, f"{self.name} row {self.n + 1}: it is longer than {MAX_ROW} bytes")
        if carry:
            self.wrong.append(f"{self.name}: the last row does not end with a newline")
        self.finish()

    def block(self, rows: bytes) -> None:
        """Check whole rows, each ended by its newline."""
        for line in rows.split(b"\n")[:-1]:
            self.row(line)

    def row(self, line: bytes) -> None:
        """Check one row, without its newline."""
        self.n += 1
        try:
            if len(line) > MAX_ROW:
                raise Malformed(f"it is longer than {MAX_ROW} bytes")
            row = self.read(line)
            self.check(row)
            if len(line) > LIMITS["row"] or LARGE_KEY in line:
                self._check_large(row, line)
        except Malformed as error:
            if len(self.wrong) < MAX_REASONS:
                self.wrong.append(f"{self.name} row {self.n}: {error}")

    def _check_large(self, row: JsonObject, line: bytes) -> None:
        """Check a row's size, and note the large values that it names."""
        limited = self.is_limited(row)
        if limited is False:
            return
        if self.large:
            self.large.note(line)
        if len(line) > LIMITS["row"]:
            if limited:
                raise Malformed(f"it is longer than {LIMITS['row']} bytes")
            self.n_long += 1

    def is_limited(self, row: JsonObject) -> bool | None:
        """Tell whether version 3 sealed a row, which knows limits; None where it does not show."""
        return None

    def read(self, line: bytes) -> JsonObject:
        """Return the row's values after checking the form of its bytes."""
        return canonical_row(line)

    def check(self, row: JsonObject) -> None:
        """Check what every row of ours must hold."""
        if not self._fields <= row.keys():
            raise Malformed(f"it lacks {min(self._fields - row.keys())}")
        if "org_id" in row:
            self._check_org(row["org_id"])

    def _check_org(self, org_id: object) -> None:
        if type(org_id) is not str or org_id not in self._org_numbers:
            raise Malformed("its org_id is not one of org_ids")

    def in_order(self, key: tuple[str, ...], words: str) -> None:
        """Demand that keys rise from row to row: sorted, and each once."""
        if key <= self._last:
            raise Malformed(
                f"it stands there twice ({words})" if key == self._last else f"not sorted ({words})"
            )
        self._last = key

    def contradicts(self, why: str) -> None:
        """Note what the rows contradict; a few of these are enough."""
        if len(self.broken) <= MAX_REASONS:
            self.broken.append(why)

    def finish(self) -> None:
        """Draw the conclusions that need all rows."""

    def notes(self) -> list[str]:
        """Return the lines that an auditor should read beside the verdict."""
        return []


class ForeignRows(Rows):
    """Rows of a pack without profile: sorted keys, no white space, one object a row."""

    def read(self, line: bytes) -> JsonObject:
        """Return the row's values after checking the form of its bytes."""
        return foreign_row(line)

    def check(self, row: JsonObject) -> None:
        """Leave the fields alone: they are not documented."""

    def is_limited(self, row: JsonObject) -> bool | None:
        """Tell that nothing is known of its limits."""
        return False


def has_long_row(block: bytes) -> bool:
    """Tell whether one of these rows is longer than those of version 3 may be."""
    most, start = LIMITS["row"], 0
    while len(block) - start > most:
        # From one row's start to the last row that ends within the limit: few steps a block.
        end = block.rfind(b"\n", start, start + most + 1)
        if end < 0:
            return True
        start = end + 1
    return False
