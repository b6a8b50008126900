"""Print docs/what-explains-what.md from the table that the product works by.

Run ``python -m tools.what_explains_what > docs/what-explains-what.md`` after a change of the table.
"""

from collections.abc import Iterable

from functions.snapshot.reconcile.rule_table import (
    ASPECTS,
    EXPECTED_EFFECTS,
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
renamings need two events. Where a change has several parts (a key renamed *and* its owner gone from
the project), each part needs its event. A role that an event states must agree with the role that
is seen as to whether it is `owner`; events say `member` where lists say `reader`.

What each verdict means, and what to do about a finding: [findings.md](findings.md).

## Changes
"""

_BEFORE_EFFECTS = """
Events done with an admin key carry the default project whatever they are about; their project is
therefore not held against them. Types beginning with `tenant.` have no documented payload; they can
explain, by an id anywhere in them, but their absence proves nothing.

## What no event tells of

Never held against the log, whatever else changed in the same hour:

- `last_used_at` and other facts that change by use: they are no changes at all;
- address hash and prefix of a person (names are not kept), `is_service_account`, creation times;
- fields that OpenAI has not documented (`extra`);
- keys and invites that end on the day that was set for them (`expires_at`);
- a key first shown long after it was made, as lists of archived projects can do.

The verdict on these is `cannot_tell`, with the reason `never_logged`, `ended_by_itself` or
`existed_before`.

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

_EXPECTS = {
    "present": "it is, or has been, listed",
    "absent": "it is not listed any more",
    "archived": "it is not active any more",
    "role": "the role that the event states is, or has been, held",
}


def page() -> str:
    """Return the page."""
    lines = [_HEAD, *_changes(), _BEFORE_EFFECTS, *_effects(EXPECTED_EFFECTS), _TAIL]
    return "\n".join(lines)


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
        change_text = f"{change_text}, to `{rule.becomes}`"
    types = ", ".join(f"`{name}`" for name in rule.types)
    return f"| {change_text} | {types} | {VIA[rule.via]} | {'cascade' if rule.cascade else ''} |"


def _effects(effects: Iterable[Effect]) -> Iterable[str]:
    yield "| event type | section | must show | undone by |"
    yield "|---|---|---|---|"
    for effect in effects:
        reverted = ", ".join(f"`{name}`" for name in effect.reverted_by)
        yield f"| `{effect.type}` | {effect.section} | {_EXPECTS[effect.expects]} | {reverted} |"


if __name__ == "__main__":
    print(page(), end="")
