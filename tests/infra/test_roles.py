"""Who may do what: the roles against the table of grants, and against what was promised."""

from collections import Counter

import pytest

from infra.grants import GRANTS, LEGAL_HOLD_GRANTS, PACK_LINK_GRANTS
from tests.infra.template import Template, flat, listed

READ_VERBS = ("s3:Get", "s3:List")
APART = {"PackLinkRole": PACK_LINK_GRANTS, "LegalHoldRole": LEGAL_HOLD_GRANTS}


def key_of(template: Template, name: str) -> str:
    """Return the logical id of a KMS key."""
    return template.only("AWS::KMS::Key", name)[0]


def test_a_role_holds_the_rows_of_its_table_and_its_own_log_and_nothing_else(
    template: Template,
) -> None:
    """No construct slips a permission into a role, and none of the table's is lost."""
    prefixes = {
        "table": "Table",
        "evidence": "Evidence",
        "work": "Work",
        "packs": "Packs",
        "secrets-key": "SecretsKey",
        "signing-key": "SigningKey",
        "data-key": "DataKey",
        "snapshot-queue": "SnapshotQueue",
        "pack-queue": "PackQueue",
        "export-queue": "ExportQueue",
        "pack-dead-letters": "PackDeadLetters",
        "dispatch-dead-letters": "DispatchDeadLetters",
    }
    kinds = ("DynamoDB::Table", "S3::Bucket", "KMS::Key", "SQS::Queue")
    ids = {name for kind in kinds for name in template.all(f"AWS::{kind}")}
    arns = {
        thing: next(i for i in ids if i.startswith(start) and i[len(start) :].isalnum()) + ".Arn"
        for thing, start in prefixes.items()
    }
    arns["mail-identity"] = "arn:aws:ses:eu-central-1:000000000000:identity/none"
    arns["pack-link-role"] = f"{template.only('AWS::IAM::Role', 'PackLinkRole')[0]}.Arn"
    expected: Counter[tuple[str, tuple[str, ...], str, str]] = Counter()
    for function in GRANTS:
        expected[function, ("logs:CreateLogStream", "logs:PutLogEvents"), "log", "{}"] += 1
    for function, grants in {**GRANTS, **APART}.items():
        for grant in grants:
            thing, slash, rest = grant.resource.partition("/")
            resource = arns[thing] + slash + rest
            conditions = str(grant.conditions("eu-central-1"))
            expected[function, grant.actions, resource, conditions] += 1
    granted: Counter[tuple[str, tuple[str, ...], str, str]] = Counter()
    for statement in template.role_statements():
        (resource,) = statement.resources
        condition_values = {
            test: {key: listed(value) for key, value in tests.items()}
            for test, tests in statement.conditions.items()
        }
        own_log = resource.startswith(f"{statement.function}Log")
        resource = "log" if own_log else resource
        granted[statement.function, statement.actions, resource, str(condition_values)] += 1
    assert granted == expected


def test_no_role_has_a_managed_policy_an_inline_one_or_a_second_user(template: Template) -> None:
    """Every permission stands in the table; a function's role is assumed by Lambda alone."""
    roles = template.all("AWS::IAM::Role")
    assert len(template.functions()) == len(roles) - len(APART) == 14
    for name, role in roles.items():
        assert "ManagedPolicyArns" not in role
        assert "Policies" not in role
        (statement,) = role["AssumeRolePolicyDocument"]["Statement"]
        is_function_s = not name.startswith(tuple(APART))
        assert (statement["Principal"] == {"Service": "lambda.amazonaws.com"}) is is_function_s
    used = Counter(f["Role"]["Fn::GetAtt"][0] for f in template.functions().values())
    assert set(used.values()) == {1}


def test_no_action_is_a_wildcard(template: Template) -> None:
    """Each action is named, so that a new one of a service is not granted by itself."""
    for statement in template.role_statements():
        assert not [action for action in statement.actions if "*" in action]
        assert "*" not in statement.resources


def test_only_pack_decrypts_the_seed_and_only_for_signing(template: Template) -> None:
    """The seed opens for one role, under one purpose."""
    statements = template.allowing("kms:Decrypt", key_of(template, "SigningKey"))
    assert {s.function for s in statements} == {"Pack"}
    for statement in statements:
        context = {"kms:EncryptionContext:purpose": ["pack-signing"]}
        granted = {k: listed(v) for k, v in statement.conditions["StringEquals"].items()}
        assert granted == context


