"""What each check said, and how it is printed."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator

from tools.verifier.base import BAD, CHECKS, COULD_NOT_CHECK, MAX_REASONS, VALID, printable
from tools.verifier.manifest_format import OUTCOMES, Manifest
from tools.verifier.values.strict_json import JsonObject

SUBJECT = (
    *("tenant_id", "period_start", "period_end", "pack_id", "kind", "profile", "org_ids"),
    *("signing_key_id", "signing_public_hex", "coverage", "cut_hour", "settled_through"),
)


class Report:
    """What each check said, and what an auditor should read beside the verdict.

    Attributes:
        checks: their numbers and titles.
        proven: what the proof of a row shows; empty of a pack.
        ok: numbers of checks that passed.
        failed: numbers of checks that failed, with the reasons.
        skipped: numbers of checks that do not apply, with the reason.
        ed25519: what checked the signature.
        cannot: why nothing can be said, if so.
        manifest: once it is signed and known.
        notes: lines for a reader.
        facts: further keys of the JSON output.
        sample: what rows were drawn of and by what, where some were asked for.
        sampled: the rows, each with where its evidence lies; made as they are printed.
    """

    def __init__(self, checks: dict[int, str] = CHECKS) -> None:
        self.checks = checks
        self.proven = ""
        self.ok: set[int] = set()
        self.failed: dict[int, list[str]] = {}
        self.skipped: dict[int, str] = {}
        self.ed25519 = ""
        self.cannot = ""
        self.manifest: Manifest | None = None
        self.notes: list[str] = []
        self.facts: JsonObject = {}
        self.sample: JsonObject = {}
        self.sampled: Iterable[JsonObject] = ()
        self._started = 0.0

    def passed(self, *numbers: int) -> None:
        """Note that checks came to their end: they passed, but for what they noted themselves."""
        self.ok.update(set(numbers) - self.failed.keys() - self.skipped.keys())

    def fail(self, number: int, why: str) -> None:
        """Note a failed check."""
        self.ok.discard(number)
        self.failed.setdefault(number, []).append(why)

    def start_clock(self) -> None:
        """Count seconds from here."""
        self._started = time.perf_counter()

    def took(self, name: str) -> None:
        """Note the seconds up to here."""
        took_s = self.facts.setdefault("took_s", {})
        took_s[name] = round(time.perf_counter() - self._started, 3)

    def exit_code(self) -> int:
        """Return 0, 1 or 2."""
        if self.cannot or 1 in self.failed or not (self.failed or self.ok):
            return COULD_NOT_CHECK
        return BAD if self.failed else VALID

    def status(self, number: int) -> tuple[str, str]:
        """Return `ok`, `FAILED` or `not checked`, and why."""
        if number in self.failed:
            reasons = self.failed[number]
            more = len(reasons) - MAX_REASONS
            tail = f" (and {more} more)" if more > 0 else ""
            return "FAILED", "; ".join(reasons[:MAX_REASONS]) + tail
        if number in self.ok:
            return "ok", ""
        if number in self.skipped:
            return "not checked", self.skipped[number]
        if self.failed:
            return "not checked", f"check {min(self.failed)} failed"
        return "not checked", self.cannot


def subject(manifest: Manifest) -> list[str]:
    """Return the lines that say what was signed."""
    orgs = manifest.get("org_ids") or manifest.get("org_logins") or []
    some = ", ".join(printable(org) for org in orgs[:8])
    more = f" and {len(orgs) - 8} more" if len(orgs) > 8 else ""
    kind = f"{manifest['kind']}, profile {manifest.profile}" if manifest.profile else "no profile"
    key_id = printable(manifest.get("signing_key_id") or "no id")
    lines = [
        f"tenant    {printable(manifest['tenant_id'])}",
        f"period    {printable(manifest['period_start'])} .. {printable(manifest['period_end'])}",
        f"pack      {printable(manifest['pack_id'])} ({printable(kind)})",
        f"orgs      {some}{more}" if orgs else f"app       {printable(manifest.get('app_id'))}",
        f"key       {key_id}, {manifest['signing_public_hex']}",
        f"manifest  sha256 {manifest.sha256}",
    ]
    return lines + (_coverage(manifest) if manifest.profile else [])


def _coverage(manifest: Manifest) -> list[str]:
    hours = manifest["coverage"]
    parts = ", ".join(f"{hours[name]} {name}" for name in OUTCOMES)
    gaps = f"{hours['expected_hours'] - sum(hours[name] for name in OUTCOMES)} without a seal"
    longest = f"longest gap {hours['longest_gap_hours']} hours"
    unchecked = "" if manifest.profile == "full" else " (stated by the signer, not checked)"
    sealed, settled = manifest["cut_hour"], manifest["settled_through"]
    return [
        f"coverage  {hours['expected_hours']} hours: {parts}, {gaps}; {longest}{unchecked}",
        f"events    sealed up to {printable(sealed)}, settled through {printable(settled)}",
    ]


def verdict(report: Report) -> str:
    """Return the last line."""
    code, manifest = report.exit_code(), report.manifest
    if code == VALID and report.proven:
        return f"VALID  {report.proven}"
    if code == VALID and manifest is not None:
        return (
            f"VALID  pack {printable(manifest['pack_id'])}"
            f" of tenant {printable(manifest['tenant_id'])}"
            f"  {printable(manifest['period_start'])} .. {printable(manifest['period_end'])}"
            f"  manifest sha256 {manifest.sha256}"
        )
    if code == BAD:
        number = min(report.failed)
        return f"FAILED  check {number}, {report.checks[number]}: {report.failed[number][0]}"
    return f"COULD NOT CHECK  {report.cannot or report.status(1)[1]}"


def print_text(report: Report) -> None:
    """Print numbered checks, the subject, notes, and the verdict as the last line."""
    if report.failed or not report.cannot:
        for number, title in report.checks.items():
            status, why = report.status(number)
            print(f"{number:2d}  {title:20s}{status}{': ' + why if why else ''}")
        print(f"    Ed25519 by {printable(report.ed25519)}")
        for line in [*(subject(report.manifest) if report.manifest else ()), *report.notes]:
            print(line)
        for line in _sample_lines(report):
            print(line)
    print(verdict(report))


def _sample_lines(report: Report) -> Iterator[str]:
    """Yield the lines of a sample: what it is of, then row by row; rows and seed are not cut."""
    sample = report.sample
    if not sample:
        return
    n, asked, seed = sample["population"], sample["asked"], sample["seed"]
    which = f"{asked} of {n} rows" if asked <= n else f"all {n} rows, {asked} were asked for"
    yield f'sample    {sample["member"]}: {which}, by the seed "{printable(seed, len(seed))}"'
    yield f"          sha256 of their digests {sample['sha256']}"
    for number, row in enumerate(report.sampled, 1):
        yield f"row {number:<5d} {row['digest']}"
        yield f"          {printable(row['row'], len(row['row']))}"
        for seal in row["seals"]:
            digest = f"sha256 {seal['sha256']}" if seal["sha256"] else "none in this pack"
            yield f"seal      {seal['field']} {printable(seal['hour'])}: {digest}"
        yield from (_change_line(change) for change in row["changes"])
        if row["more_changes"]:
            yield f"change    and {row['more_changes']} more"
        for event in row["events"]:
            hour = event["sealed_hour"]
            sealed = f"sealed {printable(hour)}" if hour else "not in this pack"
            yield f"event     {printable(event['event_id'])}: {sealed}"


def _change_line(change: JsonObject) -> str:
    texts = {name: printable(value) for name, value in change.items()}
    by = f" by {texts['event_id']}" if change["event_id"] is not None else ""
    judged = f"{texts['verdict']}{by}" if change["verdict"] else "without a verdict"
    whose = f"{texts['section']} {texts['entity_id']}"
    return f"change    {texts['hour']} {whose}: {texts['kind']}, {judged}"


def print_json(report: Report) -> None:
    """Print everything as one line of ASCII JSON."""
    code, manifest = report.exit_code(), report.manifest
    document = {
        "exit": code,
        "verdict": ("valid", "bad", "could_not_check")[code],
        "reason": None if code == VALID else verdict(report).partition("  ")[2],
        "checks": [
            {
                "number": number,
                "title": title,
                "status": report.status(number)[0].replace(" ", "_").lower(),
                "reason": report.status(number)[1] or None,
            }
            for number, title in report.checks.items()
        ],
        "ed25519": report.ed25519 or None,
        "subject": {key: manifest.get(key) for key in SUBJECT} if manifest else None,
        "manifest_sha256": manifest.sha256 if manifest else None,
        **report.facts,
    }
    print(_json(document)[:-1], end="")
    if report.sample:
        print(f', "sample": {_json(report.sample)[:-1]}, "rows": [', end="")
        for number, row in enumerate(report.sampled):
            print(", " * bool(number) + _json(row), end="")
        print("]}", end="")
    print("}")


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=True).replace("\x7f", "\\u007f")
