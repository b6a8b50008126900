"""Whose tokens an organization takes for machines, and as what these may act.

Pure. As in ``entities.py``, of each section there is a *state* and an *episode*.
"""

from typing import Annotated, TypedDict

from functions.shared.canonical import Json
from functions.shared.records.fields import (
    FILTER,
    IDENTITY,
    SEALED_ONLY,
    Episode,
    LargeValue,
    MaybeFlag,
    MaybeInstant,
    MaybeName,
    MaybeText,
    Text,
    Unreadable,
)


class WorkloadIdentityProviderState(TypedDict):
    """Whose tokens are taken, as one snapshot shows it."""

    provider_id: Annotated[Text, IDENTITY]
    name: MaybeName
    type: MaybeText
    issuer: MaybeName
    audience: MaybeName
    enabled: MaybeFlag
    created_at: MaybeInstant
    extra: Annotated[Json, SEALED_ONLY]
    unreadable: Unreadable


class WorkloadIdentityProvider(WorkloadIdentityProviderState, Episode):
    """One stay of a provider of workload identities."""


class AttributeMatcher(TypedDict):
    """What a token must say for a rule to match it: an attribute, and its value as text."""

    attribute: MaybeName
    value: MaybeName


class WorkloadIdentityRuleState(TypedDict):
    """Which tokens of a provider may act as which service account, as one snapshot shows it."""

    provider_id: Annotated[Text, FILTER]
    rule_id: Annotated[Text, IDENTITY]
    name: MaybeName
    project_id: Annotated[MaybeText, FILTER]
    service_account_id: Annotated[MaybeText, FILTER]
    attribute_matchers: list[AttributeMatcher] | LargeValue | None
    permission_type: MaybeText
    scopes: list[Text] | LargeValue | None
    enabled: MaybeFlag
    created_at: MaybeInstant
    extra: Annotated[Json, SEALED_ONLY]
    unreadable: Unreadable


class WorkloadIdentityRule(WorkloadIdentityRuleState, Episode):
    """One stay of a rule for workload identities."""
