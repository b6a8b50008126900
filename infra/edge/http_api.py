"""The HTTP API: its stage, the authorizer and the explicit routes."""

import json
from typing import Final

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_apigatewayv2 as gateway
from aws_cdk import aws_apigatewayv2_authorizers as authorizers
from aws_cdk import aws_apigatewayv2_integrations as integrations
from aws_cdk import aws_cognito as cognito
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.compute.functions import Functions
from infra.edge.identity import SignIn
from infra.edge.routes import ROUTES
from infra.nag import acknowledge
from infra.settings import StageSettings

# No path and no query: a path names organizations, and a query holds filters and cursors.
_ACCESS_LOG: Final = {
    "requestId": "$context.requestId",
    "time": "$context.requestTimeEpoch",
    "routeKey": "$context.routeKey",
    "status": "$context.status",
    "latencyMs": "$context.responseLatency",
    "integrationError": "$context.integrationErrorMessage",
    "authorizerError": "$context.authorizer.error",
}


def create_api(scope: Construct, settings: StageSettings) -> gateway.HttpApi:
    """Create the API with its one stage, throttled and logged, still without routes."""
    api = gateway.HttpApi(
        scope, "HttpApi", api_name=f"openai-audit-{settings.stage}", create_default_stage=False
    )
    log_group = logs.LogGroup(
        scope,
        "HttpApiLog",
        retention=logs.RetentionDays[settings.log_retention],
        removal_policy=(
            RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE if settings.is_prod else RemovalPolicy.DESTROY
        ),
    )
    gateway.CfnStage(
        scope,
        "HttpApiStage",
        api_id=api.api_id,
        stage_name="$default",
        auto_deploy=True,
        access_log_settings=gateway.CfnStage.AccessLogSettingsProperty(
            destination_arn=log_group.log_group_arn, format=json.dumps(_ACCESS_LOG)
        ),
        default_route_settings=gateway.CfnStage.RouteSettingsProperty(
            throttling_rate_limit=50, throttling_burst_limit=100
        ),
    )
    return api


def add_routes(
    api: gateway.HttpApi,
    functions: Functions,
    sign_in: SignIn,
    client: cognito.UserPoolClient,
) -> None:
    """Add every route; of all but the public ones the authorizer says who sends a request.

    It is asked even where no token was sent, and nothing it says is kept: whoever is revoked is
    refused at the next request, and each refusal is a problem document of ours. What no route
    matches goes to the api function, which says so to everybody alike.
    """
    function = functions["Authorizer"]
    function.add_environment("ISSUER", sign_in.issuer)
    function.add_environment("CLIENT_ID", client.user_pool_client_id)
    authorizer = authorizers.HttpLambdaAuthorizer(
        "Caller",
        function,
        response_types=[authorizers.HttpLambdaResponseType.SIMPLE],
        identity_source=[],
        results_cache_ttl=Duration.seconds(0),
    )
    backends = {
        name: integrations.HttpLambdaIntegration(
            name, functions[name], scope_permission_to_route=False
        )
        for name in sorted({route.function for route in ROUTES})
    }
    for route in ROUTES:
        gateway_routes = api.add_routes(
            path=route.path,
            methods=[gateway.HttpMethod[route.method]],
            integration=backends[route.function],
            authorizer=gateway.HttpNoneAuthorizer() if route.public else authorizer,
        )
        if route.public:
            acknowledge(
                gateway_routes[0],
                "APIG4",
                "Auditors without a login verify packs against the public signing keys; the API's "
                "description holds no tenant's data; a share link's token is a credential, as "
                "is the secret with which a machine asks for a token.",
            )
    unrouted = gateway.HttpRoute(
        api,
        "Unrouted",
        http_api=api,
        integration=backends["Api"],
        route_key=gateway.HttpRouteKey.DEFAULT,
        authorizer=gateway.HttpNoneAuthorizer(),
    )
    acknowledge(unrouted, "APIG4", "It says that nothing is there, the same to everybody.")
