"""One origin: CloudFront with the dashboard at ``/`` and the HTTP API at ``/api/*``."""

from aws_cdk import Duration
from aws_cdk import aws_apigatewayv2 as gateway
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_cloudfront_origins as origins
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.nag import acknowledge
from infra.settings import StageSettings

# All that a distribution can be told about. Left alone it keeps an error for ten seconds and, where
# nothing else is cached, under a key without authorization and query: another user's answer.
_ERROR_STATUSES = (400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504)


def content_security_policy(sign_in_url: str, packs_url: str) -> str:
    """Return the policy every answer carries: own files, and two hosts to talk to besides us.

    The page never gives a string to the browser as markup: trusted types are required and none
    may be made.
    """
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self'",
            f"connect-src 'self' {sign_in_url} {packs_url}",
            "frame-ancestors 'none'",
            "base-uri 'none'",
            "form-action 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types 'none'",
        )
    )


def packs_url(packs: s3.Bucket, region: str) -> str:
    """Return the origin of presigned pack URLs: boto3 names us-east-1 without its region."""
    host = packs.bucket_domain_name
    return f"https://{host if region == 'us-east-1' else packs.bucket_regional_domain_name}"


def create_edge(
    scope: Construct,
    settings: StageSettings,
    dashboard: s3.Bucket,
    api: gateway.HttpApi,
    csp: str,
) -> cloudfront.Distribution:
    """Create the distribution with its two behaviours."""
    # Policies and access controls are named once an account, stacks once a region.
    name = f"openai-audit-{settings.stage}-{settings.region}"
    headers = _headers(scope, name, csp)
    access = cloudfront.S3OriginAccessControl(
        scope, "DashboardAccess", origin_access_control_name=name
    )
    api_host = f"{api.api_id}.execute-api.{settings.region}.amazonaws.com"
    distribution = cloudfront.Distribution(
        scope,
        "Distribution",
        comment=f"OpenAI Audit {settings.stage}",
        default_root_object="index.html",
        http_version=cloudfront.HttpVersion.HTTP2_AND_3,
        price_class=cloudfront.PriceClass.PRICE_CLASS_100,
        default_behavior=cloudfront.BehaviorOptions(
            origin=origins.S3BucketOrigin.with_origin_access_control(
                dashboard, origin_access_control=access
            ),
            viewer_protocol_policy=cloudfront.ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
            cache_policy=cloudfront.CachePolicy.CACHING_OPTIMIZED,
            response_headers_policy=headers,
        ),
        additional_behaviors={
            "/api/*": cloudfront.BehaviorOptions(
                origin=origins.HttpOrigin(
                    api_host, protocol_policy=cloudfront.OriginProtocolPolicy.HTTPS_ONLY
                ),
                allowed_methods=cloudfront.AllowedMethods.ALLOW_ALL,
                viewer_protocol_policy=cloudfront.ViewerProtocolPolicy.HTTPS_ONLY,
                cache_policy=cloudfront.CachePolicy.CACHING_DISABLED,
                origin_request_policy=cloudfront.OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
                response_headers_policy=headers,
            )
        },
        error_responses=[
            cloudfront.ErrorResponse(http_status=status, ttl=Duration.seconds(0))
            for status in _ERROR_STATUSES
        ],
    )
    _acknowledge(distribution)
    return distribution


def _headers(scope: Construct, name: str, csp: str) -> cloudfront.ResponseHeadersPolicy:
    return cloudfront.ResponseHeadersPolicy(
        scope,
        "SecurityHeaders",
        response_headers_policy_name=name,
        security_headers_behavior=cloudfront.ResponseSecurityHeadersBehavior(
            content_security_policy=cloudfront.ResponseHeadersContentSecurityPolicy(
                content_security_policy=csp, override=True
            ),
            strict_transport_security=cloudfront.ResponseHeadersStrictTransportSecurity(
                access_control_max_age=Duration.days(730), include_subdomains=True, override=True
            ),
            content_type_options=cloudfront.ResponseHeadersContentTypeOptions(override=True),
            frame_options=cloudfront.ResponseHeadersFrameOptions(
                frame_option=cloudfront.HeadersFrameOption.DENY, override=True
            ),
            referrer_policy=cloudfront.ResponseHeadersReferrerPolicy(
                referrer_policy=cloudfront.HeadersReferrerPolicy.NO_REFERRER, override=True
            ),
        ),
        custom_headers_behavior=cloudfront.ResponseCustomHeadersBehavior(
            custom_headers=[
                cloudfront.ResponseCustomHeader(header=header, value=value, override=True)
                for header, value in (
                    ("Cross-Origin-Opener-Policy", "same-origin"),
                    ("Cross-Origin-Resource-Policy", "same-origin"),
                    ("Permissions-Policy", "camera=(), geolocation=(), microphone=()"),
                )
            ]
        ),
    )


def _acknowledge(distribution: cloudfront.Distribution) -> None:
    web_acl = """Behind it are static files and an API that throttles and checks a signature on
        every route; a web ACL is the operator's account-wide choice."""
    log = """Its log would keep query strings, among them sign-in codes; the API has its own access
        log without them."""
    certificate = """The distribution has CloudFront's own domain and certificate, whose minimum
        protocol cannot be set; a custom domain brings TLS 1.2."""
    acknowledge(distribution, "CFR1", "Tenants and auditors sign in from any country.")
    acknowledge(distribution, "CFR2", web_acl)
    acknowledge(distribution, "CFR3", log)
    acknowledge(distribution, "CFR4", certificate)
