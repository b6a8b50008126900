"""Canonical bytes: one spelling for one value, and a parser that lets nothing through."""

import json
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.shared.canonical import Lines, canonical, sha256_hex, strict_loads
from functions.shared.errors import MalformedJson

texts = st.text(st.characters(exclude_categories=()), max_size=20)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)


@given(values)
def test_every_value_comes_back_from_its_bytes(value: object) -> None:
    """Lone surrogates included."""
    assert strict_loads(canonical(value)) == value


@given(st.dictionaries(texts, st.integers(), max_size=6))
def test_order_of_insertion_does_not_show(value: dict[str, int]) -> None:
    """Sorted keys."""
    assert canonical(value) == canonical(dict(reversed(list(value.items()))))


def test_the_bytes_are_those_of_the_format() -> None:
    """No white space, UTF-8 as it is, lone surrogates as escapes."""
    value = {"b": [1, None, True], "a": "é\u2028\ud800"}
    assert canonical(value) == '{"a":"é\u2028\\ud800","b":[1,null,true]}'.encode()
    assert json.loads(canonical(value)) == value


def test_where_it_differs_from_rfc_8785() -> None:
    """Keys by code point (U+E000 before U+10000, by UTF-16 unit behind it); Python's floats."""
    assert canonical({"\U00010000": 1, "\ue000": 2}) == '{"\ue000":2,"\U00010000":1}'.encode()
    assert canonical([1.0, 1e16, 0.1]) == b"[1.0,1e+16,0.1]"
    assert canonical("\x7f\x1f\n") == b'"\x7f\\u001f\\n"'


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")])
def test_what_json_cannot_say_is_refused(number: float) -> None:
    """Not written as a word that other parsers choke on."""
    with pytest.raises(ValueError, match="JSON"):
        canonical({"a": number})


@pytest.mark.parametrize(
    "body",
    [
        b'{"a":1,"a":1}',
        b'{"a":NaN}',
        b"[Infinity]",
        b"[-Infinity]",
        b"[1e400]",
        b"{}{}",
        b"{} x",
        b"",
        b"\xff",
        b"\xef\xbb\xbf{}",
        b"[" * 65 + b"]" * 65,
        b"[" * 200_000,
        b"1" * 20_000,
    ],
    ids=lambda body: repr(body[:12]),
)
def test_the_parser_refuses_what_lenient_ones_take(body: bytes) -> None:
    """As one error, without the body's text in it."""
    with pytest.raises(MalformedJson) as caught:
        strict_loads(body)
    assert len(str(caught.value)) < 100


def test_nesting_up_to_the_cap_is_read() -> None:
    """64 levels, of lists and objects alike; one more is refused."""
    for opened, closed in ((b"[", b"]"), (b'{"a":', b"}")):
        inside = b"1" if opened != b"[" else b""
        assert strict_loads(opened * 64 + inside + closed * 64)
        with pytest.raises(MalformedJson, match="nested too deeply"):
            strict_loads(opened * 65 + inside + closed * 65)
    assert strict_loads(b"[" * 62 + b'[1, "x", null, {}]' + b"]" * 62) is not None


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"\xff", "not UTF-8"),
        (b'{"a":1,"a":1}', "the same key twice in one object"),
        (b"[NaN]", "NaN is not JSON"),
        (b"[-Infinity]", "-Infinity is not JSON"),
        (b"[-1e999]", "a number too large"),
        (b"1 2", "not one JSON document"),
        (b"[" * 200_000, "nested too deeply"),
    ],
)
def test_a_refusal_names_the_fault(body: bytes, words: str) -> None:
    """In words of ours."""
    with pytest.raises(MalformedJson) as caught:
        strict_loads(body)
    assert str(caught.value) == words
    if words != "not UTF-8":
        with pytest.raises(MalformedJson):
            strict_loads(bytearray(body))
        with pytest.raises(MalformedJson):
            strict_loads(body.decode())


def test_a_document_may_be_bytes_or_text() -> None:
    """The same value from each."""
    body = b'{"a": [1, 2.5, true], "b": "x"}'
    value = {"a": [1, 2.5, True], "b": "x"}
    assert (
        strict_loads(body) == strict_loads(bytearray(body)) == strict_loads(body.decode()) == value
    )


def test_lines_carry_the_digests_of_their_bytes() -> None:
    """Every row ended by one newline; a U+2028 in a row is data."""
    lines = Lines.of([{"a": "x\u2028y"}, {"b": 2}])
    assert lines.body == '{"a":"x\u2028y"}\n{"b":2}\n'.encode()
    assert (lines.rows, lines.sha256) == (2, sha256_hex(lines.body))
    assert lines.crc32 == zlib.crc32(lines.body)
    assert Lines.of([]).body == b""
