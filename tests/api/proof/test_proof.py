"""The proof of one row, checked by the auditors' script: whole it holds, and in no other form."""

import base64
import json
import random

import pytest

from functions.api.proof import proof as proofs
from functions.shared.canonical import canonical, sha256_hex
from functions.shared.tables.connections import Connections
from tests.api.conftest import Body
from tests.api.proof.conftest import CANARIES, HOUR, ORG, Proven
from tests.support.builders import World
from tests.support.seal_parts import connection

N_FLIPS = 200


def test_a_proof_verifies_and_tells_the_row(proven: Proven) -> None:
    """Exit 0, the row as it was sealed, its hour, its pack; at most 32 KB."""
    proven.sign()
    proof = proven.proof()
    assert len(canonical(proof)) <= 32 * 1024
    verdict = proven.check(proof, "--tenant", "tenant-a")
    assert (verdict.code, verdict.failed) == (0, {}), verdict.text
    assert verdict.last_line.startswith(f"VALID  one row of users of {ORG} in the hour {HOUR}")
    told = json.loads(proven.check(proof, "--json").text)
    assert (told["verdict"], len(told["checks"])) == ("valid", 10)
    assert told["proof"]["row"] == proof["row"]["text"]
    row = json.loads(told["proof"]["row"])
    assert (row["user_id"], row["removed_at"]) == ("user-1", None)
    assert told["proof"]["state_at"] == HOUR
    seal = next(seal for seal in proven.world.seals if seal.content["hour"] == HOUR)
    assert told["proof"]["seal_sha256"] == seal.sha256


@pytest.mark.parametrize(
    "query",
    [
        *({"entity": id} for id in ("proj-1", "key-1", "user-canary", "invite-canary")),
        {"entity": "key-1", "section": "api_keys", "as_of": "2026-04-01T05:59:00Z"},
    ],
    ids=lambda query: query["entity"],
)
def test_every_section_s_rows_can_be_proven(proven: Proven, query: dict[str, str]) -> None:
    """In any hour of the pack; also of who has left."""
    proven.sign()
    proof = proven.proof(**query)
    assert proven.check(proof).code == 0
    assert query["entity"] in proof["row"]["text"]


