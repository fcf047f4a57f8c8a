# `make run` and `make test` are all that a newcomer needs; each brings .venv up to date first.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/pip install --quiet --disable-pip-version-check
RUN := $(VENV)/.ready
DEV := $(VENV)/.ready-dev
RIVALS := $(VENV)/rivals
SIZES ?= 1000 10000
TEXTS ?= documents
TARGET ?= .md
FUZZ_S ?= 300

.DEFAULT_GOAL := run
.PHONY: install run test lint tests thorough coverage fuzz bench rivals audit clean

install: $(RUN)

run: $(RUN)
	@$(BIN)/footnote run

# Both at once: some tests wait for processes, and leave time to look at types.
test: $(DEV)
	@$(MAKE) --no-print-directory -j2 lint tests

tests: $(DEV)
	$(BIN)/pytest -n auto

lint: $(DEV)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# With those that take a minute each.
thorough: lint
	$(BIN)/pytest -n auto -m ''

# The same tests, slower: which lines and branches none of them reaches.
coverage: $(DEV)
	$(BIN)/pytest -n auto --cov --cov-report=term

# What reads outside bytes, led by coverage: make fuzz TARGET=page; `TARGET=?` lists them.
fuzz: $(DEV)
	@$(BIN)/pip install --quiet --disable-pip-version-check --only-binary :all: 'atheris>=3,<4' || { \
		echo "make fuzz needs atheris, which is built for Linux on x86-64 and CPython 3.11 to 3.13."; exit 1; }
	$(BIN)/python -m tests.fuzz '$(TARGET)' -max_total_time=$(FUZZ_S)

# Up to a million passages: make bench SIZES="1000 10000 100000 1000000 --folder BIG_DISK"
bench: $(RUN)
	$(BIN)/python -m tests.bench $(SIZES)

# Beside LangChain and txtai, each in an environment of its own below RIVALS.
rivals: $(RUN)
	$(BIN)/python -m tests.bench.rivals --setup $(RIVALS)
	$(BIN)/python -m tests.bench.rivals $(TEXTS) --with $(RIVALS)

# Known holes in what is installed, and the model by its hash; asks PyPI, and fails without it.
# A build's own mark, as in 2.13.0+cpu, is unknown there.
audit: $(DEV)
	$(BIN)/pip list --format=freeze --exclude-editable --exclude pip | sed 's/+.*//' \
		| $(BIN)/pip-audit --strict --disable-pip --no-deps --progress-spinner=off -r /dev/stdin
	$(BIN)/python -c 'from index.weights import find_weights; print(find_weights(None).key, "is whole")'

clean:
	rm -rf $(VENV)

# torch comes first and pinned: asked for by another package, pip may take a build with CUDA.
define install
	@$(PYTHON) -c 'import sys; v = sys.version_info; (3, 11) <= v < (3, 14) or sys.exit(f"Footnote needs Python 3.11 to 3.13, and $(PYTHON) is {v[0]}.{v[1]}. Name another: make $(MAKECMDGOALS) PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV)
	$(PIP) torch==2.13.0
	$(PIP) --editable '$(1)'
endef

$(RUN): pyproject.toml
	$(call install,.)
	@touch $@

# Without compiling all that is installed: what tests import of it they compile.
$(DEV): PIP += --no-compile
$(DEV): pyproject.toml
	$(call install,.[dev])
	@touch $(RUN) $@
