# Every target makes its own .venv first: a fresh clone needs Python 3.11 or newer, make, and nothing else.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help run test lint bench docs histories lock clean

help: ## what can be made
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Setpiece needs Python 3.11 or newer; this is $$($(PYTHON) --version). Name another with: make PYTHON=python3.12 …"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "Installing the libraries into .venv (once, about a minute) …"
	@$(BIN)/pip install --quiet --require-hashes -r requirements.lock
	@$(BIN)/pip install --quiet --no-deps --no-build-isolation -e .
	@touch $(STAMP)

run: $(STAMP) ## start everything on this machine with sample data, and stay up (Ctrl-C stops it)
	@exec $(BIN)/python starter.py up --samples

test: $(STAMP) ## all tests, on a real Postgres, Temporal server and mail server of their own
	@$(BIN)/python -m pytest -n 2 --dist loadgroup

lint: $(STAMP) ## style, types, import rules, deploy files
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy .
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/hadolint deploy/Dockerfile
	@if command -v npm >/dev/null; then cd deploy && npm ci --silent --no-audit --no-fund && npx --no-install dclint --max-warnings 0 compose.yaml; \
	else echo "dclint needs npm, which is not here: deploy/compose.yaml was not linted"; fi

bench: $(STAMP) ## the figures of docs/bench.md, each beside a plain hand-written Temporal workflow
	@$(BIN)/python -m bench

histories: $(STAMP) ## record the histories of every step kind again (after a deliberate change of the interpreter)
	@$(BIN)/python -m tests.workflows.record

lock: $(STAMP) ## requirements.lock and deploy/requirements.lock from pyproject.toml
	$(BIN)/uv pip compile --universal --generate-hashes --no-header --no-emit-index-url --python-version 3.11 --extra local --extra dev pyproject.toml -o requirements.lock --quiet
	$(BIN)/uv pip compile --universal --generate-hashes --no-header --no-emit-index-url --python-version 3.11 pyproject.toml -o deploy/requirements.lock --quiet

clean: ## remove .venv and the local stack's data
	rm -rf .venv .setpiece
