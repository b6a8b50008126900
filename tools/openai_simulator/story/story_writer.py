"""Tells a story of an organization: who is there, what they own, what they do. Seeded chance."""

import random

from tools.openai_simulator.story import names
from tools.openai_simulator.story.steps import Moment
from tools.openai_simulator.story.world import World

HOUR = 3600
DAY = 86400
_FORGOTTEN = 10  # one key in so many is made and then never used


class Teller:
    """Remembers the organization as told so far, so that the next step makes sense.

    Args:
        world: Where the organization lives.
        org_id: Which.
        began: Seconds since 1970 at which the told hours begin.
        chance: The story's dice.
        domain: Of the organization's e-mail addresses.
    """

    def __init__(
        self, world: World, org_id: str, began: float, chance: random.Random, domain: str
    ) -> None:
        self._domain = domain
        self.chance = chance
        self.began = began
        self._world = world
        self._org_id = org_id
        self.people: dict[str, str] = {}
        self.joined_at: dict[str, float] = {}
        self.made_at: dict[str, float] = {}
        self.left: dict[str, str] = {}
        self.projects: dict[str, str] = {}
        self.accounts: dict[str, str] = {}
        self.keys: dict[str, tuple[str, str]] = {}
        self._idle: set[str] = set()
        self._n_keys = 0
        self._n_newcomers = 0

    def at(self, at: float) -> Moment:
        """Return an instant of the story."""
        return self._world.at(int(at), self._org_id)

    def someone(self) -> str:
        """Return the nickname of a person who is there and no founder (if there is one)."""
        ordinary = [nick for nick in self.people if nick not in self._founders()]
        return self.chance.choice(ordinary or list(self.people))

    def _founders(self) -> set[str]:
        return {names.nick_of(name) for name in names.FOUNDERS} | {next(iter(self.people))}

    def some_project(self) -> str:
        """Return the nickname of an active project."""
        return self.chance.choice(list(self.projects))

    def some_key(self, at: float) -> str:
        """Return the nickname of a key that is in use."""
        made = [key for key in self.keys if self.made_at[key] < at]
        return self.chance.choice([key for key in made if key not in self._idle])

    def joins(self, at: float, name: str, *, role: str = "reader", invited: bool = True) -> None:
        """Let a person join, by invitation as a rule, and enter a project."""
        nick = names.nick_of(name)
        moment = self.at(at)
        if invited:
            self.at(at - 600).invite_sent(nick, email=f"{nick}@{self._domain}")
            moment.invite_accepted(nick)
        moment.user_joins(nick, name=name, email=f"{nick}@{self._domain}", role=role)
        self.people[nick] = name
        self.joined_at[nick] = at
        if self.projects:
            self.at(at + 120).member_added(self.some_project(), nick)

    def newcomer(self, at: float) -> None:
        """Let somebody new join."""
        number = self._n_newcomers
        self._n_newcomers += 1
        first = names.NEWCOMERS_FIRST[number % len(names.NEWCOMERS_FIRST)]
        last = names.NEWCOMERS_LAST[number * 3 % len(names.NEWCOMERS_LAST)]
        again = number // 40
        self.joins(at, f"{first} {last}" + (f" {again + 1}" if again else ""))

    def invites(self, at: float, name: str) -> None:
        """Invite somebody who does not answer."""
        nick = names.nick_of(name)
        self.at(at).invite_sent(nick, email=f"{nick}@partner.example")

    def leaves(self, at: float, nick: str, *, moment: Moment | None = None) -> None:
        """Let a person go; their keys stay behind, inactive."""
        (moment or self.at(at)).user_leaves(nick)
        self.left[nick] = self.people.pop(nick)
        self._idle |= {key for key, (_, owner) in self.keys.items() if owner == nick}

    def returns(self, at: float, nick: str) -> None:
        """Let a leaver come back; the old keys stay inactive."""
        self.joins(at, self.left.pop(nick))

    def project(self, at: float, nick: str, title: str) -> None:
        """Create a project."""
        self.at(at).project_created(nick, name=title)
        self.projects[nick] = title

    def archives(self, at: float, nick: str) -> None:
        """Archive a project; its keys are used no more."""
        self.at(at).project_archived(nick)
        del self.projects[nick]
        self.keys = {key: place for key, place in self.keys.items() if place[0] != nick}
        self.accounts = {a: project for a, project in self.accounts.items() if project != nick}

    def service_account(self, at: float, nick: str, project: str) -> None:
        """Create a service account and its key."""
        self.at(at).service_account_created(nick, project, listed_as_user=nick == "ci-runner")
        self.accounts[nick] = project
        self.makes_key(at + 60, owner=nick, project=project)

    def deletes_account(self, at: float, nick: str, *, keys_stay: bool = False) -> None:
        """Delete a service account."""
        self.at(at).service_account_deleted(nick, keys_stay=keys_stay)
        del self.accounts[nick]
        self.keys = {key: place for key, place in self.keys.items() if place[1] != nick}

    def makes_key(
        self,
        at: float,
        *,
        owner: str | None = None,
        project: str | None = None,
        moment: Moment | None = None,
    ) -> None:
        """Make a key, of a person or at times of a service account."""
        if owner is None and self.accounts and self.chance.random() < 0.25:
            owner = self.chance.choice(list(self.accounts))
        if owner in self.accounts:
            project = self.accounts[owner or ""]
        self._n_keys += 1
        nick = f"k{self._n_keys}"
        owner, project = owner or self.someone(), project or self.some_project()
        name = f"{self.chance.choice(names.KEY_NAMES)} {self._n_keys}"
        maker = owner if owner in self.people else next(iter(self.people))
        (moment or self.at(at).by(maker)).key_made(nick, project, owner=owner, name=name)
        self.keys[nick] = (project, owner)
        self.made_at[nick] = at
        if self._n_keys % _FORGOTTEN == 0:
            self._idle.add(nick)

    def removes_key(self, at: float, *, moment: Moment | None = None) -> None:
        """Remove a key that is in use."""
        nick = self.some_key(at)
        (moment or self.at(at)).key_removed(nick)
        del self.keys[nick]

    def uses(self, at: float, nick: str) -> None:
        """Use a key for the last time: it is forgotten from here on."""
        self.at(at).key_used(nick)
        self._idle.add(nick)

    def uses_some_key(self, at: float) -> None:
        """Use a key that is in use."""
        self.at(at).key_used(self.some_key(at))

    def signs_in(self, at: float) -> None:
        """Let somebody sign in, or fail to."""
        nick = self.chance.choice([nick for nick in self.people if self.joined_at[nick] < at])
        failed = self.chance.random() < 0.08
        self.at(at).login(nick, error="invalid_password" if failed else None)

    def tenant(self, at: float) -> None:
        """Let something happen that only the tenant stream shows."""
        type_ = self.chance.choice(names.TENANT_EVENTS)
        self.at(at).by(next(iter(self.people))).tenant_event(type_)
