"""The deployed template with IAM enforced: a browser signs in, a stranger sees nothing, no leak."""

import gzip
import io
import signal
import tarfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect, sync_playwright

from tests.dashboard.conftest import ARGUMENTS, chromium_path
from tests.support.local_runner import (
    Runner,
    running_stage,
    signing_keys,
    signing_keys_command,
)
from tests.walk.routes import NEVER, ids_of, routes_with_ids
from tools.openai_simulator import DEMO_ADMIN_KEY, DEMO_ORG_ID, DEMO_START, demo_world
from tools.openai_simulator.story.private import private_texts

pytestmark = pytest.mark.emulator

ADMIN, STRANGER = "tenant-a-admin", "tenant-b-admin"
N_HOURS = 8


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runner]:
    """Give a stage with the demo organization connected, hours sealed and a pack made."""
    with running_stage(tmp_path_factory.mktemp("walk")) as runner:
        runner.run("clock", "--set", "2026-04-01T00:05:00Z")
        body = {"org_id": DEMO_ORG_ID, "admin_key": DEMO_ADMIN_KEY}
        answer = runner.ask("POST", "/orgs", ADMIN, body)
        assert answer.status_code == 201, answer.text
        lines = runner.lines("tick", "--hour", DEMO_START, "--count", str(N_HOURS))
        assert {line["outcome"] for line in lines} == {"complete"}
        period = {"period_start": DEMO_START, "period_end": "2026-04-01T05:59:59Z"}
        pack = runner.ask("POST", "/evidence-packs", ADMIN, period)
        assert pack.status_code == 202, pack.text
        _wait_until_ready(runner)
        yield runner


def _wait_until_ready(stage: Runner, number: int = 1) -> None:
    for _ in range(60):
        state = stage.ask("GET", f"/evidence-packs/{number}", ADMIN).json()["state"]
        if state == "ready":
            return
        assert state in ("queued", "building"), state
    raise AssertionError("the pack was not built in time")


@pytest.fixture
def page() -> Iterator[Page]:
    """Open a page in the Chromium of this machine."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=ARGUMENTS)
        yield browser.new_page()
        browser.close()


def _sign_in(page: Page, stage: Runner, username: str) -> None:
    user = next(entry for entry in stage.description["users"] if entry["username"] == username)
    page.goto(stage.description["dashboard_url"])
    page.get_by_test_id("sign-in").click()
    page.locator('input[name="username"]:visible').fill(username)
    page.locator('input[name="password"]:visible').fill(user["password"])
    page.locator('[type="submit"]:visible').first.click()
    page.get_by_test_id("kpi-users").wait_for()


def _figures(page: Page) -> dict[str, str]:
    names = ("orgs", "users", "active-projects", "api-keys", "stale-keys")
    return {name: page.get_by_test_id(f"kpi-{name}").inner_text() for name in names}


@pytest.mark.browser
def test_a_browser_signs_in_and_reads_the_figures(stage: Runner, page: Page) -> None:
    """The strip shows what the API says, after a real sign-in and under the real policy."""
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    _sign_in(page, stage, ADMIN)
    summary = stage.ask("GET", "/summary", ADMIN).json()
    summary["users"] = summary["billable_users"]
    users = page.get_by_test_id("kpi-users")
    expect(users).to_contain_text(str(summary["users"]), timeout=30_000)
    for name, figure in _figures(page).items():
        assert str(summary[name.replace("-", "_")]) in figure.split(), (name, figure)
    for table in ("users", "projects", "keys", "events", "changes", "findings"):
        page.get_by_test_id(f"nav-{table}").click()
        page.get_by_test_id(f"table-{table}").get_by_test_id("row").first.wait_for()
    assert errors == []


@pytest.mark.browser
def test_a_strangers_browser_shows_an_empty_tenant(stage: Runner, page: Page) -> None:
    """The other tenant's page knows of nothing."""
    _sign_in(page, stage, STRANGER)
    expect(page.get_by_test_id("kpi-orgs")).to_contain_text("0")
    assert DEMO_ORG_ID not in page.content()


def test_another_tenant_is_told_the_same_as_of_what_never_was(stage: Runner) -> None:
    """Every route with the first tenant's ids answers byte for byte as with invented ones."""
    ours, never = routes_with_ids(ids_of(stage, ADMIN)), routes_with_ids(NEVER)
    for (method, route, body), (_, other_route, other_body) in zip(ours, never, strict=True):
        answer = stage.ask(method, route, STRANGER, body)
        unknown = stage.ask(method, other_route, STRANGER, other_body)
        assert (answer.status_code, answer.content) == (404, unknown.content), (method, route)
        assert unknown.status_code == 404
    assert stage.ask("GET", f"/orgs/{DEMO_ORG_ID}", ADMIN).status_code == 200


