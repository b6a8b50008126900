"""The proof of one row (`--proof`): what a manifest's signature covers of it, path by path."""

from __future__ import annotations

import hashlib
from typing import Any

from tools.verifier.base import CannotCheck, Failed, Malformed, open_file, printable
from tools.verifier.checks.check_01_04_signature import (
    check_01_pinned_key,
    check_03_signature_file,
    check_04_signature,
)
from tools.verifier.checks.check_05_07_manifest import (
    check_05_strict_manifest,
    check_06_known_manifest,
)
from tools.verifier.checks.check_11_outside_facts import check_11_of_a_proof
from tools.verifier.manifest_format import Manifest
from tools.verifier.options import Options
from tools.verifier.report import Report
from tools.verifier.sealed.seals import PROVABLE, SEAL_VERSIONS, SECTION_LEAF
from tools.verifier.values.field_types import (
    COUNT,
    HASH,
    HASH_OR_NULL,
    INSTANT_OR_NULL,
    INSTANT_TEXT,
    INTEGER,
    OBJECT,
    TEXT,
    FieldType,
    check_object,
    is_hash,
    or_null,
)
from tools.verifier.values.instants import hour_number
from tools.verifier.values.strict_json import JsonObject, canonical, canonical_row, parse
from tools.verifier.values.trees import root_by_path

PROOF_CHECKS = {
    1: "pinned key",
    2: "proof file",
    3: "signature file",
    4: "signature",
    5: "strict manifest",
    6: "known manifest",
    7: "seal in the pack",
    8: "section in the seal",
    9: "row in the section",
    11: "outside facts",
}
PROOF_FORMAT = 1
MAX_PROOF = 64 << 10
PATH: FieldType = (lambda v: type(v) is list and all(map(is_hash, v)), "a list of digests")
PROOF_FIELDS: dict[str, FieldType] = {
    "format": INTEGER,
    "pack": or_null(OBJECT),
    "row": OBJECT,
    "seal": OBJECT,
    "section": OBJECT,
}
PROOF_PACK = {"index": COUNT, "manifest": TEXT, "path": PATH, "signature": TEXT}
PROOF_ROW = {"blinding": HASH, "index": COUNT, "path": PATH, "text": TEXT}
PROOF_SEAL = {
    "content_sha256": HASH,
    "hour": INSTANT_TEXT,
    "org_id": TEXT,
    "previous_sha256": HASH_OR_NULL,
    "sections_root": HASH,
    "v": INTEGER,
}
PROOF_SECTION = {"facts": OBJECT, "path": PATH}
PROOF_FACTS = {
    **dict.fromkeys(("complete_at", "state_at"), INSTANT_OR_NULL),
    **dict.fromkeys(("index", "of", "rows"), COUNT),
    **dict.fromkeys(("section", "status"), TEXT),
    "root": HASH,
}


def verify_proof(options: Options, report: Report) -> None:
    """Run the checks of a proof in order; the report holds what each one said.

    Raises:
        CannotCheck: nothing can be said about the evidence, as of an hour that no pack holds yet.
        Failed: a check failed.
    """
    key = check_01_pinned_key(options, report)
    proof = check_02_proof_file(options.pack, report)
    signed = proof["pack"]
    signature_file, document = encoded(signed["signature"], 3), encoded(signed["manifest"], 5)
    signature = check_03_signature_file(signature_file, report)
    check_04_signature(key, signature, document, report)
    manifest = check_05_strict_manifest(document, report)
    check_06_known_manifest(manifest, key, report)
    check_07_seal_in_the_pack(proof["seal"], signed, manifest, report)
    check_08_section_in_the_seal(proof["section"], proof["seal"], report)
    check_09_row_in_the_section(proof["row"], proof["section"]["facts"], report)
    check_11_of_a_proof(manifest, signature_file, options, report)
    tell_what_is_proven(proof, manifest, report)


def check_02_proof_file(path: str, report: Report) -> JsonObject:
    """Return a proof: strict JSON, of the fields that it must have and no others."""
    with open_file(path) as file:
        data = file.read(MAX_PROOF + 1)
    if len(data) > MAX_PROOF:
        raise Failed(2, f"the proof has more than {MAX_PROOF} bytes")
    try:
        proof = parse(data)
    except Malformed as error:
        raise Failed(2, f"the proof: {error}") from None
    made_as = proof.get("format")
    if type(made_as) is int and made_as > PROOF_FORMAT:
        raise CannotCheck("the proof is of a newer format than this script knows")
    exactly("the proof", proof, PROOF_FIELDS)
    if made_as != PROOF_FORMAT:
        raise Failed(2, f"format is not {PROOF_FORMAT}")
    exactly("row", proof["row"], PROOF_ROW)
    version = proof["seal"].get("v")
    if type(version) is int and version > SEAL_VERSIONS[-1]:
        raise CannotCheck("the seal was made by a newer version than this script knows")
    exactly("seal", proof["seal"], PROOF_SEAL)
    if version < PROVABLE:
        raise Failed(2, f"a seal of version {version} shows no row alone")
    exactly("section", proof["section"], PROOF_SECTION)
    exactly("facts", proof["section"]["facts"], PROOF_FACTS)
    if proof["pack"] is None:
        raise CannotCheck("not yet signed: no pack holds the hour; ask for the proof again later")
    exactly("pack", proof["pack"], PROOF_PACK)
    report.passed(2)
    return proof


