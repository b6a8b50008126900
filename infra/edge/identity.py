"""Sign-in: one Cognito pool, one public client with PKCE, the groups admin and auditor."""

from dataclasses import dataclass
from typing import cast

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_cognito as cognito
from constructs import Construct

from infra.nag import acknowledge
from infra.settings import StageSettings

GROUPS = {
    "admin": "Connects organizations, makes packs",
    "auditor": "Reads and downloads",
}


@dataclass(frozen=True, slots=True)
class SignIn:
    """The pool and where people sign in."""

    pool: cognito.UserPool
    domain_url: str
    issuer: str


def create_sign_in(scope: Construct, settings: StageSettings) -> SignIn:
    """Create the pool, its groups and its hosted sign-in domain."""
    pool = _pool(scope, settings)
    for group, description in GROUPS.items():
        cognito.CfnUserPoolGroup(
            scope,
            f"Group{group.capitalize()}",
            user_pool_id=pool.user_pool_id,
            group_name=group,
            description=description,
        )
    prefix = f"openai-audit-{settings.stage}-{settings.account}"
    pool.add_domain("Domain", cognito_domain=cognito.CognitoDomainOptions(domain_prefix=prefix))
    return SignIn(
        pool,
        domain_url=f"https://{prefix}.auth.{settings.region}.amazoncognito.com",
        issuer=f"https://cognito-idp.{settings.region}.amazonaws.com/{pool.user_pool_id}",
    )


def create_client(
    sign_in: SignIn, settings: StageSettings, dashboard_url: str
) -> cognito.UserPoolClient:
    """Create the dashboard's client: authorization code with PKCE, no secret.

    It may write the attribute ``locale`` and nothing else: an empty list would mean *every*
    attribute, and who can write ``custom:tenant_id`` chooses their tenant.
    """
    urls = [url for url in (f"{dashboard_url}/", settings.extra_dashboard_url) if url]
    client = sign_in.pool.add_client(
        "DashboardClient",
        generate_secret=False,
        o_auth=cognito.OAuthSettings(
            flows=cognito.OAuthFlows(authorization_code_grant=True),
            scopes=[cognito.OAuthScope.OPENID],
            callback_urls=urls,
            logout_urls=urls,
        ),
        supported_identity_providers=[cognito.UserPoolClientIdentityProvider.COGNITO],
        read_attributes=cognito.ClientAttributes().with_custom_attributes("tenant_id"),
        write_attributes=cognito.ClientAttributes().with_standard_attributes(locale=True),
        id_token_validity=Duration.minutes(30),
        access_token_validity=Duration.minutes(30),
        refresh_token_validity=Duration.hours(12),
        enable_token_revocation=True,
        prevent_user_existence_errors=True,
    )
    # Set below the construct, where "none" would mean Cognito's default of several. A script on a
    # laptop signs in with AWS credentials; in prod there is the page alone.
    flows = ["ALLOW_REFRESH_TOKEN_AUTH"]
    if not settings.is_prod:
        flows.append("ALLOW_ADMIN_USER_PASSWORD_AUTH")
    cast("cognito.CfnUserPoolClient", client.node.default_child).explicit_auth_flows = flows
    return client


def _pool(scope: Construct, settings: StageSettings) -> cognito.UserPool:
    pool = cognito.UserPool(
        scope,
        "Users",
        self_sign_up_enabled=False,
        sign_in_aliases=cognito.SignInAliases(username=True),
        custom_attributes={
            "tenant_id": cognito.StringAttribute(mutable=False, min_len=1, max_len=64)
        },
        password_policy=cognito.PasswordPolicy(
            min_length=14,
            require_digits=True,
            require_lowercase=True,
            require_uppercase=True,
            require_symbols=True,
            temp_password_validity=Duration.days(3),
        ),
        mfa=cognito.Mfa[settings.mfa],
        mfa_second_factor=cognito.MfaSecondFactor(otp=True, sms=False),
        account_recovery=cognito.AccountRecovery.EMAIL_ONLY,
        feature_plan=(
            cognito.FeaturePlan.PLUS
            if settings.threat_protection
            else cognito.FeaturePlan.ESSENTIALS
        ),
        standard_threat_protection_mode=(
            cognito.StandardThreatProtectionMode.FULL_FUNCTION
            if settings.threat_protection
            else None
        ),
        deletion_protection=settings.is_prod,
        # Protected, so not except on creation: the rollback would fail.
        removal_policy=RemovalPolicy.RETAIN if settings.is_prod else RemovalPolicy.DESTROY,
    )
    if not settings.is_prod:
        reason = "The stage dev holds invented tenants; prod requires it (cdk.json, stages.prod)."
        for rule in ("COG2", "COG3", "COG8"):
            acknowledge(pool, rule, reason)
    return pool
