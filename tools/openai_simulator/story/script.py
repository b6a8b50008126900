"""What happens in the scripted hours of the demo story, and by chance from the third day on.

Hours are counted from the story's start. A scripted step gets its instant, between 25 and 45
minutes past the hour. *Hidden* means that the audit log misses it.
"""

from collections.abc import Callable

from tools.openai_simulator.story import names
from tools.openai_simulator.story.story_writer import HOUR, StoryWriter

ScriptedStep = Callable[[StoryWriter, float], None]


def _makes_key(writer: StoryWriter, at: float) -> None:
    writer.make_key(at)


def _removes_key(writer: StoryWriter, at: float) -> None:
    writer.remove_key(at)


def _key_made_hidden(writer: StoryWriter, at: float) -> None:
    writer.make_key(at, steps=writer.at(at).hidden())


def _key_removed_hidden(writer: StoryWriter, at: float) -> None:
    writer.remove_key(at, steps=writer.at(at).hidden())


def _newcomer(writer: StoryWriter, at: float) -> None:
    writer.newcomer_joins(at)


def _thomas_leaves(writer: StoryWriter, at: float) -> None:
    writer.make_key(at - 60, owner="thomas.lindqvist", project="data-platform")
    writer.person_leaves(at, "thomas.lindqvist")


def _thomas_returns(writer: StoryWriter, at: float) -> None:
    writer.person_returns(at, "thomas.lindqvist")


def _priya_becomes_owner(writer: StoryWriter, at: float) -> None:
    writer.at(at).by("olga.brandt").user_role("priya.raman", "owner")


def _role_changed_hidden(writer: StoryWriter, at: float) -> None:
    writer.at(at).hidden().user_role("daniel.osei", "owner")


def _voice_agents_created(writer: StoryWriter, at: float) -> None:
    writer.create_project(at, "voice-agents", "Voice Agents")
    writer.make_key(at + 120, owner="marek.nowak", project="voice-agents")


def _account_created(writer: StoryWriter, at: float) -> None:
    writer.create_service_account(at, "voice-runner", "voice-agents")


def _account_deleted(writer: StoryWriter, at: float) -> None:
    writer.delete_service_account(at, "ticket-sync")


def _tenant_event(writer: StoryWriter, at: float) -> None:
    writer.add_tenant_event(at)


def _key_renamed(writer: StoryWriter, at: float) -> None:
    key = writer.random_key_in_use(at)
    writer.at(at).key_renamed(key, f"renamed {key}")


def _leaves_logged_late(writer: StoryWriter, at: float) -> None:
    writer.person_leaves(at, "samuel.adeyemi", steps=writer.at(at).late(3 * HOUR))


def _leaves_hidden(writer: StoryWriter, at: float) -> None:
    writer.person_leaves(at, "ravi.menon", steps=writer.at(at).hidden())


def _hackathon_archived(writer: StoryWriter, at: float) -> None:
    writer.archive_project(at, "hackathon-2025")


def _project_renamed(writer: StoryWriter, at: float) -> None:
    writer.at(at).project_renamed("document-search", "Knowledge Search")


def _group_and_role(writer: StoryWriter, at: float) -> None:
    writer.at(at).group_created("platform", name="Platform Team")
    writer.at(at + 30).role_created("key-auditor", permissions=["api.management.read"])


def _person_renamed(writer: StoryWriter, at: float) -> None:
    writer.at(at).user_renamed("chloe.dubois", "Chloé Dubois-Martin")


def _password_spray(writer: StoryWriter, at: float) -> None:
    """More events in one second than a page holds."""
    writer.at(at).by("olga.brandt").events(130, "login.failed")


SCRIPT: dict[int, ScriptedStep] = {
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
    13: _leaves_logged_late,
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


def random_step(writer: StoryWriter, at: float) -> None:
    """Let one thing happen, by chance; now and then the audit log misses it."""
    dice = writer.chance.random()
    hidden_steps = writer.at(at).hidden() if writer.chance.random() < 0.1 else None
    if dice < 0.35:
        writer.make_key(at, steps=hidden_steps)
    elif dice < 0.55 and len(writer.keys) > 20:
        writer.remove_key(at, steps=hidden_steps)
    elif dice < 0.64:
        writer.newcomer_joins(at)
    elif dice < 0.73 and len(writer.people) > 15:
        writer.person_leaves(at, writer.random_person(), steps=hidden_steps)
    elif dice < 0.82 and writer.former_people:
        writer.person_returns(at, next(iter(writer.former_people)))
    elif dice < 0.86:
        _later_project(writer, at)
    elif dice < 0.94:
        writer.add_tenant_event(at)
    else:
        _key_renamed(writer, at)


def _later_project(writer: StoryWriter, at: float) -> None:
    unused_titles = [t for t in names.LATER_PROJECTS if t not in writer.projects.values()]
    if unused_titles:
        writer.create_project(at, unused_titles[0].lower().replace(" ", "-"), unused_titles[0])
    else:
        writer.at(at).project_renamed("internal-tools", f"Internal Tools {int(at) // 86400 % 100}")
