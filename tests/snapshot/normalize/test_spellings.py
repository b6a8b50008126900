"""An address is found however it is spelled, and text is decoded no further than it must be."""

import html
from collections.abc import Callable
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.shared.hashing import email_hash, ip_hash
from functions.snapshot.normalize.privacy import Privacy
from functions.snapshot.normalize.spellings import decoded, folded, without_long_runs

KEY = b"k" * 32
PRIVACY = Privacy(KEY)
EMAIL, IP = "ann.other@acme.example", "203.0.113.7"


def fullwidth(text: str) -> str:
    """Return printable ASCII as the wide letters of East Asia."""
    return "".join(chr(ord(letter) + 0xFEE0) if letter > " " else letter for letter in text)


def percent(text: str) -> str:
    """Return every letter as percent escapes."""
    return "".join(f"%{byte:02X}" for byte in text.encode())


def escaped(form: str) -> Callable[[str], str]:
    """Return what spells every letter that is no letter or digit in a form."""
    return lambda text: "".join(
        letter if letter.isalnum() else form.format(ord(letter)) for letter in text
    )


def between(mark: str) -> Callable[[str], str]:
    """Return what puts a mark between all letters."""
    return mark.join


SPELLINGS: dict[str, Callable[[str], str]] = {
    "plain": str,
    "percent": escaped("%{:02x}"),
    "all percent": percent,
    "double percent": lambda text: quote(percent(text)),
    "triple percent": lambda text: quote(quote(escaped("%{:02x}")(text))),
    "percent u": escaped("%u{:04X}"),
    "decimal entity": escaped("&#{};"),
    "hexadecimal entity": escaped("&#x{:X};"),
    "entity without an end": escaped("&#{}"),
    "entity in an entity": lambda text: html.escape(escaped("&#{};")(text)),
    "named entity": lambda text: text.replace("@", "&commat;").replace(".", "&period;"),
    "fullwidth": fullwidth,
    "small sign": lambda text: text.replace("@", "\ufe6b").replace(".", "\ufe52"),
    "bold": lambda text: "".join(
        chr(0x1D41A + ord(letter) - 97) if letter.islower() else letter for letter in text
    ),
    "circled": lambda text: "".join(
        chr(0x24D0 + ord(letter) - 97) if letter.islower() else letter for letter in text
    ),
    "ideographic dots": lambda text: text.replace(".", "\u3002"),
    "halfwidth dots": lambda text: text.replace(".", "\uff61"),
    "zero width space": between("\u200b"),
    "zero width joiner": between("\u200d"),
    "word joiner": between("\u2060"),
    "soft hyphen": between("\u00ad"),
    "byte order mark": between("\ufeff"),
    "direction": between("\u202e"),
    "variation": between("\ufe0f"),
    "tag": between("\U000e0041"),
    "control": between("\x00"),
    "backslash u": escaped("\\u{:04x}"),
    "backslash u, braces": escaped("\\u{{{:x}}}"),
    "backslash U": escaped("\\U{:08x}"),
    "backslash x": escaped("\\x{:02x}"),
    "backslash octal": escaped("\\{:03o}"),
    "double backslash": escaped("\\\\u{:04x}"),
    "backslash": lambda text: text.replace("@", "\\@").replace(".", "\\."),
    "upper case": str.upper,
    "entity of zero width": lambda text: text.replace("@", "&#8203;@&#x200b;"),
    "percent of zero width": lambda text: text.replace("@", "%E2%80%8B@"),
    "fullwidth percent": lambda text: fullwidth(escaped("%{:02x}")(text)),
    "percent of fullwidth": lambda text: quote(fullwidth(text)),
    "percent of an entity": lambda text: quote(escaped("&#{};")(text)),
    "entity of a percent": lambda text: escaped("%{:02x}")(text).replace("%", "&#37;"),
}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_an_address_is_found_in_every_spelling(spelling: str) -> None:
    """C17, and many beside it: the hash is that of the plain spelling, wherever it stands."""
    hashed = f"email:{email_hash(KEY, EMAIL)}"
    for before, after in (("", ""), ("web of ", ", old"), ("(", ")"), ("web: ", " &amp; ½")):
        kept = PRIVACY.text(f"{before}{SPELLINGS[spelling](EMAIL)}{after}")
        assert kept.count(hashed) == 1, kept
        assert "acme" not in kept.lower()


