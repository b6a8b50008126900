"""The operator's commands about signing keys: list them, put a new one in place, withdraw one.

``tools/signing_keys.py`` sends them to the function that made the first key, so that no person ever
holds a seed: a new one is made, wrapped and registered in this process, which cannot unwrap any.
Nothing here changes a pack; keys are never deleted, because packs outlive them.
"""

from datetime import datetime, timedelta
from typing import Any, Final, TypedDict

from functions.pack.keys.seed import new_key
from functions.shared.aws.kms import KmsKey
from functions.shared.canonical import Json
from functions.shared.errors import BadRequest, Conflict
from functions.shared.hours import rfc3339
from functions.shared.records.tables import PublicSigningKey
from functions.shared.tables.signing_keys import SigningKey, SigningKeys

# A pack is signed with a key that was in force when it was asked for: one that waits, or is built
# again after a crash, must still find its key.
DEFAULT_OVERLAP_HOURS: Final = 24
MAX_OVERLAP_HOURS: Final = 720
MAX_REASON: Final = 300


class KeyList(TypedDict):
    """Every key as everyone may see it, and the id of the one that signs new packs."""

    items: list[PublicSigningKey]
    current: str | None


def carry_out(command: Json, keys: SigningKeys, kms: KmsKey, now: datetime) -> KeyList:
    """Carry out one of the operator's commands and return the keys as they are then.

    Raises:
        BadRequest: there is no such command, or it lacks something.
        Conflict: the keys are not in the state it asks for; says what to do.
    """
    name = command["order"] if "order" in command else None
    arguments = {n: command[n] for n in command if n != "order"}
    allowed = {
        "list": (),
        "rotate": ("replaces", "overlap_hours"),
        "revoke": ("key_id", "reason"),
    }.get(str(name))
    if allowed is None or not set(arguments) <= set(allowed):
        raise BadRequest("the orders are list, rotate (replaces, overlap_hours) and revoke")
    if name == "rotate":
        rotate(keys, kms, now, **arguments)
    elif name == "revoke":
        revoke(keys, now, **arguments)
    return list_keys(keys, now)


def list_keys(keys: SigningKeys, now: datetime) -> KeyList:
    """Return every key as ``GET /signing-keys`` shows it, and which one signs new packs."""
    current = keys.current(now)
    return {
        "items": [key.public() for key in keys.all()],
        "current": current.key_id if current else None,
    }


def rotate(
    keys: SigningKeys,
    kms: KmsKey,
    now: datetime,
    replaces: object = None,
    overlap_hours: object = DEFAULT_OVERLAP_HOURS,
) -> SigningKey:
    """Put a new key in the current one's place and return it; it signs what is asked for from now.

    The current one ends after the overlap. Where no key is in force, the new one just begins.

    Args:
        keys: the registry.
        kms: the KMS key of signing seeds.
        now: the new key's first instant.
        replaces: id of the current key, as the operator saw it, None where there is none. An
            command that arrives twice thus puts one new key in place, not two.
        overlap_hours: how long the current key may still sign what was asked for before.

    Raises:
        BadRequest: the overlap is not from 1 to 720 hours.
        Conflict: the current key is another one.
    """
    hours = _overlap(overlap_hours)
    current = keys.current(now)
    if replaces != (current.key_id if current else None):
        named = f"{current.key_id}, since {current.not_before}" if current else "none"
        raise Conflict(f"the current key is not the one to be replaced; it is {named}")
    begins = rfc3339(now)
    if current is None:
        new = new_key(kms, begins)
        keys.add(new)
        return new
    if begins <= current.not_before:
        raise Conflict(f"the current key begins at {current.not_before}; rotate after that")
    new = new_key(kms, begins)
    if not keys.take_over(new, current, rfc3339(now + timedelta(hours=hours))):
        raise Conflict("another order changed the keys at the same time; list them, then decide")
    return new


def revoke(keys: SigningKeys, now: datetime, key_id: object = None, reason: object = None) -> None:
    """Withdraw a key: nothing more is signed under it, and its packs are refused.

    Raises:
        BadRequest: no reason is given, or one that is no line of text.
        Conflict: there is no such key, it was revoked before, or it is the only one in force.
    """
    why = _reason(reason)
    key = keys.find(key_id) if isinstance(key_id, str) else None
    if key is None:
        raise Conflict("there is no such key; list them")
    if key.revoked_at is not None:
        raise Conflict(f"{key.key_id} was revoked at {key.revoked_at} already")
    others_in_force = [
        other for other in keys.all() if other.may_sign(now) and other.key_id != key.key_id
    ]
    if key.may_sign(now) and not others_in_force:
        raise Conflict(
            f"{key.key_id} is the only key in force: rotate first, so that packs can still be "
            "signed, and revoke it then"
        )
    if not keys.revoke(key, now, why):
        raise Conflict(f"{key.key_id} was revoked by another order at the same time")


def _overlap(hours: Any) -> int:
    usable = isinstance(hours, int) and not isinstance(hours, bool)
    if not usable or not 1 <= hours <= MAX_OVERLAP_HOURS:
        raise BadRequest(f"the overlap must be a whole number of hours, 1 to {MAX_OVERLAP_HOURS}")
    return int(hours)


def _reason(reason: object) -> str:
    text = reason.strip() if isinstance(reason, str) else ""
    if not text or len(text) > MAX_REASON or not text.isprintable():
        raise BadRequest(f"a reason is needed: one line of 1 to {MAX_REASON} characters")
    return text
