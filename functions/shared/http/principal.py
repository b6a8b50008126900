"""Who is asking: tenant, user or machine, and what they may, as the authorizer says.

Pure. The tenant comes from here and from nowhere else.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, TypedDict

from functions.shared.aws.keys import tenant_id
from functions.shared.errors import (
    NotAllowed,
    NotFound,
    NotSignedIn,
    SignInUnavailable,
    TooManyRequests,
)
from functions.shared.http.scopes import scope_of

GROUPS: Final = frozenset({"admin", "auditor"})
HOW_TO_SIGN_IN: Final = "send an ID token, or a machine's access token, as Authorization: Bearer"


class Caller(TypedDict, total=False):
    """What the authorizer hands to the functions: texts alone, as API Gateway keeps them.

    ``refusal`` says in words why nobody is signed in, ``unavailable`` why that cannot be told;
    then no tenant is named. The last three are of the tenant's budget of requests.
    """

    refusal: str
    unavailable: str
    tenant_id: str
    user: str
    groups: str
    scopes: str
    limit: str
    remaining: str
    reset_s: str


@dataclass(frozen=True, slots=True)
class Principal:
    """A user who is signed in, or a machine.

    Attributes:
        tenant_id: the customer.
        user: opaque id of the user (Cognito ``sub``), or of the machine's client.
        groups: of a user: ``admin`` (connect, packs) and ``auditor`` (read, download).
        scopes: of a machine; None for a user.
    """

    tenant_id: str
    user: str
    groups: frozenset[str]
    scopes: frozenset[str] | None = None

    def require_admin(self) -> None:
        """Refuse a user who is not an admin; a machine's scope was held to its route before.

        Raises:
            NotAllowed: say which group is needed.
        """
        if self.scopes is None and "admin" not in self.groups:
            raise NotAllowed("this needs a user of the group admin")

    def require_scope(self, method: str, path: str) -> None:
        """Refuse a machine whose scopes do not hold the one of a route.

        Raises:
            NotAllowed: say which scope is needed, or that this is for people.
        """
        if self.scopes is None:
            return
        needed = scope_of(method, path)
        if needed is None:
            raise NotAllowed("this is for people who are signed in, not for machines")
        if needed not in self.scopes:
            raise NotAllowed(f"this needs a client with the scope {needed}")


def person_of(claims: Mapping[str, Any]) -> Principal:
    """Return the user that the claims of a verified token name.

    Raises:
        NotSignedIn: no ID token of a user with a tenant and a group.
    """
    # Access tokens of the pool are signed alike, but carry no tenant.
    if claims.get("token_use") != "id":
        raise NotSignedIn("send the ID token, not the access token")
    try:
        tenant = tenant_id(claims.get("custom:tenant_id"))
    except NotFound as error:
        raise NotSignedIn("this user belongs to no tenant; ask the operator") from error
    named = claims.get("cognito:groups")
    groups = GROUPS & {str(name) for name in (named if isinstance(named, list) else [])}
    if not groups:
        raise NotSignedIn("this user is in no group; ask an admin of your tenant")
    return Principal(tenant, str(claims.get("sub", "")), groups)


def caller_of(principal: Principal) -> Caller:
    """Return what the authorizer says of whom it let in."""
    caller: Caller = {"tenant_id": principal.tenant_id, "user": principal.user}
    if principal.scopes is not None:
        return {**caller, "scopes": " ".join(sorted(principal.scopes))}
    return {**caller, "groups": " ".join(sorted(principal.groups))}


def principal_of(caller: Caller) -> Principal:
    """Return who sends a request, as the authorizer says.

    Raises:
        NotSignedIn: nobody, and why.
        SignInUnavailable: that cannot be told at this moment.
        TooManyRequests: the tenant's budget is used up.
    """
    if "unavailable" in caller:
        raise SignInUnavailable(caller["unavailable"])
    if "refusal" in caller or "tenant_id" not in caller:
        raise NotSignedIn(caller.get("refusal", HOW_TO_SIGN_IN))
    if int(caller["remaining"]) < 0:
        raise TooManyRequests(
            f"your tenant may send {caller['limit']} requests a minute; "
            f"try again in {caller['reset_s']} s"
        )
    scopes = frozenset(caller["scopes"].split()) if "scopes" in caller else None
    groups = frozenset(caller.get("groups", "").split())
    return Principal(caller["tenant_id"], caller["user"], groups, scopes)
