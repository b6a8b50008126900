"""Ask a question of the evidence: ``python -m tools.sql --pack FOLDER QUESTION``.

A row is a line of JSON in ASCII, so that no terminal obeys what somebody wrote into a name.
``--list`` lists the questions. DuckDB's own command does as well: docs/sql.md.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

try:
    import duckdb
except ImportError:
    sys.exit("this needs DuckDB: python3 -m pip install duckdb")

_FOLDER: Final = Path(__file__).parent
_QUERIES: Final = _FOLDER / "queries"


def questions() -> dict[str, str]:
    """Return the questions in plain English, by name."""
    files = sorted(_QUERIES.glob("*.sql"))
    return {path.stem: path.read_text().splitlines()[0].removeprefix("-- ") for path in files}


def answer(script: str, variables: dict[str, str], question: str) -> Iterator[dict[str, Any]]:
    """Yield the rows of a question's answer, each with the names of its columns.

    Args:
        script: ``pack`` or ``bucket``, which makes the views.
        variables: what it is told.
        question: a name, or a file of SQL.
    """
    named = _QUERIES / f"{question}.sql"
    connection = duckdb.connect()
    for name, value in variables.items():
        connection.execute(f"SET VARIABLE {name} = $value", {"value": value})
    connection.execute((_FOLDER / f"{script}.sql").read_text())
    answered = connection.execute((named if named.exists() else Path(question)).read_text())
    names = [column[0] for column in answered.description or ()]
    while row := answered.fetchone():
        yield dict(zip(names, row, strict=True))


def main(arguments: Sequence[str]) -> int:
    """Print what was asked for; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tools.sql", allow_abbrev=False)
    parser.add_argument("--list", action="store_true", help="list the questions")
    parser.add_argument("--pack", help="folder of an extracted pack; run the verifier first")
    parser.add_argument("--bucket", help="folder with a copy of the evidence bucket")
    parser.add_argument("--tenant", help="whose evidence of the bucket")
    parser.add_argument("--from", dest="start", help="first hour, 2026-04-01T00:00:00Z")
    parser.add_argument("--to", dest="end", help="last second, 2026-04-30T23:59:59Z")
    parser.add_argument("question", nargs="?", help="a name of --list, or a file of SQL")
    options = parser.parse_args(arguments)
    if options.list:
        for name, asked in questions().items():
            print(f"{name:<36} {asked}")
        return 0
    if options.question is None or bool(options.pack) == bool(options.bucket):
        parser.error("give a question, and either --pack or --bucket")
    facts = {
        "bucket": options.bucket,
        "tenant": options.tenant,
        "period_start": options.start,
        "period_end": options.end,
    }
    variables = {name: value for name, value in facts.items() if value is not None}
    script = "pack" if options.pack else "bucket"
    try:
        rows = answer(
            script, variables | ({"pack": options.pack} if options.pack else {}), options.question
        )
        for row in rows:
            print(json.dumps(row, default=str))
    except (OSError, duckdb.Error) as error:
        reason = ascii(str(error).strip().splitlines()[0])
        print(f"cannot be answered: {reason}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
