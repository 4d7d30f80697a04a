# Each target sets up what it needs, on a fresh machine too. `make demo` and `make test` are all that a newcomer types.
PYTHON ?= python3
PORT ?= 7860
VENV := .venv
BIN := $(VENV)/bin
CIFAR10 := ../shared/data/cifar10
ifneq ($(wildcard $(CIFAR10)),)
export FIELDLIB_DATA ?= $(abspath $(CIFAR10))
endif

.PHONY: setup demo study test test-fast pythons budgets bench load replicas soak audit offline outcomes lint browser nginx clean

setup: $(VENV)/ready

# Compiled at once and on all cores: where Python keeps nothing that it compiles (PYTHONDONTWRITEBYTECODE is set), each
# start would do it again and take twice as long.
$(VENV)/ready: requirements.txt requirements-dev.txt requirements-oracles.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --disable-pip-version-check --no-compile -r requirements-dev.txt
	$(BIN)/python -m pip install --disable-pip-version-check --no-compile --no-deps -r requirements-oracles.txt
	-$(BIN)/python -m compileall -q -j 0 -x '/tests/|/_internal/' $(VENV)/lib
	touch $@

demo: setup
	PORT=$(PORT) $(BIN)/python app.py

# The study's pages; the commands that make the numbers stand on each page.
study: PORT = 8501
study: setup
	$(BIN)/python app.py --ui streamlit --port $(PORT)

# Tests run on all cores, one thread each, but for those that drive a browser or look at times.
SIDE_BY_SIDE := OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n auto
FAST := not browser and not training and not slow and not alone
test: setup browser nginx test-fast
	$(SIDE_BY_SIDE) --dist loadfile -m "(training or slow) and not browser"
	$(BIN)/python -m pytest -m "browser or alone"

test-fast: setup
	$(SIDE_BY_SIDE) --dist worksteal -m "$(FAST)"

# The fast tests on other Pythons than the one above, each in an environment of its own with the package installed.
PYTHONS ?= python3.12 python3.13
pythons:
	@set -e; for python in $(PYTHONS); do \
	  version=$$($$python -c 'import sys; print("%d.%d" % sys.version_info[:2])'); \
	  $(MAKE) setup PYTHON=$$python VENV=.venv-$$version; \
	  .venv-$$version/bin/python -m pip install --disable-pip-version-check -q --no-deps .; \
	  $(MAKE) test-fast VENV=.venv-$$version; done

# What the page weighs and how soon it answers, in a browser on a quiet machine.
budgets: setup browser
	FIELDLIB_STRICT=1 $(BIN)/python -m pytest -q -m budget

# Times on a quiet machine: bench.json here, and for the study assets/study/bench.json and bench.md.
bench: setup
	$(BIN)/python -m benchmarks

# Thirty and a hundred browsers at once, slow ones and ones that leave; on a quiet machine. Fills docs/operations.md.
LOAD := $(BIN)/python -m benchmarks.load
KEEP := --json assets/study/load.json --docs docs/operations.md
load: setup nginx
	$(LOAD) --users 30 --rounds 5 $(KEEP)
	$(LOAD) --users 30 --rounds 5 --same $(KEEP)
	$(LOAD) --users 20 --slow-clients 5 --abandoned 5 --rounds 5 $(KEEP)
	$(LOAD) --users 100 --rounds 3 $(KEEP)
	$(LOAD) --users 30 --rounds 3 --replicas 2 $(KEEP)

# Two replicas behind nginx: who gets what, and the whole page in a browser.
replicas: setup browser nginx
	$(BIN)/python -m pytest -q tests/test_replicas.py
	FIELDLIB_REPLICAS=2 $(BIN)/python -m pytest -q tests/browser -m "not budget"

# Twenty minutes of thirty browsers that press Run again and again, some of which leave.
soak: setup
	$(LOAD) --users 24 --abandoned 6 --soak-minutes 20 $(KEEP)

# Known weaknesses of everything that is installed; asks the package index, so it needs a network.
audit: setup
	@test -x .venv-audit/bin/pip-audit || { $(PYTHON) -m venv .venv-audit && .venv-audit/bin/pip install -q pip-audit==2.10.1; }
	.venv-audit/bin/pip-audit --strict --progress-spinner off --path $$($(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')

# Page, API and commands where no other host can be reached at all.
OFFLINE := tests/test_operations.py tests/test_api.py tests/test_cli.py tests/browser/test_studio_page.py
offline: setup browser
	unshare --map-root-user --net sh -c 'ip link set lo up && exec $(BIN)/python -m pytest -q $(OFFLINE)'

# Runs every check of docs/operations.md and fills its table: make outcomes ONLY="--only audit space" for some of them.
outcomes: setup
	$(BIN)/python -m benchmarks.outcomes $(ONLY)

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy --num-workers auto

# A Chromium without a window for the browser tests: Debian's package where we may install it, else any, else playwright's.
SHELL_PACKAGE := chromium-headless-shell
browser: setup
	@command -v $(SHELL_PACKAGE) >/dev/null || \
	  { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && apt-get update -q && apt-get install -qy $(SHELL_PACKAGE); } || \
	  command -v chromium >/dev/null || $(BIN)/playwright install chromium

# Debian's package, where we may install it; what needs it is skipped, or says so, elsewhere.
nginx:
	@command -v $@ >/dev/null || \
	  { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && apt-get update -q && apt-get install -qy $@; } || \
	  echo "$@ is missing and cannot be installed here: the tests that need it are skipped"

clean:
	rm -rf .venv .venv-* .pytest_cache .ruff_cache .mypy_cache
