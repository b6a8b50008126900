"""One synthesis per stage, region and session, shared by every template test."""

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

from infra.settings import read
from tests.infra.template import Template, context_of

REGION = "eu-central-1"


def _synthesize(stage: str, region: str, out: Path) -> Template:
    # Importing the CDK starts its Node, which takes seconds: only where a template is asked for.
    from infra.node import use_locked_node

    use_locked_node()
    from infra.synth import synthesize

    context = context_of(stage) | {"region": region}
    synthesize(read(context.get, {}), context, str(out))
    return Template.read(out / f"openai-audit-{stage}.template.json")


@pytest.fixture(scope="session")
def synthesized(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, str], Template]:
    """Synthesize a stage in a region, each once."""
    return cache(lambda stage, region: _synthesize(stage, region, tmp_path_factory.mktemp(stage)))


@pytest.fixture(scope="session")
def prod(synthesized: Callable[[str, str], Template]) -> Iterator[Template]:
    """The template of production."""
    yield synthesized("prod", REGION)


@pytest.fixture(scope="session")
def dev(synthesized: Callable[[str, str], Template]) -> Iterator[Template]:
    """The template of the stage dev."""
    yield synthesized("dev", REGION)


@pytest.fixture(params=["prod", "dev"])
def template(request: pytest.FixtureRequest) -> Template:
    """The template of each stage in turn: what holds in production holds in dev."""
    stage_template: Template = request.getfixturevalue(request.param)
    return stage_template
