"""Writes an organization's story: who is there, what they own, what they do. Seeded chance."""

import random

from tools.openai_simulator.story import names
from tools.openai_simulator.story.steps import StorySteps
from tools.openai_simulator.story.world import World

HOUR = 3600
DAY = 86400
_FORGOTTEN = 10  # one key in so many is made and then never used


class StoryWriter:
    """Writes one organization's story, and remembers it so that the next step makes sense.

    Args:
        world: Where the organization lives.
        org_id: Which.
        start_at: Seconds since 1970 at which the written hours begin.
        chance: The story's dice.
        domain: Of the organization's e-mail addresses.
    """

    def __init__(
        self, world: World, org_id: str, start_at: float, chance: random.Random, domain: str
    ) -> None:
        self._domain = domain
        self.chance = chance
        self.start_at = start_at
        self._world = world
        self._org_id = org_id
        self.people: dict[str, str] = {}
        self.joined_at: dict[str, float] = {}
        self.made_at: dict[str, float] = {}
        self.former_people: dict[str, str] = {}
        self.projects: dict[str, str] = {}
        self.accounts: dict[str, str] = {}
        self.keys: dict[str, tuple[str, str]] = {}
        self._unused_keys: set[str] = set()
        self._n_keys = 0
        self._n_newcomers = 0

    def at(self, at: float) -> StorySteps:
        """Return an instant of the story."""
        return self._world.at(int(at), self._org_id)

    def random_person(self) -> str:
        """Return the nickname of somebody in the organization, a founder only if nobody else is."""
        ordinary = [nick for nick in self.people if nick not in self._founders()]
        return self.chance.choice(ordinary or list(self.people))

    def _founders(self) -> set[str]:
        return {names.nick_of(name) for name in names.FOUNDERS} | {next(iter(self.people))}

    def random_project(self) -> str:
        """Return the nickname of an active project."""
        return self.chance.choice(list(self.projects))

    def random_key_in_use(self, at: float) -> str:
        """Return the nickname of a key that is in use."""
        existing = [key for key in self.keys if self.made_at[key] < at]
        return self.chance.choice([key for key in existing if key not in self._unused_keys])

    def person_joins(
        self, at: float, name: str, *, role: str = "reader", invited: bool = True
    ) -> None:
        """Let a person join, by invitation as a rule, and enter a project."""
        nick = names.nick_of(name)
        steps = self.at(at)
        if invited:
            self.at(at - 600).invite_sent(nick, email=f"{nick}@{self._domain}")
            steps.invite_accepted(nick)
        steps.user_joins(nick, name=name, email=f"{nick}@{self._domain}", role=role)
        self.people[nick] = name
        self.joined_at[nick] = at
        if self.projects:
            self.at(at + 120).member_added(self.random_project(), nick)

    def newcomer_joins(self, at: float) -> None:
        """Let somebody new join."""
        number = self._n_newcomers
        self._n_newcomers += 1
        first = names.NEWCOMERS_FIRST[number % len(names.NEWCOMERS_FIRST)]
        last = names.NEWCOMERS_LAST[number * 3 % len(names.NEWCOMERS_LAST)]
        n_same_name = number // 40
        self.person_joins(at, f"{first} {last}" + (f" {n_same_name + 1}" if n_same_name else ""))

    def invite(self, at: float, name: str) -> None:
        """Invite somebody who does not answer."""
        nick = names.nick_of(name)
        self.at(at).invite_sent(nick, email=f"{nick}@partner.example")

    def person_leaves(self, at: float, nick: str, *, steps: StorySteps | None = None) -> None:
        """Let a person go; their keys stay behind, inactive."""
        (steps or self.at(at)).user_leaves(nick)
        self.former_people[nick] = self.people.pop(nick)
        self._unused_keys |= {key for key, (_, owner) in self.keys.items() if owner == nick}

    def person_returns(self, at: float, nick: str) -> None:
        """Let a leaver come back; the old keys stay inactive."""
        self.person_joins(at, self.former_people.pop(nick))

    def create_project(self, at: float, nick: str, title: str) -> None:
        """Create a project."""
        self.at(at).project_created(nick, name=title)
        self.projects[nick] = title

    def archive_project(self, at: float, nick: str) -> None:
        """Archive a project; its keys are used no more."""
        self.at(at).project_archived(nick)
        del self.projects[nick]
        self.keys = {key: holder for key, holder in self.keys.items() if holder[0] != nick}
        self.accounts = {a: project for a, project in self.accounts.items() if project != nick}

    def create_service_account(self, at: float, nick: str, project: str) -> None:
        """Create a service account and its key."""
        self.at(at).service_account_created(nick, project, listed_as_user=nick == "ci-runner")
        self.accounts[nick] = project
        self.make_key(at + 60, owner=nick, project=project)

    def delete_service_account(self, at: float, nick: str, *, keys_stay: bool = False) -> None:
        """Delete a service account."""
        self.at(at).service_account_deleted(nick, keys_stay=keys_stay)
        del self.accounts[nick]
        self.keys = {key: holder for key, holder in self.keys.items() if holder[1] != nick}

    def make_key(
        self,
        at: float,
        *,
        owner: str | None = None,
        project: str | None = None,
        steps: StorySteps | None = None,
    ) -> None:
        """Make a key, of a person or at times of a service account."""
        if owner is None and self.accounts and self.chance.random() < 0.25:
            owner = self.chance.choice(list(self.accounts))
        if owner in self.accounts:
            project = self.accounts[owner or ""]
        self._n_keys += 1
        nick = f"k{self._n_keys}"
        owner, project = owner or self.random_person(), project or self.random_project()
        name = f"{self.chance.choice(names.KEY_NAMES)} {self._n_keys}"
        actor = owner if owner in self.people else next(iter(self.people))
        (steps or self.at(at).by(actor)).key_made(nick, project, owner=owner, name=name)
        self.keys[nick] = (project, owner)
        self.made_at[nick] = at
        if self._n_keys % _FORGOTTEN == 0:
            self._unused_keys.add(nick)

    def remove_key(self, at: float, *, steps: StorySteps | None = None) -> None:
        """Remove a key that is in use."""
        nick = self.random_key_in_use(at)
        (steps or self.at(at)).key_removed(nick)
        del self.keys[nick]

    def use_key_last(self, at: float, nick: str) -> None:
        """Use a key for the last time: it is forgotten from here on."""
        self.at(at).key_used(nick)
        self._unused_keys.add(nick)

    def use_random_key(self, at: float) -> None:
        """Use a key that is in use."""
        self.at(at).key_used(self.random_key_in_use(at))

    def sign_in(self, at: float) -> None:
        """Let somebody sign in, or fail to."""
        nick = self.chance.choice([nick for nick in self.people if self.joined_at[nick] < at])
        failed = self.chance.random() < 0.08
        self.at(at).login(nick, error="invalid_password" if failed else None)

    def add_tenant_event(self, at: float) -> None:
        """Let something happen that only the tenant stream shows."""
        type_ = self.chance.choice(names.TENANT_EVENTS)
        self.at(at).by(next(iter(self.people))).tenant_event(type_)
