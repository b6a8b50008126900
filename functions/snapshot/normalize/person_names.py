"""Take the names of known persons out of text of unknown meaning.

Pure. Step 2 of 6, part: privacy. Words are looked up, not tried one by one: ten thousand names and
a text of 64 KB cost one pass.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

INSTEAD = "[name]"

_WORD = re.compile(r"\w+")
# Scripts that put no space between words: a name stands in the middle of a run of letters.
_UNSPACED = re.compile("[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_SHORTEST = 3
_SHORTEST_UNSPACED = 2


@dataclass(frozen=True, slots=True)
class PersonNames:
    """Names of persons.

    Attributes:
        by_word: names by their first word, lower case, longest first, and where that word starts
            in the name.
        unspaced: names that have no words to look up, longest first.
    """

    by_word: Mapping[str, tuple[tuple[str, int], ...]]
    unspaced: tuple[str, ...]

    @classmethod
    def of(cls, names: Iterable[object]) -> "PersonNames":
        """Take what is a name; one or two letters would be found in every text."""
        stripped = {name.strip() for name in names if isinstance(name, str)}
        by_word: dict[str, list[tuple[str, int]]] = defaultdict(list)
        unspaced = []
        for name in sorted(stripped, key=lambda name: (-len(name), name)):
            word = _WORD.search(name)
            if word is None or _UNSPACED.search(name):
                unspaced += [name] if len(name) >= _SHORTEST_UNSPACED else []
            elif len(name) >= _SHORTEST:
                by_word[word[0].lower()].append((name.lower(), word.start()))
        return cls({word: tuple(places) for word, places in by_word.items()}, tuple(unspaced))

    def removed_from(self, text: str) -> str:
        """Return the text with the names replaced."""
        for name in self.unspaced:
            text = text.replace(name, INSTEAD)
        parts: list[str] = []
        done = 0
        for word in _WORD.finditer(text) if self.by_word else ():
            for name, offset in self.by_word.get(word[0].lower(), ()):
                start, end = word.start() - offset, word.start() - offset + len(name)
                if start >= done and text[start:end].lower() == name and _ends(text, end):
                    parts += [text[done:start], INSTEAD]
                    done = end
                    break
        return "".join([*parts, text[done:]]) if parts else text


def _ends(text: str, end: int) -> bool:
    return not (end < len(text) and text[end - 1].isalnum() and text[end].isalnum())
