"""The alarms: dead letters, missed hours, silence, failing functions, changes of what guards."""

from dataclasses import dataclass

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from constructs import Construct

from functions.shared.hours import GRACE
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
from infra.watch.alarm import add_alarm
from infra.watch.change_alarms import watch_changes


@dataclass(frozen=True, slots=True)
class Alarms:
    """Where the alarms go, and where it is kept who changed what."""

    topic: sns.Topic
    changes: logs.LogGroup


def create_alarms(
    scope: Construct,
    settings: StageSettings,
    functions: Functions,
    queues: Queues,
    keys: Keys,
) -> Alarms:
    """Create the alarms, the topic they all go to, and the log of what was changed."""
    topic = sns.Topic(scope, "Alarms", master_key=keys.data, enforce_ssl=True)
    _allow_alarms_to_publish(topic, settings)
    if settings.alarm_email:
        topic.add_subscription(subscriptions.EmailSubscription(settings.alarm_email))
    for owner, queue in queues.dead_letters().items():
        add_alarm(
            scope,
            topic,
            f"{owner}DeadLettersAlarm",
            f"A message of {owner} was given up: look at the dead-letter queue",
            queue.metric_approximate_number_of_messages_visible(
                period=Duration.minutes(1), statistic="Maximum"
            ),
            told_as="dead letters of a queue",
        )
    for name, function in functions.items():
        add_alarm(
            scope,
            topic,
            f"{name}ErrorsAlarm",
            f"The function {name} ended with an error",
            function.metric_errors(period=Duration.minutes(5), statistic="Sum"),
            told_as="a function's errors",
        )
    add_alarm(
        scope,
        topic,
        "MissedHoursAlarm",
        "An hour was sealed as missed: nobody pictured it within its grace",
        _metric(settings, MISSED_HOURS, "snapshot"),
        told_as="missed hours",
    )
    add_alarm(
        scope,
        topic,
        "FailedHoursAlarm",
        "An hour was sealed as failed: nothing of it could be read",
        _metric(settings, FAILED_HOURS, "snapshot"),
        told_as="failed hours",
    )
    add_alarm(
        scope,
        topic,
        "WaitingHoursAlarm",
        "An hour has waited for its run longer than its grace: nobody takes it from the queue",
        queues.snapshot.metric_approximate_age_of_oldest_message(
            period=Duration.minutes(5), statistic="Maximum"
        ),
        told_as="waiting hours",
        threshold=int(GRACE.total_seconds()),
    )
    add_alarm(
        scope,
        topic,
        "CustodyNotSealedAlarm",
        "An hour went on without sealing the custody log",
        _unsealed_custody(scope, settings, functions["Snapshot"].log_group),
        told_as="custody log not sealed",
    )
    add_alarm(
        scope,
        topic,
        "HoursBehindAlarm",
        "An hour was sealed while the reading of its audit log stood behind it",
        _metric(settings, HOURS_BEHIND, "snapshot"),
        told_as="hours behind",
    )
    add_alarm(
        scope,
        topic,
        "FailedPacksAlarm",
        "A pack could not be built",
        _metric(settings, FAILED_PACKS, "pack"),
        told_as="failed packs",
    )
    add_alarm(
        scope,
        topic,
        "MissingTokensAlarm",
        "The time authority gave no token for a tenant's anchor",
        _metric(settings, MISSING_TOKENS, "pack"),
        told_as="missing tokens",
    )
    add_alarm(
        scope,
        topic,
        "DailyScheduleSilentAlarm",
        "No anchors for twelve hours: the daily schedule does not fire",
        functions["Anchor"].metric_invocations(period=Duration.hours(12), statistic="Sum"),
        told_as="no anchors",
        on_silence=True,
    )
    add_alarm(
        scope,
        topic,
        "HourlyScheduleSilentAlarm",
        "No hour was closed for two hours: the hourly schedule does not fire",
        functions["SnapshotDispatch"].metric_invocations(period=Duration.hours(2), statistic="Sum"),
        told_as="no firing",
        on_silence=True,
    )
    add_alarm(
        scope,
        topic,
        "MinuteScheduleSilentAlarm",
        "No wake for a quarter of an hour: nobody is told of anything",
        functions["NotifyWake"].metric_invocations(period=Duration.minutes(15), statistic="Sum"),
        told_as="no wake",
        on_silence=True,
    )
    return Alarms(topic, watch_changes(scope, settings, topic, keys))


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


def _metric(settings: StageSettings, name: str, service: str) -> cloudwatch.Metric:
    """Return a metric under exactly the dimensions `functions.shared.observability` writes."""
    return cloudwatch.Metric(
        namespace=NAMESPACE,
        metric_name=name,
        dimensions_map={"stage": settings.stage, "service": service},
        period=Duration.minutes(5),
        statistic="Sum",
    )
