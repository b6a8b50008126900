"""Five hundred people who do not exist, put wherever OpenAI could show a person."""

import random
from dataclasses import dataclass
from typing import Any

from tools.openai_simulator import World

_GIVEN = ["Ann", "José", "Zoë", "Łukasz", "Мария", "Nguyễn", "Siân", "Björk", "Ömer", "Chloé"]
_SYLLABLES = ["ba", "ke", "lo", "mi", "nu", "ra", "sté", "tøn", "vey", "wix", "zaá", "quil"]
_UNSPACED = "王李张刘陈杨黄赵周吴徐孙马朱胡郭何林罗高"
_HOSTS = ["example.com", "mail.bücher.example", "a-b.co.example", "xn--bcher-kva.example"]


@dataclass(frozen=True)
class Person:
    """Somebody.

    Attributes:
        mark: stands in the name and in the address; where it is not, neither is.
    """

    nick: str
    mark: str
    name: str
    email: str
    ip: str


def crowd(n: int, seed: int = 7) -> list[Person]:
    """Return people with names, addresses and IP addresses of many kinds, each its own."""
    chance = random.Random(seed)  # noqa: S311  # the same people every time
    return [_person(number, chance) for number in range(n)]


def _person(number: int, chance: random.Random) -> Person:
    family = "".join(chance.choice(_SYLLABLES) for _ in range(4)).title() + f"{number:03d}"
    name = f"{chance.choice(_GIVEN)} {family}"
    if number % 9 == 0:
        name = "".join(chance.choice(_UNSPACED) for _ in range(3)) + _UNSPACED[number % 20]
    local = [f"{family}", f"{family}+tag", f"o'{family}", f"x.{family}_y", f'"{family} z"']
    email = f"{local[number % 5]}@{_HOSTS[number % 4]}"
    ips = [
        f"10.{number % 250}.{number // 250 + 7}.{chance.randrange(9, 250)}",
        f"2001:db8:{number:x}::{chance.randrange(1, 65535):x}",
        f"::ffff:192.0.{number % 250}.{chance.randrange(9, 250)}",
        f"fd00:{number:x}:1:2:3:4:5:{chance.randrange(1, 65535):x}",
    ]
    return Person(f"p{number}", family, name, email, ips[number % 4])


def everywhere(people: list[Person], admin_key: str) -> World:
    """Return a world that shows each person in every list, field and payload."""
    world = World("org-crowd", admin_key=admin_key)
    world.at("2026-03-31T09:00:00Z").user_joins("olga", role="owner").project_created("web")
    for number, one in enumerate(people):
        at = world.at("2026-04-01T03:30:00Z" if number % 2 else "2026-03-31T10:00:00Z")
        at.user_joins(one.nick, name=one.name, email=one.email)
        at.patched("users", world.user_id(one.nick), _said_of(one) | {"role": f"r {one.email}"})
        at.key_made(f"k{number}", "web", owner=one.nick, name=f"key of {one.email} ({one.ip})")
        at.patched("api_keys", world.key_id(f"k{number}"), _said_of(one), project="proj_web")
        at.by(one.nick).event("thing.done", _said_of(one), extra=_said_of(one))
        if number % 10 == 0:
            at.project_created(f"q{number}", name=f"{one.email}'s <{one.ip}>")
            at.patched("projects", world.project_id(f"q{number}"), _said_of(one))
            at.tenant_event("tenant.user.invited", _said_of(one))
            at.invite_sent(one.nick, email=one.email)
    return world


def _said_of(one: Person) -> dict[str, Any]:
    """Return fields that nobody documented and that tell of a person in every way."""
    return {
        "x_note": f"{one.name} <{one.email}> came from {one.ip}.",
        "x_list": [one.email, one.ip, one.name, {"who": one.name, "at": [one.ip]}],
        f"x_{one.email}": {f"of {one.name}": 1, one.ip: 2},
        "x_person": {"id": one.nick, "email": one.email, "name": one.name, "nick": "zz"},
        "x_user": {"object": "organization.user", "id": one.nick, "name": one.name},
        "x_url": f"https://h.example/?mail={one.email}&next=mailto:{one.email}#from={one.ip}",
        "x_json": f'{{"email":"{one.email}","ip":"{one.ip}","addr":"ip:{one.ip}"}}',
        "x_shout": f"BY {one.name.upper()} ({one.email.upper()})",
        "ip_address": one.ip,
    }