def exactly(name: str, values: Any, fields: dict[str, FieldType]) -> None:
    """Demand these fields, each of its type, and no others."""
    check_object(2, name, values, fields)
    if len(values) != len(fields):
        raise Failed(2, f"{name} has a field that no proof has")


def encoded(text: str, number: int) -> bytes:
    """Return a text's bytes."""
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise Failed(number, "the proof holds a text that is no UTF-8") from None


def holds(number: int, root: str, leaf: bytes, place: tuple[int, int], path: list[str]) -> None:
    """Demand that a leaf stands at a place, of so many, under a root."""
    try:
        is_under = root_by_path(leaf, *place, path) == root
    except Malformed as error:
        raise Failed(number, str(error)) from None
    if not is_under:
        raise Failed(number, "the path does not lead to the root")


def check_07_seal_in_the_pack(
    seal: JsonObject, signed: JsonObject, manifest: Manifest, report: Report
) -> None:
    """Demand that the seal's header is one of those that the manifest's chain names."""
    chain = manifest["chain"] if manifest.profile else ()
    mine = [entry for entry in chain if entry["org_id"] == seal["org_id"]]
    hour = hour_number(seal["hour"])
    if not mine or hour is None:
        raise Failed(7, "the pack has no chain of the seal's organization, or the hour is none")
    if not manifest.second("period_start") <= hour * 3600 <= manifest.second("period_end"):
        raise Failed(7, "the hour is outside the pack's period")
    if "seals_root" not in mine[0]:
        raise Failed(7, "the pack's chain does not name the root of its seals")
    digest = hashlib.sha256(canonical(seal)).digest()
    place = signed["index"], mine[0]["seals"]
    holds(7, mine[0]["seals_root"], digest, place, signed["path"])
    report.passed(7)


def check_08_section_in_the_seal(section: JsonObject, seal: JsonObject, report: Report) -> None:
    """Demand that the header names the root over what is said of the section."""
    facts = section["facts"]
    leaf = canonical({key: facts[key] for key in SECTION_LEAF})
    holds(8, seal["sections_root"], leaf, (facts["index"], facts["of"]), section["path"])
    report.passed(8)


def check_09_row_in_the_section(row: JsonObject, facts: JsonObject, report: Report) -> None:
    """Demand that the row, blinded, stands under the section's root."""
    line = encoded(row["text"], 9)
    leaf = bytes.fromhex(row["blinding"]) + line
    holds(9, facts["root"], leaf, (row["index"], facts["rows"]), row["path"])
    try:
        canonical_row(line)
    except Malformed as error:
        raise Failed(9, f"the row: {error}") from None
    report.passed(9)


def tell_what_is_proven(proof: JsonObject, manifest: Manifest, report: Report) -> None:
    """Note the row and where it stands, once everything holds."""
    seal, facts, text = proof["seal"], proof["section"]["facts"], proof["row"]["text"]
    section, org, hour = (printable(x) for x in (facts["section"], seal["org_id"], seal["hour"]))
    sha256 = hashlib.sha256(canonical(seal)).hexdigest()
    shown = facts["state_at"] or "no hour that is known"
    of = f"row {proof['row']['index'] + 1} of {facts['rows']}"
    status = printable(facts["status"])
    report.notes += [
        f"seal      {org} {hour}: sha256 {sha256}",
        f"section   {section}: {status} in that hour, as shown by {shown}; {of} that were sealed",
        f"row       {printable(text, len(text))}",
    ]
    report.facts["proof"] = {
        **{key: seal[key] for key in ("org_id", "hour")},
        "seal_sha256": sha256,
        **{key: facts[key] for key in ("section", "status", "state_at", "complete_at")},
        "row": text,
    }
    pack = f"pack {printable(manifest['pack_id'])} of tenant {printable(manifest['tenant_id'])}"
    report.proven = (
        f"one row of {section} of {org} in the hour {hour}, by {pack}"
        f"  manifest sha256 {manifest.sha256}"
    )
