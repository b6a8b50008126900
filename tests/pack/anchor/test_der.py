"""DER is read strictly: definite lengths in the shortest form, and nothing else."""

import pytest

from functions.pack.anchor.der import INTEGER, OCTETS, SEQUENCE, Der, NotDer, encoded, integer


@pytest.mark.parametrize("size", [0, 1, 127, 128, 255, 256, 65_535, 65_536])
def test_what_is_written_is_read(size: int) -> None:
    """Whatever its length takes."""
    reader = Der(encoded(OCTETS, bytes(size)) + b"\x02\x01\x07")
    assert reader.take(OCTETS) == bytes(size)
    assert reader.take(INTEGER) == b"\x07"
    reader.require_end()


@pytest.mark.parametrize(
    ("number", "content"),
    [(0, "00"), (127, "7f"), (128, "0080"), (256, "0100"), (65_535, "00ffff")],
)
def test_a_number_never_looks_negative(number: int, content: str) -> None:
    """A byte more where its first bit is set."""
    assert Der(integer(number)).take(INTEGER).hex() == content


@pytest.mark.parametrize(
    "data",
    [
        "",
        "04",
        "0401",
        "040200",
        "0481",
        "04817f" + "00" * 127,
        "04820080" + "00" * 128,
        "0480010000",
        "048500000000010000",
        "1f0100",
    ],
)
def test_what_is_cut_or_not_in_the_shortest_form_is_refused(data: str) -> None:
    """An indefinite length, a length with a byte too many, a tag of several bytes."""
    with pytest.raises(NotDer):
        Der(bytes.fromhex(data)).whole()


def test_elements_are_taken_whole_by_tag_or_passed_over() -> None:
    """A wrong tag is refused; so is what stands behind the end."""
    number, text = integer(5), encoded(OCTETS, b"x")
    inner = Der(encoded(SEQUENCE, number + text)).enter(SEQUENCE)
    inner.skip(OCTETS)
    assert not inner.is_next(OCTETS)
    with pytest.raises(NotDer):
        inner.take(OCTETS)
    inner.skip(INTEGER)
    with pytest.raises(NotDer):
        inner.require_end()
    assert list(inner.wholes()) == [text]
    inner.require_end()
    assert list(Der(number + text).wholes()) == [number, text]
    with pytest.raises(NotDer):
        list(Der(number + text[:-1]).wholes())
