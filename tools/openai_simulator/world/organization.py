"""One OpenAI organization through time: its lists, its event streams, its admin keys. No I/O."""

from collections import defaultdict
from dataclasses import dataclass, field

from tools.openai_simulator.timeline import Record, Timeline
from tools.openai_simulator.world import records
from tools.openai_simulator.world.event_log import Event, EventLog

READ_MANAGEMENT = "api.management.read"
READ_AUDIT_LOGS = "api.audit_logs.read"
READ_USAGE = "api.usage.read"
ALL_SCOPES = frozenset({READ_MANAGEMENT, READ_AUDIT_LOGS, READ_USAGE})

_PREFIXES = {
    "user": "user-",
    "project": "proj_",
    "key": "key_",
    "service_account": "svc_acct_",
    "invite": "invite-",
    "group": "group_",
    "role": "role_",
    "admin_key": "key_adm_",
    "certificate": "cert_",
    "provider": "wip_",
    "rule": "wifr_",
}


@dataclass
class Credential:
    """A secret that opens the API.

    Attributes:
        scopes: What it may read; empty for a user key.
        from_at: Seconds since 1970 from which it works.
        until_at: Seconds since 1970 from which it no longer works (revoked or expired).
        key_id: Id of the listed admin key that it belongs to; None where none is listed.
    """

    secret: str = field(repr=False)
    scopes: frozenset[str]
    from_at: float
    until_at: float | None = None
    key_id: str | None = None

    def works_at(self, now: float) -> bool:
        """Tell whether it opens the API at an instant."""
        return self.from_at <= now and (self.until_at is None or now < self.until_at)


@dataclass(frozen=True)
class HiddenStep:
    """A change that the audit log misses on purpose: the truth for tests of reconciliation."""

    at: float
    type: str
    target_id: str


class Organization:
    """What one organization held at every instant of its story.

    Args:
        org_id: `org-…`.
        name: Its title.
        opaque_ids: True makes ids like OpenAI's; False makes them from the nicknames
            (`user-ann`), which is easier to read in a test.
    """

    def __init__(self, org_id: str, name: str, *, opaque_ids: bool = False) -> None:
        self.id = org_id
        self.name = name
        self._opaque_ids = opaque_ids
        self.users = Timeline()
        self.projects = Timeline()
        self.invites = Timeline()
        self.groups = Timeline()
        self.roles = Timeline()
        self.certificates = Timeline()
        self.admin_api_keys = Timeline()
        self.api_keys: defaultdict[str, Timeline] = defaultdict(Timeline)
        self.members: defaultdict[str, Timeline] = defaultdict(Timeline)
        self.service_accounts: defaultdict[str, Timeline] = defaultdict(Timeline)
        self.workload_identity_providers = Timeline()
        # By (what has the list, its id, the list's name in the path).
        self.rights: defaultdict[tuple[str, str, str], Timeline] = defaultdict(Timeline)
        self.events = EventLog()
        self.tenant_events = EventLog()
        self.credentials: dict[str, Credential] = {}
        self.hidden: list[HiddenStep] = []
        self.owner_ids: dict[str, None] = {}
        self.keys_of: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)
        self.project_of_key: dict[str, str] = {}
        self.project_of_service_account: dict[str, str] = {}

    def id_of(self, kind: str, nick: str) -> str:
        """Return the id that a nickname of a kind has; a nickname that is an id stays."""
        prefix = _PREFIXES[kind]
        if nick.startswith(prefix):
            return nick
        return prefix + (records.opaque(self.id, kind, nick) if self._opaque_ids else nick)

    def list_named(self, name: str, project_id: str | None = None) -> Timeline:
        """Return a list by its name in the path (`users`, `projects`, `api_keys`…).

        With a project, `users` means the users of that project.
        """
        if project_id is not None and name == "groups":
            return self.rights["projects", project_id, name]
        if project_id is not None:
            of_project = {
                "api_keys": self.api_keys,
                "users": self.members,
                "service_accounts": self.service_accounts,
            }
            return of_project[name][project_id]
        of_organization = {
            "users": self.users,
            "projects": self.projects,
            "invites": self.invites,
            "groups": self.groups,
            "roles": self.roles,
            "certificates": self.certificates,
            "admin_api_keys": self.admin_api_keys,
            "workload_identity_providers": self.workload_identity_providers,
        }
        return of_organization[name]

    def truth(self, name: str, now: float, project_id: str | None = None) -> list[Record]:
        """Return what a list really holds at an instant, archived projects and all.

        For tests that compare what was sealed with what was there.
        """
        return [version.fields for version in self.list_named(name, project_id).alive(now)]

    def all_api_keys(self, now: float) -> list[Record]:
        """Return the keys of every project, archived ones included."""
        return [
            key for project in list(self.api_keys) for key in self.truth("api_keys", now, project)
        ]

    def record_event(self, record: Record, *, visible_at: float, tenant: bool = False) -> None:
        """Add an audit event as it stands."""
        event = Event(int(record["effective_at"]), visible_at, str(record["id"]), record)
        (self.tenant_events if tenant else self.events).add(event)

    def first_owner(self, now: float) -> Record | None:
        """Return the owner who has been there longest, or None."""
        for id_ in self.owner_ids:
            version = self.users.get(id_, now)
            if version is not None and version.fields.get("role") == "owner":
                return version.fields
        return None
