"""Two things that moto does anew for every request, done once: a fourth of what tests take.

The answers are the same. And it answers one request after the other: its tables are dictionaries
that no lock guards, where AWS lets no conditional write see half of another. All of it stands on
the inside of the version that the lock file pins.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from types import ModuleType
from typing import Any, Final
from unittest.mock import patch

import moto.s3.urls
from moto.core.botocore_stubber import BotocoreStubber
from moto.core.serialize import BaseJSONSerializer
from moto.dynamodb.models.dynamo_type import DynamoType
from moto.kms.utils import generate_private_key

_AS_IT_IS: Final = {"S", "N", "BOOL", "NULL"}
_serialize_structure: Final[Callable[..., None]] = BaseJSONSerializer._serialize_type_structure
# For each symmetric key, too, moto makes an RSA key that nothing uses: half of what a test took.
_private_key = cache(generate_private_key)
_one_request = threading.RLock()
_answer: Final[Callable[..., Any]] = BotocoreStubber.__call__


@contextmanager
def shortcuts() -> Iterator[None]:
    """Let moto answer faster, and one request after the other."""
    with (
        patch.object(BotocoreStubber, "__call__", _in_turn),
        patch("moto.kms.models.generate_private_key", _private_key),
        # Loaded anew from its file for every request to S3.
        patch("moto.s3.models.S3Backend._url_module", property(_s3_urls)),
        # Ten members are looked for under all their names in every value of every row.
        patch.object(BaseJSONSerializer, "_serialize_type_structure", _serialize_type_structure),
    ):
        yield


def _in_turn(self: Any, *asked: Any, **facts: Any) -> Any:
    with _one_request:
        return _answer(self, *asked, **facts)


def _s3_urls(_backend: object) -> ModuleType:
    return moto.s3.urls


def _serialize_type_structure(
    self: Any, serialized: dict[str, Any], value: Any, shape: Any, key: str
) -> None:
    if shape.name == "AttributeValue" and key:
        plain = _plain(value)
        if plain is not None:
            self._default_serialize(serialized, plain, shape, key)
            return
    _serialize_structure(self, serialized, value, shape, key)


def _plain(value: Any) -> dict[str, Any] | None:
    """Return an attribute as JSON has it; None where moto must encode a part of it."""
    if isinstance(value, DynamoType):
        kind, content = value.type, value.value
    elif isinstance(value, dict) and len(value) == 1:
        ((kind, content),) = value.items()
    else:
        return None
    if kind in _AS_IT_IS:
        return {kind: content}
    if kind == "L":
        plain: Any = [_plain(member) for member in content]
        return None if None in plain else {kind: plain}
    if kind == "M":
        plain = {name: _plain(member) for name, member in content.items()}
        return None if None in plain.values() else {kind: plain}
    return None
