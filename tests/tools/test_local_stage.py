"""The runner's contract, on the real template: what outsiders script, from start to restart."""

import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.support.local_runner import Runner, running_stage
from tools.local import settings
from tools.local.commands import demo
from tools.local.errors import RunnerStopped
from tools.openai_simulator.story import story

pytestmark = [pytest.mark.emulator, pytest.mark.slow]

HOUR = "2026-04-01T00:00:00Z"


@pytest.fixture(scope="module")
def runner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runner]:
    """Give a stage that runs on a free port."""
    with running_stage(tmp_path_factory.mktemp("state")) as stage_runner:
        yield stage_runner


def test_up_says_where_it_is_and_who_may_sign_in(runner: Runner) -> None:
    """Two tenants, each with an admin and an auditor; every address on loopback."""
    description = runner.description
    addresses = ["api_url", "aws_endpoint_url", "dashboard_url"]
    assert sorted(description) == [*addresses, "mails", "organization", "users"]
    assert sorted(description["organization"]) == ["admin_key", "org_id"]
    users = {(user["tenant_id"], user["group"]) for user in description["users"]}
    assert users == {(t, g) for t in ("tenant-a", "tenant-b") for g in ("admin", "auditor")}
    assert all(
        sorted(user) == ["group", "password", "tenant_id", "username"]
        for user in description["users"]
    )
    origin = f"http://127.0.0.1:{runner.environment['PORT']}"
    assert description["dashboard_url"] == origin + "/"
    assert description["api_url"].startswith(origin)
    assert description["aws_endpoint_url"].startswith("http://127.0.0.1:")


def test_the_page_comes_with_the_templates_policy(runner: Runner) -> None:
    """The distribution's header policy is in force; only its hosts are this machine's."""
    page = httpx.get(runner.description["dashboard_url"], trust_env=False)
    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")
    policy = page.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert "amazon" not in policy
    assert runner.description["aws_endpoint_url"] in policy
    config = httpx.get(runner.description["dashboard_url"] + "config.json", trust_env=False).json()
    assert config["sign_in_url"] == runner.description["aws_endpoint_url"]


def test_the_api_wants_a_token_of_its_own_pool(runner: Runner) -> None:
    """None, and one whose signature was changed, are refused before any function runs."""
    assert runner.ask("GET", "/orgs").status_code == 401
    token = runner.run("token", "--user", "tenant-a-admin").stdout.strip()
    forged = token[:-6] + ("AAAAAA" if token[-6:] != "AAAAAA" else "BBBBBB")
    answer = httpx.get(
        runner.description["api_url"] + "/orgs",
        headers={"Authorization": f"Bearer {forged}"},
        trust_env=False,
    )
    assert answer.status_code == 401
    assert runner.run("token", "--user", "nobody").returncode == 1


def test_the_known_differences_are_made_good(runner: Runner) -> None:
    """Object Lock on evidence and packs and the table's expiry, which deployment left out."""
    s3, dynamodb = runner.client("s3"), runner.client("dynamodb")
    buckets = [bucket_entry["Name"] for bucket_entry in s3.list_buckets()["Buckets"]]
    for name in ("evidence", "packs"):
        (bucket,) = (bucket_entry for bucket_entry in buckets if f"-{name}" in bucket_entry)
        lock = s3.get_object_lock_configuration(Bucket=bucket)["ObjectLockConfiguration"]
        assert lock["Rule"]["DefaultRetention"]["Mode"] == "GOVERNANCE"
    (table,) = dynamodb.list_tables()["TableNames"]
    expiry = dynamodb.describe_time_to_live(TableName=table)["TimeToLiveDescription"]
    assert expiry["AttributeName"] == "expires_epoch"


def test_a_second_runner_is_refused_in_one_line(runner: Runner, tmp_path: Path) -> None:
    """On the same state, and on the same port; nothing is changed by it."""
    for environment, reason in (
        ({}, "Another runner is using"),
        ({"STATE_DIR": str(tmp_path)}, f"Port {runner.environment['PORT']} (PORT) is in use"),
    ):
        process = runner.run("up", **environment)
        assert process.returncode == 1
        assert process.stdout == ""
        assert process.stderr.startswith(f"up: {reason}")
        assert process.stderr.count("\n") == 1


def test_a_demo_runs_beside_a_stage_that_is_served(
    runner: Runner,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """In a place of its own and on other ports; where somebody's file lies, it touches nothing."""
    monkeypatch.setattr(demo, "_OUT", tmp_path / "out")
    beside = settings.from_environment(runner.environment | {"HOURS": "1"})
    said: list[str] = []
    demo.demo(beside, said.append)
    assert capsys.readouterr().out.splitlines()[-1].startswith("VALID  pack 1")
    assert said[0].startswith(f"port {beside.port} is in use, so the demo takes ")
    assert runner.ask("GET", "/orgs", "tenant-a-admin").status_code == 200

    place = beside.state_dir / "demo"
    (place / "notes.txt").touch()
    before = {path: path.stat().st_mtime_ns for path in place.rglob("*") if path.name != "lock"}
    with pytest.raises(RunnerStopped, match=r"holds notes\.txt, which no stage made"):
        demo.demo(beside, said.append)
    after = {path: path.stat().st_mtime_ns for path in place.rglob("*") if path.name != "lock"}
    assert after == before


def test_hours_are_sealed_and_survive_a_restart(runner: Runner) -> None:
    """Connect, tick, restart: the same users, the same seals, and the chain goes on."""
    runner.run("clock", "--set", "2026-04-01T00:05:00Z")
    connection = {"org_id": story.DEMO_ORG_ID, "admin_key": story.DEMO_ADMIN_KEY}
    answer = runner.ask("POST", "/orgs", "tenant-a-admin", connection)
    assert answer.status_code == 201, answer.text
    sealed = runner.lines("tick", "--hour", HOUR, "--count", "2")
    by_hour = {line["hour"]: line for line in sealed}
    assert by_hour[HOUR]["outcome"] == "complete"
    assert sorted(by_hour[HOUR]) == [
        "events",
        "hour",
        "org_id",
        "outcome",
        "seal_sha256",
        "sections",
        "tenant_id",
    ]
    before = dict(runner.description)
    assert runner.stop(signal.SIGINT) == 0

    # Something else has taken the emulator's port: the state's addresses move to another.
    port = int(before["aws_endpoint_url"].rsplit(":", 1)[1])
    with socket.create_server(("127.0.0.1", port)):
        runner.start()
    assert runner.description["aws_endpoint_url"] != before["aws_endpoint_url"]
    assert runner.description["users"] == before["users"]
    runner.tokens.clear()
    assert runner.ask("GET", "/orgs", "tenant-a-admin").status_code == 200
    again = {line["hour"]: line for line in runner.lines("tick", "--hour", HOUR)}
    assert again[HOUR] == by_hour[HOUR]
    (later,) = runner.lines("tick", "--hour", "2026-04-01T02:00:00Z")
    assert later["outcome"] == "complete"
    assert runner.stop(signal.SIGTERM) == 0