def test_only_the_function_that_creates_keys_wraps_a_seed(template: Template) -> None:
    """Whoever makes a seed cannot open it again, and the other way round."""
    key = key_of(template, "SigningKey")
    assert template.who_may("kms:Encrypt", key) == {"SigningKey"}
    assert template.who_may("kms:GenerateDataKey", key) == set()


def test_each_secret_is_opened_by_the_function_that_uses_it(template: Template) -> None:
    """And wrapped by another, which cannot open it."""
    key = key_of(template, "SecretsKey")
    assert template.who_may("kms:Encrypt", key) == {"Connect", "Notify"}
    purposes = {
        statement.function: set(
            listed(statement.conditions["StringEquals"]["kms:EncryptionContext:purpose"])
        )
        for statement in template.allowing("kms:Decrypt", key)
    }
    assert purposes == {
        "Connect": {"hash-key"},
        "Snapshot": {"admin-key", "hash-key"},
        "NotifyWake": {"webhook-secret"},
    }


def test_api_decrypts_the_data_key_through_s3_and_dynamodb_only(template: Template) -> None:
    """What it reads is encrypted; a direct decrypt is nobody's business."""
    assert sorted(
        service
        for statement in template.allowing("kms:Decrypt", key_of(template, "DataKey"))
        if statement.function == "Api"
        for service in listed(statement.conditions["StringEquals"]["kms:ViaService"])
    ) == ["dynamodb.eu-central-1.amazonaws.com", "s3.eu-central-1.amazonaws.com"]


def test_nobody_uses_the_data_key_directly(template: Template) -> None:
    """Every use of the data key is a service's, on a function's behalf."""
    data_key = key_of(template, "DataKey")
    statements = [s for s in template.role_statements() if f"{data_key}.Arn" in s.resources]
    assert {s.function for s in statements} == {*template.functions(), "PackLinkRole"}
    for statement in statements:
        assert "kms:ViaService" in statement.conditions["StringEquals"]


def test_api_holds_no_secret_and_writes_no_object(template: Template) -> None:
    """The function that faces the reader reads sealed objects and packs."""
    secrets = (key_of(template, "SecretsKey"), key_of(template, "SigningKey"))
    for statement in template.role_statements():
        if statement.function != "Api":
            continue
        assert not [r for r in statement.resources if r.startswith(secrets)]
        s3_actions = [a for a in statement.actions if a.startswith("s3:")]
        assert all(action.startswith(READ_VERBS) for action in s3_actions)


def test_a_pack_is_read_by_pack_and_by_links_and_links_are_signed_by_the_api_alone(
    template: Template,
) -> None:
    """The role of links is assumed by one function; it may read versions of packs, nothing else."""
    packs, _ = template.only("AWS::S3::Bucket", "Packs")
    role, link = template.only("AWS::IAM::Role", "PackLinkRole")
    for action in ("s3:GetObject", "s3:GetObjectVersion"):
        assert "Api" not in template.who_may(action, packs)
    assert template.who_may("s3:GetObjectVersion", packs) == {"Pack", "PackLinkRole"}
    (trust,) = link["AssumeRolePolicyDocument"]["Statement"]
    api = template.functions()["Api"]["Role"]
    assert (trust["Effect"], trust["Action"]) == ("Allow", "sts:AssumeRole")
    assert trust["Principal"] == {"AWS": api}
    assert [
        (statement.function, statement.resources)
        for statement in template.role_statements()
        if "sts:AssumeRole" in statement.actions
    ] == [("Api", (f"{role}.Arn",))]
    own = [s for s in template.role_statements() if s.function == "PackLinkRole"]
    work, _ = template.only("AWS::S3::Bucket", "Work")
    assert template.who_may("s3:GetObjectVersion", work) == {"PackLinkRole"}
    assert {(s.actions, s.resources) for s in own} == {
        (("s3:GetObjectVersion",), (f"{packs}.Arn/tenant=*",)),
        (("s3:GetObjectVersion",), (f"{work}.Arn/exports/*",)),
        (("kms:Decrypt",), (f"{key_of(template, 'DataKey')}.Arn",)),
    }
    variables = template.functions()["Api"]["Environment"]["Variables"]
    assert flat(variables["PACK_LINK_ROLE_ARN"]) == f"{role}.Arn"
    # Of a session that a role assumes AWS gives an hour at most, whatever a role allows.
    assert "MaxSessionDuration" not in link


