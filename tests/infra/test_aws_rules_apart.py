"""The rules over small templates, each written for the one thing that it shows."""

from collections.abc import Mapping
from typing import Any

import pytest

from tools.aws_rules.registry import check
from tools.aws_rules.template import Quotas, references, text_of

Resources = Mapping[str, Any]
NEW_ACCOUNT = Quotas()
ROLE_ARN = {"Fn::GetAtt": ["Role", "Arn"]}


def found(rule: str, resources: Resources, quotas: Quotas = NEW_ACCOUNT) -> list[str]:
    """Return the logical ids that a rule has something against."""
    return [f.logical_id for name, f in check({"Resources": resources}, quotas) if name == rule]


def resource(kind: str, **properties: Any) -> dict[str, Any]:
    """Return a resource."""
    return {"Type": f"AWS::{kind}", "Properties": properties}


def policy(*statements: dict[str, Any]) -> dict[str, Any]:
    """Return a policy document."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


def allow(actions: str | list[str], target: Any = "*", **rest: Any) -> dict[str, Any]:
    """Return an Allow."""
    return {"Effect": "Allow", "Action": actions, "Resource": target, **rest}


@pytest.mark.parametrize(
    ("value", "named", "text"),
    [
        ({"Ref": "A"}, ["A"], "${A}"),
        ({"Fn::GetAtt": ["A", "Arn"]}, ["A"], "${A}"),
        ({"Fn::GetAtt": "A.Arn"}, ["A"], "${A}"),
        ({"Fn::Sub": "x-${A.Arn}-${B}"}, ["A", "B"], "x-${A.Arn}-${B}"),
        ({"Fn::Sub": ["x-${V}", {"V": {"Ref": "A"}}]}, ["V", "A"], "x-${V}"),
        ({"Fn::Join": ["-", ["x", {"Ref": "A"}]]}, ["A"], "x-${A}"),
        ("plain", [], "plain"),
    ],
)
def test_a_reference_is_found_however_it_is_written(
    value: Any, named: list[str], text: str
) -> None:
    """By Ref, GetAtt in both forms, Sub and Join."""
    assert list(references(value)) == named
    assert text_of(value) == text


def test_a_topic_without_a_policy_takes_alarms_and_nothing_of_eventbridge() -> None:
    """Its default policy lets the account in; EventBridge is no part of it."""
    rule = "topic_admits_its_publishers"
    topic = {"Topic": resource("SNS::Topic")}
    alarm = {"Alarm": resource("CloudWatch::Alarm", AlarmActions=[{"Ref": "Topic"}])}
    event = {"Rule": resource("Events::Rule", Targets=[{"Id": "1", "Arn": {"Ref": "Topic"}}])}
    assert found(rule, topic | alarm) == []
    assert found(rule, topic | event) == ["Topic"]


def test_an_alarm_s_service_is_let_in_for_one_account_only() -> None:
    """Any account's alarms would otherwise do."""
    publish = allow("sns:Publish", Principal={"Service": "cloudwatch.amazonaws.com"})
    resources = {
        "Topic": resource("SNS::Topic"),
        "Alarm": resource("CloudWatch::Alarm", AlarmActions=[{"Ref": "Topic"}]),
        "Policy": resource(
            "SNS::TopicPolicy", Topics=[{"Ref": "Topic"}], PolicyDocument=policy(publish)
        ),
    }
    assert found("topic_admits_its_publishers", resources) == ["Topic"]
    publish["Condition"] = {"StringEquals": {"AWS:SourceAccount": "1"}}
    assert found("topic_admits_its_publishers", resources) == []


def test_the_key_that_aws_manages_for_topics_lets_no_service_in() -> None:
    """Its policy cannot be changed."""
    resources = {
        "Topic": resource("SNS::Topic", KmsMasterKeyId="alias/aws/sns"),
        "Alarm": resource("CloudWatch::Alarm", AlarmActions=[{"Ref": "Topic"}]),
    }
    assert found("topic_key_admits_its_publishers", resources) == ["Topic"]


def loop(*, back: str) -> Resources:
    """Return two functions, each behind a queue; the first sends to the second's, which sends."""
    resources: dict[str, Any] = {}
    for name, target in (("One", "TwoQueue"), ("Two", back)):
        arn = {"Fn::GetAtt": [target, "Arn"]}
        resources |= {
            f"{name}Queue": resource("SQS::Queue"),
            f"{name}Role": resource(
                "IAM::Role", Policies=[{"PolicyDocument": policy(allow("sqs:*", arn))}]
            ),
            name: resource("Lambda::Function", Role={"Fn::GetAtt": [f"{name}Role", "Arn"]}),
            f"{name}Source": resource(
                "Lambda::EventSourceMapping",
                EventSourceArn={"Fn::GetAtt": [f"{name}Queue", "Arn"]},
                FunctionName={"Ref": name},
            ),
        }
    return resources


def test_a_loop_by_way_of_another_function_is_one() -> None:
    """Lambda counts the message's offspring, whoever sends it."""
    assert found("meant_loop_is_allowed", loop(back="OneQueue")) == ["One", "Two"]
    assert found("meant_loop_is_allowed", loop(back="Elsewhere")) == []


