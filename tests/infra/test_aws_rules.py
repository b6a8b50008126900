"""What AWS refuses or does, and no emulator shows: the rules hold, and each finds its fault."""

import copy
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.infra.faults import FAULTS
from tests.infra.template import Template
from tools.aws_rules.__main__ import main
from tools.aws_rules.registry import check, rule_modules
from tools.aws_rules.template import Quotas

NEW_ACCOUNT = Quotas()


def broken(body: Any) -> set[str]:
    """Return the names of the rules that have something against a template."""
    return {rule for rule, _ in check(body, NEW_ACCOUNT)}


@pytest.mark.slow
@pytest.mark.parametrize("region", ["eu-central-1", "us-east-1"])
@pytest.mark.parametrize("stage", ["prod", "dev"])
def test_every_rule_holds(
    synthesized: Callable[[str, str], Template], stage: str, region: str
) -> None:
    """For each stage in two regions, of which one is named otherwise by several services."""
    found = [
        f"{rule}: {f.logical_id}: {f.words}"
        for rule, f in check(synthesized(stage, region).body, NEW_ACCOUNT)
    ]
    assert found == []


def test_every_rule_has_its_fault_and_every_fault_its_rule() -> None:
    """A rule that nothing breaks could say anything."""
    assert set(FAULTS) == set(rule_modules())
    assert len(FAULTS) >= 20


@pytest.mark.parametrize("rule", FAULTS)
def test_with_a_fault_put_back_its_rule_fails_and_no_other(prod: Template, rule: str) -> None:
    """So that a finding names what is wrong, and not what follows from it."""
    body = copy.deepcopy(dict(prod.body))
    FAULTS[rule](body)
    assert broken(body) == {rule}


def test_every_rule_says_what_aws_does_and_where_aws_says_so() -> None:
    """A first line in plain English, and a source."""
    for name, module in rule_modules().items():
        first, *_ = lines = (module.__doc__ or "").splitlines()
        assert first.endswith("."), name
        assert any(line.startswith("Source: ") for line in lines), name


def test_no_rule_knows_what_this_template_calls_its_resources() -> None:
    """They hold for any template: not one logical id, setting or name of ours is in them."""
    ours = ("openai", "snapshot", "evidence", "custody", "dashboard", "signing")
    for module in rule_modules().values():
        text = Path(str(module.__file__)).read_text().lower()
        assert not [word for word in ours if word in text], module.__name__


@pytest.fixture
def files(prod: Template, tmp_path: Path) -> Iterator[tuple[str, str]]:
    """A template that holds, and one with a fault, as files."""
    good, bad = tmp_path / "good.json", tmp_path / "bad.json"
    good.write_text(json.dumps(prod.body))
    body = copy.deepcopy(dict(prod.body))
    FAULTS["function_memory_is_granted"](body)
    bad.write_text(json.dumps(body))
    yield str(good), str(bad)


def test_the_command_says_a_finding_a_line_and_fails(
    files: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit status 1; an account that was granted more is told so."""
    good, bad = files
    assert main([good]) == 0
    assert capsys.readouterr().out.splitlines() == [f"{len(FAULTS)} rules, 1 templates, 0 findings"]
    assert main([good, bad]) == 1
    finding, total = capsys.readouterr().out.splitlines()
    assert finding.startswith(f"{bad}: function_memory_is_granted: ")
    assert finding.endswith("asks for 3538 MB, and the account grants 3008")
    assert total == f"{len(FAULTS)} rules, 2 templates, 1 findings"
    assert main(["--memory", "10240", bad]) == 0


def test_the_command_says_what_the_rules_are(capsys: pytest.CaptureFixture[str]) -> None:
    """One a line, by name."""
    assert main(["--list"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == len(FAULTS)


def test_what_is_no_template_is_one_clear_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit status 2, as of a command that could not do its work."""
    (tmp_path / "torn.json").write_text("{")
    assert main([str(tmp_path / "torn.json")]) == 2
    assert "no template in JSON" in capsys.readouterr().err
