"""The proof of one row: the row, its path to what the seal's header names, and on to a signature.

It shows no other row: neighbours stand for themselves by hashes that nobody can try rows against
(``functions/shared/evidence/row_trees.py``). Until a pack holds the hour, it says so.
"""

from typing import Final

from functions.api.context import Context, RequestContext
from functions.api.filters import instant_of
from functions.api.newest_seal import chosen
from functions.api.proof.pack_manifest import READ_BYTES, SignedManifest, signed_manifest
from functions.api.registers.as_of import hours_of
from functions.api.schemas.proofs import ProofOfPack, ProofOfRow, ProofOfSection, RowProof
from functions.shared.aws.keys import pack_key
from functions.shared.canonical import canonical, sha256_hex, strict_loads
from functions.shared.errors import BadRequest, Conflict, EvidenceInvalid, NotFound
from functions.shared.evidence.merkle import path_to
from functions.shared.evidence.row_trees import (
    blinding,
    proven_sections,
    salted_leaves,
    seal_leaves,
    seals_root,
    section_leaves,
)
from functions.shared.evidence.seal_versions import header_of
from functions.shared.evidence.seals import Seal
from functions.shared.http.edge import Reply, Request, reply
from functions.shared.http.query import Query
from functions.shared.records.registers import EPISODES, id_field
from functions.shared.tables.packs import Pack

FORMAT: Final = 1
MOST_BYTES: Final = 32 * 1024
SECTIONS: Final = (*EPISODES, "findings")
MAX_ENTITY: Final = 256
# Of registers, inflated, that are looked through where the section is not named.
_MOST_SEARCHED: Final = 64 * 1024 * 1024
_PACKS_AT_ONCE: Final = 100
_MOST_PACKS: Final = 1000


def prove_row(request: Request, context: RequestContext) -> Reply:
    """Answer the proof of one row: the newest stay of an entity, as an hour sealed it.

    Raises:
        BadRequest: the query cannot be used, or does not say which row.
        NotFound: nothing is sealed of that entity in that hour, for this tenant.
        Conflict: the hour was sealed before rows could be shown alone, or the proof is too long.
        EvidenceMissing: a sealed object is gone.
        EvidenceInvalid: its bytes are not those that were sealed.
    """
    query = request.query("entity", "section", "org_id", "as_of")
    entity = query.find("entity")
    if not entity or len(entity) > MAX_ENTITY:
        raise BadRequest(f"entity must be an id of 1 to {MAX_ENTITY} characters")
    section = query.find("section")
    if section is not None and section not in SECTIONS:
        raise BadRequest(f"section must be one of {', '.join(SECTIONS)}")
    seal = _seal(request.principal.tenant_id, query, context)
    facts, row = _row(seal, entity, section, context)
    header = header_of(seal.content, seal.text)
    if header is None:
        raise EvidenceInvalid("a seal with salted rows has a header")
    proof: RowProof = {
        "format": FORMAT,
        "pack": None,
        "row": row,
        "seal": header,
        "section": facts,
    }
    _require_short(proof, "the row alone is too long for it; the evidence packs hold it")
    proof["pack"] = _pack(seal, context)
    _require_short(
        proof, "its pack signs for many organizations; have one made of this organization alone"
    )
    return reply(200, proof)


def _require_short(proof: RowProof, why: str) -> None:
    if len(canonical(proof)) > MOST_BYTES:
        raise Conflict(f"the proof would be longer than {MOST_BYTES} bytes: {why}")


def _seal(tenant: str, query: Query, context: Context) -> Seal:
    """Return the seal of the hour that the query names, else the newest one."""
    connections = chosen(context, tenant, query)
    if len(connections) != 1:
        raise BadRequest("name the organization in org_id")
    [hour] = hours_of(context, tenant, connections, instant_of(query, "as_of"), None)
    if hour.seal is None:
        raise NotFound("no hour is sealed yet")
    return hour.seal


