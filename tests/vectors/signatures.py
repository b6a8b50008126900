"""Broken signatures, other signers, keys that may not be pinned: checks 1, 3, 4 and 11."""

import base64
import json
from collections.abc import Callable

from tests.support import packs
from tests.support.packs import Entry
from tests.vectors.cases import Case, Cases, Expected, edited, flip, with_data

CASES = Cases()
entry, refuse = CASES.entry, CASES.refuse
KEY = packs.public_hex()

# --- the signature -----------------------------------------------------------------------------


def signature(
    name: str, number: int, told: str, change: Callable[[bytes], bytes], words: str = ""
) -> None:
    """Register a change of manifest.sig."""
    words = words or {3: "base64", 4: "does not hold"}[number]
    make = lambda: packs.small(signature=change).build()  # noqa: E731
    refuse(f"signature_{name}", number, words, f"manifest.sig {told}.", make)


def _raw(text: bytes) -> bytes:
    return base64.b64decode(text)


def _next_digit(digit: bytes) -> bytes:
    """Return the next base64 digit: the same 64 bytes, other unused bits."""
    alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    return alphabet[alphabet.index(digit) + 1 :][:1]


def _malleable(raw: bytes) -> bytes:
    order = 2**252 + 27742317777372353535851937790883648493
    return raw[:32] + (int.from_bytes(raw[32:], "little") + order).to_bytes(32, "little")


def _small_order(raw: bytes) -> bytes:
    return b"\1" + bytes(31) + raw[32:]


signature("empty", 3, "is empty", lambda s: b"")
signature("raw", 3, "holds the 64 bytes themselves instead of their base64 text", _raw)
signature("hex", 3, "is hex instead of base64", lambda s: _raw(s).hex().encode())
signature("two_newlines", 3, "ends with two newlines", lambda s: s + b"\n")
signature("crlf", 3, "ends with a carriage return and a newline", lambda s: s.strip() + b"\r\n")
signature("leading_space", 3, "begins with a space", lambda s: b" " + s)
signature("space_inside", 3, "has a space in its middle", lambda s: s[:40] + b" " + s[40:])
signature("no_padding", 3, "lacks its equals signs", lambda s: s.replace(b"=", b""))
signature("url_alphabet", 3, "uses the alphabet for URLs", lambda s: b"-_" + s[2:])
signature(
    "loose_last_digit",
    3,
    "has another last digit that decodes to the same 64 bytes",
    lambda s: s[:85] + _next_digit(s[85:86]) + s[86:],
)
signature("63_bytes", 3, "holds 63 bytes", lambda s: base64.b64encode(_raw(s)[:63]))
signature("65_bytes", 3, "holds 65 bytes", lambda s: base64.b64encode(_raw(s) + b"\0"))
signature("huge", 3, "is there a hundred times", lambda s: s * 100, "larger")
signature("flipped", 4, "has one bit flipped", lambda s: base64.b64encode(flip(_raw(s), 5)))
signature(
    "flipped_s",
    4,
    "has one bit of its second half flipped",
    lambda s: base64.b64encode(flip(_raw(s), 40)),
)
signature("zero", 4, "holds 64 zero bytes", lambda s: base64.b64encode(bytes(64)))
signature(
    "s_plus_l",
    4,
    "has the group's order added to S, which lenient verifiers accept",
    lambda s: base64.b64encode(_malleable(_raw(s))),
)
signature(
    "r_of_small_order",
    4,
    "has the neutral point for R",
    lambda s: base64.b64encode(_small_order(_raw(s))),
)
signature(
    "of_another_manifest",
    4,
    "is the good signature of another pack",
    lambda s: packs.small(number=4).signed()[1],
)
entry(
    "manifest_flipped",
    4,
    "does not hold",
    "One bit of manifest.json is flipped.",
    lambda e: [edited(e[0], 30), *e[1:]],
)
entry(
    "manifest_newline_added",
    4,
    "",
    "A newline is added behind manifest.json.",
    lambda e: [with_data(e[0], e[0].data + b"\n"), *e[1:]],
)
entry(
    "manifest_count_edited",
    4,
    "",
    "One digit of user_count in manifest.json is changed.",
    lambda e: [with_data(e[0], e[0].data.replace(b'"user_count": 3', b'"user_count": 2')), *e[1:]],
)
entry(
    "manifest_of_another_pack",
    4,
    "",
    "manifest.json is that of another pack of the same signer.",
    lambda e: [Entry("manifest.json", packs.small(number=4).signed()[0]), *e[1:]],
)
refuse(
    "signed_by_another_key",
    4,
    "",
    "The pack is made and signed well, with another key, which the manifest names as its own.",
    lambda: packs.small(seed=b"\7" * 32).build(),
)

