"""Pages of a list: 10,000 keys by pages of 100, beside one page of 100 keys, in a warm function.

Plain, sorted, searched and filtered; interleaved, medians of CPU time. The table's answers are kept
(its time is not ours, and the same on both sides), evidence is in a folder. Reach: a page costs at
most 1.3 times as much, and at most four registers are read for a whole walk: keys, their findings,
and the users and projects that they are named by. Told only: the first
page, which finds the order, and the memory of a walk through a register of 64 MiB.
"""

import json
import logging
import os
import statistics
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from typing import Any, cast

from benchmarks.folder_s3 import FolderS3
from benchmarks.process import memory_mib, run_in_process
from functions.api.context import RequestContext, Segments
from functions.api.coverage.outcomes import RecentOutcomes
from functions.api.flow import OPEN_ROUTES
from functions.api.handler import routes
from functions.api.registers.kept import Registers
from functions.shared.aws import clients
from functions.shared.aws.bucket import Bucket
from functions.shared.aws.table import Table
from functions.shared.clock import system_clock
from functions.shared.http.edge import answer
from tests.support.aws_in_process import ENVIRONMENT, aws_in_process
from tests.support.aws_state import all_items
from tests.support.full_world import FullWorld
from tests.support.http_events import http_event

MANY, FEW, LIMIT = 10_000, 100, 100
MOST, MOST_READS = 1.3, 4
LARGE, N_PROJECTS = 130_000, 97
ASKS: dict[str, dict[str, str]] = {
    "plain": {},
    "sorted": {"sort": "-last_used_at"},
    "searched": {"q": "KEY_"},
    "searched and sorted": {"q": "deploy", "sort": "name"},
    "filtered": {"finding": "stale_key", "sort": "owner_id"},
}


@dataclass(frozen=True)
class KeptTable(Table):
    """A table that is asked each question once."""

    answers: dict[str, Any] = field(default_factory=dict)

    def get(self, pk: str, sk: str) -> Any:
        """Return a row."""
        return self._kept(f"get {pk} {sk}", lambda: Table.get(self, pk, sk))

    def page(self, *names: Any, **facts: Any) -> Any:
        """Return a page of rows."""
        asked = f"page {names} {sorted(facts.items())}"
        return self._kept(asked, lambda: Table.page(self, *names, **facts))

    def _kept(self, asked: str, ask: Any) -> Any:
        if asked not in self.answers:
            self.answers[asked] = ask()
        return self.answers[asked]


class CountedS3(FolderS3):
    """A folder that counts how many registers are read of it."""

    n_registers = 0

    def get_object(self, **request: Any) -> dict[str, Any]:
        """Open an object."""
        self.n_registers += "/registers/" in request["Key"]
        return super().get_object(**request)


