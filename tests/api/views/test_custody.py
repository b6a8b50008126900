"""The custody log over HTTP."""

from functions.api.cursor import Cursors
from functions.shared.aws.keys import CUSTODY_PREFIX, tenant_pk
from tests.api.conftest import Api
from tests.api.views.test_evidence_packs import PERIOD, make_ready


def test_the_log_is_read_newest_first_by_admin_and_auditor(sealed: Api) -> None:
    """Every entry once, in pages; nothing of the rows' own keys shows."""
    before = sealed.get("/custody")["items"]
    sealed.clock.set("2026-04-01T05:02:00Z")
    sealed.ask("POST /evidence-packs", body=PERIOD)
    make_ready(sealed, 1)
    for minute in (3, 4, 5):
        sealed.clock.set(f"2026-04-01T05:0{minute}:00Z")
        sealed.ask("GET /evidence-packs/{number}/download", path={"number": "1"}, group="auditor")
    pages = sealed.pages("/custody", 2)
    result = [entry for page in pages for entry in page]
    assert [(each["action"], each["at"][14:16]) for each in result[:4]] == [
        ("pack.link_made", "05"),
        ("pack.link_made", "04"),
        ("pack.link_made", "03"),
        ("pack.requested", "02"),
    ]
    assert result[4:] == before
    assert set(result[0]) == {"n", "at", "by", "action", "facts"}
    assert [entry["n"] for entry in result] == list(range(len(result), 0, -1))
    assert sealed.get("/custody", {"limit": "100"}, group="auditor")["items"] == result


def test_entries_of_one_second_keep_their_order(sealed: Api) -> None:
    """By number; `at` is told to the second, like every instant."""
    at = sealed.clock.set("2026-04-01T05:30:00Z")
    for n in range(4):
        sealed.context.custody.note("tenant-a", "user-1", f"test.{n}", at)
    items = sealed.get("/custody", {"limit": "4"})["items"]
    assert [each["action"] for each in items] == ["test.3", "test.2", "test.1", "test.0"]
    assert {each["at"] for each in items} == {"2026-04-01T05:30:00Z"}


def test_what_an_older_version_noted_comes_behind_and_has_no_number(sealed: Api) -> None:
    """It stays in the list; it is no evidence."""
    old = {"at": "2026-03-01T05:30:00Z", "by": "user-1", "action": "pack.requested", "facts": {}}
    sk = f"{CUSTODY_PREFIX}{old['at']}#000010-abcdef"
    sealed.context.table.put({**old, "pk": tenant_pk("tenant-a"), "sk": sk})
    sealed.context.custody.note("tenant-a", "user-1", "test", sealed.clock.now())
    pages = sealed.pages("/custody", 1)
    assert [entry for page in pages for entry in page][-1] == {**old, "n": None}


def test_another_tenant_reads_its_own(sealed: Api) -> None:
    """Nothing of it here, nothing of this there."""
    sealed.ask("POST /evidence-packs", body=PERIOD)
    theirs = sealed.get("/custody", tenant="tenant-b")["items"]
    assert "pack.requested" not in [entry["action"] for entry in theirs]


def test_a_forged_cursor_reads_no_other_rows(sealed: Api) -> None:
    """A position outside the log is none of this list's."""
    for place in ("PACK#00000001", "", "HASHKEY"):
        cursor = Cursors("tenant-a", "custody", 1).write(place)
        assert sealed.ask("GET /custody", query={"cursor": cursor})[0] == 400
