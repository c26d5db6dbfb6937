# The whole manual. `make` runs every check and every test; `make run` starts the app. Both set themselves up.
PYTHON  ?= python3
PORT    ?= 8501
ADDRESS ?= 127.0.0.1
# How many processes test side by side.
JOBS    ?= 2
# An extra index for pip. Without one, Linux asks CPU_INDEX: there PyPI serves torch with CUDA, several GB of no use here.
TORCH_INDEX ?=
CPU_INDEX   ?= https://download.pytorch.org/whl/cpu

VENV := .venv
BIN  := $(VENV)/bin
# .streamlit/config.toml lets nobody in under another name than this machine's own. Serving a room lifts that.
HOSTS := $(if $(filter 127.0.0.1 localhost,$(ADDRESS)),,'--server.allowedHosts=*')

.DEFAULT_GOAL := test
.DELETE_ON_ERROR:
.PHONY: help run test check fast shake bench tree clean

help:  ## this list
	@grep -hE '^[a-z]+:.*##' Makefile | sed -E 's/^([a-z]+):.*## */  make \1\t/' | expand -t 16
	@echo '  Variables: JOBS=2 PORT=8501 ADDRESS=127.0.0.1 PYTHON=python3 TORCH_INDEX=(an index for torch)'

run: $(VENV)/run.stamp  ## start the app (PORT=8501, ADDRESS=127.0.0.1: this machine only)
	@$(BIN)/python -c 'import socket as s; s.create_server(("$(ADDRESS)", $(PORT))).close()' 2>/dev/null || { \
	  echo 'Port $(PORT) of $(ADDRESS) cannot be had. If tinygpt runs there already, open http://127.0.0.1:$(PORT).'; \
	  echo 'Otherwise take another port:  make run PORT=$(shell expr $(PORT) + 1)'; exit 1; }
	@trap 'exit 0' INT; \
	$(BIN)/streamlit run streamlit_app.py --server.port=$(PORT) --server.address=$(ADDRESS) $(HOSTS)

test: check  ## every check and every test; the browser tests need Chromium and say so where there is none
	$(BIN)/python -m pytest -n $(JOBS)

check: $(VENV)/dev.stamp  ## format, lint, types
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

fast: $(VENV)/dev.stamp  ## the tests that take a minute or two: nothing slow, no browser
	$(BIN)/python -m pytest -n $(JOBS) -m 'not slow and not browser'

shake: $(VENV)/dev.stamp  ## the tests that train, with other seeds and other arithmetic, and how near they are to failing (15 minutes)
	$(BIN)/python -m tests.margins

bench: $(VENV)/dev.stamp  ## how much faster than the lecture's own code, here: the README's table and picture (5 minutes, idle machine)
	$(BIN)/python -m benchmarks

tree: $(VENV)/dev.stamp  ## write the README's tree from the first sentences of folders and modules
	$(BIN)/python -m tests.tree

clean:  ## remove the environment and the caches; runs and own texts stay
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -not -path './$(VENV)/*' -prune -exec rm -rf {} +

# A stamp says "installed from these very files": the second time is instant, a changed file installs again.
$(VENV)/run.stamp: requirements.txt constraints.txt | $(BIN)/python
	$(call install,requirements.txt)
	@touch $@

$(VENV)/dev.stamp: requirements-dev.txt requirements.txt constraints.txt | $(BIN)/python
	$(call install,requirements-dev.txt)
	@touch $(VENV)/run.stamp $@

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo 'tinygpt needs Python 3.11 or newer; try: make PYTHON=python3.12 run'; exit 1; }
	$(PYTHON) -m venv $(VENV)

define install
@set -e; index='$(TORCH_INDEX)'; echo 'Installing what $(1) lists into $(VENV). This takes a minute or a few.'; \
if [ -z "$$index" ] && [ "$$(uname -s)" = Linux ] && ! $(BIN)/python -m pip show --quiet torch 2>/dev/null; then \
  if $(BIN)/python -c 'from urllib.request import urlopen as get; get("$(CPU_INDEX)/torch/", timeout=5)' 2>/dev/null; \
  then index='$(CPU_INDEX)'; echo "torch comes as its CPU build, about 200 MB, from $$index."; \
  else echo '$(CPU_INDEX) does not answer: torch comes from the package index.'; \
    echo 'On PyPI that is the build with CUDA, several GB; another index: make $(or $(MAKECMDGOALS),test) TORCH_INDEX=...'; \
  fi; \
fi; \
$(BIN)/python -m pip install --quiet --disable-pip-version-check $${index:+--extra-index-url "$$index"} -r $(1)
endef
