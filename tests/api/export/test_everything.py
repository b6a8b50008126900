"""Everything of a tenant in one archive: each row of its lists, digests, and no other words."""

import hashlib
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from functions.api.export import everything
from functions.api.export.pinned import PinnedList, pinned_list
from functions.api.export.rows import ListView
from functions.api.handler import EXPORTED
from functions.shared.aws.alert_keys import webhook_sk
from functions.shared.aws.keys import HASHKEY_SK, client_sk, organization_pk, tenant_pk
from functions.shared.aws.table import Table
from functions.shared.http.request_errors import TooMuchAtOnce
from functions.shared.tables.connections import Connections
from tests.api.conftest import OURS, THEIRS
from tests.api.export.conftest import Exporter, filters_for
from tests.support.secret_scan import found_in, left_behind

HOUR = "2026-04-01T04:00:00Z"
OF_TENANT = {name for name, view in EXPORTED.items() if "org_id" not in view.filters}
ADDED = {"statements.ndjson"}
CANARIES = [
    "canary-wrapped-admin-key",
    "canary-wrapped-hash-key",
    "canary-client-secret-sha256",
    "canary-webhook-secret",
    "canary-share-token-sha256",
    "canary-row-of-another-tenant",
    "canary-row-of-a-later-hour",
]


def plant(table: Table) -> None:
    """Put a canary wherever the table holds what no tenant may see, or not yet."""
    ours = tenant_pk("tenant-a")
    connection = Connections(table).need("tenant-a", OURS)
    table.update(
        ours,
        f"ORG#{connection.org_id}",
        "SET wrapped_key = :wrapped",
        {":wrapped": CANARIES[0].encode()},
    )
    table.put({"pk": ours, "sk": HASHKEY_SK, "wrapped": CANARIES[1].encode()})
    table.put({"pk": ours, "sk": client_sk("client-1"), "secret_sha256": CANARIES[2]})
    table.put({"pk": ours, "sk": webhook_sk("hook-1"), "wrapped": CANARIES[3].encode()})
    table.put({"pk": ours, "sk": "LINK#00000001#x", "token_sha256": CANARIES[4]})
    row = {"section": "users", "entity_id": CANARIES[5], "kind": "added", "fields": []}
    blank = {"before": None, "after": None, "verdict": None, "reason": None, "event_id": None}
    theirs = {**row, **blank, "org_id": THEIRS, "hour": "2026-04-01T01:00:00Z"}
    table.put({**theirs, "pk": organization_pk("tenant-b", THEIRS), "sk": f"CH#{theirs['hour']}#x"})
    later = {**theirs, "org_id": OURS, "hour": "2026-04-01T05:00:00Z", "entity_id": CANARIES[6]}
    table.put({**later, "pk": organization_pk("tenant-a", OURS), "sk": f"CH#{later['hour']}#x"})


