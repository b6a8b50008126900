"""The prefix of Cognito's own sign-in domain carries the account, and no word that is reserved.

It is one name among all accounts of a region: a plain one is somebody's already, or will be.
Source: Cognito Developer Guide, "Using the Amazon Cognito domain for the hosted UI" (an available
prefix); the words by the refusal, "Domain cannot contain reserved word: cognito".
"""

import re
from collections.abc import Iterator

from tools.aws_rules.template import Finding, Template, references, text_of

_RESERVED = ("aws", "amazon", "cognito")


def check(template: Template) -> Iterator[Finding]:
    """Yield each prefix that may be taken, or that Cognito refuses."""
    for name, domain in template.of_type("AWS::Cognito::UserPoolDomain"):
        if domain.get("CustomDomainConfig"):
            continue
        prefix = text_of(domain["Domain"])
        if not re.search(r"\d{12}", prefix) and "AWS::AccountId" not in references(
            domain["Domain"]
        ):
            yield Finding(name, f"has the prefix {prefix}, which any account may have taken")
        plain = re.sub(r"\$\{.*?\}", "", prefix)
        if any(word in plain for word in _RESERVED):
            yield Finding(name, f"has the prefix {prefix}, with a word that Cognito reserves")
