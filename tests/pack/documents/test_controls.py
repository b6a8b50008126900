"""controls.json: which clause each file and kind of finding supports, as an auditor reads it."""

import json
import re

from functions.pack.documents.clauses import CLAUSES, FRAMEWORKS
from functions.pack.documents.controls import controls
from functions.pack.documents.supported import FILES, FINDINGS, OF_SETTINGS


def test_nothing_is_said_of_a_file_that_is_not_there() -> None:
    """In the order of the table."""
    files = controls(["events.jsonl", "users.jsonl"])["files"]
    assert [file["file"] for file in files] == ["users.jsonl", "events.jsonl"]
    assert [file["file"] for file in controls(FILES)["files"]] == list(FILES)


def test_a_clause_is_named_with_its_framework_title_edition_and_source() -> None:
    """An auditor finds it without us."""
    [file] = controls(["events.jsonl"])["files"]
    assert file["supports"][0] == {
        "clause": "CC7.2",
        "title": CLAUSES["CC7.2"][1],
        "framework": "SOC 2",
        "edition": FRAMEWORKS["SOC 2"]["edition"],
        "source": FRAMEWORKS["SOC 2"]["source"],
        "only": None,
    }
    numbers = [clause["clause"] for clause in file["supports"]]
    assert set(numbers) == set(FILES["events.jsonl"][1])
    assert numbers == [number for number in CLAUSES if number in numbers]


def test_a_clause_that_some_rows_support_says_which() -> None:
    """A project that is renamed is a change of a setting; a member who leaves is none."""
    [changes] = controls(["changes.jsonl"])["files"]
    only = {clause["clause"]: clause["only"] for clause in changes["supports"]}
    assert only["CC8.1"] == OF_SETTINGS
    assert only["CC7.2"] is None


def test_every_kind_of_finding_is_there_in_order() -> None:
    """Whether or not there is one in the pack."""
    findings = controls([])["findings"]
    assert [finding["kind"] for finding in findings] == sorted(FINDINGS)
    assert controls([])["frameworks"] == FRAMEWORKS


def test_whatever_supports_nothing_says_why() -> None:
    """An empty list alone could be an oversight."""
    document = controls(FILES)
    for entry in (*document["files"], *document["findings"]):
        assert bool(entry["supports"]) == (entry["why_none"] is None)


def test_nothing_in_it_says_that_anybody_complies() -> None:
    """Evidence supports; whether anybody complies is for others to say."""
    words = ("comply", "complies", "compliant", "compliance with", "compliance")
    text = re.sub(r"\s+", " ", json.dumps(controls(FILES), ensure_ascii=False)).lower()
    assert [word for word in words if word in text] == []
    assert "supports" in text
