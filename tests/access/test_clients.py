"""Machines' clients: made, asked for tokens, rotated, revoked; what each scope is good for."""

import base64
import json
from contextlib import suppress

import pytest

from functions.access import handler
from functions.api.flow import OPERATIONS
from functions.shared.aws.table import Table
from functions.shared.errors import NotAllowed
from functions.shared.http.principal import Principal, principal_of
from functions.shared.records.clients import SCOPES
from functions.shared.tables.custody import Custody
from tests.access.conftest import Access, Body
from tests.support.aws_state import all_items

# What each scope is good for; what is not here is for people alone.
TABLE = {
    "packs": {f"{a}{b}" for a in ("request", "download") for b in ("Pack", "Export")}
    | {"makeShareLink", "revokeShareLink"},
    "write": {
        *("connectOrganization", "renameOrganization", "replaceAdminKey", "pauseOrganization"),
        *("resumeOrganization", "disconnectOrganization", "nameServiceAccountPerson"),
        *("stateFinding", "stateFindings", "setDeadlines", "replayWebhook"),
    },
    "read": {
        *("listOrganizations", "showOrganization", "listHours", "listDays", "summary", "listUsers"),
        *("readFeed", "listProjects", "listApiKeys", "listEvents", "listChanges", "listFindings"),
        *("showDeadlines", "showBill", "listPacks", "showPack", "listShareLinks", "listCustody"),
        *("listAnchors", "summarizeFindings", "listDeliveries", "proveRow", "readOcsfFeed"),
        *("listAccess", "listGroupMembers", "listGroupRoles", "listUserRoles", "listProjectGroups"),
        *("listWorkloadIdentityProviders", "listWorkloadIdentityRules", "listAdminKeys"),
        *("listInvites", "listGroups", "listRoles", "listServiceAccounts", "listExports"),
        *("listProjectUsers", "showExport"),
    },
}
PEOPLE = {
    *("fetchHashingKey", "makeClient", "listClients", "rotateClientSecret", "revokeClient"),
    *("makeWebhook", "listWebhooks", "showWebhook", "endWebhook", "rotateWebhookSecret"),
    *("testWebhook", "addMail", "listMail", "confirmMail", "endMail"),
}
_PRIVATE = [operation for operation in OPERATIONS if not operation.public]


def test_the_table_of_scopes_names_every_operation_that_is_not_public() -> None:
    """A new one must be added here."""
    named = [name for names in (*TABLE.values(), PEOPLE) for name in names]
    assert sorted(named) == sorted(operation.name for operation in _PRIVATE)


@pytest.mark.parametrize("scope", SCOPES)
def test_a_scope_opens_what_the_table_says_and_nothing_else(scope: str) -> None:
    """Every route × scope."""
    machine = Principal("tenant-a", "client-0", frozenset(), frozenset({scope}))
    opened = set()
    for operation in _PRIVATE:
        with suppress(NotAllowed):
            machine.require_scope(operation.method, operation.path)
            opened.add(operation.name)
    assert opened == TABLE[scope]


def test_a_client_gets_a_token_and_is_known_by_it(access: Access) -> None:
    """With its own scopes, or some of them; by form or by HTTP Basic; for a quarter of an hour."""
    client = access.make("write", "read", label="SIEM")
    assert (client["scopes"], client["label"], client["state"]) == (
        ["read", "write"],
        "SIEM",
        "active",
    )
    status, answer = access.token(client)
    assert status == 200
    assert (answer["token_type"], answer["expires_in"], answer["scope"]) == (
        "Bearer",
        900,
        "read write",
    )
    principal = principal_of(access.caller(answer["access_token"]))
    assert principal == Principal(
        "tenant-a", client["client_id"], frozenset(), frozenset({"read", "write"})
    )
    _, narrow = access.token(client, scope="read")
    assert principal_of(access.caller(narrow["access_token"])).scopes == frozenset({"read"})
    basic = base64.b64encode(f"{client['client_id']}:{client['client_secret']}".encode()).decode()
    headers = {"authorization": f"Basic {basic}"}
    by_header = access.ask(
        "POST /token", tenant=None, headers=headers, body="grant_type=client_credentials"
    )
    assert by_header[0] == 200
    access.clock.set("2026-04-01T06:16:00Z")
    assert "refusal" in access.caller(answer["access_token"])


