"""Lists of people as spreadsheets and HR systems write them."""

from pathlib import Path

import pytest

from tests.tools.matcher import match, run_matcher

LISTS: dict[str, bytes] = {
    "plain": b"name,email\nAnn,ann@x.org\nBen,ben@x.org\n",
    "byte order mark": b"\xef\xbb\xbfemail\nann@x.org\nben@x.org\n",
    "semicolons": b"name;E-Mail;team\nAnn;ann@x.org;a,b\nBen;ben@x.org;c\n",
    "tabs": b"Work Email\tname\nann@x.org\tAnn\nben@x.org\tBen\n",
    "quoted": b'"last, first","e-mail address"\n"A, nn","ann@x.org"\n"B ""en""","ben@x.org"\n',
    "lines in a cell": b'note,email\n"one\ntwo",ann@x.org\n,ben@x.org\n',
    "empty lines": b"\n\nemail\n\nann@x.org\n  \n,\nben@x.org\n\n",
    "carriage returns": b"email\r\nann@x.org\r\nben@x.org\r\n",
    "old line ends": b"email\rann@x.org\rben@x.org\r",
    "no last line end": b"email\nann@x.org\nben@x.org",
    "Excel's own": "sep=;\r\nname;Email\r\nAnn;ann@x.org\r\nBen;ben@x.org\r\n".encode("utf-16"),
    "spaces and capitals": b"EMAIL\n  ANN@X.ORG \n\xc2\xa0Ben@x.Org\n",
    "more columns than the header": b"email\nann@x.org,1,2\nben@x.org\n",
}


@pytest.mark.parametrize("name", LISTS)
def test_a_list_is_read_as_spreadsheets_write_it(tmp_path: Path, name: str) -> None:
    """Separators, quotes, marks, line ends: the same two people."""
    told = match(tmp_path, LISTS[name])
    assert told["people"] == 2
    assert told["problems"] == []
    assert told["without_account"] == ["ann@x.org", "ben@x.org"] or name == "spaces and capitals"


@pytest.mark.parametrize(
    ("body", "arguments"),
    [
        (b"ann@x.org\nben@x.org\n", ["--no-header"]),
        (b"1,ann@x.org\n2,ben@x.org\n", ["--no-header", "--column", "2"]),
        (b"id,mail,private mail\n1,ann@x.org,z@y.org\n2,ben@x.org,\n", ["--column", "mail"]),
        (b"id,Who Is It\n1,ann@x.org\n2,ben@x.org\n", ["--column", "who is it"]),
        (b"id|Who\n1|ann@x.org\n2|ben@x.org\n", ["--column", "2"]),
        (b"id#Who\n1#ann@x.org\n2#ben@x.org\n", ["--column", "2", "--delimiter", "#"]),
        ("Größe,email\n1,ann@x.org\n2,ben@x.org\n".encode("cp1252"), ["--encoding", "cp1252"]),
    ],
)
def test_what_a_header_does_not_say_is_said_by_arguments(
    tmp_path: Path, body: bytes, arguments: list[str]
) -> None:
    """A column by name or number, a separator, an encoding, no header."""
    assert match(tmp_path, body, *arguments)["people"] == 2


CANNOT: dict[str, tuple[bytes, list[str], str]] = {
    "empty": (b"", [], "holds no line"),
    "blank": (b"\n \n", [], "holds no line"),
    "no column of addresses": (b"name,phone\nAnn,1\n", [], "no column"),
    "two columns of addresses": (b"email,mail\na@x.org,b@x.org\n", [], "several columns"),
    "no such column": (b"email\na@x.org\n", ["--column", "e"], "no column"),
    "no such number": (b"email\na@x.org\n", ["--column", "2"], "1 columns"),
    "no header": (b"ann@x.org\nben@x.org\n", [], "--no-header"),
    "no header, column by number": (b"ann@x.org\nb@x.org\n", ["--column", "1"], "--no-header"),
    "no header and many columns": (b"1,ann@x.org\n", ["--no-header"], "--column 1"),
    "another encoding": ("email\nann@x.org\nJörg\n".encode("cp1252"), [], "line 3"),
    "an encoding there is not": (b"email\n", ["--encoding", "klingon"], "no encoding"),
    "an open quote": (b'email\na@x.org\n"b@x.org\n', [], "line 3"),
    "a separator of two": (b"email\n", ["--delimiter", "ab"], "one character"),
    "a separator that is a quote": (b"email\nx\n", ["--delimiter", '"'], "one character"),
    "a separator that ends lines": (b"email\nx\n", ["--delimiter", "\n"], "one character"),
}