def test_a_user_cannot_change_tenant(stage: Runner) -> None:
    """The tenant attribute is not the user's to write, with whatever token."""
    user = next(entry for entry in stage.description["users"] if entry["username"] == STRANGER)
    cognito = stage.client("cognito-idp")
    (pool,) = cognito.list_user_pools(MaxResults=10)["UserPools"]
    (client,) = cognito.list_user_pool_clients(UserPoolId=pool["Id"], MaxResults=10)[
        "UserPoolClients"
    ]
    tokens = cognito.admin_initiate_auth(
        UserPoolId=pool["Id"],
        ClientId=client["ClientId"],
        AuthFlow="ADMIN_USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": STRANGER, "PASSWORD": user["password"]},
    )["AuthenticationResult"]
    other_tenant = [{"Name": "custom:tenant_id", "Value": "tenant-a"}]
    with pytest.raises(cognito.exceptions.NotAuthorizedException, match="unauthorized attribute"):
        cognito.update_user_attributes(
            AccessToken=tokens["AccessToken"], UserAttributes=other_tenant
        )
    attributes = cognito.get_user(AccessToken=tokens["AccessToken"])["UserAttributes"]
    assert {"Name": "custom:tenant_id", "Value": "tenant-b"} in attributes
    with pytest.raises(cognito.exceptions.NotAuthorizedException, match="not permitted"):
        cognito.sign_up(
            ClientId=client["ClientId"],
            Username="stranger",
            Password=user["password"],
            UserAttributes=other_tenant,
        )
    stage.tokens.pop(STRANGER, None)
    assert stage.ask("GET", f"/orgs/{DEMO_ORG_ID}", STRANGER).status_code == 404


def test_the_downloaded_pack_needs_no_account(stage: Runner, tmp_path: Path) -> None:
    """The presigned URL alone leads to the archive; without the signature it leads nowhere."""
    answer = stage.ask("GET", "/evidence-packs/1/download", ADMIN)
    assert answer.status_code in (200, 303), answer.text
    url = answer.headers.get("location") or answer.json()["url"]
    archive = httpx.get(url, trust_env=False)
    assert archive.status_code == 200
    assert archive.content[:2] == b"\x1f\x8b"
    assert httpx.get(url.partition("?")[0], trust_env=False).status_code == 403
    assert httpx.get(url.replace("X-Amz-Signature=", "X-Amz-Signature=0"), trust_env=False).is_error


def test_a_share_link_leads_somebody_without_an_account_to_the_pack(stage: Runner) -> None:
    """Until it is revoked; then like one that never was."""
    created = stage.ask("POST", "/evidence-packs/1/links", ADMIN, {"days": 1})
    assert created.status_code == 201, created.text
    route = created.json()["url"].removeprefix("/api/v1/openai")
    followed = stage.ask("GET", route)
    assert followed.status_code == 303, followed.text
    assert followed.headers["cache-control"] == "no-store"
    archive = httpx.get(followed.headers["location"], trust_env=False)
    assert archive.content[:2] == b"\x1f\x8b"
    path = f"/evidence-packs/1/links/{created.json()['link_id']}"
    assert stage.ask("DELETE", path, ADMIN).status_code == 200
    revoked, never = stage.ask("GET", route), stage.ask("GET", "/shared/" + "A" * 43)
    assert (revoked.status_code, revoked.content) == (404, never.content)
    actions = [entry["action"] for entry in stage.ask("GET", "/custody", ADMIN).json()["items"]]
    # A use is one of many counted together, and numbered when it is the first of its hour.
    assert actions[:3] == ["link.revoked", "link.used", "link.created"]


def test_an_admin_says_what_becomes_of_a_finding(stage: Runner) -> None:
    """And, by an address that is then nowhere, who answers for a service account."""
    finding = stage.ask("GET", "/findings", ADMIN).json()["items"][0]
    route = f"/orgs/{DEMO_ORG_ID}/findings/{finding['finding_id']}/state"
    stated = stage.ask("PUT", route, ADMIN, {"state": "accepted", "reason": "known"})
    assert (stated.status_code, stated.json()["stated"]["reason"]) == (200, "known"), stated.text
    route = f"/orgs/{DEMO_ORG_ID}/service-accounts/svc/person"
    assigned = stage.ask("PUT", route, ADMIN, {"person": "someone@example.com"})
    assert (assigned.status_code, len(assigned.json()["person"])) == (200, 64), assigned.text


def test_an_admin_fetches_the_hashing_key_and_it_is_noted(stage: Runner) -> None:
    """A tenant that has connected nothing has none."""
    key = stage.ask("POST", "/hashing-key", ADMIN)
    assert (key.status_code, len(key.json()["key_hex"])) == (200, 64)
    assert stage.ask("POST", "/hashing-key", STRANGER).status_code == 409
    newest = stage.ask("GET", "/custody", ADMIN).json()["items"][0]
    assert newest["action"] == "hashing_key.fetched"


