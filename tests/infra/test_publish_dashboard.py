"""The operator's upload of the dashboard."""

import json
import re
from typing import Any

import pytest

from tools import publish_dashboard, signing_keys
from tools.publish_dashboard import FOLDER, publish

OUTPUTS = {
    "DashboardBucket": "page",
    "SignInDomain": "https://sign-in.example",
    "ClientId": "client",
    "DistributionId": "E1",
}


class Recorder:
    """Takes the calls an AWS client would."""

    def __init__(self) -> None:
        self.puts: dict[str, dict[str, Any]] = {}
        self.invalidated: list[str] = []

    def put_object(self, **arguments: Any) -> None:
        """Keep an upload."""
        assert arguments["Bucket"] == "page"
        self.puts[arguments["Key"]] = arguments

    def create_invalidation(self, **arguments: Any) -> None:
        """Keep what was invalidated."""
        assert arguments["DistributionId"] == "E1"
        self.invalidated += arguments["InvalidationBatch"]["Paths"]["Items"]


def test_the_page_its_configuration_and_a_fresh_cache() -> None:
    """A document that names two files by their content, each with a type the browser takes."""
    aws = Recorder()
    assert publish(aws, aws, OUTPUTS) == len(aws.puts)
    assets = {key for key in aws.puts if key.startswith("assets/")}
    licences = {f"vendor/{path.name}" for path in FOLDER.glob("vendor/LICENSE.*")}
    others = {"index.html", "favicon.svg", "config.json"}
    assert set(aws.puts) == assets | licences | others
    document = aws.puts["index.html"]["Body"].decode()
    assert re.findall(r'(?:src|href)="/(assets/[^"]+)"', document) == sorted(assets, reverse=True)
    assert {aws.puts[key]["CacheControl"] for key in assets} == {
        "public, max-age=31536000, immutable"
    }
    assert aws.puts["index.html"]["CacheControl"] == "no-cache"
    types = {key: put["ContentType"] for key, put in aws.puts.items()}
    assert types["index.html"] == "text/html"
    assert {kind for key, kind in types.items() if key.endswith(".js")} == {"text/javascript"}
    assert {kind for key, kind in types.items() if key.endswith(".css")} == {"text/css"}
    assert json.loads(aws.puts["config.json"]["Body"]) == {
        "api_base": "/api/v1/openai",
        "sign_in_url": "https://sign-in.example",
        "client_id": "client",
        "redirect_path": "/",
    }
    assert aws.puts["config.json"]["CacheControl"] == "no-store"
    assert aws.invalidated == ["/*"]


def test_without_a_region_both_operators_commands_say_so_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With what to set, and no traceback."""
    for name in ("AWS_DEFAULT_REGION", "AWS_REGION", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    assert publish_dashboard.main(["openai-audit-prod"]) == 2
    assert signing_keys.main(["--stack", "openai-audit-prod", "list"]) == 2
    assert signing_keys.main(["--function", "of-the-stack", "list"]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert lines[0].startswith("publish_dashboard: no region is set: give --region, or set AWS_")
    assert lines[1:] == ["NOT REACHED  no region is set: set AWS_DEFAULT_REGION"] * 2
