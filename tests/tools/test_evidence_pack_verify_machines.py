"""The verifier beside other tools and on other interpreters: OpenSSL, sha256sum, Python 3.9 up."""

import ast
import base64
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support import packs
from tests.support.packs import Pack
from tests.tools.verifier import SCRIPT, peak_and_code, run_script, script, verify_bytes

KEY = packs.public_hex()


def interpreters() -> dict[str, str]:
    """Return a Python of each minor version from 3.9 up that starts on this machine."""
    names = [f"python3.{minor}" for minor in range(9, 20)]
    candidates = [sys.executable, *filter(None, map(shutil.which, names))]
    roots = [os.environ.get("PYENV_ROOT")]
    if shutil.which("pyenv"):
        done = subprocess.run(["pyenv", "root"], capture_output=True, text=True, check=False)  # noqa: S607 - as found on PATH
        roots.append(done.stdout.strip())
    for root in filter(None, roots):
        candidates += map(str, sorted(Path(root).glob("versions/3.*/bin/python")))
    found: dict[str, str] = {}
    for python in candidates:
        try:
            done = subprocess.run(
                [python, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"],
                capture_output=True,
                text=True,
                timeout=20,
                check=False,
            )
        except OSError:
            continue
        version = done.stdout.strip()
        if done.returncode == 0 and int(version.partition(".")[2] or 0) >= 9:
            found.setdefault(version, python)
    return found


@pytest.mark.slow
def test_it_runs_on_every_interpreter_found(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """The same verdicts on each; at least two different ones, or the reason for skipping."""
    found = interpreters()
    if len(found) < 2:
        pytest.skip(f"only {', '.join(found)} starts here; another Python from 3.9 up is needed")
    record_property("interpreters", ", ".join(sorted(found)))
    good, bad = tmp_path / "good.tar.gz", tmp_path / "bad.tar.gz"
    good.write_bytes(packs.april().build())
    pack = packs.april()
    pack.rows["coverage.jsonl"].pop(50)
    bad.write_bytes(pack.build())
    for version, python in found.items():
        done = run_script(str(good), "--expected-pubkey", KEY, python=python)
        assert (done.returncode, done.stderr) == (0, ""), version
        assert done.stdout.splitlines()[-1].startswith("VALID"), version
        done = run_script(str(bad), "--expected-pubkey", KEY, python=python)
        assert (done.returncode, done.stderr) == (1, ""), version
        assert "2026-04-03T02:00:00Z: the hour is missing" in done.stdout, version


def test_it_runs_without_pynacl(tmp_path: Path) -> None:
    """`python -S` sees no site-packages: the built-in verifier takes over and says so."""
    path = tmp_path / "pack.tar.gz"
    for seed, code in ((packs.SEED, 0), (b"\1" * 32, 1)):
        path.write_bytes(packs.small(seed=seed).build())
        done = subprocess.run(
            [sys.executable, "-S", str(SCRIPT), str(path), "--expected-pubkey", KEY],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == code
        assert "the built-in verifier: PyNaCl is not installed" in done.stdout


def test_it_imports_the_standard_library_and_three_packages_only() -> None:
    """An auditor copies one file."""
    names = set()
    for node in ast.walk(ast.parse(SCRIPT.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add(str(node.module).partition(".")[0])
    assert names <= {*sys.stdlib_module_names, "nacl", "isal", "orjson"}


def openssl_accepts(pack: bytes, folder: Path) -> bool:
    """Run the lines an auditor can run without our script; tell whether all of them agree."""
    folder.mkdir()
    (folder / "pack.tar.gz").write_bytes(pack)
    der = bytes.fromhex("302a300506032b6570032100" + KEY)
    pem = base64.b64encode(der).decode()
    (folder / "pub.pem").write_text(
        f"-----BEGIN PUBLIC KEY-----\n{pem}\n-----END PUBLIC KEY-----\n"
    )
    lines = """
        set -e
        tar -xzf pack.tar.gz
        base64 -d manifest.sig > sig
        openssl pkeyutl -verify -rawin -pubin -inkey pub.pem -sigfile sig -in manifest.json
        for name in users projects api_keys events; do
            digest=$(sha256sum $name.jsonl | cut -d ' ' -f 1)
            grep -q "\\"${name}_sha256\\": \\"$digest\\"" manifest.json
        done
    """
    done = subprocess.run(["bash", "-c", lines], cwd=folder, capture_output=True, check=False)  # noqa: S607 - the auditor's own tools
    return done.returncode == 0


def test_openssl_and_sha256sum_reach_the_same_verdict(tmp_path: Path) -> None:
    """A good pack, an edited row, an edited manifest, another signer."""
    if not all(map(shutil.which, ("openssl", "sha256sum", "tar", "base64", "bash"))):
        pytest.skip("openssl, tar, base64, sha256sum and bash are needed")

    def edited(at: int) -> Pack:
        def change(entries: list[packs.Entry]) -> list[packs.Entry]:
            entries[at].data = entries[at].data.replace(b"2026", b"2027", 1)
            return entries

        return packs.small(entries=change)

    cases = [packs.small(), edited(2), edited(0), packs.small(seed=b"\1" * 32)]
    verdicts = []
    for number, pack in enumerate(cases):
        data = pack.build()
        verdicts.append(verify_bytes(data, tmp_path).code == 0)
        assert openssl_accepts(data, tmp_path / str(number)) == verdicts[-1]
    assert verdicts == [True, False, False, False]


def big_pack(n: int) -> Pack:
    """Return a month with `n` events, each of the size the product writes."""
    pack = packs.april()
    events = []
    details = {"data": {"name": "x" * 400}}
    for i in range(n):
        hour = packs.hour("2026-04-01T00", i * 700 // n)
        at = hour[:14] + f"{i % 60:02d}:00Z"
        events.append(packs.event(f"audit_log-{i:08d}", at, hour, details=details))
    events.sort(key=lambda row: (row["sealed_hour"], row["occurred_at"], row["event_id"]))
    pack.rows["events.jsonl"] = events
    pack.rows["coverage.jsonl"] = packs.seals(["complete"] * 720, "2026-04-01T00", events)
    return pack


def test_event_ids_are_unique_even_when_hashes_are_put_aside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With room for few hashes in memory, the repeated id is still found, and only that one."""
    monkeypatch.setattr(script.SeenIds, "IN_MEMORY", 100)
    monkeypatch.setattr(script.SpillFile, "IN_MEMORY", 100)
    pack = big_pack(2_000)
    assert verify_bytes(pack.build(), tmp_path).code == 0
    pack.rows["events.jsonl"][1_900]["event_id"] = "audit_log-00000007"
    pack.rows["events.jsonl"].sort(
        key=lambda row: (row["sealed_hour"], row["occurred_at"], row["event_id"])
    )
    verdict = verify_bytes(pack.build(), tmp_path)
    assert verdict.failed[9] == "events.jsonl: the event audit_log-00000007 stands there twice"


def test_equal_hashes_are_no_proof_of_equal_ids(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where every hash collides, the second reading still tells different ids apart."""
    monkeypatch.setattr(script.SeenIds, "repeated", lambda self: {hash(7)})
    monkeypatch.setattr(script, "hash", lambda value: 7, raising=False)
    assert verify_bytes(packs.april().build(), tmp_path).code == 0


@pytest.mark.slow
def test_a_large_pack_stays_under_64_mib(tmp_path: Path) -> None:
    """200,000 events, about 150 MB."""
    path = tmp_path / "pack.tar.gz"
    path.write_bytes(big_pack(200_000).build())
    peak = peak_and_code(str(path), "--expected-pubkey", KEY)
    assert peak.code == 0
    assert peak.mib < 64, peak


def test_a_machine_without_threads_reads_a_large_pack_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second thread is for speed only."""

    def refused(self: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(script, "SMALL", 0)
    monkeypatch.setattr(threading.Thread, "start", refused)
    assert verify_bytes(packs.april().build(), tmp_path).code == 0
