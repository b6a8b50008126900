"""What the access function is asked with.

Pure. The forms' fields are what callers send, unchecked: whoever reads one checks it.
"""

from typing import TypedDict


class ClientForm(TypedDict):
    """The body that makes a client."""

    label: object
    scopes: object
    days: object


class RotationForm(TypedDict):
    """The body that gives a client a new secret."""

    old_secret_hours: object
