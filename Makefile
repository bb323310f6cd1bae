# Only make and Python >= 3.11 with venv are needed; see README.md.
SHELL := /bin/sh
PYTHON ?= $(shell for p in python3.14 python3.13 python3.12 python3.11 python3; do \
	if command -v $$p >/dev/null 2>&1 && $$p -c 'import sys, venv; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; \
	then echo $$p; break; fi; done)
VENV := .venv
BIN := $(VENV)/bin
CONSTRAINTS := requirements/constraints.txt
PIP := $(BIN)/python -m pip --disable-pip-version-check
SIZE ?= S
TEST_OPTIONS ?=

.PHONY: help demo install check test test-fast test-faults test-newest bench generated fixtures clean

help:
	@echo "make demo        install, load the made-up world, print an explained score, serve on the loopback"
	@echo "make test        every check and test that this machine can run"
	@echo "make test-fast   tests without servers or subprocess rounds"
	@echo "make test-faults kill rounds"
	@echo "make test-newest the Neo4j tests on the newest Neo4j instead of the long-term one"
	@echo "make check       format, lint, types, imports, generated files, translations"
	@echo "make bench       measurements (SIZE=S|M|L)"
	@echo "make generated   write the generated reference pages"
	@echo "make fixtures    write the small store of the newest schema, once for every migration"
	@echo "make clean       remove what the targets made"

$(VENV)/.python:
	@test -n "$(PYTHON)" || { echo "No Python >= 3.11 with venv was found. Install it (Debian: apt install python3 python3-venv)."; exit 1; }
	@$(PYTHON) -c 'import sqlite3, sys; v = sqlite3.sqlite_version_info; sys.exit(f"SQLite {sqlite3.sqlite_version} is too old: 3.37 or newer is needed. Install a newer Python or sqlite3 library.") if v < (3, 37) else None'
	@$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.installed: $(VENV)/.python pyproject.toml $(CONSTRAINTS)
	@echo "Installing (about half a minute) ..."
	@$(PIP) install --quiet -c $(CONSTRAINTS) -e .
	@touch $@

$(VENV)/.developing: $(VENV)/.installed
	@$(PIP) install --quiet -c $(CONSTRAINTS) -e '.[dev,fast]'
	@touch $@

install: $(VENV)/.developing

demo: export BRM_STORE := $(or $(BRM_STORE),sqlite:///.brm/demo.sqlite)
demo: $(VENV)/.installed
	@$(BIN)/brm demo

check: $(VENV)/.developing
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -q tests/current

test: check
	$(BIN)/python -m pytest -n 2 --dist loadscope $(TEST_OPTIONS)

test-fast: $(VENV)/.developing
	$(BIN)/python -m pytest -n 2 --dist loadscope -m "not faults and not packaging and not contract and not neo4j and not deploy" $(TEST_OPTIONS)

test-faults: $(VENV)/.developing
	BRM_FAULT_ROUNDS=$${BRM_FAULT_ROUNDS:-50} BRM_TORN_ROUNDS=$${BRM_TORN_ROUNDS:-200} $(BIN)/python -m pytest -m faults --timeout 1800 $(TEST_OPTIONS)

test-newest: $(VENV)/.developing
	BRM_TEST_NEO4J_VERSION=newest $(BIN)/python -m pytest -n 2 --dist loadscope -m neo4j tests/conformance tests/store \
		$(TEST_OPTIONS)

bench: $(VENV)/.developing
	OPENBLAS_NUM_THREADS=1 $(BIN)/python -m tests.bench --size $(SIZE)

generated: $(VENV)/.developing
	$(BIN)/python -m tests.current.generate

fixtures: $(VENV)/.developing
	$(BIN)/python -m tests.store.fixtures

clean:
	rm -rf $(VENV) .brm .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache bench-results dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
