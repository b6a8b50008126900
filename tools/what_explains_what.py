"""Print docs/what-explains-what.md from the table that the product works by.

Run ``python -m tools.what_explains_what > docs/what-explains-what.md`` after a change of the table.
"""

from collections.abc import Iterable

from functions.snapshot.reconcile.event_types import EXPLAINS_NOTHING, NEED_NOT_SHOW
from functions.snapshot.reconcile.group_events import GIVEN, GROUP_EVENTS, OF_A_RESOURCE
from functions.snapshot.reconcile.rule_table import (
    ASPECTS,
    EXPECTED_EFFECTS,
    NOT_OWNER,
    TABLE,
    VIA,
    Effect,
    Rule,
)

_HEAD = """# What explains what

<!-- Made by `python -m tools.what_explains_what`; a test compares. -->

Every change between two pictures is held against OpenAI's audit log by this table. A change is
**explained** when a line fits: the event is of one of the types, it names the entity in the way the
line says, and it occurred between the last picture that did not show the change and the one that
did (give or take five minutes). *Cascade* lines are events about something else that carry the
change along: who leaves takes memberships and keys with them.

An event explains as many entities as it likes, but of one entity only one change of a kind: two
renamings need two events. Where several fit, one about the entity itself goes before a cascade, and
an older one before a later. Where a change has several parts (a key renamed *and* its owner gone
from the project), each part needs its event. A role that an event states must agree with the role
that is seen as to whether it is `owner`; events say `member` where lists say `reader`.

What each verdict means, and what to do about a finding: [findings.md](findings.md).

## Changes
"""

_BEFORE_EFFECTS = """## Groups and roles

People have roles, memberships and working keys through groups and roles, too. Who is in which
group and what a group may do is read once a day; what of it was so in the minute of an event nobody
can tell. So an event about a group explains what it caused only where it names the person, and then
only what they *lost* by it; an assignment of a role where it is the person's (the lines above).
Otherwise the verdict is `cannot_tell`, reason
`through_group_or_role`, with the event's id.

This excuses no more than a group or a role can cause:

- the role of a person, of a service account or of a member of a project; a membership of a
  project; whether the owner of a key has access to its project. Never a key that came, went or was
  renamed, a person or an account that came or went, a project, an invite, an admin key;
- only the way that the event can have worked: what gives excuses no loss, what takes no gain;
- an event that names somebody whom a list has ever shown (but for who did it), or an assignment
  whose `principal_type` is a user, is about nobody else;
- an assignment for a project (by its `resource_type`) is about no other project; a role bound to a
  resource is about that project only;
- and every part of the change: a key renamed and turned off is not excused by a group.

What it cannot keep apart: somebody who may edit groups or roles, and deletes a group in the hour of
a hidden loss, or changes a role in the hour of a hidden gain, has `cannot_tell` for it and no
finding. The event names them as its actor.

| event type | can have |
|---|---|
@GROUP_EVENTS@

## Notes

Events done with an admin key carry the default project whatever they are about; their project is
therefore not held against them. Types beginning with `tenant.` have no documented payload; they can
explain, by an id anywhere in them, but their absence proves nothing.

## What no event tells of

Never held against the log, whatever else changed in the same hour:

- `last_used_at` and other facts that change by use: they are no changes at all;
- address hash and prefix of a person (names are not kept), `is_service_account`, `enabled`,
  `banned`, `is_scim_managed`, the time when something came, where that is corrected (a later one
  is a return);
- fields that OpenAI has not documented (`extra`);
- keys and invites that end on the day that was set for them (`expires_at`);
- a key first shown long after it was made, as lists of archived projects can do.

The verdict on these is `cannot_tell`, with the reason `never_logged`, `ended_by_itself` or
`existed_before`.

Who is in a group, who has which role, which groups are in a project, and workload identities: an
event explains such a change (the lines above), but which events it leaves behind is not
established, so that none is there says nothing. The verdict is `cannot_tell`, reason
`not_always_logged`.

## Events that must leave a trace

The other way round: after these events the next whole picture (taken at least five minutes later)
must show something. Where it does not, no later event undoes it, and the log has settled, the event
is an `event_without_change`.
"""

