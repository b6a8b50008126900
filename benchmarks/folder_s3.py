"""S3 as a folder, for benchmarks only: stands where the boto3 client stands, streams both ways.

What is measured through it is our work on the bytes, not botocore's on the requests; every peer
reads and writes through the same double. It keeps no body in memory, knows one version of an object
and checks no checksum: that is the service's work, not the function's. Whether the real service
takes our requests is shown elsewhere, with moto and the emulator.
"""

import hashlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from botocore.exceptions import ClientError

_PIECE = 1 << 18
_PAGE = 1000


class Body:
    """An object's body as botocore hands it out.

    Args:
        path: of a file, or of a folder that holds an object's parts.
    """

    def __init__(self, path: str) -> None:
        is_folder = os.path.isdir(path)  # noqa: PTH112  # thousands of them: no Path for each
        names = [f"{path}/{name}" for name in sorted(os.listdir(path))] if is_folder else [path]  # noqa: PTH208
        self._parts = iter(names)
        self._file: IO[bytes] = open(next(self._parts), "rb", buffering=0)  # noqa: SIM115, PTH123

    def read(self, amount: int | None = None) -> bytes:
        """Return all that is left, or at most so many bytes."""
        if amount is None:
            return b"".join(self.iter_chunks(_PIECE))
        piece = self._file.read(amount)
        if not piece and (part := next(self._parts, None)):
            self._file.close()
            self._file = open(part, "rb", buffering=0)  # noqa: SIM115, PTH123
            return self.read(amount)
        return piece

    def iter_chunks(self, chunk_size: int = 1024) -> Iterator[bytes]:
        """Yield the rest in pieces."""
        while piece := self.read(chunk_size):
            yield piece
        self._file.close()


class Paginator:
    """Pages of a listing."""

    def __init__(self, client: "FolderS3") -> None:
        self._client = client

    def paginate(self, **request: Any) -> Iterator[dict[str, Any]]:
        """Yield the pages."""
        keys = self._client.keys(request["Bucket"], request["Prefix"])
        keys = [key for key in keys if key > request.get("StartAfter", "")]
        for start in range(0, len(keys), _PAGE):
            yield {"Contents": [{"Key": key} for key in keys[start : start + _PAGE]]}


class FolderS3:
    """The calls our functions make of an S3 client, on buckets that are folders.

    Args:
        root: holds a folder per bucket.
    """

    def __init__(self, root: Path) -> None:
        self._root = root

    def keys(self, bucket: str, prefix: str) -> list[str]:
        """Return the keys under a prefix, in byte order."""
        top = f"{self._root}/{bucket}/"
        keys = []
        for folder, _, names in os.walk(top + prefix.rpartition("/")[0]):
            keys += [f"{folder}/{name}"[len(top) :] for name in names]
        return sorted(key for key in keys if key.startswith(prefix))

    def get_paginator(self, operation: str) -> Paginator:
        """Return what pages through a listing."""
        assert operation == "list_objects_v2"
        return Paginator(self)

    def get_object(self, *, Bucket: str, Key: str, **_: Any) -> dict[str, Any]:  # noqa: N803
        """Open an object."""
        try:
            return {"Body": Body(f"{self._root}/{Bucket}/{Key}"), "VersionId": "1"}
        except FileNotFoundError:
            raise ClientError({"Error": {"Code": "NoSuchKey"}}, "GetObject") from None

    def head_object(self, *, Bucket: str, Key: str, **_: Any) -> dict[str, Any]:  # noqa: N803
        """Tell an object's version."""
        if not (self._root / Bucket / Key).exists():
            raise ClientError({"Error": {"Code": "404"}}, "HeadObject")
        return {"VersionId": "1"}

    def put_object(self, *, Bucket: str, Key: str, Body: Any, **_: Any) -> dict[str, Any]:  # noqa: N803
        """Write an object whose key is free."""
        path = self._root / Bucket / Key
        if path.exists():
            raise ClientError({"Error": {"Code": "PreconditionFailed"}}, "PutObject")
        self._write(path, Body)
        return {"VersionId": "1"}

    def create_multipart_upload(self, *, Bucket: str, Key: str, **_: Any) -> dict[str, Any]:  # noqa: N803
        """Begin an upload in parts."""
        upload = hashlib.sha256(os.urandom(16)).hexdigest()
        (self._root / "uploads" / upload).mkdir(parents=True)
        return {"UploadId": upload}

    def upload_part(
        self,
        *,
        UploadId: str,  # noqa: N803
        PartNumber: int,  # noqa: N803
        Body: Any,  # noqa: N803
        **named: Any,
    ) -> dict[str, Any]:
        """Write a part."""
        path = self._root / "uploads" / UploadId / f"{PartNumber:05d}"
        self._write(path, Body)
        return {"ETag": f'"{PartNumber}"', "ChecksumSHA256": named.get("ChecksumSHA256")}

    def complete_multipart_upload(
        self,
        *,
        Bucket: str,  # noqa: N803
        Key: str,  # noqa: N803
        UploadId: str,  # noqa: N803
        **_: Any,
    ) -> dict[str, Any]:
        """Make the parts the object, where the key is free: a folder of them."""
        path = self._root / Bucket / Key
        if path.exists():
            raise ClientError({"Error": {"Code": "PreconditionFailed"}}, "CompleteMultipartUpload")
        path.parent.mkdir(parents=True, exist_ok=True)
        (self._root / "uploads" / UploadId).rename(path)
        return {"VersionId": "1"}

    def abort_multipart_upload(self, *, UploadId: str, **_: Any) -> None:  # noqa: N803
        """Forget the parts."""
        shutil.rmtree(self._root / "uploads" / UploadId)

    def _write(self, path: Path, body: Any) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb", buffering=0) as file:
            for piece in (
                [body] if isinstance(body, bytes) else iter(lambda: body.read(_PIECE), b"")
            ):
                file.write(piece)
