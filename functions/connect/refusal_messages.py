"""What each of OpenAI's refusals means for whoever is connecting, and what to do about it.

Pure. One message per class of the error tree; every one of them ends the same way: nothing was
stored.
"""

from collections.abc import Mapping
from typing import Final

from functions.connect.form import WHERE_TO_GET_ONE
from functions.shared import errors

NOTHING_STORED: Final = "Nothing was stored."

MESSAGES: Final[Mapping[type[errors.UpstreamError], str]] = {
    errors.KeyRejected: (
        "OpenAI answered 401: it does not know this key, or the key has expired or was revoked; "
        f"{WHERE_TO_GET_ONE}."
    ),
    errors.OrganizationMismatch: (
        "OpenAI says that this key belongs to another organization than the org_id sent; compare "
        "it with Settings → Organization → General, and mint the key in that organization."
    ),
    errors.AddressNotAuthorized: (
        "OpenAI says that the organization takes its keys from listed IP addresses only, and "
        "ours is not on the list; add our addresses under Settings → Organization → Security."
    ),
    errors.RegionNotSupported: (
        "OpenAI says that it does not serve the country or region we ask from; that is about our "
        "address, not about the key; try again later, and tell the operator if it stays."
    ),
    errors.RefusedOnTheWay: (
        "Something between OpenAI and us, such as a CDN or a proxy, refused the request; OpenAI "
        "itself has said nothing of the key; try again in a minute."
    ),
    errors.RefusalContradicted: (
        "OpenAI took this key for one list and refused it for another at the same moment, which is "
        "a mistake of one of its servers; try again in a minute."
    ),
    errors.ScopeMissing: (
        "OpenAI answered 403: this key may not list users; it needs the scope api.management.read "
        f"(and api.audit_logs.read for the audit log); {WHERE_TO_GET_ONE}."
    ),
    errors.QuotaExhausted: (
        "OpenAI answered 429 insufficient_quota: the organization's quota is used up, and waiting "
        "does not help; see Settings → Organization → Billing."
    ),
    errors.Throttled: (
        "OpenAI answered 429: too many requests of this organization just now; try again in a "
        "minute."
    ),
    errors.UpstreamTimeout: "OpenAI did not answer in time; try again in a minute.",
    errors.DeadlineReached: "OpenAI did not answer in time; try again in a minute.",
    errors.UpstreamUnreachable: "OpenAI could not be reached; try again in a minute.",
    errors.UpstreamFailed: "OpenAI had a failure of its own (5xx); try again in a minute.",
    errors.EndpointUnavailable: (
        "OpenAI answered 404: it offers no Admin API for this organization."
    ),
    errors.UnexpectedRedirect: (
        "OpenAI's address answered with a redirect, which is never followed: it would carry the "
        "key away."
    ),
    errors.Quarantined: (
        "This key sees none of the projects known of this organization, so it may belong to "
        "another one, and the history must not be mixed; use a key of the same organization."
    ),
    errors.UpstreamError: "OpenAI's answer was not what its documentation says; try again later.",
}


def explained(error: errors.UpstreamError) -> errors.UpstreamError:
    """Return the same refusal with the message the tenant reads."""
    kind = type(error)
    text = next(MESSAGES[base] for base in kind.__mro__ if base in MESSAGES)
    # To the tenant a used-up time of ours and a slow answer are the same thing.
    shown_as = errors.UpstreamTimeout if kind is errors.DeadlineReached else kind
    return shown_as(
        f"{text} {NOTHING_STORED}", request_id=error.request_id, retry_after_s=error.retry_after_s
    )
