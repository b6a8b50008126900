"""The alarm about legal holds: somebody assumes the role for them, or tries to put or release one.

Both reach EventBridge by way of CloudTrail, where the account has a trail. That the role is assumed
is a management event, and counts as reading: only a rule that asks for such is given it. A hold is
a call on an object: a trail tells of it if it records the bucket's data events.
Source: EventBridge User Guide, "Receiving read-only management events from AWS services";
CloudTrail User Guide, "Logging data events" and "CloudTrail record contents", requestParameters.
"""

from typing import cast

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sns as sns
from constructs import Construct

from infra.watch.alarm import add_alarm


def watch_legal_holds(
    scope: Construct, topic: sns.Topic, role: iam.Role, evidence: s3.Bucket
) -> None:
    """Announce at once, and keep as an alarm, who is about to put or release a hold."""
    assumed = {"eventName": ["AssumeRole"]}
    rule = events.Rule(
        scope,
        "LegalHoldRule",
        description="Somebody assumes the role for legal holds, or tries to put or release one",
        event_pattern=events.EventPattern(
            source=["aws.sts", "aws.s3"],
            detail_type=["AWS API Call via CloudTrail"],
            detail={
                "$or": [
                    assumed | {"requestParameters": {"roleArn": [role.role_arn]}},
                    # What was refused has no parameters.
                    assumed | {"errorMessage": [{"wildcard": f"*{role.role_arn}*"}]},
                    {
                        "eventName": ["PutObjectLegalHold"],
                        "resources": {"ARN": [evidence.bucket_arn]},
                    },
                ],
            },
        ),
    )
    cast(
        "events.CfnRule", rule.node.default_child
    ).state = "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"
    rule.add_target(targets.SnsTopic(topic))
    add_alarm(
        scope,
        topic,
        "LegalHoldAlarm",
        "Somebody assumed the role for legal holds, or tried to put or release one",
        cloudwatch.Metric(
            namespace="AWS/Events",
            metric_name="TriggeredRules",
            dimensions_map={"RuleName": rule.rule_name},
            period=Duration.minutes(5),
            statistic="Sum",
        ),
        told_as="legal hold",
    )
