"""Bring the synthesized stack to the emulated account, as the CDK's own command would."""

from __future__ import annotations

import io
import time
import zipfile
from pathlib import Path

from botocore.exceptions import ClientError

from tools.local.deployment.aws import Account
from tools.local.deployment.synthesis import Assembly
from tools.local.errors import RunnerStopped

_SUCCEEDED = ("CREATE_COMPLETE", "UPDATE_COMPLETE")
_CAPABILITIES = ("CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND")


def deploy(account: Account, assembly: Assembly, *, limit_s: float = 300.0) -> dict[str, str]:
    """Create the stack, or update it when its template changed; return its outputs.

    Raises:
        RunnerStopped: CloudFormation refused; the message holds its reason.
    """
    _upload_assets(account, assembly)
    status = _status(account, assembly.stack_name)
    arguments = {
        "StackName": assembly.stack_name,
        # The template is longer than a request may be; it lies with the assets, as everywhere.
        "TemplateURL": assembly.template_asset.replace("s3://", f"{account.endpoint_url}/"),
        "Capabilities": list(_CAPABILITIES),
    }
    try:
        if status is None:
            account.cloudformation.create_stack(**arguments)  # type: ignore[arg-type]
        else:
            account.cloudformation.update_stack(**arguments)  # type: ignore[arg-type]
    except ClientError as refusal:
        if "No updates are to be performed" not in str(refusal):
            reason = str(refusal)[:500]
            raise RunnerStopped(f"CloudFormation refused the template: {reason}") from refusal
    _wait(account, assembly.stack_name, limit_s)
    return outputs(account, assembly.stack_name)


def outputs(account: Account, stack_name: str) -> dict[str, str]:
    """Return the outputs of a stack that is there."""
    stack = account.cloudformation.describe_stacks(StackName=stack_name)["Stacks"][0]
    return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}


def physical_ids(account: Account, stack_name: str) -> dict[str, str]:
    """Return the name in the account of every resource, by its logical id."""
    pages = account.cloudformation.get_paginator("list_stack_resources")
    return {
        summary["LogicalResourceId"]: summary.get("PhysicalResourceId", "")
        for page in pages.paginate(StackName=stack_name)
        for summary in page["StackResourceSummaries"]
    }


def _status(account: Account, stack_name: str) -> str | None:
    try:
        stacks = account.cloudformation.describe_stacks(StackName=stack_name)["Stacks"]
    except ClientError as missing:
        if missing.response["Error"]["Code"] == "ValidationError":
            return None
        raise
    return stacks[0]["StackStatus"]


def _wait(account: Account, stack_name: str, limit_s: float) -> None:
    deadline = time.monotonic() + limit_s
    status = _status(account, stack_name)
    while status is not None and status.endswith("_IN_PROGRESS") and time.monotonic() < deadline:
        time.sleep(0.2)
        status = _status(account, stack_name)
    if status not in _SUCCEEDED:
        reason = _first_failure(account, stack_name)
        raise RunnerStopped(f"The stack {stack_name} ended as {status}: {reason}")


def _first_failure(account: Account, stack_name: str) -> str:
    events = account.cloudformation.describe_stack_events(StackName=stack_name)["StackEvents"]
    failures = [event for event in events if event.get("ResourceStatus", "").endswith("_FAILED")]
    if not failures:
        return "no reason given"
    first = min(failures, key=lambda event: event["Timestamp"])
    return f"{first.get('LogicalResourceId')}: {first.get('ResourceStatusReason', '')}"


def _upload_assets(account: Account, assembly: Assembly) -> None:
    """Fill the bootstrap bucket and name the bootstrap version, both of which the stack reads."""
    account.ssm.put_parameter(
        Name="/cdk-bootstrap/hnb659fds/version", Value="30", Type="String", Overwrite=True
    )
    buckets: set[str] = set()
    for asset in assembly.assets().values():
        source = assembly.directory / asset["source"]["path"]
        for destination in asset["destinations"].values():
            bucket = _fill_placeholders(destination["bucketName"], assembly)
            if bucket not in buckets:
                _make_bucket(account, bucket)
                buckets.add(bucket)
            key = _fill_placeholders(destination["objectKey"], assembly)
            if not _is_uploaded(account, bucket, key):
                is_folder = asset["source"].get("packaging") == "zip"
                body = _zip(source) if is_folder else source.read_bytes()
                account.s3.put_object(Bucket=bucket, Key=key, Body=body)


def _fill_placeholders(text: str, assembly: Assembly) -> str:
    return (
        text.replace("${AWS::AccountId}", assembly.account)
        .replace("${AWS::Region}", assembly.region)
        .replace("${AWS::Partition}", "aws")
    )


def _make_bucket(account: Account, bucket: str) -> None:
    try:
        account.s3.head_bucket(Bucket=bucket)
    except ClientError:
        account.s3.create_bucket(
            Bucket=bucket,
            CreateBucketConfiguration={"LocationConstraint": account.region},  # type: ignore[typeddict-item]
        )


def _is_uploaded(account: Account, bucket: str, key: str) -> bool:
    """Whether the asset is uploaded; its key is the hash of its content."""
    try:
        account.s3.head_object(Bucket=bucket, Key=key)
    except ClientError:
        return False
    return True


def _zip(folder: Path) -> bytes:
    """Pack a folder; a file that is already an archive goes as it is."""
    if folder.is_file():
        return folder.read_bytes()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for file in sorted(folder.rglob("*")):
            if file.is_file() and "__pycache__" not in file.parts:
                archive.write(file, file.relative_to(folder).as_posix())
    return buffer.getvalue()
