"""Share links: made by an admin, followed by anybody, ended by time or by an admin."""

import json
import logging
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from functions.shared.canonical import sha256_hex
from functions.shared.hours import rfc3339
from functions.shared.records.tables import PackState
from tests.api.conftest import Api, Body
from tests.api.views.test_evidence_packs import PERIOD, custody, make_ready
from tests.support.aws_state import all_items

LINKS = "/evidence-packs/{number}/links"
ONE = {"number": "1"}


@pytest.fixture
def ready(sealed: Api) -> Api:
    """Give a ready pack 1 of tenant-a's; its custody log begins with the request."""
    sealed.ask("POST /evidence-packs", body=PERIOD)
    make_ready(sealed, 1)
    return sealed


def made(api: Api, **body: Any) -> Body:
    """Make a link to pack 1."""
    status, link = api.ask(f"POST {LINKS}", path=ONE, body=body)
    assert status == 201, link
    return link


def token_of(link: Body) -> str:
    """Return the token in a link's address."""
    return str(link["url"].rpartition("/")[2])


def follow(api: Api, token: str, **facts: Any) -> dict[str, Any]:
    """Follow a link as somebody without an account."""
    return api.reply("GET /shared/{token}", path={"token": token}, tenant=None, **facts)


def test_a_link_leads_somebody_without_an_account_to_the_archive(ready: Api) -> None:
    """Fourteen days; 303 to one version of one object, for minutes; each use in the log."""
    link = made(ready, label="Example Auditors, spring")
    assert (link["number"], link["state"], link["revoked_at"]) == (1, "active", None)
    assert link["expires_at"] == "2026-04-15T05:01:00Z"
    assert link["url"].startswith("/api/v1/openai/shared/")
    assert len(token_of(link)) == 43
    for _ in range(2):
        reply = follow(ready, token_of(link))
        assert reply["statusCode"] == 303
        assert reply["headers"]["cache-control"] == "no-store"
        assert reply["headers"]["referrer-policy"] == "no-referrer"
        assert "X-Amz" not in reply["body"]
    address = urlsplit(reply["headers"]["location"])
    query = {name: values[0] for name, values in parse_qs(address.query).items()}
    assert query["X-Amz-Expires"] == "300"
    assert query["versionId"] == ready.context.packs.need("tenant-a", 1).object_version
    facts = {"number": 1, "link_id": link["link_id"]}
    assert sorted(custody(ready)) == [
        ("link.created", "user-1", facts),
        ("link.used", "link", facts),
        ("pack.requested", "user-1", {"number": 1}),
    ]


def test_uses_of_a_link_are_counted_by_the_hour_and_are_no_row_each(ready: Api) -> None:
    """Whoever holds a link may ask for ever: one entry a link and hour, which says how often."""
    link, other = made(ready), made(ready)
    for at in ("05:01:30", "05:40:00", "05:59:59", "06:00:00"):
        ready.clock.set(f"2026-04-01T{at}Z")
        follow(ready, token_of(link))
    follow(ready, token_of(other))
    used = [
        (entry["at"][11:16], entry["by"], entry["facts"])
        for entry in ready.get("/custody")["items"]
        if entry["action"] == "link.used"
    ]
    facts = {"number": 1, "link_id": link["link_id"]}
    theirs = {"number": 1, "link_id": other["link_id"]}
    counted = [
        ("06:00", "link", facts | {"uses": 1, "last_at": "2026-04-01T06:00:00Z"}),
        ("06:00", "link", theirs | {"uses": 1, "last_at": "2026-04-01T06:00:00Z"}),
        ("05:00", "link", facts | {"uses": 3, "last_at": "2026-04-01T05:59:59Z"}),
    ]
    assert sorted(used, key=repr) == sorted(counted, key=repr)
    assert len(used) == len(custody(ready)) - 3


def test_a_program_gets_the_address_as_json(ready: Api) -> None:
    """With when it ends."""
    reply = follow(ready, token_of(made(ready)), headers={"accept": "application/json"})
    body = json.loads(reply["body"])
    assert reply["statusCode"] == 200
    assert body["expires_at"] == rfc3339(_signed_at(body["url"]) + timedelta(minutes=5))


