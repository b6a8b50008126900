"""What an admin says of several findings at once: each part checked before anything is kept."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, cast

from functions.api.context import Context
from functions.api.findings.said import BLANK, FormReader
from functions.api.newest_seal import Newest, newest_hour
from functions.api.records import MOST_STATES, FindingOfForm
from functions.shared.errors import BadRequest, Conflict, NotFound
from functions.shared.http.request_errors import PartNotFound
from functions.shared.records.findings import Finding, FindingSaid
from functions.shared.tables.statements import MOST_ORGANIZATIONS

_BLANK: Final[FindingOfForm] = {**BLANK, "org_id": None, "finding_id": None}


@dataclass(frozen=True, slots=True)
class Saying:
    """What is said of one of them.

    Attributes:
        newest: the hour that the finding is of.
        finding: an open one.
        said: what is said of it.
    """

    newest: Newest
    finding: Finding
    said: FindingSaid


@dataclass(frozen=True, slots=True)
class SeveralForms:
    """Reads what is said of findings of a tenant's organizations.

    Attributes:
        context: the function's.
        tenant: whose.
        user: opaque id of who says it.
        now: the present.
    """

    context: Context
    tenant: str
    user: str
    now: datetime
    _readers: dict[str, FormReader] = field(default_factory=dict)

    def sayings(self, states: object) -> list[Saying]:
        """Return what a body's ``states`` say, in their order.

        Raises:
            PartNotFound: there is no such organization or finding; says which part of the body.
            Conflict: a finding is resolved; says which.
            BadRequest: the body cannot be used; says which part, and why.
        """
        if not isinstance(states, list) or not 1 <= len(states) <= MOST_STATES:
            raise BadRequest(f"states must be a list of 1 to {MOST_STATES} of them")
        sayings: list[Saying] = []
        places: dict[tuple[str, str], int] = {}
        for place, part in enumerate(states):
            with _named(place):
                saying = self._saying(part)
                about = saying.newest.org_id, saying.finding["finding_id"]
                if about in places:
                    raise BadRequest(f"states[{places[about]}] is about the same finding")
            places[about] = place
            sayings.append(saying)
        if len(self._readers) > MOST_ORGANIZATIONS:
            raise BadRequest(f"states must be of {MOST_ORGANIZATIONS} organizations at most")
        return sayings

    def _saying(self, part: object) -> Saying:
        form = _form(part)
        reader = self._reader(str(form["org_id"]))
        finding = reader.open_finding(str(form["finding_id"]))
        return Saying(reader.newest, finding, reader.said(form))

    def _reader(self, org: str) -> FormReader:
        if org not in self._readers:
            known = self.context.connections.need(self.tenant, org).org_id
            newest = newest_hour(self.context, self.tenant, known)
            self._readers[org] = FormReader(newest, self.context, self.user, self.now)
        return self._readers[org]


def _form(part: object) -> FindingOfForm:
    if not isinstance(part, dict):
        raise BadRequest("it must be an object")
    fields = cast("Mapping[str, object]", part)
    unknown = sorted(fields.keys() - _BLANK.keys())
    if unknown:
        raise BadRequest(f"unknown field {unknown[0]!r:.40}; known: {', '.join(_BLANK)}")
    return cast("FindingOfForm", {**_BLANK, **fields})


@contextmanager
def _named(place: int) -> Iterator[None]:
    """Say in a refusal which part of the body it is about."""
    name = f"states[{place}]"
    try:
        yield
    except NotFound as error:
        raise PartNotFound(name) from error
    except BadRequest as error:
        raise BadRequest(f"{name}: {error}") from error
    except Conflict as error:
        raise Conflict(f"{name}: {error}") from error
