"""Where signing keys are made: one first key, whoever comes at once; CloudFormation is told."""

import json
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import pytest
from botocore.exceptions import ClientError

from functions.pack.keys import create
from functions.pack.keys.seed import new_key
from functions.shared.aws.kms import KmsKey
from functions.shared.aws.table import Table
from functions.shared.errors import KeyUnusable
from functions.shared.tables.signing_keys import SigningKeys, key_id_of
from tests.pack.conftest import PackFunction


def test_creating_it_again_changes_nothing(function: PackFunction, signing_kms_key: KmsKey) -> None:
    """A deployment may run as often as it likes."""
    assert create.create_signing_key(function.context.keys, signing_kms_key) == function.key
    assert [key.key_id for key in function.context.keys.all()] == [function.key.key_id]
    assert function.key.key_id == key_id_of(function.key.public_hex)


def test_two_created_at_once_agree_on_one_key(table: Table, signing_kms_key: KmsKey) -> None:
    """Whoever registers second takes the first one's key; its own is nowhere."""
    keys = SigningKeys(table)
    first, second = (new_key(signing_kms_key, create.FROM_THE_BEGINNING) for _ in range(2))
    assert keys.add_first(first) == first
    assert keys.add_first(second) == first
    assert keys.all() == [first]


class Receiver(BaseHTTPRequestHandler):
    """Stands for the presigned address that CloudFormation gives."""

    answers: list[dict[str, Any]]

    def do_PUT(self) -> None:
        """Keep the answer."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        assert self.headers["Content-Type"] == ""
        self.answers.append(json.loads(body))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.mark.parametrize("request_type", ["Create", "Update", "Delete"])
def test_cloudformation_gets_its_answer(
    table: Table, aws: dict[str, str], monkeypatch: pytest.MonkeyPatch, request_type: str
) -> None:
    """Create and update make sure of the key; delete keeps whatever there is."""
    for name, value in aws.items():
        monkeypatch.setenv(name, value)
    [answer] = answered(request_type)
    assert answer["Status"] == "SUCCESS"
    assert answer["RequestId"] == "request-1"
    first = SigningKeys(table).first()
    if request_type == "Delete":
        assert (first, answer["Data"]) == (None, {})
    else:
        assert first
        assert answer["Data"] == {"KeyId": first.key_id, "PublicHex": first.public_hex}


def test_cloudformation_learns_why_there_is_no_key(
    aws: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A deployment that cannot make one fails at once, not after its timeout."""
    for name, value in aws.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("SIGNING_KEY_ID")
    [answer] = answered("Create")
    assert answer["Status"] == "FAILED"
    assert "SIGNING_KEY_ID" in answer["Reason"]


@pytest.mark.parametrize(("refusals", "status"), [(4, "SUCCESS"), (5, "FAILED")])
@pytest.mark.parametrize(
    "refusal",
    [
        KeyUnusable("AccessDeniedException"),
        ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no"}}, "PutItem"),
    ],
    ids=["KMS", "the table"],
)
def test_a_role_that_nobody_knows_yet_is_waited_for(
    aws: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    refusal: Exception,
    refusals: int,
    status: str,
) -> None:
    """IAM takes seconds; after half a minute the deployment is told, in the function's time."""
    for name, value in aws.items():
        monkeypatch.setenv(name, value)
    honest, waited, tries = create.create_signing_key, list[int](), list[int]()

    def refused(*arguments: Any) -> Any:
        tries.append(1)
        if len(tries) <= refusals:
            raise refusal
        return honest(*arguments)

    monkeypatch.setattr(create, "create_signing_key", refused)
    monkeypatch.setattr("functions.pack.keys.create.time.sleep", waited.append)
    [answer] = answered("Create")
    assert (answer["Status"], len(tries)) == (status, 5)
    assert 20 <= sum(waited) <= 40


def answered(request_type: str) -> list[dict[str, Any]]:
    """Run the custom resource once and return what CloudFormation was told."""
    answers: list[dict[str, Any]] = []
    receiver = type("One", (Receiver,), {"answers": answers})
    with HTTPServer(("127.0.0.1", 0), receiver) as server:
        Thread(target=server.handle_request, daemon=True).start()
        create.handle(
            {
                "RequestType": request_type,
                "ResponseURL": f"http://127.0.0.1:{server.server_port}/answer",
                "StackId": "stack-1",
                "RequestId": "request-1",
                "LogicalResourceId": "FirstSigningKey",
            },
            None,
        )
    return answers
