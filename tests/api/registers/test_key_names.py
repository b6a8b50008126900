"""Keys as a person knows them: by what their project is called, and whose they are."""

from tests.api.conftest import Api


def test_keys_carry_what_their_project_is_called_and_whose_they_are(sealed: Api) -> None:
    """Of the same hour; whoever has left is still known by what was sealed of them."""
    rows = {row["key_id"]: row for row in sealed.get("/api-keys")["items"]}
    users = {row["user_id"]: row for row in sealed.get("/users", {"state": "all"})["items"]}
    projects = {row["project_id"]: row for row in sealed.get("/projects")["items"]}
    assert rows["key_old"]["owner_id"] == "user-ann"
    assert users["user-ann"]["removed_at"]
    for row in rows.values():
        assert row["project_name"] == projects[row["project_id"]]["name"]
        assert row["owner_prefix"] == users[row["owner_id"]]["email_prefix"]
    assert all(row["project_name"] and row["owner_prefix"] for row in rows.values())
    before = sealed.get("/api-keys", {"as_of": "2026-04-01T00:30:00Z"})["items"]
    assert {row["project_name"] for row in before} == {rows["key_old"]["project_name"]}


def test_keys_are_found_by_what_they_are_named_by(sealed: Api) -> None:
    """By what each row shows, in any case, as of any hour; by nothing that it does not show."""
    for as_of in ({}, {"as_of": "2026-04-01T00:30:00Z"}):
        rows = sealed.get("/api-keys", as_of)["items"]
        for field in ("project_name", "owner_prefix"):
            for text in {row[field] for row in rows}:
                found = sealed.get("/api-keys", {"q": text.upper(), **as_of})["items"]
                ids = {row["key_id"] for row in found}
                assert {row["key_id"] for row in rows if row[field] == text} <= ids
                searched = [" ".join(map(str, row.values())).lower() for row in found]
                assert all(text.lower() in each for each in searched)
