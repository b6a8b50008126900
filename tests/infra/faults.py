"""One fault a rule, put into a synthesized template: what the rule is there to find.

Each fault is the smallest that AWS would refuse or punish. Resources are found by their type and by
what they are for, so that a fault stays one when names change.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

Body = dict[str, Any]
Fault = Callable[[Body], None]
_EVENTS = "events.amazonaws.com"


def _first(body: Body, kind: str, where: Callable[[Any], object] = bool) -> Any:
    """Return the first resource of a type whose properties are so."""
    return next(
        resource
        for resource in body["Resources"].values()
        if resource["Type"] == kind and where(resource["Properties"])
    )


def _properties(body: Body, kind: str, where: Callable[[Any], object] = bool) -> Any:
    return _first(body, kind, where)["Properties"]


def _name_of(body: Body, wanted: Any) -> str:
    (name,) = (str(name) for name, resource in body["Resources"].items() if resource is wanted)
    return name


def _policy(body: Body, kind: str, service: str) -> Any:
    """Return the first policy of a type that names a service, as its list of statements."""
    place = "KeyPolicy" if kind == "AWS::KMS::Key" else "PolicyDocument"
    found = _properties(body, kind, lambda p: service in str(p[place]))
    return found[place]["Statement"]


def _without(statements: Any, service: str) -> None:
    statements[:] = [s for s in statements if service not in str(s["Principal"])]


def _role_without(body: Body, action: str, resource_type: str) -> None:
    """Take an action on a type of resource from every role."""
    ids = {n for n, r in body["Resources"].items() if r["Type"] == resource_type}
    for resource in body["Resources"].values():
        if resource["Type"] == "AWS::IAM::Policy":
            document = resource["Properties"]["PolicyDocument"]
            document["Statement"] = [
                s
                for s in document["Statement"]
                if not (action in str(s["Action"]) and any(i in str(s["Resource"]) for i in ids))
            ]


def _topic_policy(body: Body) -> None:
    _without(_policy(body, "AWS::SNS::TopicPolicy", "cloudwatch"), "cloudwatch")


def _topic_key(body: Body) -> None:
    for statement in _policy(body, "AWS::KMS::Key", _EVENTS):
        if _EVENTS in str(statement["Principal"]):
            statement["Condition"] = {"StringEquals": {"aws:SourceAccount": "000000000000"}}


def _alarm_without_action(body: Body) -> None:
    del _properties(body, "AWS::CloudWatch::Alarm")["AlarmActions"]


def _endless_window(body: Body) -> None:
    _properties(body, "AWS::CloudWatch::Alarm").update(Period=300, EvaluationPeriods=289)


def _queue_policy(body: Body) -> None:
    _without(_policy(body, "AWS::SQS::QueuePolicy", _EVENTS), _EVENTS)


def _visibility(body: Body) -> None:
    _properties(body, "AWS::SQS::Queue", lambda p: "RedrivePolicy" in p)["VisibilityTimeout"] = 30


def _retention_of_dead_letters(body: Body) -> None:
    _properties(body, "AWS::SQS::Queue", lambda p: "RedrivePolicy" in p)[
        "MessageRetentionPeriod"
    ] = 14 * 24 * 3600


def _concurrency(n: int | None) -> Fault:
    def put(body: Body) -> None:
        source = _properties(body, "AWS::Lambda::EventSourceMapping")
        source["ScalingConfig"] = {"MaximumConcurrency": n} if n else {}

    return put


def _loop(body: Body) -> None:
    del _properties(body, "AWS::Lambda::Function", lambda p: "RecursiveLoop" in p)["RecursiveLoop"]


def _function(name: str, value: Any) -> Fault:
    def put(body: Body) -> None:
        _properties(body, "AWS::Lambda::Function")[name] = value

    return put


def _environment(body: Body) -> None:
    function = _properties(body, "AWS::Lambda::Function")
    function["Environment"]["Variables"]["LARGE"] = "x" * 4000


def _slow_behind_api(body: Body) -> None:
    integration = _properties(body, "AWS::ApiGatewayV2::Integration")
    function = integration["IntegrationUri"]["Fn::GetAtt"][0]
    body["Resources"][function]["Properties"]["Timeout"] = 60


def _no_permission(body: Body) -> None:
    permission = _first(body, "AWS::Lambda::Permission", lambda p: p["Principal"] == _EVENTS)
    del body["Resources"][_name_of(body, permission)]


def _no_dead_letters(body: Body) -> None:
    function = _properties(body, "AWS::Lambda::Function", lambda p: "DeadLetterConfig" in p)
    dead = function["DeadLetterConfig"]["TargetArn"]["Fn::GetAtt"][0]
    for resource in body["Resources"].values():
        if resource["Type"] == "AWS::IAM::Policy":
            document = resource["Properties"]["PolicyDocument"]
            document["Statement"] = [s for s in document["Statement"] if dead not in str(s)]


def _impatient(body: Body) -> None:
    custom = next(r for r in body["Resources"].values() if r["Type"].startswith("Custom::"))
    function = custom["Properties"]["ServiceToken"]["Fn::GetAtt"][0]
    del body["Resources"][function]["DependsOn"]


def _attribute(kind: str, name: str, value: str | None) -> Fault:
    def put(body: Body) -> None:
        resource = _first(body, kind)
        resource.pop(name, None)
        if value is not None:
            resource[name] = value

    return put


def _short_life(body: Body) -> None:
    bucket = _properties(body, "AWS::S3::Bucket", lambda p: p.get("ObjectLockConfiguration"))
    bucket["ObjectLockConfiguration"]["Rule"]["DefaultRetention"]["Days"] = 30
    bucket["LifecycleConfiguration"]["Rules"][0]["ExpirationInDays"] = 29


def _no_retention(body: Body) -> None:
    del _properties(body, "AWS::Logs::LogGroup")["RetentionInDays"]


def _no_log_group(body: Body) -> None:
    del _properties(body, "AWS::Lambda::Function")["LoggingConfig"]


def _no_rotation(body: Body) -> None:
    _properties(body, "AWS::KMS::Key")["EnableKeyRotation"] = False


def _undeletable(body: Body) -> None:
    for statement in _properties(body, "AWS::KMS::Key")["KeyPolicy"]["Statement"]:
        if "ScheduleKeyDeletion" in str(statement["Action"]):
            del statement["Condition"]


def _locked_out(body: Body) -> None:
    statements = _properties(body, "AWS::KMS::Key")["KeyPolicy"]["Statement"]
    statements.append(
        {"Effect": "Deny", "Principal": "*", "Action": "kms:PutKeyPolicy", "Resource": "*"}
    )


def _no_table_key(body: Body) -> None:
    _role_without(body, "kms:ReEncryptFrom", "AWS::KMS::Key")


def _no_bucket_key(body: Body) -> None:
    for resource in body["Resources"].values():
        if resource["Type"] == "AWS::IAM::Policy":
            for statement in resource["Properties"]["PolicyDocument"]["Statement"]:
                if statement["Action"] == "kms:GenerateDataKey":
                    statement["Condition"]["StringEquals"]["kms:ViaService"] = "ec2.amazonaws.com"


def _deaf_watch(body: Body) -> None:
    detail = _properties(body, "AWS::Events::Rule", lambda p: "EventPattern" in p)["EventPattern"][
        "detail"
    ]
    detail |= detail.pop("$or")[0]


def _crowded_pattern(body: Body) -> None:
    detail = _properties(body, "AWS::Events::Rule", lambda p: "EventPattern" in p)["EventPattern"][
        "detail"
    ]
    detail["userAgent"] = [
        {"wildcard": f"*{word}*"} for word in ("boto", "cli", "sdk", "go", "java")
    ]


def _no_log_policy(body: Body) -> None:
    del body["Resources"][_name_of(body, _first(body, "AWS::Logs::ResourcePolicy"))]


def _cached_errors(body: Body) -> None:
    config = _properties(body, "AWS::CloudFront::Distribution")["DistributionConfig"]
    config["CustomErrorResponses"][0]["ErrorCachingMinTTL"] = 10


def _no_access_log(body: Body) -> None:
    del _properties(body, "AWS::ApiGatewayV2::Stage")["AccessLogSettings"]


def _plain_prefix(body: Body) -> None:
    _properties(body, "AWS::Cognito::UserPoolDomain")["Domain"] = "sign-in"


def _name_of_role(body: Body) -> None:
    _properties(body, "AWS::IAM::Role")["RoleName"] = "snapshot"


def _long_name_of_role(body: Body) -> None:
    _properties(body, "AWS::IAM::Role")["RoleName"] = f"{'x' * 60}-eu-central-1"


def _long_policy(body: Body) -> None:
    statements = _properties(body, "AWS::IAM::Policy")["PolicyDocument"]["Statement"]
    bucket = {"Action": "s3:ListBucket", "Effect": "Allow", "Resource": "arn:aws:s3:::elsewhere"}
    statements += [bucket] * 140


def _crowd(body: Body) -> None:
    parameter = {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": "1"}}
    body["Resources"] |= {f"One{n}": parameter for n in range(500)}


def _no_trust(body: Body) -> None:
    role = _properties(
        body,
        "AWS::IAM::Role",
        lambda p: "Role" in str(p["AssumeRolePolicyDocument"]["Statement"][0]["Principal"]),
    )
    role["AssumeRolePolicyDocument"]["Statement"][0]["Principal"] = {
        "Service": "lambda.amazonaws.com"
    }


FAULTS: Final[Mapping[str, Fault]] = {
    "alarm_reaches_its_topic": _alarm_without_action,
    "alarm_window_is_allowed": _endless_window,
    "api_has_an_access_log": _no_access_log,
    "assumed_role_trusts_its_caller": _no_trust,
    "bucket_key_admits_readers_and_writers": _no_bucket_key,
    "custom_resource_waits_for_permissions": _impatient,
    "data_is_replaced_as_it_is_deleted": _attribute(
        "AWS::S3::Bucket", "UpdateReplacePolicy", "Delete"
    ),
    "dead_letters_outlast_their_queue": _retention_of_dead_letters,
    "errors_are_not_cached": _cached_errors,
    "event_pattern_fits": _crowded_pattern,
    "event_source_concurrency_is_allowed": _concurrency(None),
    "event_sources_leave_concurrency": _concurrency(50),
    "failed_creation_leaves_nothing": _attribute("AWS::S3::Bucket", "DeletionPolicy", "Retain"),
    "function_admits_its_rule": _no_permission,
    "function_answers_before_its_api": _slow_behind_api,
    "function_fits": _environment,
    "function_logs_to_a_group_of_the_template": _no_log_group,
    "function_may_send_its_dead_letters": _no_dead_letters,
    "function_memory_is_granted": _function("MemorySize", 3538),
    "global_names_carry_the_region": _name_of_role,
    "key_rotates": _no_rotation,
    "key_stays_manageable": _locked_out,
    "locked_objects_do_not_expire_early": _short_life,
    "log_group_admits_its_rules": _no_log_policy,
    "log_group_has_an_end": _no_retention,
    "meant_loop_is_allowed": _loop,
    "names_fit": _long_name_of_role,
    "no_concurrency_is_reserved": _function("ReservedConcurrentExecutions", 1),
    "policy_stays_with_its_owner": _attribute("AWS::S3::BucketPolicy", "DeletionPolicy", None),
    "queue_admits_its_senders": _queue_policy,
    "queue_hides_messages_long_enough": _visibility,
    "role_policies_fit": _long_policy,
    "sign_in_prefix_is_unique": _plain_prefix,
    "table_key_admits_readers_and_writers": _no_table_key,
    "template_fits": _crowd,
    "topic_admits_its_publishers": _topic_policy,
    "topic_key_admits_its_publishers": _topic_key,
    "undeletable_key_spares_deployment": _undeletable,
    "watch_sees_refused_attempts": _deaf_watch,
}
