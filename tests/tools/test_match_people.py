"""The matcher's hashes, its key file, its packs, and what it prints."""

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from functions.shared import hashing
from functions.shared.hashing import email_hash, normal_address
from tests.support import packs
from tests.tools.matcher import KEY, SCHEME, SCRIPT, key_file, match, row_of, run_matcher, script
from tests.tools.test_evidence_pack_verify_machines import interpreters

TRICKY = [
    *("Ann@Example.COM", "  ann@example.com\t", "\u00a0ann@example.com\u3000", "ANN@EXAMPLE.com"),
    *(
        "jose\u0301@x.org",
        "jos\u00e9@x.org",
        "ann@b\u00fccher.example",
        "ann@xn--bcher-kva.example",
    ),
    *("ann@STRASSE.de", "ann@stra\u00dfe.de", "\u0130brahim@x.org", "\u0131@x.org", "\ufb01@x.org"),
    *("a@b@c.org", '"a b"@x.org', "@x.org", "x@", "no address", "", "a@\u200bx.org", "a@x..org"),
    *("a@" + "x" * 64 + ".org", "a@\u3002x", "a@x\u3002org", "\ud800@x.org", "a@\ud800.org"),
    *("\u1e9e@\u1e9e.de", "\u03a3@\u03a3.gr", "o\u0327\u0301@x.org", "a+tag@x.org", "a@[10.0.0.1]"),
]


@pytest.mark.parametrize("address", TRICKY, ids=ascii)
def test_an_address_hashes_as_the_service_hashes_it(address: str) -> None:
    """One normalization, in two places because this script stands alone."""
    assert script.normal_address(address) == normal_address(address)
    assert script.email_hash(KEY, address) == email_hash(KEY, address)


@given(st.text(st.characters(exclude_categories=()), max_size=40))
def test_any_text_hashes_as_the_service_hashes_it(text: str) -> None:
    """Surrogates, empty labels and all."""
    for address in (text, f"{text}@{text}", f"ann@{text}"):
        assert script.email_hash(KEY, address) == email_hash(KEY, address)


def test_the_scheme_is_the_one_that_packs_and_the_key_route_name() -> None:
    """A change there must be a change here."""
    assert hashing.SCHEME.partition(":")[0] == script.ALGORITHM
    assert script.NORMALIZATION == hashing.NORMALIZATION


KEYS: dict[str, object] = {
    "not JSON": b"\xff",
    "the key alone": KEY.hex(),
    "a list": [],
    "too short": {"key_hex": "ab"},
    "capitals": {"key_hex": "AB" * 32},
    "another algorithm": {"algorithm": "sha256"},
    "another normalization": {"normalization": "trim"},
    "no text": {"key_hex": 7},
    "deep": b"[" * 60_000,
}


