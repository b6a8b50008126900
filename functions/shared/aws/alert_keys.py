"""Where alerts, webhooks and mail lie in the table: each key is spelled here and nowhere else.

Pure. As with all other keys, the tenant comes first.
"""

from typing import Final

from functions.shared.aws.keys import tenant_pk

WEBHOOK_PREFIX: Final = "WEBHOOK#"
MAIL_PREFIX: Final = "MAIL#"
ALERT_COUNTER_SK: Final = "COUNTER#alerts"
LETTERS_COUNTER_SK: Final = "COUNTER#confirmations"
WATCH_SK: Final = "WATCH"
# Lists the tenants who are told of anything: read once a minute, written once a tenant.
TOLD_PK: Final = "TOLD"


def webhook_sk(webhook_id: str) -> str:
    """Return the sort key of a webhook of a tenant."""
    return f"{WEBHOOK_PREFIX}{webhook_id}"


def mail_sk(mail_id: str) -> str:
    """Return the sort key of a mail address of a tenant."""
    return f"{MAIL_PREFIX}{mail_id}"


def alerts_pk(tenant: str) -> str:
    """Return the partition of a tenant's alerts, by their numbers."""
    return f"{tenant_pk(tenant)}#ALERTS"


def deliveries_pk(tenant: str, webhook_id: str) -> str:
    """Return the partition of what a webhook is sent, by its own numbers."""
    return f"{tenant_pk(tenant)}#W#{webhook_id}"


def numbered_sk(number: int) -> str:
    """Return the sort key of an alert, or of a delivery, by its number."""
    return f"N#{number:010d}"
