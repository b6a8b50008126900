"""What is answered is what is published: requests made from the document, valid ones and not."""

import asyncio
import json
import logging
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any, Final

import pytest
import schemathesis
from openapi_spec_validator import OpenAPIV31SpecValidator
from schemathesis.config import SchemathesisConfig
from schemathesis.core.failures import Failure
from schemathesis.core.transport import Response
from schemathesis.engine import events, from_schema
from schemathesis.openapi.checks import RejectedPositiveData

from functions.access.handler import context_from as access_context_from
from functions.access.handler import routes as access_routes
from functions.api.document import document
from functions.api.handler import routes
from functions.api.schemas.operation import ACCESS, API, CONNECT, NOTIFY
from functions.connect.check import Endpoint
from functions.connect.handler import context_from as connect_context_from
from functions.connect.handler import routes as connect_routes
from functions.notify.handler import context_from as notify_context_from
from functions.notify.handler import routes as notify_routes
from functions.shared.aws.keys import HASHKEY_SK, tenant_pk
from functions.shared.settings import Settings
from tests.api.conftest import OURS, Api
from tests.api.views.test_evidence_packs import PERIOD, make_ready
from tests.notify.conftest import at_clock
from tests.support.http_api import TENANT, HttpApi
from tools.openai_simulator import World
from tools.openai_simulator.http.transport import AsyncTransport
from tools.openai_simulator.simulator import Simulator

SEED: Final = 20260401
SECOND, SECOND_KEY = "org-second", "sk-admin-of-the-second-organization-0002"
# What no schema says of a single value: how two of them fit, what time it is, and whose a word is.
RULES: Final = re.compile(
    "|".join(
        (
            "the cursor is not one that this list gave|since must be an instant",
            "to must not be before|need state=resolved",
            "leave out cursor and limit|is about the same finding",
            "as_of is in the hour|was not sealed",
            "month must look like|has not begun yet",
            "period",
            "is missing: say ",
            "must be an? (day|person)|must not be in the past",
            "must be the id of a person|must be the user id",
            "without control characters|must be one line of|no e-mail address",
            "a revision ",
            "url must be https|from_number must be at most|messages are kept for",
            "address must be one plain|token must be the one",
            "of the list|stands alone|Name the organization in org_id",
        )
    ),
    re.IGNORECASE,
)


def test_the_document_is_valid() -> None:
    """By the validator of the field, without a single complaint."""
    assert [str(error) for error in OpenAPIV31SpecValidator(document()).iter_errors()] == []


async def _no_wait(_seconds: float) -> None:
    await asyncio.sleep(0)


@pytest.fixture
def http_api(sealed: Api, settings: Settings) -> Iterator[HttpApi]:
    """Give the three functions: sealed hours, a ready pack, and an organization to connect."""
    world = World(SECOND, admin_key=SECOND_KEY)
    world.at("2026-03-01T00:00:00Z").user_joins("sia", role="owner").project_created("web")
    simulator = Simulator(world)
    simulator.set_now("2026-04-01T05:01:00Z")
    transport: Callable[[], AsyncTransport] = lambda: AsyncTransport(simulator, sleep=_no_wait)  # noqa: E731
    endpoint = Endpoint("https://api.openai.com/v1", sealed.clock.now, transport)
    connect = replace(connect_context_from(settings), openai=endpoint, clock=sealed.clock.now)
    # The hours may be copies; KMS is another one than what their hashing key was wrapped by.
    sealed.context.table.delete(tenant_pk(TENANT), HASHKEY_SK)
    connect.hash_keys.make(TENANT)
    assert sealed.ask("POST /evidence-packs", body=PERIOD)[0] == 202
    make_ready(sealed, 1)
    logging.disable(logging.CRITICAL)
    access = replace(access_context_from(settings), clock=sealed.clock.now)
    notify = at_clock(notify_context_from(settings), sealed.clock)
    yield HttpApi(
        {
            API: routes(sealed.context),
            CONNECT: connect_routes(connect),
            ACCESS: access_routes(access),
            NOTIFY: notify_routes(notify),
        }
    )
    logging.disable(logging.NOTSET)


