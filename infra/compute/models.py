"""Write botocore's models of AWS cut down to the calls that the functions make.

To open four clients botocore reads the descriptions of all their operations and the endpoints of
every service there is: 15 MiB that stay, and 90 ms. Lambda's runtime brings those files; each
function's code brings these beside them, written from the locked botocore, and the template's
``AWS_DATA_PATH`` has botocore look there first.

Safe beside another botocore than the locked one. It searches file by file, so whatever is not here
is found where it always was; a service's newest API version wins wherever it lies, so that a newer
one than ours is taken from the runtime. A newer botocore reads older models, as it does those of
anybody who uses ``AWS_DATA_PATH``; each service's operations and its endpoint rules are of one
release. Without the variable, or where the folder is not there, everything is as before.

One thing differs: with an ``endpoints.json`` not its own, botocore asks that for the endpoint and
hands it to the rules. A test holds every request of every region to that of the whole models.

Source: botocore 1.43.106, ``loaders.py``, ``regions.py``,
``args.py::compute_endpoint_resolver_builtin_defaults``.
"""

import functools
import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from botocore.loaders import Loader

Json = dict[str, Any]

# Every operation the functions call; a test reads their code and compares.
OPERATIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "dynamodb": (
        *("BatchWriteItem", "DeleteItem", "GetItem", "PutItem", "Query"),
        *("TransactWriteItems", "UpdateItem"),
    ),
    "kms": ("Decrypt", "Encrypt"),
    "s3": (
        *("AbortMultipartUpload", "CompleteMultipartUpload", "CreateMultipartUpload"),
        *("GetObject", "HeadObject", "ListObjectsV2", "PutObject", "UploadPart"),
        # Asked by botocore itself, where an answer sends it to another region without naming it.
        "HeadBucket",
    ),
    "sesv2": ("SendEmail",),
    "sqs": ("SendMessage", "SendMessageBatch"),
    "sts": ("AssumeRole",),
}


@functools.cache
def build_models(build: Path) -> Path:
    """Write the models unless they are there, and return their folder, named by their content."""
    files = dict(_files(Loader()))
    name = hashlib.sha256(json.dumps(sorted(files.items())).encode()).hexdigest()[:16]
    folder = build / f"aws-models-{name}"
    if folder.is_dir():
        return folder
    temporary = build / f"{folder.name}.{os.getpid()}"
    for path, text in files.items():
        (temporary / path).parent.mkdir(parents=True, exist_ok=True)
        (temporary / path).write_text(text)
    try:
        temporary.rename(folder)
    except OSError:
        # Another process may have written the same meanwhile.
        shutil.rmtree(temporary)
        if not folder.is_dir():
            raise
    return folder


def _files(botocore: Loader) -> Iterator[tuple[str, str]]:
    for service, operations in OPERATIONS.items():
        version = botocore.determine_latest_version(service, "service-2")
        model = botocore.load_service_model(service, "service-2", version)
        yield f"{service}/{version}/service-2.json", _text(trim_model(model, operations))
        rules = botocore.load_service_model(service, "endpoint-rule-set-1", version)
        yield f"{service}/{version}/endpoint-rule-set-1.json", _text(rules)
    endpoints = botocore.load_data("endpoints")
    for partition in endpoints["partitions"]:
        services = partition["services"]
        partition["services"] = {name: services[name] for name in services if name in OPERATIONS}
    yield "endpoints.json", _text(endpoints)


def trim_model(model: Json, operations: tuple[str, ...]) -> Json:
    """Return a service's model with some operations, the shapes these reach, and no prose."""
    operation_models = {name: model["operations"][name] for name in operations}
    shapes: Json = {}
    pending = list(_shapes_in(operation_models))
    while pending:
        name = pending.pop()
        if name not in shapes:
            shapes[name] = model["shapes"][name]
            pending += _shapes_in(shapes[name])
    trimmed = model | {"operations": operation_models, "shapes": shapes}
    return dict(_without_prose(trimmed))


def _shapes_in(value: Any) -> Iterator[str]:
    """Yield the shapes that a part of a model refers to, as ``{"shape": NAME}``."""
    if isinstance(value, dict):
        if isinstance(value.get("shape"), str):
            yield value["shape"]
        for part in value.values():
            yield from _shapes_in(part)
    elif isinstance(value, list):
        for part in value:
            yield from _shapes_in(part)


def _without_prose(value: Any) -> Any:
    """Empty every ``documentation``; botocore reads some and must find them."""
    if isinstance(value, dict):
        return {
            # What a shape's member of that name holds is an object.
            name: "" if name == "documentation" and isinstance(part, str) else _without_prose(part)
            for name, part in value.items()
        }
    return [_without_prose(part) for part in value] if isinstance(value, list) else value


def _text(data: Any) -> str:
    return json.dumps(data, separators=(",", ":"))
