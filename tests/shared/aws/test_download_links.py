"""Download links: one version, signed by a role assumed for it, told truly when they end."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from functions.shared.aws import clients
from functions.shared.aws.download_links import DownloadLinks
from functions.shared.errors import LinkNotSigned
from tests.support.aws_in_process import PACK_LINK_ROLE_ARN, PACKS_BUCKET, REGION

KEY = "tenant=tenant-a/pack-1/aa/pack-1.tar.gz"


class Sts:
    """Stands before STS: notes what is asked, and may change what is answered."""

    def __init__(self, lifetime: timedelta | None = None, fault: Exception | None = None) -> None:
        self.asked: list[dict[str, Any]] = []
        self.given: list[Mapping[str, Any]] = []
        self.lifetime, self.fault = lifetime, fault

    def assume_role(self, **request: Any) -> Any:
        """Answer as STS does."""
        self.asked.append(request)
        if self.fault:
            raise self.fault
        answer = clients.sts().assume_role(**request)
        if self.lifetime:
            answer["Credentials"]["Expiration"] = datetime.now(UTC) + self.lifetime
        self.given.append(answer["Credentials"])
        return answer


def links(sts: Sts) -> DownloadLinks:
    """Return what signs links to packs."""
    return DownloadLinks(sts, PACK_LINK_ROLE_ARN, PACKS_BUCKET)


def query_of(url: str) -> dict[str, str]:
    """Return a link's query."""
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


def test_a_link_is_signed_by_a_session_that_may_read_one_object(aws: dict[str, str]) -> None:
    """Not by the function's own credentials, and for the shortest while that STS gives."""
    sts = Sts()
    link = links(sts).sign(KEY, "version-1", "pack-1.tar.gz", 300)
    (request,) = sts.asked
    assert (request["RoleArn"], request["DurationSeconds"]) == (PACK_LINK_ROLE_ARN, 900)
    assert json.loads(request["Policy"])["Statement"] == [
        {
            "Effect": "Allow",
            "Action": "s3:GetObjectVersion",
            "Resource": f"arn:aws:s3:::{PACKS_BUCKET}/{KEY}",
        },
        {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "*"},
    ]
    query, (given,) = query_of(link.url), sts.given
    assert query["X-Amz-Credential"].startswith(f"{given['AccessKeyId']}/")
    assert query["X-Amz-Security-Token"] == given["SessionToken"]
    assert given["SecretAccessKey"] not in link.url
    assert aws["PACKS_BUCKET"] in str(urlsplit(link.url).hostname)
    assert (query["X-Amz-Expires"], query["versionId"]) == ("300", "version-1")


def test_the_session_is_asked_of_the_region_s_own_sts(aws: dict[str, str]) -> None:
    """Not of the one in us-east-1."""
    assert aws
    assert clients.sts().meta.endpoint_url == f"https://sts.{REGION}.amazonaws.com"


def test_every_link_has_a_session_of_its_own(aws: dict[str, str]) -> None:
    """So none can be used for another tenant's object."""
    assert aws
    sts = Sts()
    urls = [links(sts).sign(f"tenant={t}/k", "v", "k", 60).url for t in ("a", "b", "a")]
    assert len({query_of(url)["X-Amz-Credential"] for url in urls}) == len(sts.asked) == 3


@pytest.mark.parametrize(
    ("asked_s", "session_s", "ends_s"), [(60, 900, 60), (900, 600, 600), (900, None, 900)]
)
def test_a_link_says_when_the_first_of_signature_and_session_ends(
    aws: dict[str, str], asked_s: int, session_s: int | None, ends_s: int
) -> None:
    """To some seconds, for the machine's clock goes on between the two."""
    assert aws
    sts = Sts(timedelta(seconds=session_s) if session_s else None)
    began = datetime.now(UTC)
    link = links(sts).sign(KEY, "v", "pack-1.tar.gz", asked_s)
    over = datetime.now(UTC) - began
    ends_after = link.expires_at - began
    assert timedelta(seconds=ends_s - 1) <= ends_after <= timedelta(seconds=ends_s) + over
    assert link.expires_at <= sts.given[0]["Expiration"]


def test_no_link_is_longer_than_the_shortest_session(aws: dict[str, str]) -> None:
    """Whatever is asked."""
    assert aws
    link = links(Sts()).sign(KEY, "v", "pack-1.tar.gz", 86_400)
    assert query_of(link.url)["X-Amz-Expires"] == "900"


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (ClientError({"Error": {"Code": "AccessDenied"}}, "AssumeRole"), "link with: AccessDenied"),
        (EndpointConnectionError(endpoint_url="https://sts.test"), "EndpointConnectionError"),
    ],
)
def test_without_credentials_there_is_no_link(
    aws: dict[str, str], fault: Exception, words: str
) -> None:
    """An error of ours says why, by AWS's own word."""
    assert aws
    with pytest.raises(LinkNotSigned, match=words):
        links(Sts(fault=fault)).sign(KEY, "v", "pack-1.tar.gz", 60)
