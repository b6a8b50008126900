"""Functions, queues, schedules and the first signing key."""

import json

import pytest

from infra.settings import HEAP
from tests.infra.template import TIME_AUTHORITY, Template, flat, listed

HANDLERS = {
    "Access": "functions.access.handler.handle",
    "Authorizer": "functions.access.authorizer.handle",
    "Connect": "functions.connect.handler.handle",
    "Notify": "functions.notify.handler.handle",
    "NotifyWake": "functions.notify.wake.handle",
    "SnapshotDispatch": "functions.snapshot.dispatch.handle",
    "Snapshot": "functions.snapshot.handler.handle",
    "PackDispatch": "functions.pack.dispatch.handle",
    "Pack": "functions.pack.handler.handle",
    "PackGivenUp": "functions.pack.dead_letters.handle",
    "Anchor": "functions.pack.anchor.anchor.handle",
    "SigningKey": "functions.pack.keys.create.handle",
    "Api": "functions.api.handler.handle",
    "Export": "functions.api.handler.make_export",
}
SETTINGS = {
    "Access": {"TABLE_NAME"},
    "Authorizer": {"TABLE_NAME", "REQUESTS_PER_MINUTE", "ISSUER", "CLIENT_ID"},
    "Connect": {"TABLE_NAME", "SECRETS_KEY_ID", "SNAPSHOT_QUEUE_URL"},
    "Notify": {"TABLE_NAME", "SECRETS_KEY_ID", "DASHBOARD_URL", "MAIL_FROM"},
    "NotifyWake": {
        *("TABLE_NAME", "EVIDENCE_BUCKET", "SECRETS_KEY_ID", "DASHBOARD_URL"),
        "MAIL_FROM",
    },
    "SnapshotDispatch": {"TABLE_NAME", "SNAPSHOT_QUEUE_URL", "SPREAD_SECONDS"},
    "Snapshot": {
        *("TABLE_NAME", "EVIDENCE_BUCKET", "WORK_BUCKET"),
        *("SECRETS_KEY_ID", "SNAPSHOT_QUEUE_URL", "CODE_SHA256"),
    },
    "PackDispatch": {"TABLE_NAME", "PACK_QUEUE_URL"},
    "Pack": {
        *("TABLE_NAME", "EVIDENCE_BUCKET", "PACKS_BUCKET"),
        *("SIGNING_KEY_ID", "PACK_QUEUE_URL"),
    },
    "PackGivenUp": {"TABLE_NAME"},
    "Anchor": {"TABLE_NAME", "EVIDENCE_BUCKET", "TIME_AUTHORITY"},
    "SigningKey": {"TABLE_NAME", "SIGNING_KEY_ID"},
    "Api": {
        *("TABLE_NAME", "EVIDENCE_BUCKET", "PACKS_BUCKET", "WORK_BUCKET"),
        *("PACK_QUEUE_URL", "EXPORT_QUEUE_URL", "PACK_LINK_ROLE_ARN"),
    },
    "Export": {"TABLE_NAME", "EVIDENCE_BUCKET", "WORK_BUCKET"},
}
COMMON = {
    *("STAGE", "POWERTOOLS_SERVICE_NAME", "POWERTOOLS_METRICS_NAMESPACE"),
    *HEAP,
    "AWS_DATA_PATH",
}


def test_the_functions_are_the_design_s(template: Template) -> None:
    """Each function with its handler; no helper function of the CDK's among them."""
    functions = template.functions()
    assert {name: f["Handler"] for name, f in functions.items()} == HANDLERS
    assert len(template.all("AWS::Lambda::Function")) == len(HANDLERS)


def test_the_functions_run_python_3_13_on_arm(template: Template) -> None:
    """The wheels layer is built for exactly that."""
    for function in template.functions().values():
        assert function["Runtime"] == "python3.13"
        assert function["Architectures"] == ["arm64"]
        assert len(function["Layers"]) == 1
    _, layer = template.only("AWS::Lambda::LayerVersion")
    assert layer["CompatibleArchitectures"] == ["arm64"]


def test_a_function_has_the_variables_it_needs_and_no_more(template: Template) -> None:
    """The api knows no secrets key, connect no bucket."""
    for name, function in template.functions().items():
        variables = function["Environment"]["Variables"]
        assert set(variables) == SETTINGS[name] | COMMON
        assert variables["POWERTOOLS_SERVICE_NAME"] == HANDLERS[name].split(".")[1]


