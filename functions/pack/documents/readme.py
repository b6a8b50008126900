"""README.txt: the pack explained to an auditor who never saw the product.

Part of step 2 of 6 (write); pure. A test runs every command line printed here.
"""

from collections.abc import Collection
from textwrap import fill
from typing import Final

from functions.shared.tables.packs import Pack

# In the pack's order.
_FILES: Final = {
    "manifest.json": "what the pack says of itself, and the digest of every file",
    "manifest.sig": "Ed25519 signature over the exact bytes of manifest.json",
    "users.jsonl": "members of the organizations, one line per stay",
    "projects.jsonl": "projects, one line per stay",
    "api_keys.jsonl": "project API keys (never their values), one line per stay",
    "repeated_events.jsonl": "copies of events that were sealed before, each with the hour of the "
    "first, which is in events.jsonl",
    "events.jsonl": "audit log events, each once",
    "coverage.jsonl": "one line per expected hour: how it went, and its seal",
    "changes.jsonl": "what differs between two pictures, and whether the audit log has an event "
    "that explains it",
    "findings.jsonl": "what a person should look at, open in the period or resolved in it",
    "statements.jsonl": "what the tenant said of findings, and who it named for service accounts: "
    "each as it was sealed, with its hour",
    "custody.jsonl": "the tenant's custody log: who connected, paused, asked for packs, shared "
    "them, each entry with the digest of the one before",
    "admin_keys.jsonl": "keys that open a whole organization, one line per stay",
    "service_accounts.jsonl": "accounts of machines, one line per stay",
    "invites.jsonl": "invitations to an organization, one line per stay",
    "project_users.jsonl": "who is in which project, one line per stay",
    "anchors.jsonl": "daily digests of all chains, as they were given out at the time",
    "collection.json": "how it was read: questions asked, keys used, clocks",
    "controls.json": "which clauses of four frameworks each file supports",
    "README.txt": "this page",
    "sealed/": "the bytes whose SHA-256 the seals name, from which every line above follows; "
    "they tell of stays before the period, too",
    "large/": "values too large for a row, each named by the SHA-256 that the row holds",
}
_OPTIONAL: Final = (
    "admin_keys.jsonl",
    "service_accounts.jsonl",
    "invites.jsonl",
    "project_users.jsonl",
)
_WIDTH: Final = 78


def readme(pack: Pack, names: Collection[str]) -> str:
    """Return the text; lines of at most 78 characters.

    Args:
        pack: the row.
        names: of the pack's files.
    """
    absent = [name for name in _OPTIONAL if name not in names]
    return _TEXT.format(
        number=pack.number,
        tenant=pack.tenant_id,
        start=pack.period_start,
        end=pack.period_end,
        cut=pack.cut_hour,
        orgs="\n".join(f"  {org}" for org in sorted(pack.org_ids)),
        files="\n".join(_lines(names)),
        absent=fill(f"Absent here: {', '.join(absent) or 'none of them'}.", _WIDTH),
        large=_LARGE.format(number=pack.number) if "large/" in names else "",
    )


def _lines(names: Collection[str]) -> list[str]:
    return [
        fill(words, _WIDTH, initial_indent=f"  {name:22s}  ", subsequent_indent=" " * 26)
        for name, words in _FILES.items()
        if name in names
    ]


_LARGE: Final = """
What was too large for a row lies under large/, each value named by the
SHA-256 that the row holds. If this prints nothing, each has its name:

    tar -xzf pack-{number}.tar.gz large
    sha256sum large/*.json | awk '$2 != "large/" $1 ".json"'
"""

