"""Fetch (step 1 of 6), part: which refusals of a run its own good answers refute.

Pure. A key that reads nine lists is not unknown to OpenAI because the tenth answered 401, and a
list whose first page came is not forbidden: that is one server's mistake, to be tried again within
the hour's grace, and nothing to seal as lasting or to tell the tenant as a fault of the key.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from functions.shared.errors import (
    KeyRejected,
    OrganizationMismatch,
    RefusalContradicted,
    ScopeMissing,
    UpstreamError,
)
from functions.snapshot.fetch.audit.audit_marks import AuditPlan
from functions.snapshot.fetch.optional import OptionalLists
from functions.snapshot.fetch.pull import RawSnapshot
from functions.snapshot.records import AuditLog, AuditLogRead, Listing


def believed(raw: RawSnapshot, plan: AuditPlan, *, key_answered: bool) -> RawSnapshot:
    """Return what was read, each refusal as it is to be believed.

    Args:
        raw: what OpenAI answered.
        plan: what the audit log was asked for.
        key_answered: whether the run has had any good answer with this key.
    """
    return _Judge(key_answered).whole(raw, plan)


@dataclass(frozen=True, slots=True)
class _Judge:
    """Believes a refusal of the key unless anything was answered, of a list unless that was."""

    key_answered: bool

    def whole(self, raw: RawSnapshot, plan: AuditPlan) -> RawSnapshot:
        optional = raw.optional
        return replace(
            raw,
            users=self._list(raw.users),
            projects=self._list(raw.projects),
            keys=replace(raw.keys, lists=self._lists(raw.keys.lists)),
            audit_log=self._log(raw.audit_log, plan),
            optional=OptionalLists(
                self._lists(optional.of_organization),
                {name: self._lists(lists) for name, lists in optional.by_parent.items()},
            ),
        )

    def _lists(self, lists: Mapping[str, Listing]) -> dict[str, Listing]:
        return {name: self._list(listing) for name, listing in lists.items()}

    def _list(self, listing: Listing) -> Listing:
        return replace(listing, error=self._error(listing.error, answered=bool(listing.items)))

    def _log(self, log: AuditLog, plan: AuditPlan) -> AuditLog:
        recent = {
            name: self._read(read, answered=read.closed_through > plan.streams[name].fresh.lo)
            for name, read in log.recent.items()
        }
        # What was read before is read again, and the past, only once the present is.
        again = {
            name: {mark: self._read(read, answered=True) for mark, read in reads.items()}
            for name, reads in log.again.items()
        }
        past = {name: self._read(read, answered=True) for name, read in log.past.items()}
        return replace(log, recent=recent, again=again, past=past)

    def _read(self, read: AuditLogRead, *, answered: bool) -> AuditLogRead:
        return replace(read, error=self._error(read.error, answered=answered or bool(read.events)))

    def _error(self, error: UpstreamError | None, *, answered: bool) -> UpstreamError | None:
        # Not what derives from it: an answer in another organization's name is no refusal.
        of_key = type(error) in (KeyRejected, OrganizationMismatch) and self.key_answered
        of_list = isinstance(error, ScopeMissing) and answered
        if error is None or not (of_key or of_list):
            return error
        return RefusalContradicted(
            f"refused ({error.reason}), and answered in the same run", request_id=error.request_id
        )
