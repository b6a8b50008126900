"""Every version of a seal in the newest shape, with nothing made up of what it did not say."""

import tarfile
from datetime import UTC, datetime
from typing import Any, cast

import pytest

from functions.shared.canonical import Json, canonical, sha256_hex, strict_loads
from functions.shared.evidence.seal_versions import (
    KNOWN,
    VERSION,
    header_of,
    newest,
    source_of,
    without_source,
)
from functions.shared.evidence.seals import Seal
from functions.shared.hours import rfc3339
from functions.shared.records.fields import fields_of
from functions.shared.records.seals import SealContent, SectionSeal, StreamMarks, Watermarks
from tests.support.golden import SEAL_2

HOUR_5 = "2026-04-01T05:00:00Z"
ENTRY = {"key": "k", "rows": 1, "bytes": 2, "sha256": "s", "crc32": 3}
STREAM = {"closed_through": 7, "backfill_to": 1, "backfill_done": True, "overflow": [3]}
OLD: Json = {
    "v": 2,
    "tenant_id": "tenant-a",
    "org_id": "org-Alpha",
    "org_proof": "proven",
    "hour": HOUR_5,
    "outcome": "complete",
    "reason": None,
    "lifecycle": [],
    "lifecycle_seq": 1,
    "previous_sha256": "ab" * 32,
    "sections": {"users": {"status": "complete", "reason": None, "count": 1, "unknown": 0}},
    "segments": {"events": [ENTRY | {"month": "2026-04"}]},
    "frontiers": {},
    "kpi": None,
    "pictured_from": None,
    "pictured_to": None,
}


def read(**changes: Any) -> SealContent:
    """Return what a seal of version 2 says, in the newest shape."""
    return newest(cast("SealContent", OLD | changes))


def test_version_2_has_every_field_of_the_newest_shape() -> None:
    """Null or empty where it said nothing; ``v`` tells what it was sealed in."""
    content = read()
    assert set(content) == set(fields_of(SealContent))
    assert (content["v"], content["source"], content["custody"]) == (2, None, None)
    assert (content["index"], content["watermarks"]["streams"]) == ([], {})
    assert set(content["watermarks"]) == set(fields_of(Watermarks))
    entry = {**ENTRY, "month": "2026-04", "root": None}
    assert content["segments"] == {
        "events": [entry],
        "changes": [],
        "verdicts": [],
        "statements": [],
    }
    users = content["sections"]["users"]
    assert set(users) == set(fields_of(SectionSeal))
    assert (users["status"], users["count"], users["odd"]) == ("complete", 1, [])
    assert (users["register"], users["root"], users["salt"]) == (None, None, None)


@pytest.mark.parametrize(
    ("status", "asked_at", "state_at"),
    [
        ("complete", None, HOUR_5),
        ("partial", None, HOUR_5),
        ("failed", None, None),
        ("complete", "2026-04-01T02:00:00Z", "2026-04-01T01:00:00Z"),
        ("forbidden", "2026-04-01T02:00:00Z", None),
    ],
)
def test_version_2_says_which_hour_a_section_is_of(
    status: str, asked_at: str | None, state_at: str | None
) -> None:
    """Its own, or of what it did not ask for the one that did; where that failed, nothing."""
    facts = OLD["sections"]["users"] | {"status": status, "asked_at": asked_at}
    assert read(sections={"x": facts})["sections"]["x"]["state_at"] == state_at


def test_what_version_2_said_stays() -> None:
    """Its marks under their new name, its section's facts, its segments."""
    facts = {
        "register": ENTRY,
        "baseline": "b",
        "complete_at": "c",
        "asked_at": HOUR_5,
        "odd": [{}],
    }
    users = OLD["sections"]["users"] | facts
    marks = {"proven": True, "streams": {"tenant": STREAM}, "optional": {"roles": {"due": "x"}}}
    content = read(
        sections={"users": users},
        frontiers=marks | {"archived_keys_at": "y"},
        segments=dict.fromkeys(("events", "changes", "verdicts"), OLD["segments"]["events"]),
    )
    assert users.items() <= content["sections"]["users"].items()
    stream = content["watermarks"]["streams"]["tenant"]
    assert set(stream) == set(fields_of(StreamMarks))
    assert STREAM.items() <= stream.items()
    assert stream["patrol"] is None
    assert content["watermarks"]["optional"] == marks["optional"]
    assert content["watermarks"]["archived_keys_at"] == "y"
    assert [len(content["segments"][kind]) for kind in ("changes", "verdicts")] == [1, 1]