def test_everything_is_every_list_with_digests_and_no_secret(
    exporter: Exporter, tmp_path: Path
) -> None:
    """Each member is what its list answers; ``sha256sum -c`` agrees; no canary is in it."""
    table = exporter.api.context.table
    plant(table)
    assert list(found_in(left_behind(table, [], ""), CANARIES)) == CANARIES
    (finding, *_) = exporter.api.get("/findings")["items"]
    path = {"org_id": OURS, "finding_id": finding["finding_id"]}
    exporter.api.clock.set("2026-04-01T04:30:00Z")
    said = {"state": "accepted", "reason": "on purpose"}
    route = "PUT /orgs/{org_id}/findings/{finding_id}/state"
    assert exporter.api.ask(route, path=path, body=said)[0] == 200
    exporter.api.clock.set("2026-04-01T05:01:00Z")
    said = {"state": "acknowledged", "reason": "said after the hour"}
    assert exporter.api.ask(route, path=path, body=said)[0] == 200

    export = exporter.make(everything=True)
    members = exporter.members(export)
    assert [*members][:2] == ["manifest.json", "SHA256SUMS"]
    assert set(members) == {
        *("manifest.json", "SHA256SUMS", "settings.json"),
        *(f"{name}.ndjson" for name in OF_TENANT),
        *(f"orgs/{OURS}/{name}.ndjson" for name in {*EXPORTED} - OF_TENANT),
        *(f"orgs/{OURS}/{name}" for name in ADDED),
    }
    for name, body in members.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(body)
    checked = subprocess.run(
        ["/usr/bin/sha256sum", "--check", "--strict", "SHA256SUMS"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert checked.stdout.count(": OK\n") == len(members) - 1

    manifest = json.loads(members["manifest.json"])
    seal = next(
        row
        for row in exporter.api.context.hours("tenant-a", OURS).between(
            None, None, newest_first=True
        )
    )
    assert (manifest["hour"], manifest["left_out"]) == (HOUR, [])
    assert manifest["organizations"] == [
        {"org_id": OURS, "hour": HOUR, "seal_sha256": seal["sha256"]}
    ]
    for member in manifest["members"]:
        body = members[member["name"]]
        assert (member["bytes"], member["rows"]) == (len(body), body.count(b"\n"))
        assert member["sha256"] == hashlib.sha256(body).hexdigest()
    assert {member["name"] for member in manifest["members"]} == set(members) - {
        *("manifest.json", "SHA256SUMS")
    }
    assert export.rows == sum(member["rows"] for member in manifest["members"])
    statements = members[f"orgs/{OURS}/statements.ndjson"]
    assert b"on purpose" in statements
    assert b"said after the hour" not in statements

    text = b"".join(members.values())
    assert list(found_in(text, [*CANARIES, "tenant-b", THEIRS, "otto", "secret-plan"])) == []
    assert b"user-olga" in text
    # Who left is in it, too.
    assert b"user-ann" in members[f"orgs/{OURS}/users.ndjson"]


@pytest.mark.slow
def test_every_member_is_what_its_list_answers(exporter: Exporter) -> None:
    """Those that have a state, with what ended; but for what came after the hour."""
    members = exporter.members(exporter.make(everything=True))
    for name in {*EXPORTED} - OF_TENANT - {"days"}:
        view = EXPORTED[name]
        state = {"state": "all"} if "state" in view.filters and "as_of" in view.filters else {}
        query = {} if view.is_of_organization else {"org_id": OURS}
        answer = exporter.api.reply(
            f"GET {view.operation.path}",
            path=filters_for(name, OURS),
            query={**query, **state, "format": "ndjson"},
        )
        assert members[f"orgs/{OURS}/{name}.ndjson"].decode() == answer["body"], name


def test_an_organization_that_has_gone_is_in_it_and_one_without_an_hour_is_named(
    exporter: Exporter,
) -> None:
    """As its last seal has it; without a seal there is nothing to be as of."""
    connections = Connections(exporter.api.context.table)
    connection = connections.need("tenant-a", OURS)
    fields = {name: getattr(connection, name) for name in connection.__dataclass_fields__}
    connections.save(type(connection)(**fields | {"org_id": "org-unsealed", "revision": 0}))
    connections.save(type(connection)(**fields | {"status": "disconnected"}))
    members = exporter.members(exporter.make(everything=True))
    assert f"orgs/{OURS}/users.ndjson" in members
    chains = json.loads(members["manifest.json"])["organizations"]
    assert [(each["org_id"], each["hour"]) for each in chains] == [
        (OURS, HOUR),
        ("org-unsealed", None),
    ]


def test_a_list_that_is_too_long_to_be_derived_is_named_and_hides_nothing_else(
    exporter: Exporter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who is watched chooses how many grants there are: the other lists are all there."""
    real = pinned_list

    def too_much(view: ListView, *rest: Any) -> PinnedList:
        if view.name == "access":
            raise TooMuchAtOnce("too long")
        return real(view, *rest)

    monkeypatch.setattr(everything, "pinned_list", too_much)
    export = exporter.make(everything=True)
    members = exporter.members(export)
    name = f"orgs/{OURS}/access.ndjson"
    assert json.loads(members["manifest.json"])["left_out"] == [
        {"name": name, "reason": "too long"}
    ]
    assert name not in members
    assert f"orgs/{OURS}/user-roles.ndjson" in members
    assert export.is_whole is False
