"""Who is asking: tenant, user and group, from the token that API Gateway has verified.

Pure. The tenant comes from here and from nowhere else.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from functions.shared.aws.keys import tenant_id
from functions.shared.errors import NotAllowed, NotFound, NotSignedIn


@dataclass(frozen=True, slots=True)
class Principal:
    """A signed-in user.

    Attributes:
        tenant_id: the customer.
        user: opaque id of the user (Cognito ``sub``).
        groups: ``admin`` (connect, packs) and ``auditor`` (read, download).
    """

    tenant_id: str
    user: str
    groups: frozenset[str]

    def require_admin(self) -> None:
        """Refuse whoever is not an admin.

        Raises:
            NotAllowed: say which group is needed.
        """
        if "admin" not in self.groups:
            raise NotAllowed("this needs a user of the group admin")


def principal_of(event: Mapping[str, Any]) -> Principal:
    """Return who sends an HTTP API event.

    Raises:
        NotSignedIn: no verified ID token of a user with a tenant and a group.
    """
    authorizer = event.get("requestContext", {}).get("authorizer", {})
    claims = authorizer.get("jwt", {}).get("claims", {})
    # Access tokens pass the authorizer too, but carry no tenant.
    if claims.get("token_use") != "id":
        raise NotSignedIn("send the ID token, not the access token")
    try:
        tenant = tenant_id(claims.get("custom:tenant_id"))
    except NotFound as error:
        raise NotSignedIn("this user belongs to no tenant; ask the operator") from error
    groups = frozenset(_names(claims.get("cognito:groups", "")))
    if not groups & {"admin", "auditor"}:
        raise NotSignedIn("this user is in no group; ask an admin of your tenant")
    return Principal(tenant, str(claims.get("sub", "")), groups)


def _names(groups: object) -> list[str]:
    # API Gateway hands a list claim over as the text "[admin auditor]".
    if isinstance(groups, list):
        return [str(name) for name in groups]
    return str(groups).strip("[]").replace(",", " ").split()