def _signed_at(url: str) -> datetime:
    """Return the moment from which S3 counts."""
    (moment,) = parse_qs(urlsplit(url).query)["X-Amz-Date"]
    return datetime.strptime(moment, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)


def test_the_token_is_nowhere_but_in_the_one_answer(
    ready: Api, caplog: pytest.LogCaptureFixture
) -> None:
    """Rows hold its SHA-256; neither lists nor logs nor the custody log hold even that."""
    caplog.set_level(logging.DEBUG, logger="api")
    link = made(ready, label="auditor")
    token, digest = token_of(link), sha256_hex(token_of(link).encode())
    rows = repr(all_items(ready.context.table))
    assert token not in rows
    assert rows.count(digest) == 1
    ready.replies.clear()
    follow(ready, token)
    follow(ready, token[:-1] + "?")
    listed = ready.get(LINKS, path=ONE)["items"]
    assert listed == [{name: link[name] for name in link if name != "url"}]
    ready.get("/custody")
    assert token not in "".join(ready.replies) + caplog.text
    assert digest not in "".join(ready.replies) + caplog.text


def test_nobody_learns_whether_a_link_is_unknown_expired_or_revoked(ready: Api) -> None:
    """The same bytes for all, as for a token that cannot be one; none of them is noted as a use."""
    expired, revoked = made(ready, days=1), made(ready)
    path = {"number": "1", "link_id": revoked["link_id"]}
    assert ready.ask(f"DELETE {LINKS}/{{link_id}}", path=path)[0] == 200
    ready.clock.set("2026-04-02T05:01:00Z")
    unknown = follow(ready, "A" * 43)
    assert unknown["statusCode"] == 404
    for token in (token_of(expired), token_of(revoked), "", "../x", "A" * 42, "é" * 43, "A" * 999):
        assert follow(ready, token) == unknown, token
    assert "link.used" not in [action for action, _, _ in custody(ready)]


def test_a_link_ends_on_the_second(ready: Api) -> None:
    """Active until then; the address it leads to does not live longer than the link."""
    link = made(ready, days=1)
    ready.clock.set("2026-04-02T05:00:00Z")
    reply = follow(ready, token_of(link), headers={"accept": "application/json"})
    assert "X-Amz-Expires=60&" in json.loads(reply["body"])["url"]
    ready.clock.set("2026-04-02T05:00:59Z")
    assert follow(ready, token_of(link))["statusCode"] == 303
    ready.clock.set("2026-04-02T05:01:00Z")
    assert follow(ready, token_of(link))["statusCode"] == 404
    assert ready.get(LINKS, path=ONE)["items"][0]["state"] == "expired"


def test_a_revoked_link_ends_at_once_and_revoking_again_changes_nothing(ready: Api) -> None:
    """The first end counts, and is noted once."""
    link = made(ready)
    path = {"number": "1", "link_id": link["link_id"]}
    ready.clock.set("2026-04-01T06:00:00Z")
    first = ready.ask(f"DELETE {LINKS}/{{link_id}}", path=path)
    ready.clock.set("2026-04-01T07:00:00Z")
    assert ready.ask(f"DELETE {LINKS}/{{link_id}}", path=path) == first
    assert (first[1]["state"], first[1]["revoked_at"]) == ("revoked", "2026-04-01T06:00:00Z")
    assert [action for action, _, _ in custody(ready)].count("link.revoked") == 1
    ready.context.share_links.revoke(
        ready.context.share_links.need("tenant-a", 1, link["link_id"]), ready.clock.now()
    )
    assert ready.get(LINKS, path=ONE)["items"][0]["revoked_at"] == "2026-04-01T06:00:00Z"


def test_links_are_listed_newest_first_page_by_page(ready: Api) -> None:
    """Of one pack only; ended ones stay in the list until the table drops them."""
    names = []
    for minute in range(5):
        ready.clock.set(f"2026-04-01T05:0{minute + 2}:00Z")
        names.append(made(ready)["link_id"])
    result, cursor = [], ""
    while cursor is not None:
        page = ready.get(LINKS, {"limit": "2", "cursor": cursor}, path=ONE)
        result += [link["link_id"] for link in page["items"]]
        cursor = page["next_cursor"]
    assert result == names[::-1]
    items = [row for row in all_items(ready.context.table) if "expires_epoch" in row]
    # 14 days, and 30 more in which the list still shows it; both rows of a link go together.
    assert len(items) == 10
    assert int(items[0]["expires_epoch"]["N"]) > 1_776_000_000


