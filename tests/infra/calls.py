"""Calls that change what guards a stack's evidence, as CloudTrail hands them to EventBridge."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

ACCOUNT, REGION = "000000000000", "eu-central-1"
KEYS = {
    "Secrets": "1c9a7f04-6b1e-4a58-9d20-3f7be2c4a611",
    "Signing": "83d5e0b2-2f6c-47a9-b1d4-90ce5a7f8e36",
    "Data": "5b40c8f7-e913-4d2a-86b5-c71fa09d24e8",
}
USER, CLOUDFORMATION = "198.51.100.7", "cloudformation.amazonaws.com"


@dataclass(frozen=True)
class Call:
    """A call: who is told of it, whose it is, its name, its parameters, the ARN it is about."""

    kind: str
    service: str
    name: str
    parameters: Mapping[str, Any]
    arn: str


def arn_of(service: str, thing: str) -> str:
    """Return the ARN of a thing of the stack's account and region."""
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{thing}"


def calls(stack: str, keys: Mapping[str, str]) -> Iterator[Call]:
    """Yield every call that changes what guards a stack's evidence."""
    for key, key_id in keys.items():
        arn = arn_of("kms", f"key/{key_id}")
        for name in ("ScheduleKeyDeletion", "DisableKey", "DisableKeyRotation", "PutKeyPolicy"):
            for said in (key_id, arn):
                yield Call(f"{key}Key", "kms", name, {"keyId": said}, arn)
        yield Call(f"{key}Key", "kms", "RevokeGrant", {"keyId": arn, "grantId": "0c"}, arn)

    bucket = f"{stack}-evidence4cc26d68-1xk2v9"
    for name in (
        *("PutBucketPolicy", "DeleteBucketPolicy", "PutBucketObjectLockConfiguration"),
        *("PutObjectLockConfiguration", "PutBucketLifecycle", "DeleteBucketLifecycle"),
        *("PutBucketVersioning", "PutBucketPublicAccessBlock", "DeleteBucketPublicAccessBlock"),
        *("PutBucketAcl", "PutBucketEncryption", "PutBucketReplication", "DeleteBucket"),
        *("PutBucketOwnershipControls", "PutBucketNotification", "PutBucketLogging"),
    ):
        yield Call("Storage", "s3", name, {"bucketName": bucket}, f"arn:aws:s3:::{bucket}")

    table = f"{stack}-TableCD117FA1-9Q"
    arn = arn_of("dynamodb", f"table/{table}")
    for name in ("UpdateTable", "DeleteTable", "UpdateContinuousBackups", "UpdateTimeToLive"):
        for said in (table, arn):
            yield Call("Storage", "dynamodb", name, {"tableName": said}, arn)
    for name in ("PutResourcePolicy", "DeleteResourcePolicy"):
        yield Call("Storage", "dynamodb", name, {"resourceArn": arn}, arn)
    yield Call("Storage", "dynamodb", "DeleteBackup", {"backupArn": f"{arn}/backup/01"}, arn)

    function = f"{stack}-PackFunction12280EEA-Zx"
    arn = arn_of("lambda", f"function:{function}")
    for name in (
        *("UpdateFunctionCode20150331v2", "UpdateFunctionConfiguration20150331v2"),
        *("AddPermission20150331v2", "RemovePermission20150331v2", "DeleteFunction20150331"),
        *("PutFunctionConcurrency20171031", "CreateFunctionUrlConfig"),
    ):
        for said in (function, arn, f"{ACCOUNT}:function:{function}"):
            yield Call("Functions", "lambda", name, {"functionName": said}, arn)

    role = f"{stack}-PackRole1AA75CAC-Qp"
    arn = f"arn:aws:iam::{ACCOUNT}:role/{role}"
    for name in (
        *("PutRolePolicy", "AttachRolePolicy", "DetachRolePolicy", "DeleteRolePolicy"),
        *("UpdateAssumeRolePolicy", "PutRolePermissionsBoundary", "DeleteRole", "UpdateRole"),
    ):
        yield Call("Functions", "iam", name, {"roleName": role}, arn)

    rule = f"{stack}-HourlyRule14B82990-7u"
    arn = arn_of("events", f"rule/{rule}")
    for name in ("PutRule", "DeleteRule", "DisableRule"):
        yield Call("Monitoring", "events", name, {"name": rule}, arn)
    for name in ("PutTargets", "RemoveTargets"):
        yield Call("Monitoring", "events", name, {"rule": rule, "ids": ["Target0"]}, arn)

    alarm = f"{stack}-MissedHoursAlarm0C1-8d"
    arn = arn_of("cloudwatch", f"alarm:{alarm}")
    for name in ("DeleteAlarms", "DisableAlarmActions"):
        yield Call("Monitoring", "monitoring", name, {"alarmNames": ["other", alarm]}, arn)
    for name in ("PutMetricAlarm", "SetAlarmState"):
        yield Call("Monitoring", "monitoring", name, {"alarmName": alarm}, arn)

    topic = arn_of("sns", f"{stack}-Alarms04B5A0BF-3c")
    for name in ("SetTopicAttributes", "DeleteTopic", "Subscribe", "AddPermission"):
        yield Call("Monitoring", "sns", name, {"topicArn": topic}, topic)
    for name in ("Unsubscribe", "SetSubscriptionAttributes"):
        yield Call("Monitoring", "sns", name, {"subscriptionArn": f"{topic}:0d4f"}, topic)

    group = f"{stack}-ChangesLog77-2w"
    arn = arn_of("logs", f"log-group:{group}")
    for name in (
        *("DeleteLogGroup", "DeleteLogStream", "PutRetentionPolicy", "DeleteRetentionPolicy"),
        *("DeleteMetricFilter", "PutSubscriptionFilter"),
    ):
        yield Call("Monitoring", "logs", name, {"logGroupName": group}, arn)
    yield Call(
        "Monitoring", "logs", "DeleteResourcePolicy", {"policyName": f"{stack}-changes"}, arn
    )


