"""The walk's requests are all that there are."""

import re

from functions.api.flow import OPERATIONS
from tests.walk.routes import NEVER, routes_with_ids


def test_every_route_that_names_something_of_a_tenant_is_asked_by_another() -> None:
    """A new one must be added to the routes."""
    asked = [(method, route.partition("?")[0]) for method, route, _ in routes_with_ids(NEVER)]
    for each in OPERATIONS:
        if "{" in each.path and not each.public:
            path = re.compile(re.sub(r"{\w+}", "[^/]+", each.path))
            assert any(
                method == each.method and path.fullmatch(route) for method, route in asked
            ), each.name
