"""The operator's command about signing keys, against the function it talks to."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from functions.pack.keys import create as minting
from functions.shared.aws.kms import KmsKey
from functions.shared.aws.table import Table
from functions.shared.tables.signing_keys import SigningKeys
from tests.tools.verifier import script
from tools import signing_keys

NAME = "audit-signing-key"


class Functions:
    """Stands for Lambda: carries the order to the handler, as JSON there and back."""

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []
        self.fault: str | None = None

    def invoke(self, **arguments: Any) -> dict[str, Any]:
        """Call the function."""
        assert arguments["FunctionName"] == NAME
        order = json.loads(arguments["Payload"])
        self.sent.append(order)
        if self.fault == "refused":
            error = {"Error": {"Code": "AccessDeniedException", "Message": "no"}}
            raise ClientError(error, "Invoke")  # type: ignore[arg-type]
        if self.fault == "error":
            return {"FunctionError": "Unhandled", "Payload": io.BytesIO(b'{"errorType": "X"}')}
        answer = minting.handle(order, None)
        return {"StatusCode": 200, "Payload": io.BytesIO(json.dumps(answer).encode())}


@pytest.fixture
def functions(
    table: Table, signing_kms_key: KmsKey, aws: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> Functions:
    """Give the deployed function, with the first key minted."""
    for name, value in aws.items():
        monkeypatch.setenv(name, value)
    minting.create_signing_key(SigningKeys(table), signing_kms_key)
    return Functions()


def run(functions: Functions, *arguments: str) -> int:
    """Run the command."""
    return signing_keys.main(["--function", NAME, *arguments], functions)


def test_list_shows_every_key_and_which_one_signs(
    functions: Functions, table: Table, capsys: pytest.CaptureFixture[str]
) -> None:
    """The first one, from the beginning, without end."""
    assert run(functions, "list") == 0
    (key,) = SigningKeys(table).all()
    out = capsys.readouterr().out
    assert key.key_id in out
    assert key.public_hex in out
    assert "signs new packs" in out


def test_rotate_names_the_key_it_saw(functions: Functions, table: Table) -> None:
    """So that the order, arriving twice, is refused the second time."""
    (before,) = SigningKeys(table).all()
    assert run(functions, "rotate", "--overlap-hours", "2") == 0
    assert functions.sent[-1] == {
        "order": "rotate",
        "overlap_hours": 2,
        "replaces": before.key_id,
    }
    assert len(SigningKeys(table).all()) == 2
    assert "refused" in functions_answer(functions, functions.sent[-1])


def functions_answer(functions: Functions, order: dict[str, Any]) -> dict[str, Any]:
    """Send an order as it is."""
    return signing_keys.send(functions, NAME, order)


def test_a_refusal_says_what_to_do_and_exits_1(
    functions: Functions, table: Table, capsys: pytest.CaptureFixture[str]
) -> None:
    """Revoking the only key in force, and one revoked before."""
    (key,) = SigningKeys(table).all()
    assert run(functions, "revoke", key.key_id, "--reason", "stolen") == 1
    assert "rotate first" in capsys.readouterr().err
    assert run(functions, "rotate") == 0
    assert run(functions, "revoke", key.key_id, "--reason", "stolen") == 0
    assert "revoked" in capsys.readouterr().out
    assert run(functions, "revoke", key.key_id, "--reason", "again") == 1
    assert "already" in capsys.readouterr().err


@pytest.mark.parametrize("fault", ["refused", "error"])
def test_no_answer_exits_2(
    functions: Functions, fault: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """What became of the order is not known: nothing is tried again by itself."""
    functions.fault = fault
    assert run(functions, "list") == 2
    assert len(functions.sent) == 1
    assert "NOT REACHED" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["list"],
        ["--function", NAME],
        ["--function", NAME, "--stack", "x", "list"],
        ["--function", NAME, "revoke", "key-1"],
        ["--function", NAME, "rotate", "--overlap-hours", "many"],
    ],
)
def test_wrong_arguments_exit_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """And send nothing."""
    with pytest.raises(SystemExit) as left:
        signing_keys.main(arguments)
    assert left.value.code == 2
    assert capsys.readouterr().err


def test_the_json_form_is_what_the_verifier_takes(
    functions: Functions, table: Table, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`--keys` reads it like the reply of `GET /signing-keys`."""
    run(functions, "rotate")
    (old, _) = SigningKeys(table).all()
    run(functions, "revoke", old.key_id, "--reason", "test")
    capsys.readouterr()
    assert run(functions, "--json", "list") == 0
    out = capsys.readouterr().out
    assert json.loads(out) == {"items": [key.public() for key in SigningKeys(table).all()]}
    path = tmp_path / "keys.json"
    path.write_text(out)
    assert len(script._read_keys(str(path))) == 2
