"""Fire a schedule by hand: what its rule would deliver then, to the rule's own target."""

from __future__ import annotations

import json
import uuid
from datetime import datetime

from tools.local.clock import rfc3339
from tools.local.errors import RunnerStopped
from tools.local.stage import Stage

HOURLY = "HourlyRuleName"
DAILY = "DailyRuleName"
MONTHLY = "MonthlyRuleName"
MINUTE = "MinuteRuleName"


def fire(stage: Stage, rule: str, at: datetime, *, log: str) -> None:
    """Deliver the scheduled event of `at` and wait until the dispatcher has returned.

    Raises:
        RunnerStopped: the dispatcher failed; the message holds its error and names the log.
    """
    account = stage.account()
    rule_name = stage.output(rule)
    rule_description = account.events.describe_rule(Name=rule_name)
    event = {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": rule_description["Arn"].split(":")[4],
        "time": rfc3339(at),
        "region": stage.region,
        "resources": [rule_description["Arn"]],
        "detail": {},
    }
    for target in account.events.list_targets_by_rule(Rule=rule_name)["Targets"]:
        answer = account.functions.invoke(
            FunctionName=target["Arn"], Payload=json.dumps(event).encode()
        )
        if answer.get("FunctionError"):
            failure = json.loads(answer["Payload"].read() or b"{}")
            reason = failure.get("errorMessage", "no reason given")
            raise RunnerStopped(f"The dispatcher failed at {rfc3339(at)}: {reason}; see {log}.")
