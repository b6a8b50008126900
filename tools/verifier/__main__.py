"""The main path: `verify` is the eleven checks, one a line."""

from __future__ import annotations

import os
import sys

from tools.verifier.base import COULD_NOT_CHECK, CannotCheck, Failed, printable
from tools.verifier.checks.check_01_04_signature import (
    check_01_pinned_key,
    check_03_signature_file,
    check_04_signature,
)
from tools.verifier.checks.check_02_archive import check_02_archive
from tools.verifier.checks.check_05_07_manifest import (
    check_05_strict_manifest,
    check_06_known_manifest,
    check_07_members,
)
from tools.verifier.checks.check_08_digests import check_08_digests
from tools.verifier.checks.check_09_10_reading import check_09_rows, check_10_chain
from tools.verifier.checks.check_11_outside_facts import check_11_outside_facts, check_forms
from tools.verifier.options import Options, parse_options
from tools.verifier.proof import PROOF_CHECKS, verify_proof
from tools.verifier.report import Report, print_json, print_text
from tools.verifier.sample.draw import draw_sample

MAX_WORDS = 400  # characters of a sentence that says why there is no verdict


def verify(options: Options, report: Report) -> None:
    """Run the eleven checks in order; the report holds what each one said.

    Raises:
        CannotCheck: nothing can be said about the evidence.
        Failed: a check failed after which the following ones make no sense.
    """
    key = check_01_pinned_key(options, report)
    with check_02_archive(options.pack) as pack:
        signature = check_03_signature_file(pack.signature_file, report)
        check_04_signature(key, signature, pack.manifest_file, report)
        manifest = check_05_strict_manifest(pack.manifest_file, report)
        module = check_06_known_manifest(manifest, key, report)
        check_07_members(manifest, module)
        sha256 = check_08_digests(pack, manifest, report)
        rows = check_09_rows(pack, manifest, sha256, report)
        check_10_chain(manifest, rows, report)
        check_11_outside_facts(pack, manifest, rows, options, report)


def run(options: Options) -> Report:
    """Check one pack, or the proof of one row; draw a sample if one is asked for.

    No exception leaves this function but interrupts.
    """
    report = Report(PROOF_CHECKS) if options.proof else Report()
    if options.expected_pubkey is None:
        report.cannot = (
            "no key was pinned: give --expected-pubkey HEX, and take the key from somewhere else "
            "than the pack"
        )
        return report
    try:
        check_forms(options)
        if options.proof:
            verify_proof(options, report)
        else:
            verify(options, report)
            draw_sample(options, report)
    except Failed as failed:
        report.fail(failed.number, failed.why)
    except CannotCheck as error:
        report.cannot = printable(error, MAX_WORDS)
    except (OSError, MemoryError) as error:
        report.cannot = f"the machine refused ({type(error).__name__})"
    except Exception as error:  # noqa: BLE001 - an auditor gets a verdict, never a traceback
        report.cannot = f"this script failed ({type(error).__name__}); please report it"
    return report


def main(argv: list[str]) -> int:
    """Check the pack named on the command line; return the exit code."""
    try:
        options = parse_options(argv)
        report = run(options)
        (print_json if options.json else print_text)(report)
        sys.stdout.flush()
    except CannotCheck as error:
        print(f"COULD NOT CHECK  {error}", file=sys.stderr)
        return COULD_NOT_CHECK
    except KeyboardInterrupt:
        print("\nCOULD NOT CHECK  interrupted", file=sys.stderr)
        return COULD_NOT_CHECK
    except OSError:
        # Nobody reads the output any more: the verdict did not arrive.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return COULD_NOT_CHECK
    return report.exit_code()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