def test_anchoring_is_told_which_time_authority_the_stage_has_chosen(
    prod: Template, dev: Template
) -> None:
    """An address with a certificate's digest in production, and on a developer's stage none."""
    told = [
        template.functions()["Anchor"]["Environment"]["Variables"]["TIME_AUTHORITY"]
        for template in (prod, dev)
    ]
    assert told == [TIME_AUTHORITY, "none"]


def test_what_is_a_laptop_s_is_in_no_template(template: Template) -> None:
    """No clock offset, no other OpenAI or AWS, no receiver or mail server of the own machine."""
    text = json.dumps(template.body)
    for word in (
        "CLOCK_FILE",
        "OPENAI_BASE_URL",
        "COGNITO_BASE_URL",
        *("WEBHOOKS_ON_LOOPBACK", "AWS_ENDPOINT_URL", "SMTP", "laptop.example"),
        "sk-admin-",
        "127.0.0.1",
        "localhost",
    ):
        assert word not in text


def test_every_function_logs_to_its_own_group_that_forgets(template: Template) -> None:
    """No log lives for ever."""
    groups = template.all("AWS::Logs::LogGroup")
    used = [f["LoggingConfig"]["LogGroup"]["Ref"] for f in template.functions().values()]
    assert len(set(used)) == len(HANDLERS)
    assert set(used) < set(groups)
    for group in groups.values():
        assert 0 < group["RetentionInDays"] <= 400


def test_every_work_queue_has_a_dead_letter_queue(template: Template) -> None:
    """A message that crashes its run four times is kept where an alarm sees it."""
    queues = template.all("AWS::SQS::Queue")
    work = {name for name in queues if "Dead" not in name}
    assert len(work) == 3
    for name in work:
        redrive = queues[name]["RedrivePolicy"]
        dead, _ = redrive["deadLetterTargetArn"]["Fn::GetAtt"]
        assert "Dead" in dead
        assert redrive["maxReceiveCount"] == 4
        assert queues[dead]["MessageRetentionPeriod"] == 14 * 24 * 3600
    targets = [flat(queues[name]["RedrivePolicy"]["deadLetterTargetArn"]) for name in sorted(work)]
    # Exports and packs share one: the function behind it says of both what became of them.
    assert targets[0] == targets[1] != targets[2]


def test_every_queue_is_encrypted_and_refuses_plain_http(template: Template) -> None:
    """Messages name tenants and organizations."""
    queues = template.all("AWS::SQS::Queue")
    assert len(queues) == 6
    assert all(queue["SqsManagedSseEnabled"] is True for queue in queues.values())
    tls_only = {
        flat(statement["Resource"]).removesuffix(".Arn")
        for policy in template.all("AWS::SQS::QueuePolicy").values()
        for statement in policy["PolicyDocument"]["Statement"]
        if statement["Effect"] == "Deny"
        and statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    }
    assert tls_only == set(queues)


