"""The manifest: strict (check 5), known (check 6), and the members it promises (check 7)."""

from __future__ import annotations

import hashlib
import re

from tools.verifier.base import MAX_BLOB, MAX_ROW, CannotCheck, Failed, Malformed, printable
from tools.verifier.checks.check_01_04_signature import PinnedKey
from tools.verifier.manifest_format import (
    AUDIT_LOG,
    CHAIN,
    COMMON,
    COVERAGE,
    FILE,
    FORMAT,
    FORMAT_3_MEMBERS,
    FULL_MEMBERS,
    LARGE,
    MEMBER_ORDER,
    MODULES,
    OF_FORMAT_3,
    OF_PROFILE,
    OPTIONAL_MEMBERS,
    SEALED_NAME,
    SEALED_ORDER,
    Manifest,
    Member,
    Module,
)
from tools.verifier.report import Report
from tools.verifier.values.field_types import (
    HASH,
    INSTANT_OR_NULL,
    TEXT,
    FieldType,
    check_object,
    check_types,
    is_count,
    is_text,
)
from tools.verifier.values.instants import ends_of_period, hour_number, seconds
from tools.verifier.values.strict_json import JsonObject, parse

SETTLING_S = 72 * 3600  # that an audit event may take to appear in the log


def check_05_strict_manifest(data: bytes, report: Report) -> Manifest:
    """Return the manifest: strict JSON, and every known key of its exact type."""
    values = strict_manifest(data)
    report.passed(5)
    return Manifest(hashlib.sha256(data).hexdigest(), values)


def strict_manifest(data: bytes) -> JsonObject:
    """Return what a manifest says.

    Raises:
        Failed: check 5.
        CannotCheck: it is of a format that came after this script.
    """
    try:
        values = parse(data)
    except Malformed as error:
        raise Failed(5, f"manifest.json: {error}") from None
    made_as = values.get("format")
    if type(made_as) is int and made_as > FORMAT and "profile" in values:
        raise CannotCheck("the pack was made by a newer format than this script knows")
    fields: dict[str, FieldType] = dict(COMMON)
    for module in MODULES.values():
        fields.update({**module.fields(), **fields})
    fields["module"] = TEXT
    if "profile" in values:
        fields.update({**OF_PROFILE, **OF_FORMAT_3})
    check_types(5, "manifest.json", values, fields)
    return values


def check_06_known_manifest(manifest: Manifest, key: PinnedKey, report: Report) -> Module:
    """Return the module: version and module known, every required key there, the key ours."""
    values = manifest.values
    if "schema_version" not in values:
        raise Failed(6, "manifest.json lacks schema_version")
    version, name = values["schema_version"], values.get("module")
    module = MODULES.get((version, name))
    if module is None:
        raise Failed(6, f"unknown schema_version {version} with module {printable(name)}")
    required = {**COMMON, **module.fields()}
    if "profile" in values:
        required.update(OF_PROFILE)
        if "format" in values:
            if values["format"] != FORMAT:
                raise Failed(6, f"format is not {FORMAT}, nor absent")
            required.update(OF_FORMAT_3)
    check_object(6, "manifest.json", values, required)
    if values["signing_public_hex"] != key.public.hex():
        raise Failed(6, "signing_public_hex is not the pinned key in lower-case hex")
    if manifest.second("period_start") > manifest.second("period_end"):
        raise Failed(6, "the period ends before it starts")
    if "profile" in values:
        if name != "openai_admin":
            raise Failed(6, "only module openai_admin has a profile")
        _check_kind_and_period(values)
        _check_cut(values)
        _check_chain(values)
        if "large" in values:
            check_object(6, "large", values["large"], LARGE)
            if values["profile"] != "full":
                raise Failed(6, "only profile full has large values")
    report.passed(6)
    report.manifest = manifest
    return module


def _check_kind_and_period(values: JsonObject) -> None:
    if values["profile"] not in ("full", "core"):
        raise Failed(6, f"unknown profile {printable(values['profile'])}")
    if values["kind"] not in ("monthly", "on_demand", "revision"):
        raise Failed(6, f"unknown kind {printable(values['kind'])}")
    if values["kind"] == "monthly" and values["profile"] == "core":
        raise Failed(6, "a monthly pack is of profile full")
    if values["kind"] == "revision" and not is_text(values.get("replaces")):
        raise Failed(6, "a revision does not say which pack it replaces")
    start, end = seconds(values["period_start"]), seconds(values["period_end"])
    if start is None or end is None or start % 3600 or (end + 1) % 3600:
        raise Failed(6, "the period is not made of whole hours")
    month = ends_of_period(values["period_start"][:7])
    if values["kind"] == "monthly" and month != (values["period_start"], values["period_end"]):
        raise Failed(6, "the period of a monthly pack is not a calendar month")
    if (values["previous_pack_id"] is None) != (values["previous_manifest_sha256"] is None):
        raise Failed(6, "previous_pack_id and previous_manifest_sha256 do not say the same")


