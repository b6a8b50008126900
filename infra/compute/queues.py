"""The work queues and their dead-letter queues."""

from dataclasses import dataclass

from aws_cdk import Duration
from aws_cdk import aws_sqs as sqs
from constructs import Construct

SNAPSHOT_TIMEOUT_S = 900
PACK_TIMEOUT_S = 900
EXPORT_TIMEOUT_S = 900
PACK_DEAD_LETTERS_TIMEOUT_S = 30
# Visibility is just over the function's timeout: a message comes back once its run is surely over.
_MARGIN_S = 60
# Every receive counts, and only crashes lead to another one: continuations are new messages.
_RECEIVES = 4


@dataclass(frozen=True, slots=True)
class Queues:
    """The queues, by whose messages they hold."""

    snapshot: sqs.Queue
    snapshot_dead: sqs.Queue
    pack: sqs.Queue
    export: sqs.Queue
    pack_dead: sqs.Queue
    dispatch_dead: sqs.Queue

    def dead_letters(self) -> dict[str, sqs.Queue]:
        """Return the dead-letter queues by the names of their functions."""
        return {
            "Snapshot": self.snapshot_dead,
            "Pack": self.pack_dead,
            "Dispatch": self.dispatch_dead,
        }


def create_queues(scope: Construct) -> Queues:
    """Create the queues."""
    snapshot_dead = _dead_letters(scope, "SnapshotDeadLetters")
    # The one dead-letter queue that is read by a function: it says in the row of the pack, or of
    # the export, what happened.
    pack_dead = _dead_letters(scope, "PackDeadLetters", PACK_DEAD_LETTERS_TIMEOUT_S)
    return Queues(
        snapshot=_queue(scope, "SnapshotQueue", SNAPSHOT_TIMEOUT_S, snapshot_dead),
        snapshot_dead=snapshot_dead,
        pack=_queue(scope, "PackQueue", PACK_TIMEOUT_S, pack_dead),
        export=_queue(scope, "ExportQueue", EXPORT_TIMEOUT_S, pack_dead),
        pack_dead=pack_dead,
        # Schedule events that no dispatcher took, after EventBridge's and Lambda's own retries.
        dispatch_dead=_dead_letters(scope, "DispatchDeadLetters"),
    )


def _queue(scope: Construct, name: str, timeout_s: int, dead: sqs.Queue) -> sqs.Queue:
    return sqs.Queue(
        scope,
        name,
        visibility_timeout=Duration.seconds(timeout_s + _MARGIN_S),
        retention_period=Duration.days(4),
        encryption=sqs.QueueEncryption.SQS_MANAGED,
        enforce_ssl=True,
        dead_letter_queue=sqs.DeadLetterQueue(queue=dead, max_receive_count=_RECEIVES),
    )


def _dead_letters(scope: Construct, name: str, timeout_s: int | None = None) -> sqs.Queue:
    visibility_timeout = None if timeout_s is None else Duration.seconds(timeout_s + _MARGIN_S)
    return sqs.Queue(
        scope,
        name,
        visibility_timeout=visibility_timeout,
        retention_period=Duration.days(14),
        encryption=sqs.QueueEncryption.SQS_MANAGED,
        enforce_ssl=True,
    )
