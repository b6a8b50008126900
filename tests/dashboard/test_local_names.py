"""Names of the tenant's own list: matched in the browser, shown beside ids, sent nowhere."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from functions.shared.hashing import email_hash, normal_address
from tests.dashboard.conftest import sign_in
from tests.dashboard.fake_views import KEY_HEX
from tests.dashboard.site import Site
from tests.dashboard.world import user

pytestmark = pytest.mark.browser
KEY = bytes.fromhex(KEY_HEX)
TRICKY = [
    " Anna.Berg@Example.COM ",
    "ANNA@BÜCHER.example",
    "a@straße.example",
    "ß.Strauß@Ma\u00dfe.example",
    "\u0130lker@example.com",
    "σίσυφος@ΒΌΛΟΣ.example",
    "e\u0301mile@cafe\u0301.example",
    "a@ex\u200dample.example",
    "who@日本。example",
    "a@b@c.example",
    "a@" + "x" * 300 + ".example",
    "a@-bad-.exam ple"[:-4],
    "\x1f\x85trim@example.com\u3000",
]


def _list(folder: Path, text: str, name: str = "people.csv") -> Path:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def _people(site: Site) -> None:
    hashes = [email_hash(KEY, f"{name}@northwind.example") for name in ("ada", "ben", "cleo")]
    users = [user(n + 1, email_hash=digest) for n, digest in enumerate(hashes)]
    site.world.lists["/users"] = users


@pytest.mark.slow
def test_a_list_gives_ids_their_names_and_no_name_leaves_the_page(
    page: Page, site: Site, tmp_path: Path
) -> None:
    """The key is fetched once; what is sent holds no name, no address and no hash of one."""
    _people(site)
    bodies: list[str] = []
    page.on("request", lambda request: bodies.append(f"{request.url} {request.post_data or ''}"))
    sign_in(page, site, "#people")
    lines = [
        "email,name",
        ' Ben@Northwind.example ,"Ben, of Ops"',
        "nobody@northwind.example,Nobody",
        "no address,X",
    ]
    page.get_by_test_id("names-open").click()
    page.get_by_test_id("names-file").set_input_files(_list(tmp_path, "\n".join(lines)))
    status = page.get_by_test_id("names-status")
    expect(status).to_contain_text("1 of 2 addresses has an account here. No address in line 4.")
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("names-open")).to_have_text("Names: 1")
    expect(page.get_by_test_id("local-name")).to_have_text(["Ben, of Ops"])
    page.get_by_test_id("names-open").click()
    page.get_by_test_id("names-file").set_input_files(_list(tmp_path, "ada@northwind.example"))
    expect(status).to_contain_text("1 of 1 address")
    page.get_by_test_id("names-forget").click()
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("local-name")).to_have_count(0)
    asked = [request for request, _ in site.world.requests if request == "POST /hashing-key"]
    assert len(asked) == 1
    sent = "\n".join(bodies).lower()
    assert not [word for word in ("ben", "nobody", "northwind.example", "ab1") if word in sent]


@pytest.mark.slow
def test_addresses_are_hashed_as_the_service_hashes_them(page: Page, site: Site) -> None:
    """Tricky ones, too: spaces, case, forms of letters, domains of other scripts."""
    sign_in(page, site, "#people")
    made = page.evaluate(
        """async ([hex, addresses]) => {
          const { emailHash, normalAddress } = await import('/app/addresses.js');
          const bytes = Uint8Array.from(hex.match(/../g), (pair) => Number.parseInt(pair, 16));
          const hmac = { name: 'HMAC', hash: 'SHA-256' };
          const key = await crypto.subtle.importKey('raw', bytes, hmac, false, ['sign']);
          const both = async (one) => [normalAddress(one), await emailHash(key, one)];
          return Promise.all(addresses.map(both));
        }""",
        [KEY_HEX, TRICKY],
    )
    assert [normal for normal, _ in made] == [normal_address(address) for address in TRICKY]
    assert [digest for _, digest in made] == [email_hash(KEY, address) for address in TRICKY]


@pytest.mark.slow
def test_signing_out_forgets_and_the_key_is_given_to_nobody(
    page: Page, site: Site, tmp_path: Path
) -> None:
    """The key in memory cannot be read back; a list that cannot be used says why."""
    _people(site)
    sign_in(page, site, "#people")
    page.get_by_test_id("names-open").click()
    for content, words in ((b"\xff\xfe", "not UTF-8"), (b"name\nX\n", "holds no address")):
        (tmp_path / "list.csv").write_bytes(content)
        page.get_by_test_id("names-file").set_input_files(tmp_path / "list.csv")
        expect(page.get_by_test_id("names-problem")).to_contain_text(words)
    site.world.refuse["POST /hashing-key"] = (409, {"title": "Erased", "detail": "It is gone."})
    page.get_by_test_id("names-file").set_input_files(_list(tmp_path, "ben@northwind.example"))
    expect(page.get_by_test_id("names-problem")).to_contain_text("It is gone.")
    site.world.refuse.clear()
    page.get_by_test_id("names-file").set_input_files(_list(tmp_path, "ben@northwind.example", "b"))
    expect(page.get_by_test_id("names-status")).to_contain_text("1 of 1")
    page.keyboard.press("Escape")
    page.get_by_test_id("sign-out").click()
    page.get_by_test_id("sign-in").click()
    expect(page.get_by_test_id("names-open")).to_have_text("Show names")
