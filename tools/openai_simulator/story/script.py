"""What happens in the scripted hours of the demo story, and by chance from the third day on.

Hours are counted from the story's start. A chapter gets its instant, between 25 and 45 minutes
past the hour. *Hidden* means that the audit log misses it.
"""

from collections.abc import Callable

from tools.openai_simulator.story import names
from tools.openai_simulator.story.story_writer import HOUR, Teller

Chapter = Callable[[Teller, float], None]


def _makes_key(teller: Teller, at: float) -> None:
    teller.makes_key(at)


def _removes_key(teller: Teller, at: float) -> None:
    teller.removes_key(at)


def _key_made_hidden(teller: Teller, at: float) -> None:
    teller.makes_key(at, moment=teller.at(at).hidden())


def _key_removed_hidden(teller: Teller, at: float) -> None:
    teller.removes_key(at, moment=teller.at(at).hidden())


def _newcomer(teller: Teller, at: float) -> None:
    teller.newcomer(at)


def _thomas_leaves(teller: Teller, at: float) -> None:
    teller.makes_key(at - 60, owner="thomas.lindqvist", project="data-platform")
    teller.leaves(at, "thomas.lindqvist")


def _thomas_returns(teller: Teller, at: float) -> None:
    teller.returns(at, "thomas.lindqvist")


def _priya_becomes_owner(teller: Teller, at: float) -> None:
    teller.at(at).by("olga.brandt").user_role("priya.raman", "owner")


def _role_changed_hidden(teller: Teller, at: float) -> None:
    teller.at(at).hidden().user_role("daniel.osei", "owner")


def _voice_agents_created(teller: Teller, at: float) -> None:
    teller.project(at, "voice-agents", "Voice Agents")
    teller.makes_key(at + 120, owner="marek.nowak", project="voice-agents")


def _account_created(teller: Teller, at: float) -> None:
    teller.service_account(at, "voice-runner", "voice-agents")


def _account_deleted(teller: Teller, at: float) -> None:
    teller.deletes_account(at, "ticket-sync")


def _tenant_event(teller: Teller, at: float) -> None:
    teller.tenant(at)


def _key_renamed(teller: Teller, at: float) -> None:
    key = teller.some_key(at)
    teller.at(at).key_renamed(key, f"renamed {key}")


def _leaves_told_late(teller: Teller, at: float) -> None:
    teller.leaves(at, "samuel.adeyemi", moment=teller.at(at).late(3 * HOUR))


def _leaves_hidden(teller: Teller, at: float) -> None:
    teller.leaves(at, "ravi.menon", moment=teller.at(at).hidden())


def _hackathon_archived(teller: Teller, at: float) -> None:
    teller.archives(at, "hackathon-2025")


def _project_renamed(teller: Teller, at: float) -> None:
    teller.at(at).project_renamed("document-search", "Knowledge Search")


def _group_and_role(teller: Teller, at: float) -> None:
    teller.at(at).group_created("platform", name="Platform Team")
    teller.at(at + 30).role_created("key-auditor", permissions=["api.management.read"])


def _person_renamed(teller: Teller, at: float) -> None:
    teller.at(at).user_renamed("chloe.dubois", "Chloé Dubois-Martin")


def _password_spray(teller: Teller, at: float) -> None:
    """More events in one second than a page holds."""
    teller.at(at).by("olga.brandt").events(130, "login.failed")


CHAPTERS: dict[int, Chapter] = {
    0: _newcomer,
    2: _makes_key,
    5: _removes_key,
    6: _thomas_leaves,
    7: _priya_becomes_owner,
    8: _voice_agents_created,
    9: _key_made_hidden,
    10: _account_created,
    11: _tenant_event,
    12: _key_renamed,
    13: _leaves_told_late,
    14: _leaves_hidden,
    15: _newcomer,
    17: _makes_key,
    20: _role_changed_hidden,
    22: _hackathon_archived,
    26: _key_removed_hidden,
    29: _project_renamed,
    30: _thomas_returns,
    32: _removes_key,
    33: _account_deleted,
    35: _group_and_role,
    37: _tenant_event,
    40: _makes_key,
    44: _person_renamed,
    46: _newcomer,
    61: _password_spray,
}


def everyday(teller: Teller, at: float) -> None:
    """Let one thing happen, by chance; now and then the audit log misses it."""
    dice = teller.chance.random()
    hidden = teller.at(at).hidden() if teller.chance.random() < 0.1 else None
    if dice < 0.35:
        teller.makes_key(at, moment=hidden)
    elif dice < 0.55 and len(teller.keys) > 20:
        teller.removes_key(at, moment=hidden)
    elif dice < 0.64:
        teller.newcomer(at)
    elif dice < 0.73 and len(teller.people) > 15:
        teller.leaves(at, teller.someone(), moment=hidden)
    elif dice < 0.82 and teller.left:
        teller.returns(at, next(iter(teller.left)))
    elif dice < 0.86:
        _later_project(teller, at)
    elif dice < 0.94:
        teller.tenant(at)
    else:
        _key_renamed(teller, at)


def _later_project(teller: Teller, at: float) -> None:
    free = [t for t in names.LATER_PROJECTS if t not in teller.projects.values()]
    if free:
        teller.project(at, free[0].lower().replace(" ", "-"), free[0])
    else:
        teller.at(at).project_renamed("internal-tools", f"Internal Tools {int(at) // 86400 % 100}")
