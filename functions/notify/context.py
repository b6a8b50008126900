"""What a wake of the notify function reaches."""

from collections.abc import Callable
from dataclasses import dataclass

from functions.notify.deliver.message import Answer, Message
from functions.notify.mail.addresses import MailAddresses
from functions.notify.watch.alerts import Alerts
from functions.notify.webhooks import Webhooks
from functions.shared.aws.bucket import Bucket
from functions.shared.aws.kms import KmsKey
from functions.shared.aws.mail import Mail
from functions.shared.aws.table import Table
from functions.shared.clock import Clock
from functions.shared.tables.connections import Connections
from functions.shared.tables.custody import Custody


@dataclass(frozen=True, slots=True)
class Context:
    """What a wake reaches.

    Permissions:
        dynamodb:GetItem, Query, PutItem and UpdateItem; s3:GetObject on seals, registers of
        findings and anchors and s3:ListBucket, on the evidence bucket; kms:Decrypt on the secrets
        key, for webhooks' secrets; ses:SendEmail as the stage's sender.

    Attributes:
        kms: the secrets key.
        post: sends a message to an address.
        mail: sends letters, None where the stage sends none.
        dashboard_url: what links in messages begin with.
        elapsed_s: seconds since the wake began.
    """

    table: Table
    evidence: Bucket
    kms: KmsKey
    post: Callable[[str, Message], Answer]
    mail: Mail | None
    dashboard_url: str
    clock: Clock
    elapsed_s: Callable[[], float]

    @property
    def connections(self) -> Connections:
        """Return the tenants' connections."""
        return Connections(self.table)

    @property
    def alerts(self) -> Alerts:
        """Return the tenants' alerts."""
        return Alerts(self.table)

    @property
    def webhooks(self) -> Webhooks:
        """Return the tenants' webhooks."""
        return Webhooks(self.table)

    @property
    def addresses(self) -> MailAddresses:
        """Return the tenants' addresses."""
        return MailAddresses(self.table)

    @property
    def custody(self) -> Custody:
        """Return the custody log."""
        return Custody(self.table)
