"""A key's policy lets somebody change it, or KMS refuses the key.

Source: KMS API Reference, CreateKey, Policy and BypassPolicyLockoutSafetyCheck; KMS Developer
Guide, "Default key policy".
"""

from collections.abc import Iterator

from tools.aws_rules.policy import EVERYBODY, statements
from tools.aws_rules.template import Finding, Template


def check(template: Template) -> Iterator[Finding]:
    """Yield each key whose policy nobody may change."""
    for name, key in template.of_type("AWS::KMS::Key"):
        found = [s for s in statements(key["KeyPolicy"]) if s.covers("kms:PutKeyPolicy")]
        if not any(s.effect == "Allow" for s in found):
            yield Finding(name, "lets nobody change its policy")
        denied = [s for s in found if s.effect == "Deny" and EVERYBODY in s.principals]
        if any(not s.conditions for s in denied):
            yield Finding(name, "denies everybody to change its policy")
