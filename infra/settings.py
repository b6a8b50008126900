"""The settings of a stage: ``cdk.json`` context, overridden by ``-c name=value``.

===================  =============================================================================
context              meaning
===================  =============================================================================
stage                ``dev`` (default) or ``prod``; picks one entry of ``stages``
account, region      where the stack goes; else ``CDK_DEFAULT_ACCOUNT``/``CDK_DEFAULT_REGION``;
                     else 000000000000 and eu-central-1, so that it synthesizes offline
alarm_email          address that gets the alarms; none: the topic has no subscriber yet
time_authority       which RFC 3161 time authority stamps the anchors; every stage has to choose,
                     here or in ``stages``: ``ADDRESS SHA256``, the digest being of the certificate
                     it signs with (two of them while it changes), or ``none``
mail_from            address that letters to tenants come from, an identity of SES's in the account
                     and region; none: the stage sends no mail
layer_platform       platform of the wheels, default ``aarch64-manylinux2014`` (Lambda on arm64)
layer_python         Python of the wheels and of the functions, default 3.13
deployment_role      name of the role that CloudFormation deploys with, default the one that
                     ``cdk bootstrap`` makes; only it may take back a KMS key that a failed first
                     deployment made
legal_hold_principal ARN of who may put and release legal holds on evidence: a role, a user, or
                     (default) the account, whose users then need MFA
extra_dashboard_url  dev only: a dashboard on loopback, to which the sign-in may return, too, and
                     which letters name
schedules            dev only: ``off`` deploys the hourly and monthly rule disabled
===================  =============================================================================
"""

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

STAGES = ("dev", "prod")
LAYER_PLATFORM = "aarch64-manylinux2014"
LAYER_PYTHON = "3.13"

# What AWS grants a new account: a function's memory, in MB. More is granted on request.
NEW_ACCOUNT_MEMORY_MB: Final = 3008
# Of the bootstrap that a plain `cdk bootstrap` makes.
_BOOTSTRAP_QUALIFIER = "hnb659fds"

# How every function has glibc keep its heap, in bytes: one for all threads, for with one each a
# third of what a pack build takes are heaps; and what was freed is kept for the next piece, for
# asking the kernel anew for each costs a pack a tenth of its time.
HEAP: Final[Mapping[str, str]] = {
    "MALLOC_ARENA_MAX": "1",
    "MALLOC_MMAP_THRESHOLD_": str(4 << 20),
    "MALLOC_TRIM_THRESHOLD_": str(8 << 20),
}


class SettingRefused(Exception):
    """A context value is missing or makes no sense for the stage."""


@dataclass(frozen=True, slots=True)
class Lock:
    """Default Object Lock of a bucket: mode GOVERNANCE or COMPLIANCE, retention in days."""

    mode: Literal["GOVERNANCE", "COMPLIANCE"]
    days: int


@dataclass(frozen=True, slots=True)
class StageSettings:
    """One stage's settings; see the module for their meaning.

    ``evidence_lock`` is 25 months in prod, counted as the longest 25 months there are (762 days);
    ``packs_lock`` 7 years with two leap days (2,557 days). Concurrency and memory are what a new
    account grants; one that was granted more raises them in ``cdk.json``. ``requests_per_minute``
    are those of one tenant, people and machines together.
    """

    stage: str
    account: str
    region: str
    evidence_lock: Lock
    packs_lock: Lock
    mfa: Literal["OFF", "OPTIONAL", "REQUIRED"]
    threat_protection: bool
    spread_seconds: int
    snapshot_concurrency: int
    pack_concurrency: int
    pack_memory_mb: int
    dispatch_reserved_concurrency: int | None
    log_retention: str
    deployment_role: str
    legal_hold_principal: str
    alarm_email: str | None
    layer_platform: str
    layer_python: str
    extra_dashboard_url: str | None
    schedules_on: bool
    time_authority: str
    requests_per_minute: int
    mail_from: str

    @property
    def is_prod(self) -> bool:
        """Whether this is the stage with tenants in it."""
        return self.stage == "prod"

    @property
    def mail_identity_arn(self) -> str:
        """The identity of SES's that letters are sent as."""
        return f"arn:aws:ses:{self.region}:{self.account}:identity/{self.mail_from}"


