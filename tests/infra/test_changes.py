"""Which calls on the stack's things are told, by events as CloudTrail hands them on.

The patterns are the synthesized templates'. They are matched by the emulator, which reads patterns
as EventBridge does and refuses what EventBridge refuses.
"""

import asyncio
import json
from collections.abc import Mapping
from typing import Any

import pytest

from tests.infra.calls import CLOUDFORMATION, KEYS, TRAIL, Call, arn_of, calls, event, refused
from tests.infra.template import Template, flat, listed


def _named(value: Any) -> Any:
    """Return a pattern with the keys' names in the place of references."""
    if isinstance(value, Mapping):
        if "Fn::Join" in value:
            return "".join(_named(part) for part in value["Fn::Join"][1])
        if "Ref" in value or "Fn::GetAtt" in value:
            key_id = KEYS[flat(value).split("Key")[0]]
            return key_id if "Ref" in value else arn_of("kms", f"key/{key_id}")
        return {name: _named(part) for name, part in value.items()}
    return [_named(part) for part in value] if isinstance(value, list) else value


def patterns(template: Template) -> dict[str, str]:
    """Return the patterns about changes as EventBridge gets them, by the rules' logical ids."""
    return {
        name: json.dumps(_named(rule["EventPattern"]), separators=(",", ":"))
        for name, rule in template.all("AWS::Events::Rule").items()
        if name.endswith("Watch")
    }


def _matches(pattern: str, happened: Mapping[str, Any]) -> bool:
    from ministack.services.eventbridge import handle_request

    asked = json.dumps({"EventPattern": pattern, "Event": json.dumps(happened)})
    headers = {"x-amz-target": "AWSEvents.TestEventPattern"}
    status, _, body = asyncio.run(handle_request("POST", "/", headers, asked, {}))
    assert status == 200, body
    return bool(json.loads(body)["Result"])


def told(template: Template, happened: Mapping[str, Any]) -> set[str]:
    """Return the rules that match an event."""
    return {name for name, p in patterns(template).items() if _matches(p, happened)}


def stack_of(template: Template) -> str:
    """Return the stack's name."""
    (file,) = template.folder.glob("*.template.json")
    return file.name.removesuffix(".template.json")


@pytest.mark.slow
def test_every_change_is_told_refused_or_not(template: Template) -> None:
    """By its own kind alone, and by hand it is announced: every call, in every way it is named."""
    by_hand = {"Functions": {"FunctionsByHandWatch"}, "Monitoring": {"MonitoringByHandWatch"}}
    all_calls = [*calls(stack_of(template), KEYS), *TRAIL]
    assert len(all_calls) > 90
    for call in all_calls:
        expected = {f"{call.kind}Watch"}
        announced = expected | by_hand.get(call.kind, set())
        happened = [event(call)] if call.kind == "Trail" else [event(call), *refused(call)]
        for one_event in happened:
            assert told(template, one_event) == announced, one_event["detail"]
        assert told(template, event(call, CLOUDFORMATION)) == expected, call


@pytest.mark.slow
def test_what_is_somebody_else_s_or_everyday_is_not_told(template: Template) -> None:
    """The same calls on another stage's stack, and what the product itself does every hour."""
    stack = stack_of(template)
    other = {"openai-audit-dev": "openai-audit-prod", "openai-audit-prod": "openai-audit-dev"}[
        stack
    ]
    others = {name: key_id[::-1] for name, key_id in KEYS.items()}
    for call in calls(other, others):
        for one_event in (event(call), *refused(call)):
            assert told(template, one_event) == set(), one_event["detail"]
    mine = {call.service: call for call in calls(stack, KEYS)}
    for service, names in {
        "s3": ("PutObject", "DeleteObject", "GetBucketPolicy", "CreateMultipartUpload"),
        "dynamodb": ("PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem"),
        "kms": ("Decrypt", "Encrypt", "GenerateDataKey", "CreateGrant"),
        "lambda": ("Invoke", "GetFunction20150331v2"),
        "iam": ("GetRole", "PassRole"),
        "events": ("DescribeRule", "ListTargetsByRule"),
        "monitoring": ("DescribeAlarms",),
        "sns": ("Publish", "GetTopicAttributes"),
        "logs": ("CreateLogStream", "PutLogEvents"),
    }.items():
        for name in names:
            call = Call("", service, name, mine[service].parameters, mine[service].arn)
            for one_event in (event(call), *refused(call)):
                assert told(template, one_event) == set(), one_event["detail"]
    console = event(mine["s3"]) | {"detail-type": "AWS Console Action via CloudTrail"}
    forged = event(mine["s3"]) | {"source": "somebody.else"}
    assert told(template, console) == told(template, forged) == set()


def test_a_change_is_kept_in_the_log_and_stays_to_be_seen_as_an_alarm(template: Template) -> None:
    """A rare one is announced by itself; of what deployments do, only what is done by hand is."""
    log, _ = template.only("AWS::Logs::LogGroup", "ChangesLog")
    topic, _ = template.only("AWS::SNS::Topic")
    rules = template.all("AWS::Events::Rule")
    alarms = {
        flat(alarm["Dimensions"][0]["Value"])
        for alarm in template.all("AWS::CloudWatch::Alarm").values()
        if alarm["MetricName"] == "TriggeredRules"
    }
    for name in patterns(template):
        targets = {flat(target["Arn"]).split(":")[-1] for target in rules[name]["Targets"]}
        if name.endswith("ByHandWatch"):
            assert targets == {topic}
            continue
        assert name in alarms
        has_another = name.replace("Watch", "ByHandWatch") in rules
        assert targets == ({log} if has_another else {log, topic})
    (named,) = (rule for rule in template.body["Outputs"] if rule == "ChangesLogName")
    assert template.body["Outputs"][named]["Value"] == {"Ref": log}


def test_generated_names_begin_with_the_whole_name_of_the_stack(template: Template) -> None:
    """CloudFormation shortens a name that is too long, at its beginning too: none is so long."""
    limits = {
        "AWS::Lambda::Function": ("FunctionName", 64),
        "AWS::IAM::Role": ("RoleName", 64),
        "AWS::Events::Rule": ("Name", 64),
        "AWS::S3::Bucket": ("BucketName", 63),
        "AWS::DynamoDB::Table": ("TableName", 255),
        "AWS::CloudWatch::Alarm": ("AlarmName", 255),
        "AWS::SNS::Topic": ("TopicName", 256),
        "AWS::Logs::LogGroup": ("LogGroupName", 512),
    }
    # Two dashes and at most thirteen characters of its own.
    added = len(stack_of(template)) + 15
    for kind, (place, limit) in limits.items():
        for name, properties in template.all(kind).items():
            assert place not in properties, name
            assert len(name) + added <= limit, name


def test_only_one_text_is_looked_for_in_a_message(template: Template) -> None:
    """EventBridge refuses a pattern that looks for a few as too complex."""
    for pattern in patterns(template).values():
        assert pattern.count('"wildcard"') <= 1


def test_the_trail_s_changes_are_told_whatever_the_trail_is_called(template: Template) -> None:
    """It is the account's, so that a refused attempt is told by the call alone, too."""
    for call in TRAIL:
        denied = event(call, errorCode="AccessDenied", requestParameters=None)
        assert told(template, denied) == {"TrailWatch"}
    assert listed(template.all("AWS::Events::Rule")["TrailWatch"]["EventPattern"]["source"])
