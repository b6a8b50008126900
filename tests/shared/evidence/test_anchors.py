"""Anchors: one a day, each naming the one before, written once."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from functions.shared.aws.bucket import Bucket
from functions.shared.aws.keys import anchor_key
from functions.shared.canonical import canonical, sha256_hex
from functions.shared.errors import EvidenceConflict, EvidenceInvalid
from functions.shared.evidence.anchors import Anchor, Anchors, Head
from functions.shared.hours import parse_instant

AT = parse_instant("2026-04-02T00:30:00Z")
KEY = anchor_key("tenant-a", "2026-04-02")
HEADS = [
    Head("org-bbb", "2026-04-01T23:00:00Z", "bb" * 32),
    Head("org-aaa", "2026-04-01T22:00:00Z", "aa" * 32),
]


def anchor(at: datetime = AT, previous: Anchor | None = None) -> Anchor:
    """Return an anchor over two heads."""
    return Anchor.of("tenant-a", at, HEADS, previous)


def test_an_anchor_names_its_heads_by_organization_and_the_one_before() -> None:
    """Its digest is over the document alone."""
    first = anchor()
    second = anchor(AT + timedelta(days=1), first)
    assert [head.org_id for head in first.heads] == ["org-aaa", "org-bbb"]
    assert (first.at, first.day, first.previous_sha256) == (AT, "2026-04-02", None)
    assert (second.day, second.previous_sha256) == ("2026-04-03", first.sha256)
    assert first.sha256 == sha256_hex(canonical(first.document))
    assert first.document["v"] == 1
    stamped = first.stamped("https://tsa.example", None, "timeout")
    assert stamped.sha256 == first.sha256
    assert (stamped.authority, stamped.token, stamped.reason) == (
        "https://tsa.example",
        None,
        "timeout",
    )
    assert stamped.row()["day"] == "2026-04-02"


def test_an_anchor_comes_back_from_its_bytes() -> None:
    """Under its own key and no other."""
    made = anchor().stamped("https://tsa.example", "dG9rZW4=", None)
    assert Anchor.decode(made.encode(), KEY) == made
    with pytest.raises(EvidenceInvalid, match="something else"):
        Anchor.decode(made.encode(), anchor_key("tenant-a", "2026-04-03"))


def _twice(row: Any) -> None:
    row["document"]["heads"].append(row["document"]["heads"][0])
    row["sha256"] = sha256_hex(canonical(row["document"]))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda row: row.pop("token"), "not an anchor"),
        (lambda row: row.update(sha256="00" * 32), "its own digest"),
        (lambda row: row["document"].update(v=2), "its own digest"),
        (lambda row: row.update(more=1), "something else"),
        (lambda row: row.update(day="2026-04-03"), "something else"),
        (lambda row: row["document"].update(at="soon"), "not an anchor"),
        (lambda row: row["document"].update(tenant_id="a/b"), "not an anchor"),
        (_twice, "something else"),
    ],
)
def test_what_is_no_anchor_of_its_day_is_not_read(change: Any, words: str) -> None:
    """Each field follows from the document, or stands beside it."""
    row: Any = anchor().row()
    change(row)
    with pytest.raises(EvidenceInvalid, match=words):
        Anchor.decode(canonical(row), KEY)


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"{", b'{"a":1,"a":1}'])
def test_what_is_no_json_object_is_no_anchor(body: bytes) -> None:
    """Whatever it is."""
    with pytest.raises(EvidenceInvalid, match="not an anchor"):
        Anchor.decode(body, KEY)


def test_anchors_are_found_by_day(evidence: Bucket) -> None:
    """Oldest first; the newest before a day, however long ago."""
    anchors = Anchors(evidence, "tenant-a")
    assert anchors.find("2026-04-02") is None
    assert anchors.newest_before("2026-04-02") is None
    first = anchors.write(anchor())
    second = anchors.write(anchor(AT + timedelta(days=3), first))
    evidence.put("tenant=tenant-a/anchors/note.txt", b"")
    assert list(anchors.days()) == ["2026-04-02", "2026-04-05"]
    assert list(anchors.days(after="2026-04-02")) == ["2026-04-05"]
    assert anchors.find("2026-04-05") == second
    assert anchors.newest_before("2026-04-05") == first
    assert anchors.newest_before("2026-04-06") == second
    assert anchors.newest_before("2026-12-31") == second
    assert list(Anchors(evidence, "tenant-b").days()) == []


def test_a_day_has_one_anchor(evidence: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second writer gets the first one's; where none is there after all, it is told."""
    anchors = Anchors(evidence, "tenant-a")
    first = anchors.write(anchor())
    assert anchors.write(anchor(AT + timedelta(minutes=1))) == first
    monkeypatch.setattr(Anchors, "find", lambda *_: None)
    with pytest.raises(EvidenceConflict):
        anchors.write(anchor(AT + timedelta(minutes=2)))
