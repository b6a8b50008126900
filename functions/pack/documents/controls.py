"""controls.json: which clause of which framework each file and kind of finding supports.

Part of step 2 of 6 (write); pure. Evidence supports a control. Whether the control is in place is
for the auditor to say.
"""

from collections.abc import Collection, Iterable

from functions.pack.documents.clauses import CLAUSES, FILES, FINDINGS, FRAMEWORKS
from functions.shared.records.packs import Controls, SupportedClause

_NOTE = (
    "Each file and finding supports the clauses named with it: it is evidence to weigh, for the "
    "OpenAI organizations of this pack and for its period only. No clause is met by a pack alone."
)


def controls(names: Collection[str]) -> Controls:
    """Return the document.

    Args:
        names: of the pack's files; nothing is said of a file that is not there.
    """
    return {
        "note": _NOTE,
        "frameworks": FRAMEWORKS,
        "files": [
            {"file": name, "shows": shows, "supports": _clauses(ids)}
            for name, (shows, ids) in FILES.items()
            if name in names
        ],
        "findings": [
            {"kind": kind, "supports": _clauses(ids)} for kind, ids in sorted(FINDINGS.items())
        ],
    }


def _clauses(ids: Iterable[str]) -> list[SupportedClause]:
    return [_clause(clause) for clause in ids]


def _clause(clause: str) -> SupportedClause:
    framework, title = CLAUSES[clause]
    source = FRAMEWORKS[framework]["source"]
    return {"clause": clause, "framework": framework, "source": source, "title": title}
