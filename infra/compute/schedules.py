"""The schedules: every minute, every full hour, four times a day, the 4th of the month at 03:14."""

from dataclasses import dataclass

from aws_cdk import Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from constructs import Construct

from infra.compute.functions import Functions
from infra.compute.queues import Queues
from infra.settings import StageSettings


@dataclass(frozen=True, slots=True)
class Schedules:
    """The EventBridge rules, by how often they fire."""

    hourly: events.Rule
    daily: events.Rule
    monthly: events.Rule
    minutely: events.Rule


def create_schedules(
    scope: Construct, settings: StageSettings, functions: Functions, queues: Queues
) -> Schedules:
    """Create the rules; the event's own ``time`` says which hour or month it closes."""
    hourly = events.Rule(
        scope,
        "HourlyRule",
        description="Closes the hour that ended",
        schedule=events.Schedule.cron(minute="0"),
        enabled=settings.schedules_on,
    )
    daily = events.Rule(
        scope,
        "DailyRule",
        # By then the hour before is sealed. The first firing of a day that gets through makes its
        # anchor; the others make up for one that did not.
        description="Anchors the chains' ends, once a day",
        schedule=events.Schedule.cron(minute="40", hour="0/6"),
        enabled=settings.schedules_on,
    )
    monthly = events.Rule(
        scope,
        "MonthlyRule",
        description="Makes the packs of the month that ended, once 72 hours have settled it",
        schedule=events.Schedule.cron(minute="14", hour="3", day="4"),
        enabled=settings.schedules_on,
    )
    minutely = events.Rule(
        scope,
        "MinuteRule",
        description="Tells tenants what happened",
        schedule=events.Schedule.rate(Duration.minutes(1)),
        enabled=settings.schedules_on,
    )
    # A wake that did not happen is made up for by the next one.
    minutely.add_target(
        targets.LambdaFunction(
            functions["NotifyWake"], max_event_age=Duration.minutes(1), retry_attempts=0
        )
    )
    targets_of = ((hourly, "SnapshotDispatch"), (daily, "Anchor"), (monthly, "PackDispatch"))
    for rule, name in targets_of:
        rule.add_target(
            targets.LambdaFunction(
                functions[name],
                dead_letter_queue=queues.dispatch_dead,
                # Later than its grace an hour is `missed` anyway, by the next run.
                max_event_age=Duration.hours(2),
                retry_attempts=20,
            )
        )
    return Schedules(hourly, daily, monthly, minutely)
