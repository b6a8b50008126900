"""What is said of one of the API's operations.

Pure.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from functions.shared.http.edge import PREFIX
from functions.shared.http.scopes import scope_of
from functions.shared.records.clients import Scope

CONNECT: Final = "connect"
API: Final = "api"
ACCESS: Final = "access"
NOTIFY: Final = "notify"
# How a whole list may be asked for; of ``json`` there are pages alone.
FILE_FORMATS: Final = ("csv", "ndjson")
FORMATS: Final = ("json", *FILE_FORMATS)


@dataclass(frozen=True, slots=True)
class Operation:
    """One route.

    Attributes:
        method: ``GET``, ``POST`` ….
        path: below the prefix.
        function: which answers it.
        name: its ``operationId``.
        summary: one line.
        answer: name of the schema of the answer.
        status: of the answer where nothing went wrong.
        query: names of the query parameters.
        body: name of the schema of the body, None without one.
        is_bodiless: the body may be left out: each field then has its default.
        is_form: the body is a form (``application/x-www-form-urlencoded``), not JSON.
        admin: for the group admin only.
        public: needs no login.
        problems: further statuses it may answer with a problem document.
        tagged: its answer has an ``ETag``, and ``If-None-Match`` is honoured.
        keyed: it makes nothing new, and takes an ``Idempotency-Key`` all the same.
    """

    method: str
    path: str
    function: str
    name: str
    summary: str
    answer: str
    status: int = 200
    query: tuple[str, ...] = ()
    body: str | None = None
    is_bodiless: bool = False
    is_form: bool = False
    admin: bool = False
    public: bool = False
    problems: tuple[int, ...] = ()
    tagged: bool = False
    keyed: bool = False

    @property
    def key(self) -> str:
        """Return API Gateway's ``routeKey``."""
        return f"{self.method} {PREFIX}{self.path}"

    @property
    def scope(self) -> Scope | None:
        """Return the scope that a machine needs for it, None where it is for people alone."""
        return scope_of(self.method, self.path)

    @property
    def methods(self) -> tuple[str, ...]:
        """Return the methods that lead here: whatever answers GET answers HEAD."""
        return ("GET", "HEAD") if self.method == "GET" else (self.method,)

    @property
    def creates(self) -> bool:
        """Tell whether it makes something new each time, unless ``Idempotency-Key`` is sent."""
        return self.method == "POST" and self.status in (201, 202)

    @property
    def is_list(self) -> bool:
        """Tell whether it answers pages of a list, which may be had whole in another format."""
        is_paged = self.method == "GET" and "cursor" in self.query
        return is_paged and self.function == API

    @property
    def done_once(self) -> bool:
        """Tell whether it takes an ``Idempotency-Key``."""
        return self.creates or self.keyed

    def is_at(self, path: str) -> bool:
        """Tell whether a whole path is one of its own."""
        wanted, parts = f"{PREFIX}{self.path}".split("/"), path.split("/")
        return len(wanted) == len(parts) and all(
            part == name or (name.startswith("{") and part != "")
            for name, part in zip(wanted, parts, strict=True)
        )


def methods_at(path: str, operations: Iterable[Operation]) -> list[str]:
    """Return the methods that a path is known under, none where nothing is there."""
    return sorted({name for each in operations if each.is_at(path) for name in each.methods})
