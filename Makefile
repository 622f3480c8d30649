# `make demo` and `make test` set themselves up: they make .venv with the locked versions from any Python >= 3.11.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.made-from-lock

# What decides must be covered to the last branch; everything else as a whole to 90 % (pyproject.toml).
DECISIONS := syncd/sync/*_decision.py,syncd/sync/brake.py,syncd/sync/expected.py,syncd/sync/facets.py,$\
	syncd/sync/merge.py,syncd/sync/order_changes.py,syncd/sync/order_edit.py,syncd/sync/order_params.py,syncd/sync/product_agreement.py,$\
	syncd/sync/product_base.py,syncd/sync/product_merge.py,syncd/sync/product_standing.py,$\
	syncd/sync/product_texts.py,syncd/sync/reference.py,syncd/sync/shared_stock.py,$\
	syncd/sync/status_back.py,syncd/sync/window.py

.DEFAULT_GOAL := help
.PHONY: help demo demo-live test lint format docs slow bench lock clean

help: ## This list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(STAMP) ## The main job once, against two simulated shops; compares what arrived
	@echo "== syncd demo --once: two simulated shops, one run, a comparison"
	@$(BIN)/python -m syncd demo --once

demo-live: $(STAMP) ## The same, living: orders come in and prices change until Ctrl-C
	@echo "== syncd demo: two simulated shops that live until Ctrl-C"
	@$(BIN)/python -m syncd demo

test: lint ## All checks: format, lint, types, layers, tests with branch coverage
	@echo "== tests, with branch coverage of at least 90 %"
	@rm -f .coverage .coverage.*
	@$(BIN)/python -m pytest -n auto --dist worksteal -m "not slow" --cov --cov-report=
	@echo "== branch coverage of the decisions: 100 %"
	@$(BIN)/coverage report --include='$(DECISIONS)' --fail-under=100

lint: $(STAMP) ## Format, lint, types and layers
	@echo "== format"
	@$(BIN)/ruff format --check .
	@echo "== lint"
	@$(BIN)/ruff check .
	@echo "== types"
	@$(BIN)/mypy
	@echo "== layers"
	@$(BIN)/lint-imports

format: $(STAMP) ## Puts the format right
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

docs: $(STAMP) ## Writes the pages of docs/ that are made from the program: settings and commands
	@$(BIN)/python -m tools.docs

slow: $(STAMP) ## The tests that take longer than a few seconds
	@$(BIN)/python -m pytest -n auto -m slow

bench: $(STAMP) ## The benchmarks: starting, a full sweep of a large shop, and the way from a call to the order
	@$(BIN)/python -m benchmarks.start
	@$(BIN)/python -m benchmarks.sweep
	@$(BIN)/python -m benchmarks.hooks
	@$(BIN)/python -m benchmarks.verify

lock: $(STAMP) ## Newest allowed versions into requirements.lock
	@$(BIN)/python -m pip install --quiet uv
	@$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --all-extras --no-strip-extras --generate-hashes \
		--no-emit-index-url --custom-compile-command "make lock" --output-file requirements.lock pyproject.toml
	@echo "== requirements.lock is written; the next make installs it"

clean: ## Removes what make and the tools made, .venv included
	@rm -rf $(VENV) build *.egg-info .coverage .coverage.* htmlcov .hypothesis .import_linter_cache \
		.mypy_cache .pytest_cache .ruff_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Only when the lock or the project's metadata changed does anything get installed: offline from then on.
$(STAMP): requirements.lock pyproject.toml
	@command -v $(PYTHON) >/dev/null || { echo "syncd needs Python 3.11 or later: $(PYTHON) was not found"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "syncd needs Python 3.11 or later, and $(PYTHON) is $$($(PYTHON) --version 2>&1)."; \
		echo "Name another one: make $(firstword $(MAKECMDGOALS)) PYTHON=python3.12"; exit 1; }
	@echo "== $(VENV): the locked versions from requirements.lock (once)"
	@$(PYTHON) -m venv --clear $(VENV) || { \
		echo "$(PYTHON) cannot make virtual environments: install its venv module (Debian: apt install python3-venv)"; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $(STAMP)
