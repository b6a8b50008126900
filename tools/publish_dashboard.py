"""Publish the dashboard to a deployed stage: its files, their configuration, a fresh cache.

``python -m tools.publish_dashboard openai-audit-prod`` after ``cdk deploy``, with the operator's
AWS credentials. It is no part of the template: the CDK's own deployment of files brings a function
with rights over the bucket (docs/decisions/0103-dashboard-upload.md).
"""

import argparse
import json
import mimetypes
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError, NoRegionError

from tools.dashboard.bundle import bundle

FOLDER = Path(__file__).resolve().parent.parent / "dashboard"
API_BASE = "/api/v1/openai"
# What has its content in its name never becomes anything else.
_FOR_EVER = "public, max-age=31536000, immutable"
# Said here, because a machine's own table of types may lack them, and the page forbids sniffing.
_TYPES = {".js": "text/javascript", ".json": "application/json"}


def files() -> Iterator[tuple[str, bytes, str, str]]:
    """Yield each file of the page as (key, bytes, content type, how long it may be kept).

    Beside the document, its script and its style sheet: the picture, and the licences of others.
    """
    page = bundle(FOLDER)
    for path in [FOLDER / "favicon.svg", *sorted(FOLDER.glob("vendor/LICENSE.*"))]:
        page[path.relative_to(FOLDER).as_posix()] = path.read_bytes()
    for key, body in page.items():
        kind = _TYPES.get(Path(key).suffix) or mimetypes.guess_type(key, strict=False)[0]
        kept = _FOR_EVER if key.startswith("assets/") else "no-cache"
        yield key, body, kind or "text/plain", kept


def config(outputs: dict[str, str]) -> bytes:
    """Return ``config.json``: where the page finds its API and its sign-in."""
    return json.dumps(
        {
            "api_base": API_BASE,
            "sign_in_url": outputs["SignInDomain"],
            "client_id": outputs["ClientId"],
            "redirect_path": "/",
        }
    ).encode()


def upload(s3: Any, outputs: dict[str, str]) -> int:
    """Upload the page and its configuration; return the number of files.

    Permissions:
        s3:PutObject on the dashboard bucket.
    """
    page = [*files(), ("config.json", config(outputs), "application/json", "no-store")]
    for key, body, content_type, cache_control in page:
        s3.put_object(
            Bucket=outputs["DashboardBucket"],
            Key=key,
            Body=body,
            ContentType=content_type,
            CacheControl=cache_control,
        )
    return len(page)


def publish(s3: Any, cloudfront: Any, outputs: dict[str, str]) -> int:
    """Upload the page and its configuration and empty the cache; return the number of files.

    Permissions:
        those of ``upload``; cloudfront:CreateInvalidation on the distribution.
    """
    n_files = upload(s3, outputs)
    cloudfront.create_invalidation(
        DistributionId=outputs["DistributionId"],
        InvalidationBatch={
            "Paths": {"Quantity": 1, "Items": ["/*"]},
            "CallerReference": str(time.time_ns()),
        },
    )
    return n_files


def main(argv: list[str] | None = None) -> int:
    """Publish to the stack named on the command line; return the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.publish_dashboard",
        description=(__doc__ or "").splitlines()[0],
        epilog="Exit code: 0 published, 2 wrong arguments or AWS did not do it.",
    )
    parser.add_argument("stack", help="such as openai-audit-prod")
    parser.add_argument("--region", help="default: of the environment, or of the AWS profile")
    options = parser.parse_args(argv)
    try:
        session = boto3.Session(region_name=options.region)
        cloudformation = session.client("cloudformation")
        (stack,) = cloudformation.describe_stacks(StackName=options.stack)["Stacks"]
        outputs = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
        count = publish(session.client("s3"), session.client("cloudfront"), outputs)
        print(f"{count} files are at {outputs['DashboardUrl']}")
    except NoRegionError:
        return _failed("no region is set: give --region, or set AWS_DEFAULT_REGION")
    except (BotoCoreError, ClientError) as error:
        return _failed(str(error))
    except KeyError as error:
        return _failed(f"the stack {options.stack} has no output {error}: is it the right one?")
    return 0


def _failed(why: str) -> int:
    print(f"publish_dashboard: {why}", file=sys.stderr)
    return 2


if __name__ == "__main__":
    raise SystemExit(main())
