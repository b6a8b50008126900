"""The alarms: dead letters, missed hours, silence, failing functions, keys in danger."""

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from constructs import Construct

from functions.shared.observability import (
    CUSTODY_NOT_SEALED,
    FAILED_HOURS,
    FAILED_PACKS,
    HOURS_BEHIND,
    MISSED_HOURS,
    MISSING_TOKENS,
    NAMESPACE,
)
from infra.compute.functions import Functions
from infra.compute.queues import Queues
from infra.settings import StageSettings
from infra.storage.keys import Keys

# Changing the policy is in the list because the policy is what forbids the other two.
KEY_DANGERS = ("ScheduleKeyDeletion", "DisableKey", "PutKeyPolicy")


def create_alarms(
    scope: Construct,
    settings: StageSettings,
    functions: Functions,
    queues: Queues,
    keys: Keys,
) -> sns.Topic:
    """Create the alarms and the topic they all go to."""
    topic = sns.Topic(scope, "Alarms", master_key=keys.data, enforce_ssl=True)
    _allow_alarms_to_publish(topic, settings)
    if settings.alarm_email:
        topic.add_subscription(subscriptions.EmailSubscription(settings.alarm_email))
    for owner, queue in queues.dead_letters().items():
        _alarm(
            scope,
            topic,
            f"{owner}DeadLettersAlarm",
            f"A message of {owner} was given up: look at the dead-letter queue",
            queue.metric_approximate_number_of_messages_visible(
                period=Duration.minutes(1), statistic="Maximum"
            ),
        )
    for name, function in functions.items():
        _alarm(
            scope,
            topic,
            f"{name}ErrorsAlarm",
            f"The function {name} ended with an error",
            function.metric_errors(period=Duration.minutes(5), statistic="Sum"),
        )
    _alarm(
        scope,
        topic,
        "MissedHoursAlarm",
        "An hour was sealed as missed: nobody pictured it within its grace",
        _metric(settings, MISSED_HOURS, "snapshot"),
    )
    _alarm(
        scope,
        topic,
        "FailedHoursAlarm",
        "An hour was sealed as failed: nothing of it could be read",
        _metric(settings, FAILED_HOURS, "snapshot"),
    )
    _alarm(
        scope,
        topic,
        "CustodyNotSealedAlarm",
        "An hour went on without sealing the custody log",
        _unsealed_custody(scope, settings, functions["Snapshot"].log_group),
    )
    _alarm(
        scope,
        topic,
        "HoursBehindAlarm",
        "An hour was sealed while the reading of its audit log stood behind it",
        _metric(settings, HOURS_BEHIND, "snapshot"),
    )
    _alarm(
        scope,
        topic,
        "FailedPacksAlarm",
        "A pack could not be built",
        _metric(settings, FAILED_PACKS, "pack"),
    )
    _alarm(
        scope,
        topic,
        "MissingTokensAlarm",
        "The time authority gave no token for a tenant's anchor",
        _metric(settings, MISSING_TOKENS, "pack"),
    )
    _alarm(
        scope,
        topic,
        "DailyScheduleSilentAlarm",
        "No anchors for twelve hours: the daily schedule does not fire",
        functions["Anchor"].metric_invocations(period=Duration.hours(12), statistic="Sum"),
        cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD,
    )
    _alarm(
        scope,
        topic,
        "HourlyScheduleSilentAlarm",
        "No hour was closed for two hours: the hourly schedule does not fire",
        functions["SnapshotDispatch"].metric_invocations(period=Duration.hours(2), statistic="Sum"),
        cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD,
    )
    _watch_keys(scope, topic, keys)
    return topic


