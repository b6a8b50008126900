"""The notify function over moto: an admin's requests, wakes, and receivers in process."""

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import pytest
import standardwebhooks.webhooks as standard
from botocore.exceptions import ClientError

from functions.notify import handler, wake
from functions.notify.context import Context
from functions.notify.deliver.message import Answer, Message
from functions.notify.flow import wake as run_wake
from functions.notify.records import Alert
from functions.shared.aws.mail import Mail
from functions.shared.http.edge import answer
from functions.shared.settings import Settings
from tests.api.conftest import require_documented
from tests.conftest import SettableClock
from tests.support.aws_in_process import MAIL_FROM
from tests.support.http_events import http_event

Body = dict[str, Any]
TAKEN = Answer(204, None)
REFUSED = Answer(500, "refused")
Behaviour = Callable[[Message], Answer]


@dataclass
class Receiver:
    """Who is behind an address: keeps what arrives, and answers as told."""

    secrets: list[str] = field(default_factory=list)
    arrived: list[Body] = field(default_factory=list)
    sent: list[bytes] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    signatures: list[int] = field(default_factory=list)
    # What becomes of the next messages; when there is none left, they are taken.
    script: list[Answer | type[BaseException]] = field(default_factory=list)

    @property
    def numbers(self) -> list[int]:
        """Return the numbers that arrived, in the order in which they did."""
        return [body["data"]["number"] for body in self.arrived]

    @property
    def types(self) -> list[str]:
        """Return what the alerts are that were taken, each once, in the order of their numbers."""
        told = {body["data"]["number"]: body["type"] for body in self.arrived}
        return [told[number] for number in sorted(told)]

    def take(self, message: Message) -> Answer:
        """Verify a message with each secret, by a library of others, and answer."""
        what = self.script.pop(0) if self.script else TAKEN
        if isinstance(what, type):
            raise what
        body: Body = {}
        for secret in self.secrets:
            body = standard.Webhook(secret).verify(message.body, message.headers)
        if what.status is not None:
            self.arrived.append(body or json.loads(message.body))
            self.sent.append(message.body)
            self.ids.append(message.headers["webhook-id"])
            self.signatures.append(len(message.headers["webhook-signature"].split()))
        return what


@dataclass
class Post:
    """SES: keeps what it takes; refuses with the codes that it is told, one a letter."""

    letters: list[Body] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)

    def send_email(self, **letter: Any) -> None:
        """Take a letter."""
        if self.refusals:
            raise ClientError({"Error": {"Code": self.refusals.pop(0)}}, "SendEmail")
        simple = letter["Content"]["Simple"]
        (to,) = letter["Destination"]["ToAddresses"]
        subject, text = simple["Subject"]["Data"], simple["Body"]["Text"]["Data"]
        self.letters.append({"to": to, "subject": subject, "text": text})


@dataclass
class Notify:
    """The function: what admins ask of it, its wakes, and who receives."""

    managed: handler.Context
    context: Context
    clock: SettableClock
    receivers: dict[str, Receiver] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)
    post: Post = field(default_factory=Post)

    def reply(self, route: str, **facts: Any) -> dict[str, Any]:
        """Send a request; hold the answer to its schema."""
        event = http_event(route, **facts)
        log = logging.getLogger("notify")
        answered = answer(event, handler.routes(self.managed), frozenset(), log)
        self.said.append(json.dumps(answered))
        require_documented(event["routeKey"], answered)
        return answered

    def ask(self, route: str, **facts: Any) -> tuple[int, Body]:
        """Send a request; return status and body."""
        answered = self.reply(route, **facts)
        return answered["statusCode"], json.loads(answered["body"])

    def hook(self, name: str = "siem.example", **facts: Any) -> Body:
        """Make a webhook, with a receiver behind it that knows its secret."""
        url = f"https://{name}/alerts"
        status, made = self.ask("POST /webhooks", body={"url": url}, **facts)
        assert status == 201, made
        self.receivers[url] = Receiver([made["secret"]])
        return made

    def of(self, hook: Body) -> Receiver:
        """Return who is behind a webhook."""
        return self.receivers[hook["url"]]

    def shown(self, hook: Body) -> Body:
        """Return a webhook as it is now."""
        status, body = self.ask("GET /webhooks/{webhook_id}", path=id_of(hook))
        assert status == 200, body
        return body

    def address(self, text: str = "ops@acme.example", **facts: Any) -> Body:
        """Add an address, and confirm it with the token of its letter."""
        status, added = self.ask("POST /mail", body={"address": text}, **facts)
        assert status == 201, added
        self.wake()
        token = self.token()
        path = {"mail_id": added["mail_id"]}
        route = "POST /mail/{mail_id}/confirmation"
        status, confirmed = self.ask(route, path=path, body={"token": token}, **facts)
        assert status == 200, confirmed
        return confirmed

    def token(self) -> str:
        """Return the token in the newest letter."""
        return str(self.post.letters[-1]["text"]).partition("token: ")[2].split("\n")[0]

    def test(self, hook: Body, times: int = 1) -> None:
        """Press the test button."""
        for _ in range(times):
            status, body = self.ask("POST /webhooks/{webhook_id}/test", path=id_of(hook))
            assert status == 202, body

    def alert(self, *alerts: Alert, tenant: str = "tenant-a") -> None:
        """Write alerts as a watch does."""
        self.context.alerts.add(tenant, alerts, self.clock.now(), [])

    def wake(self, *, minutes: float = 1) -> None:
        """Let a wake pass, and some minutes before it."""
        self.clock.advance(minutes=minutes)
        run_wake(self.context)


def id_of(hook: Mapping[str, Any]) -> dict[str, str]:
    """Return the part of a path that names a webhook."""
    return {"webhook_id": hook["webhook_id"]}


def at_clock(context: handler.Context, clock: SettableClock) -> handler.Context:
    """Return what the function reaches, with a test's clock."""
    return handler.Context(
        replace(context.webhooks, clock=clock.now), replace(context.mail, clock=clock.now)
    )


@pytest.fixture
def notify(aws: dict[str, str], clock: SettableClock, monkeypatch: pytest.MonkeyPatch) -> Notify:
    """Open the function over an empty account; the library that verifies has the test's clock."""

    class Clock(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return clock.now().astimezone(tz or UTC)

    monkeypatch.setattr(standard, "datetime", Clock)
    settings = Settings(aws)
    receivers: dict[str, Receiver] = {}
    post = Post()
    context = replace(
        wake.context_from(settings),
        clock=clock.now,
        post=lambda url, message: receivers[url].take(message),
        mail=Mail(post, MAIL_FROM),
    )
    managed = at_clock(handler.context_from(settings), clock)
    return Notify(managed, context, clock, receivers, post=post)
