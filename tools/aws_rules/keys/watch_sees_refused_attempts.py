"""A rule on CloudTrail's events that names what was asked for also matches where it was refused.

A call that was denied may stand in CloudTrail without its parameters: what it was about is then
among the resources or in the error's message. A pattern on the parameters alone hears of what
succeeded.
Source: CloudTrail User Guide, "CloudTrail record contents", requestParameters, errorMessage and
resources. Which of them a service leaves out AWS does not say; records that people published have
``"requestParameters": null`` with KMS, and the bucket's name beside "Access Denied" with S3.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from tools.aws_rules.template import Finding, Template, listed

_CALLS = "AWS API Call via CloudTrail"


def check(template: Template) -> Iterator[Finding]:
    """Yield each rule that is deaf to refusals."""
    for name, rule in template.of_type("AWS::Events::Rule"):
        pattern = rule.get("EventPattern") or {}
        if _CALLS in listed(pattern.get("detail-type")) and _needs_parameters(pattern["detail"]):
            yield Finding(name, "matches by requestParameters alone, which a refused call has not")


def _needs_parameters(detail: Mapping[str, Any]) -> bool:
    if "requestParameters" in detail:
        return True
    branches = listed(detail.get("$or"))
    if not any("requestParameters" in branch for branch in branches):
        return False
    told = {name for branch in branches for name in branch if "requestParameters" not in branch}
    return not {"resources", "errorMessage"} <= told
