# The daily verbs.  `make book` and `make test` set up everything they need: only Python 3.11+ and make are assumed.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
JOBS ?= auto
READERS := Praat (parselmouth),praatio,textgrid,tgt,srt,pysubs2,webvtt-py,epubcheck,soundfile,datasets,webdataset,mlcroissant
SDKS := 0.2.0 0.2.1 1.2.0 2.0.0 2.5.1 2.13.0

.PHONY: book test conformance verify-formats verify-torch format bench clean

book: $(VENV)/installed  ## Render jobs/book.yaml with the built-in engine into out/book
	$(BIN)/batchtts run jobs/book.yaml

test: $(VENV)/developing  ## Check the code and run the whole suite
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/deptry .
	$(BIN)/pytest -n $(JOBS) --dist loadgroup --cov --cov-report=term

conformance: $(VENV)/developing $(SDKS:%=$(VENV)/sdk/%/installed)  ## Let the official SDKs of LMNT talk to `batchtts serve`
	PYTHONPATH=tests $(BIN)/python tests/conformance $(VENV)/sdk

verify-formats: $(VENV)/verify/installed  ## Export a book to every format, and have the real programs read it
	$(VENV)/verify/bin/python tests/formats --wanted "$(READERS)"
	$(VENV)/verify/bin/python -m pytest -q tests/pipeline/test_pipeline_reading_back.py

verify-torch: $(VENV)/verify-torch/installed  ## The same for those that need PyTorch, by hand
	$(VENV)/verify-torch/bin/python tests/formats --format ljspeech,libritts,lhotse,shar,kaldi,ctm,parquet

format: $(VENV)/developing  ## Bring the code into the one form
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(VENV)/developing  ## Measure the promises, as ratios in one run
	$(BIN)/python -m benchmarks

clean:  ## Remove what the other verbs made, but for renders
	rm -rf $(VENV) .mypy_cache .ruff_cache .import_linter_cache .hypothesis .coverage* dist

$(VENV)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed; say make PYTHON=python3.12, for example."; exit 1; }
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/installed: $(VENV)/python pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/developing: $(VENV)/python pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@ $(VENV)/installed

# The readers of formats bring much that neither batchtts nor its suite needs, so they have environments of their own.
.PRECIOUS: $(VENV)/%/installed
$(VENV)/verify/installed $(VENV)/verify-torch/installed: $(VENV)/%/installed: $(VENV)/python pyproject.toml
	$(BIN)/python -m venv --clear $(@D)
	$(@D)/bin/python -m pip install --quiet --disable-pip-version-check --editable '.[datasets,$*]' \
		hypothesis pytest pytest-timeout
	@touch $@

# Each SDK of LMNT has an environment of its own; .PRECIOUS, or make would take the stamps for its own leftovers.
.PRECIOUS: $(VENV)/sdk/%/installed
$(VENV)/sdk/%/installed: | $(VENV)/python
	$(BIN)/python -m venv --clear $(@D)
	$(@D)/bin/python -m pip install --quiet --disable-pip-version-check lmnt==$*
	@touch $@
