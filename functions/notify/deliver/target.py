"""Where a webhook may lead to: an address of the internet, never one of a network of ours.

A tenant chooses the name, and whoever answers for the name chooses the address, anew at each look.
So the name is resolved once, every address it has must be of the internet, and what is connected to
is that address and not the name again.

Pure.
Source: IANA's special-purpose address registries for IPv4 and IPv6 (RFC 6890).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final
from urllib.parse import urlsplit

from functions.shared.errors import BadRequest
from functions.shared.records.clients import DeliveryFailure

MAX_URL: Final = 500
_HTTPS_PORT: Final = 443
_URL: Final = re.compile(r"[!-~]{1,500}", re.ASCII)
_LABEL: Final = r"(?!-)[A-Za-z0-9_-]{1,63}(?<!-)"
# The last label of a name is no number: "0x7f.1" and "127.1" are addresses to a resolver.
_NAME: Final = re.compile(rf"(?:{_LABEL}\.)+(?=[A-Za-z])(?!0[xX]){_LABEL}", re.ASCII)
_LOOPBACK: Final = re.compile(r"127\.0\.0\.1", re.ASCII)
# Said here, since what Python itself calls global differs from one release to the next. The last is
# public by the registry, and a cloud's own inside: where machines ask for what they are.
_NOT_OF_IPV4: Final = tuple(
    IPv4Network(text)
    for text in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16"),
        *("172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16"),
        *("198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
        "168.63.129.16/32",
    )
)
# Of IPv6 only what is handed out to the internet, and of that nothing that wraps an IPv4 address
# (6to4, Teredo) or is for protocols and books. Mapped and translated ones (NAT64) lie outside.
_INTERNET: Final = IPv6Network("2000::/3")
_NOT_OF_IPV6: Final = tuple(
    IPv6Network(text) for text in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")
)

Address = IPv4Address | IPv6Address
Resolve = Callable[[str, int], list[str]]


class TargetRefused(Exception):
    """Nothing is sent there.

    Attributes:
        failure: why not, in a word.
    """

    def __init__(self, failure: DeliveryFailure) -> None:
        super().__init__(failure)
        self.failure: DeliveryFailure = failure


@dataclass(frozen=True, slots=True)
class Target:
    """An address that was found once, and what is asked there.

    Attributes:
        url: with the address in the place of the name.
        host: what the ``Host`` header says: the name, and the port where it is not the usual one.
        name: what the certificate must be of; None: there is none, on a laptop's loopback.
    """

    url: str
    host: str
    name: str | None


def check_url(text: object, *, loopback: bool) -> str:
    """Return the address of a webhook that can be used.

    Args:
        text: as it was sent.
        loopback: a laptop's stage: receivers at ``http://127.0.0.1:PORT`` are let in as well.

    Raises:
        BadRequest: it cannot.
    """
    wrong = BadRequest(
        f"url must be https://NAME/… with a name of the internet and no port, user or fragment, "
        f"of {MAX_URL} characters at most"
    )
    if not isinstance(text, str) or not _URL.fullmatch(text):
        raise wrong
    try:
        parts = urlsplit(text)
        port, name = parts.port, parts.hostname or ""
    except ValueError:
        raise wrong from None
    if "@" in parts.netloc or "#" in text or "\\" in text:
        raise wrong
    if loopback and parts.scheme == "http" and _LOOPBACK.fullmatch(name) and port:
        return text
    if parts.scheme != "https" or port not in (None, _HTTPS_PORT) or not _NAME.fullmatch(name):
        raise wrong
    if len(name) > 253 or name.endswith((".localhost", ".local", ".internal")):
        raise wrong
    return text


def find_target(url: str, *, loopback: bool, resolve: Resolve) -> Target:
    """Return where to connect to: every address of the name is looked at, one is taken.

    Raises:
        TargetRefused: the name has no address, or one that is not of the internet.
    """
    parts = urlsplit(check_url(url, loopback=loopback))
    name = parts.hostname or ""
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if parts.scheme == "http":
        return Target(f"http://127.0.0.1:{parts.port}{path}", f"127.0.0.1:{parts.port}", None)
    try:
        addresses = [ip_address(text) for text in resolve(name, _HTTPS_PORT)]
    except (OSError, UnicodeError, ValueError):
        raise TargetRefused("name_not_found") from None
    if not addresses:
        raise TargetRefused("name_not_found")
    if not all(is_of_the_internet(address) for address in addresses):
        raise TargetRefused("address_refused")
    # Functions outside of a network of ours reach the internet by IPv4 alone.
    address = min(addresses, key=lambda each: each.version)
    shown = f"[{address}]" if isinstance(address, IPv6Address) else str(address)
    return Target(f"https://{shown}{path}", name, name)


def is_of_the_internet(address: Address) -> bool:
    """Tell whether an address is anybody's on the internet."""
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _NOT_OF_IPV4)
    if address.scope_id is not None or address not in _INTERNET:
        return False
    return not any(address in network for network in _NOT_OF_IPV6)
