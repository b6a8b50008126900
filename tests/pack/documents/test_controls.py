"""controls.json: which clause each file and kind of finding supports."""

from functions.pack.documents.clauses import CLAUSES, FILES, FINDINGS, FRAMEWORKS
from functions.pack.documents.controls import controls


def test_nothing_is_said_of_a_file_that_is_not_there() -> None:
    """In the order of the table."""
    files = controls(["events.jsonl", "users.jsonl"])["files"]
    assert [file["file"] for file in files] == ["users.jsonl", "events.jsonl"]
    assert [file["file"] for file in controls(FILES)["files"]] == list(FILES)


def test_a_clause_is_named_with_its_framework_title_and_source() -> None:
    """An auditor finds it without us."""
    [file] = controls(["events.jsonl"])["files"]
    assert file["supports"][0] == {
        "clause": "CC7.2",
        "framework": "SOC 2",
        "source": FRAMEWORKS["SOC 2"]["source"],
        "title": CLAUSES["CC7.2"][1],
    }
    assert [clause["clause"] for clause in file["supports"]] == list(FILES["events.jsonl"][1])


def test_every_kind_of_finding_is_there_in_order() -> None:
    """Whether or not there is one in the pack."""
    findings = controls([])["findings"]
    assert [finding["kind"] for finding in findings] == sorted(FINDINGS)
    assert controls([])["frameworks"] == FRAMEWORKS