@pytest.mark.parametrize(
    ("form", "status", "code"),
    [
        ({"client_secret": "oasec_wrong"}, 401, "invalid_client"),
        ({"client_id": "client-00000000000000000000"}, 401, "invalid_client"),
        ({"client_id": "client-0#x"}, 401, "invalid_client"),
        ({"client_secret": ""}, 401, "invalid_client"),
        ({"client_secret": "\ud800".encode("utf-8", "surrogatepass").decode("latin-1")}, 401, None),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"grant_type": ""}, 400, "invalid_request"),
        ({"scope": "packs"}, 400, "invalid_scope"),
        ({"scope": "everything"}, 400, "invalid_scope"),
    ],
    ids=str,
)
def test_a_refusal_has_the_form_of_a_problem_and_of_oauth(
    access: Access, form: dict[str, str], status: int, code: str | None
) -> None:
    """Nobody is told whether id or secret was wrong."""
    client = access.make()
    answered = access.token(client, **form)
    assert answered[0] == status
    problem = answered[1]
    assert set(problem) == {"type", "title", "status", "detail", "error"}
    assert problem["error"] == (code or "invalid_client")
    if status == 401:
        unknown = access.token({"client_id": "client-" + "0" * 20, "client_secret": "x"})
        if form != {"client_secret": ""}:
            assert unknown[1] == problem


@pytest.mark.parametrize(
    "body",
    [
        "",
        "a",
        "grant_type=client_credentials&grant_type=client_credentials",
        "%ff=%ff",
        "x=1&" * 50,
    ],
)
def test_what_is_no_form_is_refused_in_words(access: Access, body: str) -> None:
    """400 or 401, whatever is sent."""
    status, problem = access.ask("POST /token", tenant=None, body=body)
    assert status in (400, 401)
    assert problem["error"] in ("invalid_request", "invalid_client", "unsupported_grant_type")


def test_whoever_is_revoked_is_refused_at_the_next_request(access: Access) -> None:
    """Its tokens, too; revoking again changes nothing."""
    client = access.make()
    token = access.token(client)[1]["access_token"]
    assert "refusal" not in access.caller(token)
    path = {"client_id": client["client_id"]}
    assert access.ask("DELETE /clients/{client_id}", path=path)[1]["state"] == "revoked"
    assert "refusal" in access.caller(token)
    assert access.token(client)[0] == 401
    assert access.ask("DELETE /clients/{client_id}", path=path)[0] == 200
    status, problem = access.ask("POST /clients/{client_id}/secret", path=path, body={})
    assert (status, problem["detail"]) == (409, "The client is revoked; make another.")


def test_a_new_secret_leaves_the_old_one_good_for_a_while(access: Access) -> None:
    """24 hours unless said otherwise; with 0 it is over at once, and one before is over anyway."""
    client = access.make()
    path = {"client_id": client["client_id"]}
    second = access.ask("POST /clients/{client_id}/secret", path=path)[1]
    assert access.token(client)[0] == access.token(second)[0] == 200
    access.clock.set("2026-04-02T06:01:00Z")
    assert (access.token(client)[0], access.token(second)[0]) == (401, 200)
    third = access.ask("POST /clients/{client_id}/secret", path=path, body={"old_secret_hours": 0})[
        1
    ]
    assert [access.token(each)[0] for each in (client, second, third)] == [401, 401, 200]


def test_a_client_ends_by_itself(access: Access) -> None:
    """After its days; its tokens with it."""
    client = access.make(days=1)
    access.clock.set("2026-04-02T06:00:59Z")
    token = access.token(client)[1]["access_token"]
    access.clock.set("2026-04-02T06:01:00Z")
    assert access.token(client)[0] == 401
    assert "refusal" in access.caller(token)
    assert access.ask("GET /clients")[1]["items"][0]["state"] == "expired"


def test_a_client_made_without_days_ends_after_ninety(access: Access) -> None:
    """To the second."""
    client = access.make()
    access.clock.set("2026-06-30T06:00:59Z")
    assert access.token(client)[0] == 200
    access.clock.set("2026-06-30T06:01:00Z")
    assert access.token(client)[0] == 401


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"scopes": []},
        {"scopes": "read"},
        {"scopes": ["read", "admin"]},
        {"scopes": ["read", 1]},
        {"scopes": [["read"]]},
        {"scopes": ["read"], "days": 0},
        {"scopes": ["read"], "days": 366},
        {"scopes": ["read"], "days": True},
        {"scopes": ["read"], "label": ""},
        {"scopes": ["read"], "label": "a\nb"},
        {"scopes": ["read"], "label": "x" * 101},
        {"scopes": ["read"], "tenant_id": "tenant-b"},
    ],
    ids=str,
)
def test_a_client_that_cannot_be_made_is_refused_in_words(access: Access, body: Body) -> None:
    """Nothing is kept of it."""
    assert access.ask("POST /clients", body=body)[0] == 400
    assert access.ask("GET /clients")[1]["items"] == []


