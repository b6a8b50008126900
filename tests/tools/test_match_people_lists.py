"""Lists of people: two columns of a CSV file."""

from pathlib import Path

import pytest

from tests.tools.matcher import match, run_matcher

LISTS: dict[str, bytes] = {
    "plain": b"name,email\nAnn,ann@x.org\nBen,ben@x.org\n",
    "byte order mark": b"\xef\xbb\xbfname,email\nAnn,ann@x.org\nBen,ben@x.org\n",
    "quoted": b'"name","email"\n"A, nn","ann@x.org"\n"B ""en""","ben@x.org"\n',
    "lines in a cell": b'name,email\n"one\ntwo",ann@x.org\n,ben@x.org\n',
    "empty lines": b"name,email\n\nAnn,ann@x.org\n  \n,\nBen,ben@x.org\n\n",
    "carriage returns": b"name,email\r\nAnn,ann@x.org\r\nBen,ben@x.org\r\n",
    "no last line end": b"name,email\nAnn,ann@x.org\nBen,ben@x.org",
    "spaces and capitals": b" Name , EMAIL\nAnn,  ANN@X.ORG \nBen,\xc2\xa0Ben@x.Org\n",
    "other columns and another order": b"id,email,name\n1,ann@x.org,Ann,x\n2,ben@x.org\n",
}


@pytest.mark.parametrize("name", LISTS)
def test_a_list_is_read_as_spreadsheets_write_it(tmp_path: Path, name: str) -> None:
    """Quotes, marks, line ends: the same two people."""
    found = match(tmp_path, LISTS[name])
    assert found["people"] == 2
    assert found["problems"] == []
    assert [address.lower() for address in found["without_account"]] == ["ann@x.org", "ben@x.org"]


CANNOT: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "name,email"),
    "no header": (b"Ann,ann@x.org\nBen,ben@x.org\n", "name,email"),
    "no names": (b"email\nann@x.org\n", "name,email"),
    "no addresses": (b"name,phone\nAnn,1\n", "name,email"),
    "two columns of addresses": (b"name,email,email\nAnn,a@x.org,b@x.org\n", "name,email"),
    "semicolons": (b"name;email\nAnn;ann@x.org\n", "name,email"),
    "another encoding": ("name,email\nAnn,ann@x.org\nJörg,\n".encode("cp1252"), "line 3"),
    "two bytes a letter": ("name,email\nAnn,ann@x.org\n".encode("utf-16"), "not UTF-8"),
    "an open quote": (b'name,email\nAnn,a@x.org\nBen,"b@x.org\n', "line 3"),
}


@pytest.mark.parametrize("name", CANNOT)
def test_a_list_that_cannot_be_read_says_why_and_exits_2(tmp_path: Path, name: str) -> None:
    """With the line, where it is one; never a traceback."""
    body, words = CANNOT[name]
    done = run_matcher(tmp_path, body)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("COULD NOT MATCH")
    assert words in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_lines_that_cannot_be_used_are_named_by_number(tmp_path: Path) -> None:
    """Counted as an editor counts them, quoted line ends included."""
    body = (
        b'name,email\n"1\n2\n3",ann@x.org\nBen,not one\nnobody,\nCat,a@b@c\nDan,ben@x.org\n'
        b"Eve,Ann <a@x.org>\n"
    )
    problems = match(tmp_path, body)["problems"]
    assert [(problem["line"], problem["what"]) for problem in problems] == [
        (5, "not an e-mail address: not one"),
        (6, "no e-mail address"),
        (7, "not an e-mail address: a@b@c"),
        (9, "not an e-mail address: Ann <a@x.org>"),
    ]


def test_an_address_that_stands_twice_is_one_person(tmp_path: Path) -> None:
    """In whatever spelling; the first line counts."""
    body = "name,email\nAnn,ann@x.org\nA., ANN@X.org\nB,b@bücher.de\nB,b@xn--bcher-kva.de\n"
    found = match(tmp_path, body.encode())
    assert found["people"] == 2
    assert [(problem["line"], problem["what"]) for problem in found["problems"]] == [
        (3, "the address of line 2 again"),
        (5, "the address of line 4 again"),
    ]
