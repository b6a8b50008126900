"""Sign-in: nobody signs up by themselves, nobody chooses their tenant."""

from tests.infra.template import Template, flat


def test_only_the_operator_creates_users(template: Template) -> None:
    """Self sign-up is off."""
    _, pool = template.only("AWS::Cognito::UserPool")
    assert pool["AdminCreateUserConfig"]["AllowAdminCreateUserOnly"] is True


def test_the_tenant_of_a_user_never_changes(template: Template) -> None:
    """The attribute is immutable, and the client may not write it even so."""
    _, pool = template.only("AWS::Cognito::UserPool")
    (attribute,) = pool["Schema"]
    assert attribute["Name"] == "tenant_id"
    assert attribute["Mutable"] is False
    _, client = template.only("AWS::Cognito::UserPoolClient")
    # An empty or absent list would mean every attribute.
    assert client["WriteAttributes"] == ["locale"]
    assert client["ReadAttributes"] == ["custom:tenant_id"]


def test_the_client_is_public_and_uses_the_code_flow_alone(template: Template) -> None:
    """No secret in a page, no implicit flow; PKCE is what makes the code safe."""
    _, client = template.only("AWS::Cognito::UserPoolClient")
    assert client["GenerateSecret"] is False
    assert client["AllowedOAuthFlows"] == ["code"]
    assert client["AllowedOAuthScopes"] == ["openid"]
    assert client["SupportedIdentityProviders"] == ["COGNITO"]
    assert client["PreventUserExistenceErrors"] == "ENABLED"


def test_tokens_are_short_lived_and_revocable(template: Template) -> None:
    """Half an hour for what the API takes; the refresh token ends with the working day."""
    _, client = template.only("AWS::Cognito::UserPoolClient")
    assert client["TokenValidityUnits"]["IdToken"] == "minutes"
    assert client["IdTokenValidity"] <= 60
    assert client["AccessTokenValidity"] <= 60
    assert client["TokenValidityUnits"]["RefreshToken"] == "minutes"
    assert client["RefreshTokenValidity"] <= 12 * 60
    assert client["EnableTokenRevocation"] is True


def test_in_production_only_the_hosted_page_signs_in_with_a_second_factor(prod: Template) -> None:
    """No password flow is open to scripts, MFA is required, codes come from an app."""
    _, client = prod.only("AWS::Cognito::UserPoolClient")
    assert client["ExplicitAuthFlows"] == ["ALLOW_REFRESH_TOKEN_AUTH"]
    _, pool = prod.only("AWS::Cognito::UserPool")
    assert pool["MfaConfiguration"] == "ON"
    assert pool["EnabledMfas"] == ["SOFTWARE_TOKEN_MFA"]
    assert pool["DeletionProtection"] == "ACTIVE"
    assert pool["UserPoolAddOns"] == {"AdvancedSecurityMode": "ENFORCED"}


def test_production_returns_to_the_dashboard_and_nowhere_else(prod: Template) -> None:
    """A sign-in code goes to the distribution's own address."""
    _, client = prod.only("AWS::Cognito::UserPoolClient")
    distribution, _ = prod.only("AWS::CloudFront::Distribution")
    for urls in (client["CallbackURLs"], client["LogoutURLs"]):
        assert [flat(url) for url in urls] == [f"https://{distribution}.DomainName/"]


def test_there_are_the_two_groups(template: Template) -> None:
    """`admin` connects and makes packs, `auditor` reads and downloads."""
    groups = template.all("AWS::Cognito::UserPoolGroup").values()
    assert sorted(group["GroupName"] for group in groups) == ["admin", "auditor"]