_TAIL = """
A key that is made and removed within the hour leaves no trace, and both events are there: no
finding. `api_key.created` is judged only where a person in a browser made the key in a project:
admin keys have the same event. `user.*` events that name a project are about membership, and are
not judged here.
"""

_TYPES_HEAD = """
## Every event type

All types of OpenAI's document of 2026-08-21 and of its SDK: what each explains, and whether the
next picture must show a change after it. A type that is not here explains nothing.

| event type | explains | must leave a change behind |
|---|---|---|"""

_EXPECTS = {
    "present": "it is, or has been, listed",
    "absent": "it is not listed any more",
    "archived": "it is not active any more",
    "role": "the role that the event states is, or has been, held",
}


def page() -> str:
    """Return the page."""
    before_effects = _BEFORE_EFFECTS.replace("@GROUP_EVENTS@", "\n".join(_group_events()))
    lines = [_HEAD, *_changes(), before_effects, *_effects(EXPECTED_EFFECTS), _TAIL]
    return "\n".join([*lines, *_types()]) + "\n"


def _changes() -> Iterable[str]:
    for section, fields in ASPECTS.items():
        yield f"### {section}\n"
        yield "| change | event types | the event … | |"
        yield "|---|---|---|---|"
        for rule in TABLE:
            if rule.section == section:
                yield _line(rule, fields)
        yield ""


def _line(rule: Rule, fields: dict[str, str]) -> str:
    field_names = [f"`{name}`" for name, aspect in fields.items() if aspect == rule.aspect]
    change_text = " or ".join(field_names) + " modified" if field_names else rule.aspect
    if rule.becomes:
        value = "anything but `owner`" if rule.becomes == NOT_OWNER else f"`{rule.becomes}`"
        change_text = f"{change_text}, to {value}"
    types = ", ".join(f"`{name}`" for name in rule.types)
    return f"| {change_text} | {types} | {VIA[rule.via]} | {'cascade' if rule.cascade else ''} |"


def _effects(effects: Iterable[Effect]) -> Iterable[str]:
    yield "| event type | section | must show | undone by |"
    yield "|---|---|---|---|"
    for effect in effects:
        reverted = ", ".join(f"`{name}`" for name in effect.reverted_by)
        yield f"| `{effect.type}` | {effect.section} | {_EXPECTS[effect.expects]} | {reverted} |"


def _group_events() -> Iterable[str]:
    for name, ways in GROUP_EVENTS.items():
        text = " or ".join("given" if way == GIVEN else "taken" for way in ways)
        yield f"| `{name}` | {text}{', in the project it names' * (name in OF_A_RESOURCE)} |"


def _types() -> Iterable[str]:
    awaited = {effect.type for effect in EXPECTED_EFFECTS}
    explaining = {name for rule in TABLE for name in rule.types}
    why = {name: reason for reason, names in NEED_NOT_SHOW.items() for name in names}
    nothing = {name: reason for reason, names in EXPLAINS_NOTHING.items() for name in names}
    yield _TYPES_HEAD
    for name in sorted({*explaining, *GROUP_EVENTS, *nothing}):
        explained = ", ".join(_explained_by(name)) or "nothing"
        leaves = "yes" if name in awaited else f"no: {why.get(name) or nothing[name]}"
        yield f"| `{name}` | {explained} | {leaves} |"


def _explained_by(name: str) -> Iterable[str]:
    rules = [rule for rule in TABLE if name in rule.types]
    yield from dict.fromkeys(f"{rule.section} {rule.aspect}" for rule in rules)
    if name in GROUP_EVENTS:
        yield "`cannot_tell` of others"


if __name__ == "__main__":
    print(page(), end="")
