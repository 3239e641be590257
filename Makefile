# Everything a contributor calls. It needs make and Python 3.11 or newer with venv and pip; the rest it installs into
# .venv, in the versions of constraints.txt, with whatever configuration pip has.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup demo test check lint smoke bench saturation litellm stages scrape memory growth \
	handshakes neighbour replicas fix docs boards pictures page-pictures constraints clean

VENV := .venv
BIN := $(VENV)/bin
TESTS := not (gate or clients or slow)
PYTHON :=

# Build requirements are held by the same file; pip reads these two variables also for the builds that it isolates.
PIP := PIP_CONSTRAINT=constraints.txt PIP_BUILD_CONSTRAINT=constraints.txt $(BIN)/python -m pip --disable-pip-version-check

help: ## show this list
	@sed -n 's/^\([a-z-]*\):[^#]*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 14

setup: $(VENV)/.dev ## install voicetap and what develops it into .venv

demo: $(VENV)/.user ## a simulated server, the proxy and scripted callers; no key needed
	@$(BIN)/voicetap demo $(DEMO)

test: $(VENV)/.dev ## the quick tests; TESTS='clients' or another pytest marker expression selects others
	$(BIN)/python -m pytest -m "$(TESTS)"

lint: $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

check: lint test ## what a change must pass: format, lint, types, layers, tests; TESTS= runs all of them

smoke: $(VENV)/.dev ## a call to the real API with OPENAI_API_KEY, and whether all who counted agree; SMOKE='--help'
	@PYTHONPATH=tests $(BIN)/python -m smoke $(SMOKE)

bench: $(VENV)/.dev ## CPU and latency beside nginx and HAProxy; BENCH='--help' lists what can be asked of it
	PYTHONPATH=tests $(BIN)/python -m bench $(BENCH)

saturation: $(VENV)/.dev ## events/s that each peer passes on with one core; BENCH='--help'
	PYTHONPATH=tests $(BIN)/python -m bench.saturation $(BENCH)

litellm: $(VENV)/.dev ## install LiteLLM for the bench: 750 MB into .cache
	PYTHONPATH=tests $(BIN)/python -m bench.litellm

stages: $(VENV)/.dev ## CPU of each stage of understanding an event: frames, events, session, metrics, logs, spans
	PYTHONPATH=tests $(BIN)/python -m bench.stages $(BENCH)

scrape: $(VENV)/.dev ## what a scrape of /metrics costs, and what calls notice of it
	PYTHONPATH=tests $(BIN)/python -m bench.scrape $(BENCH)

memory: $(VENV)/.dev ## memory of a session, at rest and after turns, beside nginx and HAProxy
	PYTHONPATH=tests $(BIN)/python -m bench.memory $(BENCH)

growth: $(VENV)/.dev ## cost and memory from minute 1 to hour 1 of a call
	PYTHONPATH=tests $(BIN)/python -m bench.growth $(BENCH)

handshakes: $(VENV)/.dev ## processor time of an upgrade
	PYTHONPATH=tests $(BIN)/python -m bench.handshakes $(BENCH)

neighbour: $(VENV)/.dev ## what calls notice of a 15 MB message, a scrape, readers of the page
	PYTHONPATH=tests $(BIN)/python -m bench.neighbour $(BENCH)

replicas: $(VENV)/.dev ## two behind HAProxy, one of them taken away while calls go on
	PYTHONPATH=tests $(BIN)/python -m bench.replicas $(BENCH)

fix: $(VENV)/.dev ## format, and repair what the linter can
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

docs: $(VENV)/.dev ## write docs/states.md, docs/metrics.md and docs/scaling.md from what they show
	$(BIN)/python docs/states.py > docs/states.new && mv docs/states.new docs/states.md
	$(BIN)/python docs/metrics.py > docs/metrics.new && mv docs/metrics.new docs/metrics.md
	$(BIN)/python docs/scaling.py > docs/scaling.new && mv docs/scaling.new docs/scaling.md

boards: $(VENV)/.dev ## write what Grafana and Prometheus read, dashboards/compiled, from dashboards/
	$(BIN)/python -m dashboards

pictures: $(VENV)/.dev ## draw the boards from a Prometheus into docs/images; PICTURES='--help'
	@$(BIN)/python -m dashboards.pictures --theme both --sheet $(PICTURES)

page-pictures: $(VENV)/.dev ## draw the live page, in Chromium, into docs/images
	PYTHONPATH=tests $(BIN)/python -m page.pictures

clean: ## remove what the other targets made
	rm -rf $(VENV) .cache dist build .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .coverage
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

constraints: ## write constraints.txt anew: the newest versions that pyproject.toml allows
	$(call new-venv,.cache/constraints)
	.cache/constraints/bin/python -m pip install --quiet --upgrade pip
	.cache/constraints/bin/python -m pip install --quiet --editable '.[dev]' hatchling
	{ echo '# What voicetap is tested with, and what make installs; refreshed by: make constraints'; \
	  .cache/constraints/bin/python -m pip freeze --exclude-editable --exclude pip; } > constraints.new
	mv constraints.new constraints.txt
	rm -rf .cache/constraints

$(VENV)/.user: pyproject.toml constraints.txt | $(BIN)/python
	@echo 'installing voicetap into $(VENV)'
	@$(PIP) install --quiet --editable .
	@touch $@

$(VENV)/.dev: pyproject.toml constraints.txt | $(BIN)/python
	@echo 'installing voicetap and what develops it into $(VENV)'
	@$(PIP) install --quiet --editable '.[dev]'
	@touch $@ $(VENV)/.user

$(BIN)/python:
	$(call new-venv,$(VENV))

# $(1) becomes a fresh virtual environment of the first Python that is new enough, or of PYTHON alone.
define new-venv
	@for python in $(or $(PYTHON),python3 python3.14 python3.13 python3.12 python3.11) ''; do \
	    [ -z "$$python" ] || "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && break; \
	done; \
	if [ -z "$$python" ]; then \
	    echo "voicetap needs Python 3.11 or newer; none found as $(or $(PYTHON),python3 or python3.11 to python3.14)." \
	         "Name one: make PYTHON=/path/to/python" >&2; exit 1; \
	fi; \
	if ! "$$python" -c 'import ensurepip, venv' 2>/dev/null; then \
	    echo "$$python has no venv or pip; on Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; \
	fi; \
	rm -rf $(1) && "$$python" -m venv $(1)
endef
