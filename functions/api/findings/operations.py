"""The operations on findings, each stated once. Pure."""

from typing import Final

from functions.api.schemas.operation import API, Operation

FINDING_OPERATIONS: Final[tuple[Operation, ...]] = (
    Operation(
        *("GET", "/findings/summary", API, "summarizeFindings"),
        *("What the findings come to, and how the last 90 days went", "FindingSummary"),
        query=("org_id",),
    ),
    Operation(
        *("PUT", "/orgs/{org_id}/findings/{finding_id}/state", API, "stateFinding"),
        *("Say what becomes of an open finding", "Finding"),
        body="FindingStateRequest",
        admin=True,
        problems=(409,),
    ),
    Operation(
        *("PUT", "/findings/states", API, "stateFindings"),
        *("Say what becomes of up to 100 open findings, of all or of none", "StatedFindings"),
        body="FindingStatesRequest",
        admin=True,
        problems=(409,),
        keyed=True,
    ),
    Operation("GET", "/deadlines", API, "showDeadlines", "Show the deadlines", "Deadlines"),
    Operation(
        *("PUT", "/deadlines", API, "setDeadlines", "Set the deadlines", "Deadlines"),
        body="DeadlinesRequest",
        admin=True,
    ),
)
