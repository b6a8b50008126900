"""Chance that damages bytes and JSON values."""

import random
from typing import Any


def damage(data: bytes, rng: random.Random) -> bytes:
    """Return the bytes with one to four random edits."""
    changed = bytearray(data)
    for _ in range(rng.randint(1, 4)):
        at = rng.randrange(len(changed) + 1)
        kind = rng.randrange(6)
        if kind == 0:
            changed[at : at + 1] = bytes([rng.randrange(256)])
        elif kind == 1:
            del changed[at : at + rng.choice((1, 8, 512, 4096))]
        elif kind == 2:
            changed[at:at] = rng.randbytes(rng.choice((1, 8, 512)))
        elif kind == 3:
            changed[at:at] = changed[at : at + 512]
        elif kind == 4:
            changed[at : at + 8] = rng.choice((b"\0" * 8, b"\xff" * 8, b"00000000", b'{"a":[1]}'))
        else:
            start = rng.randrange(len(changed) + 1)
            changed[at : at + 512] = changed[start : start + 512]
    return bytes(changed)


def hostile_value(rng: random.Random, depth: int = 0) -> Any:
    """Return a random JSON value, of a type the verifier may not expect."""
    plain: list[Any] = [
        None,
        True,
        False,
        0,
        -1,
        2**53,
        1.5,
        "",
        "x",
        "\ud800",
        "2026-04-01T00:00:00Z",
    ]
    kind = rng.randrange(5 if depth < 3 else 3)
    if kind < 3:
        return rng.choice(plain)
    if kind == 3:
        return [hostile_value(rng, depth + 1) for _ in range(rng.randrange(3))]
    names = ["seal", "kind", "month", "rows", "org_id", "hour", "events", "é"]
    return {rng.choice(names): hostile_value(rng, depth + 1) for _ in range(rng.randrange(3))}


def mutate(value: Any, rng: random.Random) -> Any:
    """Replace, drop or add something somewhere in a JSON value."""
    if isinstance(value, dict) and value and rng.random() < 0.85:
        changed = dict(value)
        key = rng.choice(list(changed))
        if rng.random() < 0.1:
            del changed[key]
        else:
            changed[key] = mutate(changed[key], rng)
        return changed
    if isinstance(value, list) and value and rng.random() < 0.85:
        copy = list(value)
        at = rng.randrange(len(copy))
        copy[at] = mutate(copy[at], rng)
        return copy
    return hostile_value(rng)
