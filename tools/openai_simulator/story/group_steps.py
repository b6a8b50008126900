"""The steps of groups and roles, and what people gain and lose by them.

OpenAI lists neither who is in a group nor who holds a role, so a step is told by whom it reaches:
``access`` names those (project, user) whose keys turn, ``people`` those whose role changes.
"""

from collections.abc import Iterable
from typing import Self

from tools.openai_simulator.story.step_context import StepContext
from tools.openai_simulator.world import records

Access = Iterable[tuple[str, str]]


class GroupSteps(StepContext):
    """What can happen to groups and roles at one instant of an organization's story."""

    def group_created(self, nick: str, *, name: str | None = None) -> Self:
        """Create a group. Event `group.created`."""
        id_ = self.org.id_of("group", nick)
        self.org.groups.put(self.at, id_, records.group(id_, name=name or nick, at=self.at))
        return self._log("group.created", id_, data={"group_name": name or nick})

    def role_created(self, nick: str, *, permissions: list[str] | None = None) -> Self:
        """Create a role. Event `role.created`."""
        id_ = self.org.id_of("role", nick)
        role = records.role(id_, name=nick, permissions=permissions or ["api.groups.read"])
        self.org.roles.put(self.at, id_, role)
        return self._log("role.created", id_, role_name=nick, permissions=role["permissions"])

    def group_renamed(self, nick: str, name: str) -> Self:
        """Rename a group. Event `group.updated`."""
        id_ = self.org.id_of("group", nick)
        self.org.groups.patch(self.at, id_, name=name)
        return self._log("group.updated", id_, changes_requested={"group_name": name})

    def group_deleted(self, nick: str, *, access: Access = ()) -> Self:
        """Delete a group; who had access by it alone loses it. Event `group.deleted`."""
        id_ = self.org.id_of("group", nick)
        self.org.groups.put(self.at, id_, None)
        self._access_turns(access, "inactive")
        return self._log("group.deleted", id_)

    def group_member_added(self, nick: str, user: str, *, access: Access = ()) -> Self:
        """Put a person into a group. Tenant event `tenant.group.member.added`."""
        self._access_turns(access, "active")
        return self._member_event("tenant.group.member.added", nick, user)

    def group_member_removed(self, nick: str, user: str, *, access: Access = ()) -> Self:
        """Take a person out of a group. Tenant event `tenant.group.member.removed`."""
        self._access_turns(access, "inactive")
        return self._member_event("tenant.group.member.removed", nick, user)

    def group_assigned(self, nick: str, project: str, *, access: Access = ()) -> Self:
        """Give a group a role in a project. Event `role.assignment.created`."""
        self._access_turns(access, "active")
        id_, project_id = self.org.id_of("group", nick), self.org.id_of("project", project)
        return self._log(
            "role.assignment.created",
            f"assignment-{id_}-{project_id}",
            principal_id=id_,
            principal_type="group",
            resource_id=project_id,
            resource_type="api.project",
        )

    def role_updated(
        self, nick: str, permissions: list[str], *, people: Iterable[tuple[str, str]] = ()
    ) -> Self:
        """Change what a role may do; by it people may have another one. Event `role.updated`.

        Args:
            nick: Which role.
            permissions: It has from here on.
            people: Whose role becomes which.
        """
        id_ = self.org.id_of("role", nick)
        self.org.roles.patch(self.at, id_, permissions=permissions)
        self._roles_turn(people)
        return self._log("role.updated", id_, changes_requested={"permissions_added": permissions})

    def role_deleted(self, nick: str, *, people: Iterable[tuple[str, str]] = ()) -> Self:
        """Delete a role; by it people may have another one. Event `role.deleted`."""
        id_ = self.org.id_of("role", nick)
        self.org.roles.put(self.at, id_, None)
        self._roles_turn(people)
        return self._log("role.deleted", id_)

    def _access_turns(self, access: Access, to: str) -> None:
        for project, user in access:
            self._keys_turn(self.org.id_of("user", user), to, self.org.id_of("project", project))

    def _roles_turn(self, people: Iterable[tuple[str, str]]) -> None:
        for nick, role in people:
            self.org.users.patch(self.at, self.org.id_of("user", nick), role=role)

    def _member_event(self, type_: str, nick: str, user: str) -> Self:
        id_, user_id = self.org.id_of("group", nick), self.org.id_of("user", user)
        return self._log(type_, id_, tenant=True, user_id=user_id)
