"""Reserved concurrency leaves the account's functions at least 100 unreserved.

A new account, which has 10 in all, can reserve none; the deployment is refused.
Source: Lambda Developer Guide, "Configuring reserved concurrency for a function"; "Lambda quotas":
new accounts have reduced concurrency. That it is ten is what new accounts report.
"""

from collections.abc import Iterator

from tools.aws_rules.template import Finding, Template

_UNRESERVED = 100


def check(template: Template) -> Iterator[Finding]:
    """Yield each function that reserves, where all together reserve more than there is."""
    reserved = {
        name: int(function.get("ReservedConcurrentExecutions") or 0)
        for name, function in template.of_type("AWS::Lambda::Function")
    }
    most = max(0, template.quotas.concurrency - _UNRESERVED)
    if sum(reserved.values()) > most:
        for name, n in reserved.items():
            if n:
                yield Finding(name, f"reserves {n}, and the account has {most} to reserve")
