# Each target says what it does; `make help` lists them.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RUN_STAMP := $(VENV)/.run-installed
TEST_STAMP := $(VENV)/.test-installed

export CATALOG_DATA_DIR ?= $(CURDIR)/var
export CATALOG_PORT ?= 8000

.DEFAULT_GOAL := help
.PHONY: help run setup test check lint format bench db-check lock readme clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  \1\t\2/' | expand -t 14

run: $(RUN_STAMP) ## everything from nothing to a server on CATALOG_PORT (8000), shipped content loaded
	@exec $(BIN)/catalog serve --prepare

setup: $(TEST_STAMP) ## virtual environment with what running, testing and checking need

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(RUN_STAMP): requirements.lock pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(TEST_STAMP): $(RUN_STAMP) tests/requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r tests/requirements.lock
	@touch $@

test: $(TEST_STAMP) ## the whole suite, with a real PostgreSQL and a real browser
	@bash tests/browser/install.sh
	$(BIN)/python -m pytest -q -n 2 --dist loadgroup

check: $(TEST_STAMP) ## format, lint, types, import contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

lint: check ## the same as check

format: $(TEST_STAMP) ## put every file in shape
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(TEST_STAMP) ## print what performance claims rest on: ratios measured in one run
	$(BIN)/python -m benchmarks

db-check: $(TEST_STAMP) ## migrations up, compared with the tables, down and up again, on both databases
	$(BIN)/python -m pytest -q tests/store -k migration

lock: $(BIN)/python ## pin the dependencies anew: hashes, no addresses
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile pyproject.toml --quiet --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --output-file requirements.lock
	$(BIN)/uv pip compile pyproject.toml --quiet --group dev --constraint requirements.lock --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --output-file tests/requirements.lock

clean: ## throw away everything derived, the register included
	rm -rf $(CATALOG_DATA_DIR) $(VENV) .pytest_cache .mypy_cache .ruff_cache

readme: $(TEST_STAMP) ## write the README's tables from the code
	$(BIN)/python -m tests.docs.tables
	$(BIN)/python -m tests.content.readme
