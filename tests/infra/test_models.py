"""The trimmed models hold every call of the functions, which goes out as with the whole ones."""

import ast
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from botocore import xform_name
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.config import Config
from botocore.loaders import Loader
from botocore.session import Session

from functions.shared.aws import clients
from infra.compute.models import OPERATIONS, build_models, trim_model
from tests.infra.template import ROOT, Template

# One call of each operation, with what the functions' own calls have that could change a request.
_KEY = {"pk": {"S": "a"}, "sk": {"S": "b"}}
_UPDATE = {"TableName": "t", "Key": _KEY, "UpdateExpression": "SET a = :a"}
_OBJECT = {"Bucket": "books-1", "Key": "a/b c.json"}
_UPLOAD = {**_OBJECT, "UploadId": "u"}
_CONTEXT = {"KeyId": "k", "EncryptionContext": {"purpose": "admin-key"}}
CALLS: Mapping[str, Mapping[str, dict[str, Any]]] = {
    "dynamodb": {
        "BatchWriteItem": {"RequestItems": {"t": [{"PutRequest": {"Item": _KEY}}]}},
        "DeleteItem": {"TableName": "t", "Key": _KEY},
        "GetItem": {"TableName": "t", "Key": _KEY, "ConsistentRead": True},
        "PutItem": {"TableName": "t", "Item": _KEY | {"b": {"B": b"1"}}},
        "Query": {"TableName": "t", "KeyConditionExpression": "pk = :a", "Limit": 2},
        "TransactWriteItems": {"TransactItems": [{"Update": _UPDATE}], "ClientRequestToken": "t"},
        "UpdateItem": _UPDATE,
    },
    "kms": {
        "Decrypt": {"CiphertextBlob": b"2", **_CONTEXT},
        "Encrypt": {"Plaintext": b"1", **_CONTEXT},
    },
    "s3": {
        "AbortMultipartUpload": _UPLOAD,
        "CompleteMultipartUpload": {
            **_UPLOAD,
            "MultipartUpload": {"Parts": [{"PartNumber": 1, "ETag": "e", "ChecksumSHA256": "c"}]},
            "IfNoneMatch": "*",
        },
        "CreateMultipartUpload": {
            **_OBJECT,
            "ContentType": "application/gzip",
            "ChecksumAlgorithm": "SHA256",
        },
        "GetObject": {"Bucket": "books-1", "Key": "a/b c.json", "VersionId": "v"},
        "HeadObject": {"Bucket": "books.with.dots", "Key": "a"},
        "HeadBucket": {"Bucket": "books-1"},
        "ListObjectsV2": {"Bucket": "books-1", "Prefix": "a/", "StartAfter": "a/b"},
        "PutObject": {
            **_OBJECT,
            "Body": b"{}",
            "IfNoneMatch": "*",
            "ChecksumSHA256": "RBNvo1WzZ4oRRq0W9+hknpT7T8If536DEMBg9hyq/4o=",
        },
        "UploadPart": {**_UPLOAD, "PartNumber": 2, "Body": b"{}", "ChecksumSHA256": "c"},
    },
    "sesv2": {"SendEmail": {"FromEmailAddress": "audit@example.com", "Content": {}}},
    "sqs": {
        "SendMessage": {"QueueUrl": "https://q.test/1/q", "MessageBody": "{}", "DelaySeconds": 1},
        "SendMessageBatch": {
            "QueueUrl": "https://q.test/1/q",
            "Entries": [{"Id": "1", "MessageBody": "{}"}],
        },
    },
    "sts": {
        "AssumeRole": {
            "RoleArn": "arn:aws:iam::111122223333:role/r",
            "RoleSessionName": "s-1",
            "Policy": "{}",
            "DurationSeconds": 900,
        },
    },
}
# What can be read as an answer, where nothing at all cannot.
_EMPTY = {"sts": b"<AssumeRoleResponse><AssumeRoleResult/></AssumeRoleResponse>"}
# What no two requests have in common.
_MOMENT = re.compile(r"amz-sdk-invocation-id|x-amz-date|user-agent", re.IGNORECASE)
_SCOPE = re.compile(r"Credential=x/\d{8}/(\S+), SignedHeaders=(\S+), ")


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build them once."""
    return build_models(tmp_path_factory.mktemp("build"))


@pytest.fixture(scope="session")
def loaders(models: Path) -> tuple[Loader, Loader]:
    """Return botocore's loader of the whole models, and of the trimmed ones before them."""
    return Loader(), Loader(extra_search_paths=[str(models)])


