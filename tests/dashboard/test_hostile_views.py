"""Text that others choose, in the views beside the tables: shown as text, and nothing else."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.dashboard.conftest import sign_in
from tests.dashboard.fake_views import client, custody, delivery, service_account, webhook
from tests.dashboard.site import Site
from tests.dashboard.test_hostile_names import PAYLOADS
from tests.dashboard.world import Json, change, event, finding, link

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SAID = ("state", "reason_code", "accountable", "due_date", "review_date")
# By address: the table that must show every payload.
VIEWS = {
    "people": "people",
    "people?x=1": "unanswered",
    "closed?days=7": "closed",
    "changes?days=7": "changes",
    "events": "events",
    "packs?show=links": "links",
    "packs?show=statements": "statements",
    "custody": "custody",
    "bill": "runs",
    "machines": "clients",
    "machines?webhook=hook-00000000000000000000": "deliveries",
}


def _hostile(site: Site) -> None:
    rows = list(enumerate(PAYLOADS))
    hour = "2026-04-15T08:00:00Z"
    lists = site.world.lists
    lists["/service-accounts"] = [
        service_account(n, name=t, role=t, project_id=t, service_account_id=f"{n}{t}")
        for n, t in rows
    ]
    lists["/events"] = [event(n, event_type=t, actor_id=t, actor_hash=t) for n, t in rows]
    by: Json = {"hour": hour, "kind": "removed", "event_id": None, "actor_id": None, "fields": []}
    lists["/findings"] = [
        finding(n, t, reason=t, severity=t, section=t, entity_id=t, resolved_hour=hour)
        | {"resolved_by": by | {"kind": t, "event_id": t or None, "actor_id": t}, "due_by": t}
        | {"stated": dict.fromkeys(SAID, t) | {"reason": t, "by": t}}
        | {"subject": dict.fromkeys(("name", "redacted_value", "project_name", "owner_id"), t)}
        for n, t in rows
    ]
    lists["/changes"] = [change(n, entity_id=f"{n}{t}", verdict=t, reason=t) for n, t in rows]
    facts = [dict.fromkeys((*SAID, "finding_id", "org_id", t), t) for _, t in rows]
    lists["/custody"] = [
        custody(n, "finding.stated" if n % 2 else t, by=t) | {"facts": facts[n]} for n, t in rows
    ]
    lists["/clients"] = [
        client(n, client_id=f"{n}{t}", label=t, scopes=[t], created_by=t, state=t) for n, t in rows
    ]
    lists["/webhooks"] = [webhook(n, url=t, label=t, state=t) for n, t in rows]
    lists["/deliveries"] = [
        delivery(n, t, message_id=f"{n}{t}", failure=t, status=t) for n, t in rows
    ]
    run = {"section": "users", "from": hour, "to": hour, "hours": 1, "counted": "zero"}
    bill = {"currency": "EUR", "amount_cents": 1, "final": True, "hours": 720, "per_day": []}
    share = {"org_id": "org-x", "average_users": "1.000", "average_projects": "0.000"}
    runs = [run | {"org_id": f"{n}{t}", "reason": t} for n, t in rows]
    lists["/billing"] = [bill | {"per_org": [share], "working": PAYLOADS, "runs": runs}]
    site.world.links = {2: [link(n, label=t, state=t) for n, t in rows]}


def test_no_text_of_any_view_runs_or_hides(page: Page, site: Site) -> None:
    """The page's fixture fails on a dialog, a policy violation, a foreign request or an error."""
    _hostile(site)
    sign_in(page, site)
    for address, table in VIEWS.items():
        page.evaluate("(view) => { location.hash = view; }", address)
        rows = page.get_by_test_id(f"table-{table}")
        expect(rows).to_be_visible()
        if table in ("unanswered", "links", "clients", "custody"):
            expect(rows).to_contain_text("evil\\u202Egpj.exe")
            expect(rows).to_contain_text(PAYLOADS[0])
        made = page.evaluate(
            "document.querySelectorAll('#page :is(script, iframe, link, base, svg svg)').length"
        )
        assert made == 0, address
        assert not re.search("[\u202e\u200b\u2028\x1b]", page.inner_text("#page")), address


def test_a_hostile_address_opens_a_view_and_asks_nothing_odd(page: Page, site: Site) -> None:
    """Each part of an address is text, or the default."""
    sign_in(page, site, "#people")
    for address in (
        "changes?days=1e9&day=<img src=x onerror=alert(1)>&verdict=%00",
        "closed?how=__proto__&time=constructor&day=2026-13-99",
        "packs?show=__proto__",
        "bill?month=../../x",
        "machines?webhook=__proto__",
        "closed?days=90&accountable=<script>alert(1)</script>",
    ):
        page.evaluate("(view) => { location.hash = view; }", address)
        page.get_by_test_id(f"room-{address.partition('?')[0]}").wait_for()
