"""Operations: which methods a path is known under."""

import pytest

from functions.api.schemas.operation import Operation, methods_at
from functions.shared.http.edge import PREFIX

OPERATIONS = [
    Operation(method, path, "api", "name", "summary", "Answer", status)
    for method, path, status in (
        ("GET", "/orgs", 200),
        ("POST", "/orgs", 201),
        ("GET", "/orgs/{org_id}", 200),
        ("POST", "/orgs/{org_id}/pause", 200),
    )
]


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("/orgs", ["GET", "HEAD", "POST"]),
        ("/orgs/org-first", ["GET", "HEAD"]),
        ("/orgs/org-first/pause", ["POST"]),
        ("/orgs/", []),
        ("/orgs//pause", []),
        ("/orgs/org-first/resume", []),
        ("/Orgs", []),
        ("", []),
    ],
)
def test_a_path_is_known_under_the_methods_of_its_operations(path: str, methods: list[str]) -> None:
    """A part that stands for any is not empty; HEAD is wherever GET is."""
    assert methods_at(PREFIX + path, OPERATIONS) == methods


def test_only_what_makes_something_new_creates() -> None:
    """By its method and status."""
    assert [each.path for each in OPERATIONS if each.creates] == ["/orgs"]
