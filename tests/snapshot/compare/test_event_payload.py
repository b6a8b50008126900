"""What an event's payload says, whatever OpenAI puts there."""

import pytest

from functions.snapshot.compare.event_payload import (
    essentials_of,
    is_about_a_person,
    payload_of,
    principal_of,
    project_alone,
    resource_of,
    stated_role,
    texts_of,
)
from tests.snapshot.rows import event


def test_a_payload_is_an_object_or_nothing() -> None:
    """It may be absent, null, or of another kind."""
    assert payload_of(event("x", None, payload={"a": 1})) == {"a": 1}
    for odd in (None, "text", [1]):
        assert payload_of(event("x", None, payload=odd)) == {}
    assert payload_of(event("x", None, details={})) == {}


def test_assignments_name_a_principal_and_a_resource() -> None:
    """Each by its own field."""
    told = event("x", None, payload={"principal_id": "user-ann", "resource_id": "proj_web"})
    assert (principal_of(told), resource_of(told)) == ("user-ann", "proj_web")
    assert (principal_of(event("x", None)), resource_of(event("x", None))) == (None, None)


@pytest.mark.parametrize(
    ("kind", "project"), [("api.project", "proj_web"), ("api.organization", None), (None, None)]
)
def test_a_role_of_the_organization_is_for_no_project_alone(
    kind: str | None, project: str | None
) -> None:
    """Only one that is bound to a project is."""
    told = event("x", None, payload={"resource_id": "proj_web", "resource_type": kind})
    assert project_alone(told) == project


def test_a_role_is_stated_as_asked_for_or_as_given() -> None:
    """What was asked for goes first; what is no text is no role."""
    asked, given = {"changes_requested": {"role": "owner"}}, {"data": {"role": "reader"}}
    assert stated_role(event("x", None, payload=asked)) == "owner"
    assert stated_role(event("x", None, payload=given)) == "reader"
    assert stated_role(event("x", None, payload=given | asked)) == "owner"
    assert stated_role(event("x", None, payload=given | {"changes_requested": {}})) == "reader"
    for odd in ({"data": {"role": 7}}, {"data": "owner"}, {"role": "owner"}):
        assert stated_role(event("x", None, payload=odd)) is None


def test_texts_are_found_at_any_depth() -> None:
    """Values only, of objects and lists."""
    payload = {"id": "a", "list": ["b", {"deep": ["c", 7, None]}], "n": 1}
    assert list(texts_of(event("x", None, payload=payload))) == ["a", "b", "c"]


@pytest.mark.parametrize("role_in", ["changes_requested", "data"])
def test_the_essentials_say_what_the_event_says(role_in: str) -> None:
    """To all that is read of it, in a few bytes."""
    payload = {
        "principal_id": "user-ann",
        "principal_type": "user",
        "resource_id": "proj_web",
        "resource_type": "api.project",
        role_in: {"role": "owner", "members": ["user-bob", {"deep": "user-cid"}]},
        "note": "n" * 45_000,
    }
    told = event("role.assignment.created", "a", payload=payload, origin_digest="d" * 64)
    kept = essentials_of(told, names_anywhere=True)
    for read in (principal_of, is_about_a_person, resource_of, project_alone, stated_role):
        assert read(kept) == read(told)
    assert set(texts_of(kept)) == {*texts_of(told)} - {"n" * 45_000}
    assert {name for name in kept if name != "details" and kept[name] != told[name]} == set()  # type: ignore[literal-required]
    assert len(str(kept)) < 1_000
    assert "user-bob" not in texts_of(essentials_of(told, names_anywhere=False))


def test_no_text_is_kept_that_is_longer_than_any_id() -> None:
    """Two hundred letters may be one; of what is longer, a run holds nothing in memory."""
    texts = {"longest": "i" * 200, "longer": "j" * 201}
    told = event("group.deleted", "group-1", payload={"members": list(texts.values())})
    assert list(texts_of(essentials_of(told, names_anywhere=True))) == [texts["longest"]]


@pytest.mark.parametrize("odd", [{}, ["user-ann"], 7, True, None])
def test_what_is_no_id_names_nobody(odd: object) -> None:
    """An object or a list in its place stops no hour: it is as if nothing stood there."""
    told = event("role.assignment.created", None, payload={"principal_id": odd, "resource_id": odd})
    assert (principal_of(told), resource_of(told)) == (None, None)
