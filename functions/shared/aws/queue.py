"""The client of SQS: one message, one organization's hour or one pack."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from functions.shared.canonical import canonical

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

MAX_DELAY_S = 900
# Lambda takes some 16 invocations, one caused by the other through a queue, for a loop, and throws
# the message away. Nothing puts its order off that often.
# Source: Lambda's developer guide, "Use Lambda recursive loop detection".
MOST_PUT_OFFS = 12
_BATCH = 10
_BATCH_TRIES = 5


def put_off_delay(put_offs: int, delays_s: Sequence[int]) -> int | None:
    """Return for how long to put an order off that was put off so often; None: no more.

    Args:
        put_offs: before this one.
        delays_s: for the first ones; the last stands for all that follow.
    """
    if put_offs >= MOST_PUT_OFFS:
        return None
    return delays_s[min(put_offs, len(delays_s) - 1)]


class SendFailed(Exception):
    """SQS did not take every message; those it took may be sent again without harm."""


@dataclass(frozen=True, slots=True)
class Queue:
    """One queue.

    Permissions:
        sqs:SendMessage.
    """

    client: "SQSClient"
    url: str

    def send(self, message: Mapping[str, object], *, delay_s: int = 0) -> None:
        """Send one message, to be seen after ``delay_s`` seconds (at most 900)."""
        self.client.send_message(
            QueueUrl=self.url,
            MessageBody=canonical(message).decode(),
            DelaySeconds=min(delay_s, MAX_DELAY_S),
        )

    def send_all(self, messages: Sequence[tuple[Mapping[str, object], int]]) -> None:
        """Send messages with their delays, ten at a time.

        Raises:
            SendFailed: some were refused again and again.
        """
        for start in range(0, len(messages), _BATCH):
            entries: list[Any] = [
                {
                    "Id": str(number),
                    "MessageBody": canonical(message).decode(),
                    "DelaySeconds": min(delay_s, MAX_DELAY_S),
                }
                for number, (message, delay_s) in enumerate(messages[start : start + _BATCH])
            ]
            for _ in range(_BATCH_TRIES):
                answer = self.client.send_message_batch(QueueUrl=self.url, Entries=entries)
                refused = {failure["Id"] for failure in answer.get("Failed", [])}
                entries = [entry for entry in entries if entry["Id"] in refused]
                if not entries:
                    break
            else:
                raise SendFailed(f"SQS refused {len(entries)} messages")
