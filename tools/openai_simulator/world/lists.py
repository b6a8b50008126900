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
    Refused,
    event_filter,
    event_page,
    page_of,
)

_WHOLE = frozenset(
    {"users", "projects", "invites", "groups", "roles", "certificates", "admin_api_keys"}
)
_WITHIN = frozenset({"api_keys", "users", "service_accounts"})
_ORDERS = {"asc": "oldest_first", "desc": "newest_first"}


@dataclass(frozen=True)
class Asking:
    """A request that has been let in."""

    request: Request
    org: Organization
    now: float
    scopes: frozenset[str]
    switches: dict[str, Fault]

    def switch(self, kind: str, option: str, default: object) -> Any:
        """Return an option of a switch that is on, else the default."""
        fault = self.switches.get(kind)
        return default if fault is None else fault.options.get(option, default)

    def needs(self, scope: str) -> None:
        """Refuse a key without a scope."""
        if scope in self.scopes:
            return
        status = int(self.switch("scope_refusals", "status", 403))
        as_text = bool(self.switch("scope_refusals", "as_text", True))
        raise Refused(missing_scope(scope, status=status, as_text=as_text))


def answer_list(asking: Asking) -> Page | Answer:
    """Return the page that a request asks for, or the answer when it is no list.

    Raises:
        Refused: The request has an error for its answer.
    """
    if asking.request.method != "GET":
        told = f"Not allowed to {asking.request.method} on {asking.request.path}."
        raise Refused(refusal(405, told, code="method_not_supported"))
    match asking.request.path.strip("/").split("/"):
        case ["organization", "audit_logs"]:
            return _audit_logs(asking)
        case ["organization", "costs"] | ["organization", "usage", _]:
            asking.needs(READ_USAGE)
            return plain(200, {"object": "page", "data": [], "has_more": False, "next_page": None})
        case ["organization", name] if name in _WHOLE:
            return _listed(asking, name)
        case ["organization", name, id_] if name in _WHOLE:
            return _one(asking, name, id_)
        case ["organization", "projects", project, name] if name in _WITHIN:
            return _listed(asking, name, project)
        case ["organization", "projects", project, name, id_] if name in _WITHIN:
            return _one(asking, name, id_, project)
    told = f"Invalid URL ({asking.request.method} /v1{asking.request.path})"
    raise Refused(refusal(404, told, code="unknown_url"))


def _listed(asking: Asking, name: str, project: str | None = None) -> Page:
    asking.needs(READ_MANAGEMENT)
    if project is not None:
        _project_is_open(asking, project)
    order = _ORDERS.get(asking.request.first("order") or "", "oldest_first")
    return page_of(
        asking.org.list_named(name, project),
        asking.request,
        asking.now,
        order=asking.switch("list_order", "value", order),
        wanted=_wanted(asking, name, project),
        by_next=name in BY_NEXT,
    )


def _one(asking: Asking, name: str, id_: str, project: str | None = None) -> Answer:
    asking.needs(READ_MANAGEMENT)
    version = asking.org.list_named(name, project).get(id_, asking.now)
    if version is None:
        raise Refused(refusal(404, f"No such object: {id_}", param="id", code="not_found"))
    return Answer(200, version.encoded())


def _project_is_open(asking: Asking, project: str) -> None:
    version = asking.org.projects.get(project, asking.now)
    if version is None:
        raise Refused(refusal(404, f"Project {project} not found.", code="project_not_found"))
    archived = version.fields.get("status") == "archived"
    answer = asking.switch("archived_lists", "value", 400)
    if archived and answer != "listed":
        raise Refused(refusal(int(answer), f"Project {project} is archived."))


def _wanted(asking: Asking, name: str, project: str | None) -> Callable[[Record], bool]:
    if name == "projects" and asking.request.first("include_archived") != "true":
        return lambda record: record.get("status") != "archived"
    if name == "users" and project is None and (emails := asking.request.all("emails")):
        return lambda record: record.get("email") in emails
    if name == "api_keys":
        return _access_wanted(asking)
    return lambda _record: True


def _access_wanted(asking: Asking) -> Callable[[Record], bool]:
    """Without the parameter, enabled keys of owners who left are missing (trap 1)."""
    access = asking.request.first("owner_project_access")
    if access == "any" or (access is None and "inactive_always_shown" in asking.switches):
        return lambda _record: True
    if access == "inactive":
        return lambda record: record.get("owner_project_access") == "inactive"
    if access in (None, "active"):
        return lambda record: record.get("owner_project_access") != "inactive"
    name = "owner_project_access"
    raise Refused(refusal(400, f"Invalid value for '{name}'.", param=name, code="invalid_value"))


def _audit_logs(asking: Asking) -> Page:
    asking.needs(READ_AUDIT_LOGS)
    tenant = asking.request.first("tenant_only") == "true"
    wanted = event_filter(asking.request)
    return event_page(
        asking.org.tenant_events if tenant else asking.org.events,
        asking.request,
        asking.now,
        newest_first=asking.switch("order", "value", "newest_first") == "newest_first",
        swapped="swapped_cursors" in asking.switches,
        wanted=_kept(asking, wanted),
        delay_s=float(asking.switch("late_events", "seconds", 0.0)),
    )


def _kept(asking: Asking, wanted: Callable[[Event], bool]) -> Callable[[Event], bool]:
    if "audit_logging_off" in asking.switches:
        return lambda _event: False
    if "lost_events" in asking.switches:
        lost_from = seconds(asking.switch("lost_events", "begin", 0))
        lost_to = seconds(asking.switch("lost_events", "end", float(2**53)))
        return lambda event: not lost_from <= event.effective_at < lost_to and wanted(event)
    return wanted
