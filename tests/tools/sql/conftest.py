"""Evidence for SQL: the office's day, told once for all questions."""

from dataclasses import replace

import pytest

from functions.api.handler import context_from
from functions.shared.settings import Settings
from tests.api.conftest import Api
from tests.pack.conftest import PackFunction, function
from tests.snapshot.conftest import make_fixture
from tests.support.snapshot_fixture import FixtureMaker
from tests.tools.sql.evidence import Evidence, write
from tests.tools.sql.office import END, START, live_through, office

__all__ = ["function", "make_fixture"]

_told: list[Evidence] = []


@pytest.fixture
def told(
    make_fixture: FixtureMaker,
    function: PackFunction,
    settings: Settings,
    tmp_path_factory: pytest.TempPathFactory,
) -> Evidence:
    """Give the office's day as files, and what the API answers at its end."""
    if _told:
        return _told[0]
    fixture = make_fixture(office())
    live_through(fixture)
    pack = function.make(START, END, tenant=fixture.tenant, orgs=(fixture.org,))
    evidence = write(fixture.evidence, function.archive(pack), tmp_path_factory.mktemp("office"))
    api = Api(replace(context_from(settings), clock=fixture.clock.now), fixture.clock)
    for name in ("users", "projects", "api-keys", "findings", "events", "changes"):
        query = {"state": "all"} if name not in ("events", "changes") else {}
        pages = api.pages(f"/{name}", 100, **query)
        evidence.api[name.replace("-", "_")] = [row for page in pages for row in page]
    _told.append(evidence)
    return evidence
