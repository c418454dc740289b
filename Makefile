# Two commands: `make run` builds and publishes the sample company, `make test` runs
# all that CI runs. Both set up what they need first, from this folder's lock files
# alone, into .tools/ and .venv/. `make` lists the rest.

# Any Python 3.11 or newer with pip: make run PYTHON=/usr/bin/python3.12
PYTHON ?= python3
# Passed on to bowtie: make run ARGS="--raw DIR --as-of 2026-01-31"
ARGS ?=
# Where results go.
HOME_DIR ?= warehouse

UV_VERSION := 0.13.9
HATCHLING_VERSION := 1.27.0

BIN := .venv/bin
# Uses the Python it is given, and never fetches another.
UV := UV_PYTHON_DOWNLOADS=never UV_NO_PROGRESS=1 .tools/bin/uv
PYTHON_PATHS := benchmarks bowtie tests examples reports expectations
SQL_PATHS := models tests/data analyses

# The state that the environment must be in: the locks, this Python, this folder. The
# stamp file with its name is there if it is.
STATE := $(shell cat pyproject.toml requirements.lock requirements-tools.lock | \
	$(PYTHON) -c 'import hashlib, os, sys; \
		state = sys.stdin.read() + sys.version + sys.executable + os.getcwd(); \
		old = sys.version_info < (3, 11); \
		print("too-old" if old else hashlib.sha256(state.encode()).hexdigest()[:16])' \
	2>/dev/null)
STAMP := .venv/.ready-$(STATE)

.DEFAULT_GOAL := help

.PHONY: help
help: ## List the targets
	@echo "Bowtie, the customer success warehouse."
	@echo
	@echo "  make run     build the sample company, publish it, say where to look"
	@echo "  make test    everything that CI runs"
	@echo
	@echo "Your own data:  make run ARGS=\"--raw DIR --as-of 2026-01-31\""
	@echo "Another Python: make run PYTHON=/usr/bin/python3.12"
	@echo
	@echo "All targets (each sets up first, if it has to):"
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1|\2/p' Makefile | \
		while IFS='|' read -r name text; do printf '  %-10s %s\n' "$$name" "$$text"; done
	@echo
	@echo "In the environment (. .venv/bin/activate): bowtie --help, dbt build, dbt test."

# --- Set-up ---------------------------------------------------------------------------

.PHONY: setup
setup: $(STAMP) ## Install everything into .tools/ and .venv/; nothing if it is there

$(STAMP):
	@command -v "$(PYTHON)" >/dev/null || { \
		echo "Bowtie needs Python 3.11 or newer, and '$(PYTHON)' is not there:" \
			"make run PYTHON=/path/to/python3.11" >&2; exit 1; }
	@[ "$(STATE)" != too-old ] || { \
		echo "Bowtie needs Python 3.11 or newer, and '$(PYTHON)' is older:" \
			"make run PYTHON=/path/to/python3.11" >&2; exit 1; }
	@$(PYTHON) -m pip --version >/dev/null 2>&1 || { \
		echo "'$(PYTHON)' has no pip (on Debian: apt-get install python3-pip)" >&2; \
		exit 1; }
	@echo "Setting up .venv/: once, and after a change of the lock files or of Python"
	@rm -rf .tools .venv/.ready-*
	@$(PYTHON) -m pip install -qq --disable-pip-version-check \
		--root-user-action ignore --target .tools --no-deps --only-binary :all: \
		--require-hashes --requirement requirements-tools.lock
	@$(UV) venv --quiet --clear --no-project --python "$(PYTHON)" .venv
	@$(UV) pip sync --quiet --python $(BIN)/python --require-hashes \
		--compile-bytecode requirements.lock
	@$(UV) pip install --quiet --python $(BIN)/python --no-deps --editable . \
		--build-constraints requirements-tools.lock
	@$(UV) pip check --quiet --python $(BIN)/python
	@touch $@

.PHONY: lock
lock: $(STAMP) ## Write the lock files anew after a change in pyproject.toml (ARGS=--upgrade)
	@$(UV) pip compile pyproject.toml --quiet --extra dev --universal --generate-hashes \
		--python-version 3.11 --no-emit-index-url --custom-compile-command "make lock" \
		--output-file requirements.lock $(ARGS)
	@printf 'uv==$(UV_VERSION)\nhatchling==$(HATCHLING_VERSION)\n' | \
		$(UV) pip compile - --quiet --universal --generate-hashes --python-version 3.11 \
		--no-emit-index-url --no-annotate --custom-compile-command "make lock" \
		--output-file requirements-tools.lock $(ARGS)

