"""Compare (step 3 of 6), part: what the audit log tells of whom and what came and went.

Pure, but for ``read_earlier``, which is handed in. Only events that name what they are about by a
documented id are looked at: they can end a stay, so none that merely may be meant counts.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from functions.shared.hours import parse_instant, rfc3339
from functions.shared.records.events import EventState

# OpenAI's clock and ours, and how fresh its lists are, agree no better than this.
SLACK = timedelta(minutes=5)
# Further back nothing is looked for: a day of a daily list, and one that was missed.
MOST_BACK = timedelta(hours=49)


class ReadBack(NamedTuple):
    """What the hours from an instant up to this one sealed, newest hour first.

    Attributes:
        events: audit events.
        unread_before: end of the newest hour that was not read to its end; None: all was read.
    """

    events: Sequence[EventState] = ()
    unread_before: datetime | None = None


ReadEvents = Callable[[datetime], ReadBack]
"""From an instant to what was sealed since."""

CAME: Final[Mapping[str, str]] = {
    "users": "user.added",
    "projects": "project.created",
    "api_keys": "api_key.created",
    "admin_keys": "api_key.created",
    "invites": "invite.sent",
    "groups": "group.created",
    "roles": "role.created",
    "service_accounts": "service_account.created",
    "project_users": "user.added",
    "workload_identity_providers": "workload_identity_provider.created",
}
WENT: Final[Mapping[str, str]] = {
    "users": "user.deleted",
    "projects": "project.deleted",
    "api_keys": "api_key.deleted",
    "admin_keys": "api_key.deleted",
    "invites": "invite.deleted",
    "groups": "group.deleted",
    "roles": "role.deleted",
    "service_accounts": "service_account.deleted",
    "project_users": "user.deleted",
    "workload_identity_providers": "workload_identity_provider.deleted",
}
_TYPES = frozenset({*CAME.values(), *WENT.values()})
_ABOUT_USERS = frozenset({"user.added", "user.deleted"})


@dataclass(slots=True)
class LogOfStays:
    """What this hour's events tell, and those of earlier hours where they are asked for.

    Attributes:
        events: those that no hour has sealed yet.
        start: first instant of the hour that closes; earlier events are sealed by earlier hours.
        read_earlier: reads those; called only where what is asked for begins before the hour.
    """

    events: Sequence[EventState]
    start: datetime
    read_earlier: ReadEvents
    _earlier: ReadBack = field(default_factory=ReadBack)
    _back_to: str | None = None
    _instants: Mapping[tuple[str, str], list[str]] | None = field(default=None)

    def came(self, section: str, identity: str, since: str) -> list[str]:
        """Return when an entity came, oldest first, from an instant on."""
        return self._of(CAME, section, identity, since)

    def went(self, section: str, identity: str, since: str) -> list[str]:
        """Return when an entity went, oldest first, from an instant on."""
        return self._of(WENT, section, identity, since)

    def _of(self, kinds: Mapping[str, str], section: str, identity: str, since: str) -> list[str]:
        # Who came into a group, or was given a role, no documented id of an event says.
        return self.instants(kinds[section], identity, since) if section in kinds else []

    def instants(self, kind: str, name: str, since: str) -> list[str]:
        """Return when events of a type named something, oldest first, from an instant on.

        Args:
            kind: event type.
            name: the id; of a membership ``<project_id>/<user_id>``.
            since: an instant.
        """
        if self._instants is None:
            self._instants = _index(self.all())
        told = self._instants.get((kind, name), [])
        return told[bisect_left(told, since) :]

    def all(self) -> Sequence[EventState]:
        """Return all events at hand."""
        return (*self._earlier.events, *self.events)

    def reach_back(self, since: str) -> bool:
        """Have at hand what was told from an instant on; tell whether that is not too far back."""
        if since >= rfc3339(self.start) or (self._back_to is not None and since >= self._back_to):
            return True
        if parse_instant(since) < self.start - MOST_BACK:
            return False
        # Let go of what is at hand before the same is read again, and more.
        self._earlier, self._instants = ReadBack(), None
        self._earlier, self._back_to = self.read_earlier(parse_instant(since)), since
        return True

    def is_whole(self, since: str) -> bool:
        """Tell whether nothing of what is at hand from an instant on was too much to be read."""
        unread_before = self._earlier.unread_before
        return unread_before is None or parse_instant(since) >= unread_before


def _index(events: Sequence[EventState]) -> Mapping[tuple[str, str], list[str]]:
    instants: dict[tuple[str, str], list[str]] = defaultdict(list)
    for event in events:
        kind, at = event["event_type"], event["occurred_at"]
        # Without a time it tells nothing of when a stay began or ended.
        if kind in _TYPES and at is not None:
            for name in _names(event):
                instants[kind, name].append(at)
    for told in instants.values():
        told.sort()
    return instants


def _names(event: EventState) -> Iterator[str]:
    target, project = event["target_id"], event["project_id"]
    if target is None:
        return
    # What is done with an admin key carries the default project, whatever it is about.
    if (
        project is None
        or event["actor_type"] == "api_key"
        or event["event_type"] not in _ABOUT_USERS
    ):
        yield target
    if project is not None and event["event_type"] in _ABOUT_USERS:
        yield f"{project}/{target}"
