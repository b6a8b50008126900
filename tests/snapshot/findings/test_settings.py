"""Settings that open the organization or stop its logging, by their events."""

from typing import Any

import pytest

from functions.shared.records.events import EventState
from functions.snapshot.findings.settings import opens
from tests.snapshot.findings.test_between_pictures import found
from tests.snapshot.rows import event


@pytest.mark.parametrize(
    ("allowed", "open_"),
    [
        (["0.0.0.0/0"], True),
        (["::/0"], True),
        ("0.0.0.0/0", True),
        ([" 0.0.0.0/0 "], True),
        (["10.0.0.1/0"], True),
        (["*"], True),
        (["0.0.0.0-255.255.255.255"], True),
        (["0.0.0.0/1", "128.0.0.0/1"], True),
        ([f"{n}.0.0.0/8" for n in range(1, 4)], True),
        (["2000::/3"], True),
        ([f"203.0.{n}.0/24" for n in range(200)] + ["0.0.0.0/0"], True),
        (["::ffff:0:0/96"], True),
        (["64:ff9b::/96"], True),
        (["2002::/16"], True),
        (["::ffff:0.0.0.0-::ffff:127.255.255.255"], True),
        (["2002:800::/24", "64:ff9b::9.0.0.0/104", "10.0.0.0/9"], True),
        (["::ffff:8.0.0.0/105", "8.128.0.0/9", "2002:0900::/48"], True),
        (["::ffff:8.0.0.0/104", "2002:800::/24", "64:ff9b::808:808", "::ffff:10.0.0.0/104"], False),
        (["198.51.100.0/24", "2001:db8::/32", "203.0.113.7"], False),
        (["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"], False),
        (["8.0.0.0/8", "8.0.0.0/8", "8.1.0.0/16"], False),
        (["203.0.113.1-203.0.113.9", "b-a", "no network", 7, None], False),
        ([], False),
        (None, False),
        ({"a": 1}, False),
    ],
)
def test_a_list_that_lets_in_the_world_is_open(allowed: object, open_: bool) -> None:
    """However it is written, in one piece or in several; private networks open nothing."""
    assert opens(allowed) is open_


def setting(kind: str, **payload: Any) -> EventState:
    """Return the event of a setting."""
    target = payload.get("id")
    return event(kind, target, payload=payload)


def calls_logged(value: str) -> EventState:
    """Return the event of the setting of which API calls are logged."""
    payload = {"id": "org-Alpha", "changes_requested": {"api_call_logging": value}}
    return setting("organization.updated", **payload)


WIDE = "range_open_to_the_world"
OPENED, OFF = "allowlist_opened", "audit_logging_switched_off"
LOG = {"id": "org-Alpha"}


@pytest.mark.parametrize(
    ("one", "kind", "reason"),
    [
        (
            setting("ip_allowlist.created", id="a", allowed_ips=["::/0"]),
            OPENED,
            WIDE,
        ),
        (
            setting("ip_allowlist.updated", id="a", allowed_ips=["::/0"]),
            OPENED,
            WIDE,
        ),
        (setting("ip_allowlist.updated", id="a", allowed_ips=["203.0.113.7"]), None, None),
        (setting("ip_allowlist.deleted", id="a", allowed_ips=[]), OPENED, "allowlist_deleted"),
        (
            setting("ip_allowlist.config.deactivated", configs=[{"id": "a"}]),
            OPENED,
            "allowlist_deactivated",
        ),
        (setting("ip_allowlist.config.deactivated", configs="?"), OPENED, "allowlist_deactivated"),
        (setting("ip_allowlist.config.activated", configs=[{"id": "a"}]), None, None),
        (calls_logged("disabled"), OFF, "api_call_logging_off"),
        (calls_logged("enabled_per_call"), OFF, "api_call_logging_per_call"),
        (
            calls_logged("enabled_for_selected_projects"),
            OFF,
            "api_call_logging_for_selected_projects",
        ),
        (calls_logged("sometimes"), OFF, "api_call_logging_unknown_value"),
        (calls_logged("enabled_for_all_projects"), None, None),
        (
            setting("organization.updated", **LOG, changes_requested={"audit_logging": False}),
            OFF,
            "audit_log_off",
        ),
        (setting("organization.updated", **LOG, changes_requested={"title": "off"}), None, None),
        (setting("organization.updated", **LOG), None, None),
    ],
)
def test_a_setting_is_found_by_its_event(
    one: EventState, kind: str | None, reason: str | None
) -> None:
    """What opens the allowlist or switches a log off, and nothing else."""
    assert [(row["kind"], row["reason"]) for row in found([one])] == (
        [(kind, reason)] if kind else []
    )


def test_the_allowlist_is_named_whatever_stands_before_its_id() -> None:
    """Such a part stops no hour: it names nothing."""
    odd = [7, None, "id", ["id"], {}, {"name": "x"}, {"id": 7}]
    for configs, named in (([*odd, {"id": "a"}, {"id": "b"}], "a"), (odd, "")):
        (row,) = found([setting("ip_allowlist.config.deactivated", configs=configs)])
        assert row["entity_id"] == named