def test_a_machine_reads_with_a_secret_and_is_refused_once_revoked(stage: Runner) -> None:
    """A client, a token, a list; its scopes hold; revoked: refused at the next request."""
    made = stage.ask("POST", "/clients", ADMIN, {"scopes": ["read"], "label": "SIEM"})
    assert made.status_code == 201, made.text
    client = made.json()
    api = stage.description["api_url"]

    def token() -> httpx.Response:
        secret = (client["client_id"], client["client_secret"])
        form = {"grant_type": "client_credentials"}
        return httpx.post(f"{api}/token", data=form, auth=secret, trust_env=False, timeout=60)

    granted = token()
    assert granted.status_code == 200, granted.text
    bearer = {"Authorization": f"Bearer {granted.json()['access_token']}"}

    def ask(method: str, route: str) -> httpx.Response:
        return httpx.request(method, f"{api}{route}", headers=bearer, trust_env=False, timeout=60)

    keys = ask("GET", "/api-keys")
    assert keys.json() == stage.ask("GET", "/api-keys", ADMIN).json()
    assert keys.headers["ratelimit-policy"] == '"tenant";q=600;w=60'
    for method, route in (("POST", "/evidence-packs"), ("GET", "/clients")):
        assert ask(method, route).status_code == 403
    assert stage.ask("DELETE", f"/clients/{client['client_id']}", STRANGER).status_code == 404
    assert stage.ask("DELETE", f"/clients/{client['client_id']}", ADMIN).status_code == 200
    refused = ask("GET", "/api-keys")
    assert (refused.status_code, token().status_code) == (401, 401)
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.headers["www-authenticate"] == "Bearer"


def test_head_and_what_no_route_matches_are_answered_as_published(stage: Runner) -> None:
    """Through distribution, gateway and function."""
    got, head = stage.ask("GET", "/orgs", ADMIN), stage.ask("HEAD", "/orgs", ADMIN)
    assert (int(head.headers["content-length"]), head.content) == (len(got.content), b"")
    assert stage.ask("GET", "/nothing").json()["type"] == "/problems/not-found"
    assert stage.ask("DELETE", "/users").headers["allow"] == "GET, HEAD"


def test_nobody_is_told_in_a_problem_document_how_to_sign_in(stage: Runner) -> None:
    """Without a token, and with ones that are not good."""
    good = stage.token(ADMIN)
    for token in (None, "x", good[:-4] + "AAAA", "oatok_" + "A" * 43):
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        url = stage.description["api_url"] + "/summary"
        answer = httpx.get(url, headers=headers, trust_env=False, timeout=60)
        assert answer.status_code == 401
        assert answer.headers["content-type"] == "application/problem+json"
        assert set(answer.json()) == {"type", "title", "status", "detail"}


def test_an_operator_rotates_and_revokes_through_the_deployed_function(stage: Runner) -> None:
    """With the template's own rights; the next pack is signed with the new key."""
    (first,) = signing_keys(stage, "list")
    refused = signing_keys_command(stage, "revoke", first["key_id"], "--reason", "test")
    assert (refused.returncode, "rotate first" in refused.stderr) == (1, True), refused.stderr
    old, new = signing_keys(stage, "rotate")
    assert (old["key_id"], new["not_after"]) == (first["key_id"], None)
    period = {"period_start": DEMO_START, "period_end": "2026-04-01T01:59:59Z"}
    number = stage.ask("POST", "/evidence-packs", ADMIN, period).json()["number"]
    _wait_until_ready(stage, number)
    pack = stage.ask("GET", f"/evidence-packs/{number}", ADMIN).json()
    assert pack["signing_key_id"] == new["key_id"]
    revoked, _ = signing_keys(stage, "revoke", old["key_id"], "--reason", "test")
    assert revoked["revoked_reason"] == "test"
    assert stage.ask("GET", "/signing-keys").json()["items"] == [revoked, new]


@pytest.mark.slow
def test_nothing_private_is_left_on_the_stage(stage: Runner) -> None:
    """After it has stopped: no key, e-mail or IP address in table, buckets, queues or logs.

    The last test of the module, because it stops the stage: only then the table is on disk.
    """
    assert stage.stop(signal.SIGTERM) == 0
    private = private_texts(demo_world())
    secrets = private.emails | private.ip_addresses | private.secrets | private.fingerprints
    state = Path(stage.environment["STATE_DIR"])
    files = [p for p in state.rglob("*") if p.is_file() and "cdk.out" not in p.parts]
    assert any("logs" in file.parts for file in files)
    for file in files:
        content = _readable(file.read_bytes())
        leaked = [secret for secret in secrets if secret in content]
        assert not leaked, f"{file.relative_to(state)} holds {len(leaked)} private texts"


def _readable(body: bytes) -> str:
    if body[:2] == b"\x1f\x8b":
        body = gzip.decompress(body)
        if body[257:262] == b"ustar":
            with tarfile.open(fileobj=io.BytesIO(body)) as tar:
                parts = [tar.extractfile(member) for member in tar.getmembers()]
                body = b"\n".join(part.read() for part in parts if part)
    return body.decode("utf-8", "replace")
