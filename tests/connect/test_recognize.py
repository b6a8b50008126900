"""Is it the same organization? A known project is seen, or OpenAI says so."""

from dataclasses import replace

import pytest

from functions.connect.check import KeyReport
from functions.connect.recognize import recognizer, require_same
from functions.shared.errors import Quarantined
from functions.shared.hashing import id_hash
from tests.connect.test_enrol import NEW

KEY = bytes(32)
KNOWN = replace(NEW, known_projects=[id_hash(KEY, "proj-1")])
REPORT = KeyReport({}, "none", ["proj-0", "proj-1"], None)


def test_a_known_project_is_told_by_its_keyed_hash() -> None:
    """Under the tenant's key alone; where none is known there is nothing to tell by."""
    recognize = recognizer(KEY, KNOWN)
    assert recognize is not None
    assert (recognize("proj-1"), recognize("proj-2")) == (True, False)
    other = recognizer(bytes(range(32)), KNOWN)
    assert other is not None
    assert other("proj-1") is False
    assert recognizer(KEY, replace(NEW, known_projects=[])) is None


def test_a_key_that_sees_a_known_project_is_taken() -> None:
    """Whatever OpenAI says of the organization; one is enough."""
    require_same(REPORT, recognizer(KEY, KNOWN))
    with pytest.raises(Quarantined, match="Nothing was stored"):
        require_same(replace(REPORT, project_ids=["proj-0"]), recognizer(KEY, KNOWN))
    with pytest.raises(Quarantined):
        require_same(replace(REPORT, project_ids=[], org_proof="proven"), recognizer(KEY, KNOWN))


def test_where_no_project_is_known_openais_word_must_do() -> None:
    """It refused the key for a wrong organization, or nothing is proven."""
    require_same(replace(REPORT, org_proof="proven"), None)
    with pytest.raises(Quarantined):
        require_same(REPORT, None)
