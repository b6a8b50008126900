"""The steps of groups and roles, and what people gain and lose by them.

What a group or a role does to others is OpenAI's to know, so a step is told by whom it reaches:
``access`` names those (project, user) whose keys turn, ``people`` those whose role changes.
"""

from collections.abc import Iterable
from typing import Self

from tools.openai_simulator.story.step_context import StepContext
from tools.openai_simulator.timeline import Record
from tools.openai_simulator.world import records

Access = Iterable[tuple[str, str]]


class GroupSteps(StepContext):
    """What can happen to groups and roles at one instant of an organization's story."""

    def group_created(self, nick: str, *, name: str | None = None) -> Self:
        """Create a group. Event `group.created`."""
        id_ = self.org.id_of("group", nick)
        self.org.groups.put(self.at, id_, records.group(id_, name=name or nick, at=self.at))
        return self._log("group.created", id_, data={"group_name": name or nick})

    def role_created(
        self, nick: str, *, permissions: list[str] | None = None, predefined: bool = False
    ) -> Self:
        """Create a role. Event `role.created`."""
        id_, may = self.org.id_of("role", nick), permissions or ["api.groups.read"]
        role = records.role(id_, name=nick, permissions=may, predefined=predefined)
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
        user_id = self.org.id_of("user", user)
        version = self.org.users.get(user_id, self.at)
        of = version.fields if version else {}
        member = {"id": user_id, "name": of.get("name") or "", "email": of.get("email")}
        self._right("groups", self.org.id_of("group", nick), "users", user_id, member)
        return self._member_event("tenant.group.member.added", nick, user)

    def group_member_removed(self, nick: str, user: str, *, access: Access = ()) -> Self:
        """Take a person out of a group. Tenant event `tenant.group.member.removed`."""
        self._access_turns(access, "inactive")
        user_id = self.org.id_of("user", user)
        self._right("groups", self.org.id_of("group", nick), "users", user_id, None)
        return self._member_event("tenant.group.member.removed", nick, user)

    def group_assigned(self, nick: str, project: str, *, access: Access = ()) -> Self:
        """Give a group a role in a project. Event `role.assignment.created`."""
        self._access_turns(access, "active")
        id_, project_id = self.org.id_of("group", nick), self.org.id_of("project", project)
        if version := self.org.groups.get(id_, self.at):
            group = records.project_group(project_id, version.fields, at=self.at)
            self._right("projects", project_id, "groups", id_, group)
        return self._assignment("created", id_, "group", project_id, "api.project")

    def group_given(self, nick: str, role: str) -> Self:
        """Give a group a role of the organization. Event `role.assignment.created`."""
        return self._assigned("groups", self.org.id_of("group", nick), "group", role)

    def group_deprived(self, nick: str, role: str) -> Self:
        """Take a role of the organization from a group. Event `role.assignment.deleted`."""
        return self._unassigned("groups", self.org.id_of("group", nick), "group", role)

    def user_given(self, nick: str, role: str) -> Self:
        """Give a person a role of the organization. Event `role.assignment.created`."""
        return self._assigned("users", self.org.id_of("user", nick), "user", role)

    def provider_created(self, nick: str, *, issuer: str, audience: str = "openai") -> Self:
        """Take tokens of an issuer. Event `workload_identity_provider.created`."""
        id_ = self.org.id_of("provider", nick)
        provider = records.workload_identity_provider(
            id_, issuer=issuer, audience=audience, at=self.at
        )
        self.org.workload_identity_providers.put(self.at, id_, provider)
        return self._log("workload_identity_provider.created", id_, data={})

    def rule_created(
        self, nick: str, provider: str, project: str, account: str, matchers: Record
    ) -> Self:
        """Let tokens act as a service account. Event `workload_identity_provider_mapping.created`.

        Args:
            nick: Of the rule.
            provider: Whose tokens.
            project: The service account's.
            account: Which service account.
            matchers: What a token must say.
        """
        id_, provider_id = self.org.id_of("rule", nick), self.org.id_of("provider", provider)
        rule = records.workload_identity_rule(
            id_,
            provider=provider_id,
            project=self.org.id_of("project", project),
            account=self.org.id_of("service_account", account),
            matchers=matchers,
            at=self.at,
        )
        self._right("workload_identity_providers", provider_id, "federation_rules", id_, rule)
        return self._log(
            "workload_identity_provider_mapping.created",
            id_,
            identity_provider_id=provider_id,
            data={},
        )

    def rule_patched(self, nick: str, provider: str, **fields: object) -> Self:
        """Change a rule. Event `workload_identity_provider_mapping.updated`."""
        id_, provider_id = self.org.id_of("rule", nick), self.org.id_of("provider", provider)
        rules = self.org.rights["workload_identity_providers", provider_id, "federation_rules"]
        rules.patch(self.at, id_, **fields)
        return self._log(
            "workload_identity_provider_mapping.updated",
            id_,
            identity_provider_id=provider_id,
            changes_requested={},
        )

    def rule_deleted(self, nick: str, provider: str) -> Self:
        """Delete a rule. Event `workload_identity_provider_mapping.deleted`."""
        id_, provider_id = self.org.id_of("rule", nick), self.org.id_of("provider", provider)
        self._right("workload_identity_providers", provider_id, "federation_rules", id_, None)
        return self._log(
            "workload_identity_provider_mapping.deleted", id_, identity_provider_id=provider_id
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

    def _assigned(self, parents: str, id_: str, kind: str, role: str) -> Self:
        role_id = self.org.id_of("role", role)
        version = self.org.roles.get(role_id, self.at)
        if version is None:
            raise KeyError(f"{role_id} is not there at {self.at:.0f}")
        self._right(parents, id_, "roles", role_id, records.assigned_role(version.fields))
        return self._assignment("created", id_, kind, self.org.id, "api.organization")

    def _unassigned(self, parents: str, id_: str, kind: str, role: str) -> Self:
        self._right(parents, id_, "roles", self.org.id_of("role", role), None)
        return self._assignment("deleted", id_, kind, self.org.id, "api.organization")

    def _assignment(self, done: str, id_: str, kind: str, of: str, resource: str) -> Self:
        return self._log(
            f"role.assignment.{done}",
            f"assignment-{id_}-{of}",
            principal_id=id_,
            principal_type=kind,
            resource_id=of,
            resource_type=resource,
        )

    def _right(self, parents: str, parent: str, name: str, id_: str, record: Record | None) -> None:
        self.org.rights[parents, parent, name].put(self.at, id_, record)
