"""Seals since version 3 with every field, for tests: what a test does not tell is filled in.

Pure, and independent of the product on purpose.
"""

from typing import Any

Row = dict[str, Any]
SECTION: Row = {
    "status": "complete",
    "reason": None,
    "count": None,
    "unknown": 0,
    "lag_hours": None,
    "picture_sha256": None,
    "not_shown": None,
    "odd": [],
    "conflicts": [],
    "register": None,
    "root": None,
    "baseline": None,
    "complete_at": None,
    "asked_at": None,
    "state_at": None,
}
_SEAL: Row = {
    "lifecycle_seq": 0,
    "index": [],
    "custody": None,
    "kpi": None,
    "pictured_from": None,
    "pictured_to": None,
}
_SOURCE = dict.fromkeys(("api_base", "clock", "code_sha256", "key_last4", "region"))
_OBJECT: Row = {"key": "k", "bytes": 0, "crc32": 0}
_MARKS: Row = {"proven": True, "archived_keys_at": None, "optional": {}, "streams": {}}
_KINDS = ("events", "changes", "verdicts", "statements")


def whole(seal: Row) -> Row:
    """Return a seal with the fields that it lacks; what is there stays, be it of another type."""
    seal = {**_SEAL, "source": _SOURCE, "watermarks": _MARKS, **seal}
    for name, fields in (("source", _SOURCE), ("watermarks", _MARKS)):
        seal[name] = _filled(seal[name], fields)
    sections = seal["sections"]
    if isinstance(sections, dict):
        told = {"audit_events": {}, **sections}
        salt: Row = {"salt": None} if seal["v"] > 3 else {}
        seal["sections"] = {n: _filled(whole_section(facts), salt) for n, facts in told.items()}
    segments = seal["segments"]
    if isinstance(segments, dict):
        seal["segments"] = {**{kind: [] for kind in _KINDS}, **segments}
    return seal


def whole_section(facts: Any) -> Any:
    """Return a section with the fields that it lacks."""
    filled = _filled(facts, SECTION)
    if isinstance(filled, dict):
        filled["register"] = whole_object(filled["register"])
    return filled


def whole_object(facts: Any) -> Any:
    """Return what a seal says of an object, with the fields that it lacks."""
    return _filled(facts, _OBJECT)


def _filled(facts: Any, fields: Row) -> Any:
    return {**fields, **facts} if isinstance(facts, dict) else facts
