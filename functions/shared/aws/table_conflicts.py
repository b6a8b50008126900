"""Writes to DynamoDB that a transaction was in the way of: they are tried again.

A write that meets a transaction on the same row is refused before its condition is looked at: that
says nothing of the row's state. botocore tries none of these again.
Source: DynamoDB's developer guide, "Amazon DynamoDB Transactions: How it works", and the error
``TransactionCanceledException`` of TransactWriteItems.
"""

import random
import time
from collections.abc import Callable
from typing import Any, TypeVar

from botocore.exceptions import ClientError

Answer = TypeVar("Answer")

TRIES = 8
# Why a transaction is canceled through no fault of its own.
_PASSING = frozenset({"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"})


def through_conflicts(call: Callable[..., Answer], arguments: dict[str, Any]) -> Answer:
    """Write, once more where a transaction on the same row was in the way.

    Raises:
        ClientError: anything else, or the conflict stayed.
    """
    for attempt in range(TRIES - 1):
        try:
            return call(**arguments)
        except ClientError as error:
            if not _met_a_transaction(error):
                raise
        wait(attempt)
    return call(**arguments)


def _met_a_transaction(error: ClientError) -> bool:
    if code_of(error) == "TransactionCanceledException":
        reasons = reasons_of(error)
        return bool(reasons) and reasons <= _PASSING
    return code_of(error) == "TransactionConflictException"


def code_of(error: ClientError) -> str | None:
    """Return the code by which AWS names an error."""
    return error.response.get("Error", {}).get("Code")


def reasons_of(error: ClientError) -> set[str]:
    """Return why a transaction was canceled; its writes that had no part in it say ``None``."""
    response: Any = error.response
    reasons = response.get("CancellationReasons") or []
    return {reason["Code"] for reason in reasons if "Code" in reason} - {"None"}


def wait(attempt: int) -> None:
    """Wait before another try, longer each time, and not as long as others do."""
    time.sleep(random.uniform(0, 0.05 * 2**attempt))  # noqa: S311  # jitter
