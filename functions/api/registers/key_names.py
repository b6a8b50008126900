"""What the keys of a page are named by: their projects and owners, of the same hour's registers.

Only the rows of a page are looked up, each by its id: where ids lie in a register is found once and
kept, so that a page costs the same however many users and projects there are.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple, TypeVar

from functions.api.context import Context
from functions.api.newest_seal import Newest
from functions.api.registers.asked import holds
from functions.api.registers.last_stays import last_stays
from functions.shared.records.entities import ApiKey, ListedApiKey, Project, User

Stay = TypeVar("Stay", Project, User)


def with_names(
    rows: Sequence[ListedApiKey], hours: Sequence[Newest], context: Context
) -> list[ListedApiKey]:
    """Return the keys of a page with the names of their projects and the prefixes of their owners.

    Raises:
        EvidenceMissing: a register that the seal names is gone.
        EvidenceInvalid: its bytes are not those that were sealed.
    """
    named: list[ListedApiKey] = []
    of_hour = {hour.org_id: _Names.of(rows, hour, context) for hour in hours}
    for row in rows:
        names = of_hour[row["org_id"]]
        project, owner = (
            names.projects.get(row["project_id"]),
            names.users.get(row["owner_id"] or ""),
        )
        name, prefix = project and project["name"], owner and owner["email_prefix"]
        named.append({**row, "project_name": name, "owner_prefix": prefix})
    return named


class NamedBy(NamedTuple):
    """Of an hour's projects and users by id, whether a text stands in what they are called now."""

    projects: Mapping[str, bool]
    owners: Mapping[str, bool]

    @classmethod
    def of(cls, newest: Newest, context: Context, q: str) -> "NamedBy":
        """Look for a folded text; raises as ``with_names``."""
        projects = newest.rows(context, "projects", Project)
        users = newest.rows(context, "users", User)
        return cls(
            last_stays(projects, _project, lambda row: holds([row["name"]], q)),
            last_stays(users, _user, lambda row: holds([row["email_prefix"]], q)),
        )

    def holds(self, project: str | None, owner: str | None) -> bool:
        """Tell whether the text stands in the name of a project or the prefix of an owner."""
        is_project = project is not None and self.projects.get(project, False)
        return is_project or (owner is not None and self.owners.get(owner, False))


def is_named(newest: Newest, context: Context, q: str) -> Callable[[ApiKey], bool]:
    """Return what tells of an hour's keys whether a folded text stands in what names them."""
    named = NamedBy.of(newest, context, q)
    return lambda key: named.holds(key["project_id"], key["owner_id"])


class _Names(NamedTuple):
    """Projects and users of one organization, by id."""

    projects: Mapping[str, Project]
    users: Mapping[str, User]

    @classmethod
    def of(cls, rows: Sequence[ListedApiKey], hour: Newest, context: Context) -> "_Names":
        """Look up what the rows of an organization name."""
        own = [row for row in rows if row["org_id"] == hour.org_id]
        projects = {row["project_id"] for row in own}
        owners = {owner for row in own if (owner := row["owner_id"])}
        return cls(
            _last(hour.about(context, "projects", Project, _project, projects), _project),
            _last(hour.about(context, "users", User, _user, owners), _user),
        )


def _project(row: Project) -> str:
    return row["project_id"]


def _user(row: User) -> str:
    return row["user_id"]


def _last(stays: Iterable[Stay], id_of: Callable[[Stay], str]) -> dict[str, Stay]:
    """Return the newest stay of each: whoever came back is called what they are called now."""
    return {id_of(stay): stay for stay in sorted(stays, key=lambda stay: stay["first_seen_at"])}
