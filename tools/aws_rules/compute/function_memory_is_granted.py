"""A function asks for no more memory than the account grants.

A new account grants 3,008 MB, whatever the service's own maximum; the deployment is refused.
Source: Lambda Developer Guide, "Lambda quotas" (new accounts have reduced memory quotas) and
"Troubleshoot deployment issues in Lambda" (at most 3008).
"""

from collections.abc import Iterator

from tools.aws_rules.template import Finding, Template


def check(template: Template) -> Iterator[Finding]:
    """Yield each function that asks for more."""
    granted = template.quotas.function_memory_mb
    for name, function in template.of_type("AWS::Lambda::Function"):
        asked = int(function.get("MemorySize", 128))
        if asked > granted:
            yield Finding(name, f"asks for {asked} MB, and the account grants {granted}")
