"""Which windows are asked for: every second once, the oldest first, few requests, and an end."""

import random
from collections.abc import Callable

import pytest

from functions.snapshot.fetch.audit.windows import Stretch, Window
from tests.snapshot.fetch.audit.rates import FROM, H, Organization, Rate

Answer = Callable[[Stretch, Window], None]


def read(stretch: Stretch, answer: Answer, most: int = 100_000) -> list[Window]:
    """Ask for everything; return the windows asked for, in order."""
    asked: list[Window] = []
    while True:
        under_way: list[Window] = []
        while len(under_way) < stretch.at_once and (window := stretch.next()) is not None:
            under_way.append(window)
        if not under_way:
            return asked
        for window in under_way:
            asked.append(window)
            assert len(asked) <= most, "no end"
            answer(stretch, window)


def shown(times: list[int]) -> Answer:
    """Return what answers as a log of these times does."""

    def answer(stretch: Stretch, window: Window) -> None:
        found = [at for at in times if window.lo <= at < window.hi]
        if len(found) > 100 and window.length > 1:
            stretch.dense(window, found[-100:])
        else:
            stretch.closed(window, len(found))

    return answer


def test_what_holds_little_is_one_window() -> None:
    """Where nothing is known, the whole is tried."""
    assert read(Stretch(0, H), shown([])) == [(0, H)]
    assert read(Stretch(5, 5), shown([])) == []
    assert read(Stretch(0, H, rate=0.001), shown([7])) == [(0, H)]


def test_windows_are_sized_by_the_density_that_is_seen() -> None:
    """A dense hour costs little more than the pages it needs, whatever was expected of it."""
    chance = random.Random(3)  # noqa: S311
    times = sorted(chance.randrange(H) for _ in range(5000))
    for rate, most in ((5000 / H, 70), (None, 75), (0.0001, 75), (1000.0, 85)):
        assert len(read(Stretch(0, H, rate=rate), shown(times))) <= most
    known = read(Stretch(0, H, known=times, known_to=H), shown(times))
    assert len(known) <= 53


def test_more_than_is_known_is_halved() -> None:
    """Late events among the known ones."""
    known = list(range(0, H, 30))
    late = sorted(known + [60] * 50)
    asked = read(Stretch(0, H, known=known, known_to=H), shown(late))
    assert asked[0] == (0, 62 * 30)
    assert len(asked) == 4


def test_windows_of_what_is_known_have_room_alike() -> None:
    """One that would be full and a last one that is empty would have room at the wrong place."""
    known = list(range(0, 5000, 10))
    late = sorted(known + list(range(1, 5000, 100)))
    assert len(read(Stretch(0, 5000, known=known, known_to=5000), shown(late))) == 6


def test_short_windows_of_what_is_known_may_be_full() -> None:
    """At 14 a second a whole second seldom fits what is left of a page."""
    known = sorted(second for second in range(H) for _ in range(20))
    assert len(read(Stretch(0, H, known=known, known_to=H), shown(known))) <= H // 5 + 1


def test_where_much_comes_late_windows_have_more_room() -> None:
    """One event in twenty was not known: some windows are halved, not all."""
    chance = random.Random(3)  # noqa: S311
    times = sorted(chance.randrange(H) for _ in range(20_000))
    known = [at for at in times if chance.random() < 0.95]
    assert len(read(Stretch(0, H, known=known, known_to=H), shown(times))) <= 250


def test_a_year_without_an_event_takes_few_requests() -> None:
    """Backward, from steps of two weeks on."""
    end = 500 * 86400
    backward = Stretch(0, end, backward=True, rate=85 / (14 * 86400))
    asked = read(backward, shown([]))
    assert asked[0] == (end - 14 * 86400, end)
    assert len(asked) <= 4


def test_the_past_is_read_newest_part_first() -> None:
    """What is closed reaches down from the end."""
    stretch = Stretch(0, H, backward=True, rate=85 / H * 2)
    first = stretch.next()
    assert first == (1800, H)
    stretch.closed(first, 90)
    assert stretch.edge == 1800
    assert not stretch.is_closed


