"""The API's routes, each explicit: what is not here does not reach a function."""

from dataclasses import dataclass
from typing import Final

BASE: Final = "/api/v1/openai"


@dataclass(frozen=True, slots=True)
class Route:
    """One route; ``public`` ones need no sign-in."""

    method: str
    path: str
    function: str
    public: bool = False


def _connect(method: str, path: str) -> Route:
    return Route(method, BASE + path, "Connect")


def _access(method: str, path: str, *, public: bool = False) -> Route:
    return Route(method, BASE + path, "Access", public)


def _api(path: str, method: str = "GET", *, public: bool = False) -> Route:
    return Route(method, BASE + path, "Api", public)


ROUTES: Final[tuple[Route, ...]] = (
    _connect("POST", "/orgs"),
    _connect("PATCH", "/orgs/{org_id}"),
    _connect("PUT", "/orgs/{org_id}/admin-key"),
    _connect("POST", "/orgs/{org_id}/pause"),
    _connect("POST", "/orgs/{org_id}/resume"),
    _connect("DELETE", "/orgs/{org_id}"),
    _connect("POST", "/hashing-key"),
    _connect("PUT", "/orgs/{org_id}/service-accounts/{service_account_id}/person"),
    _access("POST", "/token", public=True),
    _access("POST", "/clients"),
    _access("GET", "/clients"),
    _access("POST", "/clients/{client_id}/secret"),
    _access("DELETE", "/clients/{client_id}"),
    _api("/orgs"),
    _api("/orgs/{org_id}"),
    _api("/orgs/{org_id}/hours"),
    _api("/orgs/{org_id}/days"),
    _api("/summary"),
    _api("/users"),
    _api("/projects"),
    _api("/api-keys"),
    _api("/events"),
    _api("/changes"),
    _api("/findings"),
    _api("/feed"),
    _api("/orgs/{org_id}/findings/{finding_id}/state", "PUT"),
    _api("/deadlines"),
    _api("/deadlines", "PUT"),
    _api("/billing"),
    _api("/evidence-packs", "POST"),
    _api("/evidence-packs"),
    _api("/evidence-packs/{number}"),
    _api("/evidence-packs/{number}/download"),
    _api("/evidence-packs/{number}/links", "POST"),
    _api("/evidence-packs/{number}/links"),
    _api("/evidence-packs/{number}/links/{link_id}", "DELETE"),
    _api("/shared/{token}", public=True),
    _api("/custody"),
    _api("/anchors"),
    _api("/signing-keys", public=True),
    _api("/openapi.json", public=True),
)