def test_clients_are_an_admin_s_and_no_machine_s(access: Access) -> None:
    """An auditor, and a machine with every scope, are refused."""
    routes = handler.routes(access.context)
    for key in routes:
        method, _, path = key.partition(" ")
        route = f"{method} {path.removeprefix('/api/v1/openai')}"
        if key in handler.OPEN_ROUTES:
            continue
        for who in ({"group": "auditor"}, {"scopes": "read packs write"}):
            assert access.ask(route, path={"client_id": "client-0"}, **who)[0] == 403, (route, who)


def test_another_tenant_s_client_is_one_that_never_was(access: Access) -> None:
    """To the byte."""
    client = access.make()
    path = {"client_id": client["client_id"]}
    for route in ("POST /clients/{client_id}/secret", "DELETE /clients/{client_id}"):
        theirs = access.reply(route, path=path, tenant="tenant-b", body={})
        for unknown in ("client-" + "0" * 20, "client-0", "../x", ""):
            never = access.reply(route, path={"client_id": unknown}, tenant="tenant-b", body={})
            assert theirs == never
        assert theirs["statusCode"] == 404
    assert access.ask("GET /clients", tenant="tenant-b")[1]["items"] == []
    other = access.reply("GET /clients", tenant="tenant-b", query={"cursor": client["client_id"]})
    assert json.loads(other["body"])["items"] == []


def test_a_list_is_read_in_pages(access: Access) -> None:
    """Each client once."""
    made = {access.make(label=f"n {n}")["client_id"] for n in range(5)}
    seen: list[str] = []
    cursor: str | None = None
    while True:
        query = {"limit": "2"} | ({"cursor": cursor} if cursor else {})
        page = access.ask("GET /clients", query=query)[1]
        seen += [client["client_id"] for client in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert sorted(seen) == sorted(made)
    for forged in ("x", "client-0", "é" * 2000, "CLIENT#"):
        assert access.ask("GET /clients", query={"cursor": forged})[0] == 400


def test_the_custody_log_tells_of_each_and_secrets_stand_nowhere(
    access: Access, table: Table, caplog: pytest.LogCaptureFixture
) -> None:
    """Made, rotated, revoked by whom; tokens counted by hour; no secret in a row or a log line."""
    client = access.make("read", "packs")
    path = {"client_id": client["client_id"]}
    tokens = [access.token(client)[1]["access_token"] for _ in range(3)]
    second = access.ask("POST /clients/{client_id}/secret", path=path, body={})[1]
    access.ask("DELETE /clients/{client_id}", path=path)
    access.token(second)
    entries, _ = Custody(table).page("tenant-a", limit=10)
    assert [(entry["action"], entry["by"]) for entry in reversed(entries)] == [
        ("client.created", "user-1"),
        ("token.issued", client["client_id"]),
        ("client.rotated", "user-1"),
        ("client.revoked", "user-1"),
    ]
    facts = entries[-1]["facts"]
    assert facts == {
        "client_id": client["client_id"],
        "scopes": "read packs",
        "expires_at": client["expires_at"],
    }
    assert entries[-2]["facts"]["uses"] == 3
    kept = json.dumps(all_items(table), default=repr) + caplog.text
    for secret in (client["client_secret"], second["client_secret"], *tokens):
        assert secret not in kept
        assert secret[6:] not in kept
    listed = json.dumps(access.ask("GET /clients")[1])
    assert "secret" not in listed


def test_two_who_rotate_at_once_do_not_both_succeed(access: Access) -> None:
    """The second looks again: no secret is handed out that is not good."""
    client = access.make()
    before = access.context.clients.need("tenant-a", client["client_id"])
    path = {"client_id": client["client_id"]}
    assert access.ask("POST /clients/{client_id}/secret", path=path, body={})[0] == 200
    with pytest.raises(Exception, match="changed at this moment"):
        access.context.clients.replace(before, before)
