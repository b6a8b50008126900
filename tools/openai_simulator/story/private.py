"""The private texts of a world, which nobody may store: for tests that search for them."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from tools.openai_simulator.story.world import World
from tools.openai_simulator.world.organization import Organization

_KINDS = {
    "email": "emails",
    "ip_address": "ip_addresses",
    "ja3": "fingerprints",
    "ja4": "fingerprints",
    "latitude": "coordinates",
    "longitude": "coordinates",
}


@dataclass
class PrivateTexts:
    """Every private text of a world, at any time of its story.

    Attributes:
        emails: Addresses of users, invited people and actors.
        names: Names of people.
        ip_addresses: Of actors.
        fingerprints: ja3 and ja4.
        coordinates: Latitudes and longitudes.
        secrets: Keys that open the API.
    """

    emails: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)
    ip_addresses: set[str] = field(default_factory=set)
    fingerprints: set[str] = field(default_factory=set)
    coordinates: set[str] = field(default_factory=set)
    secrets: set[str] = field(default_factory=set)

    def as_lists(self) -> dict[str, list[str]]:
        """Return everything by kind, sorted."""
        return {kind: sorted(texts) for kind, texts in vars(self).items()}


def private_texts(world: World) -> PrivateTexts:
    """Return what of a world's records and keys is private."""
    texts = PrivateTexts()
    for org in world.organizations.values():
        texts.secrets |= set(org.credentials)
        for person in _people(org):
            if isinstance(name := person.get("name"), str):
                texts.names.add(name)
        for record in _records(org):
            for kind, text in _private_fields(record):
                getattr(texts, kind).add(text)
    return texts


def _people(org: Organization) -> Iterator[dict[str, object]]:
    for user in org.users.history():
        if not user.get("is_service_account"):
            yield user


def _records(org: Organization) -> Iterator[object]:
    yield from org.users.history()
    yield from org.invites.history()
    for within in (org.api_keys, org.members):
        for timeline in list(within.values()):
            yield from timeline.history()
    for log in (org.events, org.tenant_events):
        for event in log.all():
            yield event.record


def _private_fields(value: object) -> Iterator[tuple[str, str]]:
    if isinstance(value, list):
        for item in value:
            yield from _private_fields(item)
    if isinstance(value, dict):
        for name, inner in value.items():
            if name in _KINDS and isinstance(inner, str):
                yield _KINDS[name], inner
            yield from _private_fields(inner)
