"""Roles that are no function's, on the deployed template with IAM enforced: links, legal holds."""

import hashlib
import json
import tarfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

import boto3
import httpx
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.support.local_runner import Runner, running_stage
from tests.walk.test_on_the_emulator import ADMIN, _wait_until_ready
from tools import legal_holds
from tools.openai_simulator import DEMO_ADMIN_KEY, DEMO_ORG_ID, DEMO_START

pytestmark = [pytest.mark.emulator, pytest.mark.slow]

DOWNLOAD = "/evidence-packs/1/download"


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runner]:
    """Give a stage with an hour sealed and a pack made."""
    with running_stage(tmp_path_factory.mktemp("roles")) as runner:
        runner.run("clock", "--set", "2026-04-01T00:05:00Z")
        body = {"org_id": DEMO_ORG_ID, "admin_key": DEMO_ADMIN_KEY}
        assert runner.ask("POST", "/orgs", ADMIN, body).status_code == 201
        runner.lines("tick", "--hour", DEMO_START, "--count", "1")
        period = {"period_start": DEMO_START, "period_end": "2026-04-01T00:59:59Z"}
        assert runner.ask("POST", "/evidence-packs", ADMIN, period).status_code == 202
        _wait_until_ready(runner)
        yield runner


def role_named(stage: Runner, start: str) -> str:
    """Return the name of the stack's role that is called so."""
    roles = stage.client("iam").list_roles(MaxItems=1000)["Roles"]
    (name,) = (role["RoleName"] for role in roles if f"-{start}" in role["RoleName"])
    return str(name)


def bucket_named(stage: Runner, start: str) -> str:
    """Return the name of the stack's bucket that is called so."""
    buckets = stage.client("s3").list_buckets()["Buckets"]
    (name,) = (each["Name"] for each in buckets if f"-{start}" in each["Name"])
    return str(name)


@contextmanager
def also(stage: Runner, role: str, effect: str, action: str) -> Iterator[None]:
    """Add a statement to a role for a while."""
    iam = stage.client("iam")
    statement = {"Effect": effect, "Action": action, "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_role_policy(RoleName=role, PolicyName="also", PolicyDocument=document)
    try:
        yield
    finally:
        iam.delete_role_policy(RoleName=role, PolicyName="also")


def s3_as(stage: Runner, role: str, policy: Mapping[str, Any] | None = None) -> Any:
    """Return a client of S3 in a session of a role, which lets the account in for that moment."""
    iam, sts = stage.client("iam"), stage.client("sts")
    described = iam.get_role(RoleName=role)["Role"]
    trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "*"}}
    document = {"Version": "2012-10-17", "Statement": [trust]}
    iam.update_assume_role_policy(RoleName=role, PolicyDocument=json.dumps(document))
    try:
        extra = {"Policy": json.dumps(policy)} if policy else {}
        answer = sts.assume_role(RoleArn=described["Arn"], RoleSessionName="walk", **extra)
    finally:
        before = json.dumps(described["AssumeRolePolicyDocument"])
        iam.update_assume_role_policy(RoleName=role, PolicyDocument=before)
    credentials = answer["Credentials"]
    return boto3.client(
        "s3",
        endpoint_url=stage.description["aws_endpoint_url"],
        region_name="eu-central-1",
        aws_access_key_id=credentials["AccessKeyId"],
        aws_secret_access_key=credentials["SecretAccessKey"],
        aws_session_token=credentials["SessionToken"],
        config=Config(s3={"addressing_style": "path"}),
    )


def test_without_the_right_to_assume_the_role_there_is_no_link(stage: Runner) -> None:
    """The API says so in its own form, and its log why; with the right there is one again."""
    api = role_named(stage, "ApiRole")
    with also(stage, api, "Deny", "sts:AssumeRole"):
        refused = stage.ask("GET", DOWNLOAD, ADMIN)
        assert refused.status_code == 503, refused.text
        assert refused.json()["type"] == "/problems/link-not-signed"
    assert stage.ask("GET", DOWNLOAD, ADMIN).status_code == 303
    logs = Path(stage.environment["STATE_DIR"]) / "logs"
    text = "".join(path.read_text("utf-8", "replace") for path in logs.rglob("*") if path.is_file())
    assert "X-Amz-Signature" not in text


