"""The way of a workbook: verify, read, write, put in place."""

from __future__ import annotations

import argparse
import contextlib
import gzip
import os
import re
import secrets
import shutil
import signal
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

from tools.pack_to_xlsx.base import COULD_NOT_WRITE, CannotWrite, NotVerified, Progress, shown
from tools.pack_to_xlsx.book import Book
from tools.pack_to_xlsx.cover import Cover, Sources, write_cover
from tools.pack_to_xlsx.sheets import COLUMNS, MemberSheets
from tools.pack_to_xlsx.verification import PASSED_ON, VERIFIER, last_line, verify
from tools.pack_to_xlsx.verified_pack import VerifiedPack, open_file

LONG_WORK = 1 << 20  # bytes of a pack, from which on progress is told


def fill(
    book: Book, options: argparse.Namespace, verdict: dict[str, Any], progress: Progress
) -> int:
    """Write all sheets; return how many rows of the pack they have.

    Raises:
        CannotWrite: the file is not what was verified, or a value does not fit.
    """
    cover, sources, asked = Cover(book), Sources(), {}
    with open_file(options.pack) as file:
        try:
            pack = VerifiedPack(file, verdict["manifest_sha256"])
            # All sheets before any row: their order is that of the columns' table.
            sheets = {
                f"{name}.jsonl": MemberSheets(book, name, pack.files[f"{name}.jsonl"]["rows"])
                for name in COLUMNS
                if f"{name}.jsonl" in pack.files
            }
            for name in pack.members():
                if name == "collection.json":
                    asked = pack.document(name)
                for row in pack.rows(name) if name in sheets else ():
                    sheets[name].write(row)
                    progress.tell(name, sheets[name].n, pack.files[name]["rows"])
                    if name == "coverage.jsonl":
                        sources.add(row)
        except (EOFError, zlib.error, gzip.BadGzipFile):
            raise CannotWrite("the pack is not the one that was verified: it is cut") from None
    write_cover(cover, options, verdict, pack, sheets, asked, sources)
    return sum(made.n for made in sheets.values())


def output_of(options: argparse.Namespace) -> Path:
    """Return where the workbook is to be written.

    Raises:
        CannotWrite: something stands there, or it is no place for a workbook.
    """
    pack = Path(options.pack)
    output = pack.parent / f"{re.sub(r'([.]tar)?[.][a-z]+$', '', pack.name)}.xlsx"
    if options.output is not None:
        output = Path(options.output)
    if output.suffix.lower() != ".xlsx":
        raise CannotWrite("the name of the output must end with .xlsx")
    if output.exists() and pack.exists() and output.samefile(pack):
        raise CannotWrite("the output would replace the pack")
    if os.path.lexists(output) and not options.force:
        raise CannotWrite(f"{shown(output.name)} is there; --force replaces it")
    return output


@contextlib.contextmanager
def private_folder(output: Path) -> Iterator[Path]:
    """Give a folder beside the output that nobody else can read, and take it away again.

    Raises:
        CannotWrite: no folder can be made there.
    """
    # Named before it is made: who is stopped right behind that still takes it away.
    folder = output.parent / f".pack-to-xlsx-{secrets.token_hex(16)}"
    try:
        try:
            folder.mkdir(mode=0o700)
        except OSError as error:
            raise CannotWrite(f"cannot write to the output's folder: {error.strerror}") from None
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def put_in_place(made: Path, output: Path, force: bool) -> None:
    """Give the workbook its name, whole.

    Raises:
        CannotWrite: something came to stand there meanwhile, or it is a folder.
    """
    try:
        if not force:
            # Whoever made a file of that name meanwhile keeps it.
            os.close(os.open(output, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
        made.replace(output)
    except OSError as error:
        raise CannotWrite(f"cannot write {shown(output.name)}: {error.strerror}") from None


def run(options: argparse.Namespace) -> str:
    """Make the workbook; return what to say of it."""
    try:
        import xlsxwriter  # noqa: F401 - better now than behind a long verification
    except ImportError:
        raise CannotWrite(
            f"XlsxWriter is not installed; install it: {shown(sys.executable)}"
            " -m pip install xlsxwriter"
        ) from None
    output = output_of(options)
    size = Path(options.pack).stat().st_size if Path(options.pack).is_file() else 0
    progress = Progress(size > LONG_WORK)
    progress.begin("verifying the pack")
    verdict = verify(options)
    if verdict["subject"]["profile"] is None:
        raise CannotWrite("the pack passes, but a pack of its kind has no sheets here")
    with private_folder(output) as folder:
        book = Book(folder / "workbook.xlsx")
        try:
            progress.begin("verified; reading its rows")
            n_rows = fill(book, options, verdict, progress)
            progress.begin("writing the workbook")
            book.close()
        finally:
            book.give_up()
        put_in_place(folder / "workbook.xlsx", output, options.force)
    altered = f"; {book.n_cut} cut, {book.n_escaped} escaped" if book.n_cut + book.n_escaped else ""
    return f"{last_line(verdict)}\n{shown(output)}: {n_rows} rows{altered}"


class Parser(argparse.ArgumentParser):
    """An argument parser whose complaints are escaped like every other output."""

    def error(self, message: str) -> NoReturn:
        """Complain, as everything here does."""
        raise CannotWrite(f"{message:.160}; see --help")


def parse_options(argv: list[str] | None) -> argparse.Namespace:
    """Parse the command line.

    Raises:
        CannotWrite: an argument is unknown or lacks its value.
    """
    parser = Parser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("pack", help="the pack: pack-N.tar.gz")
    parser.add_argument("--output", metavar="FILE", help="the workbook; default: beside the pack")
    parser.add_argument("--force", action="store_true", help="replace what stands there")
    theirs = parser.add_argument_group("passed on", f"{VERIFIER.name} --help explains these")
    theirs.add_argument(
        "--expected-pubkey",
        metavar="HEX",
        action="append",
        default=[],
        help="the signer's public key, from somewhere else than the pack",
    )
    for name, metavar in PASSED_ON.items():
        theirs.add_argument(name, metavar=metavar, action="append", default=[])
    theirs.add_argument("--built-in-ed25519", action="store_true")
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> int:
    """Make a workbook of what the command line names; return the exit code."""
    try:
        print(run(parse_options(argv)), flush=True)
        return 0
    except NotVerified as error:
        print(f"{error}\nno workbook is made of this pack", file=sys.stderr)
        return error.code
    except CannotWrite as error:
        why = shown(error, 400)
    except KeyboardInterrupt:
        why = "interrupted"
    except OSError as error:
        why = f"the machine refused: {shown(error.strerror or type(error).__name__)}"
    except Exception as error:  # noqa: BLE001 - an answer in words, never a traceback
        why = f"this script failed ({type(error).__name__}); please report it"
    print(f"COULD NOT WRITE  {why}", file=sys.stderr)
    return COULD_NOT_WRITE


def _interrupt(*_: object) -> NoReturn:
    raise KeyboardInterrupt


if __name__ == "__main__":
    for stop in signal.Signals:
        # So that nothing half-written stays; what nohup has switched off stays off.
        if stop.name in ("SIGTERM", "SIGHUP") and signal.getsignal(stop) is signal.SIG_DFL:
            signal.signal(stop, _interrupt)
    sys.exit(main())
