"""What wakes somebody."""

import json
import re

import pytest

from functions.shared import observability
from functions.shared.hours import GRACE
from tests.infra.template import ROOT, Resource, Template, flat


def alarms_on(template: Template, metric: str) -> list[Resource]:
    """Return the alarms on a metric."""
    return [a for a in template.all("AWS::CloudWatch::Alarm").values() if a["MetricName"] == metric]


def dimensions(alarm: Resource) -> dict[str, str]:
    """Return an alarm's dimensions."""
    return {d["Name"]: flat(d["Value"]) for d in alarm["Dimensions"]}


def test_every_alarm_tells_the_topic(template: Template) -> None:
    """An alarm nobody hears is none."""
    topic, _ = template.only("AWS::SNS::Topic")
    alarms = template.all("AWS::CloudWatch::Alarm")
    assert len(alarms) == 35
    for alarm in alarms.values():
        assert alarm["AlarmActions"] == [{"Ref": topic}]
        assert alarm["EvaluationPeriods"] == 1
        # One is enough; but a message may wait for an hour's grace.
        waits = alarm["MetricName"] == "ApproximateAgeOfOldestMessage"
        assert alarm["Threshold"] == (GRACE.total_seconds() if waits else 1)


def test_every_alarm_says_where_it_is_written_what_to_do(template: Template) -> None:
    """By a row of the table of alarms; no row is left over."""
    _, _, section = (ROOT / "docs/operating.md").read_text().partition("\n## Alarms\n")
    rows = re.findall(r"^\| ([^|]+) \|", section.partition("\n## ")[0], re.MULTILINE)
    named = {
        alarm["AlarmDescription"].partition(". What to do: docs/operating.md, Alarms, ")[2]
        for alarm in template.all("AWS::CloudWatch::Alarm").values()
    }
    assert named == set(rows) - {"alarm"}


def test_an_hour_that_nobody_takes_from_the_queue_raises_an_alarm(template: Template) -> None:
    """Its run never begins, so that no run can say it was missed."""
    (alarm,) = alarms_on(template, "ApproximateAgeOfOldestMessage")
    assert dimensions(alarm)["QueueName"].startswith("SnapshotQueue")
    assert alarm["Statistic"] == "Maximum"


def test_an_alarm_is_of_its_stage_alone(template: Template) -> None:
    """By a dimension or the namespace; its own name begins with the stack's."""
    (stage,) = {f["Environment"]["Variables"]["STAGE"] for f in template.functions().values()}
    for alarm in template.all("AWS::CloudWatch::Alarm").values():
        assert "AlarmName" not in alarm
        named = dimensions(alarm).values() if "Dimensions" in alarm else ()
        own = set(template.body["Resources"])
        assert alarm["Namespace"].endswith(f"/{stage}") or any(
            value == stage or value.split(".")[0] in own for value in named
        )


def test_every_dead_letter_queue_has_its_alarm(template: Template) -> None:
    """One message is enough."""
    watched = {
        dimensions(alarm)["QueueName"].split(".")[0]
        for alarm in alarms_on(template, "ApproximateNumberOfMessagesVisible")
    }
    assert watched == {name for name in template.all("AWS::SQS::Queue") if "Dead" in name}


def test_every_function_s_errors_raise_an_alarm(template: Template) -> None:
    """Each function by itself."""
    watched = {dimensions(alarm)["FunctionName"] for alarm in alarms_on(template, "Errors")}
    assert watched == set(template.all("AWS::Lambda::Function"))