def _check_cut(values: JsonObject) -> None:
    end, cut = seconds(values["period_end"]) or 0, hour_number(values["cut_hour"])
    if cut is None:
        raise Failed(6, "cut_hour is not the start of an hour")
    if cut < end // 3600:
        raise Failed(6, "cut_hour lies before the period's last hour")
    through = seconds(values["settled_through"])
    if through is not None and through > (cut + 1) * 3600 - SETTLING_S:
        raise Failed(6, "settled_through is less than 72 hours before the cut")
    if "settled" in values and values["settled"] is not (through is not None and through > end):
        raise Failed(6, "settled is not what settled_through says")


def _check_chain(values: JsonObject) -> None:
    check_object(6, "coverage", values["coverage"], COVERAGE)
    last_hour = {"last_sealed_hour": INSTANT_OR_NULL}
    added = {**last_hour, "seals_root": HASH}
    fields = {**CHAIN, **last_hour} if values.get("format", 2) > 2 else CHAIN
    orgs = [check_object(6, "chain", entry, fields)["org_id"] for entry in values["chain"]]
    for entry in values["chain"]:
        check_types(6, "chain", entry, added)
    if sorted(orgs) != sorted(values["org_ids"]):
        raise Failed(6, "chain does not name each of org_ids once")
    audit_log = values["audit_log"]
    if sorted(audit_log) != sorted(orgs):
        raise Failed(6, "audit_log does not name each of org_ids")
    if not all(status in AUDIT_LOG for status in audit_log.values()):
        raise Failed(6, f"audit_log says none of {', '.join(AUDIT_LOG)}")


def check_07_members(manifest: Manifest, module: Module) -> None:
    """Take from the manifest which members it promises; the archive is held to it by check 8."""
    if manifest.profile is not None:
        manifest.members = _own_members(manifest.values, module)
        return
    for name, (count, digest) in module.files.items():
        rows = manifest[count]
        cap = rows * (MAX_ROW + 1)
        manifest.members[name] = Member(name, manifest[digest], rows, None, cap)
    if "blob_count" in module.keys:
        for entry in manifest["blob_index"]:
            sha256 = _blob_hash(entry)
            name = f"blobs/{sha256}.txt"
            manifest.members[name] = Member(name, sha256, None, None, MAX_BLOB)
        if manifest["blob_count"] != len(manifest["blob_index"]):
            raise Failed(8, "blob_count is not the length of blob_index")


def _blob_hash(entry: object) -> str:
    """Return the one SHA-256 that an entry of blob_index carries; its shape is not public."""
    texts = entry.values() if isinstance(entry, dict) else [entry]
    hashes = set()
    for text in texts:
        pattern = r"(?:sha256:|blobs/)?([0-9a-f]{64})(?:\.txt)?"
        match = re.fullmatch(pattern, text) if isinstance(text, str) else None
        if match:
            hashes.add(match[1])
    if len(hashes) != 1:
        raise Failed(7, "an entry of blob_index does not carry exactly one SHA-256")
    return str(hashes.pop())


def _own_members(values: JsonObject, module: Module) -> dict[str, Member]:
    members: dict[str, Member] = {}
    for entry in values["files"]:
        name = check_object(7, "files", entry, FILE)["name"]
        label = f"files: {printable(name)}"
        is_sealed = re.fullmatch(SEALED_NAME, name) is not None
        if not is_sealed and not re.fullmatch(r"[A-Za-z0-9_]{1,64}\.(jsonl|json|txt)", name):
            raise Failed(7, f"{label} is not a name a member can have")
        if name in members or name == "manifest.json":
            raise Failed(7, f"{label} stands there twice")
        rows = entry.get("rows")
        if not (is_count(rows) or (rows is None and not name.endswith(".jsonl"))):
            raise Failed(7, f"{label} has no row count")
        members[name] = Member(name, entry["sha256"], rows, entry["bytes"], entry["bytes"])
    _check_names(list(members), values, list(module.files))
    for name, (count, digest) in module.files.items():
        if (members[name].rows, members[name].sha256) != (values[count], values[digest]):
            raise Failed(8, f"files and {count} or {digest} do not say the same of {name}")
    return members


def _check_names(names: list[str], values: JsonObject, documented: list[str]) -> None:
    profile, is_new = values["profile"], values.get("format", 2) > 2
    required = [*documented, *(FULL_MEMBERS if profile == "full" else ())]
    required += FORMAT_3_MEMBERS if profile == "full" and is_new else ()
    missing = [name for name in required if name not in names]
    if missing:
        raise Failed(7, f"files lacks {missing[0]}")
    if profile == "core" and len(names) != len(required):
        raise Failed(7, "files of profile core holds more than the documented members")
    sealed = [name for name in names if is_new and re.fullmatch(SEALED_NAME, name)]
    known = {*required, *OPTIONAL_MEMBERS, *sealed}
    unknown = [name for name in names if name not in known]
    if unknown:
        raise Failed(7, f"files: {printable(unknown[0])} is no member of profile full")
    in_order = [name for name in MEMBER_ORDER if name in names]
    if names != in_order + sorted(sealed, key=_place):
        raise Failed(7, "files: the members do not stand in the documented order")


def _place(name: str) -> tuple[str, int, str]:
    """Return by what sealed members are sorted: those that others are derived with come first."""
    _, org, file = name.split("/")
    kind, _, month = file[: -len(".jsonl")].partition("-")
    return org, SEALED_ORDER.index(kind), month
