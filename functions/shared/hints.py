"""What a tenant should know or do about a connection, in whole sentences.

Pure. Source of where audit logging is switched on: OpenAI help centre, article 9687866 ("Admin and
Audit Logs API for the API Platform").
"""

from collections.abc import Mapping
from typing import Final

from functions.shared.errors import PASSING_BY

AUDIT_LOGGING_SWITCH: Final = (
    "Organization settings → Data controls → Data retention → Audit logging (an owner can switch "
    "it on; it cannot be switched off again)"
)
READ_ONLY: Final = (
    "Whether the admin key is read-only cannot be proven from outside: mint it as read-only, with "
    "an expiry of 90 days, under Settings → Organization → Admin Keys."
)
_NO_PROOF: Final = (
    "OpenAI accepted this key with a wrong organization id too, so it is not proven that the key "
    "belongs to this organization; packs say org_proof: none."
)
_BY_SECTION: Final[Mapping[tuple[str, str], str]] = {
    ("audit_events", "unproven"): (
        "The audit log answered, but holds no event: nothing shows yet that audit logging is on. "
        f"Switch it on under {AUDIT_LOGGING_SWITCH}."
    ),
    ("audit_events", "forbidden"): (
        "This key may not read the audit log: give it the scope api.audit_logs.read, and see that "
        f"audit logging is on under {AUDIT_LOGGING_SWITCH}."
    ),
    ("audit_events", "unavailable"): (
        "OpenAI offers no audit log for this organization; changes are seen by comparing pictures "
        "only."
    ),
    ("projects", "forbidden"): (
        "This key may not list projects, and so no API keys either: give it the scope "
        "api.management.read."
    ),
    ("api_keys", "forbidden"): (
        "This key may not list API keys: give it the scope api.management.read."
    ),
    ("api_keys", "partial"): (
        "OpenAI does not show API keys by the access of their owners here: keys whose owner left "
        "may be missing, and the section stays partial."
    ),
}
_BY_HEALTH: Final[Mapping[str, str]] = {
    "key_rejected": (
        "OpenAI no longer accepts the admin key: replace it (PUT …/admin-key or the dashboard)."
    ),
    "mismatched_organization": (
        "OpenAI says that the admin key belongs to another organization: replace it."
    ),
    "ip_not_authorized": (
        "The organization's IP allowlist does not let us in: add our addresses, or take the list "
        "off the admin key."
    ),
    "region_not_supported": (
        "OpenAI told us that it does not serve the region we ask from; that is about our address, "
        "not about the admin key. We go on asking; tell the operator if it stays."
    ),
    "refused_on_the_way": (
        "Something between OpenAI and us (a CDN or a proxy) refused our requests; that says "
        "nothing of the admin key. We go on asking; tell the operator if it stays."
    ),
    "refusal_contradicted": (
        "OpenAI refused the admin key for a part of the last hour and took it for the rest: a "
        "mistake of one of its servers. We go on asking."
    ),
    "quarantined": "The admin key sees none of the known projects: replace it.",
    "key_unusable": "The stored admin key cannot be unwrapped: replace it.",
}


def hints(
    readable: Mapping[str, str],
    org_proof: str,
    health: str,
    warn_at: str,
    now: str,
    last_reason: str | None = None,
) -> list[str]:
    """Return the hints of a connection, the most pressing first.

    Args:
        readable: section to ``ok``, ``forbidden``, ``unavailable``, ``unproven`` or ``partial``.
        org_proof: ``proven`` or ``none``.
        health: ``ok`` or what the last run ran into.
        warn_at: from when to remind of the key's expiry, RFC 3339.
        now: the present, RFC 3339.
        last_reason: why the newest hour is not complete; counts where it says nothing of the
            connection, and so stands in no ``health``.
    """
    reasons = dict.fromkeys([health, last_reason if last_reason in PASSING_BY else health])
    due = [_BY_HEALTH[reason] for reason in reasons if reason in _BY_HEALTH]
    if now >= warn_at:
        due.append("The admin key expires soon, or is 76 days old: replace it.")
    if org_proof != "proven":
        due.append(_NO_PROOF)
    due += [text for (section, word), text in _BY_SECTION.items() if readable.get(section) == word]
    return [*due, READ_ONLY]
