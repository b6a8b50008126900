"""The rules that tell a gap from an hour that was never expected."""

from typing import Any

from functions.pack.collect.seal_chain import unsealed_after, unsealed_between
from functions.shared.evidence.seals import Seal
from functions.shared.hours import parse_instant, rfc3339


def seal(hour: str, *lifecycle: tuple[str, str]) -> Seal:
    """Return a seal with as much content as the rules look at."""
    entries = [{"kind": kind, "at": at} for kind, at in lifecycle]
    content: Any = {"hour": f"2026-04-01T{hour}:00:00Z", "lifecycle": entries}
    return Seal(content, {}, b"", "")


def names(hours: Any) -> list[str]:
    """Return hours by the two digits of their name."""
    return [rfc3339(hour)[11:13] for hour in hours]


def test_hours_between_two_seals_are_gaps() -> None:
    """Nothing in the sealed lifecycle explains them."""
    assert names(unsealed_between(seal("05"), seal("08"))) == ["06", "07"]
    assert names(unsealed_between(seal("05"), seal("06"))) == []
    assert names(unsealed_between(None, seal("06"))) == []


def test_hours_behind_a_disconnect_were_never_expected() -> None:
    """Whichever of the two seals tells of it."""
    left, back = ("disconnected", "2026-04-01T06:30:00Z"), ("reconnected", "2026-04-01T09:10:00Z")
    assert names(unsealed_between(seal("06", left), seal("08", back))) == []
    assert names(unsealed_between(seal("04"), seal("08", left, back))) == ["05"]
    # A disconnect that is not followed by a reconnect explains no hour before it.
    assert names(unsealed_between(seal("04"), seal("06", left))) == ["05"]


def test_hours_at_the_end_are_gaps_unless_the_chain_ended() -> None:
    """The last seal says whether there was anything to expect."""
    end = parse_instant("2026-04-01T08:00:00Z")
    gone = ("disconnected", "2026-04-01T05:30:00Z")
    back = ("reconnected", "2026-04-01T05:40:00Z")
    assert names(unsealed_after(seal("05"), end)) == ["06", "07"]
    assert names(unsealed_after(seal("05", gone), end)) == []
    assert names(unsealed_after(seal("05", gone, back), end)) == ["06", "07"]
    assert names(unsealed_after(None, end)) == []
