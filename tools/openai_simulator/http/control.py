"""The control endpoint: scripts the simulator from another process, in JSON.

GET    /_control            what is simulated: urls, organizations, demo keys, kinds of fault
GET    /_control/private    every e-mail address, IP address, name… of the story, by kind
GET    /_control/clock      {"now": "2026-04-01T00:00:00Z"}
POST   /_control/clock      {"now": …, "frozen": false} | {"advance_s": 3600} | {"offset_s": 60}
GET    /_control/faults     what is in force and how often it struck
POST   /_control/faults     {"kind": "throttled", "path": …, "times": 2, "retry_after": "1"}
DELETE /_control/faults     all of them, or ?kind=throttled
GET    /_control/requests   how many each path has had, and the last hundred
DELETE /_control/requests   forgets them
POST   /_control/steps      [{"at": …, "step": "user_joins", "args": ["ann"], "org": "org-…",
                              "kwargs": {"role": "owner"}, "hidden": true, "late_s": 60}]
POST   /_control/down       {"mode": "503"} | {"mode": "refuse"}
POST   /_control/up         ends it
"""

import json
import time
from collections.abc import Awaitable, Callable
from typing import Any, Protocol
from urllib.parse import parse_qs

from tools.openai_simulator.clock import SettableClock, text
from tools.openai_simulator.faults.faults import Fault
from tools.openai_simulator.faults.kinds import FAULT_KINDS
from tools.openai_simulator.http.asgi import Message, Receive, Send, lifespan, start_of
from tools.openai_simulator.message import plain
from tools.openai_simulator.simulator import Simulator
from tools.openai_simulator.story import story
from tools.openai_simulator.story.private import private_texts
from tools.openai_simulator.story.steps import StorySteps

Json = Any


class SwitchableServer(Protocol):
    """The server that the control endpoint can take down and up again."""

    @property
    def base_url(self) -> str:
        """Where the API is."""
        ...

    @property
    def raw_url(self) -> str:
        """Where the server with faults of the socket is."""
        ...

    async def close_port(self) -> None:
        """Refuse connections."""
        ...

    async def open_port(self) -> None:
        """Accept them again."""
        ...


class BadControlRequest(Exception):
    """The control request makes no sense; the message says why."""