_TEXT: Final = """\
EVIDENCE PACK {number}
tenant   {tenant}
period   {start} .. {end}
OpenAI organizations
{orgs}

This pack shows who and what had access to these OpenAI organizations in the
period, hour by hour, and what their audit logs recorded. It was made by
machine; no person wrote or edited any of it. (Two things are the tenant's own
word: person_id, who answers for a service account, and statements.jsonl.)

WHAT IS IN IT
{files}
One line of a .jsonl file is one JSON object. "One line per stay": who left
and came back has two lines, with first_seen_at and removed_at of each. All
times are UTC; an hour is named by its start. null means that nobody knows, or
that there is no such thing; nothing is guessed.

admin_keys, service_accounts, invites and project_users are there only if the
list could be read at least once, in the period or before it. An empty file
means that the list was read and empty; an absent one means that nobody knows.
{absent}

POPULATION
Every member, project and project API key that the organization's Admin API
listed in any hour of the period, and every audit event that occurred in it
and was sealed up to {cut} ("cut_hour" in the manifest).
The files of the paragraph above hold what their lists showed; service
accounts and members of projects are asked for once a day. Not in it: groups
and roles (but changes of them), and whatever the Admin API does not list.

COMPLETENESS
Every hour from connecting an organization to disconnecting it is expected,
and coverage.jsonl has a line for each with its outcome:
  complete  every list that must be there was read to its end
  partial   some lists were; "sections" in the seal says which were not
  failed    nothing could be read; the reason is in the seal
  missed    nobody took the picture in time
  paused    the tenant had paused, or just ended, the collection
  gap       there is no seal, though the chain of seals goes on
A list that could not be read is never shown as an empty one. The manifest
counts the outcomes. "audit_log" says per organization whether the audit log
was proven to be on, unproven (it answered, but showed no event yet), or
forbidden to the key. "settled" is false where events of the period could
still have come in after the cut; such an event is in a later monthly pack,
with "late": true.
Numbers to hold against each other: the seals say how many events and changes
each hour added, and how many members, projects and keys were there at the
end. The script below compares them with the lines.

ACCURACY
Lines are what OpenAI answered, in one form: times in UTC, e-mail addresses
replaced. email_hash is a keyed hash (HMAC-SHA-256 under a key of the tenant's
own), because a plain hash of an address is guessed in seconds; email_prefix
is its first letters. Fields with a person's name or IP address are not in the
pack; names given to things are as given, addresses in them as hashes.
"text:", "field:" and "secret:" stand before a keyed hash of what is not kept.
state_at is the last hour whose picture shows a line's values; it may lie
before the period. A stay began and ended not before the two instants that are
called so.
A change is "explained" by the event event_id; "unexplained" if, 72 hours and
a second reading of the log later, there is no event for it; or "cannot_tell",
with the reason. It is the last verdict sealed up to the cut. findings.jsonl
is as of the period's last hour. What the tenant said of a finding is one line
a time in statements.jsonl, numbered without a gap; the last of a finding
holds. "by" and "accountable" are ids. note_hash stands for the tenant's own
words, as a keyed hash: ask for the words.

SOURCE
OpenAI's Admin API, read with a key the tenant made for this. collection.json
lists the questions, address, keys (their last four characters) and clocks.
"org_proof" in the manifest says whether OpenAI refused that key for another
organization's name ("proven"). The ids of the first and last answer of each
hour stand in "run" in coverage.jsonl; OpenAI can look them up.

CUSTODY
The picture of each hour was written once, and closed by a seal: the digests
of all it found and the digest of the seal before it. coverage.jsonl holds
those seals, so that anyone can recompute every digest and follow the chain
from first_previous_sha256 to last_seal_sha256 in the manifest. A pack names
the manifest of the pack before it (previous_manifest_sha256). A signed pack
is never changed; a "revision" is another pack, and names the one it replaces.
custody.jsonl, where there is one, is who did what to the tenant's connections
and packs: of all its organizations, numbered without a gap. Each entry names
the SHA-256 of the line before it, and each seal names the last one sealed by
then ("custody"). It begins with entries sealed before the period, where there
are any, so that none of the period's can be left out in front.
Once a day the ends of all chains go into one more digest, an anchor. The
tenant can save it at any time (<address>/api/v1/openai/anchors), and packs
hold those of their days in anchors.jsonl. Who keeps a copy can tell later
whether the chains before it are still the same. The token of the time
authority that the provider has chosen stands beside the anchor; "reason" says
why there is none, and "none_chosen" that the provider has chosen none.

WHAT IS NOT PROVEN
That OpenAI's answers were true or whole. What happened within an hour and
was undone before it ended, unless the audit log recorded it. Anything in
hours that are not complete. That the key OpenAI was asked with could not do
more than read. What hours outside the period sealed of its events and
verdicts: the packs beside this one hold their seals. That the
provider did not make up the whole chain before you first saw any of it: keep
the digests of manifests and the anchors you were given, and compare.
That a control is in place: controls.json says which clauses this evidence
supports, and no more.

GET THE PUBLIC KEY FIRST, AND NOT FROM THIS PACK
Whoever forges a pack can write any key into it. The provider publishes its
keys, without login, at  <its address>/api/v1/openai/signing-keys  ; compare
with an earlier audit's papers, or ask by telephone. Below, KEY stands for
the 64 hex digits of "public_hex" there.

HOW TO CHECK, WITH THE SCRIPT
The provider's one-file script needs Python 3.9 and nothing else. It checks
the signature, every digest, the chain of seals and every line, and nothing
leaves your machine:

    export KEY=...
    python3 evidence-pack-verify.py pack-{number}.tar.gz --expected-pubkey $KEY

With --previous, --keys, --anchors and others it also compares the pack with
facts that you have from elsewhere; --help tells of them.

HOW TO CHECK, WITHOUT ANY OF OUR CODE
With GNU tar, coreutils, sed and OpenSSL 3. The signature, before anything
else of the archive becomes a file:

    tar -xzOf pack-{number}.tar.gz manifest.json > manifest.json
    tar -xzOf pack-{number}.tar.gz manifest.sig | base64 -d > manifest.sig.bin
    DER=$(printf %s $KEY | tr a-f A-F | basenc --base16 -d | base64)
    echo '-----BEGIN PUBLIC KEY-----' > pub.pem
    echo MCowBQYDK2VwAyEA$DER >> pub.pem
    echo '-----END PUBLIC KEY-----' >> pub.pem
    openssl pkeyutl -verify -rawin -pubin -inkey pub.pem \\
      -sigfile manifest.sig.bin -in manifest.json

It must say "Signature Verified Successfully". The files:

    sed -nE '/"files"/,/]/s/.*"(name|sha256)": "([^"]*)".*/\\2/p' \\
      manifest.json | paste -d' ' - - |
      sed -E 's/(.*) (.*)/\\2  \\1/' > sums
    cut -c67- sums | xargs tar -xzf pack-{number}.tar.gz
    sha256sum -c sums

Every line must end with OK. And nothing else is in the archive, if this
prints nothing:

    printf 'manifest.json\\nmanifest.sig\\n' | cat - sums |
      sed -E 's/^[0-9a-f]{{64}}  //' > names
    tar -tzf pack-{number}.tar.gz | grep -v '^large/' | cmp - names
{large}
Every register is one that a seal names, if this prints nothing:

    sha256sum sealed/*/*.jsonl | grep -v -- '-20..-..[.]jsonl$' |
      while read sum name; do
        grep -q $sum coverage.jsonl || echo $name; done

These lines do not look into the files. That no hour was left out, that the
chain of seals holds, and that every line follows from a sealed one is what
the script adds: only whoever has the signing key could falsify that.
"""
