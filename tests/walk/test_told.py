"""The deployed functions tell a receiver on this machine and a mailbox, with IAM enforced."""

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
import standardwebhooks

from tests.support.local_runner import Runner, running_stage
from tools.openai_simulator import DEMO_ADMIN_KEY, DEMO_ORG_ID

pytestmark = pytest.mark.emulator

ADMIN, STRANGER = "tenant-a-admin", "tenant-b-admin"
Arrived = list[tuple[dict[str, str], bytes]]


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_webhook_and_a_mailbox_are_told_by_the_deployed_functions(tmp_path: Path) -> None:
    """The secret wrapped by one function, opened by the other; letters lie in a folder."""
    with running_stage(tmp_path) as stage, receiving() as (url, arrived):
        stage.run("clock", "--set", "2026-04-01T00:05:00Z")
        body = {"org_id": DEMO_ORG_ID, "admin_key": DEMO_ADMIN_KEY}
        assert stage.ask("POST", "/orgs", ADMIN, body).status_code == 201
        made = stage.ask("POST", "/webhooks", ADMIN, {"url": url})
        assert made.status_code == 201, made.text
        hook = f"/webhooks/{made.json()['webhook_id']}"
        assert stage.ask("GET", hook, STRANGER).status_code == 404
        assert stage.ask("POST", f"{hook}/test", ADMIN).status_code == 202
        mails = Path(stage.description["mails"])
        _confirm("oncall@example.com", stage, mails)
        _let_the_key_die(stage)
        # Each ends with a wake.
        stage.lines("tick", "--hour", "2026-04-01T00:00:00Z", "--count", "2")
        letters = [file.read_text() for file in sorted(mails.iterdir())]
    told = _verified(arrived, made.json()["secret"])
    assert [body["data"]["number"] for body in told] == list(range(1, len(told) + 1))
    types = [body["type"] for body in told]
    assert types[0] == "test"
    assert types.count("admin_key.dead") == 1
    assert "".join(letters).count("(admin_key.dead, number") == 1
    assert DEMO_ADMIN_KEY not in "".join(letters)
    assert all(f"\n{stage.description['dashboard_url']}\n" in letter for letter in letters)


def _confirm(address: str, stage: Runner, mails: Path) -> None:
    """Add an address, and give back the token of the letter that comes there."""
    added = stage.ask("POST", "/mail", ADMIN, {"address": address})
    assert added.status_code == 201, added.text
    stage.run("wake")
    (letter,) = [file.read_text() for file in mails.iterdir()]
    assert f"To: {address}\n" in letter
    token = re.search(r"^token: (\S+)$", letter, re.MULTILINE)
    assert token
    confirmation = f"/mail/{added.json()['mail_id']}/confirmation"
    assert stage.ask("POST", confirmation, ADMIN, {"token": token[1]}).status_code == 200


def _let_the_key_die(stage: Runner) -> None:
    state = json.loads((Path(stage.environment["STATE_DIR"]) / "stage.json").read_text())
    url = f"http://127.0.0.1:{state['simulator_control_port']}/_control/faults"
    fault = {"kind": "status", "status": 401, "code": "invalid_api_key"}
    assert httpx.post(url, json=fault, trust_env=False).is_success


@contextmanager
def receiving() -> Iterator[tuple[str, Arrived]]:
    """Receive on this machine; give the address, and what arrives there."""
    arrived: Arrived = []

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            arrived.append(({name.lower(): text for name, text in self.headers.items()}, body))
            self.send_response(204)
            self.end_headers()

    server = HTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/alerts", arrived
    finally:
        server.shutdown()
        server.server_close()


def _verified(arrived: Arrived, secret: str) -> list[dict[str, Any]]:
    """Return the bodies, each signed as a library of others signs it."""
    webhook = standardwebhooks.Webhook(secret)
    for headers, body in arrived:
        at = datetime.fromtimestamp(int(headers["webhook-timestamp"]), UTC)
        signature = webhook.sign(headers["webhook-id"], at, body.decode())
        assert signature == headers["webhook-signature"]
    return [json.loads(body) for _, body in arrived]
