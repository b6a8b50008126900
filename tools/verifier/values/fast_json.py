"""Canonical rows read many at once by orjson: it accepts fast, all else is read strictly."""

from __future__ import annotations

import functools
import operator
from collections.abc import Iterable
from itertools import chain, repeat
from typing import Any

from tools.verifier.values.strict_json import MAX_DEPTH, MAX_VALUES

SIMPLE = {str, int, bool, type(None)}


class FastRows:
    """Rows that are canonical.

    Attributes:
        rows: each as an object.
        columns: the values of the first fields, in the order asked for.
        types: of the values of each of these.
    """

    def __init__(self, rows: list[Any], columns: list[list[Any]], types: list[set[type]]) -> None:
        self.rows = rows
        self.columns = columns
        self.types = types


class FastJson:
    """Reads canonical rows with orjson.

    Rows that equal what orjson writes of them, keys sorted, are canonical: it writes the same bytes
    as the strict reader's encoder does, but for numbers with a fraction or an exponent. And it
    reads what that one refuses: integers beyond 2^53, any depth. What may hold one of these is left
    to the strict reader. No key can stand there twice, because it writes each once.
    """

    def __init__(self, library: Any) -> None:
        self._loads = library.loads
        self._dumps = library.dumps
        self._options = library.OPT_SORT_KEYS | library.OPT_STRICT_INTEGER

    def read(self, block: bytes, fields: tuple[str, ...], n_columns: int) -> FastRows | None:
        """Return what the rows hold; None if one of them may not be canonical.

        Args:
            block: rows, each ended by its newline; too few bytes to hold too many values.
            fields: what each row holds, and nothing else; two or more.
            n_columns: how many of these fields, the first ones, are asked for as columns.
        """
        if len(block) > MAX_VALUES:
            return None
        try:
            # The nought stands behind the last comma: a copy of the block less.
            rows = self._loads(b"[%b0]" % block.replace(b"\n", b","))
            rows.pop()
            if self.write(rows) != block or set(map(len, rows)) != {len(fields)}:
                return None
            values = list(chain.from_iterable(map(operator.itemgetter(*fields), rows)))
        except (ValueError, TypeError, KeyError):  # the first two are what orjson's errors are
            return None
        columns = [values[n :: len(fields)] for n in range(len(fields))]
        types = [set(map(type, column)) for column in columns]
        nested = [column for column, kinds in zip(columns, types) if not kinds <= SIMPLE]
        if not all(map(_are_plain, nested)):
            return None
        return FastRows(rows, columns[:n_columns], types[:n_columns])

    def write(self, rows: list[Any]) -> bytes:
        """Return the canonical bytes of rows without a fraction or exponent, newlines included."""
        dumps, options = self._dumps, self._options
        return b"\n".join([*map(dumps, rows, repeat(None), repeat(options)), b""])


def _are_plain(values: Iterable[Any]) -> bool:
    """Tell whether fields hold no number with a fraction or exponent, and are not too deep."""
    for _ in range(MAX_DEPTH):
        level = list(values)
        kinds = set(map(type, level))
        if float in kinds:
            return False
        if kinds <= SIMPLE:
            return True
        below: list[Iterable[Any]] = []
        if dict in kinds:
            objects = level if kinds == {dict} else [v for v in level if type(v) is dict]
            below += map(dict.values, objects)
        if list in kinds:
            below += [value for value in level if type(value) is list]
        values = chain.from_iterable(below)
    return False


@functools.cache
def fast_json() -> FastJson | None:
    """Return orjson's reader, or None where orjson is not installed."""
    try:
        import orjson
    except ImportError:
        return None
    return FastJson(orjson)
