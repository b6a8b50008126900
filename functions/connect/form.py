"""Step 0, form: what is refused before anyone is asked.

Pure. The admin key becomes a ``SecretStr`` here; no message repeats any part of what was sent in
its place.
"""

import re
import unicodedata
from typing import Annotated, Final, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, SecretStr, ValidationError

from functions.shared.aws.keys import organization_id
from functions.shared.canonical import Json
from functions.shared.errors import BadRequest, WrongKeyKind
from functions.shared.records.statements import TEAM_PREFIX, is_team
from functions.shared.tables.account_owners import IDENTITY

MAX_NAME_LENGTH: Final = 100
MAX_ADDRESS: Final = 254
WHERE_TO_GET_ONE: Final = (
    "an owner of the organization mints one under Settings → Organization → Admin Keys: "
    "read-only, 90 days"
)
# Long enough that its last four characters give nothing away, short enough for KMS; and of these
# characters only, so that it can stand in a header whatever a client makes of bad ones.
_ADMIN_KEY = re.compile(r"sk-admin-[A-Za-z0-9_-]{12,400}", re.ASCII)
_USER = re.compile(IDENTITY, re.ASCII)
# How OpenAI spells the ids of service accounts.
_SERVICE_ACCOUNT: Final = "svc_acct_"
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+")


def _admin_key(value: object) -> SecretStr:
    text = value.strip() if isinstance(value, str) else ""
    if not text:
        raise BadRequest(f"admin_key is missing: an Organization Admin Key; {WHERE_TO_GET_ONE}")
    if not text.startswith("sk-admin-"):
        kind = "a user or project key (sk-…)" if text.startswith("sk-") else "something else"
        raise WrongKeyKind(
            f"an Organization Admin Key is needed, it starts with sk-admin-; this is {kind}; "
            f"{WHERE_TO_GET_ONE}; revoke a key that you sent here by mistake"
        )
    if not _ADMIN_KEY.fullmatch(text):
        raise WrongKeyKind(
            "this starts like an Organization Admin Key, but is cut off or holds other characters "
            f"than letters, digits, - and _; copy it again; {WHERE_TO_GET_ONE}"
        )
    return SecretStr(text)


def _display_name(value: object) -> str | None:
    if value is None:
        return None
    text = unicodedata.normalize("NFC", value).strip() if isinstance(value, str) else ""
    hidden = any(unicodedata.category(letter) in ("Cc", "Cs") for letter in text)
    if not text or len(text) > MAX_NAME_LENGTH or hidden:
        raise BadRequest(
            f"display_name must be text of 1 to {MAX_NAME_LENGTH} characters without control "
            "characters"
        )
    return text


def _person(value: object) -> str | None:
    if value is None:
        return None
    text = value.strip() if isinstance(value, str) else ""
    if text.startswith(_SERVICE_ACCOUNT):
        raise BadRequest("person must be a person or a team: a service account answers for nothing")
    if text.startswith(TEAM_PREFIX) and not is_team(text):
        raise BadRequest("person: the code of a team is like team:platform-2, 1 to 32 characters")
    if not _USER.fullmatch(text) and not (len(text) <= MAX_ADDRESS and _ADDRESS.fullmatch(text)):
        raise BadRequest(
            "person must be the user id of who answers for it (GET /users lists them), an e-mail "
            "address, of which only the keyed hash is kept, a team's code, or null for nobody"
        )
    return text


AdminKey = Annotated[SecretStr, BeforeValidator(_admin_key)]
DisplayName = Annotated[str | None, BeforeValidator(_display_name)]
Person = Annotated[str | None, BeforeValidator(_person)]
OrganizationId = Annotated[str, BeforeValidator(organization_id)]


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class ConnectForm(_Form):
    """The body of ``POST /orgs``."""

    org_id: OrganizationId
    display_name: DisplayName = None
    admin_key: AdminKey


class RenameForm(_Form):
    """The body of ``PATCH /orgs/{org_id}``."""

    display_name: DisplayName


class ReplaceKeyForm(_Form):
    """The body of ``PUT /orgs/{org_id}/admin-key``."""

    admin_key: AdminKey


class PersonForm(_Form):
    """The body of ``PUT /orgs/{org_id}/service-accounts/{service_account_id}/person``."""

    person: Person


AnyForm = TypeVar("AnyForm", bound=_Form)


def read(form: type[AnyForm], body: Json) -> AnyForm:
    """Return the body as a form.

    Raises:
        BadRequest: names the field; ``WrongKeyKind`` and ``MalformedOrganization`` among them.
    """
    missing = [name for name, field in form.model_fields.items() if field.is_required()]
    for name in missing:
        if name not in body:
            raise BadRequest(f"{name} is missing")
    try:
        return form.model_validate(body)
    except ValidationError as error:
        # `from None`: pydantic's error carries what was sent.
        fields = ", ".join(str(fault["loc"][0]) for fault in error.errors(include_input=False))
        raise BadRequest(f"cannot be used: {fields}") from None