class Control:
    """The control endpoint as an ASGI application.

    Args:
        simulator: What it scripts.
        server: What it takes down and up.
    """

    def __init__(self, simulator: Simulator, server: SwitchableServer) -> None:
        self._simulator = simulator
        self._server = server
        self._outage: Fault | None = None
        self._routes: dict[tuple[str, str], Callable[[Json, str], Awaitable[Json]]] = {
            ("GET", ""): self._overview,
            ("GET", "private"): self._private,
            ("GET", "clock"): self._clock,
            ("POST", "clock"): self._set_clock,
            ("GET", "faults"): self._faults,
            ("POST", "faults"): self._add_faults,
            ("DELETE", "faults"): self._clear_faults,
            ("GET", "requests"): self._requests,
            ("DELETE", "requests"): self._forget_requests,
            ("POST", "steps"): self._add_steps,
            ("POST", "down"): self._down,
            ("POST", "up"): self._up,
        }

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Serve one connection scope."""
        if scope["type"] == "lifespan":
            await lifespan(receive, send)
            return
        status, value = await self._handle(scope, await _body(receive))
        answer = plain(status, value)
        await send(start_of(answer))
        await send({"type": "http.response.body", "body": answer.body})

    async def _handle(self, scope: Message, body: bytes) -> tuple[int, Json]:
        name = scope["path"].strip("/").removeprefix("_control").strip("/")
        route = self._routes.get((scope["method"], name))
        if route is None:
            return 404, {"error": f"no such control: {scope['method']} {scope['path']}"}
        try:
            return 200, await route(json.loads(body or b"{}"), scope["query_string"].decode())
        except (BadControlRequest, ValueError, KeyError, TypeError) as error:
            return 400, {"error": f"{type(error).__name__}: {error}"}

    async def _overview(self, _body: Json, _query: str) -> Json:
        organizations = self._simulator.world.organizations.values()
        return {
            "base_url": self._server.base_url,
            "raw_url": self._server.raw_url,
            "now": text(self._simulator.clock.now()),
            "organizations": [
                {"org_id": org.id, "name": org.name, "keys": sorted(org.credentials)}
                for org in organizations
            ],
            "demo": {
                "org_id": story.DEMO_ORG_ID,
                "admin_key": story.DEMO_ADMIN_KEY,
                "second_org_id": story.DEMO_SECOND_ORG_ID,
                "second_admin_key": story.DEMO_SECOND_ADMIN_KEY,
                "management_key": story.DEMO_MANAGEMENT_KEY,
                "user_key": story.DEMO_USER_KEY,
            },
            "fault_kinds": FAULT_KINDS,
        }

    async def _private(self, _body: Json, _query: str) -> Json:
        return private_texts(self._simulator.world).as_lists()

    async def _clock(self, _body: Json, _query: str) -> Json:
        return {"now": text(self._simulator.clock.now())}

    async def _set_clock(self, body: Json, query: str) -> Json:
        clock = self._simulator.clock
        if not isinstance(clock, SettableClock):
            raise BadControlRequest("this simulator's clock follows a file: write that file")
        if "now" in body:
            clock.set(body["now"], running=not body.get("frozen", False))
        elif "offset_s" in body:
            clock.set(time.time() + float(body["offset_s"]), running=True)
        else:
            clock.advance(float(body["advance_s"]))
        return await self._clock(body, query)

    async def _faults(self, _body: Json, _query: str) -> Json:
        return [_fault_as_json(fault) for fault in self._simulator.faults]

    async def _add_faults(self, body: Json, _query: str) -> Json:
        faults = body if isinstance(body, list) else [body]
        return [_fault_as_json(self._simulator.faults.add(**fault)) for fault in faults]

    async def _clear_faults(self, _body: Json, query: str) -> Json:
        self._simulator.faults.clear(next(iter(parse_qs(query).get("kind", [])), None))
        return await self._faults(_body, query)

    async def _requests(self, _body: Json, _query: str) -> Json:
        log = list(self._simulator.log)
        return {
            "total": len(log),
            "counts": self._simulator.counts(),
            "last": [
                {
                    "at": text(entry.at),
                    "method": entry.method,
                    "path": entry.path,
                    "query": dict(entry.query),
                    "org_id": entry.org_id,
                    "key_last4": entry.key_last4,
                    "status": entry.status,
                    "request_id": entry.request_id,
                }
                for entry in log[-100:]
            ],
        }

    async def _forget_requests(self, body: Json, query: str) -> Json:
        self._simulator.log.clear()
        return await self._requests(body, query)

    async def _add_steps(self, body: Json, _query: str) -> Json:
        steps = body if isinstance(body, list) else [body]
        for step in steps:
            self._take_step(step)
        return {"told": len(steps)}

    def _take_step(self, step: Json) -> None:
        name = str(step["step"])
        steps = self._simulator.world.at(step["at"], step.get("org"))
        if name.startswith("_") or not hasattr(StorySteps, name):
            raise BadControlRequest(f"no step is called {name}")
        if "by" in step:
            steps = steps.by(step["by"])
        if step.get("hidden", False):
            steps = steps.hidden()
        if "late_s" in step:
            steps = steps.late(float(step["late_s"]))
        getattr(steps, name)(*step.get("args", ()), **step.get("kwargs", {}))

    async def _down(self, body: Json, _query: str) -> Json:
        mode = str(body.get("mode", "503"))
        if mode == "refuse":
            await self._server.close_port()
        elif mode == "503":
            self._outage = self._outage or self._simulator.faults.add("server_error", status=503)
        else:
            raise BadControlRequest("mode is 503 or refuse")
        return {"down": mode}

    async def _up(self, _body: Json, _query: str) -> Json:
        if self._outage is not None:
            self._simulator.faults.remove(self._outage)
            self._outage = None
        await self._server.open_port()
        return {"down": None}


def _fault_as_json(fault: Fault) -> Json:
    return {
        "kind": fault.kind,
        "path": fault.path,
        "org": fault.org,
        "where": dict(fault.where),
        "times": fault.times,
        "hits": fault.hits,
        "options": fault.options,
    }


async def _body(receive: Receive) -> bytes:
    body = bytearray()
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body", False):
            return bytes(body)
