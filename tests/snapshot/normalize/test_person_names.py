"""Names of known persons, taken out of text of unknown meaning."""

from functions.snapshot.normalize.person_names import PersonNames


def without(names: list[object], text: str) -> str:
    """Return a text without some names."""
    return PersonNames.of(names).removed_from(text)


def test_a_name_goes_wherever_it_stands_as_a_word() -> None:
    """In any case, at the ends of a text, twice."""
    assert without(["Ann Lee"], "ANN LEE met ann lee") == "[name] met [name]"
    assert without(["Ann Lee"], "by:Ann Lee.") == "by:[name]."
    assert (
        without(["Ann Lee"], "Ann Leeds, Joann Lee, Ann  Lee") == "Ann Leeds, Joann Lee, Ann  Lee"
    )


def test_the_longest_name_goes_first() -> None:
    """Two persons may share a first name."""
    assert without(["Ann", "Ann Lee"], "Ann Lee and Ann") == "[name] and [name]"


def test_a_name_may_begin_with_what_is_no_letter() -> None:
    """The word is looked up, the name is compared whole."""
    assert without(["(Ann) Lee"], "by (Ann) Lee") == "by [name]"
    assert without(["(Ann) Lee"], "by Ann) Lee") == "by Ann) Lee"


def test_one_or_two_letters_are_no_name() -> None:
    """They would be found in every text; three are one, in unspaced scripts two."""
    assert without(["Al", " Li "], "Al and Li") == "Al and Li"
    assert without(["Ann"], "Ann") == "[name]"
    assert without(["王"], "由王创建") == "由王创建"
    assert without(["王明"], "由王明创建") == "由[name]创建"


def test_what_is_no_text_is_no_name() -> None:
    """Lists hold null and numbers."""
    names = PersonNames.of([None, 7, ""])
    assert (dict(names.by_word), names.unspaced) == ({}, ())
    assert names.removed_from("7 and None") == "7 and None"


def test_a_name_ends_where_its_last_letter_does() -> None:
    """Behind a sign anything may follow."""
    assert without(["Ann L."], "Ann L.ee") == "[name]ee"
    assert without(["Ann L"], "Ann L.") == "[name]."
