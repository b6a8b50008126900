"""Policies: the statements of keys, topics, queues and roles, and whether they allow something."""

import fnmatch
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from tools.aws_rules.template import Template, listed, references, text_of

EVERYBODY: Final = "*"
# By these a service says on whose behalf it calls.
_SOURCES: Final = frozenset({"aws:sourcearn", "aws:sourceaccount", "aws:sourceorgid"})


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of a policy."""

    effect: str
    principals: frozenset[str]
    actions: tuple[str, ...]
    resources: tuple[Any, ...]
    conditions: Mapping[str, Mapping[str, Any]]

    def covers(self, action: str) -> bool:
        """Whether an action is among the statement's; its patterns are without case."""
        return any(fnmatch.fnmatchcase(action.lower(), a.lower()) for a in self.actions)

    def covers_resource(self, logical_id: str) -> bool:
        """Whether a resource of the template, or something in it, is among the statement's."""
        return any(r == EVERYBODY or logical_id in references(r) for r in self.resources)

    def keys(self) -> dict[str, list[Any]]:
        """Return the values of the conditions by their key, in lower case."""
        keys: dict[str, list[Any]] = {}
        for tests in self.conditions.values():
            for key, value in tests.items():
                keys.setdefault(key.lower(), []).extend(listed(value))
        return keys

    def names_its_source(self) -> bool:
        """Whether a service is let in only on behalf of some account or resource."""
        return not _SOURCES.isdisjoint(self.keys())

    def admits(self, service: str) -> bool:
        """Whether it lets a service in, such as ``events.amazonaws.com``."""
        return self.effect == "Allow" and service in self.principals


def statements(document: Any) -> Iterator[Statement]:
    """Yield the statements of a policy document."""
    for statement in listed((document or {}).get("Statement")):
        yield Statement(
            statement["Effect"],
            frozenset(_principals(statement.get("Principal"))),
            tuple(str(action) for action in listed(statement.get("Action"))),
            tuple(listed(statement.get("Resource"))),
            statement.get("Condition") or {},
        )


def _principals(principal: Any) -> Iterator[str]:
    if isinstance(principal, Mapping):
        for names in principal.values():
            yield from (text_of(name) for name in listed(names))
    else:
        yield from listed(principal)


def policies_on(
    template: Template, policy_type: str, place: str, logical_id: str
) -> list[tuple[str, list[Statement]]]:
    """Return the policies on a topic, queue or bucket, by their own logical ids.

    Args:
        template: which.
        policy_type: such as ``AWS::SNS::TopicPolicy``.
        place: the property that names what it is on, such as ``Topics``.
        logical_id: of what it is on.
    """
    return [
        (name, list(statements(properties["PolicyDocument"])))
        for name, properties in template.of_type(policy_type)
        if logical_id in references(properties.get(place))
    ]


def policies_of_role(template: Template, role: str) -> Iterator[tuple[str, Any]]:
    """Yield the documents of a role's own policies, with the logical id of what holds each."""
    for inline in template.properties(role).get("Policies", []):
        yield role, inline["PolicyDocument"]
    for name, properties in template.of_type("AWS::IAM::Policy", "AWS::IAM::RolePolicy"):
        holders = listed(properties.get("Roles")) + listed(properties.get("RoleName"))
        if role in references(holders):
            yield name, properties["PolicyDocument"]


def allowed_to_role(template: Template, role: str) -> list[Statement]:
    """Return every Allow of a role's own policies."""
    return [
        statement
        for _, document in policies_of_role(template, role)
        for statement in statements(document)
        if statement.effect == "Allow"
    ]


def role_may(
    allowed: Iterable[Statement], action: str, logical_id: str, via: str | None = None
) -> bool:
    """Whether some statement allows an action on a resource of the template.

    Args:
        allowed: the statements.
        action: a single one, such as ``kms:Decrypt``.
        logical_id: of the resource.
        via: the service that asks on the role's behalf, such as ``s3``; a condition may demand it.
    """
    return any(
        statement.covers(action)
        and statement.covers_resource(logical_id)
        and (via is None or _lets_through(statement, via))
        for statement in allowed
    )


def _lets_through(statement: Statement, via: str) -> bool:
    services = statement.keys().get("kms:viaservice")
    return services is None or any(text_of(s).startswith(f"{via}.") for s in services)


def role_of(template: Template, function: str) -> str | None:
    """Return the logical id of a function's role, if the template makes it."""
    return next(
        iter(template.referred(template.properties(function)["Role"], "AWS::IAM::Role")), None
    )
