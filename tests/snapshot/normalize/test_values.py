"""One reader per kind of value: the value, none, or unreadable."""

from typing import Any

import pytest

from functions.snapshot.normalize.privacy import Privacy
from functions.snapshot.normalize.values import (
    UNREADABLE,
    Unread,
    always,
    email_of,
    extra_of,
    first_told,
    flag_of,
    id_of,
    instant,
    object_of,
    prose_of,
    readable,
    text_of,
    words_of,
)

PRIVACY = Privacy(b"k" * 32)
# What no reader of texts, flags or lists can read, and none takes for "there is none".
ODD: tuple[Any, ...] = (7, 0, 1.5, 2**60, {"id": "x"})


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (1775001600, "2026-04-01T00:00:00Z"),
        (1, "1970-01-01T00:00:01Z"),
        (2**33 - 1, "2242-03-16T12:56:31Z"),
        (1775001600.5, "2026-04-01T00:00:00Z"),
        (1775001600123, "2026-04-01T00:00:00Z"),
        (None, None),
        (0, None),
        (0.0, None),
        (2**33, UNREADABLE),
        (2**53 + 1, UNREADABLE),
        (-1, UNREADABLE),
        (0.5, UNREADABLE),
        (True, UNREADABLE),
        (False, UNREADABLE),
        ("1775001600", UNREADABLE),
        ("", UNREADABLE),
        ([], UNREADABLE),
        ({}, UNREADABLE),
    ],
)
def test_an_instant_is_a_time_or_there_is_none_or_it_cannot_be_read(
    value: Any, expected: object
) -> None:
    """Null and 0 are how OpenAI says that there is none; anything else becomes no fact."""
    assert instant(value) == expected


@pytest.mark.parametrize("odd", [*ODD, True, [], ["x"]])
def test_texts_are_themselves_or_none_or_unreadable(odd: Any) -> None:
    """Ids, words and names, prose, addresses: null and the empty text are none."""
    assert (id_of(odd), text_of(odd, PRIVACY)) == (UNREADABLE, UNREADABLE)
    assert (prose_of(odd, PRIVACY), email_of(odd, PRIVACY)) == (UNREADABLE, UNREADABLE)
    for none in (None, ""):
        assert (id_of(none), text_of(none, PRIVACY), prose_of(none, PRIVACY)) == (None,) * 3
        assert email_of(none, PRIVACY) == (None, None)
    assert (text_of("web", PRIVACY), prose_of("why", PRIVACY)) == ("web", PRIVACY.prose("why"))
    assert email_of("ann@x.example", PRIVACY) == PRIVACY.email("ann@x.example")


@pytest.mark.parametrize("odd", [*ODD, "true", "", []])
def test_a_flag_is_true_or_false_or_none_or_unreadable(odd: Any) -> None:
    """A number and a text are no flags, whatever they look like."""
    assert flag_of(odd) is UNREADABLE
    assert (flag_of(False), flag_of(True), flag_of(None)) == (False, True, None)


@pytest.mark.parametrize("odd", [*ODD, "a", None, True, ["a", 7], ["a", None]])
def test_a_list_of_words_is_whole_or_unreadable(odd: Any) -> None:
    """Half of what a role may do is not what it may do."""
    assert words_of(odd, PRIVACY) is UNREADABLE
    assert (words_of(["b", "a", "b"], PRIVACY), words_of([], PRIVACY)) == (["a", "b"], [])


def test_an_id_is_never_rewritten() -> None:
    """Whatever it looks like."""
    assert id_of("ann@x.example") == "ann@x.example"


def test_what_openai_always_tells_is_unreadable_where_it_is_not_there() -> None:
    """And where nobody need know why, there is just no value."""
    assert (always(None), always(UNREADABLE), always(False)) == (UNREADABLE, UNREADABLE, False)
    assert (readable(None), readable(UNREADABLE), readable("x")) == (None, None, "x")


def test_the_names_of_what_cannot_be_read_are_gathered() -> None:
    """Also those of fields that are made from the same value."""
    unread = Unread()
    assert (unread.keep("role", "owner"), unread.keep("status", None)) == ("owner", None)
    assert unread.names() == []
    assert unread.keep("last_used_at", UNREADABLE, "ever_used") is None
    assert unread.keep_email(UNREADABLE) == (None, None)
    assert unread.names() == ["email_hash", "email_prefix", "ever_used", "last_used_at"]


def test_a_value_may_have_had_another_name() -> None:
    """The newer name goes first where it tells anything; false and 0 do."""
    assert first_told({"a": None, "b": 1}, ("a", "b")) == 1
    assert first_told({"a": False, "b": True}, ("a", "b")) is False
    assert first_told({}, ("a", "b")) is None


def test_an_object_is_an_object() -> None:
    """Anything else holds nothing."""
    assert (object_of({"a": 1}), object_of([1]), object_of(None)) == ({"a": 1}, {}, {})


def test_a_text_holds_no_address() -> None:
    """Names of things are cleaned on the way."""
    assert "ann@x.example" not in str(text_of("key of ann@x.example", PRIVACY))


def test_what_nobody_documented_is_kept_and_cleaned() -> None:
    """Known fields stand in the row already; where somebody was is never kept."""
    private = dict.fromkeys(("ja3", "ja4", "city", "latitude", "longitude"), "x")
    item = {"id": "a", "name": "web", "new": {"by": "ann@x.example"}, "n": 2**60, **private}
    extra = extra_of(item, {"id", "name"}, {}, PRIVACY)
    assert set(extra) == {"new", "n"}
    assert extra["n"] == str(2**60)
    assert extra["new"] == {"by": PRIVACY.prose("ann@x.example")}
    assert extra_of({"id": "a"}, {"id"}, {}, PRIVACY) == {}
