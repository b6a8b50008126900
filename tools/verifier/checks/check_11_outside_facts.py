"""What the auditor knows from elsewhere (check 11)."""

from __future__ import annotations

import binascii
import hashlib
from collections.abc import Callable
from typing import Any, TypeAlias

from tools.verifier.base import (
    MAX_ANCHOR_FILE,
    MAX_MANIFEST,
    MAX_TOKEN,
    CannotCheck,
    Failed,
    Malformed,
    NotCompared,
    open_file,
    printable,
)
from tools.verifier.checks.check_02_archive import OpenPack
from tools.verifier.checks.check_09_10_reading import PackRows
from tools.verifier.checks.check_10_anchors import Anchor, OtherDigest
from tools.verifier.checks.check_11_previous import check_previous
from tools.verifier.manifest_format import Manifest
from tools.verifier.options import Options
from tools.verifier.report import Report
from tools.verifier.time_authority import TimeAuthority
from tools.verifier.values.field_types import (
    HEX_TEXT,
    INSTANT_OR_NULL,
    INSTANT_TEXT,
    TEXT,
    check_object,
)
from tools.verifier.values.instants import ends_of_period, instant_name, seconds
from tools.verifier.values.strict_json import JsonObject, parse

# A fact from elsewhere, if there is one, and what holds the pack to it.
Comparison: TypeAlias = "tuple[str | None, Callable[[str], None]]"
MAX_TOKEN_DELAY_S = 3600  # between an anchor's own time and its token's
PUBLISHED_KEY = {
    "key_id": TEXT,
    "public_hex": HEX_TEXT,
    "not_before": INSTANT_TEXT,
    "not_after": INSTANT_OR_NULL,
    "revoked_at": INSTANT_OR_NULL,
}


def check_11_outside_facts(
    pack: OpenPack, manifest: Manifest, rows: PackRows, options: Options, report: Report
) -> None:
    """Compare the pack with what was pinned from elsewhere, as far as it was."""
    comparisons: tuple[Comparison, ...] = (
        *_of_manifest(manifest, pack.signature_file, options, report),
        (options.previous, lambda path: check_previous(manifest, path, rows, report)),
        (options.anchors, lambda path: _check_anchors(manifest, path, rows)),
        (options.tsa_cert, lambda path: _check_tokens(path, options, rows, report)),
    )
    _compare(comparisons, report)


def check_11_of_a_proof(
    manifest: Manifest, signature_file: bytes, options: Options, report: Report
) -> None:
    """Compare the manifest of a proof with what was pinned from elsewhere, as far as it was."""
    _compare(_of_manifest(manifest, signature_file, options, report), report)


def _of_manifest(
    manifest: Manifest, signature_file: bytes, options: Options, report: Report
) -> tuple[Comparison, ...]:
    stamped = _check_timestamp(options, signature_file, report)
    return (
        (options.tenant, lambda tenant: _check_tenant(manifest, tenant)),
        (options.period, lambda period: _check_period(manifest, period)),
        (options.manifest_sha256, lambda sha256: _check_manifest_sha256(manifest, sha256)),
        (options.keys, lambda path: _check_keys(manifest, path, options, stamped)),
    )


def _compare(comparisons: tuple[Comparison, ...], report: Report) -> None:
    is_asked, not_compared = False, []
    for value, compare in comparisons:
        if value is not None:
            is_asked = True
            try:
                compare(value)
            except NotCompared as error:
                not_compared.append(str(error))
    if not is_asked:
        report.skipped[11] = "no fact from elsewhere was given; see --help"
    elif not_compared:
        report.skipped[11] = "; ".join(not_compared) + "; what else was given holds"
    report.passed(11)


def check_forms(options: Options) -> None:
    """Demand that facts given as arguments have a form that can be compared.

    Raises:
        CannotCheck: one has not.
    """
    digest = options.manifest_sha256
    if digest is not None and not HEX_TEXT[0](digest):
        raise CannotCheck("--manifest-sha256 is not 64 hex digits")
    if options.period is not None and ends_of_period(options.period) is None:
        raise CannotCheck("--period is neither a month (2026-04) nor START..END")


def _check_tenant(manifest: Manifest, tenant: str) -> None:
    if manifest["tenant_id"] != tenant:
        name = printable(manifest["tenant_id"])
        raise Failed(11, f"the pack is of tenant {name}, not the one asked")


def _check_period(manifest: Manifest, period: str) -> None:
    start, end = ends_of_period(period) or ("", "")
    if (manifest["period_start"], manifest["period_end"]) != (start, end):
        have = f"{printable(manifest['period_start'])} .. {printable(manifest['period_end'])}"
        raise Failed(11, f"the pack is of {have}, not of {start} .. {end}")


def _check_manifest_sha256(manifest: Manifest, sha256: str) -> None:
    if manifest.sha256 != sha256.lower():
        raise Failed(11, f"the manifest's SHA-256 is {manifest.sha256}, not the one asked")


def _check_keys(manifest: Manifest, path: str, options: Options, stamped: int | None) -> None:
    """Find the pinned key in the published list: valid when the pack was made, not revoked."""
    public = manifest["signing_public_hex"]
    key = next((k for k in _read_keys(path) if k["public_hex"].lower() == public), None)
    if key is None:
        raise Failed(11, "the pinned key is not in the list of --keys")
    if "signing_key_id" in manifest.values and manifest["signing_key_id"] != key["key_id"]:
        raise Failed(11, "signing_key_id is not the id that the list gives the pinned key")
    created = seconds(manifest.get("created_at"))
    if created is not None:
        not_before, not_after = seconds(key["not_before"]), seconds(key["not_after"])
        if not_before is None or created < not_before:
            raise Failed(11, "the pack was made before its key began to count")
        if not_after is not None and created > not_after:
            raise Failed(11, "the pack was made after its key ceased to count")
    revoked = seconds(key["revoked_at"])
    if revoked is not None and options.manifest_sha256 is None:
        # The thief of a key writes any created_at; only a fact from elsewhere holds against that.
        at = printable(key["revoked_at"])
        if stamped is None:
            vouch = "only --manifest-sha256 or an older --timestamp can vouch"
            raise Failed(11, f"the pinned key was revoked at {at}: {vouch}")
        if stamped >= revoked:
            raise Failed(11, f"the pinned key was revoked at {at}, and the time stamp is no older")