def test_200_flipped_bits_are_refused(proven: Proven) -> None:
    """Wherever they are; nothing is called valid, nothing raises."""
    proven.sign()
    whole = canonical(proven.proof())
    places = random.Random(13).sample(  # noqa: S311 - the same places in every run
        range(len(whole) * 8), N_FLIPS
    )
    for place in places:
        damaged = bytearray(whole)
        damaged[place // 8] ^= 1 << place % 8
        verdict = proven.check(bytes(damaged))
        assert verdict.code in (1, 2), (place, verdict.text)
        assert "VALID" not in verdict.text
        assert "this script failed" not in verdict.text, place


def test_every_part_of_another_tenant_s_proof_is_refused(proven: Proven) -> None:
    """The same organization, signed with the same key: each part is its own tenant's."""
    proven.sign()
    proven.sign(tenant="tenant-b")
    mine = proven.proof()
    query = {"entity": "user-1", "org_id": ORG, "as_of": HOUR}
    theirs = proven.api.get("/proof", query, tenant="tenant-b")
    assert proven.check(theirs, "--tenant", "tenant-b").code == 0
    refused = proven.check(theirs, "--tenant", "tenant-a")
    assert (refused.code, list(refused.failed)) == (1, [11])
    for part in ("pack", "seal"):
        verdict = proven.check(mine | {part: theirs[part]})
        assert verdict.code == 1, part
    assert proven.check(mine, key="ab" * 32).code != 0


def test_parts_of_other_hours_rows_and_sections_do_not_join(proven: Proven) -> None:
    """Each check has something that only it refuses."""
    proven.sign()
    mine, later = proven.proof(), proven.proof(as_of="2026-04-01T04:00:00Z")
    assert list(proven.check(mine | {"pack": later["pack"]}).failed) == [7]
    keys = proven.proof(entity="key-1")
    assert list(proven.check(mine | {"row": keys["row"]}).failed) == [9]
    section = mine["section"] | {"facts": keys["section"]["facts"]}
    assert list(proven.check(mine | {"section": section}).failed) == [8]
    row = mine["row"] | {"text": mine["row"]["text"].replace("reader", "owner")}
    assert list(proven.check(mine | {"row": row}).failed) == [9]
    newer = mine | {"format": 2}
    assert proven.check(newer).code == 2


def test_no_other_row_is_shown_nor_can_be_guessed(proven: Proven) -> None:
    """No canary, and no hash of a neighbour's row, plain or as a leaf of RFC 6962."""
    proven.sign()
    for entity in ("user-1", "proj-1", "key-1"):
        text = json.dumps(proven.proof(entity=entity))
        for canary in CANARIES:
            assert canary not in text
            assert base64.b64encode(canary.encode()).decode() not in text
        assert "salt" not in text
    seal = next(seal for seal in proven.world.seals if seal.content["hour"] == HOUR)
    entry = seal.register("users")
    assert entry
    body = proven.api.context.segments.body(entry)
    path = proven.proof()["row"]["path"]
    for row in body.split(b"\n")[:-1]:
        assert sha256_hex(row) not in path
        assert sha256_hex(b"\0" + row) not in path


def test_before_a_pack_holds_the_hour_it_says_so(proven: Proven) -> None:
    """No verdict; once a pack is there the same question is answered with a signature."""
    proof = proven.proof()
    assert proof["pack"] is None
    verdict = proven.check(proof)
    assert (verdict.code, verdict.failed) == (2, {})
    assert "not yet signed" in verdict.last_line
    assert "user-1" not in verdict.text
    proven.sign()
    assert proven.check(proven.proof()).code == 0


def refusal(proven: Proven, status: int, **query: str) -> str:
    """Return in what words a query is refused."""
    answered, body = proven.api.ask("GET /proof", query={"org_id": ORG} | query)
    assert answered == status, body
    return str(body["detail"])


def test_what_cannot_be_proven_is_refused_in_words(proven: Proven) -> None:
    """An unknown id, hour or section; an organization that is not named, or another tenant's."""
    refusal(proven, 404, entity="user-2")
    refusal(proven, 404, entity="user-1", section="projects")
    refusal(proven, 400, entity="user-1", as_of="2026-03-01T00:00:00Z")
    assert "2026-04-01T05:00:00Z" in refusal(proven, 400, entity="user-1", as_of="yesterday")
    assert "one of" in refusal(proven, 400, entity="user-1", section="open_changes")
    assert "Entity" in refusal(proven, 400)
    assert "Entity" in refusal(proven, 400, entity="x" * 257)
    Connections(proven.function.table).save(connection("tenant-b", "org-Theirs", proven.world.hour))
    query = {"entity": "user-1", "org_id": "org-Theirs"}
    theirs = proven.api.reply("GET /proof", query=query)
    assert theirs["statusCode"] == 404
    assert theirs == proven.api.reply("GET /proof", query=query | {"org_id": "org-nobody-s"})
    assert theirs == proven.api.reply("GET /proof", query=query | {"org_id": ORG, "entity": "x"})
    other = connection("tenant-a", "org-Beta", proven.world.hour)
    Connections(proven.function.table).save(other)
    answered, body = proven.api.ask("GET /proof", query={"entity": "user-1"})
    assert (answered, "org_id" in body["detail"]) == (400, True)


def test_an_id_of_two_sections_asks_for_the_section(proven: Proven) -> None:
    """And is proven with it."""
    proven.world.has_project("user-1").chain(["complete"])
    proven.api.clock.set("2026-04-01T07:05:00Z")
    query = {"entity": "user-1", "as_of": "2026-04-01T06:00:00Z"}
    assert "users, projects" in refusal(proven, 400, **query)
    proof = proven.proof(**query, section="projects")
    assert proof["section"]["facts"]["section"] == "projects"


def test_an_hour_of_an_older_version_has_no_proof(proven: Proven) -> None:
    """It says so, and is not taken for an absent row."""
    world = World(proven.world.evidence, table=proven.function.table, org="org-Older")
    world.version = 2
    world.has_user("user-1").chain(["complete"])
    words = refusal(proven, 409, entity="user-1", org_id="org-Older")
    assert "before rows could be shown alone" in words
    assert world.last.content["v"] == 2


def test_what_is_too_long_is_refused_in_words(
    proven: Proven, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The row, or what its pack signs."""
    query = {"entity": "user-1", "as_of": HOUR}
    monkeypatch.setattr(proofs, "MOST_BYTES", 100)
    assert "the row alone" in refusal(proven, 409, **query)
    monkeypatch.setattr(proofs, "MOST_BYTES", 3000)
    proven.sign()
    assert "this organization alone" in refusal(proven, 409, **query)
    monkeypatch.setattr(proofs, "READ_BYTES", 100)
    assert "too long" in refusal(proven, 409, **query)


def test_a_row_of_the_table_that_names_another_seal_gives_no_proof(proven: Proven) -> None:
    """Nothing is handed out that does not lead to what the pack signs."""
    proven.sign()
    table = proven.function.table
    key = {"pk": "T#tenant-a#O#org-Alpha", "sk": "HOUR#2026-04-01T04:00:00Z"}
    rows: list[Body] = list(table.query(key["pk"], prefix=key["sk"]))
    assert len(rows) == 1
    table.put(rows[0] | {"sha256": "ab" * 32})
    assert proven.api.ask("GET /proof", query={"entity": "user-1", "as_of": HOUR})[0] >= 500
