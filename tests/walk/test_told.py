"""The deployed functions tell a receiver on this machine, with IAM enforced."""

import json
import threading
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
import standardwebhooks

from tests.support.local_runner import Runner, running_stage
from tools.openai_simulator import DEMO_ADMIN_KEY, DEMO_ORG_ID

pytestmark = pytest.mark.emulator

ADMIN, STRANGER = "tenant-a-admin", "tenant-b-admin"


@pytest.mark.slow
def test_a_webhook_is_told_signed_by_the_deployed_functions(tmp_path: Path) -> None:
    """The secret wrapped by one function, opened by the other; the receiver is on this machine."""
    with running_stage(tmp_path) as runner:
        runner.run("clock", "--set", "2026-04-01T00:05:00Z")
        body = {"org_id": DEMO_ORG_ID, "admin_key": DEMO_ADMIN_KEY}
        assert runner.ask("POST", "/orgs", ADMIN, body).status_code == 201
        _walk(runner)


def _walk(stage: Runner) -> None:
    arrived: list[tuple[dict[str, str], bytes]] = []

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            arrived.append(({name.lower(): text for name, text in self.headers.items()}, body))
            self.send_response(204)
            self.end_headers()

    server = HTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        url = f"http://127.0.0.1:{server.server_port}/alerts"
        made = stage.ask("POST", "/webhooks", ADMIN, {"url": url})
        assert made.status_code == 201, made.text
        hook = f"/webhooks/{made.json()['webhook_id']}"
        assert stage.ask("GET", hook, STRANGER).status_code == 404
        assert stage.ask("POST", f"{hook}/test", ADMIN).status_code == 202
        # Each ends with a wake.
        stage.lines("tick", "--hour", "2026-04-01T00:00:00Z", "--count", "2")
    finally:
        server.shutdown()
        server.server_close()
    secret = standardwebhooks.Webhook(made.json()["secret"])
    for headers, body in arrived:
        signature = secret.sign(
            headers["webhook-id"],
            datetime.fromtimestamp(int(headers["webhook-timestamp"]), UTC),
            body.decode(),
        )
        assert signature == headers["webhook-signature"]
    numbers = [json.loads(body)["data"]["number"] for _, body in arrived]
    assert numbers == list(range(1, len(arrived) + 1))
    assert json.loads(arrived[0][1])["type"] == "test"
    actions = [entry["action"] for entry in stage.ask("GET", "/custody", ADMIN).json()["items"]]
    assert "alert.sent" in actions
    assert stage.ask("DELETE", hook, ADMIN).status_code == 200
