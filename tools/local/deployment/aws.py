"""Clients for the emulated account, with the operator's rights; no function ever gets these."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_ssm import SSMClient

# The emulator takes this key for the account's root user. It is no secret: the emulator listens on
# 127.0.0.1 only and holds nothing of value.
_OPERATOR = "test"


class Account:
    """The emulated account of one stage.

    Args:
        endpoint_url: where the emulator listens.
        region: the region the template is for.
    """

    def __init__(self, endpoint_url: str, region: str) -> None:
        self.endpoint_url = endpoint_url
        self.region = region
        self._session = boto3.Session(
            aws_access_key_id=_OPERATOR, aws_secret_access_key=_OPERATOR, region_name=region
        )
        self._clients: dict[str, Any] = {}

    def _client(self, service: str) -> Any:
        if service not in self._clients:
            self._clients[service] = self._session.client(  # type: ignore[call-overload]
                service,
                endpoint_url=self.endpoint_url,
                config=Config(
                    # A dispatch may take as long as its function may; it must not run twice.
                    read_timeout=900,
                    retries={"total_max_attempts": 1},
                    s3={"addressing_style": "path"},
                    proxies={},
                ),
            )
        return self._clients[service]

    @property
    def cloudformation(self) -> CloudFormationClient:
        """Stacks."""
        return self._client("cloudformation")  # type: ignore[no-any-return]

    @property
    def cognito(self) -> CognitoIdentityProviderClient:
        """The user pool."""
        return self._client("cognito-idp")  # type: ignore[no-any-return]

    @property
    def dynamodb(self) -> DynamoDBClient:
        """The table."""
        return self._client("dynamodb")  # type: ignore[no-any-return]

    @property
    def events(self) -> EventBridgeClient:
        """The schedules."""
        return self._client("events")  # type: ignore[no-any-return]

    @property
    def functions(self) -> LambdaClient:
        """The Lambda functions."""
        return self._client("lambda")  # type: ignore[no-any-return]

    @property
    def s3(self) -> S3Client:
        """The buckets."""
        return self._client("s3")  # type: ignore[no-any-return]

    @property
    def ses(self) -> Any:
        """Letters, and who may send them."""
        return self._client("sesv2")

    @property
    def sqs(self) -> SQSClient:
        """The queues."""
        return self._client("sqs")  # type: ignore[no-any-return]

    @property
    def ssm(self) -> SSMClient:
        """The bootstrap version, which CloudFormation reads."""
        return self._client("ssm")  # type: ignore[no-any-return]
