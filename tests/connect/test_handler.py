"""The edge as Lambda calls it: settings from the environment, context opened once."""

import io
import json
from collections.abc import Iterator

import pytest
from aws_lambda_powertools import Logger

from functions.connect import handler
from functions.shared.errors import Misconfigured
from tests.connect.conftest import CANARY
from tests.support.http_events import http_event


@pytest.fixture
def process(aws: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """Give the process the settings, OpenAI a port where nobody listens; give what is logged."""
    for name, value in (aws | {"OPENAI_BASE_URL": "http://127.0.0.1:9/v1"}).items():
        monkeypatch.setenv(name, value)
    handler._routes.cache_clear()
    logged = io.StringIO()
    monkeypatch.setattr(handler, "log", Logger(service=f"test-{id(logged)}", stream=logged))
    yield logged
    handler._routes.cache_clear()


def test_lambda_tells_when_openai_cannot_be_reached_and_logs_no_key(
    process: io.StringIO,
) -> None:
    """A real connection this time, refused by the machine itself."""
    body = {"org_id": "org-first", "admin_key": CANARY}
    result = handler.handle(http_event("POST /orgs", body=body), None)
    assert result["statusCode"] == 502
    assert "could not be reached" in json.loads(result["body"])["detail"]
    out = process.getvalue()
    assert json.loads(out)["problem"] == "openai-failed"
    assert CANARY not in out + result["body"]


def test_a_missing_setting_ends_the_invocation_and_is_named(
    process: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lambda counts it as an error, which the operator's alarm watches."""
    monkeypatch.delenv("SECRETS_KEY_ID")
    event = http_event("POST /orgs", body={"org_id": "org-first", "admin_key": CANARY})
    with pytest.raises(Misconfigured, match="SECRETS_KEY_ID"):
        handler.handle(event, None)