def read(context: Callable[[str], Any], environ: Mapping[str, str] = os.environ) -> StageSettings:
    """Return the settings of the stage the context names.

    Raises:
        SettingRefused: an unknown stage, a setting the stage lacks, one that makes no sense, or a
            laptop's setting in prod.
    """
    stage = context("stage") or "dev"
    if stage not in STAGES:
        raise SettingRefused(f"stage is {stage!r}, expected one of {', '.join(STAGES)}")
    values: Mapping[str, Any] = (context("stages") or {}).get(stage) or {}
    account = str(context("account") or environ.get("CDK_DEFAULT_ACCOUNT") or "000000000000")
    region = str(context("region") or environ.get("CDK_DEFAULT_REGION") or "eu-central-1")
    qualifier = context("@aws-cdk/core:bootstrapQualifier") or _BOOTSTRAP_QUALIFIER
    settings = StageSettings(
        stage=stage,
        account=account,
        region=region,
        evidence_lock=Lock(**_need(values, stage, "evidence_lock")),
        packs_lock=Lock(**_need(values, stage, "packs_lock")),
        mfa=_need(values, stage, "mfa"),
        threat_protection=bool(_need(values, stage, "threat_protection")),
        spread_seconds=int(_need(values, stage, "spread_seconds")),
        snapshot_concurrency=int(_need(values, stage, "snapshot_concurrency")),
        pack_concurrency=int(_need(values, stage, "pack_concurrency")),
        pack_memory_mb=int(values.get("pack_memory_mb", NEW_ACCOUNT_MEMORY_MB)),
        dispatch_reserved_concurrency=values.get("dispatch_reserved_concurrency"),
        log_retention=str(_need(values, stage, "log_retention")),
        deployment_role=str(
            context("deployment_role") or f"cdk-{qualifier}-cfn-exec-role-{account}-{region}"
        ),
        legal_hold_principal=_legal_hold_principal(
            context("legal_hold_principal") or values.get("legal_hold_principal"), account
        ),
        alarm_email=context("alarm_email"),
        layer_platform=context("layer_platform") or LAYER_PLATFORM,
        layer_python=str(context("layer_python") or LAYER_PYTHON),
        extra_dashboard_url=context("extra_dashboard_url"),
        schedules_on=context("schedules") != "off",
        time_authority=_time_authority(
            context("time_authority") or values.get("time_authority"), stage
        ),
        requests_per_minute=int(_need(values, stage, "requests_per_minute")),
        mail_from=_mail_from(context("mail_from") or values.get("mail_from")),
    )
    _refuse_laptop_settings_in_prod(settings)
    return settings


def _time_authority(choice: Any, stage: str) -> str:
    """Return the choice as the function reads it: ``none``, or address and digests."""
    address, *fingerprints = str(choice or "").split() or [""]
    if not address:
        raise SettingRefused(
            f"the stage {stage} has chosen no time authority: set time_authority (-c, or "
            f"stages.{stage} in cdk.json) to 'ADDRESS SHA256', the digest of the certificate it "
            "signs with, or to 'none'"
        )
    if address == "none" and not fingerprints:
        return address
    # Plain http is usual here: what is sent is a digest, and the token is signed.
    if not re.match(r"https?://[^/]", address):
        raise SettingRefused(f"time_authority is {choice!r}, expected a web address, or 'none'")
    if "@" in address:
        raise SettingRefused(
            "time_authority has a user in its address, which every pack would show"
        )
    # As `openssl x509 -fingerprint` prints them, too.
    digests = [text.replace(":", "").lower() for text in fingerprints]
    if not digests or not all(re.fullmatch(r"[0-9a-f]{64}", digest) for digest in digests):
        raise SettingRefused(
            f"time_authority is {choice!r}, expected 'ADDRESS SHA256', the digest of the "
            "certificate it signs with in 64 hex digits"
        )
    return " ".join((address, *digests))


def _mail_from(choice: Any) -> str:
    """Return the address that letters come from, or ``none``."""
    sender = str(choice or "none")
    if sender != "none" and not re.fullmatch(r"[A-Za-z0-9._+-]+@[A-Za-z0-9.-]+", sender):
        raise SettingRefused(f"mail_from is {sender!r}, expected one plain address, or 'none'")
    return sender


def _legal_hold_principal(choice: Any, account: str) -> str:
    """Return the ARN of who may assume the role that puts and releases legal holds."""
    principal = str(choice or f"arn:aws:iam::{account}:root")
    if not re.fullmatch(r"arn:aws:iam::\d{12}:(root|(user|role)/[\w+=,.@/-]+)", principal):
        raise SettingRefused(
            f"legal_hold_principal is {principal!r}, expected the ARN of a role, a user, or root"
        )
    return principal


def _need(values: Mapping[str, Any], stage: str, name: str) -> Any:
    if name not in values:
        raise SettingRefused(f"cdk.json: stages.{stage} has no {name}")
    return values[name]


def _refuse_laptop_settings_in_prod(settings: StageSettings) -> None:
    if not settings.is_prod:
        return
    dev_only = {
        "extra_dashboard_url": settings.extra_dashboard_url is not None,
        "schedules": not settings.schedules_on,
        "layer_platform": settings.layer_platform != LAYER_PLATFORM,
        "layer_python": settings.layer_python != LAYER_PYTHON,
    }
    for name, is_set in dev_only.items():
        if is_set:
            raise SettingRefused(f"{name} is for the stage dev only, and the stage is prod")
    for name, lock in (
        ("evidence_lock", settings.evidence_lock),
        ("packs_lock", settings.packs_lock),
    ):
        if lock.mode != "COMPLIANCE":
            raise SettingRefused(f"{name} in prod is {lock.mode}, expected COMPLIANCE")
