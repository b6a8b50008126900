"""What orjson accepts as canonical, the strict reader accepts, however values are spelt."""

import random
import time
from typing import Any

import orjson
import pytest

from tests.support import packs
from tests.tools.damage import damage, hostile_value
from tests.tools.test_evidence_pack_verify_plain import DETAILS
from tests.tools.verifier import script

# How values may be spelt: canonical or not, read by orjson or not.
SPELLINGS = [
    *(b"0", b"-0", b"-1", b"1.0", b"0.5", b"-0.0", b"1E2", b"1e2", b"1e-7", b"1e-07", b"1e22"),
    *(b"1e+22", b"1e400", b"00", b"01", b".5", b"5.", b"+1", b"--1", b"0x1", b"1_0", b"NaN"),
    *(b"Infinity", b"-Infinity", b"nan", b"True", b"none", b"", b" 1", b"1 ", b"\t1", b"1\n"),
    *(b"%d" % (2**53 + n) for n in (-1, 0, 1)),
    *(b"%d" % (-(2**53) + n) for n in (-1, 0, 1)),
    *(b"%d" % number for number in (2**60, 2**63, 2**64, 2**65, -(2**63), -(2**65), 10**30)),
    *(b"123456789012345.5", b"1234567890123456.5", b"12345678901234567.0", b"0.0001", b"0.00001"),
    *(b'"x"', b"'x'", b'"\\u0041"', b'"\\u00e9"', b'"\\ud800"', b'"\\ud83d\\ude00"', b'"\\udc00"'),
    *(b'"\xf0\x9f\x98\x80"', b'"\xed\xa0\x80"', b'"\xc0\x80"', b'"\xff"', b'"\xf4\x90\x80\x80"'),
    *(
        b'"\\/"',
        b'"/"',
        b'"\\n"',
        b'"\n"',
        b'"\\u000a"',
        b'"\\b"',
        b'"\\u0008"',
        b'"\\u000B"',
        b'"\\u000b"',
    ),
    *(
        b'"\\u007f"',
        b'"\x7f"',
        b'"\x00"',
        b'"\\u0000"',
        b'"\xe2\x80\xa8"',
        b'"\\u2028"',
        b'"\xef\xbb\xbf"',
    ),
    *(b"[]", b"[ ]", b"[1,]", b"[,1]", b"{}", b'{"c":1,"c":1}', b'{"c":1,"c":2}', b'{"d":1,"c":1}'),
    *(
        b'{"\xc3\xa9":1,"\xf0\x9f\x98\x80":2}',
        b'{"\xef\xbf\xbf":1,"\xf0\x90\x80\x80":2}',
        b'{"":1}',
    ),
    *(
        b'{"\xf0\x90\x80\x80":1,"\xef\xbf\xbf":2}',
        b'{"a":1,"B":2}',
        b'{"B":1,"a":2}',
        b"{1:2}",
        b"{'c':1}",
    ),
    *(b"[" * n + b"]" * n for n in (32, 61, 62, 63, 64, 65, 200, 1023, 1025)),
    *(b'{"c":' * n + b"1" + b"}" * n for n in (61, 62, 63, 64, 65, 200, 255, 1025)),
    *(b"null", b"true", b"false", b'"1.5"', b'"1e5,"', b'",1.5,"'),
]


READER = script.FastJson(orjson)
FIELDS = ("a", "b")


def strict(line: bytes) -> Any:
    """Return what the strict reader says of a row with these two fields; None if it refuses it."""
    try:
        row = script.canonical_row(line)
    except script.Malformed:
        return None
    return row if set(row) == set(FIELDS) else None


def same_verdict(line: bytes) -> bool:
    """Demand that orjson accepts only what the strict reader does; tell whether it accepts."""
    fast = READER.read(line + b"\n", FIELDS, len(FIELDS))
    if fast is None:
        return False
    [row] = fast.rows
    # Not only equal: 1, 1.0 and true are equal in Python.
    assert repr(row) == repr(strict(line)), line
    assert fast.columns == [[row["a"]], [row["b"]]]
    assert READER.write(fast.rows) == script.canonical(row) + b"\n" == line + b"\n"
    return True


def fuzz_rows(seed: int, n: int) -> int:
    """Damage rows of any values; return how many orjson accepted."""
    rng = random.Random(seed)  # noqa: S311
    accepted = 0
    for _ in range(n):
        values = {"a": hostile_value(rng), "b": rng.choice(DETAILS)}
        line = packs.canonical(values)
        accepted += same_verdict(line)
        accepted += same_verdict(damage(line, rng))
        spelt = rng.choice(SPELLINGS)
        accepted += same_verdict(line.replace(b'"a":', b'"a":' + spelt + b',"_":', 1))
        accepted += same_verdict(b'{"a":%b,"b":%b}' % (spelt, rng.choice(SPELLINGS)))
    return accepted


def test_what_orjson_accepts_the_strict_reader_accepts() -> None:
    """Any values, damaged bytes, odd spellings: the same row, in the same bytes."""
    assert fuzz_rows(1, 3_000) > 1_000


