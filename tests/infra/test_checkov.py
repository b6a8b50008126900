"""checkov over the templates: no finding without its reason, no reason without its finding."""

from pathlib import Path
from typing import Any

import pytest

from tests.infra.template import Template
from tools.checkov_findings import Standing, judge, main, read_reasons, run_checkov

QUEUES = Standing("CKV_AWS_27", ("AWS::SQS::Queue.*",), "It is encrypted otherwise.")


def finding(check: str, resource: str) -> dict[str, Any]:
    """Return a finding as checkov says it."""
    name = "Ensure something"
    return {
        "check_id": check,
        "resource": resource,
        "check_name": name,
        "file_path": "/a.json",
    }


def test_every_reason_is_a_sentence_of_its_own() -> None:
    """It is given for one check, and never for everything."""
    stands = read_reasons()
    assert len({(s.check, s.resources) for s in stands}) == len(stands)
    for standing in stands:
        assert standing.check.startswith("CKV")
        assert standing.reason.endswith(".")
        assert len(standing.reason.split()) >= 6
        for resource in standing.resources:
            kind, _, name = resource.partition(".")
            assert name
            assert "*" not in kind


def test_a_finding_without_a_reason_is_told_and_fails() -> None:
    """Of the same check on another kind of resource, too."""
    queue, topic = "AWS::SQS::Queue.Work1", "AWS::SNS::Topic.Alarms1"
    assert list(judge([finding("CKV_AWS_27", queue)], [QUEUES])) == []
    found = [finding("CKV_AWS_27", queue), finding("CKV_AWS_27", topic), finding("CKV_1", queue)]
    assert list(judge(found, [QUEUES])) == [
        f"a.json: CKV_AWS_27: {topic}: Ensure something",
        f"a.json: CKV_1: {queue}: Ensure something",
    ]


def test_a_reason_that_nothing_needs_is_told() -> None:
    """What was mended leaves no permission behind."""
    assert list(judge([], [QUEUES])) == [
        "checkov.toml: CKV_AWS_27: AWS::SQS::Queue.*: no finding needs this reason"
    ]


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_checkov_has_nothing_against_either_stage_without_a_reason(
    prod: Template, dev: Template, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """It runs in an environment of its own; a bucket that is open to all is found."""
    files = [str(next(t.folder.glob("*.template.json"))) for t in (prod, dev)]
    status = main(files)
    printed = capfd.readouterr().out
    assert status == 0, printed
    assert printed.endswith(" 0 without a reason\n")
    opened = tmp_path / "opened.template.json"
    opened.write_text(
        '{"Resources": {"Open": {"Type": "AWS::S3::Bucket", '
        '"Properties": {"AccessControl": "PublicReadWrite"}}}}'
    )
    assert "CKV_AWS_57" in {found["check_id"] for found in run_checkov([opened])}
