"""An event pattern has at most 2,048 characters, 1,000 combinations, and few wildcards a field.

EventBridge refuses another one when it is deployed. A pattern with ``$or`` is as many as there are
combinations of the alternatives. Wildcards are judged together for each field; AWS only says "too
complex". What it measures is how many beginnings of wildcard patterns one text can match at once;
ten a rule is the bound that its matcher's README gives for thirty rules with wildcards, and thirty
is what a bus takes.
Source: EventBridge User Guide, "Amazon EventBridge quotas", Event pattern size, Rules containing
wildcards; "Comparison operators for use in event patterns"; github.com/aws/event-ruler, README.md,
Matching with a Machine. The 1,000 is by the emulator's word for EventBridge's refusal, "over 1000
rule combinations".
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from tools.aws_rules.template import Finding, Template, references

_MAX_CHARACTERS = 2048
_MAX_COMBINATIONS = 1000
_MAX_COMPLEXITY = 10
_MAX_RULES_WITH_WILDCARDS = 30


def check(template: Template) -> Iterator[Finding]:
    """Yield each rule whose pattern EventBridge refuses, and the last one where there are many."""
    with_wildcards = []
    for name, rule in template.of_type("AWS::Events::Rule"):
        pattern = _resolved(rule.get("EventPattern") or {})
        n_characters = len(json.dumps(pattern, separators=(",", ":")))
        if n_characters > _MAX_CHARACTERS:
            yield Finding(name, f"has a pattern of {n_characters} characters, at most 2,048")
        n_combinations = combinations(pattern)
        if n_combinations > _MAX_COMBINATIONS:
            yield Finding(name, f"has a pattern of {n_combinations} combinations, at most 1,000")
        fields = list(wildcards(pattern))
        with_wildcards += [name] if fields else []
        for field in fields:
            n = complexity(field)
            if n > _MAX_COMPLEXITY:
                words = f"has {len(field)} wildcards in a field, {n} matching at once, at most 10"
                yield Finding(name, words)
    if len(with_wildcards) > _MAX_RULES_WITH_WILDCARDS:
        words = f"is one of {len(with_wildcards)} rules with wildcards, and a bus takes 30"
        yield Finding(with_wildcards[-1], words)


def combinations(pattern: Any) -> int:
    """Return how many patterns without ``$or`` a pattern is."""
    n = 1
    if isinstance(pattern, Mapping):
        for key, value in pattern.items():
            n *= sum(combinations(v) for v in value) if key == "$or" else combinations(value)
    return n


def wildcards(pattern: Any) -> Iterator[list[str]]:
    """Yield the wildcard patterns of each field that has some."""
    if isinstance(pattern, Mapping):
        for value in pattern.values():
            yield from wildcards(value)
    elif isinstance(pattern, list):
        found = [str(v["wildcard"]) for v in pattern if isinstance(v, Mapping) and "wildcard" in v]
        if found:
            yield found
        for value in pattern:
            yield from wildcards(value)


def complexity(patterns: Iterable[str]) -> int:
    """Return how many beginnings of wildcard patterns one text can match at once, at most."""
    texts = tuple(patterns)
    start = _with_gaps(texts, {(text, 0) for text in texts})
    letters = set("".join(texts)) - {"*"} | {"\0"}
    seen, ahead = {start}, [start]
    while ahead:
        reached = ahead.pop()
        for letter in letters:
            further = {(t, n + 1) for t, n in reached if t[n : n + 1] == letter}
            further |= {(t, n) for t, n in reached if t[:n].endswith("*")}
            matched = _with_gaps(texts, further)
            if matched not in seen:
                seen.add(matched)
                ahead.append(matched)
    return max(sum(n > 0 for _, n in matched) for matched in seen)


def _with_gaps(texts: Iterable[str], matched: set[tuple[str, int]]) -> frozenset[tuple[str, int]]:
    """Return the beginnings that are matched, and those with a ``*`` behind that takes nothing."""
    return frozenset(matched | {(t, n + 1) for t, n in matched if t[n : n + 1] == "*"})


def _resolved(value: Any) -> Any:
    """Return a pattern with names in the place of references, of the length of a KMS key's."""
    if isinstance(value, Mapping):
        if "Fn::Join" in value:
            separator, parts = value["Fn::Join"]
            return str(separator).join(str(_resolved(part)) for part in parts)
        if "Ref" in value or any(key.startswith("Fn::") for key in value):
            # No repetition in it that a real name has not.
            name = hashlib.sha256("".join(references(value)).encode()).hexdigest()
            return f"arn:aws:kms:xx-xxxxxxxxx-1:{name}" if "Fn::GetAtt" in value else name[:36]
        return {key: _resolved(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_resolved(part) for part in value]
    return value
