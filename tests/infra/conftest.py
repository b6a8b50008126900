"""One synthesis per stage and session, shared by every template test."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.infra.template import ROOT, Template


def _synthesize(stage: str, out: Path) -> Template:
    from infra.node import use_locked_node

    use_locked_node()
    from infra.synth import synthesize

    context = json.loads((ROOT / "cdk.json").read_text())["context"]
    # The template does not depend on the wheels, and their layer takes the longest.
    context |= {"stage": stage, "aws:cdk:bundling-stacks": []}
    synthesize(context, str(out))
    return Template.read(out / f"openai-audit-{stage}.template.json")


@pytest.fixture(scope="session")
def prod(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Template]:
    """The template of production."""
    yield _synthesize("prod", tmp_path_factory.mktemp("prod"))


@pytest.fixture(scope="session")
def dev(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Template]:
    """The template of the stage dev."""
    yield _synthesize("dev", tmp_path_factory.mktemp("dev"))


@pytest.fixture(params=["prod", "dev"])
def template(request: pytest.FixtureRequest) -> Template:
    """The template of each stage in turn: what holds in production holds in dev."""
    found: Template = request.getfixturevalue(request.param)
    return found
