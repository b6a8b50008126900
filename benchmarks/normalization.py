"""A picture with a hundred texts of 64 KB, beside few people and beside many.

Reach: beside 2,000 people the texts take no more CPU than beside 20, at most 1.2 times; what
the people take is measured, too, and left out. Interleaved, medians.
"""

import json
import statistics
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from functions.snapshot.fetch.audit import audit_marks
from functions.snapshot.fetch.pull import ProjectKeys, PullContext, RawSnapshot
from functions.snapshot.normalize.privacy import Privacy
from functions.snapshot.normalize.snapshot import normalize
from functions.snapshot.records import STREAMS, AuditLog, AuditLogRead, Listing

HOUR_END = datetime(2026, 4, 1, 6, tzinfo=UTC)
ROUNDS = 3
FEW, MANY, N_TEXTS, TEXT_BYTES = 20, 2000, 100, 64 * 1024
MOST = 1.2
# What makes a text costly: addresses, secrets, codes to be decoded.
_PIECES = ("Ann.Lee@acme.example ", "sk-svcacct-AbCdEf0123456789 ", "10.1.2.3 ", "%2540 &#64; é ")


def measure(folder: Path) -> bool:
    """Measure, write ``normalization.json``; tell whether the target is reached."""
    rounds: dict[str, list[float]] = {}
    for _ in range(ROUNDS):
        for n_people in (FEW, MANY):
            for n_texts in (0, N_TEXTS):
                took = _cpu_s(_picture(n_people, n_texts))
                rounds.setdefault(f"{n_people} people, {n_texts} texts", []).append(took)
    cpu_s = {name: round(statistics.median(values), 4) for name, values in rounds.items()}
    of_texts = {
        n: cpu_s[f"{n} people, {N_TEXTS} texts"] - cpu_s[f"{n} people, 0 texts"]
        for n in (FEW, MANY)
    }
    growth = of_texts[MANY] / of_texts[FEW]
    reached = growth <= MOST
    figures = {"cpu_s": cpu_s, "growth": round(growth, 3), "reached": reached, "rounds": rounds}
    (folder / "normalization.json").write_text(json.dumps(figures, indent=1) + "\n")
    print(
        f"normalization   {N_TEXTS} texts of 64 KB {of_texts[FEW]:6.2f} s beside {FEW} people, "
        f"{of_texts[MANY]:.2f} s beside {MANY:,}: {growth:.2f}  {'' if reached else 'NOT '}reached"
    )
    return reached


def _cpu_s(raw: RawSnapshot) -> float:
    marks = audit_marks.initial()
    plan = audit_marks.audit_plan(marks, HOUR_END)
    context = PullContext(marks, plan, HOUR_END, (HOUR_END, HOUR_END), 0.0, frozenset(), True)
    started = time.process_time()
    normalize(raw, context, Privacy(b"k" * 32), lambda _ids, _second: set())
    return round(time.process_time() - started, 4)


def _picture(n_people: int, n_texts: int) -> RawSnapshot:
    """Return an organization with so many people, and as many projects with fat names."""
    text = "".join(_PIECES)
    people = [
        {
            "id": f"user-{n}",
            "name": f"Ann Lee {n}",
            "email": f"ann.lee.{n}@acme.example",
            "role": "reader",
            "added_at": 1775000000 + n,
        }
        for n in range(n_people)
    ]
    projects: list[Any] = [
        {"id": f"proj_{n}", "name": f"{n} " + text * (TEXT_BYTES // len(text)), "status": "active"}
        for n in range(n_texts)
    ]
    log = AuditLog({name: AuditLogRead([], int(HOUR_END.timestamp())) for name in STREAMS})
    keys = ProjectKeys({project["id"]: Listing([]) for project in projects})
    return RawSnapshot(Listing(people), Listing(projects), keys, log)
