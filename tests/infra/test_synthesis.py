"""The app itself: offline, without Node on the path, checked by the rules, said clearly."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from infra import node
from infra.settings import SettingRefused, read
from tests.infra.template import ROOT, Template

# Of a stage whose operator has chosen: cdk.json leaves that open for production.
CONTEXT = json.loads((ROOT / "cdk.json").read_text())["context"] | {"time_authority": "none"}
OUTPUTS = {
    *("ApiUrl", "DashboardUrl", "DistributionId", "DistributionDomain", "ContentSecurityPolicy"),
    *("UserPoolId", "ClientId", "SignInDomain", "TableName", "EvidenceBucket", "WorkBucket"),
    *("PacksBucket", "DashboardBucket", "SecretsKeyArn", "SigningKeyArn", "DataKeyArn"),
    *("SnapshotQueueUrl", "PackQueueUrl", "HourlyRuleName", "MonthlyRuleName", "AlarmTopicArn"),
    *("AccessFunctionName", "AuthorizerFunctionName", "NotifyFunctionName"),
    *("NotifyWakeFunctionName", "MinuteRuleName"),
    *("ConnectFunctionName", "SnapshotDispatchFunctionName", "SnapshotFunctionName"),
    *("PackDispatchFunctionName", "PackFunctionName", "SigningKeyFunctionName"),
    *("PackGivenUpFunctionName", "AnchorFunctionName", "DailyRuleName"),
    *("ApiFunctionName", "ExportFunctionName", "SnapshotDeadLettersUrl", "PackDeadLettersUrl"),
    *("DispatchDeadLettersUrl", "FirstSigningPublicKey", "ChangesLogName"),
    "LegalHoldRoleArn",
}


def run_app(*arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run ``app.py`` in a process of its own, without the wheels layer."""
    return subprocess.run(
        [sys.executable, "app.py", *arguments],
        cwd=ROOT,
        env={
            "CDK_CONTEXT_JSON": '{"aws:cdk:bundling-stacks": []}',
            "HOME": os.environ.get("HOME", "/"),
            "PATH": "",
            **environ,
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.mark.slow
def test_it_synthesizes_offline_with_an_empty_path(tmp_path: Path) -> None:
    """Node comes from the lock file; no CLI, no account, no network are asked for."""
    process = run_app(
        "-c", "region=eu-west-1", "--out", str(tmp_path), HTTPS_PROXY="http://[::1]:9"
    )
    assert process.returncode == 0, process.stderr
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    stack = manifest["artifacts"]["openai-audit-dev"]
    assert stack["environment"] == "aws://000000000000/eu-west-1"


def test_an_unknown_stage_is_one_clear_line() -> None:
    """No traceback for a typing error."""
    process = run_app("-c", "stage=staging")
    assert process.returncode == 1
    assert process.stderr.splitlines() == [
        "app.py: stage is 'staging', expected one of dev, prod",
    ]


def test_an_override_without_a_value_is_one_clear_line() -> None:
    """As above."""
    process = run_app("-c", "stage")
    assert process.returncode == 1
    assert process.stderr.splitlines() == ["app.py: -c stage: expected NAME=VALUE"]


def test_without_any_node_it_says_how_to_get_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Instead of jsii's traceback."""
    monkeypatch.delenv("JSII_NODE", raising=False)
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(node, "find_spec", lambda _: None)
    with pytest.raises(node.NodeMissing, match="uv sync --group infra"):
        node.use_locked_node()


def test_a_node_chosen_by_hand_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    """JSII_NODE wins."""
    monkeypatch.setenv("JSII_NODE", "/some/node")
    node.use_locked_node()
    assert os.environ["JSII_NODE"] == "/some/node"


@pytest.mark.parametrize(
    "laptop",
    [
        {"extra_dashboard_url": "http://127.0.0.1:8080/"},
        {"schedules": "off"},
        {"layer_python": "3.11"},
        {"layer_platform": "x86_64-manylinux2014"},
    ],
)
def test_a_laptop_s_setting_is_refused_in_production(laptop: dict[str, str]) -> None:
    """And taken in dev."""
    context: dict[str, Any] = CONTEXT | laptop
    read((context | {"stage": "dev"}).get, {})
    with pytest.raises(SettingRefused, match=next(iter(laptop))):
        read((context | {"stage": "prod"}).get, {})


@pytest.mark.parametrize("stage", ["dev", "prod"])
def test_a_stage_asks_for_what_a_new_account_grants_until_it_says_otherwise(stage: str) -> None:
    """Memory and concurrency are settings, so is the role that CloudFormation deploys with."""
    settings = read((CONTEXT | {"stage": stage}).get, {})
    assert settings.pack_memory_mb == 3008
    assert settings.dispatch_reserved_concurrency is None
    assert settings.snapshot_concurrency + settings.pack_concurrency < 10
    granted = {"pack_memory_mb": 3538, "dispatch_reserved_concurrency": 1}
    stages = {stage: CONTEXT["stages"][stage] | granted}
    told = read((CONTEXT | {"stage": stage, "stages": stages, "deployment_role": "ours"}).get, {})
    assert (told.pack_memory_mb, told.dispatch_reserved_concurrency) == (3538, 1)
    assert told.deployment_role == "ours"


def test_who_puts_legal_holds_is_a_setting_and_has_an_arn() -> None:
    """The account where nobody is named."""
    assert read(CONTEXT.get, {}).legal_hold_principal == "arn:aws:iam::000000000000:root"
    counsel = "arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/Counsel_0123"
    told = read((CONTEXT | {"legal_hold_principal": counsel}).get, {})
    assert told.legal_hold_principal == counsel
    stages = {"dev": CONTEXT["stages"]["dev"] | {"legal_hold_principal": counsel}}
    assert read((CONTEXT | {"stages": stages}).get, {}).legal_hold_principal == counsel
    for choice in ("*", "counsel", "arn:aws:iam::111122223333:group/counsel"):
        with pytest.raises(SettingRefused, match=r"legal_hold_principal is .*expected the ARN"):
            read((CONTEXT | {"legal_hold_principal": choice}).get, {})


def test_production_without_compliance_locks_is_refused() -> None:
    """Governance mode can be lifted by an administrator."""
    stages = json.loads(json.dumps(CONTEXT["stages"]))
    stages["prod"]["packs_lock"]["mode"] = "GOVERNANCE"
    with pytest.raises(SettingRefused, match="packs_lock in prod is GOVERNANCE"):
        read((CONTEXT | {"stage": "prod", "stages": stages}).get, {})


def test_a_missing_setting_is_named() -> None:
    """Not a KeyError from the depths."""
    stages = {"dev": {k: v for k, v in CONTEXT["stages"]["dev"].items() if k != "mfa"}}
    with pytest.raises(SettingRefused, match=r"cdk\.json: stages\.dev has no mfa"):
        read((CONTEXT | {"stages": stages}).get, {})


def test_production_without_a_choice_of_time_authority_is_one_clear_line() -> None:
    """It says what to set and to what; nothing is synthesized."""
    process = run_app("-c", "stage=prod")
    assert process.returncode == 1
    assert process.stderr == (
        "app.py: the stage prod has chosen no time authority: set time_authority (-c, or "
        "stages.prod in cdk.json) to 'ADDRESS SHA256', the digest of the certificate it signs "
        "with, or to 'none'\n"
    )


@pytest.mark.parametrize("stage", ["dev", "prod"])
def test_a_stage_chooses_its_time_authority_or_none(stage: str) -> None:
    """For itself or in the command line; a fingerprint as openssl prints it is a digest."""
    stages = {stage: {k: v for k, v in CONTEXT["stages"][stage].items() if k != "time_authority"}}
    context = CONTEXT | {"stage": stage, "stages": stages, "time_authority": None}
    with pytest.raises(SettingRefused, match=f"the stage {stage} has chosen no time authority"):
        read(context.get, {})
    printed = "http://tsa.test " + ":".join(["AB"] * 32) + f"  {'cd' * 32}"
    as_told = f"http://tsa.test {'ab' * 32} {'cd' * 32}"
    assert read((context | {"time_authority": printed}).get, {}).time_authority == as_told
    stages[stage]["time_authority"] = "none"
    assert read(context.get, {}).time_authority == "none"


@pytest.mark.parametrize(
    ("choice", "words"),
    [
        ("http://tsa.test", "'ADDRESS SHA256', the digest"),
        ("http://tsa.test none", "'ADDRESS SHA256', the digest"),
        (f"http://tsa.test {'ab' * 31}", "'ADDRESS SHA256', the digest"),
        (f"http://tsa.test {'ab' * 20}", "'ADDRESS SHA256', the digest"),
        (f"file:///etc {'ab' * 32}", "is 'file:///etc .*expected a web address"),
        (f"none {'ab' * 32}", "expected a web address"),
        ("ab" * 32, "expected a web address"),
        (f"https:// {'ab' * 32}", "expected a web address"),
        (f"https://me:hidden@tsa.test {'ab' * 32}", "has a user in its address"),
    ],
)
def test_half_a_choice_of_time_authority_is_refused(choice: str, words: str) -> None:
    """Before anything is deployed with it; no password is repeated."""
    with pytest.raises(SettingRefused, match=words) as caught:
        read((CONTEXT | {"time_authority": choice}).get, {})
    assert "hidden" not in str(caught.value)


def test_the_outputs_are_what_the_runner_reads(template: Template) -> None:
    """Scripts find everything by these names."""
    assert set(template.body["Outputs"]) == OUTPUTS


def test_the_template_holds_no_parameter_but_the_bootstrap_version(template: Template) -> None:
    """What varies is context, which stands in the repository."""
    assert set(template.body["Parameters"]) == {"BootstrapVersion"}


def test_production_is_protected_from_deletion(prod: Template) -> None:
    """The stack as a whole too."""
    manifest = json.loads((prod.folder / "manifest.json").read_text())
    properties = manifest["artifacts"]["openai-audit-prod"]["properties"]
    assert properties["terminationProtection"] is True
