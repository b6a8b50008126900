"""What a query asks of a list: searched, sorted, narrowed."""

from collections.abc import Mapping
from typing import Any

import pytest

from functions.api.registers.asked import Asked, folded
from functions.api.schemas.registers import BY_SECTION, LISTED
from functions.shared.errors import BadRequest
from functions.shared.http.query import Query

KEY: dict[str, Any] = {
    "project_id": "proj_web",
    "key_id": "key_ABC",
    "name": "Über-Schlüssel",
    "redacted_value": "sk-...x9Zq",
    "type": "api_key",
    "owner_type": "user",
    "owner_id": "user-olga",
    "owner_hash": "ab" * 32,
    "owner_project_access": "active",
    "created_at": "2026-01-02T00:00:00Z",
    "last_used_at": None,
    "expires_at": None,
    "extra": {"note": "hidden"},
    "unreadable": [],
    "first_seen_at": "2026-04-01T00:00:00Z",
    "removed_at": None,
}
LARGE = {"$large": {"bytes": 9000, "head": "The first words", "sha256": "0" * 64}}


def asked(section: str = "api_keys", **values: str) -> Asked:
    """Return what a query asks."""
    return Asked.of(BY_SECTION[section], Query(values))


def takes(row: Mapping[str, Any], **values: str) -> bool:
    """Tell whether a key's row is asked for."""
    return asked(**values).taker()(row, row["removed_at"])


@pytest.mark.parametrize(
    ("q", "is_found"),
    [
        ("key_abc", True),
        ("X9zQ", True),
        ("proj_w", True),
        ("USER-OLGA", True),
        ("abab", True),
        ("über-schlüssel", True),
        ("u\u0308BER", True),
        ("schlussel", False),
        ("ber-sch", True),
        ("key.abc", False),
        (".*", False),
        ("active", False),
        ("hidden", False),
        ("2026", False),
    ],
)
def test_a_text_is_looked_for_in_ids_and_names_whatever_its_case(q: str, is_found: bool) -> None:
    """In one form of Unicode; no pattern, and nothing that is not marked."""
    assert takes(KEY, q=q) == is_found


@pytest.mark.parametrize("name", [None, LARGE, "", "\ud800", "a\0b", "ﬁ", "ß"])
def test_names_of_any_form_are_searched_and_sorted(name: object) -> None:
    """Absent, large (its first words), empty, half a character."""
    row = KEY | {"name": name}
    assert takes(row, q="FIRST words") == (name is LARGE)
    for sort in ("name", "-name"):
        missing, told = asked(sort=sort).sort_key()(row)
        assert (missing, told) == (True, b"") if name is None else not missing


def test_case_is_folded_and_not_only_lowered() -> None:
    """As Unicode folds it."""
    assert folded("STRASSE") == folded("straße")
    assert folded("Σίσυφος") == folded("ΣΊΣΥΦΟΣ")
    assert folded("A\u030a") == folded("å")


@pytest.mark.parametrize("sort", ["name", "-name"])
def test_the_order_is_that_of_the_values_and_nothing_comes_last(sort: str) -> None:
    """Either way round, prefixes and every character included."""
    names = [
        "",
        "\0",
        "A",
        "a0",
        "ab",
        "ab\0",
        "abc",
        "B",
        "\x7f",
        "é",
        "ÿ",
        "\uffff",
        "\U0010ffff",
    ]
    key = asked(sort=sort).sort_key()
    given = sorted([KEY | {"name": name} for name in [None, *names]], key=key)
    ordered = sorted(names, key=folded, reverse=sort == "-name")
    assert [row["name"] for row in given] == [*ordered, None]


def test_closed_words_are_sorted_as_they_are_listed() -> None:
    """The most severe first; what is on no list behind them, by its letters."""
    key = asked("findings", sort="severity").sort_key()
    rows = [{"severity": word} for word in ("low", "odd", "high", "medium", "new")]
    assert [row["severity"] for row in sorted(rows, key=key)] == [
        *("high", "medium", "low", "new", "odd")
    ]
    flags = [{"still_works": flag} for flag in (True, None, False)]
    key = asked("findings", sort="-still_works").sort_key()
    assert [row["still_works"] for row in sorted(flags, key=key)] == [True, False, None]


def test_a_row_that_an_older_version_sealed_lacks_fields() -> None:
    """It is neither found by them nor lost for the lack of them."""
    old = {name: KEY[name] for name in ("key_id", "project_id", "removed_at")}
    assert takes(old, q="key_abc")
    assert not takes(old, q="olga")
    assert not takes(old, owner_id="user-olga")
    assert asked(sort="name").sort_key()(old) == (True, b"")


@pytest.mark.parametrize(
    "values",
    [
        {"sort": "extra"},
        {"sort": "unreadable"},
        {"sort": "--name"},
        {"sort": "name,key_id"},
        {"sort": ""},
        {"sort": "org_id"},
        {"q": ""},
        {"q": "x" * 201},
        {"state": "open"},
    ],
)
def test_what_cannot_be_asked_is_refused(values: dict[str, str]) -> None:
    """In words, with what can."""
    with pytest.raises(BadRequest, match="must"):
        asked(**values)


def test_everything_is_sorted_by_what_it_shows_in_one_value() -> None:
    """A field that is shown and is a text, a moment or a flag."""
    assert "last_used_at" in BY_SECTION["api_keys"].sorts
    assert "-severity" in BY_SECTION["findings"].sorts
    for listed in LISTED:
        assert not {"extra", "unreadable", "roles_held", "permissions", "projects"} & {
            *listed.sorts
        }
        assert len(listed.sorts) > 10


def test_what_is_asked_differs_in_its_key() -> None:
    """What is kept of one question is never the answer to another."""
    asks = [
        asked(),
        asked(state="all"),
        asked(q="a"),
        asked(sort="name"),
        asked(sort="-name"),
        asked(owner_id="a"),
        asked(project_id="a"),
        asked("users"),
    ]
    assert len({each.key for each in asks}) == len(asks)
