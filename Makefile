# Two of these do all the set-up a newcomer needs: make run, make test.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD := 1

.PHONY: run test crash check sim soak bench mutants statements format pictures lock clean help

help: ## what can be made
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/'

run: $(VENV)/run.ok ## install what is needed and start the bot (the sandbox without a token)
	@$(BIN)/python -m bot run

test: $(VENV)/dev.ok ## all tests
	@$(BIN)/python -m pytest --numprocesses 3 --dist loadfile --no-loadscope-reorder

crash: $(VENV)/dev.ok ## kill it at every statement and every await, and 200 times by signal (half an hour)
	@$(BIN)/python -m pytest -m crash -s tests/crash tests/bench

check: $(VENV)/dev.ok ## ruff, mypy strict, import-linter
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

SEEDS ?= 1000
sim: $(VENV)/dev.ok ## the simulation: make sim SEEDS=10000 (or 500:600); a seed that fails is repeated exactly
	@$(BIN)/python -m tests.sim --seeds $(SEEDS)
	@$(BIN)/python -m pytest -m sim tests/sim/test_machine.py

soak: $(VENV)/dev.ok ## a day with 2,000 chats and 50 feeds, then eight weeks, on virtual time (four minutes)
	@$(BIN)/python -m tests.sim.soak

bench: $(VENV)/bench.ok ## the matcher, the visiting of feeds and the sending, beside their peers (40 minutes)
	@$(BIN)/python -m bot bench match
	@$(BIN)/python -m bot bench ingest
	@$(BIN)/python -m bot bench deliver

mutants: $(VENV)/mutation.ok ## faults put into the sending code: which do its tests notice? (an hour)
	@$(BIN)/mutmut run --max-children 2
	@$(BIN)/python tools/mutants.py

statements: $(VENV)/dev.ok ## the same for the SQL of the outbox (half an hour)
	@PYTHONPATH=. $(BIN)/python tools/mutate_sql.py

format: $(VENV)/dev.ok ## put the code in ruff's layout
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

pictures: $(VENV)/dev.ok ## take the README's pictures again
	RASID_TEST_PICTURES=$(CURDIR)/docs/pictures $(BIN)/python -m pytest tests/e2e/test_browser.py

lock: $(VENV)/dev.ok ## compile the hashed locks from pyproject.toml
	$(BIN)/pip-compile --quiet --strip-extras --generate-hashes --allow-unsafe --no-emit-index-url \
		--no-emit-find-links --output-file requirements.txt pyproject.toml
	$(BIN)/pip-compile --quiet --strip-extras --generate-hashes --allow-unsafe --no-emit-index-url \
		--no-emit-find-links --extra check --extra test --extra lock \
		--constraint requirements.txt --output-file requirements-dev.txt pyproject.toml
	$(BIN)/pip-compile --quiet --strip-extras --generate-hashes --allow-unsafe --no-emit-index-url \
		--no-emit-find-links --extra bench \
		--constraint requirements.txt --output-file requirements-bench.txt pyproject.toml
	$(BIN)/pip-compile --quiet --strip-extras --generate-hashes --allow-unsafe --no-emit-index-url \
		--no-emit-find-links --extra mutation \
		--constraint requirements-dev.txt --output-file requirements-mutation.txt pyproject.toml

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Rasid needs Python 3.11 or newer; this is $$($(PYTHON) --version)"; exit 2; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/run.ok: requirements.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

$(VENV)/dev.ok: requirements-dev.txt $(VENV)/run.ok
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

$(VENV)/bench.ok: requirements-bench.txt $(VENV)/run.ok
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-bench.txt
	@touch $@

$(VENV)/mutation.ok: requirements-mutation.txt $(VENV)/dev.ok
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-mutation.txt
	@touch $@

clean: ## forget what was installed
	rm -rf $(VENV) mutants