def test_legal_holds_are_one_role_s_and_it_may_do_nothing_else(template: Template) -> None:
    """It finds versions and holds them; it reads, writes and deletes none."""
    evidence, _ = template.only("AWS::S3::Bucket", "Evidence")
    own = [s for s in template.role_statements() if s.function == "LegalHoldRole"]
    assert {(s.actions, s.resources) for s in own} == {
        (("s3:GetObjectLegalHold", "s3:PutObjectLegalHold"), (f"{evidence}.Arn/tenant=*",)),
        (("s3:ListBucketVersions",), (f"{evidence}.Arn",)),
    }
    role, _ = template.only("AWS::IAM::Role", "LegalHoldRole")
    policy, _ = template.only("AWS::IAM::Policy", "LegalHoldRole")
    for kept in (role, policy):
        assert template.body["Resources"][kept]["DeletionPolicy"] == "RetainExceptOnCreate"
    assert flat(template.body["Outputs"]["LegalHoldRoleArn"]["Value"]) == f"{role}.Arn"


def test_legal_holds_are_put_with_mfa_by_whoever_the_stage_names(template: Template) -> None:
    """Without a name, by the account's own users."""
    _, role = template.only("AWS::IAM::Role", "LegalHoldRole")
    (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"AWS": "arn:aws:iam::000000000000:root"}
    assert trust["Condition"] == {"Bool": {"aws:MultiFactorAuthPresent": "true"}}


def test_api_reads_of_evidence_what_its_lists_are_made_of(template: Template) -> None:
    """What lists and feed are read from, and anchors; no more for exports, which are of lists."""
    evidence, _ = template.only("AWS::S3::Bucket", "Evidence")
    of_organization = ("seals", "registers", "events", "changes", "verdicts", "index")
    for function in ("Api", "Export"):
        assert {
            resource
            for statement in template.allowing("s3:GetObject", evidence)
            if statement.function == function
            for resource in statement.resources
        } == {
            *(f"{evidence}.Arn/tenant=*/org=*/{place}/*" for place in of_organization),
            f"{evidence}.Arn/tenant=*/anchors/*",
        }


def test_seals_and_anchors_have_one_writer_each(template: Template) -> None:
    """Snapshot cannot write an anchor, and what anchors cannot write anything else."""
    evidence, _ = template.only("AWS::S3::Bucket", "Evidence")
    places = {
        (statement.function, resource)
        for statement in template.allowing("s3:PutObject", evidence)
        for resource in statement.resources
    }
    assert places == {
        ("Snapshot", f"{evidence}.Arn/tenant=*/org=*"),
        ("Snapshot", f"{evidence}.Arn/tenant=*/custody/*"),
        ("Anchor", f"{evidence}.Arn/tenant=*/anchors/*"),
    }


def test_evidence_is_written_by_two_functions_and_packs_by_pack_alone(template: Template) -> None:
    """No function that faces a reader writes either."""
    writers = {
        name: template.who_may("s3:PutObject", template.only("AWS::S3::Bucket", name)[0])
        for name in ("Evidence", "Packs", "Work", "Dashboard")
    }
    assert writers == {
        "Evidence": {"Snapshot", "Anchor"},
        "Packs": {"Pack"},
        "Work": {"Snapshot", "Export"},
        "Dashboard": set(),
    }


@pytest.mark.parametrize(
    "action",
    [
        "s3:DeleteObject",
        "s3:DeleteObjectVersion",
        "s3:PutObjectRetention",
        "s3:PutObjectLegalHold",
        "s3:BypassGovernanceRetention",
        "s3:PutBucketPolicy",
        "dynamodb:Scan",
        "dynamodb:DeleteTable",
        "kms:ScheduleKeyDeletion",
        "kms:DisableKey",
        "kms:PutKeyPolicy",
        "kms:CreateGrant",
        "lambda:InvokeFunction",
    ],
)
def test_no_function_may(template: Template, action: str) -> None:
    """What no function ever needs, no role has."""
    assert action not in {
        allowed
        for statement in template.role_statements()
        if statement.function in template.functions()
        for allowed in statement.actions
    }


def test_only_the_queue_s_own_function_takes_from_it(template: Template) -> None:
    """A message is received by the function it is for."""
    takers = {
        queue: template.who_may("sqs:ReceiveMessage", template.only("AWS::SQS::Queue", queue)[0])
        for queue in (
            *("SnapshotQueue", "PackQueue", "ExportQueue"),
            *("SnapshotDead", "PackDead", "DispatchDead"),
        )
    }
    assert takers == {
        "SnapshotQueue": {"Snapshot"},
        "PackQueue": {"Pack"},
        "ExportQueue": {"Export"},
        "SnapshotDead": set(),
        "PackDead": {"PackGivenUp"},
        "DispatchDead": set(),
    }
