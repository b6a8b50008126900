"""One origin, and what it tells the browser."""

from typing import Any

from tests.infra.template import Resource, Template, flat


def distribution(template: Template) -> Resource:
    """Return the distribution's configuration."""
    found: Resource = template.only("AWS::CloudFront::Distribution")[1]["DistributionConfig"]
    return found


def security(template: Template) -> Any:
    """Return the security headers."""
    _, policy = template.only("AWS::CloudFront::ResponseHeadersPolicy")
    return policy["ResponseHeadersPolicyConfig"]["SecurityHeadersConfig"]


def test_everything_but_the_api_is_the_dashboard_bucket(template: Template) -> None:
    """Two behaviours on one origin, hence no CORS."""
    config = distribution(template)
    origins = {origin["Id"]: origin for origin in config["Origins"]}
    default = origins[config["DefaultCacheBehavior"]["TargetOriginId"]]
    bucket, _ = template.only("AWS::S3::Bucket", "Dashboard")
    assert flat(default["DomainName"]) == f"{bucket}.RegionalDomainName"
    (behaviour,) = config["CacheBehaviors"]
    assert behaviour["PathPattern"] == "/api/*"
    api, _ = template.only("AWS::ApiGatewayV2::Api")
    backend = origins[behaviour["TargetOriginId"]]
    assert flat(backend["DomainName"]) == f"{api}.execute-api.eu-central-1.amazonaws.com"
    assert backend["CustomOriginConfig"]["OriginProtocolPolicy"] == "https-only"


def test_the_api_is_never_cached_and_gets_every_method(template: Template) -> None:
    """AWS's managed CachingDisabled and AllViewerExceptHostHeader, by their published ids."""
    (behaviour,) = distribution(template)["CacheBehaviors"]
    assert behaviour["CachePolicyId"] == "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
    assert behaviour["OriginRequestPolicyId"] == "b689b0a8-53d0-40ab-baf2-68738e2966ac"
    assert {"GET", "POST", "PUT", "PATCH", "DELETE"} <= set(behaviour["AllowedMethods"])


def test_no_error_is_kept_for_another_caller(template: Template) -> None:
    """The key of what is not cached holds neither authorization nor query."""
    responses = distribution(template)["CustomErrorResponses"]
    assert {response["ErrorCachingMinTTL"] for response in responses} == {0}
    assert {403, 404, 500, 502, 503, 504} <= {response["ErrorCode"] for response in responses}


def test_only_this_distribution_reads_the_dashboard_bucket(template: Template) -> None:
    """Origin access control, signed always, for one distribution."""
    _, control = template.only("AWS::CloudFront::OriginAccessControl")
    config = control["OriginAccessControlConfig"]
    assert config["SigningBehavior"] == "always"
    bucket, _ = template.only("AWS::S3::Bucket", "Dashboard")
    (policy,) = (
        p["PolicyDocument"]["Statement"]
        for p in template.all("AWS::S3::BucketPolicy").values()
        if p["Bucket"]["Ref"] == bucket
    )
    (allow,) = (statement for statement in policy if statement["Effect"] == "Allow")
    name, _ = template.only("AWS::CloudFront::Distribution")
    assert allow["Action"] == "s3:GetObject"
    source = allow["Condition"]["StringEquals"]["AWS:SourceArn"]
    assert flat(source).endswith(f":distribution/{name}")


def test_both_behaviours_are_https_with_the_same_headers(template: Template) -> None:
    """An API answer opened in the browser is under the same policy as the page."""
    config = distribution(template)
    policy, _ = template.only("AWS::CloudFront::ResponseHeadersPolicy")
    for behaviour in (config["DefaultCacheBehavior"], *config["CacheBehaviors"]):
        assert behaviour["ViewerProtocolPolicy"] in ("https-only", "redirect-to-https")
        assert behaviour["ResponseHeadersPolicyId"] == {"Ref": policy}


def test_the_page_loads_its_own_files_and_talks_to_three_places(template: Template) -> None:
    """Self, the sign-in domain and the packs bucket's host; nothing inline, nothing framed."""
    csp = flat(security(template)["ContentSecurityPolicy"]["ContentSecurityPolicy"])
    stage = template.folder.name.rstrip("0123456789")
    packs, _ = template.only("AWS::S3::Bucket", "Packs")
    sign_in = f"https://openai-audit-{stage}-000000000000.auth.eu-central-1.amazoncognito.com"
    assert dict(part.split(" ", 1) for part in csp.split("; ")) == {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self'",
        "connect-src": f"'self' {sign_in} https://{packs}.RegionalDomainName",
        "frame-ancestors": "'none'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "require-trusted-types-for": "'script'",
        "trusted-types": "'none'",
    }
    assert flat(template.body["Outputs"]["ContentSecurityPolicy"]["Value"]) == csp


def test_the_sign_in_domain_of_the_policy_is_the_pool_s(template: Template) -> None:
    """The policy would otherwise block the page's own token request."""
    _, domain = template.only("AWS::Cognito::UserPoolDomain")
    host = template.body["Outputs"]["SignInDomain"]["Value"]
    assert host == f"https://{domain['Domain']}.auth.eu-central-1.amazoncognito.com"


def test_the_other_security_headers(template: Template) -> None:
    """HTTPS remembered for two years, no sniffing, no frames, no referrer."""
    headers = security(template)
    assert headers["StrictTransportSecurity"] == {
        "AccessControlMaxAgeSec": 63072000,
        "IncludeSubdomains": True,
        "Override": True,
    }
    assert headers["ContentTypeOptions"] == {"Override": True}
    assert headers["FrameOptions"] == {"FrameOption": "DENY", "Override": True}
    assert headers["ReferrerPolicy"] == {"ReferrerPolicy": "no-referrer", "Override": True}
    assert headers["ContentSecurityPolicy"]["Override"] is True