def test_what_is_protected_from_deletion_cannot_be_rolled_back() -> None:
    """So it is Retain, and the only thing that is."""
    rule = "failed_creation_leaves_nothing"
    table = resource("DynamoDB::Table", DeletionProtectionEnabled=True)
    for kept, broken in (("Retain", []), ("RetainExceptOnCreate", ["Table"])):
        assert found(rule, {"Table": table | {"DeletionPolicy": kept}}) == broken


def test_a_key_that_spares_only_roles_of_its_own_stack_spares_no_deployment() -> None:
    """A role that is made with the key does not deploy it."""
    denial = {
        "Effect": "Deny",
        "Principal": {"AWS": "*"},
        "Action": "kms:Schedule*",
        "Resource": "*",
        "Condition": {"ArnNotEquals": {"aws:PrincipalArn": ROLE_ARN}},
    }
    key = resource("KMS::Key", KeyPolicy=policy(denial))
    resources = {"Role": resource("IAM::Role"), "Key": key}
    assert found("undeletable_key_spares_deployment", resources) == ["Key"]
    denial["Condition"] = {"ArnNotEquals": {"aws:PrincipalArn": "arn:aws:iam::1:role/deploys"}}
    assert found("undeletable_key_spares_deployment", resources) == []


@pytest.mark.parametrize(
    ("detail", "broken"),
    [
        ({"requestParameters": {"keyId": ["k"]}}, ["Rule"]),
        ({"$or": [{"requestParameters": {}}, {"resources": {"ARN": ["k"]}}]}, ["Rule"]),
        ({"$or": [{"requestParameters": {}}, {"resources": {}}, {"errorMessage": []}]}, []),
        ({"eventName": ["DisableKey"]}, []),
    ],
)
def test_a_watch_hears_of_refusals_by_resource_and_by_message(
    detail: dict[str, Any], broken: list[str]
) -> None:
    """Which of the two CloudTrail fills in is the called service's choice."""
    pattern = {"detail-type": ["AWS API Call via CloudTrail"], "detail": detail}
    rule = {"Rule": resource("Events::Rule", EventPattern=pattern)}
    assert found("watch_sees_refused_attempts", rule) == broken


def test_an_account_that_was_granted_more_is_told_no_new_account_s_limits() -> None:
    """Each of the three that its quotas decide."""
    large = Quotas(function_memory_mb=10_240, concurrency=1000)
    function = resource("Lambda::Function", MemorySize=4096, ReservedConcurrentExecutions=900)
    source = resource("Lambda::EventSourceMapping", ScalingConfig={"MaximumConcurrency": 500})
    resources = {"Function": function | {"Properties": {**function["Properties"], "Role": "r"}}}
    resources["Source"] = source | {"Properties": {**source["Properties"], "FunctionName": "f"}}
    rules = {
        "function_memory_is_granted": ["Function"],
        "no_concurrency_is_reserved": ["Function"],
        "event_sources_leave_concurrency": ["Source"],
    }
    for rule, broken in rules.items():
        assert found(rule, resources) == broken
        assert found(rule, resources, large) == []


@pytest.mark.parametrize(
    ("kind", "place", "owner"),
    [("S3::Bucket", "Bucket", "Bucket"), ("SQS::Queue", "Queues", "Queue")],
)
def test_a_policy_may_go_only_with_its_owner(kind: str, place: str, owner: str) -> None:
    """What stays without its policy takes what it refused."""
    policy_of = resource(f"{kind}Policy", **{place: [{"Ref": owner}]})
    kept = resource(kind) | {"DeletionPolicy": "RetainExceptOnCreate"}
    rule = "policy_stays_with_its_owner"
    assert found(rule, {owner: resource(kind), "Policy": policy_of}) == []
    assert found(rule, {owner: kept, "Policy": policy_of}) == ["Policy"]


def test_a_name_of_cloudfront_s_is_an_account_s() -> None:
    """Though the resource is made in a region."""
    for name, broken in (("one", ["Access"]), ("one-eu-west-1", [])):
        config = {"OriginAccessControlConfig": {"Name": name}}
        control = resource("CloudFront::OriginAccessControl", **config)
        assert found("global_names_carry_the_region", {"Access": control}) == broken


def test_a_function_has_five_layers() -> None:
    """And not one more."""
    for n, broken in ((5, []), (6, ["Function"])):
        function = resource("Lambda::Function", Role="r", Layers=["arn:aws:lambda:::layer:x"] * n)
        assert found("function_fits", {"Function": function}) == broken


def pattern_of(detail: dict[str, Any]) -> Resources:
    """Return a rule on calls that CloudTrail hands on."""
    return {"Rule": resource("Events::Rule", EventPattern={"detail": detail})}