@pytest.mark.parametrize("name", KEYS)
def test_a_key_file_that_is_none_is_refused_and_never_shown(tmp_path: Path, name: str) -> None:
    """Whatever is in it."""
    body = KEYS[name]
    path = key_file(tmp_path, **(body if isinstance(body, dict) else {}))
    if isinstance(body, bytes):
        path.write_bytes(body)
    elif not isinstance(body, dict):
        path.write_text(json.dumps(body))
    done = run_matcher(tmp_path, b"name,email\nA,a@x.org\n", key=path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "POST /api/v1/openai/hashing-key" in done.stderr
    assert KEY.hex() not in done.stderr


def test_the_key_of_another_scheme_is_refused(tmp_path: Path) -> None:
    """The manifest names algorithm, key id and normalization."""
    done = run_matcher(tmp_path, b"name,email\nA,a@x.org\n", key=key_file(tmp_path, key_id="v2"))
    assert (done.returncode, "key_id" in done.stderr) == (2, True)


@pytest.mark.skipif(os.name != "posix", reason="modes of files")
def test_a_key_file_that_others_can_read_is_warned_of(tmp_path: Path) -> None:
    """In the report, and the report is made."""
    path = key_file(tmp_path)
    path.chmod(0o644)
    done = run_matcher(tmp_path, b"name,email\nA,a@x.org\n", key=path)
    assert "WARNING" in done.stdout
    assert "chmod 600" in done.stdout
    path.chmod(0o600)
    assert "chmod" not in run_matcher(tmp_path, b"name,email\nA,a@x.org\n", key=path).stdout


def test_the_key_may_come_from_standard_input_and_from_no_argument(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that it need not lie in a file at all."""
    stream = io.TextIOWrapper(io.BytesIO(key_file(tmp_path).read_bytes()))
    monkeypatch.setattr(sys, "stdin", stream)
    done = run_matcher(tmp_path, b"name,email\nA,a@x.org\n", key=Path("-"))
    assert done.returncode in (0, 1)
    assert "key_hex" not in done.stdout
    with_it = run_matcher(tmp_path, b"name,email\nA,a@x.org\n", "--key-hex", KEY.hex())
    assert with_it.returncode == 2


def test_another_tenants_key_matches_nobody_and_that_is_told(tmp_path: Path) -> None:
    """Every account is then a stranger; the first thing to doubt is the key."""
    told = match(
        tmp_path, b"name,email\nAnn,ann@x.org\n", rows=[row_of("ann@x.org")], key_hex="ab" * 32
    )
    assert "is it this tenant's key" in told["warnings"][-1]


def users_are(content: bytes) -> Callable[[dict[str, bytes]], dict[str, bytes]]:
    """Return the change that gives the users' member this content, with its right digest."""
    return lambda members: members | {"users.jsonl": content}


PACKS: dict[str, tuple[dict[str, Any], str]] = {
    "files that are none": ({"facts": {"hash_scheme": SCHEME, "files": []}}, "lacks a member"),
    "files of another type": ({"facts": {"hash_scheme": SCHEME, "files": 1}}, "lacks what"),
    "names of another type": (
        {"facts": {"hash_scheme": SCHEME, "files": [{"name": []}]}},
        "is the pack verified",
    ),
    "no hash scheme": ({"facts": {"hash_scheme": None}}, "no hash_scheme"),
    "no profile, no keyed hashes": ({"profile": None, "facts": {}}, "no hash_scheme"),
    "a manifest that is no object": ({"manifest_bytes": lambda _: b"[]"}, "not a JSON object"),
    "a gzip file that is cut": ({"gzip": lambda data: data[:-200]}, "not a whole gzip file"),
    "no gzip file": ({"gzip": lambda _: b"no"}, "not a whole gzip file"),
    "a tar that is cut": ({"tar": lambda data: data[:6000]}, "ends in the middle"),
    "a tar that is cut in a header": ({"tar": lambda data: data[:100]}, "ends in the middle"),
    "a row that is no object": ({"members": users_are(b"[]\n")}, "no whole JSON object"),
    "a row without an end": ({"members": users_are(b"{}")}, "no whole JSON object"),
    "a row without an end in sight": (
        {"members": users_are(b'{"a":"' + b"a" * (1 << 20) + b'"}\n')},
        "at most 1 MiB",
    ),
    "no tar": ({"tar": lambda data: b"\xff" * 600 + data}, "plain files"),
    "a member behind its digest": (
        {"entries": lambda entries: [altered(entry) for entry in entries]},
        "users.jsonl is not what the manifest says",
    ),
}


def altered(entry: packs.Entry) -> packs.Entry:
    """Return the users' member with one letter changed, and others as they are."""
    if entry.name != "users.jsonl":
        return entry
    return packs.Entry(entry.name, entry.data.replace(b'"anna"', b'"annb"'))


@pytest.mark.parametrize("name", PACKS)
def test_a_pack_that_cannot_be_read_says_why_and_exits_2(tmp_path: Path, name: str) -> None:
    """And sends to the verifier where that is the place to ask."""
    changes, words = PACKS[name]
    pack = packs.small().but(**{"facts": {"hash_scheme": SCHEME}} | changes)
    done = run_matcher(tmp_path, b"name,email\nA,a@x.org\n", pack=pack)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("COULD NOT MATCH")
    assert words in done.stderr


def test_hostile_names_are_escaped_in_text_and_in_json(tmp_path: Path) -> None:
    """A name may hold what moves a terminal's cursor, or turns text round."""
    evil = "\x1b[2J\u202eCLEAN\n"
    rows = [row_of("eve@x.org", role=evil, user_id=f"user-{evil}")]
    body = b"name,email\n\x1b[2J,ann@x.org\n"
    done = run_matcher(tmp_path, body, rows=rows)
    assert done.returncode == 1
    assert "\x1b" not in done.stdout + done.stderr
    assert "\u202e" not in done.stdout
    told = run_matcher(tmp_path, body, "--json", rows=rows).stdout
    assert "\x1b" not in told
    assert told.isascii()
    assert json.loads(told)["unknown_accounts"][0]["accounts"][0]["role"] == evil


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=4,
)
FIELDS = ("org_id", "user_id", "email_hash", "email_prefix", "role", "first_seen_at", "removed_at")


@given(rows=st.lists(st.fixed_dictionaries(dict.fromkeys(FIELDS, JSON)), max_size=3))
@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_whatever_a_pack_holds_there_is_an_answer_and_no_traceback(
    tmp_path: Path, rows: list[packs.Row]
) -> None:
    """It may never have been verified."""
    done = run_matcher(tmp_path, b"name,email\nA,a@x.org\n", rows=rows)
    assert done.returncode in (0, 1, 2)
    assert bool(done.stdout) == (done.returncode != 2)
    assert done.stderr == "" or done.stderr.startswith("COULD NOT MATCH")


@pytest.mark.slow
def test_it_runs_on_every_interpreter_found(tmp_path: Path) -> None:
    """The same report on each, from Python 3.9 up."""
    found = interpreters()
    if len(found) < 2:
        pytest.skip(f"only {', '.join(found)} starts here; another Python from 3.9 up is needed")
    rows = [row_of("ann@x.org"), row_of("jos\u00e9@b\u00fccher.example", user_id="user-2")]
    body = "name,email\nAnn,ANN@x.org\nJosé,jose\u0301@bücher.example\n".encode()
    said = {
        run_matcher(tmp_path, body, rows=rows, python=python).stdout for python in found.values()
    }
    assert len(said) == 1
    assert "NOBODY ON THE LIST: none" in said.pop()
    print("interpreters:", ", ".join(sorted(found)))


def test_the_help_says_what_it_does_not_do(tmp_path: Path) -> None:
    """It verifies nothing and says where to."""
    done = subprocess.run(
        [sys.executable, str(SCRIPT), "--help"], capture_output=True, text=True, check=True
    )
    assert "Exit code" in done.stdout
    text = run_matcher(tmp_path, b"name,email\nA,a@x.org\n").stdout
    assert "NOT VERIFIED HERE: run evidence-pack-verify.py" in text