@pytest.mark.parametrize("spelt", SPELLINGS, ids=ascii)
def test_odd_spellings(spelt: bytes) -> None:
    """One by one, in each field and below a list and an object."""
    for held in (spelt, b"[%b]" % spelt, b'{"c":%b}' % spelt, b"[1,%b,2]" % spelt):
        same_verdict(b'{"a":%b,"b":null}' % held)
        same_verdict(b'{"a":null,"b":%b}' % held)


ACCEPTED = [
    b"0",
    b"-7",
    b"9007199254740991",
    b"-9007199254740991",
    b'"\xc3\xa9"',
    b'"\xe2\x80\xa8"',
]
ACCEPTED += [
    b"true",
    b"[]",
    b"{}",
    b'"\\"\\\\"',
    b'"\\u001f"',
    b'"\x7f"',
    b'"1.5"',
    b"[" * 62 + b"]" * 62,
]


@pytest.mark.parametrize("spelt", ACCEPTED, ids=ascii)
def test_plain_values_are_accepted_by_orjson(spelt: bytes) -> None:
    """Otherwise the tests above would compare nothing."""
    assert same_verdict(b'{"a":%b,"b":null}' % spelt)


LEFT_TO_THE_STRICT_READER = {
    b"9007199254740992": True,  # 2^53, which orjson does not write
    b"9007199254740993": False,
    b"1152921504606846976": False,
    b"-9007199254740993": False,
    b"0.5": True,
    b"1.0": True,
    b"1e-7": False,
    b"1e-07": True,
    b"1e22": False,
    b"1e+22": True,
    b"-0": False,
    b"-0.0": True,
    b'"\\ud800"': True,
    b"[" * 64 + b"]" * 64: False,
    b"[" * 200 + b"]" * 200: False,
    b"[%b]" % b",".join([b"0"] * 100_000): True,
    b"[%b]" % b",".join([b"0"] * 250_000): False,
}


@pytest.mark.parametrize("spelt", LEFT_TO_THE_STRICT_READER, ids=lambda spelt: ascii(spelt[:24]))
def test_what_orjson_sees_otherwise_is_left_to_the_strict_reader(spelt: bytes) -> None:
    """It passes 2^60, 200 levels and 1e-7, and refuses some that are right."""
    line = b'{"a":%b,"b":null}' % spelt
    assert READER.read(line + b"\n", FIELDS, len(FIELDS)) is None
    assert (strict(line) is not None) == LEFT_TO_THE_STRICT_READER[spelt]


def test_one_row_that_is_not_plain_has_the_others_read_alone() -> None:
    """Rows are accepted together, or none of them is; a row does not end where no line does."""
    good, odd = b'{"a":1,"b":2}', b'{"a":1,"b":2.5}'
    fast = READER.read(b"\n".join([good] * 3) + b"\n", FIELDS, len(FIELDS))
    assert fast is not None
    assert fast.columns == [[1, 1, 1], [2, 2, 2]]
    bad: list[list[bytes]] = [[odd], [good, odd], [odd, good], [good, b'{"a":1}'], [good, b"[]"]]
    bad += [[good, b""], [b"", good], [b'{"a":[{}', b'{}],"b":2}', good + b"," + good]]
    bad += [
        [b'{"a":1,', b'"b":2}'],
        [good + b"," + good],
        [b'{"a":1', b'"b":2}'],
        [good, b"]", b"["],
    ]
    for lines in bad:
        assert READER.read(b"\n".join(lines) + b"\n", FIELDS, len(FIELDS)) is None, lines


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_five_minutes_of_rows() -> None:
    """The same with chances that differ from run to run."""
    until = time.monotonic() + 300
    while time.monotonic() < until:
        fuzz_rows(time.time_ns(), 2_000)


@pytest.mark.parametrize("nested", ['{"a":#}', "[#]"])
@pytest.mark.parametrize(("depth", "accepted"), [(63, True), (64, False), (200, False)])
def test_rows_may_be_as_deep_as_for_the_strict_reader(
    nested: str, depth: int, accepted: bool
) -> None:
    """One level more is left to it, and refused: the row itself is the first of 64."""
    value = "1"
    for _ in range(depth):
        value = nested.replace("#", value)
    line = f'{{"a":{value},"b":1}}'.encode()
    assert (READER.read(line + b"\n", FIELDS, len(FIELDS)) is not None) == accepted
    if not accepted:
        with pytest.raises(script.Malformed):
            script.canonical_row(line)


def test_a_row_is_long_wherever_it_stands_in_a_block() -> None:
    """As counted row by row, at the limit and on both sides of it."""
    chance, most = random.Random(7), script.LIMITS["row"]  # noqa: S311  # repeatable
    found = {True: 0, False: 0}
    for _ in range(400):
        lengths = chance.choices((0, 1, 700, most // 2, most - 1, most, most + 1), k=4)
        if chance.random() < 0.5:
            lengths = [min(most, length) for length in lengths]
        block = b"".join(b"x" * length + b"\n" for length in lengths)
        is_long = max(lengths) > most
        assert script.has_long_row(block) is is_long, lengths
        found[is_long] += 1
    assert min(found.values()) > 50
