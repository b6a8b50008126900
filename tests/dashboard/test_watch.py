"""The other tests lean on the page fixture's watch: it must see what it claims to see."""

import pytest
from playwright.sync_api import Page

from tests.dashboard.conftest import sign_in
from tests.dashboard.site import Site

pytestmark = pytest.mark.browser
SINS = {
    "dialog": "setTimeout(() => alert(1))",
    "policy: style-src": "document.body.setAttribute('style', 'color: red')",
    "policy: require-trusted-types": "try { document.body.innerHTML = '<b>' } catch {}",
    "policy: connect-src": "fetch('https://e.invalid/').catch(() => 0)",
    "policy: img-src": "document.body.append(Object.assign(new Image(), {src: 'https://e.invalid/i'}))",
    "error": "setTimeout(() => { throw new Error('x') })",
    "request to": "open('https://e.invalid/', '_self')",
}


@pytest.mark.slow
def test_the_watch_sees_each_sin(page: Page, site: Site, violations: list[str]) -> None:
    """Each is committed on purpose and must be noted."""
    sign_in(page, site)
    assert violations == []
    for kind, sin in SINS.items():
        page.evaluate(f"() => {{ {sin} }}")
        page.wait_for_timeout(200)
        assert any(note.startswith(kind) for note in violations), (kind, violations)
    violations.clear()