@pytest.mark.parametrize("spelling", sorted(SPELLINGS.keys() - {"entity without an end"}))
def test_an_ip_address_is_found_in_every_spelling(spelling: str) -> None:
    """Of either version. An entity without an end would take the next digits for its own."""
    for ip in (IP, "2001:db8::5:1"):
        kept = PRIVACY.text(f"from {SPELLINGS[spelling](ip)} on")
        assert f"ip:{ip_hash(KEY, ip)}" in kept, kept


@pytest.mark.parametrize(
    "name",
    [
        "ann＠acme.example",
        "ann&#64;acme.example",
        "ann%2540acme.example",
        "ann\u200b@acme.example",
        "an\u200bn@acme.example",
        "ann@ac\u00adme.example",
        "ann@acme.exam\u2060ple",
        "Ann\uff20ACME\uff0eexample",
    ],
)
def test_c17_an_address_hidden_in_a_projects_name(name: str) -> None:
    """Sealed readable before; its hash is that of the address as people write it."""
    assert PRIVACY.text(name) == f"email:{email_hash(KEY, 'ann@acme.example')}"


@pytest.mark.parametrize(
    "domain",
    ["bücher.example", "bu\u0308cher.example", "xn--bcher-kva.example", "B%C3%BCcher.example"],
)
def test_one_domain_has_one_hash(domain: str) -> None:
    """As letters, as letters and accents apart, as DNS writes it."""
    kept = PRIVACY.text(f"of ann@{domain}")
    assert kept == f"of email:{email_hash(KEY, 'ann@bücher.example')}"


@pytest.mark.parametrize(
    "domain", ["हिन्दी.example", "ไทยแลนด์.example", "例え.example", "παράδειγμα.gr"]
)
def test_domains_of_every_script(domain: str) -> None:
    """Vowel signs are letters, too."""
    kept = PRIVACY.text(f"ann@{domain}")
    assert kept.startswith("email:")
    assert domain[:3] not in kept


LOCALS = st.from_regex(r"[a-z]{6,12}(\.[a-z]{2,8})?", fullmatch=True)
DOMAINS = st.from_regex(r"[a-z]{5,9}\.(example|test)", fullmatch=True)
NOISE = st.text(alphabet="web0 ½é,;()[]<>#-王\n\t", max_size=12)


@given(
    st.lists(
        st.tuples(LOCALS, DOMAINS, st.sampled_from(sorted(SPELLINGS)), NOISE),
        min_size=1,
        max_size=4,
    )
)
def test_nothing_leaks_from_mixed_spellings(parts: list[tuple[str, str, str, str]]) -> None:
    """Addresses in several spellings and noise between them: no local part, no domain is left."""
    text = "".join(
        f"{noise} {SPELLINGS[spelling](f'{local}@{domain}')} "
        for local, domain, spelling, noise in parts
    )
    kept = PRIVACY.text(text)
    readable = folded(decoded(decoded(decoded(kept)))).lower()
    for local, domain, _, _ in parts:
        assert local not in readable
        assert domain not in readable


def test_a_layer_at_a_time() -> None:
    """Escapes of different kinds in one go, of one kind one by one."""
    assert decoded("%2540") == "%40"
    assert decoded("&#37;40") == "%40"
    assert decoded("%26#64;") == "@"
    assert decoded("\\\\u0040") == "\\u0040"
    assert decoded("\\ud83d\\u{110000}\\n") == "\ufffd\ufffd\\n"


def test_long_runs_of_marks_are_broken_up() -> None:
    """The letters stay; what stands between is not seen."""
    text = "a" + "\u0300" * 70 + "b"
    assert without_long_runs(text).count("\u034f") == 2
    assert folded(text) == "à" + "\u0300" * 69 + "b"
    assert without_long_runs("a" + "\u0300" * 30) == "a" + "\u0300" * 30
