"""The admin key leaves no trace but its ciphertext (T1)."""

import base64
import json
import logging
import pickle
from typing import Any
from urllib.parse import quote

import pytest

from functions.shared.aws.kms import KmsKey
from tests.connect.conftest import CANARY, OTHER_KEY, SECOND_KEY, ConnectApi
from tests.connect.test_refusal_messages import FAULTS, add_fault
from tests.support.aws_state import all_items, received


def forms(secret: str) -> list[str]:
    """Return the spellings a secret could leak in: plain, URL, JSON, base64 at each offset."""
    spelled = [secret, quote(secret, safe=""), json.dumps(secret)[1:-1]]
    for offset in range(3):
        coded = base64.b64encode(b"x" * offset + secret.encode()).decode()
        spelled.append(coded[4:-4])
    return spelled


def require_absent(api: ConnectApi, text: str) -> None:
    """No form of any key stands in what a test has gathered."""
    seen = text + repr(all_items(api.table)) + repr(received(api.queue)) + "".join(api.replies)
    for key in (CANARY, SECOND_KEY, OTHER_KEY):
        assert not [form for form in forms(key) if form in seen]


def test_no_path_of_a_key_leaves_its_plaintext(
    api: ConnectApi, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    """Connect, replace, quarantine, disconnect, reconnect: rows, messages, replies, logs."""
    caplog.set_level(logging.DEBUG)
    each = {"org_id": "org-first"}
    api.connect()
    api.ask("PUT /orgs/{org_id}/admin-key", path=each, body={"admin_key": SECOND_KEY})
    api.ask("PUT /orgs/{org_id}/admin-key", path=each, body={"admin_key": OTHER_KEY})
    api.ask("DELETE /orgs/{org_id}", path=each)
    api.connect()
    out = capsys.readouterr()
    # botocore's own debug log holds request bodies (KMS's among them); a Lambda never turns it on.
    ours = [r for r in caplog.records if not r.name.startswith(("botocore", "boto3", "moto"))]
    logged = "\n".join(logging.Formatter().format(record) for record in ours)
    require_absent(api, logged + out.out + out.err)


@pytest.mark.parametrize("name", FAULTS)
def test_no_refusal_leaves_the_key(
    api: ConnectApi, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Whatever OpenAI does, the key stands in no log and no answer."""
    caplog.set_level(logging.DEBUG, logger="connect")
    add_fault(api, FAULTS[name][0])
    api.connect()
    require_absent(api, caplog.text)


@pytest.mark.parametrize("fault", ["wrap", "save"])
def test_a_fault_of_ours_leaves_no_key_in_its_traceback(
    api: ConnectApi, fault: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """KMS or DynamoDB failing in the middle: 500, logged, without the key."""

    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError("broken")

    if fault == "wrap":
        monkeypatch.setattr(KmsKey, "wrap", fail)
    else:
        monkeypatch.setattr(type(api.context.connections), "save", fail)
    assert api.connect()[0] == 500
    assert "broken" in caplog.text
    require_absent(api, caplog.text)


def test_the_objects_that_carry_a_key_do_not_show_it(api: ConnectApi) -> None:
    """Neither a connection nor its repr opens without KMS."""
    api.connect()
    row = api.context.connections.need("tenant-a", "org-first")
    assert "admin_key=" not in repr(row)
    assert not [form for form in forms(CANARY) if form.encode() in pickle.dumps(row)]
