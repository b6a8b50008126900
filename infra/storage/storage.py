"""Table and buckets: evidence and packs write-once under Object Lock, work short-lived."""

from collections.abc import Mapping
from dataclasses import dataclass

from aws_cdk import Duration, RemovalPolicy, Stack
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.nag import acknowledge
from infra.settings import Lock, StageSettings

WORK_DAYS = 7
ACCESS_LOG_DAYS = 400
PRESIGNED_MS = 15 * 60 * 1000


@dataclass(frozen=True, slots=True)
class Storage:
    """The table and the buckets."""

    table: dynamodb.Table
    evidence: s3.Bucket
    work: s3.Bucket
    packs: s3.Bucket
    dashboard: s3.Bucket


def create_storage(
    scope: Construct, settings: StageSettings, data_key: kms.Key, legal_hold: iam.Role
) -> Storage:
    """Create the table and the buckets; all of them outlive the stack."""
    logs = _log_bucket(scope)
    evidence = _locked_bucket(scope, "Evidence", data_key, settings.evidence_lock, logs)
    packs = _locked_bucket(scope, "Packs", data_key, settings.packs_lock, None)
    _forbid_rewriting(evidence, legal_hold)
    _forbid_rewriting(packs, None)
    _refuse_old_links(packs)
    work = s3.Bucket(
        scope,
        "Work",
        encryption=s3.BucketEncryption.KMS,
        encryption_key=data_key,
        bucket_key_enabled=True,
        block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
        object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
        enforce_ssl=True,
        versioned=True,
        lifecycle_rules=[
            s3.LifecycleRule(
                expiration=Duration.days(WORK_DAYS),
                noncurrent_version_expiration=Duration.days(1),
                abort_incomplete_multipart_upload_after=Duration.days(1),
            )
        ],
        removal_policy=RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    )
    _refuse_old_links(work)
    for linked, what in ((packs, "pack"), (work, "export")):
        acknowledge(
            linked,
            "S1",
            f"Access logs would keep presigned {what} URLs with their signatures; the custody log "
            f"in the table records who asked for which {what}.",
        )
    dashboard = s3.Bucket(
        scope,
        "Dashboard",
        # Public files: a customer key would only add a way to break the page.
        encryption=s3.BucketEncryption.S3_MANAGED,
        block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
        object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
        enforce_ssl=True,
        versioned=True,
        server_access_logs_bucket=logs,
        server_access_logs_prefix="dashboard/",
        removal_policy=RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    )
    for bucket in (logs, evidence, packs, work, dashboard):
        _keep_policy(bucket)
    return Storage(_table(scope, data_key), evidence, work, packs, dashboard)


def _keep_policy(bucket: s3.Bucket) -> None:
    """Let a bucket's policy outlive the stack with it, or its promises end there."""
    if bucket.policy is not None:
        bucket.policy.apply_removal_policy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE)


def _table(scope: Construct, data_key: kms.Key) -> dynamodb.Table:
    table = dynamodb.Table(
        scope,
        "Table",
        partition_key=_text("pk"),
        sort_key=_text("sk"),
        billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
        encryption=dynamodb.TableEncryption.CUSTOMER_MANAGED,
        encryption_key=data_key,
        point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
            point_in_time_recovery_enabled=True
        ),
        deletion_protection=True,
        time_to_live_attribute="expires_epoch",
        # Not except on creation: its protection would make the rollback fail.
        removal_policy=RemovalPolicy.RETAIN,
    )
    table.add_global_secondary_index(
        index_name="due",
        partition_key=_text("due_shard"),
        sort_key=_text("due_sk"),
        projection_type=dynamodb.ProjectionType.INCLUDE,
        non_key_attributes=["tenant_id", "org_id"],
    )
    return table


def _text(name: str) -> dynamodb.Attribute:
    return dynamodb.Attribute(name=name, type=dynamodb.AttributeType.STRING)


