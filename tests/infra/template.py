"""A synthesized template as questions about it: who may do what, what is set how."""

import fnmatch
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
Resource = Mapping[str, Any]


# Of hex digits, behind what the CDK calls a resource.
_HASH = 8

# What an operator has to say before anything is synthesized for production.
TIME_AUTHORITY = f"https://tsa.test/tsr {'5a' * 32}"


def context_of(stage: str) -> dict[str, Any]:
    """Return a stage's context, without the wheels layer: it takes the longest to build."""
    context: dict[str, Any] = json.loads((ROOT / "cdk.json").read_text())["context"]
    if stage == "prod":
        context["time_authority"] = TIME_AUTHORITY
    return context | {"stage": stage, "aws:cdk:bundling-stacks": []}


@dataclass(frozen=True)
class Statement:
    """One statement of a role's policy.

    ``function`` is whose role it is; of a role that is no function's, the role's own name.
    """

    function: str
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    conditions: Mapping[str, Any]


@dataclass(frozen=True)
class Template:
    """A template and the folder of its assembly."""

    body: Mapping[str, Any]
    folder: Path

    @classmethod
    def read(cls, path: Path) -> "Template":
        """Read a template file."""
        return cls(json.loads(path.read_text()), path.parent)

    def all(self, kind: str) -> dict[str, Resource]:
        """Return the properties of all resources of a type, by logical id."""
        return {
            name: resource.get("Properties", {})
            for name, resource in self.body["Resources"].items()
            if resource["Type"] == kind
        }

    def only(self, kind: str, start: str = "") -> tuple[str, Resource]:
        """Return the only resource of a type whose logical id starts so."""
        matching = {name: r for name, r in self.all(kind).items() if name.startswith(start)}
        assert len(matching) == 1, f"{kind} {start}: {sorted(matching)}"
        return next(iter(matching.items()))

    def functions(self) -> dict[str, Resource]:
        """Return the functions' properties by the names the design gives them."""
        outputs = self.body["Outputs"]
        names = {
            output["Value"]["Ref"]: name.removesuffix("FunctionName")
            for name, output in outputs.items()
            if name.endswith("FunctionName")
        }
        return {names[logical]: r for logical, r in self.all("AWS::Lambda::Function").items()}

    def role_statements(self) -> Iterator[Statement]:
        """Yield every Allow of every role, its function named."""
        function_of = {
            properties["Role"]["Fn::GetAtt"][0]: name
            for name, properties in self.functions().items()
        }
        for policy in self.all("AWS::IAM::Policy").values():
            for role in policy["Roles"]:
                for statement in policy["PolicyDocument"]["Statement"]:
                    assert statement["Effect"] == "Allow"
                    yield Statement(
                        function_of.get(role["Ref"], role["Ref"][:-_HASH]),
                        tuple(listed(statement["Action"])),
                        tuple(flat(resource) for resource in listed(statement["Resource"])),
                        statement.get("Condition", {}),
                    )

    def allowing(self, action: str, resource: str) -> list[Statement]:
        """Return the statements that allow an action on a resource.

        Args:
            action: one IAM action, such as ``kms:Decrypt``.
            resource: a logical id, or one with ``.Arn`` and more behind it.
        """
        return [
            statement
            for statement in self.role_statements()
            if any(fnmatch.fnmatchcase(action, pattern) for pattern in statement.actions)
            and any(r == "*" or r.startswith(resource) for r in statement.resources)
        ]

    def who_may(self, action: str, resource: str) -> set[str]:
        """Return the functions that may do an action on a resource."""
        return {statement.function for statement in self.allowing(action, resource)}


def listed(value: Any) -> list[Any]:
    """Return a JSON value that may be a list as one."""
    return value if isinstance(value, list) else [value]


def flat(value: Any) -> str:
    """Return a reference as text: ``Table.Arn``, ``Queue``, joined parts one after the other."""
    if isinstance(value, str):
        return value
    if "Fn::GetAtt" in value:
        return ".".join(value["Fn::GetAtt"])
    if "Ref" in value:
        return str(value["Ref"])
    if "Fn::Join" in value:
        return "".join(flat(part) for part in value["Fn::Join"][1])
    raise AssertionError(f"not a reference: {value}")
