"""Seals of every version, alone, mixed and mislabelled."""

from collections.abc import Callable

from tests.support import packs
from tests.support.pack_sealed import name_registers
from tests.support.packs import Pack, Row
from tests.vectors.cases import Case, Cases, Expected, with_rows

CASES = Cases()
NO_DIGEST = "is not 64 lower-case hex digits or null"
OTHER_DIGEST = "T07:00:00Z: the seal's content does not have the digest"


def sealed(*versions: int) -> Pack:
    """Return the small pack, its hours sealed in these versions, each for as many hours."""
    pack = packs.small()
    hours: list[str | Row] = []
    for version in versions:
        hours += [{"v": version}] * (48 // len(versions))
    events = pack.rows["events.jsonl"]
    pack.rows["coverage.jsonl"] = packs.seals(hours, "2026-04-01T00", events, previous="ab" * 32)
    return pack


def accept(name: str, told: str, *versions: int) -> None:
    """Register a chain that must be accepted."""
    CASES.add(name, Case(told, Expected(0), sealed(*versions).build))


def refuse(name: str, words: str, told: str, change: Callable[[list[Row]], object]) -> None:
    """Register a change of one seal of version 3, signed with a manifest that agrees with it."""
    told = f"coverage.jsonl is signed anew after {told}."
    CASES.refuse(name, 10, words, told, lambda: with_rows("coverage.jsonl", change))


def resealed(change: Callable[[Row], object]) -> Callable[[list[Row]], object]:
    """Return the change of the last hour's seal, its digest right."""

    def make(coverage: list[Row]) -> None:
        change(coverage[-1]["seal"])
        coverage[-1]["sha256"] = packs.seal_digest(coverage[-1]["seal"])

    return make


def with_users(version: int, **facts: str | None) -> Callable[[], bytes]:
    """Return a pack whose last seal says something else of the register of users."""

    def make() -> bytes:
        pack = sealed(version)
        name_registers(pack.rows, pack.org_ids)
        resealed(lambda seal: seal["sections"]["users"].update(facts))(pack.rows["coverage.jsonl"])
        return pack.build()

    return make


accept("seals_of_version_2", "Every hour was sealed in version 2.", 2)
accept("seals_of_two_versions", "The first day was sealed in version 2, the second in 3.", 2, 3)
accept("seals_of_version_4", "Every hour was sealed in version 4.", 4)
accept("seals_of_three_versions", "In version 2, then in 3, then in 4.", 2, 3, 4)
CASES.add(
    "seal_of_a_newer_version",
    Case(
        "The second day was sealed in version 5, which nobody knows yet.",
        Expected(2),
        sealed(4, 5).build,
    ),
)
refuse(
    "seal_digest_of_version_2",
    OTHER_DIGEST,
    "a seal of version 3 got the digest that version 2 would give it",
    lambda rows: rows[7].update(sha256=packs.sha256(packs.canonical(rows[7]["seal"]))),
)
refuse(
    "seal_relabelled_as_version_2",
    OTHER_DIGEST,
    "a seal of version 3 was called one of version 2",
    lambda rows: rows[7]["seal"].update(v=2),
)
refuse(
    "root_of_a_register_malformed",
    f"users: root {NO_DIGEST}",
    "the root of a register became a number",
    resealed(lambda seal: seal["sections"]["users"].update(root=1)),
)
for version, told in ((3, "plain"), (4, "blinded")):
    CASES.refuse(
        f"root_of_a_register_{told}_other",
        10,
        "the register of users does not have the root of its seal",
        f"The root over {told} rows that a seal names is that of other rows.",
        with_users(version, root="ab" * 32),
    )
CASES.refuse(
    "salt_of_a_register_other",
    10,
    "the register of users does not have the root of its seal",
    "The salt that a seal names is not the one that blinds the rows under its root.",
    with_users(4, salt="ab" * 32),
)
CASES.refuse(
    "salt_of_a_register_without_root",
    10,
    "users has a salt, and no register or no root",
    "A seal names a salt, and no root that it blinds.",
    with_users(4, root=None),
)
refuse(
    "root_of_a_register_absent",
    "audit_events lacks root",
    "the root of a section was taken out",
    resealed(lambda seal: seal["sections"]["audit_events"].pop("root")),
)
refuse(
    "digest_of_a_picture_malformed",
    f"users: picture_sha256 {NO_DIGEST}",
    "the digest of a picture lost a letter",
    resealed(lambda seal: seal["sections"]["users"].update(picture_sha256="a" * 63)),
)
refuse(
    "root_of_a_segment_in_capitals",
    f"segments.changes: root {NO_DIGEST}",
    "the root of a segment was written in capitals",
    resealed(
        lambda seal: seal["segments"].update(
            changes=[packs.segment("2026-04", []) | {"root": "AB" * 32}]
        )
    ),
)
CASES.refuse(
    "seal_of_version_2_behind_3",
    10,
    "T00:00:00Z: the seal is of version 2, one before it of version 3",
    "The first day was sealed in version 3, the second in version 2 again.",
    sealed(3, 2).build,
)
CASES.refuse(
    "seal_of_version_3_behind_4",
    10,
    "T00:00:00Z: the seal is of version 3, one before it of version 4",
    "The first day was sealed in version 4, the second in version 3 again.",
    sealed(4, 3).build,
)
refuse(
    "seal_relabelled_as_version_4",
    OTHER_DIGEST,
    "a seal of version 3 was called one of version 4",
    lambda rows: rows[7]["seal"].update(v=4),
)
refuse(
    "seal_without_source",
    "the seal lacks source",
    "a seal lost its source, which the unsealed run beside it then told",
    resealed(lambda seal: seal.pop("source")),
)
refuse(
    "seal_source_null",
    "source is not an object",
    "the source of a seal became null, as only version 2 has it",
    resealed(lambda seal: seal.update(source=None)),
)
refuse(
    "seal_without_reason",
    "the seal lacks reason",
    "a seal lost its reason",
    resealed(lambda seal: seal.pop("reason")),
)
refuse(
    "seal_lifecycle_text",
    "lifecycle is not a list",
    "the lifecycle of a seal became a text",
    resealed(lambda seal: seal.update(lifecycle="disconnected")),
)
refuse(
    "seal_org_proof_unknown",
    "org_proof is not proven or none",
    "the organization's proof became a word that nobody knows",
    resealed(lambda seal: seal.update(org_proof="x")),
)
refuse(
    "seal_without_audit_log",
    "sections lacks audit_events",
    "a seal lost what it says of the audit log",
    resealed(lambda seal: seal["sections"].pop("audit_events")),
)
refuse(
    "seal_count_of_a_register_text",
    "users: count is not a count or null",
    "the number of users became a text, so that nothing was compared with it",
    resealed(lambda seal: seal["sections"]["users"].update(count="2")),
)
refuse(
    "seal_segments_lack_a_kind",
    "segments lacks verdicts",
    "a seal lost the list of its verdicts",
    resealed(lambda seal: seal["segments"].pop("verdicts")),
)
refuse(
    "segment_without_digest",
    "segments.events: sha256 is not 64 lower-case hex digits",
    "the digest of a segment became null, so that other events pass for it",
    resealed(
        lambda seal: seal["segments"].update(
            events=[packs.segment("2026-04", []) | {"sha256": None}]
        )
    ),
)
refuse(
    "segments_of_a_month_twice",
    "segments of events, verdicts, changes, statements are malformed",
    "a seal named two segments of one month",
    resealed(lambda seal: seal["segments"].update(events=[packs.segment("2026-04", [])] * 2)),
)
