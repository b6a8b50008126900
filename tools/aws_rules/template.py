"""A template as questions about it: resources by type, references, text.

Pure: no clock, no network. Intrinsic functions are not evaluated; a reference is followed by its
logical id.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

Resource = Mapping[str, Any]
Properties = Mapping[str, Any]

# The longest that a reference usually becomes: the ARN of a resource with a generated name.
_REFERENCE_CHARACTERS: Final = 120


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule has against a resource."""

    logical_id: str
    words: str


@dataclass(frozen=True, slots=True)
class Quotas:
    """What the account grants; the defaults are a new account's.

    Source: AWS Lambda Developer Guide, "Lambda quotas": new accounts have reduced concurrency and
    memory quotas, raised by use or on request.
    """

    function_memory_mb: int = 3008
    concurrency: int = 10


@dataclass(frozen=True, slots=True)
class Template:
    """A CloudFormation template.

    Args:
        body: as JSON.
        quotas: of the account it goes to.
    """

    body: Mapping[str, Any]
    quotas: Quotas = Quotas()

    @property
    def resources(self) -> Mapping[str, Resource]:
        """Return every resource by its logical id."""
        resources: Mapping[str, Resource] = self.body.get("Resources", {})
        return resources

    def of_type(self, *types: str) -> Iterator[tuple[str, Properties]]:
        """Yield logical id and properties of each resource of some types."""
        for logical_id, resource in self.resources.items():
            if resource["Type"] in types:
                yield logical_id, resource.get("Properties", {})

    def properties(self, logical_id: str) -> Properties:
        """Return a resource's properties."""
        properties: Properties = self.resources[logical_id].get("Properties", {})
        return properties

    def referred(self, value: Any, *types: str) -> list[str]:
        """Return the logical ids that a value refers to, of resources of some types."""
        return [name for name in references(value) if self._is_a(name, types)]

    def _is_a(self, logical_id: str, types: tuple[str, ...]) -> bool:
        return logical_id in self.resources and self.resources[logical_id]["Type"] in types


Rule = Callable[[Template], Iterator[Finding]]


def references(value: Any) -> Iterator[str]:
    """Yield the logical ids, parameters and pseudo parameters that a value refers to."""
    if isinstance(value, Mapping):
        if "Ref" in value:
            yield str(value["Ref"])
        elif "Fn::GetAtt" in value:
            yield str(listed(value["Fn::GetAtt"])[0]).split(".")[0]
        else:
            if "Fn::Sub" in value:
                yield from _substituted(str(listed(value["Fn::Sub"])[0]))
            for part in value.values():
                yield from references(part)
    elif isinstance(value, list):
        for part in value:
            yield from references(part)


def _substituted(text: str) -> Iterator[str]:
    for part in text.split("${")[1:]:
        yield part.partition("}")[0].split(".")[0]


def text_of(value: Any) -> str:
    """Return a value as text: a reference as ``${LogicalId}``, joined parts one after the other."""
    if isinstance(value, Mapping):
        if "Fn::Join" in value:
            separator, parts = value["Fn::Join"]
            return str(separator).join(text_of(part) for part in parts)
        if "Fn::Sub" in value:
            return str(listed(value["Fn::Sub"])[0])
        return "".join(f"${{{name}}}" for name in references(value))
    return str(value)


def with_references_resolved(value: Any) -> Any:
    """Return a value with something of a reference's usual length in its place, to be measured."""
    if isinstance(value, Mapping):
        if "Fn::Join" in value:
            separator, parts = value["Fn::Join"]
            return str(separator).join(str(with_references_resolved(part)) for part in parts)
        if "Ref" in value or any(name.startswith("Fn::") for name in value):
            return "x" * _REFERENCE_CHARACTERS
        return {name: with_references_resolved(part) for name, part in value.items()}
    if isinstance(value, list):
        return [with_references_resolved(part) for part in value]
    return value


def at(properties: Properties, place: str) -> Any:
    """Return what stands at a place, such as ``Config.Name``, or nothing."""
    value: Any = properties
    for step in place.split("."):
        value = (value or {}).get(step)
    return value


def listed(value: Any) -> list[Any]:
    """Return a JSON value that may be a list as one, and nothing as an empty one."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
