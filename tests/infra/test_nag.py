"""The outside rules: cdk-nag's AwsSolutions, cfn-lint, CloudFormation's own limits."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from infra.settings import read
from tests.infra.template import Template, context_of


@pytest.mark.slow
@pytest.mark.parametrize("stage", ["prod", pytest.param("dev", marks=pytest.mark.slow)])
def test_cfn_lint_has_no_error_and_no_warning(request: pytest.FixtureRequest, stage: str) -> None:
    """W3005 apart: the CDK says once more, in DependsOn, what a reference says already."""
    template: Template = request.getfixturevalue(stage)
    (file,) = template.folder.glob("*.template.json")
    process = subprocess.run(
        [str(Path(sys.executable).with_name("cfn-lint")), "--ignore-checks", "W3005", "--", file],
        capture_output=True,
        text=True,
        check=False,
    )
    assert process.returncode == 0, process.stdout + process.stderr


def test_a_finding_of_the_rules_stops_the_synthesis(tmp_path: Path, prod: Template) -> None:
    """A bucket without logs, added to the stack, is refused: so the rules do run.

    That the stack itself has no finding is shown by the fixture: it synthesized.
    """
    from aws_cdk import aws_s3

    from infra.synth import build

    assert prod.all("AWS::S3::Bucket")
    app, stack = build(read(context_of("prod").get, {}), context_of("prod"), str(tmp_path))
    aws_s3.Bucket(stack, "Open")
    with pytest.raises(RuntimeError, match="AwsSolutions-S1"):
        app.synth()


def test_every_acknowledged_finding_has_its_reason(prod: Template) -> None:
    """A reason is a sentence of its own; a rule is never waved through for the whole stack."""
    metadata = json.loads((prod.folder / "openai-audit-prod.metadata.json").read_text())
    acknowledged = {
        (path, rule): reason
        for path, entries in metadata.items()
        for entry in entries
        if entry["type"] == "aws:cdk:acknowledged-rules"
        for rule, reason in entry["data"].items()
    }
    assert len(acknowledged) == 58
    for (path, _), reason in acknowledged.items():
        assert path != "/openai-audit-prod"
        assert reason.endswith(".")
        assert len(reason.split()) >= 6


def test_the_template_is_within_cloudformation_s_limits(template: Template) -> None:
    """500 resources and 1 MB, with room to grow."""
    assert len(template.body["Resources"]) < 350
    assert len(json.dumps(template.body)) < 500_000
