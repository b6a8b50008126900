"""Four ways to read the four sections; each runs in a process of its own.

``python -m benchmarks.pullers NAME SMALL_URL BASE_URL`` pulls once from a small organization, so
that everything is imported, then once from the one that counts, over a new connection, and prints
what it got, how long it took, CPU seconds and peak memory of the whole process.
"""

import asyncio
import json
import resource
import sys
import time
from collections.abc import Callable
from typing import Any

from benchmarks.organization import EVENTS_FROM, EVENTS_TO
from tools.openai_simulator import ADMIN_KEY

ORG = "org-bench"
Counts = dict[str, int]
Puller = tuple[Callable[[], Any], Callable[[Any], Counts]]


def ours(base_url: str) -> Puller:
    """Read as the snapshot function does: its client, the lists, the audit log."""
    import httpx

    from functions.shared.clock import system_clock
    from functions.shared.hours import parse_instant
    from functions.shared.openai.client import OpenAI, tls
    from functions.shared.openai.rate_limit import MAX_IN_FLIGHT
    from functions.shared.records.seals import OptionalMarks
    from functions.shared.sections import OPTIONAL
    from functions.snapshot.fetch.audit import audit_marks
    from functions.snapshot.fetch.audit.log_watch import LogWatch
    from functions.snapshot.fetch.pull import fetch

    hour_end = parse_instant("2026-04-02T00:00:00Z")
    watermarks_before = audit_marks.initial()
    for stream in watermarks_before["streams"].values():
        # A run some hours after the first: history is known, ten hours are to be caught up.
        stream |= {"closed_through": EVENTS_FROM + 3601, "backfill_to": 0, "backfill_done": True}
    watermarks_before |= {"proven": True}
    watermarks_before["archived_keys_at"] = "2026-04-02T00:00:00Z"
    # Like for like: the four sections that the others read, not the six further ones.
    read: OptionalMarks = {
        "asked_at": "2026-04-02T00:00:00Z",
        "due": "2026-04-03T00:00:00Z",
        "read_at": "2026-04-02T00:00:00Z",
        "reason": None,
        "status": "complete",
    }
    watermarks_before["optional"] = dict.fromkeys(OPTIONAL, read)
    plan = audit_marks.audit_plan(watermarks_before, hour_end)
    watch = LogWatch({}, lambda event: "")

    async def pull() -> Any:
        # The API speaks HTTP/2 over TLS; here it does so in the clear.
        async with httpx.AsyncHTTPTransport(
            http1=False,
            http2=True,
            trust_env=False,
            verify=tls(),
            limits=httpx.Limits(max_connections=1, max_keepalive_connections=1),
        ) as transport:
            openai = OpenAI(
                transport=transport,
                base_url=base_url,
                org_id=ORG,
                admin_key=ADMIN_KEY,
                now=system_clock,
                remaining_s=lambda: 3600.0,
            )
            openai.concurrency.limit = float(MAX_IN_FLIGHT)
            return await fetch(openai, watermarks_before, plan, watch, hour_end)

    def counts(pulled: Any) -> Counts:
        return {
            "users": len(pulled.users.items),
            "projects": len(pulled.projects.items),
            "api_keys": sum(len(listing.items) for listing in pulled.keys.lists.values()),
            # Of a stream, doubles and all: the other one shows the same events.
            "events": len(pulled.audit_log.recent["organization"].events),
        }

    return lambda: asyncio.run(pull()), counts


def sdk(base_url: str) -> Puller:
    """Read with the official SDK as its examples do: loops over lists, its defaults."""
    from openai import OpenAI

    client = OpenAI(admin_api_key=ADMIN_KEY, base_url=base_url)
    organization = client.admin.organization

    def pull() -> Counts:
        users = list(organization.users.list())
        projects = list(organization.projects.list())
        keys = [
            key for project in projects for key in organization.projects.api_keys.list(project.id)
        ]
        window = {"gte": EVENTS_FROM, "lt": EVENTS_TO}
        events = list(organization.audit_logs.list(effective_at=window))  # type: ignore[arg-type]
        return _counts(users, projects, keys, [event.id for event in events])

    return pull, lambda got: got


