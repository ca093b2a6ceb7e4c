PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
LOCK := requirements.lock

.PHONY: app test lint check pictures lock audit clean

app: $(READY)
	$(BIN)/dancecard app $(ARGS)

test: $(READY)
	$(BIN)/python -m pytest $(ARGS)

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

check: test lint

pictures: $(READY)
	$(BIN)/python tests/e2e/pictures.py $(or $(FOLDER),pictures)

lock: $(READY)
	$(BIN)/python .ci/lock.py

audit: $(READY)
	$(BIN)/python .ci/audit.py

$(READY): pyproject.toml $(LOCK)
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	@$(BIN)/python -m pip install --quiet --constraint $(LOCK) --editable '.[dev]' || { \
		echo 'The exact versions of $(LOCK) cannot all be had here, on' \
			"$$($(BIN)/python --version); taking the newest that pyproject.toml allows."; \
		$(BIN)/python -m pip install --quiet --editable '.[dev]'; }
	@touch $(READY)

clean:
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
