"""Runs of the sealed index: written sorted, read by blocks, believed by their fences' digest."""

import io
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.shared.errors import EvidenceInvalid
from functions.shared.evidence.index_run import (
    BLOCK,
    BLOCK_ROWS,
    FORMAT,
    ROW,
    Fences,
    hour_of,
    hours_in,
    id_digest,
    merged,
    row_of,
    rows_in,
    size_of_fences,
    spans,
    write_run,
)
from functions.shared.hours import HOUR, parse_instant

START = parse_instant("2026-04-01T05:00:00Z")


def written(rows: list[bytes]) -> tuple[bytes, Fences]:
    """Return a run's object and its fences."""
    file = io.BytesIO()
    fences = write_run([rows[:7], rows[7:]], file)
    return file.getvalue(), fences


def test_a_row_is_the_ids_digest_and_its_hour() -> None:
    """Any text is an id, half a surrogate pair too; two spellings are two ids."""
    row = row_of("audit_log-1", START)
    assert (len(row), row[:24], hour_of(row)) == (28, id_digest("audit_log-1"), START)
    assert id_digest("\ud800") != id_digest("\ud801") != id_digest("")
    assert row_of("a", START + HOUR) > row_of("a", START)


@pytest.mark.parametrize("n", [0, 1, BLOCK_ROWS - 1, BLOCK_ROWS, BLOCK_ROWS + 1, 3 * BLOCK_ROWS])
def test_a_run_is_its_name_its_blocks_and_its_fences(n: int) -> None:
    """The fences stand where the number of rows says, and vouch for each block."""
    rows = sorted(row_of(f"event-{number}", START) for number in range(n))
    body, fences = written(rows)
    assert body.startswith(FORMAT)
    assert (fences.rows, fences.offset) == (n, len(FORMAT) + n * ROW)
    assert body[fences.offset :] == fences.body
    assert len(fences.body) == size_of_fences(n)
    starts = range(len(FORMAT), fences.offset, BLOCK)
    blocks = [body[at : min(at + BLOCK, fences.offset)] for at in starts]
    assert [row for block in blocks for row in rows_in(block)] == rows
    for number, block in enumerate(blocks):
        fences.check(number, block)
        with pytest.raises(EvidenceInvalid):
            fences.check(number, block[:-1] + bytes([block[-1] ^ 1]))


def test_the_digest_is_over_name_number_and_fences() -> None:
    """So a seal that holds it vouches for every byte of the object."""
    _, fences = written([row_of("a", START)])
    assert fences.sha256 != Fences(2, fences.body).sha256
    assert fences.sha256 != Fences(1, fences.body[:-1]).sha256


ids_by_hour = st.dictionaries(st.integers(0, 60), st.sets(st.text(max_size=3), max_size=9))


@given(ids_by_hour, st.integers(1, 4))
def test_of_an_id_that_is_there_twice_the_first_hour_counts(
    by_hour: dict[int, set[str]], at_once: int
) -> None:
    """Whatever runs hold what, in whichever order they are merged, however they are read."""
    sources = [
        sorted(row_of(name, START + timedelta(hours=hour)) for name in names)
        for hour, names in by_hour.items()
    ]
    pieces = [[rows[at : at + at_once] for at in range(0, len(rows), at_once)] for rows in sources]
    rows = [row for batch in merged(pieces) for row in batch]
    model = {
        id_digest(name): START + timedelta(hours=min(h for h in by_hour if name in by_hour[h]))
        for names in by_hour.values()
        for name in names
    }
    assert rows == sorted(set(rows))
    assert {row[:24]: hour_of(row) for row in rows} == model
    block = b"".join(rows)
    absent = [id_digest(f"absent-{number}") for number in range(3)]
    assert dict(hours_in(block, [*model, *absent])) == model


@given(st.sets(st.integers(0, 400), min_size=1), st.integers(1, 9), st.integers(1, 70))
def test_stretches_hold_every_block_and_are_few(blocks: set[int], most: int, longest: int) -> None:
    """As many as allowed, and one more for each so many blocks that lie between."""
    wanted = sorted(blocks)
    found = list(spans(wanted, most, longest))
    covered = [number for first, last in found for number in range(first, last + 1)]
    assert covered == sorted(set(covered))
    assert blocks <= set(covered)
    assert all(last - first < longest for first, last in found)
    assert len(found) <= most + (wanted[-1] - wanted[0]) // longest + 1
