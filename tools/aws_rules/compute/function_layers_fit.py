"""A function has at most five layers.

Source: Lambda Developer Guide, "Lambda quotas", function layers.
"""

from collections.abc import Iterator

from tools.aws_rules.template import Finding, Template

_MAX_LAYERS = 5


def check(template: Template) -> Iterator[Finding]:
    """Yield each function with more."""
    for name, function in template.of_type("AWS::Lambda::Function"):
        n_layers = len(function.get("Layers") or [])
        if n_layers > _MAX_LAYERS:
            yield Finding(name, f"has {n_layers} layers, at most {_MAX_LAYERS}")
