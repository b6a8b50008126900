"""The steps of an organization's story: what happens, and what the audit log says of it.

Each step changes the lists from its instant on and, unless `hidden`, adds the audit event that
OpenAI writes for it. Steps of one entity are taken in order of time. Every step returns the
instant, so that steps can be chained.
"""

from typing import Self

from tools.openai_simulator.story.group_steps import GroupSteps
from tools.openai_simulator.timeline import Record
from tools.openai_simulator.world import records


class StorySteps(GroupSteps):
    """What can happen at one instant of an organization's story.

    People, projects, keys and so on go by nicknames (`ann`), from which ids are made
    (`user-ann`); an id may stand wherever a nickname may. `by`, `hidden`, `late` and the like
    (see `StepContext`) give the same instant with steps done and logged that way.
    """

    def user_joins(
        self, nick: str, *, name: str | None = None, email: str | None = None, role: str = "reader"
    ) -> Self:
        """Add a person, or bring one back. Event `user.added`."""
        id_ = self.org.id_of("user", nick)
        record = records.user(
            id_,
            name=name or nick.replace(".", " ").title(),
            email=email or f"{nick}@{self.org.id.removeprefix('org-')}.example".lower(),
            role=role,
            at=self.at,
        )
        self.org.users.put(self.at, id_, record)
        self._note_owner(id_, role)
        return self._log("user.added", id_, data={"role": role})

    def user_leaves(self, nick: str) -> Self:
        """Take a person out, memberships too; their keys turn `inactive`. Event `user.deleted`."""
        id_ = self.org.id_of("user", nick)
        self._log("user.deleted", id_)
        self.org.users.put(self.at, id_, None)
        for members in self.org.members.values():
            if members.get(id_, self.at):
                members.put(self.at, id_, None)
        self._keys_turn(id_, "inactive")
        return self

    def user_role(self, nick: str, role: str) -> Self:
        """Give a person another role. Event `user.updated`."""
        id_ = self.org.id_of("user", nick)
        self.org.users.patch(self.at, id_, role=role)
        self._note_owner(id_, role)
        return self._log("user.updated", id_, changes_requested={"role": role})

    def user_renamed(self, nick: str, name: str, *, email: str | None = None) -> Self:
        """Give a person another name or address; the log has no event for it."""
        fields = {"name": name} if email is None else {"name": name, "email": email}
        self.org.users.patch(self.at, self.org.id_of("user", nick), **fields)
        return self

    def user_flags(self, nick: str, *, enabled: bool = True, banned: bool = False) -> Self:
        """Switch a person's account off or on; their keys stay, and the log has no event for it."""
        id_ = self.org.id_of("user", nick)
        inner = self._user(id_)["user"] | {"enabled": enabled, "banned": banned}
        self.org.users.patch(self.at, id_, user=inner)
        return self

    def project_created(self, nick: str, *, name: str | None = None) -> Self:
        """Create a project. Event `project.created`."""
        id_ = self.org.id_of("project", nick)
        title = name or nick
        self.org.projects.put(self.at, id_, records.project(id_, name=title, at=self.at))
        return self._log("project.created", id_, project=id_, data={"name": nick, "title": title})

    def project_renamed(self, nick: str, name: str) -> Self:
        """Rename a project. Event `project.updated`."""
        id_ = self.org.id_of("project", nick)
        self.org.projects.patch(self.at, id_, name=name)
        return self._log("project.updated", id_, project=id_, changes_requested={"title": name})

    def project_archived(self, nick: str) -> Self:
        """Archive a project; its own lists then answer 400. Event `project.archived`."""
        id_ = self.org.id_of("project", nick)
        self.org.projects.patch(self.at, id_, status="archived", archived_at=int(self.at))
        return self._log("project.archived", id_, project=id_)

    def member_added(self, project: str, user: str, *, role: str = "member") -> Self:
        """Put a person into a project; their keys there work again. Event `user.added`."""
        project_id, id_ = self.org.id_of("project", project), self.org.id_of("user", user)
        person = self._user(id_)
        member = records.member(person, role=role, at=self.at)
        self.org.members[project_id].put(self.at, id_, member)
        self._keys_turn(id_, "active", project_id)
        return self._log("user.added", id_, project=project_id, data={"role": role})

    def member_removed(self, project: str, user: str) -> Self:
        """Take a person out of a project; their keys turn `inactive`. Event `user.deleted`."""
        project_id, id_ = self.org.id_of("project", project), self.org.id_of("user", user)
        self.org.members[project_id].put(self.at, id_, None)
        self._keys_turn(id_, "inactive", project_id)
        return self._log("user.deleted", id_, project=project_id)

    def service_account_created(
        self, nick: str, project: str, *, role: str = "member", listed_as_user: bool = False
    ) -> Self:
        """Create a service account. Event `service_account.created`.

        Args:
            nick: Its nickname and name.
            project: Whose.
            role: `owner` or `member`.
            listed_as_user: True shows it among the organization's users too.
        """
        project_id, id_ = (
            self.org.id_of("project", project),
            self.org.id_of("service_account", nick),
        )
        account = records.service_account(id_, name=nick, role=role, at=self.at)
        self.org.service_accounts[project_id].put(self.at, id_, account)
        self.org.project_of_service_account[id_] = project_id
        if listed_as_user:
            pseudo = records.user(id_, name=nick, email=None, role="reader", at=self.at)
            self.org.users.put(self.at, id_, {**pseudo, "is_service_account": True})
        return self._log("service_account.created", id_, project=project_id, data={"role": role})

    def service_account_deleted(self, nick: str, *, keys_stay: bool = False) -> Self:
        """Delete a service account and its keys. Event `service_account.deleted`.

        Args:
            nick: Which.
            keys_stay: True leaves its keys behind, owned by nobody who is there.
        """
        id_ = self.org.id_of("service_account", nick)
        project_id = self.org.project_of_service_account[id_]
        self.org.service_accounts[project_id].put(self.at, id_, None)
        if self.org.users.get(id_, self.at):
            self.org.users.put(self.at, id_, None)
        for key_project, key_id in sorted(self.org.keys_of[id_]):
            keys = self.org.api_keys[key_project]
            if not keys_stay and keys.get(key_id, self.at):
                keys.put(self.at, key_id, None)
        return self._log("service_account.deleted", id_, project=project_id)

    def key_made(
        self, nick: str, project: str, *, owner: str | None, name: str | None = None
    ) -> Self:
        """Make a project API key. Event `api_key.created`.

        An owner who is not yet a user of the project becomes one, silently.

        Args:
            nick: Its nickname.
            project: Whose.
            owner: A user's or service account's nickname or id; None for an owner not shown.
            name: The key's name; the nickname when absent.
        """
        project_id, id_ = self.org.id_of("project", project), self.org.id_of("key", nick)
        owner_record = None if owner is None else self._owner(owner, project_id)
        key = records.project_key(id_, name=name or nick, owner=owner_record, at=self.at)
        self._show_key(project_id, key)
        scopes = {"scopes": ["api.model.request"]}
        return self._log("api_key.created", id_, project=project_id, data=scopes)

    def key_used(self, nick: str) -> Self:
        """Move a key's `last_used_at` here; the log has no event for it."""
        id_ = self.org.id_of("key", nick)
        keys = self.org.api_keys[self.org.project_of_key[id_]]
        keys.patch(self.at, id_, last_used_at=int(self.at))
        return self

    def key_renamed(self, nick: str, name: str) -> Self:
        """Rename a key. Event `api_key.updated`."""
        id_ = self.org.id_of("key", nick)
        project_id = self.org.project_of_key[id_]
        self.org.api_keys[project_id].patch(self.at, id_, name=name)
        scopes = {"scopes": ["api.model.request"]}
        return self._log("api_key.updated", id_, project=project_id, changes_requested=scopes)

    def key_removed(self, nick: str) -> Self:
        """Remove a key. Event `api_key.deleted`."""
        id_ = self.org.id_of("key", nick)
        project_id = self.org.project_of_key[id_]
        self.org.api_keys[project_id].put(self.at, id_, None)
        return self._log("api_key.deleted", id_, project=project_id)

    def invite_sent(self, nick: str, *, email: str | None = None, role: str = "reader") -> Self:
        """Invite someone. Event `invite.sent`."""
        id_ = self.org.id_of("invite", nick)
        address = email or f"{nick}@{self.org.id.removeprefix('org-')}.example".lower()
        invite = records.invite(id_, email=address, role=role, at=self.at)
        self.org.invites.put(self.at, id_, invite)
        return self._log("invite.sent", id_, data={"email": address, "role": role})

    def invite_accepted(self, nick: str) -> Self:
        """Accept an invite; take the step `user_joins` with it. Event `invite.accepted`."""
        id_ = self.org.id_of("invite", nick)
        self.org.invites.patch(self.at, id_, status="accepted", accepted_at=int(self.at))
        return self._log("invite.accepted", id_)

    def invite_deleted(self, nick: str) -> Self:
        """Withdraw an invite. Event `invite.deleted`."""
        id_ = self.org.id_of("invite", nick)
        self.org.invites.put(self.at, id_, None)
        return self._log("invite.deleted", id_)

    def login(self, nick: str, *, error: str | None = None) -> Self:
        """Sign in, or fail to. Event `login.succeeded` or `login.failed`."""
        actor = self.by(nick)
        if error is None:
            actor.event("login.succeeded")
        else:
            actor.event("login.failed", {"error_code": error, "error_message": "Sign-in failed."})
        return self

    def _note_owner(self, id_: str, role: str) -> None:
        if role == "owner":
            self.org.owner_ids.setdefault(id_)

    def _user(self, id_: str) -> Record:
        version = self.org.users.get(id_, self.at)
        if version is None:
            raise KeyError(f"{id_} is not in the organization at {self.at:.0f}")
        return version.fields

    def _owner(self, owner: str, project_id: str) -> Record:
        account_id = self.org.id_of("service_account", owner)
        account = self.org.service_accounts[project_id].get(account_id, self.at)
        if account is not None:
            return records.key_owner("service_account", account.fields)
        id_ = self.org.id_of("user", owner)
        members = self.org.members[project_id]
        if members.get(id_, self.at) is None:
            member = records.member(self._user(id_), role="member", at=self.at)
            members.put(self.at, id_, member)
        return records.key_owner("user", self._user(id_))
