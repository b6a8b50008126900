"""One role per function, holding exactly the rows of ``grants.GRANTS``; and two more.

A link to a pack is signed with a role that may read packs, and that the API assumes for it. Legal
holds are put and released by a role that persons assume.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import cast

from aws_cdk import RemovalPolicy, Stack
from aws_cdk import aws_iam as iam
from constructs import Construct

from infra.grants import GRANTS, LEGAL_HOLD_GRANTS, PACK_LINK_GRANTS, Grant
from infra.nag import acknowledge
from infra.settings import StageSettings


@dataclass(frozen=True, slots=True)
class Roles:
    """The functions' roles by the functions' names, and the other two."""

    by_name: Mapping[str, iam.Role]
    pack_link: iam.Role
    legal_hold: iam.Role

    def named(self, names: Iterable[str]) -> list[iam.Role]:
        """Return the roles of these names, in their order."""
        return [self.by_name[name] for name in names]


def create_roles(scope: Construct, settings: StageSettings) -> Roles:
    """Create the roles, empty yet: keys and buckets name them before they name these."""
    by_name = {
        name: iam.Role(
            scope,
            f"{name}Role",
            assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
            description=f"What the function {name} may do",
        )
        for name in GRANTS
    }
    pack_link = iam.Role(
        scope,
        "PackLinkRole",
        assumed_by=iam.ArnPrincipal(by_name["Api"].role_arn),
        description="What a download link to a pack may do",
    )
    return Roles(by_name, pack_link, _legal_hold_role(scope, settings))


def _legal_hold_role(scope: Construct, settings: StageSettings) -> iam.Role:
    principal: iam.PrincipalBase = iam.ArnPrincipal(settings.legal_hold_principal)
    if ":role/" not in settings.legal_hold_principal:
        # Sessions of a role, those of a single sign-on among them, never say whether MFA was used.
        principal = principal.with_conditions({"Bool": {"aws:MultiFactorAuthPresent": "true"}})
    return iam.Role(
        scope,
        "LegalHoldRole",
        assumed_by=principal,
        description="Puts and releases legal holds on evidence; assumed by persons",
    )


def fill_roles(roles: Roles, arns: Mapping[str, str], region: str) -> None:
    """Put the table's rows into the roles.

    Args:
        roles: as created.
        arns: the ARN of each resource by the first word of its name (``evidence``, ``table``).
        region: of the stack; ``kms:ViaService`` names it.
    """
    arns = {**arns, "pack-link-role": roles.pack_link.role_arn}
    for name, grants in GRANTS.items():
        _fill(roles.by_name[name], grants, arns, region)
    _fill(roles.pack_link, PACK_LINK_GRANTS, arns, region)
    _fill(roles.legal_hold, LEGAL_HOLD_GRANTS, arns, region)
    # What is held outlives the stack, and no other role may release it.
    policy = cast("iam.Policy", roles.legal_hold.node.find_child("DefaultPolicy"))
    for kept in (roles.legal_hold, policy):
        kept.apply_removal_policy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE)


def _fill(role: iam.Role, grants: Iterable[Grant], arns: Mapping[str, str], region: str) -> None:
    for grant in grants:
        thing, slash, rest = grant.resource.partition("/")
        role.add_to_policy(
            iam.PolicyStatement(
                actions=list(grant.actions),
                resources=[f"{arns[thing]}{slash}{rest}"],
                conditions=grant.conditions(region),
            )
        )
        if "*" in rest:
            _acknowledge_prefix(role, arns[thing], rest)


def allow_logging(role: iam.Role, log_group_arn: str) -> None:
    """Let a function write its own log, and no other."""
    role.add_to_policy(
        iam.PolicyStatement(
            actions=["logs:CreateLogStream", "logs:PutLogEvents"], resources=[log_group_arn]
        )
    )


def _acknowledge_prefix(role: iam.Role, bucket_arn: str, keys: str) -> None:
    bucket, _ = Stack.of(role).resolve(bucket_arn)["Fn::GetAtt"]
    acknowledge(
        role,
        f"IAM5[Resource::<{bucket}.Arn>/{keys}]",
        "An object's key holds its tenant, organization and hour, known only when it is written.",
    )
