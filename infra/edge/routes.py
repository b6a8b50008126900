"""The API's routes, each explicit, from the one table of its operations."""

from dataclasses import dataclass
from typing import Final

from functions.api.flow import OPERATIONS
from functions.shared.http.edge import PREFIX


@dataclass(frozen=True, slots=True)
class Route:
    """One route; ``public`` ones need no sign-in."""

    method: str
    path: str
    function: str
    public: bool = False


ROUTES: Final[tuple[Route, ...]] = tuple(
    Route(method, f"{PREFIX}{each.path}", each.function.capitalize(), each.public)
    for each in OPERATIONS
    for method in each.methods
)
