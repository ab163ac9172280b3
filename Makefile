# `make help` lists the targets. Each does the set-up it needs (tools/setup.sh: idempotent, milliseconds when done).

PRESET ?= release
# OFF compiles each file by itself: best while you change few of them.
UNITY ?= ON
JOBS ?= $(shell nproc)
ARGS ?=

SETUP := tools/setup.sh
BUILD := build/$(PRESET)
PYTHON := .deps/venv/bin/python
PYTEST := $(PYTHON) -m pytest -ra $(ARGS)
CTEST := ctest --test-dir $(BUILD) --output-on-failure --no-tests=error

# The suites in Python find the artefacts by these; they also say which Python has Spark.
export MERGANSER_BINARY := $(CURDIR)/$(BUILD)/merganser
export MERGANSER_EXTENSION := $(CURDIR)/build/release/merganser.duckdb_extension
export MERGANSER_SPARK_PYTHON := $(CURDIR)/.deps/venv-spark/bin/python
export MERGANSER_SPARK_JARS := $(CURDIR)/.deps/spark-jars
export TZ := UTC

# A suite that is not there yet is named, not passed over in silence.
run_if = $(if $(wildcard $(1)),$(2),@echo "$@: $(1) is not there yet")

.PHONY: help build configure unit sql fuzz-sql configs shell golden python interop crash sim fuzz budget bench tidy format demo test clean
.DEFAULT_GOAL := help

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'
	@echo
	@echo "  PRESET=release|relassert|debug|tsan picks the build of build, unit, sql, sim and fuzz."
	@echo "  ARGS='…' is handed to the test runner (sql, golden, python, interop, crash, bench)."

configure:
	@$(SETUP) build
	@test -e $(BUILD)/build.ninja || cmake --preset $(PRESET) -DMERGANSER_UNITY=$(UNITY)

build: configure ## the shell and the extension: build/release/merganser, merganser.duckdb_extension
	cmake --build $(BUILD) -j $(JOBS) --target product

unit_tests sim_tests fuzz_tests sqllogic: configure
	@cmake --build $(BUILD) -j $(JOBS) --target $@

unit: unit_tests ## unit tests of the rooms (GoogleTest)
	$(CTEST) -L unit

sql: sqllogic ## SQL tests: test/sql/<feature>/*.test
	$(call run_if,test/sql,$(BUILD)/sqllogic $(ARGS) test/sql)

sim: sim_tests ## seeded simulation: writers, faults, a mock clock
	$(call run_if,test/sim/*.cpp,$(CTEST) -L sim)

fuzz: fuzz_tests ## fuzz drivers, smoke seeds
	$(call run_if,test/fuzz/*.cpp,$(CTEST) -L fuzz)

fuzz-sql: build python-env ## random statements in lock step with DuckDB's own tables; ROUNDS=200, or SEED=n alone
	MERGANSER_DIFFERENTIAL_ROUNDS=$(or $(ROUNDS),200) MERGANSER_DIFFERENTIAL_SEED=$(SEED) $(PYTEST) test/python/test_differential.py

configs: sqllogic ## the SQL tests again, on each configuration of test/configs
	set -e; for config in test/configs/*.json; do echo "$$config"; $(BUILD)/sqllogic --jobs $(JOBS) --config $$config $(ARGS) test/sql; done

shell: build sqllogic python-env ## the shell and the SQL test runner as programs, from outside
	$(call run_if,test/shell/*.py,$(PYTEST) test/shell)

golden: build python-env ## published Delta tables against their expected rows
	$(call run_if,test/golden/*.py,$(PYTEST) test/golden)

python: build python-env ## the SQL suite through the extension in DuckDB's Python package
	$(call run_if,test/python/*.py,$(PYTEST) test/python)

interop: build sqllogic python-env spark-env ## Spark, delta-rs, Polars and DuckDB's delta extension against our tables
	$(call run_if,test/interop/*.py,$(PYTEST) test/interop)

crash: build python-env ## kill -9 in the middle of commits
	$(call run_if,test/crash/*.py,$(PYTEST) test/crash)

budget: build python-env ## store requests per statement, against bench/budget
	$(call run_if,bench/budget/*.py,$(PYTEST) bench/budget)

bench: build ## benchmarks, each with its peer: tables and JSON in bench/results
	@$(SETUP) bench
	$(call run_if,bench/run.py,$(PYTHON) bench/run.py $(ARGS))

tidy: python-env ## layers, sizes, names and banned tokens; then the tests of the checker itself
	python3 tools/tidy.py
	$(PYTEST) tools

format: ## clang-format on our sources
	@$(SETUP) format
	find src test cmake -name '*.cpp' -o -name '*.hpp' | xargs clang-format -i

demo: ## real data into Delta tables, queried, travelled back in time, read by three other engines
	@$(SETUP) demo
	@$(MAKE) --no-print-directory build
	$(call run_if,demo/demo.sh,demo/demo.sh)

test: ## all that CI runs
	@$(SETUP) test spark
	python3 tools/ci.py

clean: ## remove build/ and the demo's folder; .deps stays
	rm -rf build demo/out

.PHONY: python-env spark-env unit_tests sim_tests fuzz_tests sqllogic
python-env:
	@$(SETUP) test
spark-env:
	@$(SETUP) spark