# Methods of a client that take an operation's name, and one of an HTTP client that is no AWS call.
_BY_NAME = ("get_paginator", "generate_presigned_url")
_NOT_AWS = ("stream",)
# Where S3 sends a request elsewhere without a word, botocore itself asks it where.
_BY_BOTOCORE = {"head_bucket"}


def _names_called() -> set[str]:
    """Return the operations that the functions' code asks of clients, read from their sources."""
    called_operations = set()
    for path in (ROOT / "functions").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Attribute) and _is_client(node.value):
                called_operations.add(node.attr)
            elif isinstance(node, ast.Call) and getattr(node.func, "attr", "") in _BY_NAME:
                called_operations.add(ast.literal_eval(node.args[0]))
    return called_operations.difference(_BY_NAME, _NOT_AWS)


def _is_client(node: ast.expr) -> bool:
    name = node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
    return name == "client"


def test_every_operation_the_functions_call_is_in_the_models_and_no_other() -> None:
    """A new call that is forgotten here would be an AttributeError in production alone."""
    trimmed = {xform_name(name) for names in OPERATIONS.values() for name in names}
    assert _names_called() | _BY_BOTOCORE == trimmed


def test_only_the_five_wrappers_are_given_a_client() -> None:
    """Each hands it on as ``client``, by which the test above knows it."""
    opened = re.compile(r"\bclients\.(dynamodb|kms|s3|sqs|sts)\b")
    for path in (ROOT / "functions").rglob("*.py"):
        text = path.read_text()
        assert "create_client" not in text or path.name == "clients.py"
        assert "boto3.client" not in text
        for line in filter(opened.search, text.splitlines()):
            wrapped = r"(Table|Bucket|Queue|KmsKey|DownloadLinks)\(clients\b"
            assert re.search(wrapped, line), f"{path.name}: {line.strip()}"
    assert set(clients.SERVICES) == set(OPERATIONS) == set(CALLS)
    assert {s: set(calls) for s, calls in CALLS.items()} == {
        service: set(names) for service, names in OPERATIONS.items()
    }


@pytest.mark.parametrize("service", sorted(OPERATIONS))
def test_a_request_is_that_of_the_whole_models_in_every_region(
    service: str, loaders: tuple[Loader, Loader]
) -> None:
    """Same address, headers, body and signing scope, wherever a stage may be."""
    regions = sorted(_regions())
    assert len(regions) > 30
    for region in regions:
        whole, ours = (dict(_requests(service, region, loader)) for loader in loaders)
        assert ours == whole, region
        assert set(ours) == {*OPERATIONS[service], *(["presigned"] if service == "s3" else [])}


def _regions() -> Iterator[str]:
    for partition in Loader().load_data("endpoints")["partitions"]:
        if partition["partition"] in ("aws", "aws-us-gov", "aws-cn", "aws-eusc"):
            yield from partition["regions"]


def _client(service: str, region: str, loader: Loader) -> Any:
    session = Session()
    session.register_component("data_loader", loader)
    s3 = Config(signature_version="s3v4", s3={"addressing_style": "virtual"})
    return session.create_client(
        service,
        region_name=region,
        aws_access_key_id="x",
        aws_secret_access_key="y",
        config=s3 if service == "s3" else None,
    )


def _requests(service: str, region: str, loader: Loader) -> Iterator[tuple[str, Any]]:
    client = _client(service, region, loader)
    sent: list[Any] = []

    def answer(request: Any, **_: Any) -> AWSResponse:
        headers = {
            name: value.decode() if isinstance(value, bytes) else value
            for name, value in request.headers.items()
            if not _MOMENT.search(name)
        }
        headers["Authorization"] = _SCOPE.search(headers["Authorization"]).groups()  # type: ignore[union-attr]
        body = request.body.read() if hasattr(request.body, "read") else request.body
        sent.append((request.method, request.url, headers, body))
        return AWSResponse(request.url, 200, HTTPHeaders(), _Raw(_EMPTY.get(service, b"")))

    client.meta.events.register("before-send", answer)
    for operation, arguments in CALLS[service].items():
        getattr(client, xform_name(operation))(**arguments)
        yield operation, sent.pop()
    if service == "s3":
        url = client.generate_presigned_url("get_object", CALLS["s3"]["GetObject"], ExpiresIn=60)
        query = dict(parse_qsl(urlsplit(url).query))
        del query["X-Amz-Signature"], query["X-Amz-Date"]
        query["X-Amz-Credential"] = query["X-Amz-Credential"].split("/", 2)[2]
        yield "presigned", (urlsplit(url)[:3], query)


