"""Write the JSON Schema of the OCSF classes that the feed uses, from the published definitions.

    python -m tests.api.feed.ocsf.derive REPOSITORY COMMIT

REPOSITORY is a git directory of github.com/ocsf/ocsf-schema, COMMIT a branch, tag or digest in it.
What is written are facts alone: names, types, enums and what is required. Of objects that the feed
does not use no attribute may be there; profiles are not applied.
"""

import json
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

Json = dict[str, Any]
WRITTEN = Path(__file__).parent / "schema.json"
CLASSES = (
    *("base_event", "findings/detection_finding", "iam/account_change", "iam/authentication"),
    *("iam/entity_management", "application/scan_activity"),
)
OBJECTS = (
    *("metadata", "product", "actor", "user", "managed_entity", "finding_info", "service"),
    *("resource_details", "scan"),
)


class Published:
    """The definitions of one commit."""

    def __init__(self, repository: str, commit: str) -> None:
        self._repository, self._commit = repository, commit
        self.dictionary = self.read("dictionary.json")

    @cache  # noqa: B019 - lives as long as the command
    def read(self, path: str) -> Json:
        """Return one file."""
        command = ["git", "-C", self._repository, "show", f"{self._commit}:{path}"]
        return json.loads(subprocess.run(command, check=True, capture_output=True).stdout)  # type: ignore[no-any-return]

    def merged(self, folder: str, name: str) -> Json:
        """Return a definition with all that it extends: attributes, and constraints of its own."""
        own = self.read(f"{folder}/{name}.json")
        parent = own.get("extends")
        base: Json = {"attributes": {}}
        if parent:
            place = name.rpartition("/")[0] if folder == "events" else ""
            path = "base_event" if parent == "base_event" else f"{place}/{parent}".lstrip("/")
            base = self.merged(folder, path)
        attributes = {k: dict(v) for k, v in base["attributes"].items()}
        for key, value in own["attributes"].items():
            if key != "$include" and not value.get("profile"):
                enum = {**attributes.get(key, {}).get("enum", {}), **value.get("enum", {})}
                attributes[key] = {**attributes.get(key, {}), **value}
                if enum:
                    attributes[key]["enum"] = enum
        constraints = own.get("constraints", base.get("constraints", {}))
        return {**base, **own, "attributes": attributes, "constraints": constraints}

    def type_of(self, attribute: str, facts: Json) -> Json | None:
        """Return the schema of an attribute, None of an object that is not used here."""
        known = self.dictionary["attributes"].get(attribute, {})
        name = facts.get("type", known.get("type", "string_t"))
        if name == "object":
            schema: Json = {"type": "object"}
        elif name.endswith("_t"):
            schema = self._scalar(name, attribute, facts, known)
        elif name in OBJECTS:
            schema = {"$ref": f"#/$defs/{name}"}
        else:
            return None
        is_array = facts.get("is_array", known.get("is_array", False))
        return {"type": "array", "items": schema} if is_array else schema

    def _scalar(self, name: str, attribute: str, facts: Json, known: Json) -> Json:
        if name == "json_t":
            return {}
        types = self.dictionary["types"]["attributes"]
        of = types[name]
        base = of.get("type", name)
        words = {"integer_t": "integer", "long_t": "integer", "float_t": "number"}
        schema: Json = {"type": {**words, "boolean_t": "boolean"}.get(base, "string")}
        enum = {**known.get("enum", {}), **facts.get("enum", {})}
        if enum and schema["type"] == "integer":
            schema["enum"] = sorted(map(int, enum))
        if "regex" in of:
            schema["pattern"] = of["regex"]
        return schema

    def object_schema(self, definition: Json) -> Json:
        """Return the schema of a class or an object."""
        properties, required = {}, []
        for name, facts in sorted(definition["attributes"].items()):
            schema = self.type_of(name, facts)
            if schema is not None:
                properties[name] = schema
            if facts.get("requirement") == "required":
                required.append(name)
        schema = {
            "type": "object",
            "required": required,
            "properties": properties,
            "additionalProperties": False,
        }
        if "at_least_one" in definition["constraints"]:
            names = definition["constraints"]["at_least_one"]
            schema["anyOf"] = [{"required": [name]} for name in sorted(names)]
        return schema


def derive(repository: str, commit: str) -> Json:
    """Return the schema: a class by its number, the objects in ``$defs``."""
    published = Published(repository, commit)
    categories = published.read("categories.json")["attributes"]
    classes = {}
    for path in CLASSES:
        definition = published.merged("events", path)
        uid = definition.get("uid", 0)
        category = categories.get(definition["category"], {}).get("uid", 0)
        number = category * 1000 + uid
        schema = published.object_schema(definition)
        schema["title"] = definition["caption"]
        schema["properties"]["class_uid"] = {"const": number}
        schema["properties"]["category_uid"] = {"const": category}
        classes[str(number)] = schema
    sha = ["git", "-C", repository, "rev-parse", commit]
    digest = subprocess.run(sha, check=True, capture_output=True, text=True).stdout.strip()
    return {
        "source": {
            "repository": "https://github.com/ocsf/ocsf-schema",
            "commit": digest,
            "version": published.read("version.json")["version"],
            "license": "Apache-2.0",
        },
        "classes": classes,
        "$defs": {
            name: published.object_schema(published.merged("objects", name)) for name in OBJECTS
        },
    }


def main(argv: list[str]) -> int:
    """Write the schema beside this module."""
    WRITTEN.write_text(json.dumps(derive(*argv), indent=1, sort_keys=True) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
