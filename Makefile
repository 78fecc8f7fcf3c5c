# Two commands for a fresh machine with Python >= 3.11: `make demo` and `make test`.
PYTHON ?= python3
VENV ?= .venv
NBA_HOME ?= .nba
SOURCE ?= simulated
DATA ?=
SEASONS ?= 2
PORT ?= 3000
UPGRADE ?=
COVERAGE ?=

BIN := $(VENV)/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint requirements.lock
ENV := NBA_HOME="$(NBA_HOME)" NBA_SOURCE="$(SOURCE)" NBA_DATA="$(DATA)" NBA_SEASONS="$(SEASONS)"

.PHONY: help lock hooks demo incident servers browser test test-long test-servers test-deployment test-browser ui lint clean benchmark

help: ## Show the targets.
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(BIN)/nba-assets: pyproject.toml requirements.lock | $(BIN)/python
	$(INSTALL) --editable '.[dev]'
	@touch $@

lock: $(BIN)/python ## Bring requirements.lock in line with pyproject.toml; UPGRADE=--upgrade moves every version, too.
	$(INSTALL) uv
	$(BIN)/uv pip compile pyproject.toml $(UPGRADE) --quiet --all-extras --universal --python-version 3.11 \
		--fork-strategy fewest --no-emit-index-url --no-annotate --custom-compile-command "make lock" \
		--output-file requirements.lock

hooks: $(BIN)/nba-assets ## Lint, formatting, types and generated pages before each commit.
	$(BIN)/pre-commit install

demo: $(BIN)/nba-assets ## Build everything and show what was built. SOURCE=archive DATA=<dir> for real files, SEASONS=5 for more.
	$(ENV) $(BIN)/nba-assets demo

incident: $(BIN)/nba-assets ## Replay the evening of 3 January: six failures, without guards and with them.
	$(BIN)/python -m nba_assets_tests.incident

ui: $(BIN)/nba-assets ## Start the Dagster UI on the same data.
	$(ENV) $(BIN)/nba-assets ui --port $(PORT)

servers: $(BIN)/nba-assets ## Install the servers of the long tests (BigQuery, GCS, GoogleSQL) into a cache of their own; needs Python 3.13.
	$(BIN)/python -m nba_assets_tests.servers.install

test: $(BIN)/nba-assets ## The default tests, under five minutes on two cores. COVERAGE=--cov shows untested branches.
	$(BIN)/python -m pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder $(COVERAGE)

test-long: $(BIN)/nba-assets ## The long tests, without those that need servers or a browser.
	$(BIN)/python -m pytest -m 'long and not server and not browser' --numprocesses 2 --dist loadfile --no-loadscope-reorder

test-servers: servers ## The tests against local servers of BigQuery, GCS and GoogleSQL; none may be skipped.
	NBA_REQUIRE_SERVERS=1 $(BIN)/python -m pytest -m 'server and not deployment' --numprocesses 2 --dist worksteal

test-deployment: servers ## Three days of production under `dagster dev` on driven clocks, with the same servers.
	NBA_REQUIRE_SERVERS=1 $(BIN)/python -m pytest -m deployment

browser: $(BIN)/nba-assets ## Install what the tests in a browser need: Playwright, axe, and Debian's Chromium where there is none.
	$(INSTALL) --editable '.[browser]'
	command -v chromium || { apt-get update --quiet --quiet && apt-get install --yes --quiet --quiet chromium; }

test-browser: browser ## The data quality page in headless Chromium: accessibility, speed, keyboard.
	NBA_REQUIRE_BROWSER=1 $(BIN)/python -m pytest -m browser

lint: $(BIN)/nba-assets ## Lint, formatting and types.
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

benchmark: $(BIN)/nba-assets ## What each table costs: bare computation, warehouse, Dagster. DATA=<dir> of the archive.
	$(ENV) $(BIN)/python -m nba_assets_tests.benchmarks.history

clean: ## Remove everything that runs have written.
	rm -rf "$(NBA_HOME)"
