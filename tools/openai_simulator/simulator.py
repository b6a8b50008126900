"""What the simulated Admin API answers to a request at the simulated instant.

`http.transport` (in process) and `http.server` (over loopback) only carry these answers. The way of
a request: faults that refuse → the key → the organization → the list → faults of the page →
faults of the body and the wire.
"""

import copy
from collections import Counter, deque
from dataclasses import dataclass, replace

from tools.openai_simulator.clock import Clock, SettableClock, http_date, seconds
from tools.openai_simulator.faults.bodies import BODY_FAULTS, WIRE_FAULTS
from tools.openai_simulator.faults.faults import Fault, Faults
from tools.openai_simulator.faults.kinds import FAULT_KINDS
from tools.openai_simulator.faults.pages import PAGE_FAULTS
from tools.openai_simulator.faults.refusals import REFUSALS, FaultContext
from tools.openai_simulator.message import Answer, Request, Wire, invalid_key, refusal
from tools.openai_simulator.story.world import World
from tools.openai_simulator.timeline import encode
from tools.openai_simulator.world.lists import RequestContext, answer_list
from tools.openai_simulator.world.organization import Organization
from tools.openai_simulator.world.pages import Page, RequestRefused
from tools.openai_simulator.world.records import opaque

# Uses of a key that are nearer together than this leave its `last_used_at` where it is.
_USE_STEP_S = 60


@dataclass(frozen=True)
class LoggedRequest:
    """An entry of the request log; the key shows by its last four characters only."""

    at: float
    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    org_id: str | None
    organization_header: str | None
    key_last4: str
    status: int
    request_id: str


class Simulator:
    """The OpenAI Admin API of a world.

    Args:
        world: Whose organizations it shows.
        clock: The simulated instant; stands still at the system's time when absent.
    """

    def __init__(self, world: World, clock: Clock | None = None) -> None:
        self.world = world
        self.clock: Clock = clock or SettableClock()
        self.faults = Faults(frozenset(FAULT_KINDS))
        self.log: deque[LoggedRequest] = deque(maxlen=100_000)
        self._n_requests = 0

    def set_now(self, now: str | float) -> None:
        """Set a clock that can be set.

        Raises:
            TypeError: The clock is not a `SettableClock`.
        """
        if not isinstance(self.clock, SettableClock):
            raise TypeError("this simulator's clock follows a file")
        self.clock.set(now)

    def counts(self) -> dict[str, int]:
        """Return how many requests each path has had."""
        return dict(Counter(logged.path for logged in self.log))

    def answer(self, request: Request) -> Answer:
        """Return the answer to a request at the clock's instant."""
        now = self.clock.now()
        access = self.world.access_for(request.secret or "", now)
        org = access[0] if access else None
        faults = self.faults.concerning(request, org.id if org else None, now)
        answer = _first_refusal(faults, request, now) or self._answer_list(
            request, org, faults, now
        )
        self._n_requests += 1
        request_id = f"req_{opaque(self._n_requests, int(now), length=20)}"
        answer = _stamp_headers(answer, org, faults, now, request_id)
        self._log_request(request, org, answer, request_id, now)
        return _set_wire(_change_body(answer, faults), faults)

    def _answer_list(
        self, request: Request, org: Organization | None, faults: list[Fault], now: float
    ) -> Answer:
        switches = {fault.kind: fault for fault in faults}
        try:
            scopes = self._authorize(request, org, now, switches)
            assert org is not None  # noqa: S101  (for the type checker: _authorize has refused)
            result = answer_list(RequestContext(request, org, now, scopes, switches))
        except RequestRefused as refused:
            return refused.answer
        if isinstance(result, Answer):
            return result
        answer = Answer(200, _page_body(result, faults, request))
        _note_use(org, request.secret or "", now)
        self._archive_after_listing(request, org, faults, now)
        return answer

    def _authorize(
        self, request: Request, org: Organization | None, now: float, switches: dict[str, Fault]
    ) -> frozenset[str]:
        secret = request.secret
        if secret is None:
            message = "You didn't provide an API key in an Authorization header."
            raise RequestRefused(refusal(401, message))
        if org is None:
            raise RequestRefused(invalid_key(secret))
        header = request.headers.get("openai-organization")
        if header not in (None, org.id) and "any_organization" not in switches:
            message = "OpenAI-Organization header should match organization for API key."
            raise RequestRefused(refusal(401, message, code="mismatched_organization"))
        return org.credentials[secret].scopes

    def _archive_after_listing(
        self, request: Request, org: Organization, faults: list[Fault], now: float
    ) -> None:
        if request.path != "/organization/projects":
            return
        for fault in faults:
            if fault.kind == "archive_between" and fault.strikes():
                self.world.at(now, org.id).project_archived(str(fault.options["project"]))

    def _log_request(
        self,
        request: Request,
        org: Organization | None,
        answer: Answer,
        request_id: str,
        now: float,
    ) -> None:
        self.log.append(
            LoggedRequest(
                at=now,
                method=request.method,
                path=request.path,
                query=request.query,
                org_id=org.id if org else None,
                organization_header=request.headers.get("openai-organization"),
                key_last4=(request.secret or "")[-4:],
                status=answer.status,
                request_id=request_id,
            )
        )


def _note_use(org: Organization, secret: str, now: float) -> None:
    """Move the `last_used_at` of the admin key that was asked with, once a minute."""
    key_id = org.credentials[secret].key_id
    key = org.admin_api_keys.get(key_id, now) if key_id else None
    if key_id and key and int(now) - (key.fields["last_used_at"] or 0) >= _USE_STEP_S:
        org.admin_api_keys.patch(now, key_id, last_used_at=int(now))


def _first_refusal(faults: list[Fault], request: Request, now: float) -> Answer | None:
    for fault in faults:
        refuse = REFUSALS.get(fault.kind)
        if refuse is None or (fault.times is not None and fault.hits >= fault.times):
            continue
        answer = refuse(FaultContext(request, now, fault.options, fault.state))
        if answer is not None and fault.strikes():
            return answer
    return None


def _page_body(page: Page, faults: list[Fault], request: Request) -> bytes:
    page_faults = [fault for fault in faults if fault.kind in PAGE_FAULTS]
    if not page_faults:
        return page.body()
    decoded = page.decoded()
    for fault in page_faults:
        unchanged = copy.deepcopy(decoded)
        if not (PAGE_FAULTS[fault.kind](decoded, request, fault.options) and fault.strikes()):
            decoded = unchanged
    return encode(decoded)


def _stamp_headers(
    answer: Answer, org: Organization | None, faults: list[Fault], now: float, request_id: str
) -> Answer:
    skew_s = sum(float(f.options["seconds"]) for f in faults if f.kind == "clock_skew")
    answer = answer.with_header("date", http_date(seconds(now + skew_s)))
    answer = answer.with_header("x-request-id", request_id)
    answer = answer.with_header("openai-version", "2020-10-01")
    return answer if org is None else answer.with_header("openai-organization", org.id)


def _change_body(answer: Answer, faults: list[Fault]) -> Answer:
    for fault in faults:
        if fault.kind in BODY_FAULTS and fault.strikes():
            answer = BODY_FAULTS[fault.kind](answer, fault.options)
    return answer


def _set_wire(answer: Answer, faults: list[Fault]) -> Answer:
    wire = Wire()
    for fault in faults:
        if fault.kind in WIRE_FAULTS and fault.strikes():
            wire = WIRE_FAULTS[fault.kind](wire, fault.options, len(answer.body))
    return replace(answer, wire=wire)
