"""Twenty ways to tamper with two days of sealed hours, by somebody who may do anything.

Sixteen are those that the CloudTrail digest validator was measured by (it finds nine), done to our
chain; four more are our own. Each attack returns the hours that must be named.
"""

import gzip
from collections.abc import Callable
from dataclasses import dataclass

from functions.shared.aws.gzip_member import pack_gzip, unpack_gzip
from functions.shared.aws.keys import organization_prefix, segment_key
from functions.shared.canonical import Json, canonical, strict_loads
from functions.shared.hours import parse_instant
from tests.pack.scene import EVENTFUL, GAP, MIDDLE, NEWEST, NEXT, Scene

Attack = Callable[[Scene], list[str]]


def flip_a_byte(scene: Scene) -> list[str]:
    """One bit of a segment of events."""
    body = bytearray(scene.evidence.need(scene.segment()["key"]))
    body[len(body) // 2] ^= 1
    scene.put(scene.segment()["key"], bytes(body))
    return [EVENTFUL]


def edit_a_segment(scene: Scene) -> list[str]:
    """Another actor in an event, everything compressed anew."""
    rows = unpack_gzip(scene.evidence.need(scene.segment()["key"]))
    scene.put(scene.segment()["key"], pack_gzip(rows.replace(b"user-1", b"user-9")))
    return [EVENTFUL]


def delete_a_segment(scene: Scene) -> list[str]:
    """The events of an hour."""
    scene.remove(scene.segment()["key"])
    return [EVENTFUL]


def change_a_register(scene: Scene) -> list[str]:
    """The users with whom the period ends: somebody's role."""
    key = scene.register(NEWEST)["key"]
    rows = unpack_gzip(scene.evidence.need(key))
    scene.put(key, pack_gzip(rows.replace(b"reader", b"owner!")))
    return [NEWEST]


def edit_a_seal(scene: Scene) -> list[str]:
    """Another outcome, under the old digest."""
    body = scene.seal(MIDDLE).encode().replace(b'"complete"', b'"partial"', 1)
    scene.put(scene.ours.key_of(MIDDLE), body)
    return [MIDDLE]


def delete_a_middle_seal(scene: Scene) -> list[str]:
    """The object alone."""
    scene.remove(scene.ours.key_of(MIDDLE))
    return [MIDDLE]


def swap_two_hours(scene: Scene) -> list[str]:
    """Each seal under the other's name."""
    scene.put_seal(MIDDLE, scene.seal(NEXT))
    scene.put_seal(NEXT, scene.seal(MIDDLE))
    return [MIDDLE, NEXT]


def take_another_organizations(scene: Scene) -> list[str]:
    """The seal of the same hour of the tenant's other organization."""
    scene.put(scene.ours.key_of(MIDDLE), scene.evidence.need(scene.other.key_of(MIDDLE)))
    return [MIDDLE]


def take_another_tenants(scene: Scene) -> list[str]:
    """The seal of the same hour of the same organization, as another tenant holds it."""
    scene.put(scene.ours.key_of(MIDDLE), scene.evidence.need(scene.stranger.key_of(MIDDLE)))
    return [MIDDLE]


def delete_the_newest(scene: Scene) -> list[str]:
    """The last seal, and its row."""
    scene.remove(scene.ours.key_of(NEWEST))
    scene.remove_row(NEWEST)
    return [NEWEST]


def delete_the_newest_six(scene: Scene) -> list[str]:
    """The last six seals."""
    hours = [seal.content["hour"] for seal in scene.ours.seals[-6:]]
    for hour in hours:
        scene.remove(scene.ours.key_of(hour))
    return hours


def delete_everything(scene: Scene) -> list[str]:
    """All objects of the organization, and all rows of its hours; the anchors name two."""
    for key in list(scene.evidence.keys(organization_prefix("tenant-a", "org-Alpha"))):
        scene.remove(key)
    for seal in scene.ours.seals:
        scene.remove_row(seal.content["hour"])
    return ["2026-04-01T23:00:00Z", NEWEST]


def make_a_gap(scene: Scene) -> list[str]:
    """A middle seal and its row, as if the hour had never been sealed."""
    scene.remove(scene.ours.key_of(MIDDLE))
    scene.remove_row(MIDDLE)
    return [MIDDLE]


def cut_a_trailer(scene: Scene) -> list[str]:
    """The last eight bytes of a segment: CRC-32 and length."""
    key = scene.segment()["key"]
    scene.put(key, scene.evidence.need(key)[:-8])
    return [EVENTFUL]


def add_a_segment(scene: Scene) -> list[str]:
    """A forged segment of an hour, that no seal names."""
    row = strict_loads(unpack_gzip(scene.evidence.need(scene.segment()["key"])).splitlines()[0])
    forged = canonical(row | {"event_id": "event-forged"}) + b"\n"
    hour = parse_instant(MIDDLE)
    key = segment_key("tenant-a", "org-Alpha", "events", "2026-04", hour, "ab" * 32)
    scene.put(key, gzip.compress(forged))
    return [MIDDLE]


def reseal_a_middle_hour(scene: Scene) -> list[str]:
    """A proper seal with other content, and its row; the next hour's seal stays."""
    (forged,) = scene.reseal([scene.seal(MIDDLE)], {"reason": "forged"})
    scene.write_row(MIDDLE, forged.sha256)
    return [NEXT, MIDDLE]


def plant_a_row(scene: Scene) -> list[str]:
    """A row that tells of a whole snapshot of an hour that was never sealed."""
    scene.write_row(GAP, "ab" * 32)
    return [GAP]


def swap_a_register(scene: Scene) -> list[str]:
    """An older register, from before somebody joined, under the newer one's name."""
    older = scene.evidence.need(scene.register(EVENTFUL)["key"])
    scene.put(scene.register(NEWEST)["key"], older)
    return [NEWEST]


def reseal_the_chain(scene: Scene) -> list[str]:
    """Every seal from the middle on, each following the one before it, and every row."""
    middle = scene.ours.seals.index(scene.seal(MIDDLE))
    for seal in scene.reseal(scene.ours.seals[middle:], {"reason": "forged"}):
        scene.write_row(seal.content["hour"], seal.sha256)
    return ["2026-04-01T23:00:00Z", NEWEST]


def make_an_hour_missed(scene: Scene) -> list[str]:
    """A proper seal that says the hour was missed, and its row."""
    nothing: Json = {"events": [], "changes": [], "verdicts": [], "statements": []}
    facts: Json = {"outcome": "missed", "reason": "nobody", "segments": nothing}
    (forged,) = scene.reseal([scene.seal(MIDDLE)], facts)
    scene.write_row(MIDDLE, forged.sha256, "missed")
    return [NEXT, MIDDLE]


@dataclass(frozen=True)
class Tampering:
    """One way to tamper.

    Attributes:
        name: in the table.
        peer: whether the CloudTrail validator finds the like; None for those only done to ours.
        attack: does it.
    """

    name: str
    peer: bool | None
    attack: Attack


TAMPERINGS = [
    Tampering("a byte of a segment flipped", True, flip_a_byte),
    Tampering("a segment edited", True, edit_a_segment),
    Tampering("a segment deleted", True, delete_a_segment),
    Tampering("a register changed", True, change_a_register),
    Tampering("a seal edited", True, edit_a_seal),
    Tampering("a middle seal deleted", True, delete_a_middle_seal),
    Tampering("two hours swapped", True, swap_two_hours),
    Tampering("another organization's seal", True, take_another_organizations),
    Tampering("another tenant's seal", True, take_another_tenants),
    Tampering("the newest seal and its row deleted", False, delete_the_newest),
    Tampering("the newest six seals deleted", False, delete_the_newest_six),
    Tampering("everything deleted, rows too", False, delete_everything),
    Tampering("a gap made: a seal and its row deleted", False, make_a_gap),
    Tampering("a gzip trailer cut", False, cut_a_trailer),
    Tampering("a forged segment added", False, add_a_segment),
    Tampering("a middle hour sealed anew, the next stays", False, reseal_a_middle_hour),
    Tampering("a row planted in the table", None, plant_a_row),
    Tampering("a register swapped for an older one", None, swap_a_register),
    Tampering("the chain sealed anew after an anchor", None, reseal_the_chain),
    Tampering("an hour replaced by `missed`", None, make_an_hour_missed),
]
