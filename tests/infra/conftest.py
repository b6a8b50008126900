"""One synthesis per stage and session, shared by every template test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.settings import read
from tests.infra.template import Template, context_of


def _synthesize(stage: str, out: Path) -> Template:
    # Importing the CDK starts its Node, which takes seconds: only where a template is asked for.
    from infra.node import use_locked_node

    use_locked_node()
    from infra.synth import synthesize

    synthesize(read(context_of(stage).get, {}), context_of(stage), str(out))
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
    stage_template: Template = request.getfixturevalue(request.param)
    return stage_template
