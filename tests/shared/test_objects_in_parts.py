"""A large file goes up in parts, written once like everything else."""

import base64
import hashlib
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from moto.s3 import models

from functions.shared.aws import bucket
from functions.shared.aws.bucket import Bucket
from functions.shared.aws.file_slice import open_part
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


def test_a_part_reads_like_a_file_of_its_own(file: Path) -> None:
    """Whoever sends it asks for its length, reads it and rewinds."""
    with open_part(file, 10_000, 1000) as part:
        assert part.seek(0, 2) == 500
        assert part.seek(0) == 0
        assert part.read() == file.read_bytes()[10_000:]
        assert part.seek(490) == 490
        assert len(part.read(100)) == 10
