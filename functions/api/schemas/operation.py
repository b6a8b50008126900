"""What is said of one of the API's operations.

Pure.
"""

from dataclasses import dataclass
from typing import Final

from functions.shared.http.edge import PREFIX
from functions.shared.http.scopes import scope_of
from functions.shared.records.clients import Scope

CONNECT: Final = "connect"
API: Final = "api"
ACCESS: Final = "access"


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
        is_form: the body is a form (``application/x-www-form-urlencoded``), not JSON.
        admin: for the group admin only.
        public: needs no login.
        problems: further statuses it may answer with a problem document.
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
    is_form: bool = False
    admin: bool = False
    public: bool = False
    problems: tuple[int, ...] = ()

    @property
    def key(self) -> str:
        """Return API Gateway's ``routeKey``."""
        return f"{self.method} {PREFIX}{self.path}"

    @property
    def scope(self) -> Scope | None:
        """Return the scope that a machine needs for it, None where it is for people alone."""
        return scope_of(self.method, self.path)
