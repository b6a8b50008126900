"""Faults of a list's page: its cursors, its order of repetition, its records. Pure.

Each function gets the page as decoded JSON (its own copy) and changes it in place; it returns
False when the page gave it nothing to do, which then does not count as a strike.
"""

import copy
from collections.abc import Callable
from typing import Any

from tools.openai_simulator.message import Request
from tools.openai_simulator.timeline import Record

Options = dict[str, Any]
PageFault = Callable[[Record, Request, Options], bool]


def _cursor_name(page: Record) -> str:
    return "next" if "next" in page else "last_id"


def _set_or_remove(page: Record, name: str, value: object) -> bool:
    if value == "missing":
        return page.pop(name, ...) is not ...
    page[name] = value
    return True


def _last_id(page: Record, request: Request, options: Options) -> bool:
    """`last_id`: `value` is null, "missing", "first" (the page's first), "same" or any text.

    "same" answers the cursor that was sent, so that it never advances.
    """
    value = options.get("value")
    if value == "first":
        value = page["data"][0].get("id") if page["data"] else None
    elif value == "same":
        value = request.first("after") or page.get(_cursor_name(page))
    return _set_or_remove(page, _cursor_name(page), value)


def _has_more(page: Record, _request: Request, options: Options) -> bool:
    """`has_more`: `value` is true, false, null or "missing"."""
    return _set_or_remove(page, "has_more", options.get("value"))


def _full_means_more(page: Record, request: Request, _options: Options) -> bool:
    """`full_means_more`: `has_more` is true wherever a page is as long as the limit."""
    if len(page["data"]) != int(request.first("limit") or 20):
        return False
    page["has_more"] = True
    if "next" in page:
        page["next"] = page["data"][-1].get("id")
    return True


def _empty_page(page: Record, _request: Request, options: Options) -> bool:
    """`empty_page`: no data; `has_more` (true) and the cursor stay as told."""
    page["data"] = []
    page["has_more"] = options.get("has_more", True)
    return True


def _repeated_ids(page: Record, _request: Request, options: Options) -> bool:
    """`repeated_ids`: the first entry again at the end; `content` is "same" or "other"."""
    if not page["data"]:
        return False
    page["data"].append(_copy_of(page["data"][0], options))
    return True


def _overlap(page: Record, request: Request, options: Options) -> bool:
    """`overlap`: a page after a cursor begins with an entry of that id; `content` as above."""
    cursor = request.first("after")
    if cursor is None or not page["data"]:
        return False
    page["data"].insert(0, {**_copy_of(page["data"][0], options), "id": cursor})
    return True


def _copy_of(record: Record, options: Options) -> Record:
    copied = copy.deepcopy(record)
    if options.get("content", "same") == "other":
        field = "type" if "effective_at" in copied else "name"
        copied[field] = f"{copied.get(field)}.other"
    return copied


def _archived_twin(page: Record, _request: Request, _options: Options) -> bool:
    """`archived_twin`: the first project stands there twice, active and archived, with one id."""
    projects = [record for record in page["data"] if record.get("status") == "active"]
    if not projects:
        return False
    archived_at = projects[0]["created_at"] + 1
    page["data"].append({**projects[0], "status": "archived", "archived_at": archived_at})
    return True


def _null_fields(page: Record, _request: Request, options: Options) -> bool:
    """`null_fields`: `fields` (paths like `owner.user.email`) null, or gone with `absent`.

    Option `every` (1): only each n-th record.
    """
    records = page["data"][:: int(options.get("every", 1))]
    changed = [_nullify(r, path, options) for r in records for path in options["fields"]]
    return any(changed)


def _nullify(record: Record, path: str, options: Options) -> bool:
    *parents, name = path.split(".") if path not in record else [path]
    parent_object: object = record
    for parent in parents:
        parent_object = parent_object.get(parent) if isinstance(parent_object, dict) else None
    if not isinstance(parent_object, dict) or name not in parent_object:
        return False
    if options.get("absent", False):
        del parent_object[name]
    else:
        parent_object[name] = None
    return True


def _set_fields(page: Record, _request: Request, options: Options) -> bool:
    """`set_fields`: `fields` (an object) over each record; option `every` (1)."""
    records = page["data"][:: int(options.get("every", 1))]
    for record in records:
        record.update(copy.deepcopy(options["fields"]))
    return bool(records)


def _unknown_fields(page: Record, _request: Request, _options: Options) -> bool:
    """`unknown_fields`: fields nobody has documented, in the envelope and in each record."""
    page["request_shard"] = {"cell": "eu-7"}
    for record in page["data"]:
        record["x_new_field"] = {"since": 1775001600, "labels": ["a", None, True]}
    return True


def _unknown_types(page: Record, _request: Request, options: Options) -> bool:
    """`unknown_types`: each n-th (`every`, 2) event has a type nobody has documented."""
    records = [r for r in page["data"][:: int(options.get("every", 2))] if "effective_at" in r]
    for record in records:
        record[f"galaxy.{record['type']}"] = record.pop(record["type"], {"id": "galaxy-1"})
        record["type"] = f"galaxy.{record['type']}"
    return bool(records)


def _wrong_object(page: Record, _request: Request, options: Options) -> bool:
    """`wrong_object`: the envelope's `object` is `value` ("page")."""
    page["object"] = options.get("value", "page")
    return True


def _big_page(page: Record, _request: Request, options: Options) -> bool:
    """`big_page`: `count` (1 000 000) records with ids of their own, whatever the limit was."""
    if not page["data"]:
        return False
    first = page["data"][0]
    page["data"] = [
        {**first, "id": f"{first['id']}-{n}"} for n in range(options.get("count", 10**6))
    ]
    return True


PAGE_FAULTS: dict[str, PageFault] = {
    "last_id": _last_id,
    "has_more": _has_more,
    "full_means_more": _full_means_more,
    "empty_page": _empty_page,
    "repeated_ids": _repeated_ids,
    "overlap": _overlap,
    "archived_twin": _archived_twin,
    "null_fields": _null_fields,
    "set_fields": _set_fields,
    "unknown_fields": _unknown_fields,
    "unknown_types": _unknown_types,
    "wrong_object": _wrong_object,
    "big_page": _big_page,
}
