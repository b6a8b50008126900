# Everything comes from here: Python 3.11 or newer, make and git are enough.
# `make PYTHON=…` chooses another interpreter; settings of pip and uv (PIP_*, UV_*) are respected.

PYTHON ?= python3
PORT ?= 8080
STATE_DIR ?= .local
HOURS ?= 48
export PORT STATE_DIR HOURS

RUN := .venv/bin/python
SYNCED := .venv/.synced

# uv reads no PIP_*: whoever has set those means both.
ifdef PIP_INDEX_URL
export UV_DEFAULT_INDEX ?= $(PIP_INDEX_URL)
endif
ifdef PIP_EXTRA_INDEX_URL
export UV_INDEX ?= $(PIP_EXTRA_INDEX_URL)
endif
ifdef PIP_FIND_LINKS
export UV_FIND_LINKS ?= $(PIP_FIND_LINKS)
endif
ifdef PIP_CERT
export SSL_CERT_FILE ?= $(PIP_CERT)
endif

.DEFAULT_GOAL := help
.PHONY: help up demo test test-all bench lint style format synth aws-rules checkov templates clean

help: ## Say what there is
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1\t\2/p' Makefile | expand -t 16

up: $(SYNCED) ## Serve dashboard and API on PORT until interrupted
	@exec $(RUN) -m tools.local up

demo: $(SYNCED) ## Connect, seal HOURS hours, make a pack, download and verify it
	@exec $(RUN) -m tools.local demo

# Reading the types of the CDK takes a core for a minute and a half, so it goes on beside the tests.
test: $(SYNCED) style ## Check and test everything that is not slow
	@mkdir -p build
	@$(RUN) -m mypy . > build/types.txt 2>&1 & types=$$!; \
	echo '$(RUN) -m pytest -m "not slow"'; \
	$(RUN) -m pytest -m "not slow" -n 2 --dist loadfile --no-loadscope-reorder; tests=$$?; \
	wait $$types; types=$$?; cat build/types.txt; \
	[ $$tests -eq 0 ] && [ $$types -eq 0 ]

# The sample of mutants has a limit of time and takes both cores, so it goes by itself.
test-all: test ## Test everything: long fuzz, kill and load suites as well (two hours or so)
	$(RUN) -m pytest -m slow -n 2 --dist worksteal --ignore tests/mutation
	$(RUN) -m pytest -m slow tests/mutation

bench: $(SYNCED) ## Measure against the peers (some minutes); writes docs/benchmarks
	.venv/bin/uv sync --quiet --frozen --inexact --group bench
	$(RUN) -m benchmarks

lint: style ## Check style and types
	$(RUN) -m mypy .

style: $(SYNCED)
	$(RUN) -m ruff check .
	$(RUN) -m ruff format --check .

format: $(SYNCED) ## Write the style
	$(RUN) -m ruff check --fix .
	$(RUN) -m ruff format .

synth: $(SYNCED) ## Synthesize the template into cdk.out
	$(RUN) app.py

aws-rules: templates ## Hold the templates of both stages in two regions to what AWS refuses
	$(RUN) -m tools.aws_rules out/templates/*/*.template.json

checkov: templates ## Hold the templates of both stages to checkov, in an environment of its own
	$(RUN) -m tools.checkov_findings out/templates/*-eu-central-1/*.template.json

# Without the wheels layer: no rule reads what is in it. The time authority is for production to
# choose; any choice makes the same resources.
templates: $(SYNCED)
	@for stage in dev prod; do for region in eu-central-1 us-east-1; do \
		CDK_CONTEXT_JSON='{"aws:cdk:bundling-stacks": []}' $(RUN) app.py -c stage=$$stage \
			-c region=$$region -c time_authority=none --out out/templates/$$stage-$$region || exit 1; \
	done; done

clean: ## Remove state, synthesized and built files; the environment stays
	rm -rf .local .venv-checkov cdk.out out build .mypy_cache .ruff_cache .pytest_cache .hypothesis
	@# Another folder only when it is a stage's, whatever STATE_DIR says.
	@if [ -f "$(STATE_DIR)/stage.json" ]; then rm -rf "$(STATE_DIR)"; fi

$(SYNCED): uv.lock pyproject.toml tools/bootstrap.py
	@$(PYTHON) tools/bootstrap.py
