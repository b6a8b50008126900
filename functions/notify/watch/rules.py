"""What is an alert: of each closed hour, and of what the clock says where nothing was closed.

Pure. Whatever stays as it is is told once: an alert is the beginning of an episode, and the row of
what was told remembers it until the episode is over.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from functions.notify.records import Alert, AlertData, OrganizationWatch
from functions.shared.hours import parse_instant, rfc3339
from functions.shared.records.findings import Finding
from functions.shared.records.tables import HourRow
from functions.shared.tables.connections import Connection

# Of the seals that say so the key is what has to be replaced.
DEAD_KEY: Final = frozenset(
    {"key_rejected", "mismatched_organization", "key_unusable", "quarantined"}
)
_WHOLE: Final = frozenset({"complete", "paused"})
_READ: Final = frozenset({"complete", "partial"})
# Why an hour is partial that could not take all of the log: what is left comes with later ones.
_BACKLOG: Final = "hour_full"
# Says nothing of the key: nobody asked with it.
_NOT_ASKED: Final = frozenset({"missed", "paused"})
# A body stays small however many findings an hour opens; the list itself is at the API.
MOST_FINDINGS: Final = 50

NOTHING_TOLD: Final[OrganizationWatch] = {
    "n": 0,
    "through": "",
    "findings_sha256": "",
    "not_whole": "",
    "key_is_dead": False,
    "is_behind": False,
    "is_late": False,
    "warned_at": "",
}


@dataclass(frozen=True, slots=True)
class ReadHour:
    """A closed hour as it was read.

    Attributes:
        row: as the table has it.
        opened: the findings of severity high that it opened, the first ones.
        n_opened: how many there are.
        findings_sha256: digest of its register of findings, empty where it has none.
        is_damaged: what it sealed is gone, or not what was sealed.
    """

    row: HourRow
    opened: Sequence[Finding] = ()
    n_opened: int = 0
    findings_sha256: str = ""
    is_damaged: bool = False


def of_hour(
    org_id: str, told: OrganizationWatch, hour: ReadHour
) -> tuple[list[Alert], OrganizationWatch]:
    """Return the alerts of the next closed hour, and what is told with them."""
    row = hour.row
    outcome, reason = row["outcome"], row["reason"] or ""
    # One trouble is one alert: of an hour that was not read the log is behind as well, and an hour
    # that is partial only for the log's sake is told as a log that is behind.
    lag = row["lag_hours"] if outcome in _READ else None
    is_backlog = bool(lag) and reason == _BACKLOG
    of: AlertData = {"org_id": org_id, "hour": row["hour"], "seal_sha256": row["sha256"]}
    alerts: list[Alert] = []
    key_is_dead = outcome == "failed" and reason in DEAD_KEY
    not_whole = "" if outcome in _WHOLE else f"{outcome}/{reason}"
    if key_is_dead and not told["key_is_dead"]:
        alerts.append({"type": "admin_key.dead", "data": {**of, "reason": reason}})
    is_news = not_whole != told["not_whole"] and not key_is_dead and not is_backlog
    if not_whole and is_news:
        data: AlertData = {**of, "outcome": outcome, "reason": reason}
        alerts.append({"type": "hour.not_whole", "data": data})
    if lag and not told["is_behind"]:
        alerts.append({"type": "log.behind", "data": {**of, "lag_hours": lag}})
    if hour.opened:
        alerts.append({"type": "findings.opened", "data": {**of, **_findings(hour)}})
    if hour.is_damaged:
        alerts.append({"type": "evidence.damaged", "data": of})
    now_told: OrganizationWatch = {
        **told,
        "through": row["hour"],
        "findings_sha256": hour.findings_sha256,
        "not_whole": not_whole,
        "key_is_dead": key_is_dead or (told["key_is_dead"] and outcome in _NOT_ASKED),
        "is_behind": told["is_behind"] if lag is None else lag > 0,
    }
    return alerts, now_told


def of_clock(
    connection: Connection,
    told: OrganizationWatch,
    to_close: datetime,
    late_hours: int,
    now: datetime,
) -> tuple[list[Alert], OrganizationWatch]:
    """Return the alerts that no closed hour can tell, and what is told with them.

    Args:
        connection: of the organization.
        told: what was told before.
        to_close: the hour that is to be closed next.
        late_hours: how many should be closed and are not.
        now: the present.
    """
    org_id, warn_at = connection.org_id, connection.admin_key_warn_at
    alerts: list[Alert] = []
    if connection.status == "disconnected":
        return alerts, {**told, "is_late": False}
    if late_hours and not told["is_late"]:
        late: AlertData = {
            "org_id": org_id,
            "late_since": rfc3339(to_close),
            "late_hours": late_hours,
        }
        alerts.append({"type": "hours.late", "data": late})
    told = {**told, "is_late": late_hours > 0}
    if now >= parse_instant(warn_at) and told["warned_at"] != warn_at:
        ends: AlertData = {"org_id": org_id}
        if connection.admin_key_expires_at:
            ends["expires_at"] = connection.admin_key_expires_at
        alerts.append({"type": "admin_key.expiring", "data": ends})
        told = {**told, "warned_at": warn_at}
    return alerts, told


def _findings(hour: ReadHour) -> AlertData:
    return {
        "findings": [{"finding_id": row["finding_id"], "kind": row["kind"]} for row in hour.opened],
        "n_findings": hour.n_opened,
    }
