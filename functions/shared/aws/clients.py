"""AWS clients, each built once per process and only where it is asked for.

They are botocore's own, which boto3 hands out too: what boto3 adds, no function uses. Where the
environment has ``AWS_DATA_PATH`` they are built from the models there
(``infra/compute/models.py``).
"""

import functools
from collections.abc import Callable, Mapping
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeVar, cast

from botocore.config import Config
from botocore.session import Session

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sqs import SQSClient

# Short waits: a Lambda that hangs on a dead connection loses its hour. Standard mode retries
# throttling and 5xx with jitter, which covers what DynamoDB, S3 and KMS ask callers to do.
_CONFIG = Config(
    connect_timeout=3,
    read_timeout=20,
    retries={"mode": "standard", "total_max_attempts": 5},
    tcp_keepalive=True,
)
# SigV4 must be said: botocore still presigns with SigV2 in the oldest regions.
_S3_CONFIG = _CONFIG.merge(Config(signature_version="s3v4", s3={"addressing_style": "virtual"}))


SERVICES = ("dynamodb", "kms", "s3", "sesv2", "sqs", "sts")

_Client = TypeVar("_Client")


@functools.cache
def dynamodb() -> "DynamoDBClient":
    """Return the DynamoDB client."""
    return cast("DynamoDBClient", _session().create_client("dynamodb", config=_CONFIG))


@functools.cache
def s3() -> "S3Client":
    """Return the S3 client."""
    return cast("S3Client", _session().create_client("s3", config=_S3_CONFIG))


@functools.cache
def kms() -> "KMSClient":
    """Return the KMS client."""
    return cast("KMSClient", _session().create_client("kms", config=_CONFIG))


@functools.cache
def sqs() -> "SQSClient":
    """Return the SQS client."""
    return cast("SQSClient", _session().create_client("sqs", config=_CONFIG))


@functools.cache
def sesv2() -> Any:
    """Return the SES client."""
    return _session().create_client("sesv2", config=_CONFIG)


@functools.cache
def sts() -> Any:
    """Return the STS client, of the function's own region."""
    return _session().create_client("sts", config=_CONFIG)


def s3_signing_as(credentials: Mapping[str, Any]) -> "S3Client":
    """Return an S3 client with other credentials than the function's; it is never kept.

    Args:
        credentials: as STS gives them.
    """
    client = _session().create_client(
        "s3",
        aws_access_key_id=credentials["AccessKeyId"],
        aws_secret_access_key=credentials["SecretAccessKey"],
        aws_session_token=credentials["SessionToken"],
        config=_S3_CONFIG,
    )
    return cast("S3Client", client)


def when_used(client: Callable[[], _Client]) -> _Client:
    """Return what stands for a client and opens it when it is first used, if ever it is."""
    return cast("_Client", _WhenUsed(client))


class _WhenUsed:
    def __init__(self, client: Callable[[], Any]) -> None:
        self._client, self._opening = client, Lock()

    def __getattr__(self, name: str) -> Any:
        # Several threads may be the first: a session opens one client at a time.
        with self._opening:
            client = self._client()
        return getattr(client, name)


def _services(*_: Any, **__: Any) -> list[str]:
    """Return what a client may be asked for: ours, and what botocore gets credentials from."""
    return [*SERVICES, "sso", "sso-oidc"]


@functools.cache
def _session() -> Session:
    session = Session()
    # To learn that a service is one of its 400, botocore lists the folders of all of them, twice:
    # 20 ms of each cold start.
    session.get_component("data_loader").list_available_services = _services
    # Older releases ask one endpoint in us-east-1 for all regions, unless they are told otherwise.
    session.set_config_variable("sts_regional_endpoints", "regional")
    return session
