"""Errors of a request as such: of its body, and of its ``Idempotency-Key``. Of the one tree.

Pure.
"""

from functions.shared.errors import BadRequest, Conflict, NotFound


class BodyTooLarge(BadRequest):
    """The body is larger than any request needs."""


class UnsupportedMediaType(BadRequest):
    """The body says that it is something else than JSON."""


class TooMuchAtOnce(BadRequest):
    """What is asked for is more than one answer holds: ask for less, or for a part at a time."""


class IdempotencyKeyReused(Conflict):
    """Another request was sent with this ``Idempotency-Key``: take a new one for a new request."""


class RequestUnderWay(Conflict):
    """The same request, with the same ``Idempotency-Key``, is being done at this moment."""


class AlreadyDone(Conflict):
    """The request was done, and its answer is not kept: it held a secret, or was too large."""


class PartNotFound(NotFound):
    """Of several things that a request names one is not there; the text says its place alone."""
