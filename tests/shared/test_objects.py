"""The door to S3: written once, read as written."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from functions.shared.aws.bucket import Bucket
from functions.shared.aws.gzip_member import pack_gzip
from functions.shared.canonical import Lines
from functions.shared.errors import EvidenceConflict, EvidenceInvalid, EvidenceMissing
from functions.shared.evidence.seals import entry_of, read_rows


def test_a_key_is_written_once(evidence: Bucket) -> None:
    """The same bytes again are no error, other bytes are (F25)."""
    assert evidence.put_once("k", b"one") is True
    assert evidence.put_once("k", b"one") is False
    with pytest.raises(EvidenceConflict):
        evidence.put_once("k", b"two")
    assert evidence.need("k") == b"one"


def test_a_lost_reply_is_not_a_conflict(evidence: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    """The put arrived, the answer did not: the retry finds its own bytes."""
    honest = evidence.client.put_object
    calls: list[int] = []

    def lossy(**arguments: Any) -> Any:
        calls.append(1)
        if len(calls) == 1:
            honest(**arguments)
            raise ClientError({"Error": {"Code": "ConditionalRequestConflict"}}, "PutObject")
        return honest(**arguments)

    monkeypatch.setattr(evidence.client, "put_object", lossy)
    assert evidence.put_once("k", b"one") is False
    assert len(calls) == 2


def test_what_is_not_there_is_none_or_an_error(evidence: Bucket) -> None:
    """As the caller asks."""
    assert evidence.get("nothing") is None
    with pytest.raises(EvidenceMissing):
        evidence.need("nothing")


def test_keys_are_listed_in_order_behind_a_key(evidence: Bucket) -> None:
    """Across listing pages."""
    for place in range(5):
        evidence.put_once(f"a/{place}", b"")
    evidence.put_once("b/0", b"")
    assert list(evidence.keys("a/", after="a/1")) == ["a/2", "a/3", "a/4"]


@pytest.mark.parametrize(
    "stored",
    [
        b"not gzip",
        pack_gzip(b'{"a":1}\n')[:-4],
        pack_gzip(b'{"a":2}\n'),
        pack_gzip(b'{"a":1}\n{"a":1}\n'),
        pack_gzip(b""),
    ],
    ids=["not gzip", "cut", "other", "longer", "empty"],
)
def test_rows_whose_bytes_are_not_those_sealed_are_not_read(
    evidence: Bucket, stored: bytes
) -> None:
    """Checked against the digest that the seal names."""
    entry = entry_of("k", Lines.of([{"a": 1}]))
    with pytest.raises(EvidenceMissing):
        read_rows(evidence, entry)
    evidence.put_once("k", stored)
    with pytest.raises(EvidenceInvalid):
        read_rows(evidence, entry)
