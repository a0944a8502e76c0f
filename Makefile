# Segue in two commands: `make play` installs and plays, `make check` installs and tests.
# Both keep to .venv and do again only what changed.

EXTRAS ?= dev
ARGS ?=
DATA ?=
SAMPLES ?=
WORK ?= build/training
VENV := .venv
BIN := $(VENV)/$(if $(filter Windows_NT,$(OS)),Scripts,bin)
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

# python-rtmidi has wheels up to Python 3.12: prefer such a one, else take any from 3.11 on.
FITS = -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, $(1)))' 2>/dev/null
PYTHON ?= $(shell \
	for python in python3 python3.12 python3.11; do \
		$$python $(call FITS,12) && echo $$python && exit; done; \
	for python in python3 python3.14 python3.13 python; do \
		$$python $(call FITS,99) && echo $$python && exit; done; \
	echo none)

BLENDER := build/blender/$(if $(filter Windows_NT,$(OS)),Scripts,bin)/python
BLENDER5 := build/blender5/$(if $(filter Windows_NT,$(OS)),Scripts,bin)/python

.PHONY: play check check-ray check-blender soak format bench bench-peers bench-film docs pictures plugins clean help
.DEFAULT_GOAL := help

help:
	@echo "make play    install into .venv and play; make play ARGS='--bars 16 --save take.mid'"
	@echo "make check   install into .venv and run every check; EXTRAS=dev,train adds torch's"
	@echo "make check-ray EXTRAS=dev,ray   kill a node of a Ray cluster while it watches films"
	@echo "make check-blender   install two Blenders as modules (800 MB, need Python 3.11); test in them"
	@echo "make soak    kill the JACK server under it fifty times, ten minutes; needs JACK"
	@echo "make format  put the code into its form"
	@echo "make bench   measure; make bench-peers installs others (700 MB) and measures beside them"
	@echo "make bench-film DATA=FOOTAGE SAMPLES=CLIPS   measure shot detectors side by side (400 MB)"
	@echo "make docs    write the pages that are generated"
	@echo "make pictures draw the people of the README anew"
	@echo "make plugins pack the plugins into build/plugins: a zip each, and Premiere's panel as .ccx"
	@echo "make train-melody_vae EXTRAS=dev,train DATA=FOLDER   train a model of export/music, and ship it"
	@echo "make clean   take away .venv and everything that was built"

play: $(VENV)/.installed
	$(BIN)/segue music play $(ARGS)

check: $(VENV)/.installed-$(EXTRAS)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/python -m pytest --benchmark-skip -m 'not slow and not ray' $(ARGS)

check-ray: $(VENV)/.installed-$(EXTRAS)
	$(BIN)/python -m pytest --benchmark-skip -m ray $(ARGS)

check-blender: $(VENV)/.installed-$(EXTRAS)
	test -e $(BLENDER) || python3.11 -m venv build/blender
	test -e $(BLENDER5) || python3.11 -m venv build/blender5
	$(BLENDER) -m pip install --quiet --disable-pip-version-check bpy==4.5.15
	$(BLENDER5) -m pip install --quiet --disable-pip-version-check bpy==5.0.1
	SEGUE_BLENDER_PYTHON=$(BLENDER) SEGUE_BLENDER5_PYTHON=$(BLENDER5) $(BIN)/python -m pytest \
		-m host tests/conform/test_blender.py tests/files/mesh tests/plugins/blender $(ARGS)

soak: $(VENV)/.installed-$(EXTRAS)
	$(BIN)/python -m pytest --benchmark-skip -m slow $(ARGS)

format: $(VENV)/.installed-$(EXTRAS)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(VENV)/.installed-$(EXTRAS)
	@mkdir -p build
	$(BIN)/python -m pytest tests/benchmarks --benchmark-only --benchmark-group-by=func \
		--benchmark-columns=min,median,iqr,rounds --benchmark-json=build/bench.json $(ARGS)
	@$(BIN)/python -m tests.benchmarks.figures build/bench.json

bench-peers: $(VENV)/.installed-$(EXTRAS)
	$(BIN)/python -m tests.benchmarks.peers.compare $(ARGS)

bench-film: $(VENV)/.installed-$(EXTRAS)
	$(BIN)/python -m tests.benchmarks.film.compare $(if $(DATA),--data '$(DATA)') \
		$(if $(SAMPLES),--samples '$(SAMPLES)') $(ARGS)

docs: $(VENV)/.installed-$(EXTRAS)
	$(BIN)/python -m export.ship.readme
	$(BIN)/python -m bridge.cli.pages

pictures: $(VENV)/.installed-$(EXTRAS)
	$(BIN)/python -m export.animation.pictures

plugins: $(VENV)/.made
	$(BIN)/python plugins/pack.py build/plugins

train-%: $(VENV)/.installed-$(EXTRAS)
	@test -n '$(DATA)' || { echo 'Where are the corpora? make $@ DATA=FOLDER' >&2; exit 1; }
	for stage in train train_flow ship; do \
		test -e export/music/$*/$$stage.py || continue; \
		$(BIN)/python -m export.music.$*.$$stage --data $(DATA) --work $(WORK)/$* || exit; done

clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
	rm -rf .import_linter_cache .benchmarks
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Stamps: each is as new as what it stands for.
$(VENV)/.made:
	@test '$(PYTHON)' != none || { \
		echo 'Segue needs Python 3.11 or newer; here is: '`python3 --version 2>&1`'.' >&2; \
		echo 'Install one, then: make $(MAKECMDGOALS) PYTHON=/path/to/python3.12' >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo '$(PYTHON) cannot make a virtual environment.' >&2; \
		echo 'On Debian and Ubuntu: sudo apt install python3-venv' >&2; exit 1; }
	$(PYTHON) -m venv --clear $(VENV)
	@touch $@

$(VENV)/.installed: $(VENV)/.made pyproject.toml
	$(PIP) --editable .
	@$(BIN)/python -c 'import rtmidi' 2>/dev/null || $(PIP) --editable '.[rtmidi]' 2>/dev/null || \
		echo 'python-rtmidi could not be built: JACK works without it, other MIDI ports do not.'
	@touch $@

$(VENV)/.installed-$(EXTRAS): $(VENV)/.installed
	$(PIP) --editable '.[$(EXTRAS)]'
	@touch $@