def _items(path: str, cap: int) -> list[Any]:
    """Return the items of a saved reply of one of the provider's lists."""
    with open_file(path) as file:
        data = file.read(cap + 1)
    items = parse(data).get("items")
    if len(data) > cap or type(items) is not list:
        raise Malformed("it holds no list of items")
    return items


def _read_keys(path: str) -> list[JsonObject]:
    try:
        items = _items(path, MAX_MANIFEST)
        return [check_object(11, "--keys: a key", item, PUBLISHED_KEY) for item in items]
    except (Malformed, Failed, CannotCheck) as error:
        raise CannotCheck(f"--keys: {error}") from None


def _check_anchors(manifest: Manifest, path: str, rows: PackRows) -> None:
    """Hold the pack to anchors that were kept outside: a saved reply of GET /anchors."""
    anchors = _read_anchors(path)
    if rows.coverage is None:
        raise NotCompared("--anchors: there is no coverage.jsonl to compare with")
    digests = rows.coverage.digests
    days = rows.anchors.days if rows.anchors else {}
    start, end, cut = manifest["period_start"], manifest["period_end"], manifest.second("cut_hour")
    n_compared = 0
    for anchor in anchors:
        n_compared += sum(digests.covers(org, hour) for org, hour, _ in anchor.heads)
        if anchor.tenant != manifest["tenant_id"]:
            raise Failed(11, f"--anchors: the anchor of {anchor.day} is of another tenant")
        for why in anchor.contradictions(digests, manifest.made_at()):
            raise Failed(11, f"--anchors: {why}")
        if days.get(anchor.day, anchor.sha256) != anchor.sha256:
            raise Failed(11, f"--anchors: the pack holds another anchor of {anchor.day}")
        is_inside = start <= anchor.at <= end and (seconds(anchor.at) or 0) < cut + 3600
        if is_inside and anchor.day not in days:
            raise Failed(11, f"--anchors: the pack lacks the anchor of {anchor.day}")
    if not n_compared:
        raise NotCompared("--anchors: none of them names an hour of this pack")


def _read_anchors(path: str) -> list[Anchor]:
    anchors = []
    try:
        for number, item in enumerate(_items(path, MAX_ANCHOR_FILE), 1):
            try:
                anchors.append(Anchor(item))
            except Malformed as error:
                raise Malformed(f"item {number}: {error}") from None
    except (Malformed, CannotCheck) as error:
        raise CannotCheck(f"--anchors: {error}") from None
    except OtherDigest as error:
        raise CannotCheck(f"--anchors: that of {error} does not have its own digest") from None
    return anchors


def _check_tokens(certificate: str, options: Options, rows: PackRows, report: Report) -> None:
    """Hold the anchors' tokens to the pinned certificate, and their times to the anchors'."""
    anchors = rows.anchors
    if anchors is None or not anchors.n_tokens:
        if options.timestamp is None:
            raise NotCompared("--tsa-cert: no anchor of the pack has a token")
        return
    authority = TimeAuthority(certificate)
    newest = 0
    for at, sha256, token in anchors.tokens():
        name = f"the token of the anchor of {at[:10]}"
        try:
            stamped = authority.time_of(_base64(token), sha256)
        except Malformed as error:
            raise Failed(11, f"{name}: {error}") from None
        # Who makes a chain and its anchors anew gets tokens, but none of an earlier time.
        if abs(stamped - (seconds(at) or 0)) > MAX_TOKEN_DELAY_S:
            raise Failed(11, f"{name} was given at {instant_name(stamped)}, the anchor says {at}")
        newest = max(newest, stamped)
    words = f"{anchors.n_tokens} of {len(anchors.days)} have a token that holds under --tsa-cert"
    report.notes.append(f"anchors   {words}, the newest of {instant_name(newest)}")


def _check_timestamp(options: Options, signature_file: bytes, report: Report) -> int | None:
    """Return the second at which manifest.sig was there, says a token kept beside the pack.

    The token is over the signature, not over the manifest: a manifest can be written, and stamped,
    long before somebody gets hold of the key.
    """
    if options.timestamp is None:
        return None
    if options.tsa_cert is None:
        raise CannotCheck("--timestamp needs --tsa-cert: the authority's certificate, pinned")
    try:
        with open_file(options.timestamp) as file:
            reply = file.read(MAX_TOKEN + 1)
    except CannotCheck as error:
        raise CannotCheck(f"--timestamp: {error}") from None
    try:
        authority = TimeAuthority(options.tsa_cert)
        stamped = authority.time_of(reply, hashlib.sha256(signature_file).hexdigest())
    except NotCompared as error:
        raise CannotCheck(str(error)) from None
    except Malformed as error:
        raise Failed(11, f"--timestamp: for manifest.sig {error}") from None
    report.notes.append(f"stamped   the signature was there at {instant_name(stamped)}")
    return stamped


def _base64(token: str) -> bytes:
    try:
        reply = binascii.a2b_base64(token.encode("ascii"))
    except ValueError:
        reply = b""
    if not reply or binascii.b2a_base64(reply, newline=False).decode() != token:
        raise Malformed("it is not base64")
    return reply
