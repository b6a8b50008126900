"""The paths of the Admin API and what each of them shows at an instant. Pure.

Source: OPENAI_ADMIN_API.md, "Lists", and the official OpenAPI document of 2026-08-21.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tools.openai_simulator.clock import seconds
from tools.openai_simulator.faults.faults import Fault
from tools.openai_simulator.message import Answer, Request, missing_scope, plain, refusal
from tools.openai_simulator.timeline import Record
from tools.openai_simulator.world.event_log import Event
from tools.openai_simulator.world.organization import (
    READ_AUDIT_LOGS,
    READ_MANAGEMENT,
    READ_USAGE,
    Organization,
)
from tools.openai_simulator.world.pages import (
    BY_NEXT,
    Page,
    RequestRefused,
    event_filter,
    event_page,
    page_of,
)

_ORGANIZATION_LISTS = frozenset(
    {"users", "projects", "invites", "groups", "roles", "certificates", "admin_api_keys"}
    | {"workload_identity_providers"}
)
_PROJECT_LISTS = frozenset({"api_keys", "users", "service_accounts", "groups"})
# Lists of what is not a project; members are shown while they are in the organization.
_RIGHTS = frozenset(
    {
        ("groups", "users"),
        ("groups", "roles"),
        ("users", "roles"),
        ("workload_identity_providers", "federation_rules"),
    }
)
_ORDERS = {"asc": "oldest_first", "desc": "newest_first"}


@dataclass(frozen=True)
class RequestContext:
    """A request whose key opens an organization, at a simulated instant."""

    request: Request
    org: Organization
    now: float
    scopes: frozenset[str]
    switches: dict[str, Fault]

    def switch(self, kind: str, option: str, default: object) -> Any:
        """Return an option of a switch that is on, else the default."""
        fault = self.switches.get(kind)
        return default if fault is None else fault.options.get(option, default)

    def require_scope(self, scope: str) -> None:
        """Refuse a key without a scope."""
        if scope in self.scopes:
            return
        status = int(self.switch("scope_refusals", "status", 403))
        as_text = bool(self.switch("scope_refusals", "as_text", True))
        raise RequestRefused(missing_scope(scope, status=status, as_text=as_text))


def answer_list(context: RequestContext) -> Page | Answer:
    """Return the page that a request asks for, or the answer when it is no list.

    Raises:
        RequestRefused: The request has an error for its answer.
    """
    if context.request.method != "GET":
        message = f"Not allowed to {context.request.method} on {context.request.path}."
        raise RequestRefused(refusal(405, message, code="method_not_supported"))
    match context.request.path.strip("/").split("/"):
        case ["organization", "audit_logs"]:
            return _audit_logs(context)
        case ["organization", "costs"] | ["organization", "usage", _]:
            context.require_scope(READ_USAGE)
            return plain(200, {"object": "page", "data": [], "has_more": False, "next_page": None})
        case ["organization", name] if name in _ORGANIZATION_LISTS:
            return _list(context, name)
        case ["organization", name, id_] if name in _ORGANIZATION_LISTS:
            return _object(context, name, id_)
        case ["organization", "projects", project, name] if name in _PROJECT_LISTS:
            return _list(context, name, project)
        case ["organization", "projects", project, name, id_] if name in _PROJECT_LISTS:
            return _object(context, name, id_, project)
        case ["organization", parents, parent, name] if (parents, name) in _RIGHTS:
            return _rights(context, parents, parent, name)
        case ["organization", parents, parent, name, id_] if (parents, name) in _RIGHTS:
            return _right(context, parents, parent, name, id_)
    message = f"Invalid URL ({context.request.method} /v1{context.request.path})"
    raise RequestRefused(refusal(404, message, code="unknown_url"))


def _list(context: RequestContext, name: str, project: str | None = None) -> Page:
    context.require_scope(READ_MANAGEMENT)
    if project is not None:
        _require_open_project(context, project)
    order = _ORDERS.get(context.request.first("order") or "", "oldest_first")
    return page_of(
        context.org.list_named(name, project),
        context.request,
        context.now,
        order=context.switch("list_order", "value", order),
        matches=_record_filter(context, name, project),
        by_next=name in BY_NEXT,
    )


def _object(context: RequestContext, name: str, id_: str, project: str | None = None) -> Answer:
    context.require_scope(READ_MANAGEMENT)
    version = context.org.list_named(name, project).get(id_, context.now)
    if version is None:
        raise RequestRefused(refusal(404, f"No such object: {id_}", param="id", code="not_found"))
    return Answer(200, version.encoded())


def _rights(context: RequestContext, parents: str, parent: str, name: str) -> Page:
    context.require_scope(READ_MANAGEMENT)
    _object(context, parents, parent)
    return page_of(
        context.org.rights[parents, parent, name],
        context.request,
        context.now,
        order="oldest_first",
        matches=lambda record: _is_shown(context, name, record),
        by_next=parents in BY_NEXT or name in BY_NEXT,
    )


def _right(context: RequestContext, parents: str, parent: str, name: str, id_: str) -> Answer:
    context.require_scope(READ_MANAGEMENT)
    version = context.org.rights[parents, parent, name].get(id_, context.now)
    if version is None or not _is_shown(context, name, version.fields):
        raise RequestRefused(refusal(404, f"No such object: {id_}", param="id", code="not_found"))
    return Answer(200, version.encoded())


def _is_shown(context: RequestContext, name: str, record: Record) -> bool:
    return name != "users" or context.org.users.get(record["id"], context.now) is not None


def _require_open_project(context: RequestContext, project: str) -> None:
    version = context.org.projects.get(project, context.now)
    if version is None:
        raise RequestRefused(
            refusal(404, f"Project {project} not found.", code="project_not_found")
        )
    archived = version.fields.get("status") == "archived"
    answer = context.switch("archived_lists", "value", 400)
    if archived and answer != "listed":
        raise RequestRefused(refusal(int(answer), f"Project {project} is archived."))


def _record_filter(
    context: RequestContext, name: str, project: str | None
) -> Callable[[Record], bool]:
    if name == "projects" and context.request.first("include_archived") != "true":
        return lambda record: record.get("status") != "archived"
    if name == "users" and project is None and (emails := context.request.all("emails")):
        return lambda record: record.get("email") in emails
    if name == "api_keys":
        return _access_filter(context)
    return lambda _record: True


def _access_filter(context: RequestContext) -> Callable[[Record], bool]:
    """Return the filter by access: by default, keys of owners who left are missing (trap 1)."""
    access = context.request.first("owner_project_access")
    if access == "any" or (access is None and "inactive_always_shown" in context.switches):
        return lambda _record: True
    if access == "inactive":
        return lambda record: record.get("owner_project_access") == "inactive"
    if access in (None, "active"):
        return lambda record: record.get("owner_project_access") != "inactive"
    name = "owner_project_access"
    raise RequestRefused(
        refusal(400, f"Invalid value for '{name}'.", param=name, code="invalid_value")
    )


def _audit_logs(context: RequestContext) -> Page:
    context.require_scope(READ_AUDIT_LOGS)
    tenant = context.request.first("tenant_only") == "true"
    matches = event_filter(context.request)
    return event_page(
        context.org.tenant_events if tenant else context.org.events,
        context.request,
        context.now,
        newest_first=context.switch("order", "value", "newest_first") == "newest_first",
        swapped="swapped_cursors" in context.switches,
        matches=_apply_log_faults(context, matches),
        delay_s=float(context.switch("late_events", "seconds", 0.0)),
    )


def _apply_log_faults(
    context: RequestContext, matches: Callable[[Event], bool]
) -> Callable[[Event], bool]:
    if "audit_logging_off" in context.switches:
        return lambda _event: False
    if "lost_events" in context.switches:
        lost_from = seconds(context.switch("lost_events", "begin", 0))
        lost_to = seconds(context.switch("lost_events", "end", float(2**53)))
        return lambda event: not lost_from <= event.effective_at < lost_to and matches(event)
    return matches