@pytest.mark.parametrize(
    ("detail", "broken"),
    [
        ({"eventName": ["x" * 2010]}, []),
        ({"eventName": ["x" * 2030]}, ["Rule"]),
        ({"$or": [{"a": ["b"]}] * 31, "x": {"$or": [{"a": ["b"]}] * 32}}, []),
        ({"$or": [{"a": ["b"]}] * 32, "x": {"$or": [{"a": ["b"]}] * 32}}, ["Rule"]),
        ({"a": [{"wildcard": "*one*"}, {"wildcard": "*two*"}]}, []),
        ({"a": [{"wildcard": f"*{n}*"} for n in ("one", "two", "six", "ten", "zero")]}, ["Rule"]),
        ({"a": [{"wildcard": "*aaaaaaaaaa*"}]}, ["Rule"]),
        ({n: [{"wildcard": f"*{n}*"}] for n in ("one", "two", "six", "ten")}, []),
    ],
)
def test_a_pattern_is_measured_as_eventbridge_does(
    detail: dict[str, Any], broken: list[str]
) -> None:
    """Characters, combinations, and wildcards that a text matches at once."""
    assert found("event_pattern_fits", pattern_of(detail)) == broken


def test_a_bus_takes_thirty_rules_with_wildcards() -> None:
    """Whatever their patterns."""
    rule = pattern_of({"a": [{"wildcard": "*b"}]})["Rule"]
    for n, broken in ((30, []), (31, ["Rule30"])):
        assert found("event_pattern_fits", {f"Rule{i}": rule for i in range(n)}) == broken


def test_a_target_with_a_role_is_reached_by_it() -> None:
    """EventBridge then calls as the role; without one the thing itself lets it in."""
    kinds = {
        "SNS::Topic": "topic_admits_its_publishers",
        "SQS::Queue": "queue_admits_its_senders",
        "Lambda::Function": "function_admits_its_rule",
    }
    for kind, rule in kinds.items():
        for role, broken in (({}, ["Thing"]), ({"RoleArn": ROLE_ARN}, [])):
            target = {"Id": "1", "Arn": {"Fn::GetAtt": ["Thing", "Arn"]}, **role}
            resources = {
                "Thing": resource(kind, Role="r"),
                "Rule": resource("Events::Rule", Targets=[target]),
            }
            assert found(rule, resources) == broken, kind


@pytest.mark.parametrize(
    ("name", "broken"),
    [("one", ["Role"]), ("one-us-east-1", []), ({"Fn::Sub": "one-${AWS::Region}"}, [])],
)
def test_a_region_in_a_name_may_be_a_reference(name: Any, broken: list[str]) -> None:
    """What CloudFormation fills in is as good as what is written."""
    role = {"Role": resource("IAM::Role", RoleName=name)}
    assert found("global_names_carry_the_region", role) == broken


def test_a_use_of_a_key_by_way_of_another_service_does_not_count() -> None:
    """A condition on the service that asks is read."""
    key = {"Fn::GetAtt": ["Key", "Arn"]}
    through = {"StringEquals": {"kms:ViaService": ["s3.eu-west-1.amazonaws.com"]}}
    decrypt = allow(["kms:Decrypt", "kms:DescribeKey"], key, Condition=through)
    query = allow("dynamodb:Query", {"Fn::GetAtt": ["Table", "Arn"]})
    resources = {
        "Key": resource("KMS::Key", KeyPolicy=policy()),
        "Table": resource("DynamoDB::Table", SSESpecification={"KMSMasterKeyId": key}),
        "Role": resource("IAM::Role", Policies=[{"PolicyDocument": policy(query, decrypt)}]),
    }
    assert found("table_key_admits_readers_and_writers", resources) == ["Role"]
    through["StringEquals"]["kms:ViaService"].append("dynamodb.eu-west-1.amazonaws.com")
    assert found("table_key_admits_readers_and_writers", resources) == []


@pytest.mark.parametrize(
    ("lifecycle", "broken"),
    [
        ({"ExpirationInDays": 29}, ["Bucket"]),
        ({"ExpirationInDays": 30}, []),
        ({"NoncurrentVersionExpiration": {"NoncurrentDays": 1}}, ["Bucket"]),
        ({"NoncurrentVersionExpirationInDays": 1}, ["Bucket"]),
        ({"ExpirationDate": "2031-01-01T00:00:00Z"}, ["Bucket"]),
        ({"ExpirationInDays": 29, "Status": "Disabled"}, []),
        ({"AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1}}, []),
    ],
)
def test_a_lifecycle_in_any_of_its_forms_waits_for_the_lock(
    lifecycle: dict[str, Any], broken: list[str]
) -> None:
    """By days, for what was replaced, in the older form, and by a date."""
    lock = {"Rule": {"DefaultRetention": {"Mode": "COMPLIANCE", "Days": 30}}}
    rules = {"Rules": [{"Status": "Enabled", **lifecycle}]}
    bucket = resource("S3::Bucket", ObjectLockConfiguration=lock, LifecycleConfiguration=rules)
    assert found("locked_objects_do_not_expire_early", {"Bucket": bucket}) == broken
    unlocked = {"Bucket": resource("S3::Bucket", LifecycleConfiguration=rules)}
    assert found("locked_objects_do_not_expire_early", unlocked) == []
