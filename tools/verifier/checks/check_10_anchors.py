"""Anchors (check 10): what the chains ended with, day by day."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from tools.verifier.base import MAX_ANCHORS, MAX_TOKEN, Failed, Malformed, printable
from tools.verifier.checks.check_09_rows import Rows
from tools.verifier.manifest_format import Manifest
from tools.verifier.sealed.seals import SealDigests
from tools.verifier.spill_to_disk import SpillFile
from tools.verifier.values.field_types import (
    HASH,
    HASH_OR_NULL,
    INSTANT_TEXT,
    INTEGER,
    LIST,
    OBJECT,
    TEXT,
    TEXT_OR_NULL,
    check_object,
)
from tools.verifier.values.instants import hour_name, hour_number, seconds
from tools.verifier.values.strict_json import JsonObject, canonical

ANCHOR = {
    "at": INSTANT_TEXT,
    "authority": TEXT_OR_NULL,
    "day": TEXT,
    "document": OBJECT,
    "reason": TEXT_OR_NULL,
    "sha256": HASH,
    "token": TEXT_OR_NULL,
}
ANCHOR_DOCUMENT = {
    "at": INSTANT_TEXT,
    "heads": LIST,
    "previous_anchor_sha256": HASH_OR_NULL,
    "tenant_id": TEXT,
    "v": INTEGER,
}
ANCHOR_HEAD = {"hour": INSTANT_TEXT, "org_id": TEXT, "seal_sha256": HASH}


NONE_CHOSEN = "none_chosen"


class OtherDigest(Exception):
    """An anchor's document is not the one that its own digest is of; the text is its day."""


class Anchor:
    """One day's anchor, its form and its own digest checked.

    Raises:
        Malformed: the row is none.
        OtherDigest: its document is not the one that it digests.
    """

    def __init__(self, row: object) -> None:
        try:
            values = check_object(9, "it", row, ANCHOR)
            document = check_object(9, "document", values["document"], ANCHOR_DOCUMENT)
            heads = [check_object(9, "a head", head, ANCHOR_HEAD) for head in document["heads"]]
        except Failed as error:
            raise Malformed(error.why) from None
        self.at: str = values["at"]
        self.day: str = values["day"]
        self.sha256: str = values["sha256"]
        self.token: str | None = values["token"]
        self.tenant: str = document["tenant_id"]
        self.previous: str | None = document["previous_anchor_sha256"]
        self.heads = [
            (head["org_id"], hour_number(head["hour"]), head["seal_sha256"]) for head in heads
        ]
        if len(self.at) != 20 or self.day != self.at[:10] or document["at"] != self.at:
            raise Malformed("at and day do not say the same")
        if document["v"] != 1 or any(set(head) != set(ANCHOR_HEAD) for head in heads):
            raise Malformed("its document is of another version")
        orgs = [head["org_id"] for head in heads]
        if orgs != sorted(set(orgs)) or any(hour is None for _, hour, _ in self.heads):
            raise Malformed("its heads are not sorted by org_id, or name something else than hours")
        if self.token is not None and len(self.token) > MAX_TOKEN:
            raise Malformed(f"its token is longer than {MAX_TOKEN} characters")
        if hashlib.sha256(canonical(document)).hexdigest() != self.sha256:
            raise OtherDigest(self.day)

    def contradictions(self, digests: SealDigests, made_at: int) -> Iterator[str]:
        """Yield where the pack's seals are not the ones that were anchored.

        Args:
            digests: of the pack's seals.
            made_at: second at which the pack was cut; a later anchor may know of later seals.
        """
        at = seconds(self.at) or 0
        for org, hour, seal_sha256 in self.heads:
            if hour is None or not digests.covers(org, hour):
                continue
            digest = digests.get(org, hour)
            head = f"{printable(org)} {hour_name(hour)}: the anchor of {self.day} names"
            if digest is None and at < made_at:
                yield f"{head} a seal, the pack has none"
            elif digest is not None and digest != seal_sha256:
                yield f"{head} another seal than the pack"


class AnchorRows(Rows):
    """Recomputes each anchor's digest, follows the links, and holds the heads to the seals.

    Attributes:
        days: the digest of each day's anchor.
        n_tokens: how many have a token of a time authority.
        n_unasked: of how many days the provider had chosen to ask no authority.
    """

    def __init__(self, manifest: Manifest, name: str, digests: SealDigests | None) -> None:
        super().__init__(manifest, name)
        self.days: dict[str, str] = {}
        self.n_tokens = self.n_unasked = 0
        self._digests = digests
        self._made_at = manifest.made_at()
        self._link: str | None = None
        self._is_behind = False
        self._tokens = SpillFile()

    def check(self, row: JsonObject) -> None:
        """Check one row: its form for check 9, what it anchors for check 10."""
        super().check(row)
        try:
            anchor = Anchor(row)
        except OtherDigest as error:
            self.contradicts(f"the anchor of {printable(error)} does not have its own digest")
            return
        self.in_order((anchor.day,), "day")
        if len(self.days) >= MAX_ANCHORS:
            raise Malformed(f"there are more than {MAX_ANCHORS} anchors")
        self._check_time(anchor.at)
        if anchor.tenant != self.manifest["tenant_id"]:
            self.contradicts(f"the anchor of {anchor.day} belongs to another tenant")
        if self.days and anchor.previous != self._link:
            self.contradicts(f"the anchor of {anchor.day} does not follow the one before it")
        self._link = self.days[anchor.day] = anchor.sha256
        if self._digests:
            for why in anchor.contradictions(self._digests, self._made_at):
                self.contradicts(why)
        self.n_unasked += row["reason"] == NONE_CHOSEN
        if anchor.token is not None:
            self.n_tokens += 1
            self._tokens.write(f"{anchor.at} {anchor.sha256} {anchor.token}\n".encode())

    def _check_time(self, at: str) -> None:
        """Demand that it is of the period, or the first one behind it; format 2 was not asked."""
        if self.manifest.format < 3:
            return
        is_by_cut = at[:13] <= self.manifest["cut_hour"][:13]
        if at < self._start or not is_by_cut or self._is_behind:
            raise Malformed("it is neither of the period nor the first one behind it, by the cut")
        self._is_behind = at > self._end

    def tokens(self) -> Iterator[tuple[str, str, str]]:
        """Yield time, digest and token of each anchor that has one."""
        for line in self._tokens.lines():
            at, sha256, token = line.decode().split(" ", 2)
            yield at, sha256, token.rstrip("\n")

    def notes(self) -> list[str]:
        """Tell of which days there are anchors."""
        if not self.days:
            return ["anchors   NONE: nothing outside this pack holds the signer to its chain"]
        n = len(self.days)
        days = f"{n} day{'s' * (n > 1)}, {min(self.days)} .. {max(self.days)}"
        tokens = f"{self.n_tokens} with a token of a time authority"
        unasked = f"; for {self.n_unasked} the provider has chosen none" if self.n_unasked else ""
        return [f"anchors   {days}, {tokens}{unasked}"]
