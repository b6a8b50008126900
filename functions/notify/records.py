"""What the notify function is asked with, and what the table holds of alerts and deliveries.

Pure. The forms' fields are what callers send, unchecked: whoever reads one checks it. An alert says
ids, digests, instants and words of closed lists: no name of a person or a thing.
"""

from typing import TypedDict

from functions.shared.records.clients import AlertType, ListedDelivery
from functions.shared.records.tables import Key


class WebhookForm(TypedDict):
    """The body that makes a webhook."""

    url: object
    label: object


class RotationForm(TypedDict):
    """The body that gives a webhook a new secret."""

    old_secret_hours: object


class ReplayForm(TypedDict):
    """The body that has alerts sent once more."""

    from_number: object


class MailForm(TypedDict):
    """The body that adds an address."""

    address: object


class ConfirmationForm(TypedDict):
    """The body that confirms an address."""

    token: object


class AlertedFinding(TypedDict):
    """A finding in an alert."""

    finding_id: str
    kind: str


class AlertData(TypedDict, total=False):
    """What an alert is about; which of them stand depends on its type."""

    org_id: str
    hour: str
    seal_sha256: str
    outcome: str
    reason: str
    late_since: str
    late_hours: int
    lag_hours: int
    expires_at: str
    day: str
    anchor_sha256: str
    webhook_id: str
    findings: list[AlertedFinding]
    n_findings: int


class Alert(TypedDict):
    """An alert that has no number yet."""

    type: AlertType
    data: AlertData


class KeptAlert(Alert):
    """An alert with its number, 1, 2, 3 … of its tenant, and when that was given."""

    n: int
    at: str


class AlertRow(KeptAlert, Key):
    """The same in the table; it goes by itself some time after everybody was told."""

    expires_epoch: int


class DeliveryRow(ListedDelivery, Key):
    """What a webhook is sent under one of its numbers, to the byte."""

    body: str
    expires_epoch: int


class TenantWatch(TypedDict):
    """What was told of a tenant; ``n`` counts the row's changes."""

    n: int
    anchor_day: str


class OrganizationWatch(TypedDict):
    """What was read and told of an organization; ``n`` counts the row's changes.

    ``through`` is the last hour that was read, ``findings_sha256`` the digest of its register of
    findings; ``not_whole`` says how that hour ended, ``warned_at`` which end of a key was told.
    """

    n: int
    through: str
    findings_sha256: str
    not_whole: str
    key_is_dead: bool
    is_behind: bool
    is_late: bool
    warned_at: str


class ToldTenant(Key):
    """A tenant that is told of what happens, and from when on."""

    since: str
