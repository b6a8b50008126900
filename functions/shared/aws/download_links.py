"""Links that download one version of one object, each signed by a role that is assumed for it.

A URL dies with the credentials that signed it, and of its own a function is not told when that is.
Those of a role that it assumes say so themselves. Each link has a session of its own, which may
read that one object and nothing else: nothing is kept, so nothing can be handed to another tenant.

Source: STS API Reference, AssumeRole (a session lasts 900 s at least, and an hour at most where a
role assumes a role); S3 User Guide, "Download and upload objects with presigned URLs", Expiration.
"""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Protocol
from urllib.parse import parse_qs, urlsplit

from botocore.exceptions import ClientError, ConnectionError, HTTPClientError

from functions.shared.aws import clients
from functions.shared.errors import LinkNotSigned

# The shortest session that STS gives, so no link is longer; the bucket refuses older ones as well.
MAX_LINK_S: Final = 900
_SESSION_NAME: Final = "download-link"


class StsClient(Protocol):
    """What is asked of STS."""

    def assume_role(self, **request: Any) -> Any:
        """Return credentials of a role."""


@dataclass(frozen=True, slots=True)
class DownloadLink:
    """A link, never stored and never logged.

    Attributes:
        url: whoever has it downloads the object.
        expires_at: when it ends, by AWS's own clock.
    """

    url: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class DownloadLinks:
    """Signs links to one bucket's objects.

    Attributes:
        client: of STS, with the function's own credentials.
        role_arn: the role that may read the bucket, and that the function may assume.
        bucket: name of the bucket.

    Permissions:
        sts:AssumeRole on the role; of the role, s3:GetObjectVersion on the objects and kms:Decrypt
        by way of S3 on the bucket's key.
    """

    client: StsClient
    role_arn: str
    bucket: str

    def sign(self, key: str, version: str, filename: str, lifetime_s: int) -> DownloadLink:
        """Return a link that downloads one version of an object as a file, for a while.

        Args:
            key: of the object.
            version: of the object; another version, or a delete marker, is never served.
            filename: what a browser saves it as.
            lifetime_s: seconds, at most 900.

        Raises:
            LinkNotSigned: AWS gives no credentials.
        """
        credentials = self._credentials(key)
        client = clients.s3_signing_as(credentials)
        lifetime_s = min(lifetime_s, MAX_LINK_S)
        url = client.generate_presigned_url(
            "get_object",
            Params={
                "Bucket": self.bucket,
                "Key": key,
                "VersionId": version,
                "ResponseContentDisposition": f'attachment; filename="{filename}"',
                "ResponseContentType": "application/gzip",
            },
            ExpiresIn=lifetime_s,
            HttpMethod="GET",
        )
        expires_at = min(_signed_at(url) + timedelta(seconds=lifetime_s), credentials["Expiration"])
        return DownloadLink(url, expires_at)

    def read(self, key: str, version: str, n_bytes: int) -> bytes:
        """Return the first bytes of one version of an object, fewer where it has not so many.

        Raises:
            LinkNotSigned: AWS gives no credentials, or the object cannot be read with them.
        """
        client = clients.s3_signing_as(self._credentials(key))
        try:
            answer = client.get_object(
                Bucket=self.bucket, Key=key, VersionId=version, Range=f"bytes=0-{n_bytes - 1}"
            )
            return answer["Body"].read()
        except ClientError as error:
            code = error.response.get("Error", {}).get("Code", "unknown")
            raise LinkNotSigned(f"S3 did not give the object: {code}") from error
        except (ConnectionError, HTTPClientError) as error:
            raise LinkNotSigned(f"S3 was not reached: {type(error).__name__}") from error

    def _credentials(self, key: str) -> Any:
        try:
            answer = self.client.assume_role(
                RoleArn=self.role_arn,
                RoleSessionName=_SESSION_NAME,
                Policy=_policy(f"arn:{self.role_arn.split(':')[1]}:s3:::{self.bucket}/{key}"),
                DurationSeconds=MAX_LINK_S,
            )
        except ClientError as error:
            code = error.response.get("Error", {}).get("Code", "unknown")
            raise LinkNotSigned(f"AWS gave no credentials to sign a link with: {code}") from error
        except (ConnectionError, HTTPClientError) as error:
            raise LinkNotSigned(f"STS was not reached: {type(error).__name__}") from error
        return answer["Credentials"]


def _policy(object_arn: str) -> str:
    """Return what the session may do of what its role may: of the key, only what reading needs."""
    statements = [
        {"Effect": "Allow", "Action": "s3:GetObjectVersion", "Resource": object_arn},
        {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "*"},
    ]
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def _signed_at(url: str) -> datetime:
    """Return the moment from which S3 counts a link's life."""
    (moment,) = parse_qs(urlsplit(url).query)["X-Amz-Date"]
    return datetime.strptime(moment, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
