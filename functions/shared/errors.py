"""The error tree: what can go wrong, in the words a caller decides by.

Pure. Raise once, where the fact is known; catch where a decision is made; never decide by message
text. Messages hold fact, value and limit, and never a key, a token or an e-mail address.
"""

from typing import Final


class AuditError(Exception):
    """Root of every error this product raises on purpose."""


class Misconfigured(AuditError):
    """A setting the function needs is absent or unusable. Page the operator."""


class MalformedJson(AuditError):
    """Bytes that should be JSON are not, or not strictly. Whoever reads them knows whose fault."""


# --- what a caller of the API did -----------------------------------------------------------------


class BadRequest(AuditError):
    """The request cannot be used as sent. Tell the caller which field, and what is allowed."""


class PeriodInvalid(BadRequest):
    """The period of a pack is not whole hours, is reversed, too long, or not yet closed."""


class WrongKeyKind(BadRequest):
    """The key sent is not an Organization Admin Key by its form."""


class MalformedOrganization(BadRequest):
    """The organization id does not have the form ``org-…``."""


class NotSignedIn(AuditError):
    """Nobody is signed in: no token, or none that is good; the message says why."""


class SignInUnavailable(AuditError):
    """Who is asking cannot be told at this moment: the user pool's keys cannot be had."""


class TooManyRequests(AuditError):
    """The tenant has sent as many requests in this minute as it may."""


class NotAllowed(AuditError):
    """The caller is signed in, but the action belongs to another group."""


class NotFound(AuditError):
    """There is no such thing for this tenant; the answer is the same if another tenant has it."""


class Conflict(AuditError):
    """The thing exists, in a state that does not allow the action."""


class AlreadyConnected(Conflict):
    """The tenant has connected this organization already."""


# --- what OpenAI answered -------------------------------------------------------------------------


class UpstreamError(AuditError):
    """OpenAI did not give the answer asked for.

    Attributes:
        reason: the short word that goes into seals, rows and logs; stable.
        lasting: True when trying again within the hour won't mend it.
        request_id: OpenAI's ``x-request-id`` of the answer, where there was one.
        retry_after_s: seconds OpenAI asked us to wait, where it did.
    """

    reason = "upstream_error"
    lasting = False

    def __init__(
        self,
        message: str = "",
        *,
        request_id: str | None = None,
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(message or self.reason)
        self.request_id = request_id
        self.retry_after_s = retry_after_s


class KeyRejected(UpstreamError):
    """401 in OpenAI's form: the key is unknown, expired or revoked. The tenant must replace it."""

    reason = "key_rejected"
    lasting = True


class OrganizationMismatch(UpstreamError):
    """401 ``mismatched_organization``: the key belongs to another organization."""

    reason = "mismatched_organization"
    lasting = True


class AnsweredForAnother(OrganizationMismatch):
    """200, but the answer names another organization: OpenAI did not check the one we claimed."""


class AddressNotAuthorized(UpstreamError):
    """401 or 403: the organization takes its keys from listed addresses only; ours is not one."""

    reason = "ip_not_authorized"


class RegionNotSupported(UpstreamError):
    """403 ``unsupported_country_region_territory``: OpenAI does not serve where we ask from."""

    reason = "region_not_supported"


class RefusedOnTheWay(UpstreamError):
    """400, 401, 403 or 404 that is not in OpenAI's error form: a CDN's or proxy's word."""

    reason = "refused_on_the_way"


class RefusalContradicted(UpstreamError):
    """A refusal of the key or of a list, beside good answers of the same run that refute it."""

    reason = "refusal_contradicted"


class ScopeMissing(UpstreamError):
    """403 (or 401 that names scopes): this key may not read this list."""

    reason = "scope_missing"
    lasting = True


class EndpointUnavailable(UpstreamError):
    """404: the endpoint or the thing it lists is not there for this organization."""

    reason = "unavailable"
    lasting = True


class ParameterRefused(UpstreamError):
    """400: OpenAI refuses a parameter we sent."""

    reason = "parameter_refused"
    lasting = True


class Throttled(UpstreamError):
    """429: too many requests; wait ``retry_after_s`` where it is known."""

    reason = "rate_limited"


class StreamsFull(Throttled):
    """HTTP/2: the server takes fewer requests at once than are under way; this one was not seen."""


class QuotaExhausted(UpstreamError):
    """429 ``insufficient_quota``: waiting does not help within the hour; never retried."""

    reason = "insufficient_quota"


class UpstreamFailed(UpstreamError):
    """5xx: OpenAI failed. Retry with backoff."""

    reason = "server_error"


class UpstreamUnreachable(UpstreamError):
    """No connection, or it broke before the whole answer was read. Retry with backoff."""

    reason = "unreachable"


class UpstreamTimeout(UpstreamError):
    """No whole answer within the time allowed for one request. Retry with backoff."""

    reason = "timeout"


class DeadlineReached(UpstreamError):
    """The run's own time is used up; what is open goes to the next run."""

    reason = "deadline"


class RequestBudgetSpent(UpstreamError):
    """The run has sent as many requests as one run may; what is open goes to the next run."""

    reason = "request_budget"


class ChangedWhileRead(UpstreamError):
    """A list left out an entity that is still there: it changed while it was read. Read it again.

    Nothing that such a list does not show is taken for removed.
    """

    reason = "changed_while_read"


class ProjectVanished(UpstreamError):
    """A project listed as active was archived, or gone, when its lists were asked for."""

    reason = "project_vanished"


class BadResponse(UpstreamError):
    """The answer is not what the contract says: not JSON, twice the same key, wrong shape."""

    reason = "bad_response"


class ResponseTooLarge(UpstreamError):
    """The answer is larger, inflated, than any page may be."""

    reason = "response_too_large"


class UnexpectedRedirect(UpstreamError):
    """OpenAI's API does not redirect; following would send the key somewhere else."""

    reason = "unexpected_redirect"


class Quarantined(UpstreamError):
    """The key sees none of the projects known of this organization: it may be another one."""

    reason = "quarantined"
    lasting = True


# What these say of an hour, they do not say of the connection: neither the key nor what it may read
# is to blame.
PASSING_BY: Final[frozenset[str]] = frozenset(
    kind.reason
    for kind in (AddressNotAuthorized, RegionNotSupported, RefusedOnTheWay, RefusalContradicted)
)


# --- what our own store or KMS says ---------------------------------------------------------------


class KeyUnusable(AuditError):
    """KMS does not unwrap this ciphertext: disabled key, or another tenant's or purpose's context.

    Attributes:
        reason: the short word that goes into seals, rows and logs.
    """

    reason = "key_unusable"


class KmsUnavailable(AuditError):
    """KMS throttles or fails. Try again."""


class LinkNotSigned(AuditError):
    """AWS gives no credentials to sign a download link with. Try again; page the operator."""


class LeaseHeld(AuditError):
    """Another run holds this organization's hour. Come back later."""


class EvidenceMissing(AuditError):
    """A sealed object that a seal names is not in the evidence bucket. Page the operator."""


class EvidenceInvalid(AuditError):
    """A sealed object's bytes do not match the digest that names it. Page the operator."""


class EvidenceNewer(AuditError):
    """A sealed object was made by a newer version than this one knows. Deploy that one again."""


class EvidenceConflict(AuditError):
    """A write-once key already holds other bytes. Never overwritten."""


class PackFailed(AuditError):
    """The pack cannot be made; the message is the reason shown to the tenant."""


class SigningRefused(AuditError):
    """The unwrapped seed is not the registered key's, or the key is revoked. Page someone."""
