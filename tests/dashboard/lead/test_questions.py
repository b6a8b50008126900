"""What a security lead asks is answered from Now in three clicks at most, and truly."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from tests.dashboard.conftest import sign_in
from tests.dashboard.lead.hand import Mouse
from tests.dashboard.lead.past import Past, happened
from tests.dashboard.lead.questions import QUESTIONS, Question
from tests.dashboard.lead.stage import opened_stage
from tests.dashboard.site import Site

pytestmark = [pytest.mark.browser, pytest.mark.slow]
MOST_CLICKS = 3
# In the afternoon, so that what is due today is late a few hours on.
CONNECTED = "2026-04-01T17:05:00Z"


@pytest.fixture(scope="module")
def past() -> Iterator[Past]:
    """Open a stage on which everything has happened that is asked about; nothing is changed."""
    with opened_stage(CONNECTED, 4) as stage:
        yield happened(stage)


@pytest.fixture
def site(past: Past) -> Iterator[Site]:
    """Serve the page before it."""
    with past.stage.served() as served_site:
        yield served_site


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.words)
def test_a_question_is_answered_in_three_clicks(
    page: Page, site: Site, past: Past, question: Question
) -> None:
    """Read off the page, and held to what is so."""
    # To read on a long list nobody has to click.
    page.set_viewport_size({"width": 1280, "height": 2400})
    sign_in(page, site, "#now")
    page.get_by_test_id("work-list").wait_for()
    hand = Mouse(page)
    question.clicks(hand)
    assert question.answer(page, past) == question.truth(past)
    assert hand.clicks <= MOST_CLICKS
    print(f"\n{question.words} {hand.clicks} clicks")


def test_there_are_ten_questions() -> None:
    """Each another."""
    assert len({question.words for question in QUESTIONS}) == 10
