"""A row as a table can hold it: texts, sizes, depths and names that DynamoDB takes."""

from typing import Any

from functions.shared.aws.table import to_wire
from functions.shared.canonical import canonical
from functions.snapshot.seal.item_size import (
    MAX_LEVELS,
    MAX_TEXT,
    MAX_VALUE_BYTES,
    SHORTENED,
    limit_item_size,
)


def limited(value: Any) -> Any:
    """Return one value as the table holds it."""
    return limit_item_size({"value": value})["value"]


def test_what_fits_stays_as_it_is() -> None:
    """A text of 16 KB is one value among many."""
    row = {"text": "a" * (MAX_VALUE_BYTES - 2), "n": 1, "flag": None, "deep": {"list": [1, "b"]}}
    assert limit_item_size(row) == row


def test_a_long_text_is_cut_and_says_so() -> None:
    """To a thousand letters."""
    assert limited("a" * (MAX_VALUE_BYTES - 1)) == "a" * MAX_TEXT + "…"


def test_a_large_list_says_only_how_long_it_was() -> None:
    """Its parts are in the sealed object."""
    assert limited(["a" * MAX_TEXT] * 20) == ["20 shortened"]


def test_a_large_object_keeps_its_small_parts() -> None:
    """In the order of their names, as many as fit; texts are cut."""
    small = {f"n{number:02d}": "a" * 1000 for number in range(20)}
    kept = limited(small)
    assert kept[SHORTENED] is True
    assert sorted(kept) == sorted([*list(small)[:16], SHORTENED])
    assert len(canonical(kept)) <= MAX_VALUE_BYTES + 1000
    mixed = {"text": "a" * MAX_VALUE_BYTES, "list": ["b" * 100] * 100, "n": 7}
    assert limited(mixed) == {SHORTENED: True, "text": "a" * MAX_TEXT + "…", "n": 7}
    bound = {"big": "a" * MAX_VALUE_BYTES, "list": ["b" * 4083], "more": ["b" * 4084]}
    assert set(limited(bound)) == {SHORTENED, "big", "list"}
    named = {"a" * (MAX_TEXT + 1): 1, "b" * MAX_TEXT: 2, "c": "a" * MAX_VALUE_BYTES}
    assert set(limited(named)) == {SHORTENED, "b" * MAX_TEXT, "c"}


def test_what_is_nested_too_deeply_becomes_text() -> None:
    """DynamoDB takes 32 levels; half of them are ours to use."""

    def nested(levels: int) -> Any:
        value: Any = "end"
        for _ in range(levels):
            value = [value]
        return value

    assert limited(nested(MAX_LEVELS)) == nested(MAX_LEVELS)
    value = limited(nested(MAX_LEVELS + 1))
    for _ in range(MAX_LEVELS):
        (value,) = value
    assert value == '["end"]'
    deep: Any = {"a": 1}
    for _ in range(MAX_LEVELS):
        deep = {"a": deep}
    value = limited(deep)
    for _ in range(MAX_LEVELS):
        value = value["a"]
    assert value == '{"a":1}'


def test_what_utf8_and_names_do_not_take_is_spelt_out() -> None:
    """Lone surrogates as escapes, an empty name in words."""
    assert limited("a\ud800b") == "a\\ud800b"
    assert limited({"": "x", "\udfff": ["\ud800"]}) == {"(empty)": "x", "\\udfff": ["\\ud800"]}


def test_numbers_that_a_table_cannot_hold_are_kept_as_text() -> None:
    """It keeps 38 digits, and no fractions as Python has them."""
    assert limited(10**38 - 1) == 10**38 - 1
    assert limited(-(10**38)) == "-1" + "0" * 38
    assert limited({"deep": [1.5, True, None, 7]}) == {"deep": ["1.5", True, None, 7]}
    to_wire(limit_item_size({"value": [10**300, 0.1, 2**53]}))
