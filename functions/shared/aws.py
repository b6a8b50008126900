"""AWS clients, each built once per process and only where it is asked for."""

import functools
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config

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
# SigV4 must be said: boto3 still presigns with SigV2 in the oldest regions.
_S3_CONFIG = _CONFIG.merge(Config(signature_version="s3v4", s3={"addressing_style": "virtual"}))


@functools.cache
def dynamodb() -> "DynamoDBClient":
    """Return the DynamoDB client."""
    return boto3.client("dynamodb", config=_CONFIG)


@functools.cache
def s3() -> "S3Client":
    """Return the S3 client."""
    return boto3.client("s3", config=_S3_CONFIG)


@functools.cache
def kms() -> "KMSClient":
    """Return the KMS client."""
    return boto3.client("kms", config=_CONFIG)


@functools.cache
def sqs() -> "SQSClient":
    """Return the SQS client."""
    return boto3.client("sqs", config=_CONFIG)