@pytest.mark.parametrize("name", CANNOT)
def test_a_list_that_cannot_be_read_says_why_and_exits_2(tmp_path: Path, name: str) -> None:
    """With the line, where it is one; never a traceback."""
    body, arguments, words = CANNOT[name]
    done = run_matcher(tmp_path, body, *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("COULD NOT MATCH")
    assert words in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_lines_that_cannot_be_used_are_named_by_number(tmp_path: Path) -> None:
    """Counted as an editor counts them, quoted line ends included."""
    body = (
        b'email,note\nann@x.org,"1\n2\n3"\nnot one,\n,nobody\na@b@c,\nben@x.org,\nAnn <a@x.org>,\n'
    )
    problems = match(tmp_path, body)["problems"]
    assert [(one["line"], one["what"]) for one in problems] == [
        (5, "not an e-mail address: not one"),
        (6, "no e-mail address"),
        (7, "not an e-mail address: a@b@c"),
        (9, "not an e-mail address: Ann <a@x.org>"),
    ]


def test_an_address_that_stands_twice_is_one_person(tmp_path: Path) -> None:
    """In whatever spelling; once as present and once as left counts as left, and is told."""
    body = "email,left\nann@x.org,\n ANN@X.org,\nb@bücher.de,\nb@xn--bcher-kva.de,2026-03-01\n"
    told = match(tmp_path, body.encode())
    assert (told["people"], told["left"]) == (2, 1)
    assert [(one["line"], "taken as having left" in one["what"]) for one in told["problems"]] == [
        (3, False),
        (5, True),
    ]


@pytest.mark.parametrize(
    ("cell", "left", "problems"),
    [
        ("", 0, 0),
        ("-", 0, 0),
        ("n/a", 0, 0),
        ("2026-03-31", 1, 0),
        ("2026-04-02", 1, 0),  # the period's last day
        ("2026-04-03", 0, 0),
        ("2026-04-02T12:00:00Z", 1, 0),
        ("2.4.2026", 1, 0),
        ("03.04.2026", 0, 0),
        ("04/02/2026", 1, 1),  # whichever way round
        ("soon", 1, 1),
        ("2026-13-01", 1, 1),
    ],
)
def test_who_left_by_the_periods_last_day_has_left(
    tmp_path: Path, cell: str, left: int, problems: int
) -> None:
    """A day that cannot be read hides nobody."""
    told = match(tmp_path, f"email,Austritt\nann@x.org,{cell}\n".encode())
    assert (told["left"], len(told["problems"])) == (left, problems)


def test_people_who_left_may_stand_in_a_list_of_their_own(tmp_path: Path) -> None:
    """With other column names; a day after the period means not yet."""
    path = tmp_path / "left.csv"
    path.write_text("Mail;Last Day\nben@x.org;2026-03-01\ncat@x.org;\ndan@x.org;2027-01-01\n")
    arguments = ["--left", str(path), "--column", "Who"]
    told = match(tmp_path, b"id,Who\n1,ann@x.org\n", *arguments)
    assert (told["people"], told["left"]) == (4, 2)
    assert told["columns"] == [
        'people.csv: addresses in "Who"',
        'left.csv: addresses in "Mail", day of leaving in "Last Day"',
    ]
