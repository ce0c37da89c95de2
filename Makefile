# For people: `make demo` and `make test`. Needs Python 3.11 or newer and make (GNU Make 3.81 is enough).

# The first Python on the path that is new enough; `make demo PYTHON=/path/to/python3.12` takes another.
PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$python; break; }; done)

VENV := .venv
BIN := $(VENV)/bin
# Twice quiet: errors are printed, progress and warnings about this machine's own pip settings are not.
PIP := PIP_DISABLE_PIP_VERSION_CHECK=1 $(BIN)/python -m pip install -qq
# The compat mode puts one line into a .pth file. The other one runs an import hook whenever Python starts.
EDITABLE := --no-deps --no-build-isolation --config-settings editable_mode=compat -e .
PACKAGING := requirements.lock setup.cfg pyproject.toml
LOCK := $(BIN)/uv pip compile setup.cfg --quiet --universal --python-version 3.11 --fork-strategy fewest \
	--generate-hashes --custom-compile-command 'make lock' --extra build

.DEFAULT_GOAL := help
.PHONY: help demo test lint lock triples docs bench clean

help: ## say what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' Makefile

demo: $(VENV)/.installed ## install into .venv, build the graph, show partners and centrality, draw a map
	@$(BIN)/kg demo

test: lint ## install what tests need and run them all, a real browser included
	@$(BIN)/python -m tests.browser
	$(BIN)/python -m pytest -q -rs --durations=10 $(PYTEST_ARGS)

lint: $(VENV)/.installed-test ## check style and types
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy --strict kg

triples: $(VENV)/.installed ## write data/triples anew from data/workbooks
	$(BIN)/kg load workbook data/workbooks/*/ --out data/triples

docs: $(VENV)/.installed ## write docs/commands.md and the reference in docs/ontology.md anew
	$(BIN)/python docs/make_commands.py
	$(BIN)/python docs/make_ontology_reference.py

bench: $(VENV)/.installed-test ## measure, side by side, and print ratios
	$(BIN)/python -m benchmarks

lock: $(BIN)/python ## solve the locked versions anew after setup.cfg changed (UPGRADE=1: the newest of all)
	@test -x $(BIN)/uv || $(PIP) uv
	$(LOCK) $(if $(UPGRADE),--upgrade) --output-file requirements.lock
	$(LOCK) $(if $(UPGRADE),--upgrade) --extra test --constraint requirements.lock --output-file requirements-test.lock

clean: ## remove what was built here; .venv stays
	rm -rf build dist partnership_kg.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find kg tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true

# A Python that does not run (its own was removed or replaced) makes its environment worthless.
$(BIN)/python:
	@test -n "$(PYTHON)" || { \
		echo "Python 3.11 or newer is needed, found: $$(python3 --version 2>&1 | head -n 1)." \
			"Name another one: make demo PYTHON=/path/to/python3.12" >&2; exit 2; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Python 3.11 or newer is needed, found: $$("$(PYTHON)" --version 2>&1 | head -n 1) ($(PYTHON))" >&2; exit 2; }
	@echo "Creating $(VENV) with $$("$(PYTHON)" --version)"
	@rm -rf $(VENV)
	@"$(PYTHON)" -m venv $(VENV) || { rm -rf $(VENV); exit 2; }

$(VENV)/.installed: $(PACKAGING) | $(BIN)/python
	@echo "Installing partnership-kg and its locked requirements into $(VENV) (about a minute, once)"
	@$(PIP) --require-hashes -r requirements.lock
	@$(PIP) $(EDITABLE)
	@$(BIN)/python -m compileall -q kg  # a lookup that starts fast has nothing to compile
	@touch $@

$(VENV)/.installed-test: requirements-test.lock $(VENV)/.installed
	@echo "Installing what the tests need into $(VENV)"
	@$(PIP) --require-hashes -r requirements-test.lock
	@touch $@
