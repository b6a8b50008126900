"""The three KMS keys: admin keys and hashing keys; the signing seed; everything at rest."""

from collections.abc import Iterable
from dataclasses import dataclass

from aws_cdk import RemovalPolicy, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct

from infra.grants import MAY_UNWRAP, MAY_WRAP
from infra.roles import Roles
from infra.settings import StageSettings

_UNWRAP = ("kms:Decrypt", "kms:ReEncryptFrom", "kms:ReEncryptTo")
_WRAP = ("kms:Encrypt", "kms:GenerateDataKey*", "kms:GenerateDataKeyPair*")


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys, by what they guard."""

    secrets: kms.Key
    signing: kms.Key
    data: kms.Key


def create_keys(scope: Construct, settings: StageSettings, roles: Roles) -> Keys:
    """Create the keys; nobody may delete or disable them while their policy stands."""
    keys = Keys(
        secrets=_key(scope, settings, "Secrets", "admin keys and tenants' hashing keys"),
        signing=_key(scope, settings, "Signing", "the Ed25519 seed that signs packs"),
        data=_key(scope, settings, "Data", "buckets, table and alarms at rest"),
    )
    for key, name in ((keys.secrets, "secrets"), (keys.signing, "signing")):
        key.add_to_resource_policy(_deny("OnlyTheseUnwrap", _UNWRAP, roles.named(MAY_UNWRAP[name])))
        key.add_to_resource_policy(_deny("OnlyTheseWrap", _WRAP, roles.named(MAY_WRAP[name])))
    _allow_alarms_to_publish(keys.data, settings)
    return keys


def _key(scope: Construct, settings: StageSettings, name: str, guards: str) -> kms.Key:
    key = kms.Key(
        scope,
        f"{name}Key",
        alias=f"openai-audit-{settings.stage}-{name.lower()}",
        description=f"OpenAI Audit {settings.stage}: {guards}",
        enable_key_rotation=True,
        removal_policy=RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    )
    # Whoever means it changes this policy first, which raises an alarm of its own (alarms.py).
    key.add_to_resource_policy(_denial("NobodyDisables", ["kms:DisableKey"], None))
    # CloudFormation takes back what a failed first deployment made, this key among it; once it is
    # made, CloudFormation keeps it (RetainExceptOnCreate).
    role = f"arn:aws:iam::{settings.account}:role/{settings.deployment_role}"
    session = f"arn:aws:sts::{settings.account}:assumed-role/{settings.deployment_role}/*"
    key.add_to_resource_policy(
        _denial("NobodyDeletes", ["kms:ScheduleKeyDeletion"], [role, session])
    )
    return key


def _deny(
    sid: str, actions: Iterable[str], except_roles: Iterable[iam.Role]
) -> iam.PolicyStatement:
    stack_roles = list(except_roles)
    account = Stack.of(stack_roles[0]).account
    # AWS compares the role's ARN; the emulator the session's. Both name the same role.
    sessions = [f"arn:aws:sts::{account}:assumed-role/{role.role_name}/*" for role in stack_roles]
    return _denial(sid, actions, [role.role_arn for role in stack_roles] + sessions)


def _denial(sid: str, actions: Iterable[str], except_arns: list[str] | None) -> iam.PolicyStatement:
    return iam.PolicyStatement(
        sid=sid,
        effect=iam.Effect.DENY,
        principals=[iam.StarPrincipal()],
        actions=list(actions),
        resources=["*"],
        conditions={"ArnNotLike": {"aws:PrincipalArn": except_arns}} if except_arns else None,
    )


def _allow_alarms_to_publish(key: kms.Key, settings: StageSettings) -> None:
    # The alarm topic is encrypted, and CloudWatch publishes to it as itself (EventBridge's
    # permission comes with the rule's target, and has no condition: AWS supports none there).
    key.add_to_resource_policy(
        iam.PolicyStatement(
            sid="CloudWatchPublishesAlarms",
            principals=[iam.ServicePrincipal("cloudwatch.amazonaws.com")],
            actions=["kms:Decrypt", "kms:GenerateDataKey*"],
            resources=["*"],
            conditions={"StringEquals": {"aws:SourceAccount": settings.account}},
        )
    )
