"""The client of S3.

Evidence is written once: every put carries ``If-None-Match: *`` and a SHA-256 checksum, and a put
that finds the key taken succeeds only if the bytes are the same.
"""

import base64
import hashlib
import io
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from functions.shared.aws.file_slice import open_slice
from functions.shared.errors import EvidenceConflict, EvidenceMissing

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_CONDITIONAL_CONFLICT_TRIES = 4
_PIECE = 1 << 18
# A file beyond this goes up in parts; S3 takes 10,000 of them, each of at least 5 MiB.
_ONE_PUT = 32 << 20
_PART = 16 << 20
_PARTS_AT_ONCE = 4


def _opened(body: bytes | Path) -> io.BytesIO | io.BufferedReader:
    return io.BytesIO(body) if isinstance(body, bytes) else body.open("rb")


def _code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))


@dataclass(frozen=True, slots=True)
class Bucket:
    """One bucket.

    Permissions:
        s3:GetObject for ``get`` and ``need_range``; s3:ListBucket for ``keys`` (and for an honest
        404 on ``get``); s3:PutObject for ``put_once``, ``put_file_once`` and ``put``;
        s3:AbortMultipartUpload for ``put_file_once``; s3:GetObjectVersion for ``read_into``.
    """

    client: "S3Client"
    name: str

    def get(self, key: str) -> bytes | None:
        """Return an object's bytes, or None where there is no such object."""
        try:
            return self.client.get_object(Bucket=self.name, Key=key)["Body"].read()
        except ClientError as error:
            if _code(error) in ("NoSuchKey", "404"):
                return None
            raise

    def pieces(self, key: str) -> Iterator[bytes]:
        """Yield the bytes of an object that must exist, as they come.

        Raises:
            EvidenceMissing: it does not.
        """
        try:
            body = self.client.get_object(Bucket=self.name, Key=key)["Body"]
        except ClientError as error:
            if _code(error) in ("NoSuchKey", "404"):
                raise EvidenceMissing(f"{self.name}/{key} is missing") from error
            raise
        yield from body.iter_chunks(_PIECE)

    def need(self, key: str) -> bytes:
        """Return the bytes of an object that must exist.

        Raises:
            EvidenceMissing: it does not.
        """
        body = self.get(key)
        if body is None:
            raise EvidenceMissing(f"{self.name}/{key} is missing")
        return body

    def need_range(self, key: str, start: int, size: int) -> bytes:
        """Return some bytes of an object that must exist; fewer where it ends before.

        Raises:
            EvidenceMissing: it does not.
        """
        if size == 0:
            return b""
        asked = f"bytes={start}-{start + size - 1}"
        try:
            return self.client.get_object(Bucket=self.name, Key=key, Range=asked)["Body"].read()
        except ClientError as error:
            if _code(error) == "InvalidRange":
                return b""
            if _code(error) in ("NoSuchKey", "404"):
                raise EvidenceMissing(f"{self.name}/{key} is missing") from error
            raise

    def put_once(
        self, key: str, body: bytes | Path, content_type: str = "application/json"
    ) -> bool:
        """Write an object whose key is taken by nobody else; True when this call wrote it.

        A lost reply is harmless: the retry finds the key taken by the same bytes and returns False.

        Args:
            key: of the object.
            body: its bytes, or the file that holds them, which is streamed.
            content_type: of the object.

        Raises:
            EvidenceConflict: the key holds other bytes.
        """
        with _opened(body) as file:
            sha256 = hashlib.file_digest(file, "sha256").digest()
        digest = base64.b64encode(sha256).decode()
        for attempt in range(_CONDITIONAL_CONFLICT_TRIES):
            try:
                with _opened(body) as file:
                    self.client.put_object(
                        Bucket=self.name,
                        Key=key,
                        Body=file,
                        ContentType=content_type,
                        ChecksumSHA256=digest,
                        IfNoneMatch="*",
                    )
                return True
            except ClientError as error:
                if _code(error) == "PreconditionFailed":
                    if self._holds(key, sha256):
                        return False
                    raise EvidenceConflict(f"{self.name}/{key} holds other bytes") from error
                # 409: another conditional put of this key is under way; S3 asks to try again.
                if _code(error) != "ConditionalRequestConflict":
                    raise
                time.sleep(0.1 * 2**attempt)
        raise EvidenceConflict(f"{self.name}/{key} is being written by another run")

    def _holds(self, key: str, sha256: bytes) -> bool:
        digest = hashlib.sha256()
        with suppress(EvidenceMissing):
            for piece in self.pieces(key):
                digest.update(piece)
        return digest.digest() == sha256

    def put_file_once(self, key: str, path: Path, content_type: str) -> str:
        """Write a file as an object whose key holds the file's own digest; return its version.

        The file is streamed, a large one in parts side by side, each with its checksum. Where the
        key is taken already, the version that holds it is returned: the caller reads that version
        back and compares.

        Raises:
            EvidenceConflict: others go on writing the same key.
        """
        write = self._put_parts if path.stat().st_size > _ONE_PUT else self._put_whole
        for attempt in range(_CONDITIONAL_CONFLICT_TRIES):
            try:
                return write(key, path, content_type)
            except ClientError as error:
                # NoSuchUpload: a completion whose answer was lost had succeeded.
                if _code(error) in ("PreconditionFailed", "NoSuchUpload"):
                    answer = self.client.head_object(Bucket=self.name, Key=key)
                    return str(answer["VersionId"])
                if _code(error) != "ConditionalRequestConflict":
                    raise
                time.sleep(0.1 * 2**attempt)
        raise EvidenceConflict(f"{self.name}/{key} is being written by another run")

    def _put_whole(self, key: str, path: Path, content_type: str) -> str:
        with path.open("rb") as body:
            digest = hashlib.file_digest(body, "sha256").digest()
            body.seek(0)
            answer = self.client.put_object(
                Bucket=self.name,
                Key=key,
                Body=body,
                ContentType=content_type,
                ChecksumSHA256=base64.b64encode(digest).decode(),
                IfNoneMatch="*",
            )
        return str(answer["VersionId"])

    def _put_parts(self, key: str, path: Path, content_type: str) -> str:
        upload = self.client.create_multipart_upload(
            Bucket=self.name, Key=key, ContentType=content_type, ChecksumAlgorithm="SHA256"
        )["UploadId"]
        named: Any = {"Bucket": self.name, "Key": key, "UploadId": upload}

        def put(number: int) -> Any:
            with open_slice(path, (number - 1) * _PART, _PART) as body:
                digest = hashlib.sha256()
                while piece := body.read(_PIECE):
                    digest.update(piece)
                body.seek(0)
                checksum = base64.b64encode(digest.digest()).decode()
                answer = self.client.upload_part(
                    **named, PartNumber=number, Body=body, ChecksumSHA256=checksum
                )
            return {"PartNumber": number, "ETag": answer["ETag"], "ChecksumSHA256": checksum}

        try:
            with ThreadPoolExecutor(_PARTS_AT_ONCE) as threads:
                n_parts = -(-path.stat().st_size // _PART)
                parts = list(threads.map(put, range(1, n_parts + 1)))
            answer = self.client.complete_multipart_upload(
                **named, MultipartUpload={"Parts": parts}, IfNoneMatch="*"
            )
        except Exception:
            # What stays where this fails too, the bucket's lifecycle removes after a day.
            with suppress(ClientError):
                self.client.abort_multipart_upload(**named)
            raise
        return str(answer["VersionId"])

    def read_into(self, path: Path, key: str, version: str) -> str:
        """Stream one version of an object into a file; return the SHA-256 of what came."""
        answer = self.client.get_object(Bucket=self.name, Key=key, VersionId=version)
        digest = hashlib.sha256()
        with path.open("wb") as file:
            for piece in answer["Body"].iter_chunks(_PIECE):
                digest.update(piece)
                file.write(piece)
        return digest.hexdigest()

    def put(self, key: str, body: bytes) -> None:
        """Write an object that may be replaced: work in progress, never evidence."""
        self.client.put_object(Bucket=self.name, Key=key, Body=body)

    def keys(self, prefix: str, *, after: str = "") -> Iterator[str]:
        """Yield the keys under a prefix in byte order, from the first one past ``after``."""
        pages = self.client.get_paginator("list_objects_v2").paginate(
            Bucket=self.name, Prefix=prefix, StartAfter=after
        )
        for page in pages:
            for entry in page.get("Contents", []):
                yield entry["Key"]
