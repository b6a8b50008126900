"""The routes and who may call them."""

from typing import cast

from functions.connect.context import Context
from functions.connect.handler import routes
from tests.infra.template import Template, flat

BASE = "/api/v1/openai"
UNROUTED = "$default"
PUBLIC = {
    f"POST {BASE}/token",
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
ACCESS = {
    f"POST {BASE}/token",
    f"POST {BASE}/clients",
    f"GET {BASE}/clients",
    f"POST {BASE}/clients/{{client_id}}/secret",
    f"DELETE {BASE}/clients/{{client_id}}",
}
NOTIFY = {
    f"{method} {BASE}/webhooks{path}"
    for method, path in (
        *(("POST", ""), ("GET", ""), ("GET", "/{webhook_id}"), ("DELETE", "/{webhook_id}")),
        *(("POST", "/{webhook_id}/secret"), ("POST", "/{webhook_id}/test")),
        *(("POST", "/{webhook_id}/replay"), ("GET", "/{webhook_id}/deliveries")),
    )
}
NOTIFY |= {
    *(f"POST {BASE}/mail", f"GET {BASE}/mail", f"DELETE {BASE}/mail/{{mail_id}}"),
    f"POST {BASE}/mail/{{mail_id}}/confirmation",
}
READ = {
    f"GET {BASE}{path}"
    for path in (
        *(
            "/orgs",
            "/orgs/{org_id}",
            "/orgs/{org_id}/hours",
            "/orgs/{org_id}/days",
            "/orgs/{org_id}/access",
            "/summary",
            "/users",
            "/projects",
        ),
        *("/api-keys", "/events", "/changes", "/findings", "/findings/summary", "/billing"),
        *("/evidence-packs", "/evidence-packs/{number}", "/evidence-packs/{number}/download"),
        *("/evidence-packs/{number}/links", "/custody", "/anchors", "/deadlines", "/feed"),
        *("/feed/ocsf", "/proof", "/group-members", "/group-roles", "/user-roles"),
        *("/project-groups", "/workload-identity-providers", "/workload-identity-rules"),
        *("/exports", "/exports/{number}", "/exports/{number}/download"),
        *("/admin-keys", "/invites", "/groups", "/roles", "/service-accounts", "/project-users"),
    )
}
ASK = {
    f"POST {BASE}/evidence-packs/{{number}}/links",
    f"DELETE {BASE}/evidence-packs/{{number}}/links/{{link_id}}",
    f"POST {BASE}/evidence-packs",
    f"POST {BASE}/exports",
    f"PUT {BASE}/orgs/{{org_id}}/findings/{{finding_id}}/state",
    f"PUT {BASE}/findings/states",
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
        for name in (
            *("AccessFunctionName", "ConnectFunctionName", "ApiFunctionName"),
            "NotifyFunctionName",
        )
    }
    functions_by_route = {
        route["RouteKey"]: functions[flat(integrations[integration]["IntegrationUri"])]
        for route in template.all("AWS::ApiGatewayV2::Route").values()
        for integration in [flat(route["Target"]).removeprefix("integrations/")]
    }
    api = with_head(READ | ASK | PUBLIC) | {UNROUTED}
    expected = dict.fromkeys(api, "Api") | dict.fromkeys(CONNECT, "Connect")
    expected |= dict.fromkeys(with_head(ACCESS), "Access")
    expected |= dict.fromkeys(with_head(NOTIFY), "Notify")
    assert functions_by_route == expected


def test_every_route_but_the_public_ones_has_the_authorizer(template: Template) -> None:
    """The authorizer is on the route itself."""
    authorizer, _ = template.only("AWS::ApiGatewayV2::Authorizer")
    for route in template.all("AWS::ApiGatewayV2::Route").values():
        if route["RouteKey"] in with_head(PUBLIC) | {UNROUTED}:
            assert route["AuthorizationType"] == "NONE"
            assert "AuthorizerId" not in route
        else:
            assert route["AuthorizationType"] == "CUSTOM"
            assert route["AuthorizerId"] == {"Ref": authorizer}


def test_the_authorizer_is_asked_each_time_and_no_answer_is_kept(template: Template) -> None:
    """Whoever is revoked is refused at the next request; without a token, too, it is asked."""
    _, authorizer = template.only("AWS::ApiGatewayV2::Authorizer")
    assert authorizer["AuthorizerType"] == "REQUEST"
    assert authorizer["AuthorizerPayloadFormatVersion"] == "2.0"
    assert authorizer["EnableSimpleResponses"] is True
    assert authorizer["AuthorizerResultTtlInSeconds"] == 0
    assert not authorizer.get("IdentitySource")


def test_the_authorizer_takes_the_pool_s_tokens_for_our_client_only(template: Template) -> None:
    """Issuer and audience are both checked, by what the template tells the function."""
    pool, _ = template.only("AWS::Cognito::UserPool")
    client, _ = template.only("AWS::Cognito::UserPoolClient")
    function = template.functions()["Authorizer"]
    values = function["Environment"]["Variables"]
    assert values["CLIENT_ID"] == {"Ref": client}
    assert flat(values["ISSUER"]) == f"https://cognito-idp.eu-central-1.amazonaws.com/{pool}"
    assert int(values["REQUESTS_PER_MINUTE"]) > 0


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
