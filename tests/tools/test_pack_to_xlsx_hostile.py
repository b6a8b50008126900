"""Whatever a pack holds is text in the workbook, be it hostile or beyond what a cell holds."""

import json
import random
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support import packs
from tests.tools.verifier import peak_and_code
from tests.tools.workbook import (
    SCRIPT,
    Cell,
    Sheet,
    as_shown,
    below,
    make,
    pack_file,
    rows_of,
    run,
    script,
)

WORD_FOR_WORD = [
    *("=cmd|'/c calc'!A1", "=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("http://x.org","x")'),
    *("\t=1+1", "\n=1+1", "  =1+1  ", "{=1+1}", "'=1+1", "http://x.org", "mailto:a@x.org"),
    *("internal:users!A1", "external:c:\\x.xlsx", "007", "1e5", "1/2", "TRUE", "#N/A", "", " "),
    *("<r>", "<r><t>", "</t></is></c><c><f>1+1</f></c>", "&amp;<&>\"'", "]]>", "<!DOCTYPE x>"),
    *("_x0041_", "_x005F_", "_x000D_", "\\u202e", "a\\b", "line\u2028separator\u2029"),
    *("\U0001f469\u200d\U0001f4bb", "e\u0301", "\u00a0", "\U0001fffe", "\U0010ffff", "sk-...abc"),
]
ESCAPED = {
    "\r=1+1": "\\u000d=1+1",
    "\x00": "\\u0000",
    "a\x01\x1b[2J\\": "a\\u0001\\u001b[2J\\\\",
    "\x7f\x85\x9f": "\\u007f\\u0085\\u009f",
    "\ud800": "\\ud800",
    "x\udfffy\ud800": "x\\udfffy\\ud800",
    "\ufffe\uffff": "\\ufffe\\uffff",
    "exe.\u202etxt": "exe.\\u202etxt",
    "<r><t>x</t></r>": "\\u003cr><t>x</t></r>",
    "<r></c></r>": "\\u003cr></c></r>",
    "<r>\\</r>": "\\u003cr>\\\\</r>",
    "_x005F_x0041_": "\\u005fx005F_x0041_",
    "__x005f_x202E_x0000_": "_\\u005fx005f\\u005fx202E_x0000_",
    "\U0001f469\x00": "\U0001f469\\u0000",
}
EMOJI = "\U0001f469"


def names(sheets: dict[str, Sheet]) -> list[Cell]:
    """Return the cells of the projects' names, one a project."""
    titles = [str(cell.value) for cell in sheets["projects"][0].values()]
    return [row[titles.index("name")] for row in sheets["projects"][1:]]


def with_names(values: list[Any]) -> packs.Pack:
    """Return a pack with a project for each of these names, whatever they are."""
    pack = packs.small()
    pack.rows["projects.jsonl"] = [
        packs.project(f"proj_{n:04d}", name=value) for n, value in enumerate(values)
    ]
    return pack


def unescaped(text: str) -> str:
    """Read an escaped text back, as the cover says how."""
    return re.sub(
        r"\\(?:u([0-9a-f]{4})|\\)", lambda hit: chr(int(hit[1], 16)) if hit[1] else "\\", text
    )


def test_hostile_texts_are_the_same_texts(tmp_path: Path) -> None:
    """Formulas, links, markup, numbers that are texts: letter by letter, on a plain ground."""
    found = names(make(tmp_path, with_names(WORD_FOR_WORD)))
    assert found == [Cell(text, False) for text in WORD_FOR_WORD]


def test_what_cannot_be_shown_is_escaped_and_marked(tmp_path: Path) -> None:
    """On a coloured ground, so that nobody takes it for the text itself; counted on the cover."""
    sheets = make(tmp_path, with_names(list(ESCAPED)))
    assert names(sheets) == [Cell(text, True) for text in ESCAPED.values()]
    assert [unescaped(text) for text in ESCAPED.values()] == list(ESCAPED)
    members = {line[0]: line for line in below(sheets["cover"], "Member")}
    assert members["projects.jsonl"][3:5] == (len(ESCAPED), 0)
    assert members["users.jsonl"][3:5] == (0, 0)


@given(st.text(st.characters(exclude_categories=()), max_size=60))
def test_any_text_can_be_read_back(text: str) -> None:
    """And what is shown of it is what XML allows."""
    shown, is_escaped = script.escaped(text)
    assert (unescaped(shown) if is_escaped else shown) == text
    assert not re.search("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]", shown)


def test_texts_made_of_what_the_file_format_reads_otherwise(tmp_path: Path) -> None:
    """Excel's escapes, XML, backslashes in any order: each can be read back from the workbook."""
    rng = random.Random(7)  # noqa: S311 - the same texts each time
    pieces = ["_x", "_", "x", "005F", "202e", "0041", "<r>", "</r>", "&lt;", "\\", "u005f", "\x00"]
    texts = ["".join(rng.choices(pieces, k=rng.randint(1, 12))) for _ in range(800)]
    found = names(make(tmp_path, with_names(texts)))
    assert any(cell.is_altered for cell in found)
    assert not all(cell.is_altered for cell in found)
    read_back = [unescaped(str(c.value)) if c.is_altered else c.value for c in found]
    assert read_back == texts


def test_hostile_values_in_lists_and_objects_stay_json(tmp_path: Path) -> None:
    """What cannot be shown is escaped there as JSON does; it is still the same value."""
    value = {
        "=1": ["\x00\r\n\u202e\ud800\ufffe\\_x005F_x0041_", {"b": 1.5, "a": None, "<r>": True}]
    }
    found = names(make(tmp_path, with_names([value, [], {}])))
    assert [cell.is_altered for cell in found] == [False] * 3
    assert json.loads(str(found[0].value)) == value
    assert "\\u202e" in str(found[0].value)
    assert [cell.value for cell in found[1:]] == ["[]", "{}"]


def test_numbers_that_a_cell_cannot_hold_are_texts(tmp_path: Path) -> None:
    """A spreadsheet keeps 15 digits, and says nothing of the others."""
    numbers = [0, -1, 1.5, 0.1, 10**15 - 1, True, False, None]
    texts = [10**15, 2**53, -(2**53), 0.1 + 0.2, 1.7e308, 5e-324]
    sheets = make(tmp_path, with_names(numbers[:-1] + texts))
    assert [cell.value for cell in names(sheets)] == [*numbers[:-1], *map(str, texts)]
    assert [type(cell.value) for cell in names(sheets)][5:7] == [bool, bool]
    assert "name" not in rows_of(make(tmp_path, with_names([None]), "--force")["projects"])[0]


LONG = {
    "letters": "a" * 40_000,
    "emoji, fewer than 32,767 of them": "a" * 20_000 + EMOJI * 8_000,
    "emoji cut between": "a" * 10_000 + EMOJI * 12_000,
    "emoji cut in two": "a" * 10_001 + EMOJI * 12_000,
    "escapes": "\x00" * 8_000,
    "escapes and backslashes": "\\\x00" * 5_000,
    "markup": "<r>" + "a" * 40_000 + "</r>",
}


@pytest.mark.parametrize("name", LONG)
def test_a_text_beyond_a_cell_is_cut_and_says_so(tmp_path: Path, name: str) -> None:
    """A cell holds 32,767 UTF-16 units: the beginning, and how long the text is in the pack."""
    text = LONG[name]
    sheets = make(tmp_path, with_names([text, "a" * 32_767, EMOJI * 16_000, "short"]))
    cut, *whole = names(sheets)
    assert isinstance(cut.value, str)
    assert cut.is_altered
    assert len(cut.value.encode("utf-16-le")) // 2 in (32_766, 32_767)
    begin, _, mark = cut.value.partition(" ... ")
    assert mark == f"[cut here: in the pack it has {len(text):,} characters]"
    assert script.escaped(text)[0].startswith(begin)
    assert [cell.is_altered for cell in whole] == [False] * 3
    assert [len(str(cell.value)) for cell in whole] == [32_767, 16_000, 5]
    members = {line[0]: line for line in below(sheets["cover"], "Member")}
    assert members["projects.jsonl"][4] == 1
    assert "1 cut" in run(tmp_path / "pack-3.tar.gz", "--force").stdout


def test_a_long_object_is_cut_like_a_text(tmp_path: Path) -> None:
    """The count is that of its JSON."""
    value = {"list": ["x" * 100] * 400}
    (cell,) = names(make(tmp_path, with_names([value])))
    n = len(json.dumps(value, separators=(",", ":")))
    assert str(cell.value).endswith(f"[cut here: in the pack it has {n:,} characters]")
    assert cell.is_altered


def test_what_the_tenant_is_called_stays_text_on_the_cover(tmp_path: Path) -> None:
    """The cover holds words of the pack, too."""
    pack = packs.small(profile="core", tenant_id="=1+1")
    cover = make(tmp_path, pack, "--tenant==1+1")["cover"]
    assert ("tenant", "=1+1") in below(cover, "What it is of")
    assert ("option given", "--tenant==1+1") in below(cover, "Verification")


def test_more_rows_than_a_sheet_holds_go_on_in_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Excel's limit is a million; each sheet has its titles, the cover names all of them."""
    monkeypatch.setattr(script, "MAX_SHEET_ROWS", 20)
    pack = packs.small()
    sheets = make(tmp_path, pack)
    parts = ["coverage", "coverage (2)", "coverage (3)"]
    assert list(sheets)[-4:] == [*parts, "anchors"]
    assert [len(sheets[part]) for part in parts] == [21, 21, 9]
    assert all(sheets[part][0] == sheets["coverage"][0] for part in parts)
    rows = [row for part in parts for row in rows_of(sheets[part])]
    assert rows == [as_shown(row) for row in pack.rows["coverage.jsonl"]]
    members = {line[0]: line for line in below(sheets["cover"], "Member")}
    assert members["coverage.jsonl"][1:6] == (48, 48, 0, 0, ", ".join(parts))


def test_a_sheet_that_is_just_full_needs_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One row less, and one row more."""
    for limit, n_sheets in ((49, 1), (48, 1), (47, 2)):
        monkeypatch.setattr(script, "MAX_SHEET_ROWS", limit)
        sheets = make(tmp_path, packs.small(), "--force")
        assert sum(name.startswith("coverage") for name in sheets) == n_sheets


def test_large_values_and_every_other_member_are_told(tmp_path: Path) -> None:
    """Copies of events and anchors have sheets; a value too large for a row is named."""
    whole = json.dumps("word " * 2_000).encode()
    large = {"bytes": len(whole), "head": "word", "sha256": packs.sha256(whole)}
    pack = with_names([{"$large": large}]).but(large=[whole])
    sheets = make(tmp_path, pack)
    assert json.loads(str(names(sheets)[0].value)) == {"$large": large}
    assert below(sheets["cover"], "Member")[-1] == ("large/", 1, None, None, None, "none")


@pytest.mark.slow
def test_memory_does_not_grow_with_the_rows(tmp_path: Path) -> None:
    """A tenth of the events takes as much; the file is written row by row."""
    peaks = []
    for n in (1_000, 10_000):
        pack = packs.small()
        events = [
            packs.event(f"audit_log-{i:06d}", "2026-04-01T05:10:00Z", "2026-04-01T05:00:00Z")
            for i in range(n)
        ]
        pack.rows["events.jsonl"] = events
        pack.rows["coverage.jsonl"] = packs.seals(
            ["complete"] * 48, "2026-04-01T00", events, previous="ab" * 32
        )
        path = pack_file(tmp_path, pack)
        key = f"--expected-pubkey={packs.public_hex()}"
        peak = peak_and_code(str(path), key, "--force", tool=SCRIPT)
        assert peak.code == 0, peak.stderr
        peaks.append(peak.mib)
    print("MiB:", peaks)
    assert peaks[1] < peaks[0] + 4
    assert peaks[1] < 64
