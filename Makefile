# Everything a person types. Needs Python 3.11 or later and make; all else is fetched, with hashes, into .venv.
PYTHON ?= python3
export PIP_DISABLE_PIP_VERSION_CHECK := 1
RUN := .venv/run.stamp
DEV := .venv/dev.stamp
UNIT := -m "not browser and not postgres and not soak"

.DEFAULT_GOAL := help
.PHONY: help demo demo-check test test-all check mutate bench soak clean

help:
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST)

$(RUN): requirements/run.lock requirements/build.lock pyproject.toml
	@sh scripts/environment $(PYTHON) requirements/run.lock
	@touch $@

$(DEV): requirements/dev.lock requirements/build.lock pyproject.toml
	@sh scripts/environment $(PYTHON) requirements/dev.lock
	@touch $@ $(RUN)

demo: $(RUN) ## a demonstration with made-up people on http://127.0.0.1:8000
	@OPENRECORD_MODE=demo exec .venv/bin/python -m openrecord_demo.run

demo-check: $(RUN) ## the whole main job without a person, in a folder that is thrown away
	@OPENRECORD_MODE=demo .venv/bin/python -m openrecord_demo.check

test: $(DEV) ## every test that needs no extra system package
	.venv/bin/python -m pytest $(UNIT)

test-all: $(DEV) ## also the browser and PostgreSQL tests; says what is missing
	@bash scripts/test-all

check: $(DEV) ## style, types, import contracts, architecture
	@sh scripts/check

mutate: $(DEV) ## is there a test that fails for every small wrong change of a pure rule? (half an hour)
	nice -n 19 .venv/bin/python -m scripts.mutate

bench: $(DEV) ## measure ingest, pages and the FHIR API
	.venv/bin/python -m openrecord_demo.bench

soak: $(DEV) ## the randomised and crash tests at full size
	scripts/soak 1 0
	scripts/soak 1 1

clean: ## remove the environment and caches; the demo's data stays
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build *.egg-info
