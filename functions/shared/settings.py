"""What a function is told by its environment, read once at the composition root."""

import os
from collections.abc import Mapping
from dataclasses import dataclass

from functions.shared.errors import Misconfigured

OPENAI_BASE_URL = "https://api.openai.com/v1"


@dataclass(frozen=True, slots=True)
class Settings:
    """A function's settings; each is asked for by name, so that an absent one is named.

    No template sets ``OPENAI_BASE_URL``, ``COGNITO_BASE_URL``, ``CLOCK_FILE`` or
    ``WEBHOOKS_ON_LOOPBACK``: they are a laptop's.
    """

    environment: Mapping[str, str]

    def __getitem__(self, name: str) -> str:
        """Return a setting.

        Raises:
            Misconfigured: the environment does not hold it.
        """
        value = self.environment.get(name)
        if not value:
            raise Misconfigured(f"the function's environment has no {name}")
        return value

    @property
    def openai_base_url(self) -> str:
        """Return the base address of OpenAI's API, without a final slash."""
        return self.environment.get("OPENAI_BASE_URL", OPENAI_BASE_URL).rstrip("/")

    @property
    def mail_from(self) -> str | None:
        """Return the address that letters come from, None where the stage sends none."""
        sender = self["MAIL_FROM"]
        return None if sender == "none" else sender

    @property
    def webhooks_on_loopback(self) -> bool:
        """Tell whether receivers of webhooks at 127.0.0.1 are let in, without TLS."""
        return self.environment.get("WEBHOOKS_ON_LOOPBACK") == "on"

    @property
    def user_pool_keys_url(self) -> str:
        """Return where the user pool publishes its public keys."""
        issuer = self["ISSUER"]
        base = self.environment.get("COGNITO_BASE_URL")
        pool = f"{base}/{issuer.rpartition('/')[2]}" if base else issuer
        return f"{pool}/.well-known/jwks.json"


def from_process() -> Settings:
    """Return the settings of the running process."""
    return Settings(os.environ)
