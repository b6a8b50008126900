"""What the run blocks of an organization's hours say together, and its last seal."""

from typing import Any

from functions.pack.collect.organization import KeyUse, Organization, RunTotals
from functions.shared.evidence.seal_versions import source_of, without_source
from functions.shared.evidence.seals import Seal
from functions.shared.records.seals import Run, SectionSeal
from tests.support.seal_parts import section_seal


def totals(
    *runs: Run, sections: dict[str, SectionSeal] | None = None, is_sealed: bool = True
) -> RunTotals:
    """Return what the runs of the first hours of a day say; their source is sealed, or is not."""
    added = RunTotals()
    for number, run in enumerate(runs):
        content: Any = {"hour": f"2026-04-01T{number:02d}:00:00Z", "sections": sections or {}}
        content["source"] = source_of(run) if is_sealed else None
        added.add(Seal(content, without_source(run) if is_sealed else run, b"", ""))
    return added


def test_requests_pages_and_retries_are_added_up() -> None:
    """What a run does not tell counts nothing."""
    added = totals({"requests": 7, "pages": 6, "retries": 1}, {}, {"requests": 3})
    assert (added.requests, added.pages, added.retries) == (10, 6, 1)


def test_the_largest_skew_is_kept_with_its_sign() -> None:
    """Either way; none where no run tells of one."""
    assert totals({}).largest_skew_s is None
    assert totals({"skew_s": 0}).largest_skew_s == 0
    assert totals({"skew_s": 2}, {"skew_s": -3}, {}, {"skew_s": 1}).largest_skew_s == -3


def test_a_key_is_known_from_its_first_hour_to_its_last() -> None:
    """By its last four characters."""
    added = totals({"key_last4": "abcd"}, {"key_last4": "wxyz"}, {"key_last4": "abcd"}, {})
    assert added.keys == {
        "abcd": KeyUse("2026-04-01T00:00:00Z", "2026-04-01T02:00:00Z"),
        "wxyz": KeyUse("2026-04-01T01:00:00Z", "2026-04-01T01:00:00Z"),
    }


def test_addresses_clocks_and_regions_are_kept_once() -> None:
    """An empty one is none."""
    run: Run = {"api_base": "https://api.openai.com/v1", "clock": "system", "region": "eu-west-1"}
    added = totals(run, run, {"api_base": "", "region": None})
    assert added.api_bases == {"https://api.openai.com/v1"}
    assert (added.clocks, added.regions) == ({"system"}, {"eu-west-1"})


def test_a_source_that_was_not_sealed_is_known_by_the_run() -> None:
    """As version 2 told of it."""
    run: Run = {"api_base": "https://api.openai.com/v1", "clock": "system", "key_last4": "abcd"}
    assert totals(run, run, is_sealed=False) == totals(run, run)


def test_hours_that_did_not_ask_for_a_section_are_left_out() -> None:
    """Their seal repeats the status of the hour that did; a derived section is never asked for."""
    added = totals(
        {},
        {},
        sections={
            "users": section_seal("complete"),
            "invites": {**section_seal("partial"), "asked_at": "2026-04-01T02:00:00Z"},
            "groups": {**section_seal("failed"), "asked_at": None},
            "findings": section_seal("derived"),
        },
    )
    assert added.sections == {
        "users": {"complete": 2},
        "invites": {"partial": 1},
        "groups": {"failed": 2},
    }


def test_gaps_are_no_seals() -> None:
    """The last seal is there once one was read."""
    organization = Organization("org-Alpha")
    assert (organization.n_seals, organization.last_seal) == (0, None)
    organization.outcomes.update({"complete": 3, "gap": 2})
    organization.last_sealed_hour = "2026-04-01T04:00:00Z"
    assert organization.last_seal is None
    organization.last_seal_sha256 = "ab" * 32
    assert organization.n_seals == 3
    assert organization.last_seal == {"hour": "2026-04-01T04:00:00Z", "sha256": "ab" * 32}
