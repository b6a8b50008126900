"""The command line."""

from __future__ import annotations

import re
from collections.abc import Iterable
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

# Each: its name, what stands for its value, and what the help says.
KEY = ("--expected-pubkey", "HEX", "the signer's Ed25519 public key, 64 hex digits")
FLAGS = (
    ("--json", "one line of JSON instead of text"),
    ("--built-in-ed25519", "use the built-in signature check even where PyNaCl is installed"),
)
OUTSIDE_FACTS = (
    ("--tenant", "ID", "the tenant that the pack must be of"),
    ("--period", "MONTH", "the period it must be of: 2026-04, or START..END"),
    ("--manifest-sha256", "HEX", "SHA-256 of manifest.json as known from elsewhere"),
    ("--previous", "PACK", "the pack before this one: check that this one follows"),
    ("--keys", "FILE", "the provider's signing-keys list: is the key in it?"),
    ("--anchors", "FILE", "anchors kept from the provider's list: does the pack hold to them?"),
    ("--tsa-cert", "FILE", "a time authority's certificate: do its tokens hold? Needs OpenSSL"),
    ("--timestamp", "FILE", "its reply over manifest.sig, made by anybody: how old is it?"),
)
SAMPLED = (
    (
        *("--sample", "N"),
        f"draw so many rows, 1 to {MAX_SAMPLE}, and show where the evidence of each lies",
    ),
    ("--of", "MEMBER", "of these: users, events, ..."),
    ("--seed", "TEXT", "which ones; the same text draws the same rows"),
)


class Options:
    """What the command line said; None where it said nothing."""

    pack: str
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

    def __init__(self) -> None:
        self.json = self.built_in_ed25519 = False
        for name, *_ in (KEY, *OUTSIDE_FACTS, *SAMPLED):
            self.put(name, None)

    def put(self, name: str, value: object) -> None:
        """Take the value of the option of this name."""
        setattr(self, name[2:].replace("-", "_"), value)


def parse_options(argv: list[str]) -> Options:
    """Parse the command line.

    Raises:
        CannotCheck: an argument is unknown, given twice, or lacks its value, or another argument.
    """
    return plain_options(argv) or all_options(argv)


def plain_options(argv: list[str]) -> Options | None:
    """Return what a plain command line says, and None of any other.

    To import argparse and to build its parser takes as long as to check a small pack's signature,
    manifest and digests. So it is left out where each word is an option, its value or the pack.
    """
    flags = {name for name, _ in FLAGS}
    with_value = {name for name, *_ in (KEY, *OUTSIDE_FACTS)}
    options, given, words = Options(), {""}, iter(argv)
    for word in words:
        is_option = word in flags or word in with_value
        name = word if is_option else "--pack"
        value = next(words, "-") if word in with_value else word
        if name in given or (value[:1] == "-" and word not in flags):
            return None
        given.add(name)
        options.put(name, word in flags or value)
    return options if "--pack" in given else None


def all_options(argv: list[str]) -> Options:
    """Parse any command line: help, complaints and what is seldom asked for.

    Raises:
        CannotCheck: an argument is unknown, given twice, or lacks its value, or another argument.
    """
    import argparse

    class Parser(argparse.ArgumentParser):
        """An argument parser whose complaints are escaped like every other output."""

        def error(self, message: str) -> NoReturn:
            raise CannotCheck(f"{printable(message)}; see --help")

    class HelpFormatter(argparse.RawDescriptionHelpFormatter):
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
            if getattr(namespace, self.dest):
                parser.error(f"{option_string} is given twice")
            setattr(namespace, self.dest, True if self.nargs == 0 else values)

    def sample_size(text: str) -> int:
        if not re.fullmatch("[0-9]{1,5}", text) or not 1 <= int(text) <= MAX_SAMPLE:
            raise argparse.ArgumentTypeError(f"not a number from 1 to {MAX_SAMPLE}")
        return int(text)

    def seed(text: str) -> str:
        try:
            text.encode()  # these bytes decide what is drawn
        except UnicodeEncodeError:
            raise argparse.ArgumentTypeError("not UTF-8") from None
        if not text:
            raise argparse.ArgumentTypeError("empty")
        return text

    def add(group: Any, options: Iterable[tuple[str, str, str]]) -> None:
        types = {"--sample": sample_size, "--seed": seed}
        for name, metavar, words in options:
            group.add_argument(name, metavar=metavar, action=Once, type=types.get(name), help=words)

    parser = Parser(
        prog="evidence-pack-verify.py",
        description="Check a signed evidence pack offline, against a public key you pinned.",
        epilog=EPILOG,
        formatter_class=HelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("pack", metavar="PACK", help="the pack: pack-N.tar.gz")
    add(parser, [KEY])
    for name, words in FLAGS:
        parser.add_argument(name, action=Once, nargs=0, default=False, help=words)
    add(parser.add_argument_group("facts from elsewhere to compare with (check 11)"), OUTSIDE_FACTS)
    add(parser.add_argument_group("rows to look at, of a pack that passed"), SAMPLED)
    options, unknown = parser.parse_known_args(argv, Options())
    if unknown:
        parser.error("an argument is unknown")
    if len({given is None for given in (options.sample, options.of, options.seed)}) > 1:
        parser.error("--sample, --of and --seed go together")
    return options
