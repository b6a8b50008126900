"""What a running stage is: its addresses and names, kept for the commands."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import httpx

from tools.local.deployment.aws import Account
from tools.local.deployment.sign_in import User, id_token, read_users
from tools.local.errors import RunnerStopped
from tools.local.settings import Settings
from tools.openai_simulator.story.story import DEMO_ADMIN_KEY, DEMO_ORG_ID

# Raised when the state directory of an older runner cannot be read any more.
FORMAT = 1
_FILE = "stage.json"
_USERS = "users.json"


@dataclass(frozen=True)
class Stage:
    """One stage as `up` left it.

    Attributes:
        emulator_version: the emulator whose state the directory holds.
        emulator_port: kept over restarts, as addresses in the account hold it.
        simulator_control_port: where tests tell the simulator what to do.
        pid: the runner that serves it now, 0 when none does.
        outputs: the stack's outputs.
        product_version: of the product that left it; empty where it did not say.
        formats: the numbers of its formats, of which the state may hold any up to these.
    """

    format: int
    emulator_version: str
    emulator_port: int
    simulator_port: int
    simulator_control_port: int
    pid: int
    origin: str
    region: str
    stack_name: str
    outputs: dict[str, str]
    product_version: str = ""
    formats: dict[str, int] = field(default_factory=dict)

    @property
    def endpoint_url(self) -> str:
        """Where the emulator listens."""
        return f"http://127.0.0.1:{self.emulator_port}"

    def account(self) -> Account:
        """Return the operator's clients."""
        return Account(self.endpoint_url, self.region)

    def output(self, name: str) -> str:
        """Return an output of the stack.

        Raises:
            RunnerStopped: the stack has none of this name.
        """
        try:
            return self.outputs[name]
        except KeyError:
            raise RunnerStopped(f"The stack {self.stack_name} has no output {name}.") from None


def users_file(settings: Settings) -> Path:
    """Return where the users are kept."""
    return settings.state_dir / _USERS


def write(settings: Settings, stage: Stage) -> None:
    """Keep the stage for the commands and for the next start."""
    file = settings.state_dir / _FILE
    new_file = file.with_suffix(".new")
    new_file.write_text(json.dumps(asdict(stage), indent=1))
    new_file.replace(file)


def read(settings: Settings) -> Stage | None:
    """Return the stage the directory holds, None when it is new.

    Raises:
        RunnerStopped: it was written by another version.
    """
    file = settings.state_dir / _FILE
    if not file.exists():
        return None
    try:
        content = json.loads(file.read_text())
        stage = Stage(**content)
        if not all(type(number) is int for number in dict(stage.formats).values()):
            raise ValueError("a format is no number")
    except (TypeError, ValueError) as unreadable:
        raise RunnerStopped(stale(settings)) from unreadable
    if stage.format != FORMAT:
        raise RunnerStopped(stale(settings))
    return stage


def stale(settings: Settings) -> str:
    """Say that the directory is from another version, and what to do."""
    return (
        f"The state in {settings.state_dir} comes from another version of this project; "
        f"remove it (make clean) or choose another STATE_DIR."
    )


def running(settings: Settings) -> Stage:
    """Return the stage that runs now.

    Raises:
        RunnerStopped: none does.
    """
    stage = read(settings)
    if stage is not None and stage.pid:
        try:
            httpx.get(f"{stage.endpoint_url}/_ministack/health", timeout=5.0, trust_env=False)
        except httpx.HTTPError:
            pass
        else:
            return stage
    raise RunnerStopped(f"Nothing runs on {settings.state_dir}; start it with `make up` first.")


def stopped(stage: Stage) -> Stage:
    """Return the stage with no runner."""
    return replace(stage, pid=0)


def description(settings: Settings, stage: Stage) -> dict[str, object]:
    """Return what `up` prints: the addresses, and who can sign in."""
    return {
        "api_url": settings.api_url,
        "dashboard_url": settings.origin + "/",
        "aws_endpoint_url": stage.endpoint_url,
        "mails": str(settings.mails_dir),
        "users": [asdict(user) for user in read_users(users_file(settings))],
        # The simulator's; of another OpenAI nobody here knows a key.
        "organization": None
        if settings.openai_base_url
        else {"org_id": DEMO_ORG_ID, "admin_key": DEMO_ADMIN_KEY},
    }


def token(settings: Settings, stage: Stage, username: str) -> str:
    """Return a fresh ID token of a user.

    Raises:
        RunnerStopped: there is no such user.
    """
    users: dict[str, User] = {user.username: user for user in read_users(users_file(settings))}
    if username not in users:
        raise RunnerStopped(f"There is no user {username}; there are {', '.join(sorted(users))}.")
    return id_token(
        stage.endpoint_url,
        stage.output("ClientId"),
        stage.origin + "/",
        "openid",
        users[username],
    )
