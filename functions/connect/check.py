"""Step 1 of 3, check: ask OpenAI what this key can read, and whose it is.

One probe per scope, one with a deliberately wrong organization id (the organization is proven, not
claimed), one for the key's own expiry. All within one deadline, far below the HTTP API's 30 s.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeVar
from urllib.parse import quote

import httpx
from pydantic import SecretStr

from functions.connect.expiry import own_expiry
from functions.connect.refusal_messages import explained
from functions.shared.canonical import Json
from functions.shared.clock import Clock
from functions.shared.errors import (
    AnsweredForAnother,
    BadResponse,
    EndpointUnavailable,
    KeyRejected,
    OrganizationMismatch,
    ParameterRefused,
    RefusalContradicted,
    ScopeMissing,
    UpstreamError,
)
from functions.shared.openai.client import OpenAI, http_transport
from functions.shared.records.tables import OrgProof, Readable

DEADLINE_S: Final = 20.0
# In the form of an organization id, and nobody's.
WRONG_ORGANIZATION: Final = "org-000000000000000000000000"
_TRIES = 2
_PAGE = ("limit", "100")
_ONE = ("limit", "1")
_PROJECT_PAGES = 50

Recognize = Callable[[str], bool]
Probed = TypeVar("Probed")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """How OpenAI is reached.

    Attributes:
        base_url: without a final slash.
        now: the function's clock.
        transport: makes what one check's calls go through.
    """

    base_url: str
    now: Clock
    transport: Callable[[], httpx.AsyncBaseTransport] = http_transport


@dataclass(frozen=True, slots=True)
class KeyReport:
    """What OpenAI showed of a key.

    Attributes:
        readable: ``users``, ``projects``, ``api_keys``, ``audit_events`` to ``ok``,
            ``forbidden``, ``unavailable``, ``unproven`` or ``partial``.
        org_proof: ``proven`` or ``none``.
        project_ids: as listed, archived ones too; at least the first page.
        expires_at: of the key itself, where OpenAI shows it.
    """

    readable: Readable
    org_proof: OrgProof
    project_ids: list[str]
    expires_at: datetime | None


def check(
    endpoint: Endpoint, org_id: str, admin_key: SecretStr, recognize: Recognize | None = None
) -> KeyReport:
    """Return what the key can read.

    Args:
        endpoint: of OpenAI.
        org_id: the organization it claims.
        admin_key: the key.
        recognize: tells a project that is known already; pages are read until one is found.

    Raises:
        UpstreamError: the key cannot be used, or OpenAI cannot say so now; in the tenant's words.
    """
    try:
        return asyncio.run(_check(endpoint, org_id, admin_key, recognize))
    except UpstreamError as error:
        raise explained(error) from None


async def _check(
    endpoint: Endpoint, org_id: str, admin_key: SecretStr, recognize: Recognize | None
) -> KeyReport:
    deadline = time.monotonic() + DEADLINE_S
    async with endpoint.transport() as transport:

        def client_for(org: str) -> OpenAI:
            return OpenAI(
                transport=transport,
                base_url=endpoint.base_url,
                org_id=org,
                admin_key=admin_key.get_secret_value(),
                now=endpoint.now,
                remaining_s=lambda: deadline - time.monotonic(),
                tries=_TRIES,
            )

        openai = client_for(org_id)
        # Alone and first: what refuses this refuses the key, and the rest need not be asked.
        _data(await openai.get("/organization/users", [_ONE]))
        (projects, project_ids, api_keys), audit_events, org_proof, expires_at = await _all(
            _unless_refuted(_projects(openai, recognize)),
            _unless_refuted(_audit_events(openai)),
            _org_proof(client_for(WRONG_ORGANIZATION)),
            own_expiry(openai, admin_key),
        )
    readable = {
        "users": "ok",
        "projects": projects,
        "api_keys": api_keys,
        "audit_events": audit_events,
    }
    return KeyReport(readable, org_proof, project_ids, expires_at)


async def _unless_refuted(probe: Awaitable[Probed]) -> Probed:
    """Return what a probe found; a refusal of the key that has just been taken is not believed."""
    try:
        return await probe
    except AnsweredForAnother:
        raise
    except (KeyRejected, OrganizationMismatch) as error:
        raise RefusalContradicted(request_id=error.request_id) from error


async def _all(*probes: Any) -> list[Any]:
    # Every probe runs to its end, so that the same answers always give the same refusal.
    results = await asyncio.gather(*probes, return_exceptions=True)
    for result in results:
        if isinstance(result, BaseException):
            raise result
    return list(results)


async def _projects(openai: OpenAI, recognize: Recognize | None) -> tuple[str, list[str], str]:
    try:
        projects = await _project_pages(openai, recognize)
    except UpstreamError as error:
        status = _status(error)
        return status, [], status
    active = next((project["id"] for project in projects if _is_active(project)), None)
    api_keys = await _api_keys(openai, active) if active else "ok"
    return "ok", [project["id"] for project in projects], api_keys


async def _project_pages(openai: OpenAI, recognize: Recognize | None) -> list[Json]:
    projects: list[Json] = []
    after: str | None = None
    for _ in range(_PROJECT_PAGES):
        params = [_PAGE, ("include_archived", "true"), *([("after", after)] if after else [])]
        page = await openai.get("/organization/projects", params)
        rows = [row for row in _data(page) if isinstance(row.get("id"), str)]
        projects += rows
        recognized = recognize is None or any(recognize(row["id"]) for row in rows)
        last = page.get("last_id")
        ended = page.get("has_more") is not True or not isinstance(last, str) or last == after
        if recognized or ended or not rows:
            break
        after = last
    return projects


async def _api_keys(openai: OpenAI, project_id: str) -> str:
    path = f"/organization/projects/{quote(project_id, safe='')}/api_keys"
    try:
        _data(await openai.get(path, [_ONE, ("owner_project_access", "any")]))
    except ParameterRefused:
        return "partial"
    except UpstreamError as error:
        return _status(error)
    return "ok"


async def _audit_events(openai: OpenAI) -> str:
    try:
        events = _data(await openai.get("/organization/audit_logs", [_ONE]))
    except UpstreamError as error:
        return _status(error)
    # An empty log is no proof that anything is logged: logging is off by default.
    return "ok" if events else "unproven"


async def _org_proof(wrong: OpenAI) -> OrgProof:
    try:
        await wrong.get("/organization/users", [_ONE])
    except AnsweredForAnother:
        return "none"
    except (OrganizationMismatch, KeyRejected):
        return "proven"
    except UpstreamError as error:
        if error.lasting:
            return "none"
        raise
    return "none"


def _status(error: UpstreamError) -> str:
    """Return how a section's refusal is recorded; raise again what no retry-later may hide."""
    if isinstance(error, ScopeMissing):
        return "forbidden"
    if isinstance(error, EndpointUnavailable | ParameterRefused):
        return "unavailable"
    raise error


def _data(page: Json) -> list[Json]:
    data = page.get("data")
    if not isinstance(data, list) or not all(isinstance(row, dict) for row in data):
        raise BadResponse("not a list of objects")
    return data


def _is_active(project: Json) -> bool:
    status = project.get("status")
    return status == "active" or (status is None and not project.get("archived_at"))
