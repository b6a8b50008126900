"""controls.json: which clause of which framework each file and kind of finding supports.

Part of step 2 of 6 (write); pure. Evidence supports a control. Whether the control is in place is
for the auditor to say.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import cast

from functions.pack.documents.clauses import CLAUSES, FRAMEWORKS
from functions.pack.documents.supported import FILES, FINDINGS, WHY_NONE, Rows, Supports
from functions.shared.records.packs import Controls, SupportedClause

_NOTE = (
    "Each file and finding supports the clauses named with it: it is evidence to weigh, for the "
    "OpenAI organizations of this pack and for its period only. No clause is met by a pack alone. "
    "Where `only` is given, the rows with these values support the clause, and no others. "
    "`applies_to` says whom a framework is for."
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
            {
                "file": name,
                "shows": shows,
                "supports": _clauses(supports),
                "why_none": WHY_NONE.get(name),
            }
            for name, (shows, supports) in FILES.items()
            if name in names
        ],
        "findings": [
            {"kind": kind, "supports": _clauses(supports), "why_none": WHY_NONE.get(kind)}
            for kind, supports in sorted(FINDINGS.items())
        ],
    }


def _clauses(supports: Supports) -> list[SupportedClause]:
    """Return the clauses in the order of their table, framework by framework."""
    return [_clause(number, supports[number]) for number in CLAUSES if number in supports]


def _clause(number: str, only: Rows | None) -> SupportedClause:
    name, title = CLAUSES[number]
    framework = FRAMEWORKS[name]
    return {
        "clause": number,
        "title": title,
        "framework": name,
        "edition": framework["edition"],
        "source": framework["source"],
        "only": cast("Mapping[str, Sequence[str]] | None", only),
    }
