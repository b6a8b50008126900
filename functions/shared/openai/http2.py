"""What HTTP/2 adds to asking: a server that suddenly takes fewer requests at once than it did.

A server may lower SETTINGS_MAX_CONCURRENT_STREAMS (RFC 9113, 5.1.2 and 6.5.2) below what is under
way. Then h2 refuses to open a stream, the server resets one that it has not looked at (8.7), and
httpcore waits, with its connection locked, for streams to end that nobody reads any more. All three
mean the same: send fewer at once.
"""

import asyncio

import h2.errors
import h2.events
import h2.exceptions
import httpx

# httpcore takes new settings without waiting for anything, unless they are fewer streams than it
# has open: a moment is enough to tell.
_SETTINGS_TAKE_S = 1.0
_SETTINGS = "http2.receive_remote_settings"


def is_streams_full(error: httpx.TransportError) -> bool:
    """Tell whether a request failed because the server takes no more at once."""
    # httpx's error is raised from httpcore's, which holds h2's error or event.
    cause = error.__cause__
    told = cause.args[0] if cause is not None and cause.args else None
    if isinstance(told, h2.events.StreamReset):
        return told.error_code == h2.errors.ErrorCodes.REFUSED_STREAM
    return isinstance(told, h2.exceptions.TooManyStreamsError)


class SettingsWatch:
    """Ends the one request that waits with the connection locked, so that all others go on.

    It is httpcore's ``trace`` of a request (request extensions of httpx). After the deadline,
    ``is_stuck`` tells that it was this that ended it.

    Args:
        deadline: of the request.
    """

    def __init__(self, deadline: asyncio.Timeout) -> None:
        self._deadline = deadline
        self._usual = deadline.when()
        self.is_stuck = False

    async def __call__(self, event: str, _info: object) -> None:
        """Take note of one step of the request."""
        if event == f"{_SETTINGS}.started":
            soon = asyncio.get_running_loop().time() + _SETTINGS_TAKE_S
            self.is_stuck = True
            self._deadline.reschedule(min(soon, self._usual or soon))
        elif event == f"{_SETTINGS}.complete":
            self.is_stuck = False
            self._deadline.reschedule(self._usual)