@dataclass(frozen=True)
class _Raw:
    body: bytes

    def stream(self, **_: Any) -> Iterator[bytes]:
        yield self.body

    def read(self, *_: Any) -> bytes:
        return self.body


def test_only_what_an_operation_reaches_is_kept() -> None:
    """Shapes through members, lists, maps and errors; no prose, but members of that name."""
    model = {
        "metadata": {"apiVersion": "1"},
        "documentation": "<p>long</p>",
        "operations": {
            "Get": {"input": {"shape": "In"}, "errors": [{"shape": "Bad"}]},
            "Sign": {"input": {"shape": "Other"}},
        },
        "shapes": {
            "In": {"type": "structure", "members": {"documentation": {"shape": "List"}}},
            "List": {"type": "list", "member": {"shape": "Map", "documentation": "long"}},
            "Map": {"type": "map", "key": {"shape": "Text"}, "value": {"shape": "In"}},
            "Text": {"type": "string"},
            "Bad": {"type": "structure", "exception": True},
            "Other": {"type": "string"},
        },
    }
    trimmed = trim_model(model, ("Get",))
    assert set(trimmed["operations"]) == {"Get"}
    assert set(trimmed["shapes"]) == {"In", "List", "Map", "Text", "Bad"}
    assert trimmed["shapes"]["In"]["members"] == {"documentation": {"shape": "List"}}
    assert "long" not in json.dumps(trimmed)


def test_a_newer_botocore_keeps_what_is_newer_in_it(
    models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A later API version is its own; a service or a file we don't bring is its own too."""
    for service, version in (("s3", "2030-01-01"), ("lambda", "2015-03-31")):
        folder = tmp_path / service / version
        folder.mkdir(parents=True)
        (folder / "service-2.json").write_text('{"operations": {"New": {}}}')
    (tmp_path / "_retry.json").write_text('{"new": 1}')
    monkeypatch.setattr(Loader, "BUILTIN_DATA_PATH", str(tmp_path))
    loader = Loader(extra_search_paths=[str(models)])
    assert loader.load_service_model("s3", "service-2")["operations"] == {"New": {}}
    assert loader.load_service_model("lambda", "service-2")["operations"] == {"New": {}}
    assert loader.load_data("_retry") == {"new": 1}
    assert set(loader.load_service_model("kms", "service-2")["operations"]) == {*OPERATIONS["kms"]}


@pytest.mark.parametrize("present", [True, False])
def test_the_clients_are_built_from_them_where_they_are(present: bool, models: Path) -> None:
    """By the variable as the template has it; where it leads nowhere, from the whole models."""
    script = (
        "from functions.shared.aws import clients\n"
        "for name in sorted(clients.SERVICES):\n"
        "    print(len(getattr(clients, name)().meta.service_model.operation_names))\n"
    )
    root = models.parent if present else models
    process = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env=os.environ
        | {"AWS_DATA_PATH": f"$LAMBDA_TASK_ROOT/{models.name}", "LAMBDA_TASK_ROOT": str(root)}
        | {"AWS_DEFAULT_REGION": "eu-west-1"},
        capture_output=True,
        text=True,
        check=True,
    )
    n_operations = [int(line) for line in process.stdout.split()]
    n_trimmed = [len(OPERATIONS[service]) for service in sorted(OPERATIONS)]
    assert (n_operations == n_trimmed) is present
    assert all(n >= fewest for n, fewest in zip(n_operations, n_trimmed, strict=True))


def test_the_code_of_every_function_holds_the_models_it_is_to_read(
    template: Template,
) -> None:
    """The variable and the folder in the code are of one build."""
    for name, function in template.functions().items():
        path = function["Environment"]["Variables"]["AWS_DATA_PATH"]
        folder = re.fullmatch(r"\$LAMBDA_TASK_ROOT/(build/aws-models-[0-9a-f]{16})", path)
        assert folder, name
        key = function["Code"]["S3Key"].removesuffix(".zip")
        folder_in_code = template.folder / f"asset.{key}" / folder[1]
        assert {path.name for path in folder_in_code.iterdir()} == {"endpoints.json", *OPERATIONS}
