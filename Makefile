# make demo   lift a real video to 3D motion
# make test   lint, types and tests
# make docs   build the site of the documents in site/
# make fuzz   100,000 damaged files (half an hour)
# make report  measure the table of accuracy again: docs/accuracy.md
# make lock   write requirements.lock
# make sbom   a bill of materials of it
# make install  use the wheel and the sdist in empty environments, with the oldest and the newest dependencies
# make kill   204 commands killed at random moments (20 minutes)
# Each sets up .venv first; PYTHON chooses the interpreter (3.11 or newer).

PYTHON ?= python3
PIP = .venv/bin/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt
EXAMPLE = data/pose2sim

demo: .venv/demo
	mkdir -p demo
	.venv/bin/zedo lift $(EXAMPLE)/videos/cam01.mp4 --intrinsics $(EXAMPLE)/calibration.toml --camera cam_01 \
		--output demo/cam01.html --output demo/cam01.bvh --output demo/cam01.trc --output demo/cam01.npz

test: .venv/test
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	OMP_NUM_THREADS=1 .venv/bin/pytest --numprocesses 2

fuzz: .venv/test
	ZEDO_FUZZ=100000 .venv/bin/pytest tests/fuzz

kill: .venv/test
	ZEDO_KILLS=34 .venv/bin/pytest tests/faults

report: .venv/test
	.venv/bin/python tools/report.py

lock: .venv/tools
	grep -v '^#' constraints.txt > .venv/constraints
	.venv/bin/uv pip compile --quiet pyproject.toml --extra test --universal --python-version 3.11.7 \
		--constraint .venv/constraints --generate-hashes --no-header --no-annotate --output-file requirements.lock
	sed -i '1i # Written by `make lock` from pyproject.toml and constraints.txt: the extra test, with hashes.' requirements.lock

sbom: .venv/tools
	.venv/bin/cyclonedx-py requirements requirements.lock --pyproject pyproject.toml --output-file sbom.json

install: .venv/tools
	PATH="$(CURDIR)/.venv/bin:$$PATH" .venv/bin/python tools/installation.py

docs: .venv/docs
	.venv/bin/mkdocs build --strict

.venv/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "zedo needs Python 3.11 or newer: make PYTHON=python3.12 ...")'
	$(PYTHON) -m venv .venv

.venv/demo: pyproject.toml constraints.txt | .venv/bin/python
	$(PIP) --editable '.[video]'
	touch $@

.venv/test: pyproject.toml constraints.txt | .venv/bin/python
	$(PIP) --editable '.[test]'
	touch $@

.venv/docs: constraints.txt | .venv/bin/python  # the extra `docs`, without zedo itself
	$(PIP) mkdocs-material
	touch $@

.venv/tools: constraints.txt | .venv/bin/python
	$(PIP) uv cyclonedx-bom
	touch $@

.PHONY: demo test fuzz kill report lock sbom install docs
