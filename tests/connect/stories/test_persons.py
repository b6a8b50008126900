"""Naming who answers for a service account: by user id, or by an address that is never kept."""

import logging
from typing import Any

import pytest

from functions.shared.aws.keys import tenant_pk
from functions.shared.hashing import email_hash
from functions.shared.tables.account_owners import AccountOwners
from functions.shared.tables.statements import Statements
from tests.connect.conftest import ConnectApi
from tests.connect.stories.test_canary import forms
from tests.support.aws_state import all_items

ROUTE = "PUT /orgs/{org_id}/service-accounts/{service_account_id}/person"
PATH = {"org_id": "org-first", "service_account_id": "svc_acct_bot"}
ADDRESS = "Olga.Quite-Unusual@Org-First.example"


def named(api: ConnectApi) -> dict[str, str]:
    """Return what is kept."""
    return AccountOwners(api.table, "tenant-a", "org-first").all()


def name(api: ConnectApi, person: Any, **facts: Any) -> tuple[int, dict[str, Any]]:
    """Name a person."""
    return api.ask(ROUTE, path=PATH, body={"person": person}, **facts)


def test_a_person_is_named_replaced_and_taken_back(api: ConnectApi) -> None:
    """Each time with its entry in the custody log."""
    api.connect()
    for person, kept in [("user-olga", {"svc_acct_bot": "user-olga"}), (None, {})]:
        status, body = name(api, person)
        assert (status, body) == (200, PATH | {"person": person})
        assert named(api) == kept
    entries = list(api.table.query(tenant_pk("tenant-a"), prefix="CUSTODY#"))
    result = [row for row in entries if row["action"] == "service_account.person_named"]
    assert sorted(str(row["facts"]["person"]) for row in result) == ["None", "user-olga"]
    assert {row["by"] for row in result} == {"user-1"}
    statements = Statements(api.table, "tenant-a", "org-first").after(0, 10)
    assert [(row["n"], row["replaces"], row["accountable"]) for row in statements] == [
        (1, None, "user-olga"),
        (2, 1, None),
    ]
    assert {(row["service_account_id"], row["by"]) for row in statements} == {
        ("svc_acct_bot", "user-1")
    }
    assert {(row["state"], row["finding_id"], row["note"]) for row in statements} == {
        (None, None, None)
    }


def test_a_team_answers_by_its_code(api: ConnectApi) -> None:
    """A code of the tenant's own."""
    api.connect()
    assert name(api, "team:platform-2")[0] == 200
    assert named(api) == {"svc_acct_bot": "team:platform-2"}


def test_of_an_address_only_the_keyed_hash_is_kept(
    api: ConnectApi, caplog: pytest.LogCaptureFixture
) -> None:
    """Under the tenant's own key, so that it is the one a user's row has."""
    caplog.set_level(logging.DEBUG, logger="connect")
    api.connect()
    status, body = name(api, f" {ADDRESS} ")
    key = api.context.hash_keys.find("tenant-a")
    assert key is not None
    hashed = email_hash(key, "olga.quite-unusual@org-first.example")
    assert (status, body["person"], named(api)) == (200, hashed, {"svc_acct_bot": hashed})
    seen = repr(all_items(api.table)) + "".join(api.replies) + caplog.text
    for spelling in (ADDRESS, ADDRESS.lower()):
        assert not [form for form in forms(spelling) if form in seen]


@pytest.mark.parametrize(
    "person",
    [
        *(7, "", " ", "two words", "a@b@c", "@", "x@", "x" * 129, f"{'x' * 250}@e.com", ["x"]),
        *("svc_acct_bot", "svc_acct_other", "team:", "team:Ann Lee", f"team:{'x' * 33}"),
    ],
)
def test_what_is_neither_is_refused_in_words(api: ConnectApi, person: Any) -> None:
    """Nothing is kept, and what was sent is not repeated."""
    api.connect()
    before = all_items(api.table)
    status, problem = name(api, person)
    assert (status, problem["detail"].startswith("Person")) == (400, True)
    assert all_items(api.table) == before


def test_the_person_must_be_said(api: ConnectApi) -> None:
    """Leaving it out is not the same as nobody."""
    api.connect()
    assert api.ask(ROUTE, path=PATH, body={})[1]["detail"] == "Person is missing."


@pytest.mark.parametrize("account", ["", "x" * 129, "a b", "a%23b", "a/b", "a@b.example"])
def test_an_account_that_cannot_be_is_not_found(api: ConnectApi, account: str) -> None:
    """As an organization that never was."""
    api.connect()
    path = PATH | {"service_account_id": account}
    assert api.ask(ROUTE, path=path, body={"person": None})[0] == 404
    assert named(api) == {}
