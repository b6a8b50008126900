"""A template has at most 500 resources, 200 outputs and parameters, and 1 MB.

Source: CloudFormation User Guide, "Understand CloudFormation quotas".
"""

import json
from collections.abc import Iterator

from tools.aws_rules.template import Finding, Template

_MOST = {"Resources": 500, "Outputs": 200, "Parameters": 200, "Mappings": 200}
_MAX_BYTES = 1_000_000
_MAX_LOGICAL_ID = 255


def check(template: Template) -> Iterator[Finding]:
    """Yield what there is too much of."""
    for section, most in _MOST.items():
        n = len(template.body.get(section, {}))
        if n > most:
            yield Finding(section, f"has {n} entries, at most {most}")
    n_bytes = len(json.dumps(template.body, separators=(",", ":")).encode())
    if n_bytes > _MAX_BYTES:
        yield Finding("Resources", f"make a template of {n_bytes} bytes, at most {_MAX_BYTES}")
    for name in template.resources:
        if not name.isalnum() or len(name) > _MAX_LOGICAL_ID:
            yield Finding(name, "is no logical id: letters and digits, at most 255")
