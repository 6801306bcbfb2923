# Every command that a person types; continuous integration types the same.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/installed
# One more than there are processors: many tests wait for processes of their own.
WORKERS ?= $(shell echo $$(( $$(getconf _NPROCESSORS_ONLN) + 1 )))

.PHONY: findings test check lint types words drift coverage lab lock benchmark release format clean

findings: $(INSTALLED) ## set up and publish outputs/site/index.html
	$(BIN)/lwo build
	$(BIN)/lwo run

test: $(INSTALLED) ## set up and run every test
	$(BIN)/python -m pytest --numprocesses $(WORKERS) --dist loadfile --no-loadscope-reorder

check: $(INSTALLED) ## style, types, spelling, links, and whatever else can drift apart
	@$(MAKE) --no-print-directory --keep-going --jobs 2 types lint words drift

lint: $(INSTALLED) ## style of code and notebooks
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(INSTALLED) ## mypy, strict
	$(BIN)/mypy

words: $(INSTALLED) ## direction of imports, spelling, links
	$(BIN)/python -m pytest --quiet --confcutdir=tests/contracts \
		tests/contracts/test_imports.py tests/contracts/test_spelling.py tests/contracts/test_links.py

drift: $(INSTALLED) ## catalogue, generated files, lock and notebooks
	$(BIN)/lwo check

coverage: $(INSTALLED) ## which lines of the numerics no unit test runs (ten minutes)
	$(BIN)/coverage run -m pytest --quiet tests/catalogue tests/disclosure tests/effects tests/indicators
	$(BIN)/coverage report

format: $(INSTALLED) ## rewrite the code in the house style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lab: $(INSTALLED) ## JupyterLab on the notebooks
	$(BIN)/jupyter lab --notebook-dir=notebooks

lock: $(INSTALLED) ## pin every dependency again, for all supported versions of Python
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --extra dev \
		--custom-compile-command "make lock" --upgrade pyproject.toml --output-file requirements.lock
	$(BIN)/lwo check --write

benchmark: $(INSTALLED) ## measure against named peers
	for script in benchmarks/*.py; do $(BIN)/python $$script || exit 1; done

release: findings ## one archive of code, site, data and provenance for a data repository, in outputs/release
	$(BIN)/lwo release

clean: ## remove what the commands above made
	rm -rf $(VENV) outputs/site outputs/runs outputs/release data/processed/*.parquet data/processed/*.json data/processed/*.md

$(INSTALLED): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' || \
		{ echo "make: expected Python 3.11, 3.12 or 3.13 as $(PYTHON), found `$(PYTHON) --version 2>&1`; run make PYTHON=python3.12."; exit 2; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || \
		{ echo "make: expected Python with venv, found none; install it (Debian: apt-get install python3-venv)."; exit 2; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-compile --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@
