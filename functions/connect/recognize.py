"""Is it the same organization as before? Asked when a key is replaced or an organization returns.

Pure. A key of another organization must not go on writing this one's history: it is quarantined.
"""

from functions.connect.check import KeyReport, Recognize
from functions.connect.refusal_messages import explained
from functions.shared.errors import Quarantined
from functions.shared.hashing import id_hash
from functions.shared.tables.connections import Connection


def recognizer(hash_key: bytes, connection: Connection) -> Recognize | None:
    """Return what tells a known project, None where none is known."""
    hashes = frozenset(connection.known_projects)
    if not hashes:
        return None
    return lambda project_id: id_hash(hash_key, project_id) in hashes


def require_same(report: KeyReport, recognize: Recognize | None) -> None:
    """Refuse a key that shows no sign of being the same organization's.

    A known project must be seen. Where none was ever seen, OpenAI's own word must do: it refused
    the key for a wrong organization.

    Raises:
        Quarantined: nothing is stored.
    """
    if recognize is None:
        same = report.org_proof == "proven"
    else:
        same = any(recognize(project_id) for project_id in report.project_ids)
    if not same:
        raise explained(Quarantined())
