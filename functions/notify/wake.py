"""AWS edge of the notify function's wake: the schedule's event, once a minute."""

import functools
import ssl
import time
from dataclasses import replace
from typing import Any

from functions.notify.context import Context
from functions.notify.deliver.post import Poster, resolve_name
from functions.notify.flow import wake
from functions.shared.aws import clients
from functions.shared.aws.bucket import Bucket
from functions.shared.aws.kms import KmsKey
from functions.shared.aws.mail import Mail
from functions.shared.aws.table import Table
from functions.shared.clock import clock_from
from functions.shared.settings import Settings, from_process


def context_from(settings: Settings) -> Context:
    """Open what a wake reaches, as its settings say."""
    sender = settings.mail_from
    poster = Poster(
        trust=ssl.create_default_context(),
        resolve=resolve_name,
        loopback=settings.webhooks_on_loopback,
    )
    return Context(
        table=Table(clients.dynamodb(), settings["TABLE_NAME"]),
        evidence=Bucket(clients.when_used(clients.s3), settings["EVIDENCE_BUCKET"]),
        kms=KmsKey(clients.when_used(clients.kms), settings["SECRETS_KEY_ID"]),
        post=poster.post,
        mail=Mail(clients.when_used(clients.sesv2), sender) if sender else None,
        dashboard_url=settings["DASHBOARD_URL"],
        clock=clock_from(settings.environment),
        elapsed_s=lambda: 0.0,
    )


def handle(_event: dict[str, Any], _context: object) -> None:
    """Tell every tenant what happened since the last wake."""
    began = time.monotonic()
    wake(replace(_opened(), elapsed_s=lambda: time.monotonic() - began))


@functools.cache
def _opened() -> Context:
    return context_from(from_process())
