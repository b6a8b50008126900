"""Audit events as sealed rows, by the million: canonical text at once, no dictionary in between.

Pure. Ids, hashes and choices come from one seeded generator, so that a month is the same month
everywhere. What stands in a row, how long it is and how often it repeats follows the events that
the snapshot function seals: some 785 bytes a row.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

PEOPLE, PROJECTS, KEYS_EACH = 200, 40, 20
_SCOPES = (
    *("api.model.read", "api.model.request", "api.files.read", "api.files.write"),
    *("api.assistants.read", "api.assistants.write", "api.threads.read", "api.threads.write"),
    *("api.evals.read", "api.evals.write", "api.fine_tuning.jobs.read", "api.webhooks.read"),
)
_AGENTS = (
    "Mozilla/5 (Macintosh; Intel Mac OS X 10_15) AppleWebKit/537 Chrome/147 Safari/537",
    "Mozilla/5 (Windows NT 10; Win64; x64) AppleWebKit/537 Chrome/147 Edg/147",
    "Mozilla/5 (X11; Linux x86_64; rv:149) Gecko/20100101 Firefox/149",
)
_INSTANT = "%Y-%m-%dT%H:%M:%SZ"
_NETWORKS = (("AS3320", "DE"), ("AS12322", "FR"), ("AS2856", "GB"), ("AS7922", "US"))


@dataclass
class Events:
    """What happens in one organization.

    Attributes:
        seed: decides everything.
    """

    seed: int
    _random: random.Random = field(init=False)
    _number: int = 0

    def __post_init__(self) -> None:
        """Invent the people, the projects and the keys."""
        self._random = random.Random(self.seed)  # noqa: S311  # a fixture, not a secret
        self.people = [(f"user-{self._id(24)}", self._hex(64)) for _ in range(PEOPLE)]
        self.projects = [f"proj_{self._id(24)}" for _ in range(PROJECTS)]
        self.keys = [f"key_{self._id(16)}" for _ in range(PROJECTS * KEYS_EACH)]
        self._addresses = [[self._hex(64) for _ in range(6)] for _ in self.people]

    def rows(self, org: str, hour: datetime, n: int) -> Iterator[str]:
        """Yield what occurred in an hour, oldest first: canonical rows without the newline."""
        name = hour.strftime(_INSTANT)
        seconds = sorted(self._random.randrange(3600) for _ in range(n))
        for second in seconds:
            # Numbered in time, so that two events of one second are in the order of their ids.
            self._number += 1
            at = hour + timedelta(seconds=second)
            yield self._row(org, name, at.strftime(_INSTANT))

    def _row(self, org: str, hour: str, at: str) -> str:
        roll = self._random
        person = roll.randrange(PEOPLE)
        actor, hashed = self.people[person]
        address = self._addresses[person][min(int(roll.expovariate(1.2)), 5)]
        asn, country = _NETWORKS[person % 4]
        kind, target, payload = self._what()
        project = roll.choice(self.projects)
        event = f"audit_log-{self._number:010x}{roll.getrandbits(64):016x}"
        return (
            f'{{"actor_hash":"{hashed}","actor_id":"{actor}","actor_type":"session","details":'
            f'{{"asn":"{asn}","country":"{country}","ip_hash":"{address}",{payload}'
            f'"stream":"organization","user_agent":"{_AGENTS[person % 3]}"}},'
            f'"event_id":"{event}","event_type":"{kind}","late":false,"occurred_at":"{at}",'
            f'"org_id":"{org}","project_id":"{project}","sealed_hour":"{hour}",'
            f'"target_id":{target}}}'
        )

    def _what(self) -> tuple[str, str, str]:
        """Return an event's type, its target and its payload."""
        roll = self._random
        chance = roll.random()
        if chance < 0.1:
            return "login.succeeded", "null", '"payload":{},'
        if chance < 0.45:
            key = roll.choice(self.keys)
            scopes = '","'.join(sorted(roll.sample(_SCOPES, roll.randrange(2, 5))))
            kind = "created" if chance < 0.2 else "updated"
            field_name = "data" if kind == "created" else "changes_requested"
            payload = f'"payload":{{"{field_name}":{{"scopes":["{scopes}"]}},"id":"{key}"}},'
            return f"api_key.{kind}", f'"{key}"', payload
        if chance < 0.7:
            limit = f"rl-{self._hex(24)}"
            payload = (
                f'"payload":{{"changes_requested":{{"max_requests_per_1_minute":'
                f"{roll.randrange(10**5)},"
                f'"max_tokens_per_1_minute":{roll.randrange(10**7)}}},"id":"{limit}"}},'
            )
            return "rate_limit.updated", f'"{limit}"', payload
        if chance < 0.85:
            account = f"user-{self._id(24)}"
            payload = f'"payload":{{"data":{{"role":"member"}},"id":"{account}"}},'
            return "service_account.created", f'"{account}"', payload
        principal, resource = roll.choice(self.people)[0], roll.choice(self.projects)
        binding = f"role-binding-{self._hex(40)}"
        payload = (
            f'"payload":{{"id":"{binding}","principal_id":"{principal}","principal_type":"user",'
            f'"resource_id":"{resource}","role_id":'
            f'"role-api-project-member"}},'
        )
        return "role.assignment.created", f'"{binding}"', payload

    def _hex(self, digits: int) -> str:
        return f"{self._random.getrandbits(digits * 4):0{digits}x}"

    def _id(self, characters: int) -> str:
        alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
        return "".join(self._random.choices(alphabet, k=characters))
