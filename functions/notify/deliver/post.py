"""Post a message to a webhook: one connection, to one address, within one limit of time.

No redirect is followed, no proxy asked, and nothing of an answer is read but its status, so that a
receiver can neither lead the function elsewhere nor hold it.
"""

import asyncio
import socket
import ssl
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

import httpx

from functions.notify.deliver.message import Answer, Message
from functions.notify.deliver.target import Resolve, Target, TargetRefused, find_target
from functions.shared.records.clients import DeliveryFailure

LIMIT_S: Final = 10.0


@dataclass(frozen=True, slots=True)
class Poster:
    """Posts messages.

    Attributes:
        trust: which certificates are taken.
        resolve: gives the addresses of a name.
        loopback: a laptop's stage: receivers on this machine are let in.
        limit_s: for all of a post, in seconds, but finding the name.
    """

    trust: ssl.SSLContext
    resolve: Resolve
    loopback: bool = False
    limit_s: float = LIMIT_S

    def post(self, url: str, message: Message) -> Answer:
        """Post a message; say what came of it."""
        try:
            target = find_target(url, loopback=self.loopback, resolve=self.resolve)
            status = asyncio.run(self._send(target, message))
        except TargetRefused as refusal:
            return Answer(None, refusal.failure)
        except (TimeoutError, httpx.TimeoutException):
            return Answer(None, "timed_out")
        except (httpx.HTTPError, httpx.InvalidURL, ssl.SSLError, OSError):
            return Answer(None, "connection_failed")
        return Answer(status, _failure(status))

    async def _send(self, target: Target, message: Message) -> int:
        # The name is in the certificate that is asked for and looked at, and in the Host header;
        # what is connected to is the address.
        extensions = {} if target.name is None else {"sni_hostname": target.name}
        async with (
            asyncio.timeout(self.limit_s),
            httpx.AsyncClient(
                transport=httpx.AsyncHTTPTransport(verify=self.trust), trust_env=False
            ) as client,
            client.stream(
                "POST",
                target.url,
                content=message.body,
                headers={**message.headers, "host": target.host, "connection": "close"},
                extensions=extensions,
                timeout=self.limit_s,
                follow_redirects=False,
            ) as answer,
        ):
            return answer.status_code


def _failure(status: int) -> DeliveryFailure | None:
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return None
    return "redirected" if status < HTTPStatus.BAD_REQUEST else "refused"


def resolve_name(name: str, port: int) -> list[str]:
    """Return the addresses of a name, as the resolver gives them at this moment."""
    found = socket.getaddrinfo(name, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    return [str(address[0]) for *_, address in found]
