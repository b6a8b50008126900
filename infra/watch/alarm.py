"""One alarm: it tells the topic, and its words say where the operator finds what to do."""

from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_sns as sns
from constructs import Construct


def add_alarm(
    scope: Construct,
    topic: sns.ITopic,
    name: str,
    description: str,
    metric: cloudwatch.IMetric,
    *,
    told_as: str,
    threshold: int = 1,
    on_silence: bool = False,
) -> None:
    """Add an alarm on what a metric reaches, or on its silence, within the metric's period.

    Args:
        scope: the stack.
        topic: that is told.
        name: of the construct.
        description: what happened.
        metric: that is watched.
        told_as: the alarm's row in the table of docs/operating.md.
        threshold: that is reached.
        on_silence: whether nothing is what is bad.
    """
    alarm = cloudwatch.Alarm(
        scope,
        name,
        alarm_description=f"{description}. What to do: docs/operating.md, Alarms, {told_as}",
        metric=metric,
        threshold=threshold,
        evaluation_periods=1,
        comparison_operator=(
            cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD
            if on_silence
            else cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD
        ),
        treat_missing_data=(
            cloudwatch.TreatMissingData.BREACHING
            if on_silence
            else cloudwatch.TreatMissingData.NOT_BREACHING
        ),
    )
    alarm.add_alarm_action(actions.SnsAction(topic))