def test_days_are_from_1_to_90(ready: Api) -> None:
    """Anything else is refused, and nothing is stored or noted."""
    before = all_items(ready.context.table)
    for days in (0, 91, -1, True, "14", 1.5, None, [1]):
        status, problem = ready.ask(f"POST {LINKS}", path=ONE, body={"days": days})
        assert (status, problem["type"]) == (400, "/problems/bad-request"), days
        assert "1 to 90" in problem["detail"], days
        assert all_items(ready.context.table) == before, days


def test_a_label_is_a_line_of_text(ready: Api) -> None:
    """Of the tenant's own words, at most 100 characters."""
    for label in ("", "   ", "x" * 101, "a\nb", 7, ["a"], "\ud800"):
        assert ready.ask(f"POST {LINKS}", path=ONE, body={"label": label})[0] == 400, label
    assert made(ready, days=90, label="Jörg 🐙")["label"] == "Jörg 🐙"


@pytest.mark.parametrize("state", ["queued", "building", "failed"])
def test_only_a_ready_pack_gets_a_link(sealed: Api, state: PackState) -> None:
    """409, which says the state."""
    sealed.ask("POST /evidence-packs", body=PERIOD)
    sealed.context.packs.update(sealed.context.packs.need("tenant-a", 1), state=state)
    status, problem = sealed.ask(f"POST {LINKS}", path=ONE, body={})
    assert (status, problem["type"]) == (409, "/problems/conflict")
    assert state in problem["detail"]


def test_an_auditor_sees_links_and_makes_and_ends_none(ready: Api) -> None:
    """The group decides."""
    link = made(ready)
    path = {"number": "1", "link_id": link["link_id"]}
    auditor: Any = {"group": "auditor", "path": path}
    assert ready.ask(f"POST {LINKS}", body={}, **auditor)[0] == 403
    assert ready.ask(f"DELETE {LINKS}/{{link_id}}", **auditor)[0] == 403
    assert ready.ask(f"GET {LINKS}", **auditor)[0] == 200
    assert follow(ready, token_of(link))["statusCode"] == 303


def test_another_tenants_links_were_never_there(ready: Api) -> None:
    """Number, link id and cursor of another tenant's, in every place, answer like invented ones."""
    link = made(ready, label="secret-plan")
    made(ready)
    cursor = ready.get(LINKS, {"limit": "1"}, path=ONE)["next_cursor"]
    sealed_before = all_items(ready.context.table)
    ready.replies.clear()
    missing = ready.reply(f"GET {LINKS}", path={"number": "7"}, tenant="tenant-b")
    assert missing["statusCode"] == 404
    for number, name in (("1", link["link_id"]), ("7", link["link_id"]), ("1", "x"), ("1", "")):
        facts: Any = {"path": {"number": number, "link_id": name}, "tenant": "tenant-b"}
        assert ready.reply(f"POST {LINKS}", body={}, **facts) == missing
        assert ready.reply(f"GET {LINKS}", **facts) == missing
        assert ready.reply(f"GET {LINKS}", query={"cursor": cursor}, **facts) == missing
        assert ready.reply(f"DELETE {LINKS}/{{link_id}}", **facts) == missing
    for name in ("20260401T050100Z-000000000000", "%2e%2e", "", "LINK", link["link_id"].lower()):
        path = {"number": "1", "link_id": name}
        assert ready.reply(f"DELETE {LINKS}/{{link_id}}", path=path) == missing
    assert all_items(ready.context.table) == sealed_before
    assert link["link_id"] not in "".join(ready.replies)


def test_a_cursor_of_another_packs_links_is_refused(ready: Api) -> None:
    """A cursor is good for the list that gave it."""
    made(ready)
    made(ready)
    cursor = ready.get(LINKS, {"limit": "1"}, path=ONE)["next_cursor"]
    ready.ask("POST /evidence-packs", body=PERIOD | {"profile": "core"})
    status, _ = ready.ask(f"GET {LINKS}", path={"number": "2"}, query={"cursor": cursor})
    assert status == 400
