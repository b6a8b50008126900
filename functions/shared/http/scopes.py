"""What a machine's token must be good for, by route: one rule for gateway, handlers and docs.

Pure. People are told apart by their group; a machine has scopes, and what is for people alone has
none that would do.
"""

from typing import Final

from functions.shared.records.clients import Scope

# Who lets machines in, and whoever may learn whose address a hash is, is a person.
_PEOPLE_ALONE: Final = ("/clients", "/hashing-key", "/webhooks", "/mail")
# Whoever is told of what happens sees by the numbers what it lacks, and asks for it.
_OF_RECEIVERS: Final = ("/deliveries", "/replay")
# An export may be as much as a pack.
_PACKS: Final = ("/evidence-packs", "/exports")


def scope_of(method: str, path: str) -> Scope | None:
    """Return the scope that a machine needs for a route, None where only people may ask.

    Args:
        method: ``GET``, ``POST`` ….
        path: of the route, below the prefix.
    """
    if path.startswith(_PEOPLE_ALONE) and not path.endswith(_OF_RECEIVERS):
        return None
    hands_out_a_pack = path.startswith(_PACKS) and path.endswith("/download")
    if method in ("GET", "HEAD") and not hands_out_a_pack:
        return "read"
    return "packs" if path.startswith(_PACKS) else "write"
