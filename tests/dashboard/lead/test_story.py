"""A security lead's job on the demo's world with fifty leaks in it, by mouse and by keyboard.

Everything behind the page is the functions themselves; a pack of the period is built and verified.
"""

import json
from pathlib import Path

import pytest
from playwright.sync_api import Page

from functions.shared.canonical import canonical
from functions.shared.tables.packs import Pack
from tests.dashboard.lead.hand import Hand, Mouse
from tests.dashboard.lead.keyboard import Keyboard
from tests.dashboard.lead.stage import USER, Stage
from tests.dashboard.lead.story import CODE, REVIEW, Lead, Row
from tests.dashboard.site import Site
from tests.tools.verifier import verify

pytestmark = [pytest.mark.browser, pytest.mark.slow]
MOST_CLICKS, MOST_MINUTES = 120, 30
SAID = ("finding_id", "state", "reason_code", "accountable", "due_date", "review_date")


def do_the_job(hand: Hand, stage: Stage, site: Site, folder: Path) -> None:
    """Find, hand out, close with a reason, prove; and hold what was done to what is sealed."""
    lead = Lead(hand, site)
    lead.sign_in()
    lead.hand_out()
    for leak in stage.seeded:
        assert any((leak.entity_id or "Many owners") in text for text in lead.seen), leak
    said = [row["stated"] for row in stage.findings()]
    assert all(each["accountable"] and each["due_date"] for each in said)
    stays = [leak for leak in stage.seeded if leak.mend is None]
    with hand.away():
        stage.mend(stage.seeded)
        stage.pass_hours(2)
    lead.look_again()
    lead.accept_one("Many owners")
    lead.accept(len(stays) - 1)
    with hand.away():
        stage.pass_hours(1)
    lead.look_again()
    pack = lead.make_pack(stage)
    texts, proofs = lead.closed(folder)
    print(f"\n{type(hand).__name__}: {hand.account}")
    assert hand.clicks <= MOST_CLICKS
    assert hand.minutes < MOST_MINUTES

    proven = {about(row) for row in proven_rows(proofs, stage, folder)}
    assert len(proven) == len(proofs) == len(texts)
    assert {(leak.kind, leak.entity_id) for leak in stage.seeded if leak.mend} <= proven
    accepted = {row["finding_id"] for row in statements_of(pack, stage, site, folder)}
    open_rows = {about(row): row["finding_id"] for row in stage.findings()}
    for leak in stays:
        assert open_rows[leak.kind, leak.entity_id] in accepted, leak


def about(row: Row) -> tuple[str, str]:
    """Return by what a finding is told from others."""
    return row["kind"], row["entity_id"]


def proven_rows(proofs: list[Row], stage: Stage, folder: Path) -> list[Row]:
    """Return the rows of proofs, each taken by the auditors' script, each of a closed finding."""
    rows = []
    for proof in proofs:
        path = folder / "proof.json"
        path.write_bytes(canonical(proof))
        verdict = verify(path, "--proof", key=stage.packs.key.public_hex)
        assert verdict.code == 0, verdict.text
        row = json.loads(proof["row"]["text"])
        assert row["resolved_hour"] is not None
        assert row["resolved_hour"] in verdict.last_line
        rows.append(row)
    return rows


def statements_of(pack: Pack, stage: Stage, site: Site, folder: Path) -> list[Row]:
    """Hold a pack to what the page has sent; return what was accepted."""
    path = folder / "pack-1.tar.gz"
    path.write_bytes(stage.packs.archive(pack))
    verdict = verify(path, key=stage.packs.key.public_hex)
    assert verdict.code == 0, verdict.text
    sealed = stage.packs.rows(pack, "statements.jsonl")
    said = [
        {"finding_id": request.split("/")[-2]} | each
        for request, body in site.world.requests
        if request.startswith("PUT ") and body
        for each in body.get("states", [body])
    ]
    assert [[row[name] for name in SAID] for row in sealed] == [
        [each[name] for name in SAID] for each in said
    ]
    assert {row["by"] for row in sealed} == {USER}
    accepted = [row for row in sealed if row["state"] == "accepted"]
    assert {(row["reason_code"], row["review_date"]) for row in accepted} == {(CODE, REVIEW)}
    return accepted


def test_the_lead_s_job_by_mouse(page: Page, stage: Stage, site: Site, tmp_path: Path) -> None:
    """In at most 120 clicks, and in less than half an hour by the keystroke-level model."""
    do_the_job(Mouse(page), stage, site, tmp_path)


def test_the_lead_s_job_by_keyboard(
    page: Page, stage: Stage, site: Site, mice: list[str], tmp_path: Path
) -> None:
    """The same without a mouse; whatever has the focus is in sight, uncovered and framed."""
    hand = Keyboard(page)
    do_the_job(hand, stage, site, tmp_path)
    assert mice == []
    assert hand.unseen == []
