"""What each function is: its handler, its size, and which settings it has."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from infra.compute.queues import (
    EXPORT_TIMEOUT_S,
    PACK_DEAD_LETTERS_TIMEOUT_S,
    PACK_TIMEOUT_S,
    SNAPSHOT_TIMEOUT_S,
)

# An HTTP API gives up after 30 s; the function should say so itself before.
_HTTP_TIMEOUT_S = 29
_VERIFIER = "tools/evidence-pack-verify.py"


@dataclass(frozen=True, slots=True)
class FunctionDefinition:
    """One function: its handler, its size, and its environment beyond the common variables."""

    handler: str
    environment: tuple[str, ...]
    timeout_s: int
    # None: as the stage's settings say.
    memory_mb: int | None
    extra_files: tuple[str, ...] = ()
    ephemeral_mb: int = 512
    # It sends messages to the queue that calls it. How often in a row, ``MOST_PUT_OFFS`` bounds,
    # below what Lambda takes for a loop; should that ever count otherwise, no order is lost for it.
    continues_itself: bool = False

    @property
    def name(self) -> str:
        """The folder of its code, which is also the ``service`` of its logs and metrics."""
        return self.handler.split(".")[1]


DEFINITIONS: Final[Mapping[str, FunctionDefinition]] = {
    "Access": FunctionDefinition(
        "functions.access.handler.handle",
        ("TABLE_NAME",),
        timeout_s=_HTTP_TIMEOUT_S,
        memory_mb=512,
    ),
    # What it needs to know of the sign-in is made after it: ``http_api.add_routes``.
    "Authorizer": FunctionDefinition(
        "functions.access.authorizer.handle",
        ("TABLE_NAME", "REQUESTS_PER_MINUTE"),
        timeout_s=10,
        memory_mb=512,
    ),
    "Connect": FunctionDefinition(
        "functions.connect.handler.handle",
        ("TABLE_NAME", "SECRETS_KEY_ID", "SNAPSHOT_QUEUE_URL"),
        timeout_s=_HTTP_TIMEOUT_S,
        memory_mb=512,
    ),
    # What links in messages begin with is known after it: ``stack``.
    "Notify": FunctionDefinition(
        "functions.notify.handler.handle",
        ("TABLE_NAME", "SECRETS_KEY_ID", "MAIL_FROM"),
        timeout_s=_HTTP_TIMEOUT_S,
        memory_mb=512,
    ),
    # Longer than a wake begins anything, and than one post takes.
    "NotifyWake": FunctionDefinition(
        "functions.notify.wake.handle",
        ("TABLE_NAME", "EVIDENCE_BUCKET", "SECRETS_KEY_ID", "MAIL_FROM"),
        timeout_s=120,
        memory_mb=1024,
    ),
    "SnapshotDispatch": FunctionDefinition(
        "functions.snapshot.dispatch.handle",
        ("TABLE_NAME", "SNAPSHOT_QUEUE_URL", "SPREAD_SECONDS"),
        timeout_s=120,
        memory_mb=256,
    ),
    "Snapshot": FunctionDefinition(
        "functions.snapshot.handler.handle",
        (
            *("TABLE_NAME", "EVIDENCE_BUCKET", "WORK_BUCKET", "SECRETS_KEY_ID"),
            *("SNAPSHOT_QUEUE_URL", "CODE_SHA256"),
        ),
        timeout_s=SNAPSHOT_TIMEOUT_S,
        memory_mb=1024,
        continues_itself=True,
    ),
    "PackDispatch": FunctionDefinition(
        "functions.pack.dispatch.handle",
        ("TABLE_NAME", "PACK_QUEUE_URL"),
        timeout_s=300,
        memory_mb=256,
        extra_files=(_VERIFIER,),
    ),
    "Pack": FunctionDefinition(
        "functions.pack.handler.handle",
        ("TABLE_NAME", "EVIDENCE_BUCKET", "PACKS_BUCKET", "SIGNING_KEY_ID", "PACK_QUEUE_URL"),
        timeout_s=PACK_TIMEOUT_S,
        # Up to two vCPUs (3,538 MB): rows are made while others are deflated; twice as fast costs
        # no more. A new account grants a little less.
        memory_mb=None,
        extra_files=(_VERIFIER,),
        ephemeral_mb=4096,
        continues_itself=True,
    ),
    "PackGivenUp": FunctionDefinition(
        "functions.pack.dead_letters.handle",
        ("TABLE_NAME",),
        timeout_s=PACK_DEAD_LETTERS_TIMEOUT_S,
        memory_mb=256,
        extra_files=(_VERIFIER,),
    ),
    "Anchor": FunctionDefinition(
        "functions.pack.anchor.anchor.handle",
        ("TABLE_NAME", "EVIDENCE_BUCKET", "TIME_AUTHORITY"),
        timeout_s=900,
        memory_mb=512,
        extra_files=(_VERIFIER,),
    ),
    "SigningKey": FunctionDefinition(
        "functions.pack.keys.create.handle",
        ("TABLE_NAME", "SIGNING_KEY_ID"),
        timeout_s=60,
        memory_mb=256,
        extra_files=(_VERIFIER,),
    ),
    "Api": FunctionDefinition(
        "functions.api.handler.handle",
        (
            *("TABLE_NAME", "EVIDENCE_BUCKET", "PACKS_BUCKET", "WORK_BUCKET"),
            *("PACK_QUEUE_URL", "EXPORT_QUEUE_URL", "PACK_LINK_ROLE_ARN"),
        ),
        timeout_s=_HTTP_TIMEOUT_S,
        memory_mb=1024,
    ),
    # The api's own lists, written into files: the function that faces readers writes none.
    "Export": FunctionDefinition(
        "functions.api.handler.make_export",
        ("TABLE_NAME", "EVIDENCE_BUCKET", "WORK_BUCKET"),
        timeout_s=EXPORT_TIMEOUT_S,
        memory_mb=1769,
        ephemeral_mb=4096,
    ),
}
