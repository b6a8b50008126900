"""Findings (step 3 of 6), part: settings that open the organization or stop its logging.

Pure. No list shows these settings, so the audit log alone tells of them. The rules see an event
whole, before any limit of size leaves a part of it out.
"""

from collections.abc import Iterator, Sequence
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    collapse_addresses,
    ip_address,
    ip_network,
    summarize_address_range,
)
from typing import Final

from functions.shared.records.events import EventState
from functions.snapshot.compare.event_payload import payload_of
from functions.snapshot.findings.short_lives import Life

ALLOWLIST_OPENED, LOGGING_OFF = "allowlist_opened", "audit_logging_switched_off"

Network = IPv4Network | IPv6Network
# Wider than any network that one organization has: more than a /8, or a /16 of IPv6.
_MOST_OF_4: Final = 2**24
_MOST_OF_6: Final = 2**112
# Whoever is in one of these is inside already.
_PRIVATE_4 = tuple(map(IPv4Network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")))
_PRIVATE_6 = (IPv6Network("fc00::/7"),)
_EVERYBODY: Final = frozenset({"*", "any", "all"})
_OFF: Final = frozenset({"disabled", "off", "none", "false"})
_DEACTIVATED, _DELETED = "ip_allowlist.config.deactivated", "ip_allowlist.deleted"


def settings_changed(events: Sequence[EventState]) -> list[Life]:
    """Return what this hour's events opened or switched off, oldest first."""
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
    return Life(ALLOWLIST_OPENED, reason, "audit_events", allowlist or "", event["event_id"])


def _first_id(configs: object) -> str | None:
    """Return the first id of the parts of a list, None where there is none."""
    for part in configs if isinstance(configs, list) else []:
        identity = part["id"] if isinstance(part, dict) and "id" in part else None
        if isinstance(identity, str):
            return identity
    return None


def opens(allowed: object) -> bool:
    """Tell whether a list of addresses and ranges lets in more than any organization has.

    What lets in everybody may be written in pieces: their sum counts.
    """
    texts = [allowed] if isinstance(allowed, str) else allowed if isinstance(allowed, list) else []
    of_4: list[IPv4Network] = []
    of_6: list[IPv6Network] = []
    for text in texts:
        written = str(text).strip().lower()
        if written in _EVERYBODY or written.endswith("/0"):
            return True
        for network in _networks(written):
            if isinstance(network, IPv4Network):
                of_4.append(network)
            else:
                of_6.append(network)
    public_4 = [net for net in of_4 if not any(net.subnet_of(inner) for inner in _PRIVATE_4)]
    public_6 = [net for net in of_6 if not any(net.subnet_of(inner) for inner in _PRIVATE_6)]
    return (
        sum(net.num_addresses for net in collapse_addresses(public_4)) > _MOST_OF_4
        or sum(net.num_addresses for net in collapse_addresses(public_6)) > _MOST_OF_6
    )


def _networks(written: str) -> list[Network]:
    """Return the networks that an entry means, none where it cannot be read."""
    first, dash, last = written.partition("-")
    try:
        if not dash:
            return [ip_network(written, strict=False)]
        begin, end = ip_address(first.strip()), ip_address(last.strip())
        if isinstance(begin, IPv4Address) and isinstance(end, IPv4Address):
            return [*summarize_address_range(begin, end)]
        if isinstance(begin, IPv6Address) and isinstance(end, IPv6Address):
            return [*summarize_address_range(begin, end)]
    except ValueError:
        pass
    return []


def _logging(event: EventState) -> Iterator[Life]:
    """Yield what was logged before and is no longer.

    OpenAI documents ``api_call_logging`` of ``organization.updated``, and no event for the audit
    log's own switch; a field that is called like it is taken for it.
    """
    if event["event_type"] not in ("organization.updated", "tenant.metadata.updated"):
        return
    payload = payload_of(event)
    asked = payload["changes_requested"] if "changes_requested" in payload else None
    for name, value in (asked if isinstance(asked, dict) else {}).items():
        is_log = name == "api_call_logging" or "audit_log" in name.lower()
        if is_log and str(value).strip().lower() in _OFF:
            reason = "api_call_logging_off" if name == "api_call_logging" else "audit_log_off"
            target = event["target_id"] or ""
            yield Life(LOGGING_OFF, reason, "audit_events", target, event["event_id"])
