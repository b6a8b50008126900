"""The inline policies of a role have at most 10,240 characters together, white space apart.

Source: IAM User Guide, "IAM and AWS STS quotas", IAM and STS character quotas, inline policies.
"""

import json
from collections.abc import Iterator

from tools.aws_rules.policy import policies_of_role
from tools.aws_rules.template import Finding, Template, with_references_resolved

_MAX_CHARACTERS = 10_240


def check(template: Template) -> Iterator[Finding]:
    """Yield each role with more, a reference being counted as an ARN."""
    for role, _ in template.of_type("AWS::IAM::Role"):
        documents = [with_references_resolved(d) for _, d in policies_of_role(template, role)]
        n_characters = sum(len(json.dumps(d, separators=(",", ":"))) for d in documents)
        if n_characters > _MAX_CHARACTERS:
            words = f"has policies of some {n_characters} characters, at most {_MAX_CHARACTERS}"
            yield Finding(role, words)
