"""Findings (step 3 of 6), part: settings that open the organization or stop its logging.

Pure. No list shows these settings, so the audit log alone tells of them. The rules see an event
whole, before any limit of size leaves a part of it out.
"""

from collections.abc import Iterator, Sequence
from ipaddress import ip_address, ip_network
from typing import Final, TypedDict, cast

from functions.shared.limits import word
from functions.shared.records.events import EventState
from functions.snapshot.compare.event_payload import payload_of
from functions.snapshot.findings.lives import Life

ALLOWLIST_OPENED, LOGGING_OFF = "allowlist_opened", "audit_logging_switched_off"

# Wider than any network that one organization has: more than a /8, or a /16 of IPv6.
_MOST: Final = {4: 2**24, 6: 2**112}
# Whoever is in one of these is inside already.
_PRIVATE: Final = {
    version: [(int(net[0]), int(net[-1])) for net in map(ip_network, networks)]
    for version, networks in (
        (4, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")),
        (6, ("fc00::/7",)),
    )
}
# Ranges of IPv6 that hold all of IPv4, and how many bits lie behind an address of it in them:
# mapped, translated (NAT64), 6to4.
_IPV4_IN_IPV6: Final = [
    (int(net[0]), int(net[-1]), bits_behind)
    for net, bits_behind in (
        (ip_network("::ffff:0:0/96"), 0),
        (ip_network("64:ff9b::/96"), 0),
        (ip_network("2002::/16"), 80),
    )
]
_EVERYBODY: Final = frozenset({"*", "any", "all"})
_OFF: Final = frozenset({"disabled", "off", "none", "false"})
# What OpenAI documents of it beside all projects and none.
_LOGS_LESS: Final = {
    "enabled_per_call": "api_call_logging_per_call",
    "enabled_for_selected_projects": "api_call_logging_for_selected_projects",
}
_CALLS_OFF, _CALLS_UNKNOWN = "api_call_logging_off", "api_call_logging_unknown_value"
OF_CALLS: Final = frozenset({_CALLS_OFF, _CALLS_UNKNOWN, *_LOGS_LESS.values()})
_DEACTIVATED, _DELETED = "ip_allowlist.config.deactivated", "ip_allowlist.deleted"

_Range = tuple[int, int, int]
"""Version, first and last address."""


def settings_changed(events: Sequence[EventState]) -> list[Life]:
    """Return what an hour's events, whole, opened or switched off, oldest first."""
    found = [life for event in events for life in (*_allowlist(event), *_logging(event))]
    return sorted(found, key=lambda life: life.kind)


def _allowlist(event: EventState) -> Iterator[Life]:
    kind, payload = event["event_type"], payload_of(event)
    if kind in ("ip_allowlist.created", "ip_allowlist.updated"):
        if opens(payload["allowed_ips"] if "allowed_ips" in payload else None):
            yield _opened("range_open_to_the_world", event, event["target_id"])
    elif kind == _DELETED:
        yield _opened("allowlist_deleted", event, event["target_id"])
    elif kind == _DEACTIVATED:
        configs = payload["configs"] if "configs" in payload else None
        yield _opened("allowlist_deactivated", event, _first_id(configs))


def _opened(reason: str, event: EventState, allowlist: str | None) -> Life:
    return _told(ALLOWLIST_OPENED, reason, event, allowlist)


def _told(kind: str, reason: str, event: EventState, target: str | None) -> Life:
    return Life(kind, reason, "audit_events", word(target or ""), word(event["event_id"]))


class _Part(TypedDict, total=False):
    """A part of a list in a payload, as OpenAI sends it."""

    id: object


def _first_id(configs: object) -> str | None:
    """Return the first id of the parts of a list, None where there is none."""
    for part in configs if isinstance(configs, list) else []:
        facts = cast("_Part", part) if isinstance(part, dict) else _Part()
        identity = facts["id"] if "id" in facts else None
        if isinstance(identity, str):
            return identity
    return None


def opens(allowed: object) -> bool:
    """Tell whether a list of addresses and ranges lets in more than any organization has.

    What lets in everybody may be written in pieces: their sum counts.
    """
    texts = [allowed] if isinstance(allowed, str) else allowed if isinstance(allowed, list) else []
    ranges: dict[int, list[tuple[int, int]]] = {4: [], 6: []}
    for written in {str(text).strip().lower() for text in texts}:
        if written in _EVERYBODY or written.endswith("/0"):
            return True
        for version, first, last in _with_ipv4(_range(written)):
            if not any(low <= first and last <= high for low, high in _PRIVATE[version]):
                ranges[version].append((first, last))
    return any(_covered(ranges[version]) > most for version, most in _MOST.items())


def _with_ipv4(let_in: _Range | None) -> Iterator[_Range]:
    """Yield a range, and those of IPv4 whose addresses may be written as addresses in it."""
    if let_in is None:
        return
    yield let_in
    version, first, last = let_in
    for low, high, bits_behind in _IPV4_IN_IPV6 if version == 6 else ():
        if first <= high and low <= last:
            part = (max(first, low) - low, min(last, high) - low)
            yield 4, part[0] >> bits_behind, part[1] >> bits_behind


def _covered(ranges: list[tuple[int, int]]) -> int:
    """Return how many addresses lie in ranges, each once."""
    n_addresses, reached = 0, -1
    for first, last in sorted(ranges):
        n_addresses += max(0, last - max(first - 1, reached))
        reached = max(reached, last)
    return n_addresses


def _range(written: str) -> _Range | None:
    """Return version, first and last address of an entry, None where it cannot be read."""
    begin, dash, end = written.partition("-")
    try:
        if "/" in written:
            network = ip_network(written, strict=False)
            return network.version, int(network[0]), int(network[-1])
        first = ip_address(begin.strip())
        last = ip_address(end.strip()) if dash else first
    except ValueError:
        return None
    is_range = first.version == last.version and int(first) <= int(last)
    return (first.version, int(first), int(last)) if is_range else None


def _logging(event: EventState) -> Iterator[Life]:
    """Yield what was logged before and is no longer, or no longer of every project.

    OpenAI documents ``api_call_logging`` of ``organization.updated``, and no event for the audit
    log's own switch; a field that is called like it is taken for it.
    """
    if event["event_type"] not in ("organization.updated", "tenant.metadata.updated"):
        return
    payload = payload_of(event)
    asked = payload["changes_requested"] if "changes_requested" in payload else None
    for name, value in (asked if isinstance(asked, dict) else {}).items():
        written = str(value).strip().lower()
        if name == "api_call_logging":
            if written != "enabled_for_all_projects":
                reason = _CALLS_OFF if written in _OFF else _LOGS_LESS.get(written, _CALLS_UNKNOWN)
                yield _told(LOGGING_OFF, reason, event, event["target_id"])
        elif "audit_log" in name.lower() and written in _OFF:
            yield _told(LOGGING_OFF, "audit_log_off", event, event["target_id"])
