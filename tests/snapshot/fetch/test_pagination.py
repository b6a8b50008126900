"""A list is read to its end, or said not to be."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, cast

import pytest

from functions.shared.canonical import Json
from functions.shared.openai.client import OpenAI, Params
from functions.snapshot.fetch.pagination import read_list
from functions.snapshot.records import Listing

Serve = Callable[[str | None, int], Json]


class Server:
    """Answers pages by a rule of (cursor, limit), and counts them."""

    def __init__(self, serve: Serve) -> None:
        self.serve, self.asked = serve, list[tuple[str | None, int]]()

    async def get(self, _path: str, params: Params) -> Json:
        """Answer one page."""
        query = dict(params)
        cursor, limit = query.get("after"), int(query["limit"])
        self.asked.append((cursor, limit))
        return self.serve(cursor, limit)


def users(first: int, end: int) -> list[Json]:
    """Return users by number."""
    return [{"id": f"u{number:04d}"} for number in range(first, end)]


def page(records: Sequence[Json], has_more: Any) -> Json:
    """Return one page."""
    last = records[-1]["id"] if records else None
    return {"object": "list", "data": list(records), "has_more": has_more, "last_id": last}


def full_means_more(records: Sequence[Json]) -> Serve:
    """Return a server whose ``has_more`` only says that the page was full."""

    def serve(cursor: str | None, limit: int) -> Json:
        ids = [record["id"] for record in records]
        start = 0 if cursor is None else ids.index(cursor) + 1
        shown = records[start : start + limit]
        return page(shown, len(shown) == limit)

    return serve


def read(serve: Serve) -> tuple[Listing, list[tuple[str | None, int]]]:
    """Read a list; return it and what was asked for."""
    server = Server(serve)
    return asyncio.run(read_list(cast("OpenAI", server), "/users")), server.asked


@pytest.mark.parametrize("n_users", [0, 1, 99, 100, 101, 198, 199, 200, 300])
def test_a_list_of_any_length_ends_where_a_full_page_means_more(n_users: int) -> None:
    """A list of exactly 100 n ends in an empty page: two requests more prove that it is the end."""
    listing, asked = read(full_means_more(users(0, n_users)))
    assert listing.whole
    assert [item["id"] for item in listing.items] == [u["id"] for u in users(0, n_users)]
    full = n_users and n_users % 100 == 0
    assert len(asked) == n_users // 100 + 1 + (2 if full else 0)
    if full:
        assert asked[-2][1] == 99


def test_an_id_that_says_it_stands_for_another_is_none() -> None:
    """Else the row of an id that is too long for one would be taken for it."""
    posed = {"id": f"large:{'0' * 64}", "name": "x"}
    listing, _ = read(lambda cursor, limit: page([posed, {"id": "user-1"}], False))
    assert listing.items == [{"id": "user-1"}, posed | {"id": None}]


def test_a_list_that_is_cut_short_is_not_whole() -> None:
    """A server that loses the way behind the first page shows an empty page, too (100 of 250).

    The cursor's record was removed between two pages, say, by whoever wants the others unseen.
    """
    there = users(0, 250)
    honest = full_means_more(there)

    def lost(cursor: str | None, limit: int) -> Json:
        return page([], False) if cursor == "u0099" else honest(cursor, limit)

    def gone(cursor: str | None, limit: int) -> Json:
        if cursor is None:
            return honest(None, limit)
        # Each record that a cursor names is removed before the cursor is used.
        there[:] = [user for user in there if user["id"] != cursor]
        return page([], False)

    def always_lost(cursor: str | None, limit: int) -> Json:
        return page([], False) if cursor else honest(cursor, limit)

    for serve in (lost, gone, always_lost):
        listing, asked = read(serve)
        assert not listing.whole
        assert len(listing.items) == 100
        assert len(asked) <= 5
        assert listing.error is not None
        assert (listing.error.reason, listing.error.lasting) == ("bad_response", False)


def test_what_shows_one_record_more_or_less_the_second_time_proves_nothing() -> None:
    """The list changed, or the first reading was cut: neither is known."""
    for after in (users(0, 101), users(0, 99), [*users(0, 99), {"id": "u9999"}]):
        first = [full_means_more(users(0, 100))] * 2
        turns = iter([*first, *[full_means_more(after)] * 3])

        def serve(cursor: str | None, limit: int, turns: Any = turns) -> Json:
            return cast("Serve", next(turns))(cursor, limit)

        listing, _ = read(serve)
        assert not listing.whole, len(after)


def test_records_without_an_id_prove_no_end() -> None:
    """They cannot be told apart."""
    odd = [*users(0, 99), {"name": "x"}]

    def serve(cursor: str | None, limit: int) -> Json:
        start = 0 if cursor is None else int(cursor) + 1
        shown = odd[start : start + limit]
        last = str(start + len(shown) - 1)
        return {"data": shown, "has_more": len(shown) == limit, "last_id": last}

    assert not read(serve)[0].whole


@pytest.mark.parametrize(
    ("second", "reads"),
    [
        (page([], True), 2),
        ({**page(users(100, 110), True), "last_id": "u0099"}, 2),
        (page(users(90, 100), False), 2),
        ({"data": [], "has_more": None}, 2),
    ],
)
def test_any_other_end_that_leads_nowhere_is_not_whole(second: Json, reads: int) -> None:
    """More promised and nothing shown, a cursor that stands still, only what was shown before."""
    listing, asked = read(lambda cursor, _: page(users(0, 100), True) if not cursor else second)
    assert not listing.whole
    assert len(asked) == reads
