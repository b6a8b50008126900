"""The command line."""

from __future__ import annotations

import argparse
import re
from typing import Any, NoReturn

from tools.verifier.base import CannotCheck, printable

EPILOG = """
Exit code: 0 all checks passed, 1 the evidence is bad, 2 could not check (wrong arguments, a file
that cannot be read, a malformed key). Only a pack that passed gets a last line that says so.

Get the public key from somewhere else than the pack: from the provider's page of signing keys,
or from an earlier audit's papers. The key inside the pack proves nothing: who forges a pack can
write any key into it. The checks are explained, number by number, in
docs/evidence-pack-format.md. Nothing is extracted and nothing is sent anywhere.
"""


MAX_SAMPLE = 10_000
OF_PACKS = ("period", "previous", "anchors", "sample")


class Options:
    """What the command line said; None where it said nothing."""

    pack: str
    proof: bool
    json: bool
    built_in_ed25519: bool
    expected_pubkey: str | None
    tenant: str | None
    period: str | None
    manifest_sha256: str | None
    previous: str | None
    keys: str | None
    anchors: str | None
    tsa_cert: str | None
    timestamp: str | None
    sample: int | None
    of: str | None
    seed: str | None


class OptionParser(argparse.ArgumentParser):
    """An argument parser whose complaints are escaped like every other output."""

    def error(self, message: str) -> NoReturn:
        """Complain.

        Raises:
            CannotCheck: always.
        """
        raise CannotCheck(f"{printable(message)}; see --help")


class _HelpFormatter(argparse.RawDescriptionHelpFormatter):
    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=98)  # without it, shutil is imported to ask the terminal


class Once(argparse.Action):
    """An option that is given once; the second of two would silently replace the first."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: object,
        values: Any,
        option_string: str | None = None,
    ) -> None:
        """Store the value, or that the option is there."""
        if getattr(namespace, self.dest) not in (None, False):  # an empty value is one
            parser.error(f"{option_string} is given twice")
        setattr(namespace, self.dest, True if self.nargs == 0 else values)


def _sample_size(text: str) -> int:
    """Return how many rows to draw."""
    if not re.fullmatch("[0-9]{1,5}", text) or not 1 <= int(text) <= MAX_SAMPLE:
        raise argparse.ArgumentTypeError(f"not a number from 1 to {MAX_SAMPLE}")
    return int(text)


def _seed(text: str) -> str:
    """Return a seed, whose UTF-8 bytes decide what is drawn."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise argparse.ArgumentTypeError("not UTF-8") from None
    if not text:
        raise argparse.ArgumentTypeError("empty")
    return text


def parse_options(argv: list[str]) -> Options:
    """Parse the command line.

    Raises:
        CannotCheck: an argument is unknown, given twice, or lacks its value, or another argument.
    """
    parser = OptionParser(
        prog="evidence-pack-verify.py",
        description="Check a signed evidence pack, or the proof of one row, offline, against a "
        "public key you pinned.",
        epilog=EPILOG,
        formatter_class=_HelpFormatter,
        allow_abbrev=False,
    )
    flag: dict[str, Any] = {"action": Once, "nargs": 0, "default": False}
    parser.add_argument("pack", metavar="PACK", help="the pack: pack-N.tar.gz")
    parser.add_argument("--proof", **flag, help="the file is the proof of one row, not a pack")
    parser.add_argument(
        "--expected-pubkey",
        metavar="HEX",
        action=Once,
        help="the signer's Ed25519 public key, 64 hex digits",
    )
    parser.add_argument("--json", **flag, help="one line of JSON instead of text")
    parser.add_argument(
        "--built-in-ed25519",
        **flag,
        help="use the built-in signature check even where PyNaCl is installed",
    )
    outside = parser.add_argument_group("facts from elsewhere to compare with (check 11)")
    for name, metavar, words in (
        ("--tenant", "ID", "the tenant that the pack must be of"),
        ("--period", "MONTH", "the period it must be of: 2026-04, or START..END"),
        ("--manifest-sha256", "HEX", "SHA-256 of manifest.json as known from elsewhere"),
        ("--previous", "PACK", "the pack before this one: check that this one follows"),
        ("--keys", "FILE", "the provider's signing-keys list: is the key in it?"),
        ("--anchors", "FILE", "anchors kept from the provider's list: does the pack hold to them?"),
        ("--tsa-cert", "FILE", "a time authority's certificate: do its tokens hold? Needs OpenSSL"),
        ("--timestamp", "FILE", "its reply over manifest.sig, made by anybody: how old is it?"),
    ):
        outside.add_argument(name, metavar=metavar, action=Once, help=words)
    drawn = parser.add_argument_group("rows to look at, of a pack that passed")
    drawn.add_argument(
        "--sample",
        metavar="N",
        action=Once,
        type=_sample_size,
        help=f"draw so many rows, 1 to {MAX_SAMPLE}, and show where the evidence of each lies",
    )
    drawn.add_argument("--of", metavar="MEMBER", action=Once, help="of these: users, events, ...")
    drawn.add_argument(
        "--seed",
        metavar="TEXT",
        action=Once,
        type=_seed,
        help="which ones; the same text draws the same rows",
    )
    options, unknown = parser.parse_known_args(argv, Options())
    if unknown:
        parser.error("an argument is unknown")
    for name in OF_PACKS:
        if options.proof and getattr(options, name) is not None:
            parser.error(f"--{name} is of packs, not of proofs")
    if len({given is None for given in (options.sample, options.of, options.seed)}) > 1:
        parser.error("--sample, --of and --seed go together")
    return options