# --- Use ------------------------------------------------------------------------------

.PHONY: run
run: $(STAMP) ## Build the sample company (or ARGS="--raw DIR") and publish it
	@$(BIN)/bowtie run --home "$(HOME_DIR)" $(ARGS)

.PHONY: build
build: $(STAMP) ## Build only: the candidate stays private, nothing is published
	@$(BIN)/bowtie build --home "$(HOME_DIR)" $(ARGS)

.PHONY: sample
sample: $(STAMP) ## Write the sample company's raw rows (seeds/raw/) anew
	@$(BIN)/bowtie sample $(ARGS)

.PHONY: bench
bench: $(STAMP) ## Measure time and memory beside their limits (ARGS="--accounts 100000")
	@$(BIN)/python -m benchmarks.bench $(ARGS)

# --- Checks ---------------------------------------------------------------------------

.PHONY: test
test: $(STAMP) ## Everything that CI runs; SQL is checked while tests wait for each other
	@start=$$(date +%s); status=0; \
	$(MAKE) --no-print-directory --jobs 2 lint tests || status=$$?; \
	echo "make test: $$(( $$(date +%s) - start )) s"; exit $$status

.PHONY: browser
browser: ## See that there is a Chromium to look at reports with; install it, if root
	@command -v chromium >/dev/null || command -v google-chrome >/dev/null || { \
		[ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && \
		echo "Installing Chromium, which looks at the reports" && \
		apt-get update -qq && \
		DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >/dev/null; } || \
		echo "There is no Chromium, and it cannot be installed from here: reports are" \
			"not looked at in a browser (on Debian: apt-get install chromium)" >&2

.PHONY: tests
tests: $(STAMP) browser ## Only the tests (ARGS="-k lock" chooses)
	@# Four on two cores: they wait for each other's builds. In the order of names, since
	@# a file of few tests may take the longest.
	@$(BIN)/pytest -q -n 4 --dist loadfile --no-loadscope-reorder -m "not slow" $(ARGS)

.PHONY: test-slow
test-slow: $(STAMP) ## The long campaigns that `make test` leaves out
	@$(BIN)/pytest -q -n 2 -m slow $(ARGS)

.PHONY: crashes
crashes: $(STAMP) ## Kill, starve and disturb runs at every point (hours; ARGS="--nodes 40")
	@unshare --map-root-user --mount $(BIN)/python -m benchmarks.crashes $(ARGS)

.PHONY: readers
readers: $(STAMP) ## 16 processes read all marts through 20 publishes
	@$(BIN)/python -m benchmarks.readers $(ARGS)

.PHONY: clean-days
clean-days: $(STAMP) ## 200 days on which nothing is wrong: how many alarms? (ARGS="--days 20")
	@$(BIN)/python -m benchmarks.clean_days $(ARGS)

.PHONY: faults
faults: $(STAMP) ## Put every known fault into clean companies: caught? (ARGS="K07 --wrong")
	@$(BIN)/python -m benchmarks.faults $(ARGS)

.PHONY: lint
lint: $(STAMP) ## Check Python, and SQL but for what takes minutes (make layout)
	@$(BIN)/ruff check --quiet $(wildcard $(PYTHON_PATHS))
	@$(BIN)/ruff format --quiet --check $(wildcard $(PYTHON_PATHS)) || { \
		echo "Python is not formatted: make format" >&2; exit 1; }
	@# What SQL says; how it looks is for `make layout`. Beside what .sqlfluff leaves out
	@# for good. In one process: the other core has tests to run.
	@$(BIN)/sqlfluff lint --quiet --exclude-rules \
		"layout,capitalisation,$$(sed -n 's/^exclude_rules = //p' .sqlfluff)" \
		$(wildcard $(SQL_PATHS))

.PHONY: layout
layout: $(STAMP) ## Check all SQL by all rules, spacing and indents too
	@$(BIN)/sqlfluff lint --processes 2 $(wildcard $(SQL_PATHS))

.PHONY: format
format: $(STAMP) ## Let the formatters decide the layout of Python and SQL
	@$(BIN)/ruff check --quiet --fix $(wildcard $(PYTHON_PATHS))
	@$(BIN)/ruff format --quiet $(wildcard $(PYTHON_PATHS))
	@$(BIN)/sqlfluff fix --quiet $(wildcard $(SQL_PATHS))

.PHONY: clean
clean: ## Remove the environment and all caches; results stay
	@rm -rf .venv .tools target logs .pytest_cache .ruff_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
