"""Worlds of organizations, built step by step.

    world = World()
    world.at("2026-04-01T00:00:00Z").user_joins("olga", role="owner").project_created("web")
    world.at("2026-04-01T05:10:00Z").user_joins("ann").key_made("ci", "web", owner="ann")
    world.at("2026-04-01T07:00:00Z").hidden().key_removed("ci")      # no audit event
    world.at("2026-04-01T08:00:00Z").late(3 * 3600).user_leaves("ann")  # shown at 11:00

Every world has a first organization, on which `at` works; `organization` makes further ones.
The steps are those of `tools.openai_simulator.story.steps.StorySteps`.
"""

from collections.abc import Iterable

from tools.openai_simulator.clock import Instant, seconds
from tools.openai_simulator.story.steps import StorySteps
from tools.openai_simulator.world.organization import ALL_SCOPES, Credential, Organization
from tools.openai_simulator.world.records import opaque

ADMIN_KEY = "sk-admin-SIMULATOR-first-organization-0001"


class World:
    """Organizations through time, and the keys that open them.

    Args:
        org_id: Of the first organization.
        admin_key: A key of the first organization with every scope; None for no key yet.
        opaque_ids: See `Organization`.
    """

    def __init__(
        self,
        org_id: str = "org-first",
        *,
        name: str = "First",
        admin_key: str | None = ADMIN_KEY,
        opaque_ids: bool = False,
    ) -> None:
        self._opaque_ids = opaque_ids
        self.organizations: dict[str, Organization] = {}
        self._by_secret: dict[str, Organization] = {}
        self.first = self.organization(org_id, name=name, admin_key=admin_key)
        self.org_id = org_id
        self.admin_key = admin_key or ""

    def organization(
        self, org_id: str, *, name: str | None = None, admin_key: str | None = None
    ) -> Organization:
        """Add an organization (or return the one that has this id), with a key for every scope."""
        if org_id not in self.organizations:
            self.organizations[org_id] = Organization(
                org_id, name or org_id.removeprefix("org-"), opaque_ids=self._opaque_ids
            )
        if admin_key is not None:
            self.credential(admin_key, org_id=org_id)
        return self.organizations[org_id]

    def at(self, when: Instant, org_id: str | None = None) -> StorySteps:
        """Return an instant of an organization's story; its methods are the steps.

        Args:
            when: RFC 3339 text, aware datetime or seconds since 1970.
            org_id: Whose story; the first organization when absent.
        """
        org = self.first if org_id is None else self.organizations[org_id]
        return StorySteps(org, seconds(when))

    def credential(
        self,
        secret: str,
        *,
        org_id: str | None = None,
        scopes: Iterable[str] = ALL_SCOPES,
        from_at: Instant = 0,
        until_at: Instant | None = None,
    ) -> None:
        """Let a secret open an organization, without listing it among its admin keys.

        Args:
            secret: `sk-admin-…`, or a user's `sk-proj-…` with no scopes.
            org_id: Which; the first when absent.
            scopes: `api.management.read`, `api.audit_logs.read`, `api.usage.read`.
            from_at: From when it works.
            until_at: From when it no longer does.
        """
        org = self.first if org_id is None else self.organizations[org_id]
        until = None if until_at is None else seconds(until_at)
        org.credentials[secret] = Credential(secret, frozenset(scopes), seconds(from_at), until)
        self._by_secret[secret] = org

    def access_for(self, secret: str, now: float) -> tuple[Organization, Credential] | None:
        """Return what a secret opens at an instant, or None."""
        org = self._by_secret.get(secret)
        if org is None:
            org = next((o for o in self.organizations.values() if secret in o.credentials), None)
        if org is None or not org.credentials[secret].works_at(now):
            return None
        self._by_secret[secret] = org
        return org, org.credentials[secret]

    def user_id(self, nick: str) -> str:
        """Return the id of a user of the first organization."""
        return self.first.id_of("user", nick)

    def project_id(self, nick: str) -> str:
        """Return the id of a project of the first organization."""
        return self.first.id_of("project", nick)

    def key_id(self, nick: str) -> str:
        """Return the id of a project API key of the first organization."""
        return self.first.id_of("key", nick)


def org_id_for(name: str) -> str:
    """Return an organization id like OpenAI's, always the same for a name."""
    return f"org-{opaque('organization', name)}"
