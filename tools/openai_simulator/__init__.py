"""A simulator of OpenAI's Admin API, reached in process or over HTTP.

In process: `httpx.AsyncClient(transport=AsyncTransport(Simulator(world, clock)))`. Over loopback:
`python -m tools.openai_simulator --port 0 --story demo`.
"""

from tools.openai_simulator.clock import OffsetFileClock, SettableClock
from tools.openai_simulator.faults.faults import Fault, Faults
from tools.openai_simulator.faults.kinds import FAULT_KINDS
from tools.openai_simulator.http.server import HttpServer, serve_in_thread
from tools.openai_simulator.http.transport import AsyncTransport, Transport
from tools.openai_simulator.simulator import LoggedRequest, Simulator
from tools.openai_simulator.story.private import PrivateTexts, private_texts
from tools.openai_simulator.story.steps import StorySteps
from tools.openai_simulator.story.story import (
    DEMO_ADMIN_KEY,
    DEMO_MANAGEMENT_KEY,
    DEMO_ORG_ID,
    DEMO_SECOND_ADMIN_KEY,
    DEMO_SECOND_ORG_ID,
    DEMO_START,
    DEMO_USER_KEY,
    demo_world,
)
from tools.openai_simulator.story.world import ADMIN_KEY, World, org_id_for
from tools.openai_simulator.world.organization import (
    ALL_SCOPES,
    READ_AUDIT_LOGS,
    READ_MANAGEMENT,
    READ_USAGE,
    HiddenStep,
    Organization,
)

__all__ = [
    "ADMIN_KEY",
    "ALL_SCOPES",
    "DEMO_ADMIN_KEY",
    "DEMO_MANAGEMENT_KEY",
    "DEMO_ORG_ID",
    "DEMO_SECOND_ADMIN_KEY",
    "DEMO_SECOND_ORG_ID",
    "DEMO_START",
    "DEMO_USER_KEY",
    "FAULT_KINDS",
    "READ_AUDIT_LOGS",
    "READ_MANAGEMENT",
    "READ_USAGE",
    "AsyncTransport",
    "Fault",
    "Faults",
    "HiddenStep",
    "HttpServer",
    "LoggedRequest",
    "OffsetFileClock",
    "Organization",
    "PrivateTexts",
    "SettableClock",
    "Simulator",
    "StorySteps",
    "Transport",
    "World",
    "demo_world",
    "org_id_for",
    "private_texts",
    "serve_in_thread",
]
