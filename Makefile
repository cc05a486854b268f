# Each target makes its own virtual environment in .venv when there is none.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test test-slow test-all check lint format bench docs lab clean

demo: .venv/.base          ## a simulated fleet, scanned and judged: demo/report.html
	$(BIN)/dicomlab demo demo

test: .venv/.dev           ## the tests that a change needs
	$(BIN)/python -m pytest -n auto -m "not slow"

test-slow: .venv/.dev      ## the rest: notebooks, benchmarks, buckets, clusters, long searches for faults
	$(BIN)/python -m pytest -n auto -m slow

test-all: .venv/.dev       ## every test
	$(BIN)/python -m pytest -n auto

check: lint test-all       ## the gate

lint: .venv/.dev           ## form, faults that can be seen without running, types, layers
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: .venv/.dev         ## put the code in form
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: .venv/.dev          ## us beside the peers that are installed
	$(BIN)/python benchmarks/headers.py
	$(BIN)/python benchmarks/scan.py

docs: .venv/.dev           ## write the generated pages again
	$(BIN)/python tools/write_docs.py

lab: .venv/.notebook       ## the notebooks in JupyterLab
	$(BIN)/jupyter lab notebooks

clean:                     ## remove what these targets made
	rm -rf .venv demo .pytest_cache .mypy_cache .ruff_cache

.venv/bin/python:
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade pip

.venv/.base: pyproject.toml | .venv/bin/python
	$(BIN)/python -m pip install --quiet --editable .
	touch $@

.venv/.dev: pyproject.toml | .venv/bin/python
	$(BIN)/python -m pip install --quiet --editable ".[dev]"
	touch $@ .venv/.base

.venv/.notebook: pyproject.toml | .venv/bin/python
	$(BIN)/python -m pip install --quiet --editable ".[notebook]"
	touch $@ .venv/.base
