"""Normalize (step 2 of 6), the whole: what was read to the snapshot of an hour.

Pure. Decides each section's status; a list that failed is never an empty list.
"""

from collections.abc import Iterable
from datetime import datetime

from functions.shared.errors import Quarantined, UpstreamError
from functions.shared.hashing import id_hash
from functions.shared.hours import rfc3339
from functions.shared.records.seals import Watermarks
from functions.snapshot.fetch.pull import PullContext, RawSnapshot
from functions.snapshot.fetch.watermarks import after_lists
from functions.snapshot.normalize.audit_events import SealedIds, audit_section
from functions.snapshot.normalize.privacy import Privacy
from functions.snapshot.normalize.sections import failed, sections_of
from functions.snapshot.records import REQUIRED_LISTS, Listing, Snapshot


def normalize(
    raw: RawSnapshot, context: PullContext, privacy: Privacy, sealed_ids: SealedIds
) -> Snapshot:
    """Return the normalized snapshot.

    Args:
        raw: what OpenAI answered.
        context: what was asked, when and of whom.
        privacy: the rules, with the tenant's hashing key.
        sealed_ids: from ids, and an epoch second from which on they were asked for, to those that
            are sealed.
    """
    if _is_stranger(raw.projects, context, privacy):
        asked_for = (*raw.optional.of_organization, *raw.optional.by_parent)
        return failed_snapshot(Quarantined(), context.marks, context.pictured, asked_for)
    lists = sections_of(raw, privacy)
    audit_events, marks = audit_section(raw.audit_log, context, privacy, sealed_ids)
    archived_keys_read = raw.keys.archived_read and raw.projects.whole
    marks = after_lists(marks, lists, context.hour_end, archived_keys_read=archived_keys_read)
    began, ended = map(rfc3339, context.pictured)
    return Snapshot(lists, audit_events, marks, began, ended, raw.audit_log.altered)


def failed_snapshot(
    error: UpstreamError,
    marks: Watermarks,
    pictured: tuple[datetime, datetime],
    optional: Iterable[str] = (),
) -> Snapshot:
    """Return a snapshot in which every section failed for one reason.

    Args:
        error: the reason.
        marks: the watermarks the last seal carries.
        pictured: instants of the first request and of the last answer.
        optional: sections beyond the required ones that were asked for.
    """
    section = failed(error)
    lists = dict.fromkeys((*REQUIRED_LISTS, *optional), section)
    began, ended = map(rfc3339, pictured)
    return Snapshot(lists, section, marks, began, ended)


def _is_stranger(projects: Listing, context: PullContext, privacy: Privacy) -> bool:
    # Where OpenAI itself refuses a key of another organization there is nothing to suspect.
    if context.org_proven or not context.known_projects or not projects.whole:
        return False
    hashes = {id_hash(privacy.key, str(project.get("id"))) for project in projects.items}
    return not hashes & context.known_projects
