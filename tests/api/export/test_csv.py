"""Rows as CSV: read back as they are, and no formula in a spreadsheet."""

import csv
import io

import pytest

from functions.api.export.csv import BYTE_ORDER_MARK, csv_line, csv_row


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (None, ""),
        ("", ""),
        ("plain", "plain"),
        ('say "hi", twice', 'say "hi", twice'),
        ("two\r\nlines", "two\r\nlines"),
        (True, "true"),
        (7, "7"),
        (-7, "'-7"),
        (["a", None], '["a",null]'),
        ({"b": 1, "a": "=x"}, '{"a":"=x","b":1}'),
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        ("\n=1", "'\n=1"),
        ("\uff1d1", "'\uff1d1"),
        ("\uff201", "'\uff201"),
        ("caf\u00e9 \U0001f511", "caf\u00e9 \U0001f511"),
        ("\u202egnp.exe", "\\u202Egnp.exe"),
        ("\u200b=1", "\\u200B=1"),
        ("\x1b[2J", "\\u001B[2J"),
        ("\ud800", "\\uD800"),
        ("\U000e0041", "\\u{E0041}"),
        ("\u3164", "\\u3164"),
    ],
    ids=repr,
)
def test_a_cell_is_read_back_and_is_no_formula(value: object, cell: str) -> None:
    """What cannot be seen is spelt out; the reader is the standard library's."""
    text = csv_line(["before", value, "after"])
    assert list(csv.reader(io.StringIO(text, newline=""))) == [["before", cell, "after"]]
    assert text.endswith('"after"\r\n')
    assert text.encode()


def test_a_row_has_its_fields_in_their_order() -> None:
    """Whatever order they have in the row; the mark before them is UTF-8's own."""
    assert csv_row({"b": 1, "a": None, "c": "x"}, ["c", "a", "b"]) == '"x","","1"\r\n'
    assert BYTE_ORDER_MARK.encode() == b"\xef\xbb\xbf"