def is_against_the_document(
    _context: object, failure: Failure, _case: object, response: Response
) -> bool:
    """Tell whether a refusal of a well-formed request breaks the document, or is by a rule."""
    if not isinstance(failure, RejectedPositiveData):
        return True
    if response.status_code == 422:
        # What OpenAI says of a key.
        return False
    return response.status_code != 400 or not RULES.search(response.json()["detail"])


def failures_of(http_api: HttpApi, group: str, n_examples: int, *phases: str) -> list[str]:
    """Send requests to every operation as a user of a group; return what the checks say."""
    with http_api.served() as origin:
        schema = schemathesis.openapi.from_dict(
            document(), config=configuration(origin, group, n_examples, phases)
        )
        schema.hooks.hook("filter_failure")(is_against_the_document)
        return [text for event in from_schema(schema).execute() for text in _failures(event)]


def configuration(
    origin: str, group: str, n_examples: int, phases: Sequence[str]
) -> SchemathesisConfig:
    """Return what requests are made: the same ones each time, some to what is there."""
    every = ("examples", "coverage", "fuzzing", "stateful")
    return SchemathesisConfig.from_dict(
        {
            "base-url": origin,
            "seed": SEED,
            # A busy machine is no breach of the contract; an answer that never comes is one.
            "request-timeout": 60,
            "headers": {"Authorization": f"Bearer {group}"},
            "generation": {"max-examples": n_examples, "deterministic": True, "no-shrink": True},
            "phases": {phase: {"enabled": phase in phases} for phase in every},
            "dictionaries": {
                "orgs": {"values": [OURS, SECOND]},
                "numbers": {"values": [1, 2]},
                "keys": {"values": [SECOND_KEY]},
            },
            "parameters": {
                "path.org_id": {"dictionary": "orgs", "probability": 0.5},
                "query.org_id": {"dictionary": "orgs", "probability": 0.5},
                "path.number": {"dictionary": "numbers", "probability": 0.5},
                "body.org_id": {"dictionary": "orgs", "probability": 0.5},
                "body.admin_key": {"dictionary": "keys", "probability": 0.5},
            },
        }
    )


def _failures(event: events.EngineEvent) -> Iterator[str]:
    if isinstance(event, events.NonFatalError):
        yield str(event.info)
    if isinstance(event, events.FatalError):
        yield str(event.exception)
    if not isinstance(event, events.ScenarioFinished):
        return
    for case_id, checks in event.recorder.checks.items():
        for info in (check.failure_info for check in checks if check.failure_info):
            response: Any = event.recorder.interactions[case_id].response
            sent = event.recorder.interactions[case_id].request
            answered = f"{response.status_code} {response.text[:500]}" if response else "nothing"
            asked = f"{sent.method} {sent.uri} {sent.headers} {sent.body!r:.500}"
            yield f"{info.failure.title}: {info.failure.message}\n{asked}\n{answered}"


@pytest.mark.parametrize(
    "group",
    ["admin", *(pytest.param(name, marks=pytest.mark.slow) for name in ("auditor", "machine"))],
)
def test_some_requests_to_every_operation_are_answered_as_published(
    http_api: HttpApi, group: str
) -> None:
    """All of schemathesis' checks, on a few requests each."""
    failures = failures_of(http_api, group, 2, "examples", "fuzzing")
    assert not failures, f"{len(failures)} failures, the first:\n{failures[0]}"
    assert sum(http_api.n_requests.values()) > 100
    print(json.dumps(http_api.n_requests))


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("group", ["admin", "auditor", "machine"])
def test_many_requests_to_every_operation_are_answered_as_published(
    http_api: HttpApi, group: str
) -> None:
    """The edges of every parameter, combinations at random, and walks from answer to answer."""
    failures = failures_of(http_api, group, 60, "examples", "coverage", "fuzzing", "stateful")
    assert not failures, f"{len(failures)} failures, the first:\n" + "\n\n".join(failures[:20])
    assert sum(http_api.n_requests.values()) > 2000
    print(json.dumps(http_api.n_requests))