@pytest.mark.parametrize("backward", [False, True])
def test_an_early_end_has_lost_nothing_of_what_it_closed(backward: bool) -> None:
    """What is closed counts up to the first hole; the window that failed is asked for again."""
    stretch = Stretch(0, 1000, backward=backward, rate=0.85)
    windows = [stretch.next() for _ in range(3)]
    assert [window and window.length for window in windows] == [100, 100, 100]
    assert None not in windows
    first, second, third = (window for window in windows if window)
    stretch.closed(third, 90)
    start = 1000 if backward else 0
    assert stretch.edge == start
    stretch.closed(first, 90)
    assert stretch.edge == (first.lo if backward else first.hi)
    stretch.unanswered(second)
    again = stretch.next()
    assert again is not None
    assert (again.hi if backward else again.lo) == (second.hi if backward else second.lo)
    stretch.closed(again, 90)
    rest = stretch.next() if again.length < 100 else None
    if rest is not None:
        stretch.closed(rest, 90)
    assert stretch.edge == (third.lo if backward else third.hi)


def test_what_cannot_be_read_is_halved_down_to_a_second() -> None:
    """Pages that are too large: the windows after it are smaller from the start."""
    too_large = set(range(100, 110))

    def answer(stretch: Stretch, window: Window) -> None:
        fat = sum(window.lo <= at < window.hi for at in too_large)
        if fat > 1 and window.length > 1:
            stretch.unreadable(window)
        else:
            stretch.closed(window, fat)

    asked = read(Stretch(0, H), answer)
    assert len(asked) <= 60


def _liar(kind: str, chance: random.Random) -> Answer:
    """Return an adversary."""

    def answer(stretch: Stretch, window: Window) -> None:
        if window.length == 1:
            stretch.closed(window, chance.choice([0, 100, 10_000]))
        elif kind == "always more":
            stretch.dense(window, [window.lo] * 100)
        elif kind == "more and nothing shown":
            stretch.dense(window, [])
        elif kind == "thin choice":
            stretch.dense(window, [window.lo, window.hi - 1] * 50)
        elif kind == "at will":
            chosen = chance.randrange(3)
            if chosen == 0:
                stretch.closed(window, chance.choice([0, 1, 99]))
            elif chosen == 1:
                stretch.unreadable(window)
            else:
                stretch.dense(window, [chance.randrange(*window) for _ in range(100)])
        else:
            stretch.unreadable(window)

    return answer


@pytest.mark.parametrize(
    "kind", ["always more", "more and nothing shown", "thin choice", "at will", "unreadable"]
)
@pytest.mark.parametrize("backward", [False, True])
@pytest.mark.parametrize("known", [(), range(0, 400, 3)])
def test_nothing_that_is_answered_makes_it_endless(
    kind: str, backward: bool, known: range | tuple[()]
) -> None:
    """At most a few windows a second, however the log lies; and every second is closed."""
    for seed in range(20):
        chance = random.Random(seed)  # noqa: S311
        stretch = Stretch(0, 500, backward, known, 400 if known else None, chance.choice([None, 1]))
        asked = read(stretch, _liar(kind, chance), most=3000)
        assert stretch.is_closed
        assert stretch.edge == (0 if backward else 500)
        assert {second for window in asked for second in range(*window)} == set(range(500))


def test_one_dense_second_a_minute_costs_a_bounded_number_of_requests() -> None:
    """Some four windows for each such second."""
    times = sorted(second for second in range(30, H, 60) for _ in range(150))
    assert len(read(Stretch(0, H), shown(times))) <= 60 * 6


@pytest.mark.parametrize(
    ("rate", "hours", "a_page"), [(0, 80, None), (10, 80, None), (500, 90, 6.0), (5000, 80, 4.5)]
)
def test_a_steady_log_is_read_to_its_end_in_every_hour(
    rate: int, hours: int, a_page: float | None
) -> None:
    """And each hour three times more; the requests an event costs are bounded."""
    organization = Organization(Rate.of(FROM - 5 * 24 * H, FROM + hours * H, lambda _: rate))
    for number in range(hours):
        organization.close(number)
    assert organization.lags == [0] * hours
    stream = organization.marks["streams"]["organization"]
    end = FROM + hours * H
    assert (stream["reread_25"], stream["reread_73"]) == (end - 25 * H, end - 73 * H)
    assert stream["backfill_done"]
    for asked in organization.asked[75:]:
        n_requests = asked["fresh"] + asked["again"]
        assert n_requests <= (14 - asked["patrol"] if a_page is None else a_page * rate / 100)
