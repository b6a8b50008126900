"""What the tenant said stands in the pack as the hours sealed it."""

import json
from pathlib import Path

from functions.shared.aws.bucket import Bucket
from tests.pack.conftest import PackFunction
from tests.pack.stories.test_full_profile import SECOND, valid
from tests.support.full_world import FullWorld


def test_statements_are_those_that_the_hours_of_the_period_sealed(
    function: PackFunction, evidence: Bucket, tmp_path: Path
) -> None:
    """As they were sealed, with the hour; those of a missed hour as well, those of others not."""
    world = FullWorld(evidence)
    world.says().chain(["complete"]).says(replaces=1).says().chain(["complete", "complete"])
    world.says(state="accepted", reason_code="other", note_hash="ab" * 32, replaces=2)
    world.chain(["missed", "complete"]).says().chain(["complete"])
    pack = function.make(SECOND, "2026-04-01T04:59:59Z")
    rows = function.rows(pack, "statements.jsonl")
    assert [(row["n"], row["sealed_hour"], row["replaces"]) for row in rows] == [
        (2, SECOND, 1),
        (3, SECOND, None),
        (4, "2026-04-01T03:00:00Z", 2),
    ]
    assert rows[2] | {"n": 0} == rows[2] | {"n": 0, "note_hash": "ab" * 32, "org_id": world.org}
    sealed = function.members(pack)[f"sealed/{world.org}/statements-2026-04.jsonl"]
    assert [json.loads(line)["n"] for line in sealed.splitlines()] == [2, 3, 4]
    assert valid(function, pack, tmp_path)