def _row(
    seal: Seal, entity: str, section: str | None, context: Context
) -> tuple[ProofOfSection, ProofOfRow]:
    """Return the row of an entity with its path, and its section with its own."""
    sections = seal.content["sections"]
    named = [name for name in ((section,) if section else SECTIONS) if seal.register(name)]
    if sum(entry["bytes"] for name in named if (entry := seal.register(name))) > _MOST_SEARCHED:
        raise BadRequest("the hour holds too much to look through: name the section")
    places = {name: _place(seal, name, entity, context) for name in named}
    holding = [name for name, place in places.items() if place is not None]
    if not holding:
        raise NotFound("the hour holds no such row")
    if len(holding) > 1:
        raise BadRequest(f"several sections hold it: name one of {', '.join(holding)} in section")
    (name,) = holding
    salt, index = sections[name]["salt"], places[name]
    if salt is None or index is None:
        raise Conflict(
            "this hour was sealed before rows could be shown alone; the evidence packs hold it"
        )
    body = _body(seal, name, context)
    facts = next(facts for facts in proven_sections(sections) if facts["section"] == name)
    return (
        {"facts": facts, "path": path_to(section_leaves(sections), facts["index"])},
        {
            "blinding": blinding(salt, index).hex(),
            "index": index,
            "path": path_to(salted_leaves(salt, body), index),
            "text": body.split(b"\n")[index].decode(),
        },
    )


def _body(seal: Seal, section: str, context: Context) -> bytes:
    entry = seal.register(section)
    return context.segments.body(entry) if entry else b""


def _place(seal: Seal, section: str, entity: str, context: Context) -> int | None:
    """Return the place of an entity's newest stay in a register, from 0."""
    field = "finding_id" if section == "findings" else id_field(section)
    text, place = canonical(entity), None
    for index, line in enumerate(_body(seal, section, context).split(b"\n")[:-1]):
        if text in line and strict_loads(line)[field] == entity:
            place = index
    return place


def _pack(seal: Seal, context: RequestContext) -> ProofOfPack | None:
    """Return what a ready pack signs of the seal; None while none holds it."""
    tenant, org = seal.content["tenant_id"], seal.content["org_id"]
    for pack in sorted(_holding(tenant, org, seal, context), key=_length):
        signed = _signed(pack, context)
        if signed is None:
            raise Conflict("the pack of the hour has a manifest that is too long for a proof")
        chains = strict_loads(signed.manifest)["chain"]
        roots = [each["seals_root"] for each in chains if each["org_id"] == org]
        period = pack.period
        rows = context.hours(tenant, org).between(period.start, period.end)
        digests = [row["sha256"] for row in rows]
        if roots != [seals_root(digests)] or seal.sha256 not in digests:
            raise EvidenceInvalid(f"pack {pack.number} signs for other seals than there are")
        index = digests.index(seal.sha256)
        return {
            "index": index,
            "manifest": signed.manifest.decode(),
            "path": path_to(seal_leaves(digests), index),
            "signature": signed.signature.decode(),
        }
    return None


def _holding(tenant: str, org: str, seal: Seal, context: Context) -> list[Pack]:
    """Return the ready packs whose period holds the hour of a seal."""
    found: list[Pack] = []
    after, n_read = None, 0
    while n_read < _MOST_PACKS:
        packs, page = context.packs.page(tenant, limit=_PACKS_AT_ONCE, after=after)
        ready = (pack for pack in packs if pack.state == "ready" and org in pack.org_ids)
        found += [pack for pack in ready if pack.period.start <= seal.hour < pack.period.end]
        after, n_read = page.last_sk, n_read + len(packs)
        if after is None:
            break
    return found


def _length(pack: Pack) -> tuple[int, float, int]:
    """Return by what the shortest manifest and path come first."""
    period = pack.period
    return len(pack.org_ids), (period.end - period.start).total_seconds(), pack.number


def _signed(pack: Pack, context: RequestContext) -> SignedManifest | None:
    # The row leads to this tenant's own archive of this number, or nowhere.
    own_key = pack_key(pack.tenant_id, pack.number, str(pack.archive_sha256))
    if pack.object_key != own_key or pack.object_version is None:
        raise NotFound("a ready pack names its object")
    begin = context.pack_links.read(own_key, pack.object_version, READ_BYTES)
    signed = signed_manifest(begin)
    if signed and sha256_hex(signed.manifest) != pack.manifest_sha256:
        raise EvidenceInvalid(f"pack {pack.number} has another manifest than the table names")
    return signed