_MANAGEMENT = arn_of("cloudtrail", "trail/management")
TRAIL = [
    Call("Trail", "cloudtrail", name, {"name": "management"}, _MANAGEMENT)
    for name in ("StopLogging", "DeleteTrail", "UpdateTrail", "PutEventSelectors")
]


def event(call: Call, source_ip: str = USER, **changed: Any) -> dict[str, Any]:
    """Return a call that succeeded, as EventBridge gets it."""
    detail = {
        "eventVersion": "1.11",
        "userIdentity": {
            "type": "AssumedRole",
            "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/Administrator/ann",
        },
        "eventTime": "2026-05-04T10:00:00Z",
        "eventSource": f"{call.service}.amazonaws.com",
        "eventName": call.name,
        "awsRegion": REGION,
        "sourceIPAddress": source_ip,
        "requestParameters": call.parameters,
        "responseElements": None,
        "readOnly": False,
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": ACCOUNT,
    }
    return {
        "id": "1",
        "version": "0",
        "detail-type": "AWS API Call via CloudTrail",
        "source": f"aws.{call.service}",
        "account": ACCOUNT,
        "time": "2026-05-04T10:00:05Z",
        "region": REGION,
        "resources": [],
        "detail": detail | changed,
    }


def refused(call: Call) -> Iterator[dict[str, Any]]:
    """Yield a call that was refused, as services say it: by parameters, resources or a message."""
    no = {"errorCode": "AccessDenied", "errorMessage": "Access Denied"}
    yield event(call, **no)
    resources = [{"ARN": arn_of("kms", "key/other")}, {"accountId": ACCOUNT, "ARN": call.arn}]
    yield event(call, **no, requestParameters=None, resources=resources)
    about = call.arn
    if call.service == "iam":
        about = f"role {call.parameters['roleName']}"
    words = (
        f"User: arn:aws:sts::{ACCOUNT}:assumed-role/Administrator/ann is not authorized to "
        f"perform: {call.service}:{call.name} on resource: {about} with an explicit deny in a "
        "resource-based policy"
    )
    yield event(call, errorCode="AccessDenied", errorMessage=words, requestParameters=None)
