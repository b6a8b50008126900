"""Publish (step 4 of 6): the archive into the packs bucket, under a name made of its own digest.

Nobody can find it there yet: downloads go by the pack's row, and the row does not name it before
the object itself has been verified.
"""

from functions.pack.archive.tar import Archive
from functions.shared.aws.bucket import Bucket
from functions.shared.aws.keys import pack_key


def publish(tenant: str, number: int, finished: Archive, archives: Bucket) -> tuple[str, str]:
    """Write the archive once; return its key and the version to verify and to download.

    Permissions:
        s3:PutObject, s3:AbortMultipartUpload and s3:GetObject on the packs bucket.
    """
    key = pack_key(tenant, number, finished.sha256)
    return key, archives.put_file_once(key, finished.path, "application/gzip")
