"""What a seal says of a picture, so that the next hour need not read the register back."""

from typing import Any

from functions.snapshot.records import SectionRead
from functions.snapshot.seal.picture import picture_digest
from tests.snapshot.rows import user_state


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
