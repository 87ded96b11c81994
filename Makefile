# Frontdesk. `make run` tries it, `make check` is what CI runs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export FRONTDESK_CONFIG ?= config.yaml
# The tests start many processes: each would compile everything anew where this is set.
unexport PYTHONDONTWRITEBYTECODE
ifdef PORT
export FRONTDESK__SERVER__PORT := $(PORT)
endif

.PHONY: help run test check format lint types bench requirements lock browser clean

help:  ## list the commands
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | sort

$(VENV)/.run: requirements.lock pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	PYTHONWARNINGS=ignore $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.run
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

run: $(VENV)/.run  ## start the whole desk with the playground
	@exec $(BIN)/python -m bot serve

browser:
	@sh tests/browser/install.sh

# One process more than the two cores of CI: tests wait a third of the time for servers and the clock.
test: $(VENV)/.dev browser  ## every test, against real servers that it starts itself
	$(BIN)/python -m pytest -q -n 3 --dist worksteal

format: $(VENV)/.dev  ## rewrite the code in the house's layout
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lint: $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: $(VENV)/.dev
	$(BIN)/mypy

check: lint types test  ## what CI runs: layout, lint, types, import directions, tests

bench: $(VENV)/.dev  ## the benchmarks, one JSON object a line
	@$(BIN)/python -m bench

requirements: $(VENV)/.dev  ## which requirements passing tests claim
	@$(BIN)/python -m tests.requirements

lock: $(VENV)/.dev  ## pin the newest versions that pyproject.toml allows
	sh tools/lock.sh

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis
