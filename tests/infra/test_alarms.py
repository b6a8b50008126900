"""What wakes somebody."""

import json

import pytest

from functions.shared import observability
from tests.infra.template import Resource, Template, flat


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
    assert len(alarms) == 22
    for alarm in alarms.values():
        assert alarm["AlarmActions"] == [{"Ref": topic}]
        assert alarm["Threshold"] == 1


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
        outputs[f"{name}FunctionName"]["Value"]["Ref"] for name in ("SnapshotDispatch", "Anchor")
    }
    for alarm in alarms:
        assert alarm["ComparisonOperator"] == "LessThanThreshold"
        assert alarm["TreatMissingData"] == "breaching"


def test_an_attempt_on_a_key_is_announced_and_kept_as_an_alarm(template: Template) -> None:
    """Deleting, disabling, or changing the policy that forbids both, for each of the three keys.

    A refused attempt has no parameters: its key stands among the resources, or in the message.
    """
    name, rule = template.only("AWS::Events::Rule", "KeyInDanger")
    topic, _ = template.only("AWS::SNS::Topic")
    pattern = rule["EventPattern"]
    assert pattern["source"] == ["aws.kms"]
    names = pattern["detail"]["eventName"]
    assert set(names) == {"ScheduleKeyDeletion", "DisableKey", "PutKeyPolicy"}
    keys = set(template.all("AWS::KMS::Key"))
    arns = {f"{key}.Arn" for key in keys}
    asked, resources, message = pattern["detail"]["$or"]
    assert {flat(key) for key in asked["requestParameters"]["keyId"]} == keys | arns
    assert {flat(key) for key in resources["resources"]["ARN"]} == arns
    assert {flat(m["wildcard"]) for m in message["errorMessage"]} == {f"*{key}*" for key in keys}
    assert [flat(target["Arn"]) for target in rule["Targets"]] == [topic]
    assert {"RuleName": name} in map(dimensions, alarms_on(template, "TriggeredRules"))


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
