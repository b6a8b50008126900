"""Find addresses and keys in text of any kind, in time that grows with the text alone.

Pure. Step 2 of 6, part: privacy. Generous on purpose: what looks like an address is treated as one.
Names and payloads are chosen by others and can be 64 KB long: an expression that tries every start
of a long run again needs a minute for one such name, so the search starts at the ``@``.
"""

import ipaddress
import re
import unicodedata
from collections.abc import Callable

# A domain ends in a label that starts with a letter; ``%40`` is how a URL spells the ``@``.
_AT_DOMAIN = re.compile(r"(?:@|%40)((?:[\w\-]+\.)+(?!\d)\w[\w\-]*)")
# Local part as RFC 5322 allows: an atom, or quoted, in any script.
_ATOM = frozenset("!#$%&'*+/=?^_`{|}~.-")
_MAX_QUOTED = 66
# More often opens an address (key='ann@…) than starts one: not part of what is hashed.
_OPENING = "'=/|?&#{`"
_IPV4 = re.compile(r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?!\.?\w)", re.ASCII)
_IPV6 = re.compile(
    r"(?<![0-9A-Fa-f:.])[0-9A-Fa-f:]{2,39}(?:%[\w.]+)?(?:\.\d{1,3}){0,3}(?![\w:])", re.ASCII
)
_VERSION = re.compile(r"([A-Za-z]/\d+)(?:\.\d+)+", re.ASCII)
# Words and short numbers, as in ``sk-team-2024`` and ``sk-learn-pipeline-v2``. A key's letters are
# drawn from 64: of eight in a row one in 120 reads as words, of 16 one in 20,000, and of half a
# key, which is 24 or more, one in millions. After OpenAI's own beginnings words may be of a key.
_WORD = r"(?:[A-Za-z][a-z]{2,14}(?:[A-Z][a-z]{2,14})?|[A-Z]{3,10})"
_WORDS = rf"{_WORD}(?:[_-](?:{_WORD}[0-9]{{0,2}}|[a-z]{{1,2}}|[hqrv]?[0-9]{{1,4}})){{0,5}}"
# Keys of OpenAI's and of others that are told by their form. What is cut short, as in
# ``sk-abc...def`` and ``sk-proj-abcd****wxyz``, is no key.
_SECRET = re.compile(
    r"(?<![A-Za-z0-9])(?:"
    r"sk-(?:admin|None|proj|svcacct)-[A-Za-z0-9_-]{4,400}+"
    rf"|sk-(?!{_WORDS}(?![A-Za-z0-9_-]))[A-Za-z0-9_-]{{8,400}}+"
    r"|sess-[A-Za-z0-9]{20,400}+|[sr]k_(?:live|test)_[A-Za-z0-9]{10,400}+"
    r"|A[KS]IA[A-Z0-9]{16,40}+|AIza[A-Za-z0-9_-]{30,100}+|gh[opsur]_[A-Za-z0-9]{30,300}+"
    r"|github_pat_[A-Za-z0-9_]{30,300}+|glpat-[A-Za-z0-9_-]{16,100}+|hf_[A-Za-z0-9]{30,100}+"
    r"|xox[abeoprs]-[A-Za-z0-9-]{10,300}+"
    r"|eyJ[A-Za-z0-9_-]{8,600}+\.[A-Za-z0-9_-]{8,4000}+\.[A-Za-z0-9_-]{0,4000}+"
    r")(?!\*|\u2026|\u2022|\.\.)",
    re.ASCII,
)
_PRIVATE_KEY = re.compile(r"-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----.*", re.DOTALL)

Hashed = Callable[[str], str]


def without_secrets(text: str, hashed: Hashed) -> str:
    """Return the text with what ``hashed`` makes of each key in its place."""
    if "PRIVATE KEY" in text:
        text = _PRIVATE_KEY.sub(lambda match: hashed(match[0]), text)
    return _SECRET.sub(lambda match: hashed(match[0]), text)


def without_emails(text: str, hashed: Hashed) -> str:
    """Return the text with what ``hashed`` makes of each e-mail address in its place."""
    if "@" not in text and "%40" not in text:
        return text
    parts: list[str] = []
    done = 0
    letters = _marks_as_letters(text)
    for match in _AT_DOMAIN.finditer(letters):
        start = _local_start(letters, done, match.start())
        before = text[start : match.start()]
        local = before.lstrip(_OPENING) or before
        if not local:
            continue
        domain = text[match.start(1) : match.end()]
        parts += [text[done : match.start() - len(local)], hashed(f"{local}@{domain}")]
        done = match.end()
    return "".join([*parts, text[done:]]) if parts else text


def _marks_as_letters(text: str) -> str:
    """Return the text, as long as before, with accents and vowel signs told as letters."""
    marks = {ord(letter) for letter in set(text) if unicodedata.category(letter)[0] == "M"}
    return text.translate(dict.fromkeys(marks, "x")) if marks else text


def _local_start(text: str, floor: int, end: int) -> int:
    """Return where the local part that ends before ``end`` begins; ``end`` for none."""
    if end > floor and text[end - 1] == '"':
        quote = text.rfind('"', max(floor, end - _MAX_QUOTED), end - 1)
        inside = text[quote + 1 : end - 1]
        return quote if quote >= 0 and inside and "\n" not in inside else end
    start = end
    while start > floor and (text[start - 1].isalnum() or text[start - 1] in _ATOM):
        start -= 1
    return start


def without_ips(text: str, hashed: Hashed) -> str:
    """Return the text with what ``hashed`` makes of each IP address in its place."""
    if not any(mark in text for mark in ".:"):
        return text

    def replacement(match: re.Match[str]) -> str:
        address = match[0]
        try:
            ipaddress.ip_address(address.partition("%")[0])
        except ValueError:
            return _introduced(address, hashed)
        return hashed(address)

    return _IPV6.sub(replacement, _IPV4.sub(replacement, text))


def _introduced(run: str, hashed: Hashed) -> str:
    """Return a run of hex digits and colons, an address at its end hashed: ``add:2001:db8::1``."""
    for number, letter in enumerate(run, start=1):
        if letter == ":" and _is_address(rest := run[number:]):
            return f"{run[:number]}{hashed(rest)}"
    return run


def _is_address(text: str) -> bool:
    if text.count(":") < 2:
        return False
    try:
        ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return False
    return True


def without_versions(user_agent: str) -> str:
    """Return a user agent with product versions cut to their first number.

    A full version (``Chrome/121.0.0.0``) looks like an IP address, and tells people apart.
    """
    return _VERSION.sub(r"\1", user_agent)