@dataclass(frozen=True)
class Service:
    """The api function over a tenant's organization, as it is after a cold start."""

    tenant: str
    s3: CountedS3
    context: RequestContext

    @classmethod
    def over(cls, names: dict[str, str], root: Path, tenant: str) -> "Service":
        """Open the function over what is sealed."""
        s3: Any = CountedS3(root)
        bucket, nothing = Bucket(s3, "evidence"), cast("Any", None)
        context = RequestContext(
            table=KeptTable(clients.dynamodb(), names["TABLE_NAME"]),
            evidence=bucket,
            pack_links=nothing,
            export_links=nothing,
            pack_queue=nothing,
            export_queue=nothing,
            clock=system_clock,
            registers=Registers(bucket),
            segments=Segments(bucket),
            outcomes=RecentOutcomes(),
        )
        return cls(tenant, s3, context)

    def seal(self, n_keys: int) -> None:
        """Seal an hour of an organization with so many keys, and a finding of each."""
        table = Table(self.context.table.client, self.context.table.name)
        world = FullWorld(self.context.evidence, table=table, tenant=self.tenant)
        # As many owners on a page of either side: what differs is how long the registers are.
        n_owners = max(LIMIT, n_keys // 10)
        for n in range(n_keys):
            world.has_row("api_keys", **_key(n, n_owners))
            world.has_row("findings", **_finding(n))
        for n in range(n_owners):
            world.has_row("users", **_user(n))
        for n in range(N_PROJECTS):
            world.has_row("projects", **_project(n))
        world.chain(["complete"])

    def page(self, query: dict[str, str]) -> tuple[float, dict[str, Any]]:
        """Ask for a page of the keys; return its CPU time in seconds, and what was answered."""
        query = query | {"limit": str(LIMIT)}
        event = http_event("GET /api-keys", query=query, tenant=self.tenant)
        started = time.process_time()
        answered = answer(event, routes(self.context), OPEN_ROUTES, logging.getLogger("api"))
        took = time.process_time() - started
        body = json.loads(answered["body"])
        if answered["statusCode"] != 200:
            raise RuntimeError(body)
        return took, body


def measure(folder: Path) -> bool:
    """Measure, write ``api_lists.json``; tell whether the targets are reached."""
    logging.getLogger().setLevel(logging.WARNING)
    os.environ |= ENVIRONMENT
    figures = {}
    with aws_in_process() as names, tempfile.TemporaryDirectory() as root:
        for tenant, n_keys in (("many", MANY), ("few", FEW)):
            Service.over(names, Path(root), tenant).seal(n_keys)
        for name, query in ASKS.items():
            many, few = (Service.over(names, Path(root), tenant) for tenant in ("many", "few"))
            figures[name] = _walk(many, few, query)
    reached = all(
        each["ratio"] <= MOST and each["reads"] <= MOST_READS for each in figures.values()
    )
    memory = run_in_process(["-m", "benchmarks.api_lists"], ENVIRONMENT)
    result = {"asks": figures, "memory": memory, "reach": f"<= {MOST}", "reached": reached}
    (folder / "api_lists.json").write_text(json.dumps(result, indent=1) + "\n")
    for name, each in figures.items():
        print(
            f"a page     {name:20} {each['page_ms']:6.2f} ms of {MANY:,}, {each['few_ms']:.2f} of "
            f"{FEW}: {each['ratio']:.2f}; first {each['first_ms']:.0f} ms, {each['reads']} reads"
        )
    print(
        f"a page     of {memory['rows']:,} keys, sorted: {memory['before_mib']} MiB before, "
        f"{memory['peak_mib']} at most, {memory['after_mib']} after; "
        f"{'' if reached else 'NOT '}reached"
    )
    return reached


def _walk(many: Service, few: Service, query: dict[str, str]) -> dict[str, Any]:
    """Walk through all keys, a page of the few beside each page."""
    few.page(query)
    first, body = many.page(query)
    pages, rows, beside = list[float](), len(body["items"]), list[float]()
    while body["next_cursor"]:
        took, body = many.page(query | {"cursor": body["next_cursor"]})
        pages.append(took)
        rows += len(body["items"])
        beside.append(few.page(query)[0])
    if rows != MANY:
        raise RuntimeError(f"{rows} rows of {MANY}")
    page, one = statistics.median(pages), statistics.median(beside)
    return {
        "page_ms": round(page * 1000, 3),
        "few_ms": round(one * 1000, 3),
        "ratio": round(page / one, 3),
        "first_ms": round(first * 1000, 1),
        "reads": many.s3.n_registers,
    }


def _user(n: int) -> dict[str, Any]:
    return {
        "user_id": f"user-{n:020}",
        "email_hash": f"{n:064x}",
        "email_prefix": f"pre{n % 1000:03}",
        "role": "reader",
        "added_at": "2025-11-02T10:00:00Z",
        "is_service_account": False,
        "enabled": True,
        "banned": False,
        "is_scim_managed": False,
        "api_key_last_used_at": None,
        "roles_held": [],
        "unreadable": [],
    }


def _project(n: int) -> dict[str, Any]:
    return {
        "project_id": f"proj_{n:024}",
        "name": f"Project {n}",
        "status": "active",
        "created_at": "2025-11-02T10:00:00Z",
        "archived_at": None,
        "unreadable": [],
    }


def _key(n: int, n_owners: int) -> dict[str, Any]:
    owner = n % n_owners
    return {
        "project_id": f"proj_{n % N_PROJECTS:024}",
        "key_id": f"key_{n:024}",
        "name": f"Deploy {n * 7919 % MANY} of the nightly run",
        "redacted_value": f"sk-proj-********{n:06}",
        "type": "api_key",
        "owner_type": "user",
        "owner_id": f"user-{owner:020}",
        "owner_hash": f"{owner:064x}",
        "owner_project_access": "active",
        "created_at": "2025-11-02T10:00:00Z",
        "last_used_at": f"2026-0{1 + n % 3}-{1 + n % 28:02}T10:00:00Z" if n % 5 else None,
        "expires_at": None,
        "unreadable": [],
    }


def _finding(n: int) -> dict[str, Any]:
    return {
        "finding_id": f"{n:024x}",
        "kind": "stale_key",
        "reason": "not_used",
        "severity": "medium",
        "section": "api_keys",
        "entity_id": f"key_{n:024}",
        "still_works": True,
        "first_seen_hour": "2026-04-01T00:00:00Z",
        "resolved_hour": None,
        "resolved_by": None,
    }


def main() -> int:
    """Page through a large register, sorted; print what memory that took."""
    logging.getLogger().setLevel(logging.WARNING)
    with aws_in_process() as names, tempfile.TemporaryDirectory() as root:
        # Sealed in a process of its own, so that this one's memory is the reader's.
        with ProcessPoolExecutor(1, mp_context=get_context("fork")) as sealer:
            rows = sealer.submit(_seal_large, names, Path(root)).result()
        service = Service.over(names, Path(root), "large")
        for row in rows:
            service.context.table.client.put_item(TableName=names["TABLE_NAME"], Item=row)
        before, query = memory_mib("VmRSS"), {"sort": "-last_used_at"}
        for _ in range(5):
            query["cursor"] = service.page(query)[1]["next_cursor"]
        figures = {
            "rows": LARGE,
            "registers": service.s3.n_registers,
            "before_mib": before,
            "peak_mib": memory_mib("VmHWM"),
            "after_mib": memory_mib("VmRSS"),
        }
    print(json.dumps(figures))
    return 0


def _seal_large(names: dict[str, str], root: Path) -> list[dict[str, Any]]:
    service = Service.over(names, root, "large")
    service.seal(LARGE)
    return all_items(service.context.table)


if __name__ == "__main__":
    raise SystemExit(main())
