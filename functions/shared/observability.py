"""Logs and metrics: JSON lines, ids instead of names, never a value a tenant or OpenAI chose.

The metric names stand here once; the template's alarms are built on the same constants.
"""

import os

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import MetricUnit, single_metric

NAMESPACE = "OpenAIAudit"
MISSED_HOURS = "MissedHours"
FAILED_HOURS = "FailedHours"
HOURS_BEHIND = "HoursBehind"
FAILED_PACKS = "FailedPacks"
MISSING_TOKENS = "MissingTokens"
# What the log says when an hour went on without the custody log; an alarm counts these lines.
CUSTODY_NOT_SEALED = "the custody log was not sealed"


def logger(service: str) -> Logger:
    """Return the structured logger of a function."""
    return Logger(service=service, utc=True)


def count(metric: str, value: int = 1) -> None:
    """Add to a metric that an alarm watches; written as one line of the log (EMF)."""
    unit = MetricUnit.Count
    with single_metric(name=metric, unit=unit, value=value, namespace=NAMESPACE) as line:
        # By stage: two of them in one account and region would wake each other's people.
        line.add_dimension(name="stage", value=os.getenv("STAGE", "none"))
