"""Changes of keys, storage, functions and of the watch itself: kept in a log, told, announced."""

from collections.abc import Mapping
from typing import Any

from aws_cdk import ArnFormat, Duration, RemovalPolicy, Stack
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from aws_cdk import aws_sns as sns
from constructs import Construct

from infra.settings import StageSettings
from infra.storage.keys import Keys
from infra.watch.alarm import add_alarm
from infra.watch.changes import kinds_of_change

_EVENTS = "events.amazonaws.com"


def watch_changes(
    scope: Construct, settings: StageSettings, topic: sns.Topic, keys: Keys
) -> logs.LogGroup:
    """Keep every change, and every attempt at one, in a log; tell it; and announce the rare ones.

    A deployment changes functions, alarms and rules by the dozen: of these it gets one alarm,
    whatever it calls, and only what others do, or are refused, is announced at once and by itself,
    with all that CloudTrail says of it. Changes of the rest are all announced. The account needs a
    trail of management events (docs/decisions/0102-key-alarms.md).

    Returns:
        The log.
    """
    stack = Stack.of(scope)
    kept = logs.LogGroup(
        scope,
        "ChangesLog",
        retention=logs.RetentionDays[settings.log_retention],
        removal_policy=(
            RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE if settings.is_prod else RemovalPolicy.DESTROY
        ),
    )
    _admit_events(kept)
    topic.grant_publish(iam.ServicePrincipal(_EVENTS))
    log_arn = stack.format_arn(
        service="logs",
        resource="log-group",
        resource_name=kept.log_group_name,
        arn_format=ArnFormat.COLON_RESOURCE_NAME,
    )
    ids = {
        name: (key.key_id, key.key_arn)
        for name, key in (("Secrets", keys.secrets), ("Signing", keys.signing), ("Data", keys.data))
    }
    for kind in kinds_of_change(stack.stack_name, settings.account, settings.region, ids):
        what = f"{kind.description} was changed, or somebody tried to change it"
        targets = [log_arn] if kind.deployed else [log_arn, topic.topic_arn]
        rule = _rule(scope, f"{kind.name}Watch", what, kind.pattern(), targets)
        if kind.deployed:
            by_hand, pattern = f"{what}, by no deployment", kind.pattern_by_hand()
            _rule(scope, f"{kind.name}ByHandWatch", by_hand, pattern, [topic.topic_arn])
        add_alarm(
            scope,
            topic,
            f"{kind.name}ChangedAlarm",
            what,
            cloudwatch.Metric(
                namespace="AWS/Events",
                metric_name="TriggeredRules",
                dimensions_map={"RuleName": rule.ref},
                period=Duration.minutes(5),
                statistic="Sum",
            ),
            told_as="changes",
        )
    return kept


def _rule(
    scope: Construct, name: str, description: str, pattern: Mapping[str, Any], targets: list[str]
) -> events.CfnRule:
    return events.CfnRule(
        scope,
        name,
        description=description,
        event_pattern=pattern,
        targets=[
            events.CfnRule.TargetProperty(id=f"Target{n}", arn=arn) for n, arn in enumerate(targets)
        ],
    )


def _admit_events(group: logs.LogGroup) -> None:
    # EventBridge takes no role for a log group: it is let in by a policy of the account's logs.
    logs.ResourcePolicy(
        group,
        "AdmitsEvents",
        resource_policy_name=f"{Stack.of(group).stack_name}-changes",
        policy_statements=[
            iam.PolicyStatement(
                principals=[
                    iam.ServicePrincipal(_EVENTS),
                    iam.ServicePrincipal("delivery.logs.amazonaws.com"),
                ],
                actions=["logs:CreateLogStream", "logs:PutLogEvents"],
                resources=[group.log_group_arn],
            )
        ],
    )
