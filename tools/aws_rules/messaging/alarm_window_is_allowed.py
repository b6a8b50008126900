"""An alarm looks back a day at most, or seven where its periods are an hour or longer.

A period is 10, 20, 30 seconds or a whole number of minutes; CloudWatch refuses any other alarm.
Source: CloudWatch API Reference, PutMetricAlarm, Period.
"""

from collections.abc import Iterator

from tools.aws_rules.template import Finding, Template

_HOUR_S = 3600
_DAY_S = 24 * _HOUR_S
_SHORT = (10, 20, 30)


def check(template: Template) -> Iterator[Finding]:
    """Yield each alarm that looks back too far, or by a period that there is none of."""
    for name, alarm in template.of_type("AWS::CloudWatch::Alarm"):
        if "Period" not in alarm:
            continue
        period_s = int(alarm["Period"])
        window_s = period_s * int(alarm["EvaluationPeriods"])
        most_s = 7 * _DAY_S if period_s >= _HOUR_S else _DAY_S
        if window_s > most_s:
            yield Finding(name, f"looks back {window_s} s, at most {most_s}")
        if period_s % 60 and period_s not in _SHORT:
            yield Finding(name, f"has a period of {period_s} s, no whole number of minutes")