def test_a_link_reads_with_its_role_s_rights_not_with_the_function_s(stage: Runner) -> None:
    """What the role may not read is refused whoever may read it besides."""
    url = stage.ask("GET", DOWNLOAD, ADMIN).headers["location"]
    assert httpx.get(url, trust_env=False).status_code == 200
    with also(stage, role_named(stage, "PackLinkRole"), "Deny", "s3:GetObjectVersion"):
        assert httpx.get(url, trust_env=False).status_code == 403
    with also(stage, role_named(stage, "ApiRole"), "Deny", "s3:*"):
        assert httpx.get(url, trust_env=False).status_code == 200


def test_a_session_that_is_narrowed_to_an_object_reads_no_other(stage: Runner) -> None:
    """As the API narrows it for each link."""
    packs, role = bucket_named(stage, "packs"), role_named(stage, "PackLinkRole")
    ((key, version),) = (
        (entry["Key"], entry["VersionId"])
        for entry in stage.client("s3").list_object_versions(Bucket=packs)["Versions"]
    )

    def read(*, of: str) -> None:
        allow = {
            "Effect": "Allow",
            "Action": "s3:GetObjectVersion",
            "Resource": f"arn:aws:s3:::{packs}/{of}",
        }
        session = s3_as(stage, role, {"Version": "2012-10-17", "Statement": [allow]})
        session.get_object(Bucket=packs, Key=key, VersionId=version)

    read(of=key)
    with pytest.raises(ClientError, match="AccessDenied"):
        read(of=key.replace("pack-1/", "pack-2/"))


def test_an_export_is_built_by_its_own_function_and_read_by_its_link(stage: Runner) -> None:
    """Everything of the tenant, from the request to the file, under each role's own rights."""
    assert stage.ask("POST", "/exports", ADMIN, {"everything": True}).status_code == 202
    for _ in range(120):
        export = stage.ask("GET", "/exports/1", ADMIN).json()
        if export["state"] in ("ready", "failed"):
            break
        time.sleep(0.5)
    assert (export["state"], export["reason"]) == ("ready", None)
    link = stage.ask("GET", "/exports/1/download", ADMIN).headers["location"]
    body = httpx.get(link, trust_env=False).content
    assert (hashlib.sha256(body).hexdigest(), len(body)) == (export["sha256"], export["size_bytes"])
    with tarfile.open(fileobj=BytesIO(body)) as tar:
        names = tar.getnames()
    assert {f"orgs/{DEMO_ORG_ID}/users.ndjson", "manifest.json", "SHA256SUMS"} <= {*names}
    with also(stage, role_named(stage, "PackLinkRole"), "Deny", "s3:GetObjectVersion"):
        assert httpx.get(link, trust_env=False).status_code == 403


def test_legal_holds_are_put_and_released_by_their_role_alone(
    stage: Runner, capsys: pytest.CaptureFixture[str]
) -> None:
    """Which nobody assumes without MFA, and which may do nothing else with what it holds."""
    evidence, role = bucket_named(stage, "evidence"), role_named(stage, "LegalHoldRole")
    arn = stage.client("iam").get_role(RoleName=role)["Role"]["Arn"]
    with pytest.raises(ClientError, match="AccessDenied"):
        stage.client("sts").assume_role(RoleArn=arn, RoleSessionName="walk")
    session = s3_as(stage, role)
    which = ["--tenant", "tenant-a", "--from", "2026-03", "--to", "2026-04"]
    for order, held in (("put", True), ("show", True), ("release", False)):
        assert legal_holds.main(["--bucket", evidence, order, *which], session) == 0
        said, _, n_versions = capsys.readouterr().out.split()[:3]
        assert int(n_versions) > 0
        assert int(said) == (int(n_versions) if held else 0)
    (version, *_) = legal_holds.versions(
        session, evidence, legal_holds.Selection("tenant=tenant-a/", "2026-03", "2026-04")
    )
    named = {"Bucket": evidence, "Key": version.key, "VersionId": version.version_id}
    with pytest.raises(ClientError, match="AccessDenied"):
        session.get_object(**named)
    with pytest.raises(ClientError, match="AccessDenied"):
        session.delete_object(**named)
    api = role_named(stage, "ApiRole")
    with also(stage, api, "Allow", "s3:*"):
        powerful = s3_as(stage, api)
        powerful.get_object(**named)
        with pytest.raises(ClientError, match="AccessDenied"):
            powerful.put_object_legal_hold(**named, LegalHold={"Status": "ON"})
