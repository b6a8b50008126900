"""The client of S3: written once, read as written; a large file goes up in parts."""

import base64
import hashlib
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from moto.s3 import models

from functions.shared.aws import bucket
from functions.shared.aws.bucket import Bucket
from functions.shared.errors import EvidenceConflict, EvidenceMissing
from tests.support.aws_calls import watched

SIZE = 10_500


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a file of eleven parts, where a part is 1,000 bytes."""
    monkeypatch.setattr(bucket, "_ONE_PUT", 1000)
    monkeypatch.setattr(bucket, "_PART", 1000)
    monkeypatch.setattr(models, "S3_UPLOAD_PART_MIN_SIZE", 256)
    path = tmp_path / "file"
    path.write_bytes(bytes(range(250)) * (SIZE // 250))
    return path


def uploads(bucket: Bucket) -> list[Any]:
    """Return the uploads that have not ended."""
    return bucket.client.list_multipart_uploads(Bucket=bucket.name).get("Uploads", [])


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
    for n in range(5):
        evidence.put_once(f"a/{n}", b"")
    evidence.put_once("b/0", b"")
    assert list(evidence.keys("a/", after="a/1")) == ["a/2", "a/3", "a/4"]


def test_it_arrives_whole_under_the_version_returned(packs_bucket: Bucket, file: Path) -> None:
    """Parts side by side, joined in their order."""
    with watched() as calls:
        version = packs_bucket.put_file_once("k", file, "application/gzip")
    assert calls.count("UploadPart") == 11
    assert calls.count("PutObject") == 0
    answer = packs_bucket.client.get_object(Bucket=packs_bucket.name, Key="k", VersionId=version)
    assert answer["Body"].read() == file.read_bytes()
    assert answer["ContentType"] == "application/gzip"
    assert uploads(packs_bucket) == []


def test_a_key_that_is_taken_stays(packs_bucket: Bucket, file: Path) -> None:
    """The first one's version is returned, for the caller to compare; nothing is left over."""
    first = packs_bucket.put_file_once("k", file, "application/gzip")
    file.write_bytes(b"other" * 1000)
    assert packs_bucket.put_file_once("k", file, "application/gzip") == first
    assert packs_bucket.need("k").startswith(bytes(range(250)))
    assert uploads(packs_bucket) == []


def test_each_part_is_sent_with_its_checksum(
    packs_bucket: Bucket, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S3 refuses a part that was changed on its way."""
    honest, sent = packs_bucket.client.upload_part, {}

    def noting(**arguments: Any) -> Any:
        sent[arguments["PartNumber"]] = arguments["ChecksumSHA256"]
        return honest(**arguments)

    monkeypatch.setattr(packs_bucket.client, "upload_part", noting)
    packs_bucket.put_file_once("k", file, "application/gzip")
    last = hashlib.sha256(file.read_bytes()[10_000:]).digest()
    assert sent[11] == base64.b64encode(last).decode()


def test_a_part_that_fails_leaves_nothing_behind(
    packs_bucket: Bucket, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The upload is given up at S3, and the error says what happened."""

    def refusing(**_: Any) -> Any:
        raise ClientError({"Error": {"Code": "SlowDown"}}, "UploadPart")

    monkeypatch.setattr(packs_bucket.client, "upload_part", refusing)
    with pytest.raises(ClientError, match="SlowDown"):
        packs_bucket.put_file_once("k", file, "application/gzip")
    assert uploads(packs_bucket) == []
    assert packs_bucket.get("k") is None


def test_a_conflict_begins_the_upload_anew(
    packs_bucket: Bucket, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a 409 S3 wants every part again."""
    honest = packs_bucket.client.complete_multipart_upload
    refused: list[int] = []

    def conflicting(**arguments: Any) -> Any:
        if not refused:
            refused.append(1)
            raise ClientError(
                {"Error": {"Code": "ConditionalRequestConflict"}}, "CompleteMultipartUpload"
            )
        return honest(**arguments)

    monkeypatch.setattr(packs_bucket.client, "complete_multipart_upload", conflicting)
    with watched() as calls:
        packs_bucket.put_file_once("k", file, "application/gzip")
    assert calls.count("CreateMultipartUpload") == 2
    assert uploads(packs_bucket) == []


def test_a_completion_whose_answer_was_lost_is_found(
    packs_bucket: Bucket, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The object is there; that the upload is gone is no failure."""
    honest = packs_bucket.client.complete_multipart_upload

    def losing(**arguments: Any) -> Any:
        honest(**arguments)
        raise ClientError({"Error": {"Code": "NoSuchUpload"}}, "CompleteMultipartUpload")

    monkeypatch.setattr(packs_bucket.client, "complete_multipart_upload", losing)
    version = packs_bucket.put_file_once("k", file, "application/gzip")
    head = packs_bucket.client.head_object(Bucket=packs_bucket.name, Key="k")
    assert version == head["VersionId"]


def test_a_stretch_of_an_object_is_read(evidence: Bucket) -> None:
    """Less where the object ends before; nothing behind its end; never of one that is not there."""
    evidence.put_once("k", b"0123456789")
    assert evidence.need_range("k", 2, 3) == b"234"
    assert evidence.need_range("k", 8, 9) == b"89"
    assert evidence.need_range("k", 10, 1) == evidence.need_range("k", 0, 0) == b""
    with pytest.raises(EvidenceMissing):
        evidence.need_range("none", 0, 1)


def test_a_file_is_written_once_with_one_request(evidence: Bucket, file: Path) -> None:
    """As bytes are, however large: what its key holds is compared in pieces."""
    with watched() as calls:
        assert evidence.put_once("k", file) is True
    assert calls.names == ["s3.PutObject"]
    assert evidence.put_once("k", file) is False
    assert evidence.need("k") == file.read_bytes()
    with pytest.raises(EvidenceConflict):
        evidence.put_once("k", file.read_bytes()[:-1])
