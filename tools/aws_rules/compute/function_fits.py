"""A function has at most five layers and an environment of 4 KB, names and values together.

Source: Lambda Developer Guide, "Lambda quotas", Function layers and Environment variables.
"""

from collections.abc import Iterator

from tools.aws_rules.template import Finding, Template, with_references_resolved

_MAX_LAYERS = 5
_MAX_ENVIRONMENT_BYTES = 4096


def check(template: Template) -> Iterator[Finding]:
    """Yield each function with more, a reference being counted as an ARN."""
    for name, function in template.of_type("AWS::Lambda::Function"):
        n_layers = len(function.get("Layers") or [])
        if n_layers > _MAX_LAYERS:
            yield Finding(name, f"has {n_layers} layers, at most {_MAX_LAYERS}")
        variables = (function.get("Environment") or {}).get("Variables") or {}
        resolved = with_references_resolved(variables)
        n_bytes = sum(len(f"{key}{value}".encode()) for key, value in resolved.items())
        if n_bytes > _MAX_ENVIRONMENT_BYTES:
            words = f"has an environment of some {n_bytes} bytes, at most {_MAX_ENVIRONMENT_BYTES}"
            yield Finding(name, words)
