"""No address, name or IP address of 500 people, and no form of the admin key, is left anywhere."""

import json
import logging
import traceback
from urllib.parse import quote

import pytest

from tests.snapshot.stories.crowd import crowd, everywhere
from tests.snapshot.stories.trial import CANARY, FIRST, HIT, Trial, rarely
from tests.support.aws_calls import watched
from tests.support.secret_scan import found_in, left_behind
from tests.support.snapshot_fixture import FixtureMaker, SnapshotFixture


def _left(fixture: SnapshotFixture, said: str) -> bytes:
    return left_behind(
        fixture.table, (fixture.evidence, fixture.work), said + json.dumps(fixture.waiting())
    )


@pytest.mark.parametrize("n_people", [50, *rarely(500)])
def test_nothing_of_many_people_is_left(
    make_fixture: FixtureMaker,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
    n_people: int,
) -> None:
    """In names, roles, unknown fields, field names, payloads, actors, URLs, escaped or shouted."""
    caplog.set_level(logging.INFO)
    people = crowd(n_people)
    fixture = make_fixture(everywhere(people, CANARY))
    fixture.connect("2026-04-01T03:20:00Z")
    fixture.order(FIRST)
    (seal,) = fixture.tick(HIT)
    assert seal.content["sections"]["users"]["count"] == n_people + 1
    assert len(fixture.events(seal)) >= n_people
    out = capsys.readouterr()
    stored = _left(fixture, caplog.text + out.out + out.err)
    texts = stored.decode("utf-8", "replace").lower()
    spelled = {
        form.lower(): secret
        for one in people
        for secret in (one.mark, one.ip, one.name)
        for form in (secret, quote(secret), json.dumps(secret)[1:-1])
    }
    found = [secret for form, secret in spelled.items() if form in texts]
    assert "text:" in texts
    assert "field:" in texts
    assert "email:" in texts
    print(f"{len(people)} people in {len(stored) >> 20} MiB: {len(found)} found")
    assert found == []
    assert list(found_in(stored, [CANARY])) == []


def test_a_snapshot_left_for_the_next_run_names_nobody(make_fixture: FixtureMaker) -> None:
    """What a run leaves in the work bucket is already clean."""
    people = crowd(40)
    fixture = make_fixture(everywhere(people, CANARY))
    fixture.connect("2026-04-01T03:20:00Z")
    fixture.simulator.faults.add("status", status=500, path="/organization/projects")
    assert fixture.order(FIRST) == []
    texts = _left(fixture, "").decode("utf-8", "replace").lower()
    assert "attempts/" in texts
    assert not [one for one in people if one.email.lower() in texts or one.name.lower() in texts]


def test_no_crash_quotes_the_key(trial: Trial) -> None:
    """Whatever AWS call a run dies at: neither the traceback nor its causes hold the key."""
    told: list[str] = []
    for nth in range(1, 40, 2):

        def dies(number: int, nth: int = nth) -> None:
            if number == nth:
                raise RuntimeError("the process dies here")

        trial.fixture.clock.set("2026-04-01T04:01:00Z")
        try:
            with watched(before=dies):
                trial.fixture.order(HIT, owner="message")
        except RuntimeError as error:
            told.append("".join(traceback.format_exception(error)))
    assert len(told) > 5
    assert list(found_in("\n".join(told).encode(), [CANARY])) == []
    trial.finish("F20", "dying again and again")


def test_the_search_finds_what_is_there(trial: Trial) -> None:
    """A key written in clear, or in base64, is found: the search can fail."""
    fixture = trial.fixture
    fixture.work.put("attempts/x", b"{}")
    fixture.table.put({"pk": "T#x", "sk": "y", "blob": f"a{CANARY}".encode()})
    assert list(found_in(_left(fixture, ""), [CANARY])) == [CANARY]
    assert list(found_in(quote(CANARY, safe="").encode(), [CANARY])) == [CANARY]
