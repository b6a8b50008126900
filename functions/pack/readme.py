"""README.txt: the pack explained to an auditor who never saw the product.

Part of step 2 of 6 (write); pure. A test runs every command line printed here.
"""

from functions.shared.packs import Pack


def readme(pack: Pack) -> str:
    """Return the text; lines of at most 78 characters."""
    return _TEXT.format(
        number=pack.number,
        tenant=pack.tenant_id,
        start=pack.period_start,
        end=pack.period_end,
        cut=pack.cut_hour,
        orgs="\n".join(f"  {org}" for org in sorted(pack.org_ids)),
    )


_TEXT = """\
EVIDENCE PACK {number}
tenant   {tenant}
period   {start} .. {end}
OpenAI organizations
{orgs}

This pack shows who and what had access to these OpenAI organizations in the
period, hour by hour, and what their audit logs recorded. It was made by
machine; no person wrote or edited any of it.

WHAT IS IN IT
  manifest.json   what the pack says of itself, and the digest of every file
  manifest.sig    Ed25519 signature over the exact bytes of manifest.json
  users.jsonl     members of the organizations, one line per stay
  projects.jsonl  projects, one line per stay
  api_keys.jsonl  project API keys (never their values), one line per stay
  events.jsonl    audit log events, each once
  coverage.jsonl  one line per expected hour: how it went, and its seal
One line is one JSON object. "One line per stay": who left and came back has
two lines, with first_seen_at and removed_at of each. All times are UTC. null
means that nobody knows, or that there is no such thing; nothing is guessed.

POPULATION
Every member, project and project API key that the organization's Admin API
listed in any hour of the period, and every audit event that occurred in it
and was sealed up to {cut} ("cut_hour" in the manifest).
Not in it: keys of the organization's administrators, and whatever the Admin
API does not list.

COMPLETENESS
Every hour from connecting an organization to disconnecting it is expected,
and coverage.jsonl has a line for each with its outcome:
  complete  every list was read to its end
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

ACCURACY
Lines are what OpenAI answered, in one form: times in UTC, e-mail addresses
replaced. email_hash is a keyed hash (HMAC-SHA-256 under a key of the tenant's
own), because a plain hash of an address is guessed in seconds; email_prefix
is its first letters. Names of persons and IP addresses are not in the pack.
state_at is the last hour whose picture shows a line's values.

SOURCE
OpenAI's Admin API (users, projects, project API keys, audit logs), read with
a key the tenant made for this. "org_proof" in the manifest says whether
OpenAI refused that key for another organization's name ("proven").

CUSTODY
The picture of each hour was written once, and closed by a seal: the digests
of all it found and the digest of the seal before it. coverage.jsonl holds
those seals, so that anyone can recompute every digest and follow the chain
from first_previous_sha256 to last_seal_sha256 in the manifest. A pack names
the manifest of the pack before it (previous_manifest_sha256). A signed pack
is never changed.

WHAT IS NOT PROVEN
That OpenAI's answers were true or whole. What happened within an hour and
was undone before it ended, unless the audit log recorded it. Anything in
hours that are not complete. That the provider of this service did not make
up the whole chain before you first saw any of it: keep the digests of
manifests you were given, and compare.

GET THE PUBLIC KEY FIRST, AND NOT FROM THIS PACK
Whoever forges a pack can write any key into it. The provider publishes its
keys, without login, at  <its address>/api/v1/openai/signing-keys  ; compare
with an earlier audit's papers, or ask by telephone. Below, KEY stands for
the 64 hex digits of "public_hex" there.

HOW TO CHECK, WITH THE SCRIPT
The provider's one-file script needs Python 3.9 and nothing else. It checks
everything said above, and nothing leaves your machine:

    export KEY=...
    python3 evidence-pack-verify.py pack-{number}.tar.gz --expected-pubkey $KEY

HOW TO CHECK, WITHOUT ANY OF OUR CODE
With GNU tar, coreutils, sed and OpenSSL 3. The signature:

    tar -xzf pack-{number}.tar.gz
    base64 -d manifest.sig > manifest.sig.bin
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
    sha256sum -c sums

Every line must end with OK.
"""