def _locked_bucket(
    scope: Construct, name: str, key: kms.Key, lock: Lock, logs: s3.Bucket | None
) -> s3.Bucket:
    retain = (
        s3.ObjectLockRetention.compliance
        if lock.mode == "COMPLIANCE"
        else s3.ObjectLockRetention.governance
    )
    return s3.Bucket(
        scope,
        name,
        encryption=s3.BucketEncryption.KMS,
        encryption_key=key,
        bucket_key_enabled=True,
        block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
        object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
        enforce_ssl=True,
        versioned=True,
        object_lock_enabled=True,
        object_lock_default_retention=retain(Duration.days(lock.days)),
        server_access_logs_bucket=logs,
        server_access_logs_prefix=f"{name.lower()}/" if logs else None,
        lifecycle_rules=[
            s3.LifecycleRule(abort_incomplete_multipart_upload_after=Duration.days(1))
        ],
        removal_policy=RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    )


def _forbid_rewriting(bucket: s3.Bucket, legal_hold: iam.Role | None) -> None:
    """Let nobody replace an object, delete one, or touch its lock, whatever their role says.

    Args:
        bucket: evidence or packs.
        legal_hold: the one role that may put and release legal holds; None: nobody may.
    """
    objects = bucket.arn_for_objects("*")
    # The single parts of a multipart upload carry no If-None-Match; what creates the object must.
    unconditional = {
        "Null": {"s3:if-none-match": "true"},
        "Bool": {"s3:ObjectCreationOperation": "true"},
    }
    bucket.add_to_resource_policy(_deny("WriteOnce", ["s3:PutObject"], objects, unconditional))
    bucket.add_to_resource_policy(
        _deny("NobodyDeletes", ["s3:DeleteObject", "s3:DeleteObjectVersion"], objects)
    )
    bucket.add_to_resource_policy(
        _deny(
            "NobodyTouchesLocks",
            ["s3:BypassGovernanceRetention", "s3:PutObjectRetention"],
            objects,
        )
    )
    bucket.add_to_resource_policy(
        _deny("OnlyOneRoleHolds", ["s3:PutObjectLegalHold"], objects, _unless(legal_hold))
    )


def _unless(role: iam.Role | None) -> dict[str, object] | None:
    if role is None:
        return None
    # AWS compares the role's ARN; the emulator the session's. Both name the same role.
    session = f"arn:aws:sts::{Stack.of(role).account}:assumed-role/{role.role_name}/*"
    return {"ArnNotLike": {"aws:PrincipalArn": [role.role_arn, session]}}


def _refuse_old_links(bucket: s3.Bucket) -> None:
    """Let a presigned link live 15 minutes, whatever expiry it was signed with."""
    bucket.add_to_resource_policy(
        _deny(
            "NoOldLinks",
            ["s3:GetObject", "s3:GetObjectVersion"],
            bucket.arn_for_objects("*"),
            {"NumericGreaterThan": {"s3:signatureAge": str(PRESIGNED_MS)}},
        )
    )


def _deny(
    sid: str, actions: list[str], resource: str, conditions: Mapping[str, object] | None = None
) -> iam.PolicyStatement:
    return iam.PolicyStatement(
        sid=sid,
        effect=iam.Effect.DENY,
        principals=[iam.StarPrincipal()],
        actions=actions,
        resources=[resource],
        conditions=conditions,
    )


def _log_bucket(scope: Construct) -> s3.Bucket:
    bucket = s3.Bucket(
        scope,
        "AccessLogs",
        # S3 delivers access logs only to buckets under its own keys.
        encryption=s3.BucketEncryption.S3_MANAGED,
        block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
        object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
        enforce_ssl=True,
        versioned=True,
        lifecycle_rules=[
            s3.LifecycleRule(
                expiration=Duration.days(ACCESS_LOG_DAYS),
                noncurrent_version_expiration=Duration.days(1),
            )
        ],
        removal_policy=RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    )
    acknowledge(bucket, "S1", "This bucket is where the access logs go.")
    return bucket