def _allow_alarms_to_publish(topic: sns.Topic, settings: StageSettings) -> None:
    # A policy of its own replaces the one by which a topic takes whatever its account sends.
    alarms = f"arn:aws:cloudwatch:{settings.region}:{settings.account}:alarm:*"
    topic.add_to_resource_policy(
        iam.PolicyStatement(
            sid="CloudWatchPublishesAlarms",
            principals=[iam.ServicePrincipal("cloudwatch.amazonaws.com")],
            actions=["sns:Publish"],
            resources=[topic.topic_arn],
            conditions={
                "StringEquals": {"aws:SourceAccount": settings.account},
                "ArnLike": {"aws:SourceArn": alarms},
            },
        )
    )


def _unsealed_custody(
    scope: Construct, settings: StageSettings, log_group: logs.ILogGroup
) -> cloudwatch.IMetric:
    # A log's own count needs no call where the failure itself may be that AWS does not answer.
    metric = logs.MetricFilter(
        scope,
        "CustodyNotSealed",
        log_group=log_group,
        filter_pattern=logs.FilterPattern.string_value("$.message", "=", CUSTODY_NOT_SEALED),
        metric_namespace=f"{NAMESPACE}/{settings.stage}",
        metric_name="CustodyNotSealed",
        metric_value="1",
    )
    return metric.metric(period=Duration.hours(1), statistic="Sum")


def _watch_keys(scope: Construct, topic: sns.Topic, keys: Keys) -> None:
    """Announce at once, and keep as an alarm, who tries to delete, disable or unlock a key.

    CloudTrail hands the attempts to EventBridge, refused ones included, of which it leaves out the
    parameters: the key then stands among the resources or in the message alone. The account needs a
    trail of management events (docs/decisions/0102-key-alarms.md).
    """
    arns = [key.key_arn for key in (keys.secrets, keys.signing, keys.data)]
    ids = [key.key_id for key in (keys.secrets, keys.signing, keys.data)]
    rule = events.Rule(
        scope,
        "KeyInDangerRule",
        description="Somebody tries to delete, disable or unlock one of the KMS keys",
        event_pattern=events.EventPattern(
            source=["aws.kms"],
            detail_type=["AWS API Call via CloudTrail"],
            detail={
                "eventSource": ["kms.amazonaws.com"],
                "eventName": list(KEY_DANGERS),
                "$or": [
                    {"requestParameters": {"keyId": arns + ids}},
                    {"resources": {"ARN": arns}},
                    {"errorMessage": [{"wildcard": f"*{key_id}*"} for key_id in ids]},
                ],
            },
        ),
    )
    rule.add_target(targets.SnsTopic(topic))
    _alarm(
        scope,
        topic,
        "KeyInDangerAlarm",
        "Somebody tried to delete, disable or unlock one of the KMS keys",
        cloudwatch.Metric(
            namespace="AWS/Events",
            metric_name="TriggeredRules",
            dimensions_map={"RuleName": rule.rule_name},
            period=Duration.minutes(5),
            statistic="Sum",
        ),
    )


def _metric(settings: StageSettings, name: str, service: str) -> cloudwatch.Metric:
    """Return a metric under exactly the dimensions `functions.shared.observability` writes."""
    return cloudwatch.Metric(
        namespace=NAMESPACE,
        metric_name=name,
        dimensions_map={"stage": settings.stage, "service": service},
        period=Duration.minutes(5),
        statistic="Sum",
    )


def _alarm(
    scope: Construct,
    topic: sns.Topic,
    name: str,
    description: str,
    metric: cloudwatch.IMetric,
    comparison: cloudwatch.ComparisonOperator = (
        cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD
    ),
) -> None:
    silence_is_bad = comparison is cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD
    alarm = cloudwatch.Alarm(
        scope,
        name,
        alarm_description=description,
        metric=metric,
        threshold=1,
        evaluation_periods=1,
        comparison_operator=comparison,
        treat_missing_data=(
            cloudwatch.TreatMissingData.BREACHING
            if silence_is_bad
            else cloudwatch.TreatMissingData.NOT_BREACHING
        ),
    )
    alarm.add_alarm_action(actions.SnsAction(topic))