# --- the pinned key ----------------------------------------------------------------------------


def pinned(name: str, told: str, key: str) -> None:
    """Register a key that cannot be pinned: no verdict on the pack."""
    told = f"The pack is good, but the key given with --expected-pubkey {told}."
    arguments = (f"--expected-pubkey={key}",)
    make = packs.small().build
    CASES.add(f"key_{name}", Case(told, Expected(2, 1), make, arguments))


pinned("empty", "is empty", "")
pinned("not_hex", "is not hex", "zz" * 32)
pinned("short", "has 62 digits", KEY[:62])
pinned("long", "has 66 digits", KEY + "00")
pinned("not_ascii", "holds a digit of another script", KEY[:-1] + "\u0663")
pinned("with_space", "ends with a space", KEY[:-1] + " ")
pinned("zero", "is 32 zero bytes, a point of order four", "00" * 32)
pinned("identity", "is the neutral point, under which anybody can sign", "01" + "00" * 31)
pinned("identity_with_sign", "is the neutral point with the sign bit set", "01" + "00" * 30 + "80")
pinned("minus_one", "is the point of order two", "ec" + "ff" * 30 + "7f")
pinned(
    "order_eight",
    "is a point of order eight",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
)
pinned(
    "not_canonical",
    "is the neutral point in an encoding that is not canonical",
    "ee" + "ff" * 30 + "7f",
)
pinned("y_over_p", "encodes a number beyond the field", "ff" * 32)
pinned("no_point", "is no point of the curve", "02" + "00" * 31)

# --- the list of keys, and other facts from elsewhere ------------------------------------------


def listed(name: str, code: int, words: str, told: str, *arguments: str, **facts: object) -> None:
    """Register a good pack checked against a list of signing keys."""
    key = {
        "key_id": "signing-1",
        "public_hex": KEY,
        "algorithm": "Ed25519",
        "not_before": "2026-01-01T00:00:00Z",
        "not_after": None,
        "revoked_at": None,
        **facts,
    }
    files = {"keys.json": json.dumps({"items": [key]}).encode() + b"\n"}
    expected = Expected(code, 11 if code == 1 else None, words)
    told = f"The pack is good, and keys.json {told}."
    case = Case(told, expected, packs.small().build, ("--keys", "keys.json", *arguments), files)
    CASES.add(f"keys_{name}", case)


listed("in_force", 0, "", "lists its key as in force when it was made")
listed("ended_later", 0, "", "says that its key ended later", not_after="2026-05-05T00:00:00Z")
listed("ended_before", 1, "ceased", "says that its key had ended", not_after="2026-05-03T00:00:00Z")
listed(
    "began_after", 1, "began", "says that its key began later", not_before="2026-05-05T00:00:00Z"
)
listed(
    "revoked",
    1,
    "revoked",
    "says that its key was revoked since",
    revoked_at="2027-01-01T00:00:00Z",
)
listed(
    "revoked_but_pinned",
    0,
    "",
    "says that its key was revoked, but the manifest's digest was noted before",
    "--manifest-sha256",
    packs.sha256(packs.small().signed()[0]),
    revoked_at="2027-01-01T00:00:00Z",
)
listed("other_id", 1, "signing_key_id", "lists its key under another id", key_id="signing-2")
listed("not_in_it", 1, "not in the list", "lists another key only", public_hex="ab" * 32)
listed("malformed", 2, "", "holds a key of one byte, so nothing is said", public_hex="ab")


def asked(name: str, words: str, told: str, *arguments: str) -> None:
    """Register a good pack that is not the one asked for."""
    told = f"The pack is good, but {told}."
    CASES.add(f"asked_{name}", Case(told, Expected(1, 11, words), packs.small().build, arguments))


asked(
    "for_another_tenant",
    "tenant-a, not the one",
    "another tenant's was asked for",
    "--tenant",
    "tenant-b",
)
asked(
    "for_another_month", "2026-05-01T00:00:00Z", "that of May was asked for", "--period", "2026-05"
)
asked(
    "for_another_manifest", "SHA-256", "another manifest was noted", "--manifest-sha256", "ab" * 32
)
