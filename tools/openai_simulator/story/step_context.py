"""Who does a step, and whether and when the audit log shows it; and steps as raw records."""

import copy
from collections.abc import Mapping
from typing import Any, Self

from tools.openai_simulator.clock import Instant, seconds, text
from tools.openai_simulator.timeline import Record
from tools.openai_simulator.world import records
from tools.openai_simulator.world.organization import (
    ALL_SCOPES,
    Credential,
    HiddenStep,
    Organization,
)

_DEFAULT_ACTOR: Record = {}


class StepContext:
    """An instant of a story, and how the audit log shows the steps taken at it."""

    def __init__(self, org: Organization, at: float) -> None:
        self.org = org
        self.at = at
        self._logged = True
        self._visible_at: float | None = None
        self._actor: Record | None = _DEFAULT_ACTOR

    def hidden(self) -> Self:
        """Take the next steps without an audit event; `org.hidden` remembers them."""
        return self._with(_logged=False)

    def late(self, by_s: float) -> Self:
        """Let the list of events show the next steps only seconds later."""
        return self._with(_visible_at=self.at + by_s)

    def by(self, nick: str) -> Self:
        """Let a user, in a browser, be the actor of the next steps.

        Someone who is not in the organization at this instant is named by id alone.
        """
        id_ = self.org.id_of("user", nick)
        version = self.org.users.get(id_, self.at)
        person = version.fields if version else {"id": id_, "email": f"{nick}@elsewhere.example"}
        return self._with(_actor=records.session_actor(person, self.at))

    def by_key(self, nick: str) -> Self:
        """Let a project API key be the actor of the next steps."""
        id_ = self.org.id_of("key", nick)
        version = self.org.api_keys[self.org.project_of_key[id_]].get(id_, self.at)
        owner = (version.fields.get("owner") if version else None) or {}
        kind = owner.get("type", "user")
        return self._with(_actor=records.key_actor(id_, kind, owner.get(kind, {"id": "user-gone"})))

    def by_nobody(self) -> Self:
        """Let the next steps have the actor null."""
        return self._with(_actor=None)

    def event(
        self,
        type_: str,
        payload: Mapping[str, Any] | None = None,
        *,
        project: str | None = None,
        tenant: bool = False,
        id_: str | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> Self:
        """Write an audit event alone.

        Args:
            type_: Any text; unknown types too.
            payload: What stands under the key named like the type; absent when None.
            project: Nickname or id of the project it is scoped to.
            tenant: True puts it into the stream that only `tenant_only=true` shows.
            id_: The event's id; made when absent. The same id twice makes a repeated event.
            extra: Further top-level fields, or other values for the usual ones (`...` drops one).
        """
        log = self.org.tenant_events if tenant else self.org.events
        record: Record = {
            "id": id_ or self._event_id(type_, len(log), tenant),
            "type": type_,
            "effective_at": int(self.at),
            "actor": self._actor_record(),
        }
        if project is not None:
            record["project"] = self._project_scope(project)
        if payload is not None:
            record[type_] = dict(payload)
        record.update(extra or {})
        record = {name: value for name, value in record.items() if value is not ...}
        visible_at = self.at if self._visible_at is None else self._visible_at
        self.org.record_event(record, visible_at=visible_at, tenant=tenant)
        return self

    def tenant_event(self, type_: str, payload: Mapping[str, Any] | None = None) -> Self:
        """Write an event of tenant scope."""
        return self.event(type_, payload, tenant=True)

    def events(self, count: int, type_: str = "login.succeeded", *, tenant: bool = False) -> Self:
        """Write many events in this one second."""
        for _ in range(count):
            self.event(type_, tenant=tenant)
        return self

    def raw(self, name: str, record: Mapping[str, Any], *, project: str | None = None) -> Self:
        """Show a record as it stands in a list, without an event: null names, odd fields, anything.

        Args:
            name: The list as in the path: `users`, `projects`, `api_keys`, `invites`…
            record: Needs `id`.
            project: Whose list, where lists belong to projects.
        """
        project_id = None if project is None else self.org.id_of("project", project)
        listed_record = copy.deepcopy(dict(record))
        if name == "api_keys" and project_id is not None:
            self._show_key(project_id, listed_record)
        else:
            self.org.list_named(name, project_id).put(self.at, listed_record["id"], listed_record)
        return self

    def gone(self, name: str, id_: str, *, project: str | None = None) -> Self:
        """Take a record out of a list, without an event."""
        project_id = None if project is None else self.org.id_of("project", project)
        self.org.list_named(name, project_id).put(self.at, id_, None)
        return self

    def patched(
        self, name: str, id_: str, fields: Mapping[str, Any], *, project: str | None = None
    ) -> Self:
        """Change fields of a listed record, without an event; a field set to `...` goes."""
        project_id = None if project is None else self.org.id_of("project", project)
        self.org.list_named(name, project_id).patch(self.at, id_, **fields)
        return self

    def admin_key_made(
        self,
        nick: str,
        secret: str,
        *,
        owner: str | None = None,
        scopes: frozenset[str] = ALL_SCOPES,
        expires_at: Instant | None = None,
    ) -> Self:
        """Make an admin key that works from here on and is listed. Event `api_key.created`."""
        id_ = self.org.id_of("admin_key", nick)
        person = (
            self.org.users.get(self.org.id_of("user", owner), self.at)
            if owner is not None
            else None
        )
        owner_record = person.fields if person else self.org.first_owner(self.at)
        record = records.admin_key(id_, name=nick, secret=secret, owner=owner_record, at=self.at)
        until = None if expires_at is None else seconds(expires_at)
        record["expires_at"] = None if until is None else int(until)
        self.org.admin_api_keys.put(self.at, id_, record)
        self.org.credentials[secret] = Credential(secret, scopes, self.at, until, id_)
        return self._log("api_key.created", id_, data={"scopes": sorted(scopes)})

    def admin_key_revoked(self, nick: str, secret: str) -> Self:
        """Take an admin key away: it answers 401 from here on. Event `api_key.deleted`."""
        id_ = self.org.id_of("admin_key", nick)
        if self.org.admin_api_keys.get(id_, self.at):
            self.org.admin_api_keys.put(self.at, id_, None)
        self.org.credentials[secret].until_at = self.at
        return self._log("api_key.deleted", id_)

    def _with(self, **how: object) -> Self:
        context = copy.copy(self)
        context.__dict__.update(how)
        return context

    def _log(
        self,
        type_: str,
        target: str,
        *,
        project: str | None = None,
        tenant: bool = False,
        **payload: object,
    ) -> Self:
        if self._logged:
            self.event(type_, {"id": target, **payload}, project=project, tenant=tenant)
        else:
            self.org.hidden.append(HiddenStep(self.at, type_, target))
        return self

    def _event_id(self, type_: str, number: int, tenant: bool) -> str:
        scope = (self.org.id, type_, int(self.at), number, tenant)
        return f"audit_log-{records.opaque(*scope)}_{text(self.at)[:10].replace('-', '')}"

    def _actor_record(self) -> Record | None:
        if self._actor is not _DEFAULT_ACTOR:
            return self._actor
        owner = self.org.first_owner(self.at)
        return None if owner is None else records.session_actor(owner, self.at)

    def _project_scope(self, project: str) -> Record:
        id_ = self.org.id_of("project", project)
        version = self.org.projects.get(id_, self.at)
        return {"id": id_, "name": version.fields.get("name") if version else id_}

    def _show_key(self, project_id: str, key: Record) -> None:
        self.org.api_keys[project_id].put(self.at, key["id"], key)
        self.org.project_of_key[key["id"]] = project_id
        owner = key.get("owner") or {}
        owner_id = (owner.get(owner.get("type", "")) or {}).get("id")
        if owner_id is not None:
            self.org.keys_of[owner_id].add((project_id, key["id"]))

    def _keys_turn(self, user_id: str, access: str, project_id: str | None = None) -> None:
        for key_project, key_id in sorted(self.org.keys_of[user_id]):
            keys = self.org.api_keys[key_project]
            if project_id in (None, key_project) and keys.get(key_id, self.at):
                keys.patch(self.at, key_id, owner_project_access=access)
