"""What a seal says of a picture, so that the next hour need not read the register back."""

from typing import Any

from functions.snapshot.records import SectionRead
from functions.snapshot.seal.section_digest import not_shown, picture_digest
from tests.snapshot.rows import api_key, user, user_state


def test_a_picture_has_one_digest_in_whatever_order_it_came() -> None:
    """Of every field of every row, and of which projects' lists there were."""
    a, b = user_state("a"), user_state("b")

    def digest(*rows: Any, covers: Any = None, status: str = "complete") -> str | None:
        return picture_digest(SectionRead(status, rows=rows, covers=covers))

    whole = digest(a, b)
    assert whole == digest(b, a)
    others = {digest(a), digest(a, b, covers=[]), digest(a, user_state("b", role="owner"))}
    assert whole not in others
    assert len(others) == 3
    assert digest(a, covers=["q", "p"]) == digest(a, covers=["p", "q"])
    assert digest(a, b, status="partial") is None


def test_who_is_present_and_not_in_the_picture_is_named() -> None:
    """Behind where a list broke off, and in archived projects; never of a list that failed."""
    rows: Any = {
        "users": [user("b"), user("a"), user("seen"), user("gone", removed_at="x")],
        "projects": [],
        "api_keys": [api_key("k")],
    }
    seen: Any = [user_state("seen")]
    lists: Any = {
        "users": SectionRead("partial", "deadline", rows=seen),
        "api_keys": SectionRead("complete", covers=["proj_web"]),
        "projects": SectionRead("complete"),
    }
    assert not_shown(lists, rows) == {
        "users": [{"id": "a"}, {"id": "b"}],
        "api_keys": [{"id": "k"}],
    }
    lists["users"] = SectionRead("failed", "server_error")
    assert "users" not in not_shown(lists, rows)
