"""The commands of the operating page, run by the real CDK command line against the emulator.

What a failed creation and a destroyed stack leave is decided by the template's ``DeletionPolicy``,
which the emulator's CloudFormation follows: ``RetainExceptOnCreate`` goes with a first deployment
that is rolled back and stays when a stack is destroyed, ``Retain`` stays both times. So what a run
shows here is what the template asks of AWS (``tests/infra`` holds the template to it).
"""

import subprocess
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from tests.walk.cdk_command import CdkCommand, broken, installed, printed
from tests.walk.left_behind import bucket_policies, left_behind
from tools.local import runner, settings
from tools.local.commands import demo
from tools.local.deployment import deployment, synthesis
from tools.local.deployment.aws import Account
from tools.local.deployment.processes import HeldPorts
from tools.local.deployment.synthesis import Assembly
from tools.local.settings import Settings

pytestmark = [pytest.mark.slow, pytest.mark.emulator, pytest.mark.timeout(3000)]

BOOTSTRAP, DEPLOY, PUBLISH = printed("deploy")
(DESTROY,) = printed("destroy")
N_BUCKETS, N_KEYS = 5, 3


@pytest.fixture(scope="module")
def stage_settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Give one place for all tests: what was synthesized there is not synthesized again."""
    with HeldPorts() as held:
        port = held.next_free(18600)
    state = tmp_path_factory.mktemp("cdk") / "state"
    return settings.from_environment({"PORT": str(port), "STATE_DIR": str(state), "HOURS": "3"})


@pytest.fixture(scope="module")
def commands() -> Path:
    """Give the folder of the command `cdk`."""
    return installed()


def _command(
    commands: Path, folder: Path, stage_settings: Settings, assembly: Assembly
) -> CdkCommand:
    """Return the command line, with the context that the runner synthesized with."""
    variables = [
        resource["Properties"]["Environment"]["Variables"]
        for resource in assembly.template["Resources"].values()
        if resource["Type"] == "AWS::Lambda::Function"
    ]
    (authority,) = [own["TIME_AUTHORITY"] for own in variables if "TIME_AUTHORITY" in own]
    return CdkCommand(commands, folder / "cdk", synthesis.context(stage_settings, authority))


def _verdict(stage_settings: Settings, folder: Path, deploy: runner.Deploy, afresh: bool) -> str:
    """Deploy, go the way of the demo, and return what the verifier says of the pack."""
    with runner.up(stage_settings, print, afresh=afresh, deploy=deploy) as (stage, _):
        shown = demo.demonstrate(stage_settings, stage, folder)
    assert dict(shown.outcomes) == {"complete": stage_settings.hours}
    assert shown.public_key == stage.output("FirstSigningPublicKey")
    verified = subprocess.run(
        demo.verification(shown), capture_output=True, text=True, check=False, timeout=120
    )
    assert verified.returncode == 0, verified.stdout + verified.stderr
    return verified.stdout


def test_deployed_destroyed_and_deployed_again_as_the_page_says(
    stage_settings: Settings, commands: Path, tmp_path: Path
) -> None:
    """From nothing to a pack that verifies, twice; between them the evidence outlives its stack."""

    def first(account: Account, assembly: Assembly) -> dict[str, str]:
        command = _command(commands, tmp_path, stage_settings, assembly)
        command.succeed(account, BOOTSTRAP, CDK_APP=str(assembly.directory))
        command.succeed(account, DEPLOY)
        _assert_same_but_for_the_mail(command, assembly)
        command.succeed(account, PUBLISH)
        return deployment.outputs(account, assembly.stack_name)

    def again(account: Account, assembly: Assembly) -> dict[str, str]:
        command = _command(commands, tmp_path, stage_settings, assembly)
        policies = bucket_policies(account)
        # What the first command synthesized serves from here on: it would only be made again.
        synthesized = str(command.synthesized)
        command.succeed(account, DESTROY, CDK_APP=synthesized, CDK_FORCE="true")
        left = left_behind(account)
        assert set(left) == {"buckets", "tables", "keys", "roles"}, left
        (holder,) = left["roles"]
        assert "LegalHoldRole" in holder
        assert len(left["buckets"]) == N_BUCKETS
        assert left["keys"] == ["Enabled"] * N_KEYS
        assert (len(policies), bucket_policies(account)) == (N_BUCKETS, policies)
        command.succeed(account, DEPLOY, CDK_APP=synthesized)
        return deployment.outputs(account, assembly.stack_name)

    assert "VALID  pack 1 of" in _verdict(stage_settings, tmp_path / "first", first, afresh=True)
    assert "VALID  pack 1 of" in _verdict(stage_settings, tmp_path / "again", again, afresh=False)
    keys = [(tmp_path / name / "signing-key.hex").read_text() for name in ("first", "again")]
    assert keys[0] != keys[1]


def test_a_failed_first_deployment_leaves_nothing_that_cannot_be_deleted(
    stage_settings: Settings, commands: Path, tmp_path: Path
) -> None:
    """The signing key cannot be made: keys and buckets go, the table can go, the next one works."""

    def fail_then_deploy(account: Account, assembly: Assembly) -> dict[str, str]:
        command = _command(commands, tmp_path, stage_settings, assembly)
        command.succeed(account, BOOTSTRAP, CDK_APP=str(assembly.directory))
        failing = broken(assembly, tmp_path / "broken")
        refused = command.run(account, DEPLOY, CDK_APP=str(failing))
        assert refused.returncode != 0
        assert "KeyUnusable: KMS refused: AccessDeniedException" in refused.stdout + refused.stderr
        (stack,) = account.cloudformation.describe_stacks(StackName=assembly.stack_name)["Stacks"]
        assert stack["StackStatus"] == "ROLLBACK_COMPLETE"
        _assert_as_the_template_says(account, assembly)
        _delete_the_table(account)
        assert set(left_behind(account)) == {"keys"}
        command.succeed(account, DEPLOY, CDK_APP=str(assembly.directory))
        return deployment.outputs(account, assembly.stack_name)

    verdict = _verdict(stage_settings, tmp_path / "mended", fail_then_deploy, afresh=True)
    assert "VALID  pack 1 of" in verdict


def _assert_same_but_for_the_mail(command: CdkCommand, assembly: Assembly) -> None:
    """Hold what the command synthesized to what the runner did; the page also has an address."""
    own = synthesis.read(command.synthesized).template["Resources"]
    others = assembly.template["Resources"]
    assert [own[name]["Type"] for name in own.keys() - others.keys()] == ["AWS::SNS::Subscription"]
    # The command line has every resource's path written beside it.
    for resource in [*own.values(), *others.values()]:
        resource.pop("Metadata", None)
    assert {name: own[name] for name in others} == others


def _assert_as_the_template_says(account: Account, assembly: Assembly) -> None:
    """Find of the failed deployment what is retained even then, and keys about to go."""
    resources = assembly.template["Resources"].values()
    retained = [entry["Type"] for entry in resources if entry.get("DeletionPolicy") == "Retain"]
    assert retained == ["AWS::DynamoDB::Table"]
    left = left_behind(account)
    assert set(left) == {"tables", "keys"}, left
    assert len(left["tables"]) == len(retained)
    assert left["keys"] == ["PendingDeletion"] * N_KEYS


def _delete_the_table(account: Account) -> None:
    """Do what the page says: take the protection off, then delete."""
    (name,) = left_behind(account)["tables"]
    with pytest.raises(ClientError, match="protected"):
        account.dynamodb.delete_table(TableName=name)
    account.dynamodb.update_table(TableName=name, DeletionProtectionEnabled=False)
    account.dynamodb.delete_table(TableName=name)