@pytest.mark.parametrize(
    ("queue", "function"),
    [
        *(("SnapshotQueue", "Snapshot"), ("PackQueue", "Pack"), ("ExportQueue", "Export")),
        ("PackDead", "PackGivenUp"),
    ],
)
def test_a_queue_hands_its_function_one_message_at_a_time(
    template: Template, queue: str, function: str
) -> None:
    """Batch size 1, failures reported, and a message is hidden for just over the timeout."""
    logical_id, properties = template.only("AWS::SQS::Queue", queue)
    (source,) = (
        s
        for s in template.all("AWS::Lambda::EventSourceMapping").values()
        if flat(s["EventSourceArn"]) == f"{logical_id}.Arn"
    )
    output = template.body["Outputs"][f"{function}FunctionName"]["Value"]
    assert source["FunctionName"] == output
    assert source["BatchSize"] == 1
    assert source["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert source["ScalingConfig"]["MaximumConcurrency"] >= 2
    timeout = template.functions()[function]["Timeout"]
    assert timeout < properties["VisibilityTimeout"] <= timeout + 120


@pytest.mark.parametrize(
    ("rule", "expression", "function"),
    [
        ("HourlyRule", "cron(0 * * * ? *)", "SnapshotDispatch"),
        ("DailyRule", "cron(40 0/6 * * ? *)", "Anchor"),
        ("MonthlyRule", "cron(14 3 4 * ? *)", "PackDispatch"),
    ],
)
def test_a_schedule_fires_its_dispatcher(
    template: Template, rule: str, expression: str, function: str
) -> None:
    """On, at its time, with a dead-letter queue before and behind the dispatcher."""
    _, properties = template.only("AWS::Events::Rule", rule)
    assert properties["State"] == "ENABLED"
    assert properties["ScheduleExpression"] == expression
    (target,) = properties["Targets"]
    dead, _ = template.only("AWS::SQS::Queue", "DispatchDead")
    assert flat(target["DeadLetterConfig"]["Arn"]) == f"{dead}.Arn"
    # The event goes as it is: its own `time` says which hour it closes.
    assert not {"Input", "InputPath", "InputTransformer"} & set(target)
    dispatcher = template.functions()[function]
    assert flat(dispatcher["DeadLetterConfig"]["TargetArn"]) == f"{dead}.Arn"
    logical_id = template.body["Outputs"][f"{function}FunctionName"]["Value"]["Ref"]
    assert flat(target["Arn"]) == f"{logical_id}.Arn"


def test_a_wake_comes_each_minute_and_is_never_tried_again(template: Template) -> None:
    """The next one does what it did not: neither EventBridge nor Lambda repeats one."""
    _, properties = template.only("AWS::Events::Rule", "MinuteRule")
    assert (properties["State"], properties["ScheduleExpression"]) == ("ENABLED", "rate(1 minute)")
    (target,) = properties["Targets"]
    assert target["RetryPolicy"] == {"MaximumEventAgeInSeconds": 60, "MaximumRetryAttempts": 0}
    _, config = template.only("AWS::Lambda::EventInvokeConfig")
    assert (config["MaximumEventAgeInSeconds"], config["MaximumRetryAttempts"]) == (60, 0)
    wake = template.body["Outputs"]["NotifyWakeFunctionName"]["Value"]
    assert config["FunctionName"] == wake
    assert flat(target["Arn"]) == f"{wake['Ref']}.Arn"


def test_no_function_reserves_concurrency(template: Template) -> None:
    """A new account has none to reserve, and refuses the deployment."""
    assert not [f for f in template.functions().values() if "ReservedConcurrentExecutions" in f]


def test_what_continues_itself_by_message_is_meant_to(template: Template) -> None:
    """Lambda would otherwise end an hour or a pack that goes on for the sixteenth time."""
    meant = {n for n, f in template.functions().items() if f.get("RecursiveLoop") == "Allow"}
    assert meant == {"Snapshot", "Pack"}


def test_organizations_are_spread_over_ten_minutes_in_production(
    prod: Template, dev: Template
) -> None:
    """And not at all in dev, where somebody waits for them."""
    spread = [
        t.functions()["SnapshotDispatch"]["Environment"]["Variables"]["SPREAD_SECONDS"]
        for t in (prod, dev)
    ]
    assert spread == ["600", "0"]


def test_the_first_signing_key_is_made_by_its_own_function_after_its_role(
    template: Template,
) -> None:
    """The custom resource calls the function itself; the function waits for its permissions."""
    _, custom = template.only("Custom::SigningKey")
    logical_id = template.body["Outputs"]["SigningKeyFunctionName"]["Value"]["Ref"]
    assert flat(custom["ServiceToken"]) == f"{logical_id}.Arn"
    role = template.functions()["SigningKey"]["Role"]["Fn::GetAtt"][0]
    (policy,) = (
        name
        for name, p in template.all("AWS::IAM::Policy").items()
        if p["Roles"] == [{"Ref": role}]
    )
    assert policy in listed(template.body["Resources"][logical_id]["DependsOn"])


def test_a_function_is_called_only_by_its_own_caller(template: Template) -> None:
    """The API calls four functions and the authorizer, each rule one; each names its source."""
    permissions = template.all("AWS::Lambda::Permission")
    names = {
        output["Value"]["Ref"]: name.removesuffix("FunctionName")
        for name, output in template.body["Outputs"].items()
        if name.endswith("FunctionName")
    }
    called = {
        (names[flat(p["FunctionName"]).split(".")[0]], p["Principal"]) for p in permissions.values()
    }
    assert called == {
        ("Access", "apigateway.amazonaws.com"),
        ("Authorizer", "apigateway.amazonaws.com"),
        ("Connect", "apigateway.amazonaws.com"),
        ("Notify", "apigateway.amazonaws.com"),
        ("NotifyWake", "events.amazonaws.com"),
        ("Api", "apigateway.amazonaws.com"),
        ("SnapshotDispatch", "events.amazonaws.com"),
        ("PackDispatch", "events.amazonaws.com"),
        ("Anchor", "events.amazonaws.com"),
    }
    assert all("SourceArn" in permission for permission in permissions.values())