def async_sdk(base_url: str) -> Puller:
    """Read with AsyncOpenAI, full pages, 16 requests under way."""
    from openai import AsyncOpenAI

    async def pull() -> Counts:
        client = AsyncOpenAI(admin_api_key=ADMIN_KEY, base_url=base_url)
        organization = client.admin.organization
        slots = asyncio.Semaphore(16)

        async def all_of(pages: Any) -> list[Any]:
            items: list[Any] = []
            async with slots:
                page = await pages
            while True:
                items += page.data
                if not page.has_next_page():
                    return items
                async with slots:
                    page = await page.get_next_page()

        async def keys_of_all() -> tuple[list[Any], list[Any]]:
            projects = await all_of(organization.projects.list(limit=100))
            keys = await asyncio.gather(
                *(
                    all_of(
                        organization.projects.api_keys.list(
                            project.id, limit=100, owner_project_access="any"
                        )
                    )
                    for project in projects
                )
            )
            return projects, [key for listed in keys for key in listed]

        window: Any = {"gte": EVENTS_FROM, "lt": EVENTS_TO}
        users, (projects, keys), events = await asyncio.gather(
            all_of(organization.users.list(limit=100)),
            keys_of_all(),
            all_of(organization.audit_logs.list(limit=100, effective_at=window)),
        )
        await client.close()
        return _counts(users, projects, keys, [event.id for event in events])

    return lambda: asyncio.run(pull()), lambda got: got


def dlt(base_url: str) -> Puller:
    """Read with dlt's rest_api source, parallelized, extraction only."""
    from dlt.sources.rest_api import rest_api_resources

    def resource_of(name: str, path: str, **params: Any) -> Any:
        return {
            "name": name,
            "parallelized": True,
            "endpoint": {
                "path": path,
                "params": {"limit": 100, **params},
                "data_selector": "data",
                "paginator": {
                    "type": "cursor",
                    "cursor_path": "last_id",
                    "cursor_param": "after",
                },
            },
        }

    window = {"effective_at[gte]": EVENTS_FROM, "effective_at[lt]": EVENTS_TO}
    config: Any = {
        "client": {
            "base_url": f"{base_url}/organization",
            "auth": {"type": "bearer", "token": ADMIN_KEY},
            "headers": {"OpenAI-Organization": ORG},
        },
        "resources": [
            resource_of("users", "users"),
            resource_of("projects", "projects"),
            resource_of("audit_logs", "audit_logs", **window),
            resource_of(
                "api_keys",
                "projects/{resources.projects.id}/api_keys",
                owner_project_access="any",
            ),
        ],
    }

    def pull() -> Counts:
        rows_of = {
            dlt_resource.name: list(dlt_resource) for dlt_resource in rest_api_resources(config)
        }
        events = [event["id"] for event in rows_of["audit_logs"]]
        return _counts(rows_of["users"], rows_of["projects"], rows_of["api_keys"], events)

    return pull, lambda got: got


def _counts(users: Any, projects: Any, keys: Any, event_ids: Any) -> Counts:
    sizes = {"users": len(users), "projects": len(projects), "api_keys": len(keys)}
    return sizes | {"events": len(set(event_ids))}


PULLERS = {"ours": ours, "sdk": sdk, "async_sdk": async_sdk, "dlt": dlt}


def main() -> int:
    """Pull once and print the figures."""
    name, small_url, base_url = sys.argv[1:]
    pull, _ = PULLERS[name](small_url)
    pull()
    pull, counts = PULLERS[name](base_url)
    before = resource.getrusage(resource.RUSAGE_SELF)
    started = time.perf_counter()
    got = pull()
    wall_s = time.perf_counter() - started
    after = resource.getrusage(resource.RUSAGE_SELF)
    cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(
        json.dumps(
            {
                "got": counts(got),
                "wall_s": round(wall_s, 3),
                "cpu_s": round(cpu_s, 3),
                "peak_mib": round(after.ru_maxrss / 1024, 1),
            }
        )
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
