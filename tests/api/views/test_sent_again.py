"""Requests that are sent again: with an ``Idempotency-Key``, or with the tag of what is known."""

from functions.shared.aws.queue import Queue
from tests.api.conftest import Api
from tests.api.views.test_evidence_packs import PERIOD, make_ready
from tests.api.views.test_share_links import LINKS, ONE, token_of
from tests.support.aws_state import all_items, received


def test_a_request_with_a_key_is_one_pack_even_after_that_one_is_ready(
    sealed: Api, pack_queue: Queue
) -> None:
    """Without the key the same request would then make the next pack."""
    headers = {"idempotency-key": "k-1"}
    first = sealed.ask("POST /evidence-packs", body=PERIOD, headers=headers)
    make_ready(sealed, 1)
    assert sealed.ask("POST /evidence-packs", body=PERIOD, headers=headers) == first
    assert len(received(pack_queue)) == 1
    other = PERIOD | {"profile": "core"}
    status, problem = sealed.ask("POST /evidence-packs", body=other, headers=headers)
    assert (status, problem["type"]) == (409, "/problems/idempotency-key-reused")
    assert sealed.ask("POST /evidence-packs", body=PERIOD)[1]["number"] == 2


def test_an_auditor_does_not_read_answers_by_a_key(sealed: Api) -> None:
    """Who may not ask may not ask again either."""
    headers = {"idempotency-key": "k-1"}
    sealed.ask("POST /evidence-packs", body=PERIOD, headers=headers)
    asked = sealed.ask("POST /evidence-packs", body=PERIOD, headers=headers, group="auditor")
    assert asked[0] == 403


def test_a_pack_has_a_tag_as_long_as_it_stays_the_same(sealed: Api) -> None:
    """Whoever waits for it asks with the tag."""
    sealed.ask("POST /evidence-packs", body=PERIOD)
    route, path = "GET /evidence-packs/{number}", {"number": "1"}
    tag = sealed.reply(route, path=path)["headers"]["etag"]
    known = {"if-none-match": tag}
    answered = sealed.reply(route, path=path, headers=known)
    assert (answered["statusCode"], answered["body"]) == (304, "")
    assert answered["headers"]["cache-control"] == "no-store"
    make_ready(sealed, 1)
    assert sealed.reply(route, path=path, headers=known)["statusCode"] == 200


def test_a_link_asked_for_again_with_its_key_is_named_and_not_shown(sealed: Api) -> None:
    """The token is kept nowhere: whoever lost the answer revokes that link and makes another."""
    sealed.ask("POST /evidence-packs", body=PERIOD)
    make_ready(sealed, 1)
    route, headers = f"POST {LINKS}", {"idempotency-key": "k-1"}
    status, link = sealed.ask(route, path=ONE, body={}, headers=headers)
    assert status == 201
    status, problem = sealed.ask(route, path=ONE, body={}, headers=headers)
    assert (status, problem["type"]) == (409, "/problems/already-done")
    assert link["link_id"] in problem["detail"]
    assert token_of(link) not in str(problem) + str(all_items(sealed.context.table))
    links = sealed.ask(f"GET {LINKS}", path=ONE)[1]["items"]
    assert [each["link_id"] for each in links] == [link["link_id"]]
