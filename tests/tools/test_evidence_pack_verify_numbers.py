"""--previous (check 11): what is numbered goes on where the pack before ended."""

from pathlib import Path

import pytest

from tests.support import full_packs, packs
from tests.support.packs import Pack, Row
from tests.tools.verifier import Verdict, verify_bytes

PERIOD = ("2026-04-03T00:00:00Z", "2026-04-03T23:59:59Z")
LOG = full_packs.custody([0, 3, 20, 50, 51])


def before() -> Pack:
    """Return a pack of two days, with statements up to 6 and custody entries up to 3."""
    return full_packs.with_custody(LOG[:3]).but(number=2)


def after(folder: Path, statements: list[Row], log: list[Row]) -> Verdict:
    """Verify a pack of the third day with it, which says and did that."""
    first = before()
    (folder / "pack-2.tar.gz").write_bytes(first.build())
    last = log[-1]
    head = {"n": last["n"], "sha256": packs.sha256(packs.canonical(last))}
    custody = {"outcome": "complete", "custody": head}
    outcomes: list[str | Row] = [*["complete"] * 23, custody]
    pack = packs.small(period=PERIOD)
    pack.rows |= {name: [] for name in pack.rows}
    pack.rows |= {"statements.jsonl": statements, "custody.jsonl": log}
    pack.rows["coverage.jsonl"] = packs.seals(
        outcomes,
        "2026-04-03T00",
        previous=first.rows["coverage.jsonl"][-1]["sha256"],
        statements=statements,
    )
    facts = {
        "previous_pack_id": "2",
        "previous_manifest_sha256": packs.sha256(first.signed()[0]),
    }
    flags = ("--previous", str(folder / "pack-2.tar.gz"))
    return verify_bytes(pack.but(facts=facts).build(), folder, *flags)


def test_numbers_that_go_on_are_accepted(tmp_path: Path) -> None:
    """The log begins with an entry that is in the pack before."""
    verdict = after(tmp_path, [full_packs.statement(7, 49)], LOG[2:])
    assert verdict.code == 0, verdict.text


@pytest.mark.parametrize("n", [1, 6])
def test_a_statement_is_not_told_again(tmp_path: Path, n: int) -> None:
    """Under a number that stands in the pack before."""
    verdict = after(tmp_path, [full_packs.statement(n, 49)], LOG[2:])
    assert f"statement {n} is told again" in verdict.failed[11]


def test_the_custody_log_is_not_told_otherwise(tmp_path: Path) -> None:
    """Another entry under the last number, or a log that ends before it."""
    other = full_packs.custody([20, 50], 3, "cd" * 32)
    assert "up to number 3" in after(tmp_path, [], other).failed[11]
    assert "up to number 3" in after(tmp_path, [], LOG[:2]).failed[11]
