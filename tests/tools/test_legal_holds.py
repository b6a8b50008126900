"""The operator's command about legal holds, on evidence as it lies in its bucket."""

import pytest
from botocore.exceptions import ClientError

from functions.shared.aws.bucket import Bucket
from tools import legal_holds
from tools.legal_holds import DONE, NOT_DONE, WRONG

ORG = "tenant=tenant-a/org=org-first/"
MARCH = [f"{ORG}seals/2026-03-31T23:00:00Z.json", f"{ORG}events/month=2026-03/x.jsonl.gz"]
APRIL = [
    f"{ORG}seals/2026-04-01T00:00:00Z.json",
    # Of April, by whichever hour it was sealed.
    f"{ORG}events/month=2026-04/2026-06-01T00:00:00Z-aa.jsonl.gz",
    f"{ORG}registers/month=2026-04/section=users/bb.jsonl.gz",
    "tenant=tenant-a/anchors/2026-04-30.json",
]
ALWAYS = ["tenant=tenant-a/custody/0000000001.jsonl"]
OTHERS = ["tenant=tenant-ab/org=org-first/seals/2026-04-01T00:00:00Z.json"]


@pytest.fixture
def bucket(evidence: Bucket) -> Bucket:
    """Give the evidence of two tenants, of March and April."""
    for key in MARCH + APRIL + ALWAYS + OTHERS:
        evidence.put_once(key, b"{}")
    return evidence


def run(bucket: Bucket, order: str, *more: str) -> int:
    """Run the command about tenant-a's April."""
    which = ["--tenant", "tenant-a", "--from", "2026-04", "--to", "2026-04"]
    return legal_holds.main(["--bucket", bucket.name, order, *which, *more], bucket.client)


def held(bucket: Bucket) -> set[str]:
    """Return the keys under a hold."""
    pages = bucket.client.list_object_versions(Bucket=bucket.name)
    versions = [legal_holds.Version(v["Key"], v["VersionId"]) for v in pages["Versions"]]
    return {v.key for v in versions if legal_holds.is_held(bucket.client, bucket.name, v)}


def test_a_hold_is_put_shown_and_released(
    bucket: Bucket, capsys: pytest.CaptureFixture[str]
) -> None:
    """On the months' objects and on what names no month; on no other month's, no other tenant's."""
    assert run(bucket, "show") == DONE
    assert capsys.readouterr().out == "0 of 5 versions below tenant=tenant-a/ are held\n"
    for _ in range(2):
        assert run(bucket, "put") == DONE
        assert capsys.readouterr().out == "5 of 5 versions below tenant=tenant-a/ are held\n"
    assert held(bucket) == {*APRIL, *ALWAYS}
    assert run(bucket, "show", "--org", "org-first") == DONE
    assert capsys.readouterr().out == f"3 of 3 versions below {ORG} are held\n"
    assert run(bucket, "release") == DONE
    assert held(bucket) == set()


def test_every_version_is_held_and_then_nobody_deletes_it(bucket: Bucket) -> None:
    """That behind a newer one and a delete marker too."""
    key = APRIL[0]
    bucket.put(key, b"another")
    bucket.client.delete_object(Bucket=bucket.name, Key=key)
    assert run(bucket, "put") == DONE
    pages = bucket.client.list_object_versions(Bucket=bucket.name, Prefix=key)
    assert len(pages["Versions"]) == 2
    for version in pages["Versions"]:
        with pytest.raises(ClientError, match="AccessDenied"):
            bucket.client.delete_object(Bucket=bucket.name, Key=key, VersionId=version["VersionId"])


def test_where_there_is_no_such_evidence_nothing_was_done(
    bucket: Bucket, capsys: pytest.CaptureFixture[str]
) -> None:
    """A typing error must not look like a hold."""
    assert run(bucket, "put", "--org", "org-second") == NOT_DONE
    assert "no evidence of these months below tenant=tenant-a/org=org-second/" in (
        capsys.readouterr().err
    )


def test_what_is_refused_is_one_line_that_says_what_to_do(
    bucket: Bucket, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The credentials of another role, say."""

    def refuse(**_: object) -> None:
        raise ClientError(
            {"Error": {"Code": "AccessDenied", "Message": "no"}}, "PutObjectLegalHold"
        )

    monkeypatch.setattr(bucket.client, "put_object_legal_hold", refuse)
    assert run(bucket, "put") == NOT_DONE
    (line,) = capsys.readouterr().err.splitlines()
    assert "AccessDenied" in line
    assert line.endswith("give the order again once that is mended")


@pytest.mark.parametrize(
    "wrong",
    [
        ["--from", "2026-13", "--to", "2026-14"],
        ["--from", "2026-05", "--to", "2026-04"],
        ["--from", "April", "--to", "May"],
    ],
)
def test_a_month_is_a_month_and_the_first_is_not_after_the_last(
    bucket: Bucket, wrong: list[str]
) -> None:
    """Exit code 2, and nothing is asked."""
    with pytest.raises(SystemExit) as stopped:
        legal_holds.main(["--bucket", bucket.name, "put", "--tenant", "t", *wrong], bucket.client)
    assert stopped.value.code == WRONG


def test_a_tenant_is_named_whole(bucket: Bucket, capsys: pytest.CaptureFixture[str]) -> None:
    """A prefix of several tenants' ids is none of them."""
    assert run(bucket, "put", "--org", "*") == WRONG
    assert "org_id must look like" in capsys.readouterr().err
    assert held(bucket) == set()
