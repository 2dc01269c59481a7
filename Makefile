# Every command of the project. A clean machine needs Python ≥ 3.11 and make, nothing else.
PYTHON ?= $(shell for name in python3 python3.13 python3.12 python3.11; do \
	"$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo "$$name"; break; }; done)
BIN := .venv/bin
# Byte code is written while installing, not at the first start.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help run test test-embedded test-postgresql check format bench messages permissions retention lock licences vendor-free clean drills

help: ## Show this list
	@grep -E '^[a-z-]+:.*## ' Makefile | sed -E 's/:.*## /\t/' | while IFS="$$(printf '\t')" read -r name text; do \
		printf '  make %-12s %s\n' "$$name" "$$text"; done

run: .venv/.installed-run ## Install if needed, load the demo, serve on http://127.0.0.1:8000 (Ctrl-C stops)
	@exec $(BIN)/shangju up --demo

test: .venv/.installed-dev ## All tests: embedded database, then PostgreSQL if TEST_DATABASE_URL names one
	@$(BIN)/python tools/messages.py compile
	@$(BIN)/python tools/run_tests.py $(ARGS)

check: .venv/.installed-dev ## Formatter, linter, types, layers, migrations, translations, deploy checks
	@$(BIN)/python tools/run_checks.py

format: .venv/.installed-dev ## Let the formatter and the safe fixes of the linter run
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: .venv/.installed-dev ## The benchmarks; a table here and under var/bench/
	@$(BIN)/python -m bench $(ARGS)

drills: .venv/.installed-dev ## List the drills; make drill-r1 … drill-r7 brings one fault about and judges (ARGS="20")
	@$(BIN)/python -m tests.drills

drill-%: .venv/.installed-dev
	@$(BIN)/python -m tests.drills $* $(ARGS)

messages: .venv/.installed-dev ## Extract msgids from code and templates, merge locale/parts/*.po, sort
	@$(BIN)/python tools/messages.py update

retention: .venv/.installed-dev ## Write the retention table of docs/privacy.md from the built-in rules
	@$(BIN)/python tools/write_retention.py

permissions: .venv/.installed-dev ## Write docs/permissions.md from the permission matrix of the tests
	@$(BIN)/python tools/write_permissions.py

lock: .venv/.installed-dev ## Compile requirements/*.in to the lock files
	@command -v uv >/dev/null || $(BIN)/python -m pip install --quiet uv
	PATH="$$PATH:$(BIN)" uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
		--no-emit-index-url --no-emit-find-links requirements/run.in -o requirements.txt
	PATH="$$PATH:$(BIN)" uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
		--no-emit-index-url --no-emit-find-links -c requirements.txt requirements/dev.in -o requirements-dev.txt

licences: .venv/.installed-dev ## Write docs/licences.md from what is installed for running
	@$(BIN)/python tools/licences.py write

vendor-free: .venv/.installed-dev ## Show that nothing vendored differs from its stated origin
	@$(BIN)/python tools/check_vendor.py

clean: ## Remove the environment and caches; var/ with the data stays
	rm -rf .venv build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/.made:
	@test -n "$(PYTHON)" || { echo "Shangju needs Python 3.11 or newer; name one with: make PYTHON=/path/to/python3"; exit 1; }
	@$(PYTHON) -m venv .venv || { echo "Python cannot make a virtual environment; on Debian and Ubuntu install python3-venv."; exit 1; }
	@touch $@

.venv/.installed-run: .venv/.made requirements.txt pyproject.toml
	@sh tools/install.sh requirements.txt
	@touch $@

.venv/.installed-dev: .venv/.made requirements-dev.txt requirements.txt pyproject.toml
	@sh tools/install.sh requirements-dev.txt
	@touch $@ .venv/.installed-run
