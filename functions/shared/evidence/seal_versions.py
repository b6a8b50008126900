"""The versions of a seal: what the digest of each is over, and each in the newest shape.

Pure. Every version that ever landed is read for ever. Only here is there more than one shape.
"""

from collections.abc import Mapping
from typing import Final, cast

from functions.shared.canonical import canonical, sha256_hex
from functions.shared.evidence.row_trees import sections_root
from functions.shared.hours import HOUR, parse_instant, rfc3339
from functions.shared.records.fields import fields_of
from functions.shared.records.seals import (
    Run,
    SealContent,
    SealHeader,
    SectionSeal,
    SectionsRoot,
    SegmentEntry,
    Segments,
    Source,
    StreamMarks,
    Watermarks,
)
from functions.shared.records.seals_2 import (
    SealContent2,
    SectionSeal2,
    SegmentEntry2,
    StreamMarks2,
    Watermarks2,
)

# 2: events are sealed as rows of a pack of their month.
# 3: the digest is over a header; source, roots, marks of the second and third reading.
# 4: roots of registers are over salted rows, and the header names the sections' root.
VERSION: Final = 4
KNOWN: Final = (2, 3, 4)
OLDEST: Final = KNOWN[0]
# Its roots are over rows as they stand, so that no row can be shown alone.
_PLAIN: Final = 3
# What version 2 read again once a day reached this far behind what it had read.
_RESCAN_2_S = 96 * 3600


def header_of(content: SealContent, text: bytes) -> SealHeader | None:
    """Return what a seal's digest is over, None where it is over the content itself.

    Args:
        content: of a known version, its own shape or the newest.
        text: the canonical content as it was sealed.
    """
    if content["v"] == OLDEST:
        return None
    since_4: SectionsRoot = {}
    if content["v"] != _PLAIN:
        since_4 = {"sections_root": sections_root(content["sections"])}
    return {
        "v": content["v"],
        "org_id": content["org_id"],
        "hour": content["hour"],
        "previous_sha256": content["previous_sha256"],
        "content_sha256": sha256_hex(text),
        **since_4,
    }


def digest_of(content: SealContent, text: bytes) -> str:
    """Return the digest of the seal with this content."""
    header = header_of(content, text)
    return sha256_hex(text if header is None else canonical(header))


def newest(content: SealContent | SealContent2) -> SealContent:
    """Return a content of any known version in the newest shape; its ``v`` stays what it was.

    What a version did not say is null or an empty list, never made up.

    Raises:
        KeyError: a field that every seal of its version has is not there.
    """
    if content["v"] > OLDEST:
        known = cast("SealContent", content)
        missing = {*fields_of(SealContent)} - known.keys() or {*fields_of(Segments)} - known[
            "segments"
        ].keys()
        if missing:
            raise KeyError(*missing)
        return _without_salts(known) if content["v"] == _PLAIN else known
    old = cast("SealContent2", content)
    segments = old["segments"]
    return {
        "v": old["v"],
        "tenant_id": old["tenant_id"],
        "org_id": old["org_id"],
        "org_proof": old["org_proof"],
        "hour": old["hour"],
        "outcome": old["outcome"],
        "reason": old["reason"],
        "lifecycle": old["lifecycle"],
        "lifecycle_seq": old["lifecycle_seq"],
        "statements_n": 0,
        "previous_sha256": old["previous_sha256"],
        "source": None,
        "sections": {name: _section(facts, old["hour"]) for name, facts in old["sections"].items()},
        "segments": {
            "events": _entries(segments["events"]),
            "changes": _entries(segments["changes"] if "changes" in segments else []),
            "verdicts": _entries(segments["verdicts"] if "verdicts" in segments else []),
            "statements": [],
        },
        "index": [],
        "watermarks": newest_watermarks(old["frontiers"]),
        "custody": None,
        "kpi": old["kpi"],
        "pictured_from": old["pictured_from"],
        "pictured_to": old["pictured_to"],
    }


def source_of(run: Run) -> Source:
    """Return the source of an hour out of what its runs left, null for what they do not tell."""
    return {
        "api_base": run["api_base"] if "api_base" in run else None,
        "clock": run["clock"] if "clock" in run else None,
        "code_sha256": run["code_sha256"] if "code_sha256" in run else None,
        "key_last4": run["key_last4"] if "key_last4" in run else None,
        "region": run["region"] if "region" in run else None,
    }


def without_source(run: Run) -> Run:
    """Return what stands beside the seal of how its runs went."""
    facts: Mapping[str, object] = run
    sealed = fields_of(Source)
    return cast("Run", {name: facts[name] for name in facts if name not in sealed})


def _without_salts(content: SealContent) -> SealContent:
    """Return a content of version 3: its roots are over plain rows."""
    sections: dict[str, SectionSeal] = {
        name: {**facts, "salt": None} for name, facts in content["sections"].items()
    }
    return {**content, "sections": sections}


def _section(old: SectionSeal2, hour: str) -> SectionSeal:
    unsaid: SectionSeal = {
        "status": old["status"],
        "reason": old["reason"],
        "count": old["count"],
        "unknown": old["unknown"],
        "lag_hours": None,
        "picture_sha256": None,
        "not_shown": None,
        "odd": [],
        "conflicts": [],
        "register": None,
        "root": None,
        "salt": None,
        "baseline": None,
        "complete_at": None,
        "asked_at": None,
        "state_at": _state_at(old, hour),
    }
    return cast("SectionSeal", {**unsaid, **old})


def _state_at(old: SectionSeal2, hour: str) -> str | None:
    """Return the hour whose picture a section shows: its own, or the last that asked for it."""
    if old["status"] not in ("complete", "partial"):
        return None
    asked_at = old["asked_at"] if "asked_at" in old else None
    return rfc3339(parse_instant(asked_at) - HOUR) if asked_at else hour


def _entries(old: list[SegmentEntry2]) -> list[SegmentEntry]:
    return [{**entry, "root": None} for entry in old]


def newest_watermarks(old: Watermarks2) -> Watermarks:
    """Return version 2's watermarks in the newest shape.

    It read each second again once a day until it was 96 hours old, and noted when it last did. So
    what is older than that was read again; what is younger is not known to be. Where it never came
    to that, nothing is known to be read again.
    """
    streams = old["streams"] if "streams" in old else {}
    deep_at = old["deep_at"] if "deep_at" in old else None
    rescanned_at = None if deep_at is None else int(parse_instant(deep_at).timestamp())
    return {
        "proven": old["proven"] if "proven" in old else False,
        "streams": {name: _stream(marks, rescanned_at) for name, marks in streams.items()},
        "archived_keys_at": old["archived_keys_at"] if "archived_keys_at" in old else None,
        "optional": old["optional"] if "optional" in old else {},
    }


def _stream(old: StreamMarks2, rescanned_at: int | None) -> StreamMarks:
    through, back_to = old["closed_through"], old["backfill_to"]
    again = None
    if through is not None and back_to is not None:
        begun = back_to if rescanned_at is None else min(through, rescanned_at) - _RESCAN_2_S
        again = max(back_to, begun)
    return {**old, "reread_25": again, "reread_73": again, "patrol": None}
