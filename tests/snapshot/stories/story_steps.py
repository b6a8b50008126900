"""What can happen in a story, and what snapshots show of it."""

from collections.abc import Callable
from datetime import timedelta

from functions.snapshot.findings.short_lives import SHORT_LIVED_KEY
from tests.snapshot.stories.group_story_steps import GroupStorySteps
from tests.snapshot.stories.narrator import STORY_HOURS, Key, Story
from tools.openai_simulator.story.steps import StorySteps


def tell(seed: int) -> Story:
    """Return the story of a seed: its past, its trouble, its thirty hours."""
    return Steps(seed).tell()


class Steps(GroupStorySteps):
    """The steps; each is told only where it makes sense."""

    def tell(self) -> Story:
        """Tell the past, choose the trouble, tell the story."""
        makers = [self.joins] * 5 + [self.project_created] * 3
        makers += self.chance.choices([self.key_made, self.account_created], [3, 1], k=10)
        makers += [self.group_created, self.group_created, self.role_created]
        for make in makers:
            self.at += timedelta(minutes=self.chance.randint(5, 90))
            make()
        self.touched.clear()
        self.trouble()
        steps: list[Callable[[], None]] = [self.joins, self.leaves, self.returns, self.role_changes]
        steps += [self.renamed, self.project_created, self.project_renamed, self.project_archived]
        steps += [self.member_removed, self.member_added, self.account_created, self.key_renamed]
        steps += [self.account_deleted, self.key_made, self.key_made, self.key_removed]
        steps += [self.key_made_and_removed, self.key_used]
        steps += [self.group_created, self.group_renamed, self.group_deleted, self.group_assigned]
        steps += [self.group_member_added, self.group_member_removed]
        steps += [self.role_created, self.role_updated, self.role_deleted]
        steps += [self.comes_back_at_once, self.comes_and_goes, self.owner_for_minutes]
        moments = self.chance.sample(range(60, STORY_HOURS * 3600), k=self.chance.randint(20, 60))
        for second in sorted(moments):
            moment = self.start + timedelta(seconds=second)
            # A step of several minutes may have gone beyond it.
            if moment > self.at:
                self.at = moment
                self.chance.choice(steps)()
        return self.story

    # --- people -----------------------------------------------------------------------------------

    def joins(self) -> None:
        """Someone new, by invitation as often as not."""
        nick, role = self.nick("user"), self.chance.choice(["reader", "reader", "owner"])
        role = role if self.people else "owner"  # who stays, and signs what others do
        id_, invite = self.id_of("user", nick), self.id_of("invite", nick)

        def act(steps: StorySteps) -> None:
            if self.chance.random() < 0.5:
                steps.invite_sent(nick, role=role).invite_accepted(nick)
            steps.user_joins(nick, name="Somebody", role=role)

        if self.step({id_, invite}, act, [("users", "added", id_)]):
            self.people.append(nick)

    def leaves(self) -> None:
        """Someone leaves, memberships too; their keys turn inactive."""
        nick = self.one_of(self.people[1:])
        if nick is None:
            return
        id_ = self.id_of("user", nick)
        owned = [name for name, key in self.keys.items() if key.owner == nick]
        turned = [name for name in owned if self.keys[name].active and self._is_open(name)]
        shows = [("users", "removed", id_), *self._modified(turned)]
        reach = {id_, *self.key_ids(owned), *self._memberships(nick, self.projects)}
        if self.step(reach, lambda moment: moment.user_leaves(nick), shows):
            self.people.remove(nick)
            self.gone.append(nick)
            self.members = {one for one in self.members if one[1] != nick}
            for name in owned:
                self.keys[name].active = False

    def returns(self) -> None:
        """Someone comes back; their keys stay inactive until they are in the project again."""
        nick = self.one_of(self.gone)
        if nick is None:
            return
        id_ = self.id_of("user", nick)
        if self.step(
            {id_}, lambda m: m.user_joins(nick, name="Somebody"), [("users", "added", id_)]
        ):
            self.gone.remove(nick)
            self.people.append(nick)
            self.owners.discard(nick)

    def role_changes(self) -> None:
        """Someone becomes owner, or no longer is."""
        nick = self.one_of(self.people[1:])
        if nick is None:
            return
        id_, org = self.id_of("user", nick), self.story.world.first
        version = org.users.get(id_, self.at.timestamp())
        role = "reader" if version and version.fields["role"] == "owner" else "owner"
        self.step({id_}, lambda m: m.user_role(nick, role), [("users", "modified", id_)])

    def renamed(self) -> None:
        """Someone has another name and address: no log tells of that."""
        nick = self.one_of(self.people)
        if nick is None or not self._is_shown(id_ := self.id_of("user", nick)):
            return
        self.touched[id_] = self.at
        address = f"{self.nick(nick)}@renamed.example"
        self.story.world.at(self.at).user_renamed(nick, self.nick("Name "), email=address)

    # --- projects ---------------------------------------------------------------------------------

    def project_created(self) -> None:
        """A new project."""
        nick = self.nick("project")
        id_ = self.id_of("project", nick)
        if self.step({id_}, lambda m: m.project_created(nick), [("projects", "added", id_)]):
            self.projects.append(nick)

    def project_renamed(self) -> None:
        """A project has another name."""
        nick = self.one_of(self.projects)
        if nick:
            id_, name = self.id_of("project", nick), self.nick("title")
            shows = [("projects", "modified", id_)]
            self.step({id_}, lambda m: m.project_renamed(nick, name), shows)

    def project_archived(self) -> None:
        """A project ends; its lists are no longer shown."""
        nick = self.one_of(self.projects[1:])
        if nick is None:
            return
        id_ = self.id_of("project", nick)
        keys = [name for name, key in self.keys.items() if key.project == nick]
        reach = {id_, *self.key_ids(keys)}
        shows = [("projects", "modified", id_)]
        if self.step(reach, lambda m: m.project_archived(nick), shows):
            self.projects.remove(nick)

    def member_removed(self) -> None:
        """Someone goes from a project; their keys there turn inactive."""
        chosen = self.one_of("/".join(one) for one in self.members if one[0] in self.projects)
        if chosen is None:
            return
        project, nick = chosen.split("/")
        turned = self._keys_of(nick, project, active=True)
        reach = {self.id_of("user", nick), *self.key_ids(turned)}
        reach |= self._memberships(nick, [project])
        if self.step(reach, lambda m: m.member_removed(project, nick), self._modified(turned)):
            self.members.discard((project, nick))
            for name in turned:
                self.keys[name].active = False

    def member_added(self) -> None:
        """Someone enters a project; keys they have there work again."""
        project, nick = self.one_of(self.projects), self.one_of(self.people)
        if project is None or nick is None or (project, nick) in self.members:
            return
        turned = self._keys_of(nick, project, active=False)
        reach = {self.id_of("user", nick), *self.key_ids(turned)}
        reach |= self._memberships(nick, [project])
        if self.step(reach, lambda m: m.member_added(project, nick), self._modified(turned)):
            self.members.add((project, nick))
            for name in turned:
                self.keys[name].active = True

    # --- service accounts and keys ----------------------------------------------------------------

    def account_created(self) -> None:
        """A service account, with a key of its own soon after, now and then."""
        project = self.one_of(self.projects)
        if project is None:
            return
        nick = self.nick("account")
        reach = {self.id_of("service_account", nick), self.id_of("project", project)}
        if self.step(reach, lambda m: m.service_account_created(nick, project), []):
            self.accounts[nick] = project

    def account_deleted(self) -> None:
        """A service account goes, and its keys with it."""
        open_accounts = [
            nick for nick, project in self.accounts.items() if project in self.projects
        ]
        nick = self.one_of(open_accounts)
        if nick is None:
            return
        owned = [name for name, key in self.keys.items() if key.owner == nick]
        shows = [("api_keys", "removed", id_) for id_ in self.key_ids(owned)]
        reach = {self.id_of("service_account", nick), *self.key_ids(owned)}
        reach.add(self.id_of("project", self.accounts[nick]))
        if self.step(reach, lambda m: m.service_account_deleted(nick), shows):
            del self.accounts[nick]
            for name in owned:
                del self.keys[name]

    def key_made(self) -> None:
        """A key, for a member of a project or for a service account."""
        owners = [one for one in self.members if one[0] in self.projects]
        owners += [(project, nick) for nick, project in self.accounts.items()]
        owners = [one for one in owners if one[0] in self.projects]
        chosen = self.one_of("/".join(one) for one in owners)
        if chosen is None:
            self.member_added()
            return
        project, owner = chosen.split("/")
        nick = self.nick("key")
        id_, shows = self.id_of("key", nick), [("api_keys", "added", self.id_of("key", nick))]
        reach = {id_, self._owner_id(owner), self.id_of("project", project)}
        if self.step(reach, lambda m: m.key_made(nick, project, owner=owner), shows):
            self.keys[nick] = Key(project, owner)

    def key_removed(self) -> None:
        """A key is removed."""
        nick = self.one_of(name for name in self.keys if self._is_open(name))
        if nick is None:
            return
        id_, key = self.id_of("key", nick), self.keys[nick]
        # An owner who goes takes keys along: their going would explain this one's.
        reach = {id_, self._owner_id(key.owner), self.id_of("project", key.project)}
        if self.step(reach, lambda m: m.key_removed(nick), [("api_keys", "removed", id_)]):
            del self.keys[nick]

    def key_renamed(self) -> None:
        """A key has another name."""
        nick = self.one_of(name for name in self.keys if self._is_open(name))
        if nick:
            name = self.nick("name")
            shows = self._modified([nick])
            self.step(self.key_ids([nick]), lambda m: m.key_renamed(nick, name), shows)

    def key_used(self) -> None:
        """A key is used: a fact, never a change."""
        nick = self.one_of(self.keys)
        if nick:
            self.story.world.at(self.at).key_used(nick)

    def key_made_and_removed(self) -> None:
        """A key lives for half a minute: both events, no trace; or the log hides its end."""
        chosen = self.one_of("/".join(one) for one in self.members if one[0] in self.projects)
        second = self.at.minute * 60 + self.at.second
        if chosen is None or not 300 <= second <= 3000:
            return
        project, owner = chosen.split("/")
        nick, made_at = self.nick("key"), self.at
        id_ = self.id_of("key", nick)
        reach = {id_, self.id_of("user", owner), self.id_of("project", project)}
        if not all(self._is_shown(name) for name in reach) or self._is_silent():
            return
        self.story.world.at(made_at).key_made(nick, project, owner=owner)
        self.at = made_at + timedelta(seconds=30)
        shows = [("api_keys", "api_key.created", id_)]
        self.short_life(SHORT_LIVED_KEY, reach, lambda m: m.key_removed(nick), shows)
