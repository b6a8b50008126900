"""From settings to cloud assembly, with the AwsSolutions rules checked on the way."""

from collections.abc import Mapping
from typing import Any

from aws_cdk import App, Validations
from aws_cdk.cx_api import CloudAssembly
from cdk_nag import AwsSolutionsChecks

from infra.settings import StageSettings
from infra.stack import OpenAIAudit


def build(settings: StageSettings, context: Mapping[str, Any], out: str) -> tuple[App, OpenAIAudit]:
    """Return the app with its one stack, not yet synthesized.

    Args:
        settings: of the stage.
        context: what the CDK itself reads, its feature flags among it.
        out: folder of the cloud assembly.

    Raises:
        LayerNotBuilt: the wheels layer could not be built.
    """
    # Set here and not in cdk.json: names that begin so are the CDK's own, and its command warns.
    own = {"aws:cdk:disable-stack-trace": True}
    app = App(post_cli_context={**context, **own}, outdir=out, analytics_reporting=False)
    stack = OpenAIAudit(app, settings)
    Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    return app, stack


def synthesize(settings: StageSettings, context: Mapping[str, Any], out: str) -> CloudAssembly:
    """Write the cloud assembly; as ``build`` otherwise.

    Raises:
        RuntimeError: a rule has a finding nobody acknowledged; the message lists it.
    """
    app, _ = build(settings, context, out)
    return app.synth()
