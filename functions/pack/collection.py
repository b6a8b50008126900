"""collection.json: how the hours of the period were read, and with what.

Part of steps 1 and 2 of 6 (collect, write); pure. Everything about a run is from the ``run`` blocks
that stand beside the seals; what no block tells is null. The questions asked are those of the
snapshot room; a test holds this list to what it really asks.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from functions.shared.canonical import Json
from functions.shared.hours import HOUR, rfc3339
from functions.shared.seals import Seal
from functions.shared.sections import SECTIONS

if TYPE_CHECKING:
    from functions.pack.collect import Organization

_SUMMED = ("requests", "pages", "retries")
_LIST: Final = {"limit": "100", "after": "<cursor>"}
_PARAMETERS: Final[dict[str, dict[str, str]]] = {
    "projects": {**_LIST, "include_archived": "true"},
    "api_keys": {**_LIST, "owner_project_access": "any"},
}
_AUDIT_LOG: Final = {
    "effective_at[gte]": "<epoch second>",
    "effective_at[lt]": "<epoch second>",
    "limit": "100",
}


@dataclass(slots=True)
class Used:
    """An admin key, by its last four characters: the hours that were read with it."""

    first_hour: str
    last_hour: str


@dataclass(slots=True)
class Collected:
    """What the run blocks of one organization's hours say together.

    Attributes:
        sections: hours by section and status; hours that did not ask for a section are left out.
        sums: requests, pages and retries.
        largest_skew_s: OpenAI's clock minus ours, the largest either way, 0 for less than two
            seconds; None where no run tells.
        keys: admin keys by their last four characters.
        said: what the runs said of themselves: ``api_base``, ``clock`` and ``region``.
    """

    sections: dict[str, Counter[str]] = field(default_factory=dict)
    sums: Counter[str] = field(default_factory=Counter)
    largest_skew_s: int | None = None
    keys: dict[str, Used] = field(default_factory=dict)
    said: dict[str, set[str]] = field(default_factory=dict)

    def take(self, seal: Seal) -> None:
        """Take one hour of the period, oldest first."""
        hour_end = rfc3339(seal.hour + HOUR)
        for name, facts in seal.content["sections"].items():
            if facts["status"] != "derived" and facts.get("asked_at") in (None, hour_end):
                self.sections.setdefault(name, Counter())[facts["status"]] += 1
        run = seal.run
        self.sums.update({name: run.get(name, 0) for name in _SUMMED})
        skew_s = run.get("skew_s")
        if skew_s is not None:
            self.largest_skew_s = max(skew_s, self.largest_skew_s or 0, key=abs)
        for name in ("api_base", "clock", "region"):
            if run.get(name):
                self.said.setdefault(name, set()).add(run[name])
        if run.get("key_last4"):
            hour = seal.content["hour"]
            self.keys.setdefault(run["key_last4"], Used(hour, hour)).last_hour = hour


def collection(
    organizations: Sequence["Organization"],
    own_keys: Mapping[str, Iterable[Json]],
    generator: Json,
) -> Json:
    """Return the document.

    Args:
        organizations: as collected, sorted by id.
        own_keys: rows of the admin keys' register, by organization.
        generator: what writes the pack, as in the manifest.
    """
    skews = [one.collected.largest_skew_s for one in organizations]
    return {
        "api": {"name": "OpenAI Admin API", "bases": _said(organizations, "api_base")},
        "clock": {
            "compared_with": "the Date header of OpenAI's answers",
            "largest_skew_s": max((s for s in skews if s is not None), key=abs, default=None),
            "sources": _said(organizations, "clock"),
        },
        "endpoints": ENDPOINTS,
        "generator": generator,
        "organizations": [_of(one, own_keys.get(one.org_id, ())) for one in organizations],
        "regions": _said(organizations, "region"),
    }


def _said(organizations: Iterable["Organization"], name: str) -> list[str] | None:
    return sorted(set().union(*(one.collected.said.get(name, ()) for one in organizations))) or None


def _of(organization: "Organization", rows: Iterable[Json]) -> Json:
    collected = organization.collected
    ids = _ids_by_end(rows)
    return {
        "org_id": organization.org_id,
        "org_proof": organization.org_proof,
        "admin_keys": [
            {
                "key_id": ids.get(last4),
                "last4": last4,
                "first_hour": used.first_hour,
                "last_hour": used.last_hour,
            }
            for last4, used in sorted(collected.keys.items())
        ],
        "largest_skew_s": collected.largest_skew_s,
        "sections": {name: dict(sorted(n.items())) for name, n in collected.sections.items()},
        **{name: collected.sums[name] for name in _SUMMED},
    }


def _ids_by_end(rows: Iterable[Json]) -> dict[str, str]:
    """Return ids of admin keys by their last four characters, of those nobody can confuse."""
    found: dict[str, set[str]] = {}
    for row in rows:
        if row["redacted_value"]:
            found.setdefault(row["redacted_value"][-4:], set()).add(row["key_id"])
    return {last4: ids.pop() for last4, ids in found.items() if len(ids) == 1}


def _endpoints() -> list[Json]:
    found = [
        {
            "section": section.name,
            "path": section.path,
            "parameters": _PARAMETERS.get(section.name, _LIST),
            "when": "once a day" if section.daily else "every hour",
        }
        for section in SECTIONS
    ]
    for parameters, when in (
        (_AUDIT_LOG, "every hour"),
        ({**_AUDIT_LOG, "tenant_only": "true"}, "every hour"),
        (
            {"effective_at[lt]": "<epoch second>", "limit": "1"},
            "until the log's beginning is reached, with and without tenant_only",
        ),
    ):
        found.append(
            {
                "section": "audit_events",
                "path": "/organization/audit_logs",
                "parameters": parameters,
                "when": when,
            }
        )
    found += [
        {
            "section": section.name,
            "path": f"{section.path}/{{id}}",
            "parameters": {},
            "when": "where a list no longer shows something, before that is believed",
        }
        for section in SECTIONS
    ]
    return [{"method": "GET", **one} for one in found]


ENDPOINTS: Final = _endpoints()
