"""What of a stage is left in an emulated account, with a stack or without one."""

from typing import Any

import boto3

from tools.local.deployment.aws import Account

_BOOTSTRAP = "cdk-"


def left_behind(account: Account) -> dict[str, list[str]]:
    """Return by kind the names of what is not the bootstrap's; of keys their states instead."""
    kms, iam = _client(account, "kms"), _client(account, "iam")
    keys = [entry["KeyId"] for entry in kms.list_keys()["Keys"]]
    pools = account.cognito.list_user_pools(MaxResults=50)["UserPools"]
    groups = _client(account, "logs").describe_log_groups()["logGroups"]
    names: dict[str, list[str]] = {
        "buckets": _buckets(account),
        "tables": account.dynamodb.list_tables()["TableNames"],
        "keys": [kms.describe_key(KeyId=key)["KeyMetadata"]["KeyState"] for key in keys],
        "aliases": [entry["AliasName"] for entry in kms.list_aliases()["Aliases"]],
        "functions": [f["FunctionName"] for f in account.functions.list_functions()["Functions"]],
        "layers": [entry["LayerName"] for entry in account.functions.list_layers()["Layers"]],
        "roles": [entry["RoleName"] for entry in iam.list_roles()["Roles"]],
        "queues": account.sqs.list_queues().get("QueueUrls", []),
        "log groups": [entry["logGroupName"] for entry in groups],
        "user pools": [entry["Name"] for entry in pools],
        "rules": [entry["Name"] for entry in account.events.list_rules()["Rules"]],
        "topics": [entry["TopicArn"] for entry in _client(account, "sns").list_topics()["Topics"]],
        "apis": [entry["Name"] for entry in _client(account, "apigatewayv2").get_apis()["Items"]],
        "distributions": [entry["Id"] for entry in _distributions(account)],
    }
    own = {
        kind: [n for n in found if not n.startswith(_BOOTSTRAP)] for kind, found in names.items()
    }
    return {kind: found for kind, found in own.items() if found}


def bucket_policies(account: Account) -> dict[str, str]:
    """Return the policy of each of the stage's buckets."""
    return {
        bucket: account.s3.get_bucket_policy(Bucket=bucket)["Policy"]
        for bucket in _buckets(account)
        if not bucket.startswith(_BOOTSTRAP)
    }


def _buckets(account: Account) -> list[str]:
    return [bucket["Name"] for bucket in account.s3.list_buckets()["Buckets"]]


def _distributions(account: Account) -> list[dict[str, Any]]:
    listed = _client(account, "cloudfront").list_distributions()["DistributionList"]
    items: list[dict[str, Any]] = listed.get("Items", [])
    return items


def _client(account: Account, service: str) -> Any:
    return boto3.client(  # type: ignore[call-overload]
        service,
        endpoint_url=account.endpoint_url,
        region_name=account.region,
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
