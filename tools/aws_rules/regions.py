"""Whether a name says the region it is for."""

import re
from typing import Any

from tools.aws_rules.template import references, text_of

_REGION = re.compile(r"\b[a-z]{2}(?:-[a-z]+){1,2}-\d\b")


def carries_region(name: Any) -> bool:
    """Whether a name holds a region, such as ``eu-central-1``, or a reference to the stack's."""
    return "AWS::Region" in references(name) or bool(_REGION.search(text_of(name)))
