"""Table and buckets: encrypted, versioned, locked, private, kept."""

import pytest

from functions.shared.tables.exports import KEPT_FOR
from tests.infra.template import Resource, Template, flat, listed

LOCKED = ("Evidence", "Packs")


def policy_of(template: Template, bucket: str) -> list[Resource]:
    """Return the statements of a bucket's policy."""
    logical_id, _ = template.only("AWS::S3::Bucket", bucket)
    (policy,) = (
        p
        for p in template.all("AWS::S3::BucketPolicy").values()
        if p["Bucket"]["Ref"] == logical_id
    )
    statements: list[Resource] = policy["PolicyDocument"]["Statement"]
    return statements


def denial(template: Template, bucket: str, sid: str) -> Resource:
    """Return one named Deny of a bucket's policy, which must cover every object and everybody."""
    (statement,) = (s for s in policy_of(template, bucket) if s.get("Sid") == sid)
    logical_id, _ = template.only("AWS::S3::Bucket", bucket)
    assert statement["Effect"] == "Deny"
    assert statement["Principal"] == "*"
    assert flat(statement["Resource"]) == f"{logical_id}.Arn/*"
    return statement


def test_every_bucket_is_private_versioned_and_kept(template: Template) -> None:
    """No bucket is an exception, the one for logs included."""
    buckets = template.all("AWS::S3::Bucket")
    assert len(buckets) == 5
    for name, bucket in buckets.items():
        assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
        assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
        assert len(bucket["PublicAccessBlockConfiguration"]) == 4
        ownership = bucket["OwnershipControls"]["Rules"]
        assert ownership == [{"ObjectOwnership": "BucketOwnerEnforced"}]
        assert template.body["Resources"][name]["DeletionPolicy"] == "RetainExceptOnCreate"


def test_what_outlives_a_failed_creation_and_what_outlives_its_stack(
    dev: Template, prod: Template
) -> None:
    """As docs/operating.md says: the protected alone stay of a first deployment that failed."""
    protected = {"AWS::DynamoDB::Table"}
    kept = {"AWS::KMS::Key", "AWS::S3::Bucket", "AWS::S3::BucketPolicy"}
    # Who may release a legal hold stays with what is held.
    kept |= {"AWS::IAM::Role", "AWS::IAM::Policy"}
    assert _types_with(dev, "Retain") == protected
    assert _types_with(dev, "RetainExceptOnCreate") == kept
    assert _types_with(prod, "Retain") == protected | {"AWS::Cognito::UserPool"}
    assert _types_with(prod, "RetainExceptOnCreate") == kept | {"AWS::Logs::LogGroup"}


def _types_with(template: Template, policy: str) -> set[str]:
    resources = template.body["Resources"].values()
    return {entry["Type"] for entry in resources if entry.get("DeletionPolicy") == policy}


def test_every_bucket_refuses_plain_http(template: Template) -> None:
    """TLS only, for everybody, on bucket and objects."""
    for name in template.all("AWS::S3::Bucket"):
        matching = [
            s
            for s in policy_of(template, name)
            if s.get("Condition") == {"Bool": {"aws:SecureTransport": "false"}}
        ]
        (statement,) = matching
        assert statement["Effect"] == "Deny"
        assert statement["Action"] == "s3:*"
        assert {flat(r) for r in statement["Resource"]} == {f"{name}.Arn", f"{name}.Arn/*"}


@pytest.mark.parametrize("name", ["Evidence", "Work", "Packs"])
def test_tenants_data_lies_under_the_data_key(template: Template, name: str) -> None:
    """The buckets with tenants' data have the customer key, with a bucket key."""
    _, bucket = template.only("AWS::S3::Bucket", name)
    (rule,) = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    data_key, _ = template.only("AWS::KMS::Key", "Data")
    assert rule["BucketKeyEnabled"] is True
    assert rule["ServerSideEncryptionByDefault"] == {
        "KMSMasterKeyID": {"Fn::GetAtt": [data_key, "Arn"]},
        "SSEAlgorithm": "aws:kms",
    }


@pytest.mark.parametrize(
    ("stage", "bucket", "retention"),
    [
        ("prod", "Evidence", {"Mode": "COMPLIANCE", "Days": 762}),  # 25 months, the longest
        ("prod", "Packs", {"Mode": "COMPLIANCE", "Days": 2557}),  # 7 years, two of them leap
        ("dev", "Evidence", {"Mode": "GOVERNANCE", "Days": 1}),
        ("dev", "Packs", {"Mode": "GOVERNANCE", "Days": 1}),
    ],
)
def test_evidence_and_packs_are_locked(
    request: pytest.FixtureRequest, stage: str, bucket: str, retention: Resource
) -> None:
    """Object Lock by default, as long as the stage's settings say."""
    template: Template = request.getfixturevalue(stage)
    _, properties = template.only("AWS::S3::Bucket", bucket)
    assert properties["ObjectLockEnabled"] is True
    assert properties["ObjectLockConfiguration"] == {
        "ObjectLockEnabled": "Enabled",
        "Rule": {"DefaultRetention": retention},
    }


