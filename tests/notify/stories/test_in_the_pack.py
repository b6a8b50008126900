"""What was sent stands in the custody member of the next pack, which verifies."""

from hashlib import sha256
from pathlib import Path

import pytest

from tests.api.conftest import Api, MakeLab, api, lab_of, story
from tests.notify.conftest import Notify
from tests.notify.stories.test_told import HOURS, Stage, told_of
from tests.pack.conftest import PackFunction, function
from tests.tools.verifier import verify_bytes

__all__ = ["api", "function", "lab_of"]


@pytest.fixture
def stage(api: Api, lab_of: MakeLab, notify: Notify) -> Stage:
    """Give an organization that is told of by webhook and by mail."""
    return told_of(story(), api, lab_of, notify)


def test_what_was_sent_is_in_the_next_pack_with_its_digest(
    stage: Stage, function: PackFunction, tmp_path: Path
) -> None:
    """Sent, noted, sealed with the hour, packed, VALID: number, webhook and digest of the bytes."""
    stage.fixture.simulator.faults.add("status", status=401, code="invalid_api_key")
    stage.tick(HOURS[1])
    stage.fixture.simulator.faults.clear()
    receiver, letters = stage.notify.of(stage.hook), stage.notify.post.letters
    assert receiver.types == ["admin_key.dead"]
    stage.tick(HOURS[2])
    pack = function.make(HOURS[0], "2026-04-01T02:59:59Z", orgs=(stage.fixture.org,))
    rows = function.rows(pack, "custody.jsonl")
    sent = [row["facts"] for row in rows if row["action"] == "alert.sent"]
    assert sent == [
        {
            "webhook_id": stage.hook["webhook_id"],
            "number": 1,
            "body_sha256": sha256(receiver.sent[0]).hexdigest(),
        }
    ]
    mailed = [row["facts"]["body_sha256"] for row in rows if row["action"] == "mail.sent"]
    assert mailed == [sha256(letter["text"].encode()).hexdigest() for letter in letters]
    # The letter that asked for confirmation, and the alert's.
    assert len(mailed) == 2
    sealed = {row["sealed_hour"] for row in rows if row["action"] == "alert.sent"}
    assert sealed == {HOURS[2]}
    key = function.key.public_hex
    verdict = verify_bytes(function.archive(pack), tmp_path, key=key)
    assert (verdict.code, verdict.last_line.startswith("VALID")) == (0, True), verdict.text
    print(f"\n{verdict.last_line}: {sent[0]}")
