"""Read a text as a person or a program would, however its letters are spelled.

Pure. Step 2 of 6, part: privacy. ``ann＠x.example``, ``ann&#64;x.example``, ``ann%2540x.example``
are one address, and so is one with a backslash in it.

Sources: UAX #15 (NFKC, stream-safe text), DerivedCoreProperties (default ignorable code points),
UTS #46 (the dots of a domain).
"""

import html
import re
import unicodedata
from urllib.parse import unquote

# Default ignorable code points, and controls that are no white space.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    "\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_PERCENT_U = re.compile(r"%u([0-9A-Fa-f]{4})")
_ESCAPE = re.compile(
    r"\\(?:u\{([0-9A-Fa-f]{1,6})\}|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|x([0-9A-Fa-f]{2})"
    r"|([0-3][0-7]{2})|([^\w\s]))"
)
_DOT = str.maketrans("\u3002", ".")
# A run of marks is put in order by comparing each with each: longer ones are broken up first.
_MOST_MARKS = 30
_JOINER = "\u034f"


def decoded(text: str) -> str:
    """Return the text with one layer of escapes taken off each, in one form of each letter."""
    text = folded(text)
    if "%" in text:
        text = unquote(_PERCENT_U.sub(lambda match: _letter(match[1], 16), text))
    if "&" in text:
        text = html.unescape(text)
    if "\\" in text:
        text = _ESCAPE.sub(_unescaped, text)
    return folded(text)


def folded(text: str) -> str:
    """Return the text in compatibility form, without what nobody sees."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", without_long_runs(text)).translate(_DOT)
    return _INVISIBLE.sub("", text)


def without_long_runs(text: str, between: str = _JOINER) -> str:
    """Return the text with something put between every thirty combining marks in a row."""
    marks = "".join(letter for letter in set(text) if unicodedata.combining(letter))
    if not marks:
        return text
    mark = f"[{re.escape(marks)}]"
    return re.sub(f"({mark}{{{_MOST_MARKS}}})(?={mark})", rf"\1{between}", text)


def _unescaped(match: re.Match[str]) -> str:
    *hexadecimal, octal, mark = match.groups()
    if mark is not None:
        return str(mark)
    if octal is not None:
        return _letter(octal, 8)
    (digits,) = (digits for digits in hexadecimal if digits is not None)
    return _letter(digits, 16)


def _letter(digits: str, base: int) -> str:
    number = int(digits, base)
    # Half of a pair says nothing by itself.
    return chr(number) if number < 0x110000 and not 0xD800 <= number < 0xE000 else "\ufffd"