@pytest.mark.parametrize("bucket", LOCKED)
def test_what_is_written_once_cannot_be_replaced_deleted_or_unlocked(
    template: Template, bucket: str
) -> None:
    """The bucket refuses it to everybody, so that no role's mistake opens it."""
    once = denial(template, bucket, "WriteOnce")
    assert once["Action"] == "s3:PutObject"
    assert once["Condition"] == {
        "Null": {"s3:if-none-match": "true"},
        "Bool": {"s3:ObjectCreationOperation": "true"},
    }
    deletes = denial(template, bucket, "NobodyDeletes")
    assert set(deletes["Action"]) == {"s3:DeleteObject", "s3:DeleteObjectVersion"}
    assert "Condition" not in deletes
    locks = denial(template, bucket, "NobodyTouchesLocks")
    assert set(locks["Action"]) == {
        "s3:BypassGovernanceRetention",
        "s3:PutObjectRetention",
    }
    assert "Condition" not in locks


def test_a_legal_hold_is_put_and_released_by_one_role_and_on_packs_by_nobody(
    template: Template,
) -> None:
    """An administrator's policy does not open what the bucket refuses."""
    assert "Condition" not in denial(template, "Packs", "OnlyOneRoleHolds")
    holds = denial(template, "Evidence", "OnlyOneRoleHolds")
    assert holds["Action"] == "s3:PutObjectLegalHold"
    role, _ = template.only("AWS::IAM::Role", "LegalHoldRole")
    assert list(holds["Condition"]) == ["ArnNotLike"]
    assert {flat(arn) for arn in holds["Condition"]["ArnNotLike"]["aws:PrincipalArn"]} == {
        f"{role}.Arn",
        f"arn:aws:sts::000000000000:assumed-role/{role}/*",
    }


def test_a_presigned_pack_link_dies_after_fifteen_minutes(template: Template) -> None:
    """However long it was signed for; that of an export, too."""
    for bucket in ("Packs", "Work"):
        statement = denial(template, bucket, "NoOldLinks")
        assert set(statement["Action"]) == {"s3:GetObject", "s3:GetObjectVersion"}
        assert statement["Condition"] == {"NumericGreaterThan": {"s3:signatureAge": "900000"}}


def test_no_locked_object_expires_by_a_lifecycle_rule(template: Template) -> None:
    """Evidence and packs lose only unfinished uploads by themselves."""
    for bucket in LOCKED:
        _, properties = template.only("AWS::S3::Bucket", bucket)
        (rule,) = properties["LifecycleConfiguration"]["Rules"]
        assert set(rule) == {"AbortIncompleteMultipartUpload", "Status"}


def test_work_in_progress_expires_in_days(template: Template) -> None:
    """Checkpoints and exports hold tenants' data; they stay as long as is said of exports."""
    _, work = template.only("AWS::S3::Bucket", "Work")
    (rule,) = work["LifecycleConfiguration"]["Rules"]
    assert rule["ExpirationInDays"] == KEPT_FOR.days <= 7
    assert rule["NoncurrentVersionExpiration"]["NoncurrentDays"] == 1


def test_exports_are_written_beside_work_in_progress_and_never_read_with_it(
    template: Template,
) -> None:
    """A checkpoint is no export: what writes exports, and links to them, reaches none."""
    work, _ = template.only("AWS::S3::Bucket", "Work")
    reached = {
        (statement.function, resource)
        for statement in template.role_statements()
        for resource in statement.resources
        if resource.startswith(f"{work}.Arn/")
    }
    assert reached == {
        ("Snapshot", f"{work}.Arn/attempts/*"),
        ("Export", f"{work}.Arn/exports/*"),
        ("PackLinkRole", f"{work}.Arn/exports/*"),
    }


def test_only_cloudfront_and_log_delivery_are_let_in_by_a_bucket(template: Template) -> None:
    """No bucket policy allows anybody else anything."""
    allowed = {
        (name, str(listed(statement["Principal"])))
        for bucket, name in ((b, b[: len(b) - 8]) for b in template.all("AWS::S3::Bucket"))
        for statement in policy_of(template, bucket)
        if statement["Effect"] == "Allow"
    }
    assert allowed == {
        ("Dashboard", "[{'Service': 'cloudfront.amazonaws.com'}]"),
        ("AccessLogs", "[{'Service': 'logging.s3.amazonaws.com'}]"),
    }


def test_the_table_is_protected_in_every_way(template: Template) -> None:
    """On demand, restorable, not deletable, expiring rows, customer key."""
    name, table = template.only("AWS::DynamoDB::Table")
    data_key, _ = template.only("AWS::KMS::Key", "Data")
    assert table["BillingMode"] == "PAY_PER_REQUEST"
    assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert table["DeletionProtectionEnabled"] is True
    assert table["TimeToLiveSpecification"] == {"AttributeName": "expires_epoch", "Enabled": True}
    assert table["SSESpecification"] == {
        "KMSMasterKeyId": {"Fn::GetAtt": [data_key, "Arn"]},
        "SSEEnabled": True,
        "SSEType": "KMS",
    }
    assert template.body["Resources"][name]["DeletionPolicy"] == "Retain"


def test_the_table_has_the_keys_and_indexes_the_functions_ask_for(template: Template) -> None:
    """`due` finds what to dispatch, and copies no whole rows."""
    _, table = template.only("AWS::DynamoDB::Table")
    assert [k["AttributeName"] for k in table["KeySchema"]] == ["pk", "sk"]
    indexes = {
        index["IndexName"]: (
            [k["AttributeName"] for k in index["KeySchema"]],
            index["Projection"],
        )
        for index in table["GlobalSecondaryIndexes"]
    }
    assert indexes == {
        "due": (
            ["due_shard", "due_sk"],
            {"NonKeyAttributes": ["tenant_id", "org_id"], "ProjectionType": "INCLUDE"},
        ),
    }
