"""What can happen in a story to groups and roles, and what comes and goes between two snapshots."""

from collections.abc import Callable
from datetime import timedelta

from functions.snapshot.findings.short_lives import SHORT_LIVED_OWNER
from tests.snapshot.stories.narrator import GROUPS, Hidden, Narrator
from tools.openai_simulator.story.steps import StorySteps


class GroupStorySteps(Narrator):
    """Groups and roles, returns and short lives; each is told only where it makes sense."""

    def group_created(self) -> None:
        """A new group: nobody has anything by it yet."""
        nick = self.nick("group")
        if self.step({self.id_of("group", nick)}, lambda m: m.group_created(nick), []):
            self.groups.append(nick)

    def group_renamed(self) -> None:
        """A group has another name."""
        nick = self.one_of(self.groups)
        if nick:
            id_, name = self.id_of("group", nick), self.nick("team")
            self.step({id_}, lambda m: m.group_renamed(nick, name), [])

    def group_deleted(self) -> None:
        """A group ends; somebody had access to a project by it alone."""
        nick = self.one_of(self.groups)
        if nick:
            turned = self._turned(nick, lambda m, access: m.group_deleted(nick, access=access))
            if turned:
                self.groups.remove(nick)

    def group_member_removed(self) -> None:
        """Somebody goes from a group by which they had access to a project."""
        nick = self.one_of(self.groups)
        if nick:
            self._turned(
                nick,
                lambda m, access: m.group_member_removed(nick, access[0][1], access=access),
            )

    def group_member_added(self) -> None:
        """Somebody comes into a group, and by it to a project where their keys did not work."""
        nick = self.one_of(self.groups)
        if nick:
            self._turned(
                nick,
                lambda m, access: m.group_member_added(nick, access[0][1], access=access),
                active=False,
            )

    def group_assigned(self) -> None:
        """A group comes into a project, where the keys of somebody in it did not work."""
        nick = self.one_of(self.groups)
        if nick:
            self._turned(
                nick,
                lambda m, access: m.group_assigned(nick, access[0][0], access=access),
                active=False,
            )

    def role_created(self) -> None:
        """A new role, nobody's yet."""
        nick = self.nick("role")
        if self.step({self.id_of("role", nick)}, lambda m: m.role_created(nick), []):
            self.roles.append(nick)

    def role_updated(self) -> None:
        """A role may do more or less, and somebody who has it is an owner by it, or no longer."""
        nick, person = self.one_of(self.roles), self.one_of(self.people[1:])
        if nick is None or person is None:
            return
        becomes = "reader" if self.role_of(person) == "owner" else "owner"
        permissions = ["api.groups.read", f"api.{self.nick('thing')}.write"]
        self._role_turns(
            nick, person, lambda m: m.role_updated(nick, permissions, people=[(person, becomes)])
        )

    def role_deleted(self) -> None:
        """A role ends, and with it an owner's being one."""
        nick = self.one_of(self.roles)
        person = self.one_of(one for one in self.people[1:] if self.role_of(one) == "owner")
        if nick and person:
            people = [(person, "reader")]
            if self._role_turns(nick, person, lambda m: m.role_deleted(nick, people=people)):
                self.roles.remove(nick)

    def comes_back_at_once(self) -> None:
        """Somebody without keys is removed and added again within minutes; the log may hide it."""
        keyless = set(self.people[1:]) - {key.owner for key in self.keys.values()}
        nick = self.one_of(keyless)
        if nick is None:
            return
        id_, role = self.id_of("user", nick), self.role_of(nick)
        reach = {id_, *self._memberships(nick, self.projects)}
        if not all(self._is_shown(name) for name in (*reach, GROUPS)):
            return
        if self._is_silent() or not self._is_mid_hour():
            return
        left_at = self.at
        is_hidden = self.chance.random() < 0.25
        leaves = self.story.world.at(left_at)
        (leaves.hidden() if is_hidden else leaves).user_leaves(nick)
        self.members = {one for one in self.members if one[1] != nick}
        self.at = left_at + timedelta(minutes=4)
        if is_hidden:
            removed = frozenset({("users", "removed", id_)})
            self.story.hidden.append(Hidden(left_at, removed, frozenset(reach)))
        shows = [("users", "added", id_)]
        self.step(reach, lambda m: m.user_joins(nick, name="Somebody", role=role), shows)

    def comes_and_goes(self) -> None:
        """Somebody is added and removed within a minute: both events, or the log hides the end."""
        nick = self.nick("user")
        id_ = self.id_of("user", nick)
        if self._is_silent() or not self._is_mid_hour():
            return
        self.story.world.at(self.at).user_joins(nick, name="Somebody", role="owner")
        self.at += timedelta(seconds=40)
        shows = [("users", "user.added", id_)]
        self.short_life(SHORT_LIVED_OWNER, {id_}, lambda m: m.user_leaves(nick), shows)

    def owner_for_minutes(self) -> None:
        """Somebody is made an owner and unmade within minutes; the log may hide the second."""
        nick = self.one_of(one for one in self.people[1:] if self.role_of(one) != "owner")
        if nick is None or self._is_silent() or not self._is_mid_hour():
            return
        id_ = self.id_of("user", nick)
        if not self._is_shown(id_):
            return
        self.story.world.at(self.at).user_role(nick, "owner")
        self.at += timedelta(minutes=3)
        shows = [("users", "user.updated", id_)]
        is_told = self.short_life(
            SHORT_LIVED_OWNER, {id_}, lambda m: m.user_role(nick, "reader"), shows
        )
        if is_told:
            # What becomes of somebody later reverts what was told of them: let nothing become.
            self.touched[id_] = self.start + timedelta(days=9)

    def role_of(self, nick: str) -> str:
        """Return somebody's role in the organization."""
        version = self.story.world.first.users.get(self.id_of("user", nick), self.at.timestamp())
        return str(version.fields["role"]) if version else "reader"

    def _is_mid_hour(self) -> bool:
        return 300 <= self.at.minute * 60 + self.at.second <= 3000

    def _turned(
        self,
        group: str,
        act: Callable[[StorySteps, list[tuple[str, str]]], object],
        *,
        active: bool = True,
    ) -> bool:
        """Tell a step by which somebody's keys in a project turn; who is chosen by chance."""
        owners = {
            f"{key.project}/{key.owner}"
            for name, key in self.keys.items()
            if key.active == active and key.owner in self.people and self._is_open(name)
        }
        chosen = self.one_of(owners)
        if chosen is None:
            return False
        project, nick = chosen.split("/")
        names = self._keys_of(nick, project, active=active)
        reach = {GROUPS, self.id_of("group", group), self.id_of("user", nick)}
        reach |= {*self.key_ids(names), *self._memberships(nick, [project])}
        told = self.step(reach, lambda m: act(m, [(project, nick)]), self._modified(names))
        if told:
            for name in names:
                self.keys[name].active = not active
        return told

    def _role_turns(self, role: str, person: str, act: Callable[[StorySteps], object]) -> bool:
        id_ = self.id_of("user", person)
        reach = {GROUPS, self.id_of("role", role), id_}
        return self.step(reach, act, [("users", "modified", id_)])
