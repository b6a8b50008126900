"""The routes and who may call them."""

from typing import cast

from functions.connect.context import Context
from functions.connect.handler import routes
from tests.infra.template import Template, flat

BASE = "/api/v1/openai"
UNROUTED = "$default"
PUBLIC = {
    f"GET {BASE}/signing-keys",
    f"GET {BASE}/openapi.json",
    f"GET {BASE}/shared/{{token}}",
}
CONNECT = {
    f"POST {BASE}/orgs",
    f"PATCH {BASE}/orgs/{{org_id}}",
    f"PUT {BASE}/orgs/{{org_id}}/admin-key",
    f"POST {BASE}/orgs/{{org_id}}/pause",
    f"POST {BASE}/orgs/{{org_id}}/resume",
    f"DELETE {BASE}/orgs/{{org_id}}",
    f"POST {BASE}/hashing-key",
    f"PUT {BASE}/orgs/{{org_id}}/service-accounts/{{service_account_id}}/person",
}
READ = {
    f"GET {BASE}{path}"
    for path in (
        *("/orgs", "/orgs/{org_id}", "/orgs/{org_id}/hours", "/summary", "/users", "/projects"),
        *("/api-keys", "/events", "/changes", "/findings", "/billing", "/evidence-packs"),
        *("/evidence-packs/{number}", "/evidence-packs/{number}/download"),
        *("/evidence-packs/{number}/links", "/custody", "/anchors", "/deadlines"),
    )
}
ASK = {
    f"POST {BASE}/evidence-packs/{{number}}/links",
    f"DELETE {BASE}/evidence-packs/{{number}}/links/{{link_id}}",
    f"POST {BASE}/evidence-packs",
    f"PUT {BASE}/orgs/{{org_id}}/findings/{{finding_id}}/state",
    f"PUT {BASE}/deadlines",
}


def with_head(routes: set[str]) -> set[str]:
    """Return routes, and that of HEAD beside each of GET: API Gateway adds none by itself."""
    return routes | {f"HEAD{route[3:]}" for route in routes if route.startswith("GET ")}


def test_the_routes_are_the_design_s_and_each_goes_to_its_function(template: Template) -> None:
    """What is not listed reaches the api function by one route, which knows no tenant."""
    integrations = template.all("AWS::ApiGatewayV2::Integration")
    outputs = template.body["Outputs"]
    functions = {
        f"{outputs[name]['Value']['Ref']}.Arn": name.removesuffix("FunctionName")
        for name in ("ConnectFunctionName", "ApiFunctionName")
    }
    functions_by_route = {
        route["RouteKey"]: functions[flat(integrations[integration]["IntegrationUri"])]
        for route in template.all("AWS::ApiGatewayV2::Route").values()
        for integration in [flat(route["Target"]).removeprefix("integrations/")]
    }
    api = with_head(READ | ASK | PUBLIC) | {UNROUTED}
    expected = dict.fromkeys(CONNECT, "Connect") | dict.fromkeys(api, "Api")
    assert functions_by_route == expected


def test_every_route_but_the_public_ones_needs_a_token(template: Template) -> None:
    """The authorizer is on the route itself."""
    authorizer, _ = template.only("AWS::ApiGatewayV2::Authorizer")
    for route in template.all("AWS::ApiGatewayV2::Route").values():
        if route["RouteKey"] in with_head(PUBLIC) | {UNROUTED}:
            assert route["AuthorizationType"] == "NONE"
            assert "AuthorizerId" not in route
        else:
            assert route["AuthorizationType"] == "JWT"
            assert route["AuthorizerId"] == {"Ref": authorizer}


def test_the_authorizer_takes_the_pool_s_tokens_for_our_client_only(template: Template) -> None:
    """Issuer and audience are both checked."""
    _, authorizer = template.only("AWS::ApiGatewayV2::Authorizer")
    pool, _ = template.only("AWS::Cognito::UserPool")
    client, _ = template.only("AWS::Cognito::UserPoolClient")
    jwt = authorizer["JwtConfiguration"]
    assert authorizer["AuthorizerType"] == "JWT"
    assert jwt["Audience"] == [{"Ref": client}]
    issuer = flat(jwt["Issuer"])
    assert issuer == f"https://cognito-idp.eu-central-1.amazonaws.com/{pool}"
    assert authorizer["IdentitySource"] == ["$request.header.Authorization"]


def test_the_api_is_throttled_and_lets_no_other_origin_in(template: Template) -> None:
    """One origin: no CORS at all."""
    _, api = template.only("AWS::ApiGatewayV2::Api")
    assert "CorsConfiguration" not in api
    _, stage = template.only("AWS::ApiGatewayV2::Stage")
    assert stage["DefaultRouteSettings"]["ThrottlingRateLimit"] > 0
    assert stage["DefaultRouteSettings"]["ThrottlingBurstLimit"] > 0


def test_the_access_log_names_no_path_no_query_and_no_caller(template: Template) -> None:
    """Paths name organizations, queries hold filters, claims hold tenants."""
    _, stage = template.only("AWS::ApiGatewayV2::Stage")
    log = stage["AccessLogSettings"]["Format"]
    assert "$context.routeKey" in log
    for word in ("path", "query", "claims", "sourceIp", "userAgent", "identity"):
        assert word not in log


def test_connect_answers_exactly_the_routes_that_lead_to_it() -> None:
    """A route without its answer, or an answer no route leads to, is a mistake in one of them."""
    assert set(routes(cast("Context", None))) == CONNECT
