# Every target does its own set-up: a virtual environment in .venv, and system packages where they may be
# installed (scripts/setup.py). It runs again only when the files it depends on change.

PYTHON ?= python3
# more pytest options, such as TEST_ARGS="-x -k volumes"
TEST_ARGS ?=
# --all adds 10^8 rows to the benchmarks
BENCH_ARGS ?=

RUN = .venv/bin/python
SETUP_INPUTS = pyproject.toml constraints.txt constraints-lowest.txt scripts/setup.py
# Workers share the suite; each takes the next test when it is done.
PARALLEL = -n auto --maxprocesses 8 --dist worksteal

.PHONY: help demo test test-fast test-tensorflow test-lowest check lint types imports bench format generate install-size clean distclean
.DEFAULT_GOAL := help

help: ## show these lines
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 18

demo: .venv/.ready-demo ## brief the bundled fraud sample into out/demo
	.venv/bin/expectkit demo --out out/demo

test: .venv/.ready-dev ## the whole suite, with the slow tests
	$(RUN) -m pytest $(PARALLEL) $(TEST_ARGS)

test-fast: .venv/.ready-dev ## the suite without the slow tests
	$(RUN) -m pytest $(PARALLEL) -m "not slow" $(TEST_ARGS)

test-tensorflow: .venv-tf/.ready-tensorflow ## the tests that need TensorFlow, in an environment of their own
	@TF_CPP_MIN_LOG_LEVEL=3 TF_ENABLE_ONEDNN_OPTS=0 .venv-tf/bin/python -W ignore -c "import tensorflow, keras"
	.venv-tf/bin/python -m pytest -m tensorflow $(TEST_ARGS)

test-lowest: .venv-lowest/.ready-lowest ## the suite without the slow tests, on the oldest versions that are allowed
	.venv-lowest/bin/python -m pytest $(PARALLEL) -m "not slow and not browser" $(TEST_ARGS)

check: lint types imports test ## style, types, import rules, then the whole suite

lint: .venv/.ready-dev
	$(RUN) -m ruff check .
	$(RUN) -m ruff format --check .

types: .venv/.ready-dev
	$(RUN) -m mypy

imports: .venv/.ready-dev
	.venv/bin/lint-imports

bench: .venv/.ready-dev ## time and memory against scikit-learn and bare reading, in one run
	$(RUN) -m benchmarks.bench_tally $(BENCH_ARGS)
	$(RUN) -m benchmarks.bench_mistakes

format: .venv/.ready-dev ## put the code into the house style
	$(RUN) -m ruff check --fix .
	$(RUN) -m ruff format .

generate: .venv/.ready-dev ## write anew the files that are made from the code
	$(RUN) scripts/config_reference.py
	$(RUN) scripts/write_schema.py

install-size: ## how large the base install is and how many packages it brings
	$(PYTHON) scripts/install_size.py

clean: ## remove what tests and builds left behind
	rm -rf out build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -not -path "./.venv*" -prune -exec rm -rf {} +

distclean: clean ## also remove the virtual environments
	rm -rf .venv .venv-tf .venv-lowest

.venv/.ready-demo: $(SETUP_INPUTS)
	@$(PYTHON) scripts/setup.py demo

.venv/.ready-dev: $(SETUP_INPUTS)
	@$(PYTHON) scripts/setup.py dev

.venv-tf/.ready-tensorflow: $(SETUP_INPUTS)
	@$(PYTHON) scripts/setup.py tensorflow

.venv-lowest/.ready-lowest: $(SETUP_INPUTS)
	@$(PYTHON) scripts/setup.py lowest
