"""From context to cloud assembly, with the AwsSolutions rules checked on the way."""

from collections.abc import Mapping
from typing import Any

from aws_cdk import App, Validations
from aws_cdk.cx_api import CloudAssembly
from cdk_nag import AwsSolutionsChecks

from infra.code import LayerNotBuilt
from infra.settings import SettingRefused, read
from infra.stack import OpenAIAudit

Refused = (LayerNotBuilt, SettingRefused)


def build(context: Mapping[str, Any], out: str) -> tuple[App, OpenAIAudit]:
    """Return the app with its one stack, not yet synthesized.

    Args:
        context: as in ``cdk.json``; ``CDK_CONTEXT_JSON`` (the CDK CLI's) wins over it.
        out: folder of the cloud assembly.

    Raises:
        SettingRefused: the context makes no sense.
        LayerNotBuilt: the wheels layer could not be built.
    """
    app = App(context=dict(context), outdir=out, analytics_reporting=False)
    stack = OpenAIAudit(app, read(app.node.try_get_context))
    Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    return app, stack


def synthesize(context: Mapping[str, Any], out: str) -> CloudAssembly:
    """Write the cloud assembly; as ``build`` otherwise."""
    app, _ = build(context, out)
    return app.synth()