@pytest.mark.parametrize(
    ("metric", "service"),
    [
        (observability.MISSED_HOURS, "snapshot"),
        (observability.FAILED_HOURS, "snapshot"),
        (observability.HOURS_BEHIND, "snapshot"),
        (observability.FAILED_PACKS, "pack"),
        (observability.MISSING_TOKENS, "pack"),
    ],
)
def test_an_alarm_watches_the_metric_as_a_function_writes_it(
    template: Template,
    metric: str,
    service: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Namespace, name and every dimension equal the ones in the log line, or it never fires."""
    (alarm,) = alarms_on(template, metric)
    services = {
        f["Environment"]["Variables"]["POWERTOOLS_SERVICE_NAME"]
        for f in template.functions().values()
    }
    assert service in services
    (stage,) = {f["Environment"]["Variables"]["STAGE"] for f in template.functions().values()}
    monkeypatch.setenv("STAGE", stage)
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", service)
    observability.count(metric)
    line = json.loads(capsys.readouterr().out)
    (written,) = line["_aws"]["CloudWatchMetrics"]
    assert alarm["Namespace"] == written["Namespace"]
    assert dimensions(alarm) == {name: line[name] for name in written["Dimensions"][0]}


def test_a_custody_log_that_is_not_sealed_raises_an_alarm(template: Template) -> None:
    """The words that the log says are those that are counted, in the log where they are said."""
    _, metric_filter = template.only("AWS::Logs::MetricFilter")
    snapshot = template.functions()["Snapshot"]
    assert metric_filter["LogGroupName"] == snapshot["LoggingConfig"]["LogGroup"]
    words = observability.CUSTODY_NOT_SEALED
    assert metric_filter["FilterPattern"] == f'{{ $.message = "{words}" }}'
    (counted,) = metric_filter["MetricTransformations"]
    (alarm,) = alarms_on(template, counted["MetricName"])
    assert alarm["Namespace"] == counted["MetricNamespace"]
    stage = snapshot["Environment"]["Variables"]["STAGE"]
    assert counted["MetricNamespace"] == f"{observability.NAMESPACE}/{stage}"


def test_a_schedule_that_falls_silent_raises_an_alarm(template: Template) -> None:
    """No data is the very thing to hear of."""
    alarms = alarms_on(template, "Invocations")
    outputs = template.body["Outputs"]
    assert {dimensions(alarm)["FunctionName"] for alarm in alarms} == {
        outputs[f"{name}FunctionName"]["Value"]["Ref"]
        for name in ("SnapshotDispatch", "Anchor", "NotifyWake")
    }
    for alarm in alarms:
        assert alarm["ComparisonOperator"] == "LessThanThreshold"
        assert alarm["TreatMissingData"] == "breaching"


def test_whoever_is_about_to_put_or_release_a_legal_hold_is_announced(template: Template) -> None:
    """By the role's assumption, refused or not, which is reading to CloudTrail; and by the call."""
    name, rule = template.only("AWS::Events::Rule", "LegalHold")
    topic, _ = template.only("AWS::SNS::Topic")
    role, _ = template.only("AWS::IAM::Role", "LegalHoldRole")
    evidence, _ = template.only("AWS::S3::Bucket", "Evidence")
    assert rule["State"] == "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"
    assert rule["EventPattern"]["source"] == ["aws.sts", "aws.s3"]
    assumed, refused, held = rule["EventPattern"]["detail"]["$or"]
    assert assumed["eventName"] == refused["eventName"] == ["AssumeRole"]
    assert [flat(arn) for arn in assumed["requestParameters"]["roleArn"]] == [f"{role}.Arn"]
    assert [flat(m["wildcard"]) for m in refused["errorMessage"]] == [f"*{role}.Arn*"]
    assert held["eventName"] == ["PutObjectLegalHold"]
    assert [flat(arn) for arn in held["resources"]["ARN"]] == [f"{evidence}.Arn"]
    assert [flat(target["Arn"]) for target in rule["Targets"]] == [topic]
    assert {"RuleName": name} in map(dimensions, alarms_on(template, "TriggeredRules"))


def test_the_alarm_topic_is_encrypted_and_may_be_written_by_the_alarms(
    template: Template,
) -> None:
    """Without the key's permission CloudWatch's message would be lost without a sound."""
    _, topic = template.only("AWS::SNS::Topic")
    key, properties = template.only("AWS::KMS::Key", "Data")
    assert flat(topic["KmsMasterKeyId"]) == f"{key}.Arn"
    services = {
        statement["Principal"]["Service"]
        for statement in properties["KeyPolicy"]["Statement"]
        if "Service" in statement["Principal"]
    }
    assert services == {"cloudwatch.amazonaws.com", "events.amazonaws.com"}
