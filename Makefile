# Everything a newcomer needs: `make demo` and `make test` do their own set-up, in this checkout's own virtual environment.
.DEFAULT_GOAL := help
SHELL := /bin/sh
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: help setup demo test test-long test-crash test-outside lint format bench bench-http bench-growth bench-memory screenshots lock clean

help: ## Say what each target does
	@echo "Blauwe Knop. Start with: make demo"
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -e 's/:.*## /|/' | awk -F'|' '{printf "  make %-14s %s\n", $$1, $$2}'

setup: $(READY) ## Make the virtual environment, with the command .venv/bin/blauweknop in it

$(READY): pyproject.toml requirements/bootstrap.txt requirements/dev.txt frontend/package-lock.json
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or later is needed; '$(PYTHON)' is older. Say which: make PYTHON=python3.12 setup"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || \
		{ echo "Python cannot make virtual environments here. On Debian: apt-get install python3-venv"; rm -rf $(VENV); exit 1; }
	@echo "Setting up (once; about a minute) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/bootstrap.txt
	@$(BIN)/uv pip sync --quiet --python $(BIN)/python --require-hashes requirements/dev.txt
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@$(BIN)/python frontend/build.py
	@touch $@

demo: setup ## Play the whole story on this machine, then keep serving (ONCE=1: stop after the story)
	@$(BIN)/python -m demo

test: setup ## Run the tests (those that need PostgreSQL, SoftHSM, Pango, LibreOffice or Poppler are skipped, and say so, where these are missing)
	@$(BIN)/python -m pytest -n 2 --dist loadgroup $(PYTEST_ARGS)

test-long: setup ## Run the tests that take many seconds each: whole stories with many workers, every page in a browser
	@$(BIN)/python -m pytest -n 2 --dist loadgroup -m "long or browser" $(PYTEST_ARGS)

test-crash: setup ## Kill an agency at 120 moments, and count what it knows of what wallets received
	@BLAUWEKNOP_CRASH_ROUNDS=120 $(BIN)/python -m pytest tests/flows/test_issuance_crash.py

test-outside: setup ## Let other software read what is ours, and play published vectors (fetches and builds; see CONTRIBUTING.md)
	@$(BIN)/python -m pytest -m outside -n 2 --dist loadgroup

lint: setup ## Check style, types and import contracts
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

format: setup ## Lay out the code
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

bench: setup ## Measure speed, as ratios against peers in the same run
	@$(BIN)/python -m tests.benchmarks $(BENCH_ARGS)

bench-http: setup ## Measure the services over HTTP (BASE=revision: beside an older commit; N=flows C=at-a-time WORKERS=each PEER=url)
	@$(BIN)/python -m tests.benchmarks.http $(BENCH_ARGS)

bench-growth: setup ## Issue with a thousand, and with ten million issued credentials in the store (COUNTS="…" POSTGRESQL=url)
	@$(BIN)/python -m tests.benchmarks.growth

bench-memory: setup ## Verify a million credentials, and show that memory and time stay flat (COUNT=n for fewer)
	@$(BIN)/python -m tests.benchmarks.memory

screenshots: setup ## Make the README's pictures anew (needs Chromium)
	@$(BIN)/python -m demo.screenshots docs/images

lock: setup ## Lock the requirements anew
	@$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11 pyproject.toml -o requirements/run.txt
	@$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11 --group dev pyproject.toml -o requirements/dev.txt

clean: ## Remove what set-up and the demo made
	@rm -rf $(VENV) .state node_modules frontend/node_modules service/static/vendor .mypy_cache .ruff_cache .hypothesis
