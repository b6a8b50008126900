"""What must not change unnoticed, as EventBridge patterns over the calls that CloudTrail hands on.

Pure. A kind of change is one pattern: which calls, and the ways they name something of the stack's.
CloudTrail gives the parameters of a call that succeeded. Of one that was refused it gives them, or
the resources, or only a message with the ARN in it, as the called service chose; a pattern takes
any of the three. All but the keys are told by the stack's name, with which every generated name
begins: so what is added later is watched, too, and a pattern stays within EventBridge's 2,048
characters. Calls on objects, items and log streams are left out: a trail may hand on those, too.
Source: CloudTrail User Guide, "CloudTrail record contents"; EventBridge User Guide, "AWS service
events delivered via AWS CloudTrail" and "Comparison operators for use in event patterns".
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

# Whatever CloudFormation calls, it calls from here, whosever role it has.
_CLOUDFORMATION = "cloudformation.amazonaws.com"


@dataclass(frozen=True, slots=True)
class Things:
    """Things of one service that are the stack's, and how a call names them.

    Args:
        service: by its host's name, such as ``s3``.
        arns: what their ARNs begin with.
        parameters: of the calls; to each what a value that names such a thing begins with.
    """

    service: str
    arns: tuple[str, ...] = ()
    parameters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Kind:
    """Changes that one alarm stands for.

    Args:
        name: a word.
        description: what was changed, for whoever gets the alarm.
        calls: that make such a change, of any of the services; with a ``*`` all that begin so.
        things: that are changed; none named: whatever the calls are about.
        said: what is in the message of a refused call on any of them. One text, for EventBridge
            refuses a pattern as too complex that looks for a few.
        deployed: whether a deployment makes such changes by the dozen.
    """

    name: str
    description: str
    calls: tuple[str, ...]
    things: tuple[Things, ...]
    said: str | None = None
    deployed: bool = False

    def pattern(self) -> dict[str, Any]:
        """Return what matches every such call, refused or not, whoever makes it."""
        detail: dict[str, Any] = {
            "eventSource": [f"{things.service}.amazonaws.com" for things in self.things],
            "eventName": [
                {"prefix": call[:-1]} if call.endswith("*") else call for call in self.calls
            ],
        }
        named = list(self._named())
        if named:
            detail["$or"] = named
        # The sources of AWS's own begin so, and nobody else may send such events. Which service it
        # is, the call itself says.
        source = [{"prefix": "aws."}]
        return {"source": source, "detail-type": ["AWS API Call via CloudTrail"], "detail": detail}

    def pattern_by_hand(self) -> dict[str, Any]:
        """Return what matches such calls of anybody but CloudFormation."""
        pattern = self.pattern()
        pattern["detail"]["sourceIPAddress"] = [{"anything-but": [_CLOUDFORMATION]}]
        return pattern

    def _named(self) -> Iterator[dict[str, Any]]:
        for things in self.things:
            for parameter, values in things.parameters.items():
                yield {"requestParameters": {parameter: [{"prefix": value} for value in values]}}
        arns = [{"prefix": arn} for things in self.things for arn in things.arns]
        if arns:
            yield {"resources": {"ARN": arns}}
        if self.said:
            yield {"errorMessage": [{"wildcard": f"*{self.said}*"}]}


def kinds_of_change(
    stack: str, account: str, region: str, keys: Mapping[str, tuple[str, str]]
) -> tuple[Kind, ...]:
    """Return every kind of change that is watched.

    Args:
        stack: the stack's name; the names of all but its keys begin with it.
        account: the stack's.
        region: the stack's.
        keys: of KMS: id and ARN of each by its name.
    """
    mine = f"{stack}-"

    def arn(service: str, thing: str) -> str:
        return f"arn:aws:{service}:{region}:{account}:{thing}{mine}"

    def by_name(*parameters: str) -> Mapping[str, tuple[str, ...]]:
        return dict.fromkeys(parameters, (mine,))

    table, topic, function = arn("dynamodb", "table/"), arn("sns", ""), arn("lambda", "function:")
    return (
        *(_key(name, key_id, key_arn) for name, (key_id, key_arn) in keys.items()),
        Kind(
            "Storage",
            "A bucket or the table (policy, lock, lifecycle, backups)",
            (
                *("PutBucket*", "DeleteBucket*", "PutObjectLock*"),
                *("UpdateTable*", "DeleteTable*", "UpdateTimeToLive", "UpdateContinuousBackups"),
                *("PutResourcePolicy", "DeleteResourcePolicy"),
                *("DeleteBackup", "ExportTableToPointInTime"),
            ),
            (
                Things("s3", (f"arn:aws:s3:::{mine}",), by_name("bucketName")),
                Things(
                    "dynamodb",
                    (table,),
                    {"tableName": (mine, table)}
                    | dict.fromkeys(("tableArn", "resourceArn", "backupArn"), (table,)),
                ),
            ),
            said=mine,
        ),
        Kind(
            "Functions",
            "A function or its role (code, settings, permissions)",
            (
                # With the API's version behind them where they are Lambda's.
                *("UpdateFunction*", "DeleteFunction*", "PutFunction*", "CreateFunctionUrl*"),
                *("AddPermission*", "RemovePermission*", "PutRuntime*"),
                *("PutRole*", "UpdateRole*", "DeleteRole*", "AttachRole*", "DetachRole*"),
                "UpdateAssumeRolePolicy",
            ),
            (
                # A function goes by its name, its ARN, and the end of that, too.
                Things(
                    "lambda",
                    (function,),
                    {"functionName": (mine, function, f"{account}:function:{mine}")},
                ),
                Things("iam", (f"arn:aws:iam::{account}:role/{mine}",), by_name("roleName")),
            ),
            said=mine,
            deployed=True,
        ),
        Kind(
            "Monitoring",
            "A schedule, an alarm, a log group or the topic of the alarms",
            (
                *("PutRule", "PutTargets", "RemoveTargets", "Enable*", "Disable*", "Delete*"),
                *("PutMetric*", "Set*"),
                *("Subscribe", "Unsubscribe", "AddPermission", "RemovePermission"),
                *("PutRetentionPolicy", "PutSubscriptionFilter"),
            ),
            (
                Things("events", (arn("events", "rule/"),), by_name("name", "rule")),
                Things(
                    "monitoring", (arn("cloudwatch", "alarm:"),), by_name("alarmName", "alarmNames")
                ),
                Things("sns", (topic,), dict.fromkeys(("topicArn", "subscriptionArn"), (topic,))),
                Things("logs", (arn("logs", "log-group:"),), by_name("logGroupName", "policyName")),
            ),
            said=mine,
            deployed=True,
        ),
        Kind(
            "Trail",
            "A trail of CloudTrail's, without which nothing of this is heard of,",
            ("StopLogging", "DeleteTrail", "UpdateTrail", "PutEventSelectors"),
            # Which trail it is that EventBridge hears, the stack cannot know: any of them.
            (Things("cloudtrail"),),
        ),
    )


def _key(name: str, key_id: str, key_arn: str) -> Kind:
    return Kind(
        f"{name}Key",
        f"The policy, the grants or the life of the KMS key {name.lower()}",
        (
            *("ScheduleKeyDeletion", "DisableKey", "DisableKeyRotation"),
            *("PutKeyPolicy", "RevokeGrant"),
        ),
        (Things("kms", (key_arn,), {"keyId": (key_id, key_arn)}),),
        said=key_id,
    )
