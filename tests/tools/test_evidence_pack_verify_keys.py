"""PyNaCl and the built-in Ed25519 verifier, held to the same vectors."""

import json
from pathlib import Path
from typing import Any

import pytest
from nacl.signing import SigningKey

from tests.support import packs
from tests.tools.verifier import ROOT, SCRIPT, script, verify_bytes

VECTORS = ROOT.parent / "shared" / "vectors"
BACKENDS = [pytest.param(script.ed25519(True), id="built-in"), pytest.param(script.ed25519())]


def vectors(name: str) -> Any:
    """Return the vectors of a file, or skip with the reason."""
    path = VECTORS / name
    if not path.is_file():
        pytest.skip(f"no vectors on this machine: {name} is looked for in ../shared/vectors")
    return json.loads(path.read_text())


def test_pynacl_is_used_where_it_is_installed() -> None:
    """The two backends under test are two."""
    assert "built-in" in script.ed25519(True).name
    assert script.ed25519().name.startswith("PyNaCl")


@pytest.mark.parametrize("backend", BACKENDS)
def test_wycheproof(backend: Any) -> None:
    """All 151 vectors of C2SP Wycheproof."""
    document = vectors("ed25519_test.json")
    n = 0
    for group in document["testGroups"]:
        public = bytes.fromhex(group["publicKey"]["pk"])
        assert backend.is_point(public)
        for case in group["tests"]:
            message, signature = bytes.fromhex(case["msg"]), bytes.fromhex(case["sig"])
            holds = backend.verify(public, signature, message)
            assert holds == (case["result"] == "valid"), case["tcId"]
            n += 1
    assert n == 151


@pytest.mark.parametrize("backend", BACKENDS)
def test_speccheck(backend: Any) -> None:
    """Of the 12 edge cases, counted from 0, only number 3 may pass; as a pinned key none does."""
    passed, pinnable = [], []
    for number, case in enumerate(vectors("speccheck_cases.json")):
        public, message, signature = (
            bytes.fromhex(case[name]) for name in ("pub_key", "message", "signature")
        )
        if backend.verify(public, signature, message):
            passed.append(number)
            if backend.is_point(public):
                pinnable.append(number)
    assert (passed, pinnable) == ([3], [])


@pytest.mark.parametrize("backend", BACKENDS)
def test_signatures_of_another_key_message_or_length_do_not_hold(backend: Any) -> None:
    """The plain cases."""
    for n in range(8):
        seed = bytes([n]) * 32
        public, signature = (
            bytes(SigningKey(seed).verify_key),
            SigningKey(seed).sign(b"m").signature,
        )
        assert backend.verify(public, signature, b"m")
        assert not backend.verify(public, signature, b"n")
        assert not backend.verify(public, signature[:-1], b"m")
        assert not backend.verify(public[:-1], signature, b"m")
        assert not backend.verify(bytes(SigningKey(b"x" * 32).verify_key), signature, b"m")


@pytest.mark.parametrize("flags", [(), ("--built-in-ed25519",)])
def test_the_output_says_who_checked_the_signature(tmp_path: Path, flags: tuple[str, ...]) -> None:
    """An auditor without PyNaCl reads that the built-in verifier took its place."""
    verdict = verify_bytes(packs.small().build(), tmp_path, *flags)
    assert verdict.code == 0
    assert ("the built-in verifier" in verdict.text) == bool(flags)


def test_the_built_in_verifier_is_under_80_lines() -> None:
    """Small enough to be read in one sitting."""
    source = SCRIPT.read_text()
    start = source.index("def decode_point")
    end = source.index("class Ed25519")
    assert len(source[start:end].splitlines()) < 80