HI, H = 1_775_800_000, 3600
RESCANNED = rfc3339(datetime.fromtimestamp(HI - 10 * H, UTC))


@pytest.mark.parametrize(
    ("deep_at", "stream", "again"),
    [
        (RESCANNED, {}, HI - 10 * H - 96 * H),
        (RESCANNED, {"closed_through": HI - 500 * H}, HI - 596 * H),
        (RESCANNED, {"backfill_to": HI - 9 * H}, HI - 9 * H),
        (None, {}, 5),
        (None, {"closed_through": None}, None),
    ],
)
def test_marks_of_version_2_say_what_was_read_again(
    deep_at: str | None, stream: dict[str, Any], again: int | None
) -> None:
    """What its daily rescan cannot have left out, and no more; of the rescan itself nothing."""
    known = {"closed_through": HI - H, "backfill_to": 5, "backfill_done": True, "overflow": [9]}
    marks = {"proven": True, "deep_at": deep_at, "month_closed": "2026-03"}
    frontiers = marks | {"streams": {"organization": known | stream}}
    result = read(frontiers=frontiers)["watermarks"]
    assert set(result) == set(fields_of(Watermarks))
    reread = {"reread_25": again, "reread_73": again, "patrol": None}
    assert result["streams"] == {"organization": known | stream | reread}


def test_the_digest_of_version_2_is_over_its_content() -> None:
    """It is written again as it was read, without a header."""
    text = canonical(OLD)
    body = canonical({"run": {"attempt": 1}, "seal": OLD, "sha256": sha256_hex(text)})
    seal = Seal.decode(body, "k")
    assert (seal.sha256, seal.text, seal.encode()) == (sha256_hex(text), text, body)


def test_the_newest_version_is_read_as_it_is() -> None:
    """There is nothing to make of it."""
    assert KNOWN[-1] == VERSION
    content = read() | {"v": VERSION}
    assert newest(content) is content


def test_version_3_has_no_salt_and_its_header_no_root_of_sections() -> None:
    """It is written again as it was read: its rows stand plain under their roots."""
    users = {**read()["sections"]["users"], "register": ENTRY, "root": "ab" * 32}
    del users["salt"]
    told: Json = {**read(), "v": 3, "sections": {"users": users}}
    content = newest(cast("SealContent", told))
    assert content["sections"]["users"] == {**users, "salt": None}
    assert "salt" not in told["sections"]["users"]
    header = header_of(cast("SealContent", told), canonical(told))
    assert header
    assert set(header) == {"v", "org_id", "hour", "previous_sha256", "content_sha256"}
    digest = sha256_hex(canonical(header))
    body = canonical({"header": header, "run": {}, "seal": told, "sha256": digest})
    seal = Seal.decode(body, "k")
    assert (seal.content, seal.encode(), seal.sha256) == (content, body, digest)


def test_a_source_is_what_the_runs_tell_and_the_rest_stays_beside() -> None:
    """What none of them tells is null."""
    source = source_of({"api_base": "https://api.openai.com/v1", "requests": 7})
    assert source == {
        "api_base": "https://api.openai.com/v1",
        "clock": None,
        "code_sha256": None,
        "key_last4": None,
        "region": None,
    }
    rest = without_source({"api_base": "x", "clock": "system", "requests": 7, "skew_s": 0})
    assert rest == {"requests": 7, "skew_s": 0}


def test_every_seal_of_then_is_read_and_written_again_to_the_byte() -> None:
    """Seven hours that version 2 sealed."""
    with tarfile.open(SEAL_2 / "evidence.tar.gz") as tar:
        bodies = [
            opened.read()
            for member in tar.getmembers()
            if "/seals/" in member.name and (opened := tar.extractfile(member))
        ]
    assert len(bodies) == 7
    for body in bodies:
        seal = Seal.decode(body, "k")
        assert seal.encode() == body
        assert seal.content["sections"].keys() == strict_loads(body)["seal"]["sections"].keys()
