# Each target first sets up what it needs: system packages (if it may), .venv, the build.
PYTHON ?= python3
VENV := .venv
COMPAT := .venv-compat
OPENCV5 := .venv-opencv5
CLUSTERS := .venv-clusters
RUN := $(VENV)/bin/python
C_FILES = $(shell git ls-files -co --exclude-standard '*.c' '*.h' '*.cpp')

.NOTPARALLEL:
.PHONY: help demo test check check-rest soak notebook test-c test-avx512 test-aarch64 test-compat \
	test-opencv5 soak-opencv5 test-clusters wheel wheels wheel-aarch64 test-wheel test-wheels test-beside \
	bench bench-ocr lint format build clean

help:
	@echo "make demo        cut the words out of a page, count its colours; pictures in out/"
	@echo "make test        check that the code is right: about two minutes on 2 cores"
	@echo "                 make test ARGS=tests/crop runs one subject's tests"
	@echo "make check       everything that CI checks: lint, test, check-rest, test-compat,"
	@echo "                 test-opencv5, test-clusters and test-wheel: 20 minutes"
	@echo "make check-rest  run the notebook, benchmarks, other builds and short proofs"
	@echo "make soak        prove each promise of docs/reliability.md at length: three hours"
	@echo "make notebook    run the tutorial from top to bottom; the result in out/"
	@echo "make test-c, make test-avx512, make test-aarch64"
	@echo "                 compare the kernels' variants, on this CPU or emulated"
	@echo "make test-compat compare with the OCR projects' own functions, in $(COMPAT)"
	@echo "make test-opencv5 compare with cv2 5, in $(OPENCV5); soak-opencv5 does so for an hour"
	@echo "make test-clusters"
	@echo "                 cut pages on Dask and Ray, with workers killed, in $(CLUSTERS)"
	@echo "make wheel       make an sdist and a wheel for PYTHON, OpenCV inside, in dist/"
	@echo "make wheels      the same for every CPython from 3.10 on that is found"
	@echo "make wheel-aarch64"
	@echo "                 cross-compile a wheel for aarch64, and try it in qemu"
	@echo "make test-wheel  make PYTHON's wheel, and prove it where nothing else is installed"
	@echo "make test-wheels prove all wheels in dist/"
	@echo "make test-beside prove PYTHON's wheel beside torch, cv2 4 and 5, and others"
	@echo "make bench       run the benchmarks; pictures in out/"
	@echo "make bench-ocr   time the whole CPU stage of OCR beside RapidOCR, in $(COMPAT)"
	@echo "make lint        check style, types and spelling"
	@echo "make format      rewrite the sources in the project's style"
	@echo "make build       compile what changed, in place"
	@echo "make clean       delete everything that was built"

demo: build
	@$(RUN) benchmarks/demo.py

test: build $(VENV)/.dev
	@tools/run_tests.sh $(RUN) "not rest" $(ARGS)

check: lint test check-rest test-compat test-opencv5 test-clusters test-wheel

check-rest: build $(VENV)/.dev
	@tools/run_tests.sh $(RUN) rest

soak: build $(VENV)/.dev
	$(RUN) benchmarks/reliability.py --long $(ARGS)

notebook: build $(VENV)/.notebook
	@$(RUN) tools/run_tutorial.py
	@echo "To edit and run it yourself: $(VENV)/bin/jupyter lab tutorial.ipynb"

test-c:
	@tools/check_variants.sh native

test-avx512:
	@tools/check_variants.sh avx512

test-aarch64:
	@tools/check_variants.sh aarch64

# Makes the environment $(@D) of pinned packages.
define install
@rm -rf $(@D)
@$(RUN) -m venv $(@D)
@$(@D)/bin/python -m pip install -q --disable-pip-version-check --no-deps -r $<
@touch $@
endef

# The same Python as $(VENV), so that the extension built in place is that Python's.
test-compat: build $(COMPAT)/.ready
	@PYTHONPATH=$(CURDIR)/src $(COMPAT)/bin/python -m pytest -p no:cacheprovider tests/compat $(ARGS)

$(COMPAT)/.ready: tests/compat/requirements.txt $(VENV)/.ready
	@echo "Installing the OCR projects in $(COMPAT), 640 MB"
	$(install)

test-opencv5: build $(OPENCV5)/.ready
	@PYTHONPATH=$(CURDIR)/src $(OPENCV5)/bin/python -m pytest -p no:cacheprovider tests/opencv5 $(ARGS)

soak-opencv5: build $(OPENCV5)/.ready
	@PYTHONPATH=$(CURDIR)/src $(OPENCV5)/bin/python tests/opencv5/soak.py $(ARGS)

$(OPENCV5)/.ready: tests/opencv5/requirements.txt $(VENV)/.ready
	@echo "Installing OpenCV 5 in $(OPENCV5), 200 MB"
	$(install)

test-clusters: build $(CLUSTERS)/.ready
	@PYTHONPATH=$(CURDIR)/src $(CLUSTERS)/bin/python -m pytest -p no:cacheprovider tests/clusters $(ARGS)

$(CLUSTERS)/.ready: tests/clusters/requirements.txt $(VENV)/.ready
	@echo "Installing Dask, Ray and data sets' loaders in $(CLUSTERS), 870 MB"
	$(install)

wheel:
	@tools/wheel.sh $(PYTHON)

wheels:
	@tools/wheel.sh $$(tools/pythons.sh)

wheel-aarch64:
	@tools/wheel_aarch64.sh

test-wheel:
	@{ command -v mmdebstrap && command -v qemu-x86_64; } >/dev/null || \
		tools/install_packages.sh mmdebstrap qemu-user || echo "Going on without them"
	@tools/wheel.sh $(PYTHON)
	@tools/test_wheel.sh $(PYTHON)

test-beside:
	@tools/test_beside.sh $(PYTHON)

test-wheels:
	@for python in $$(tools/pythons.sh); do tools/test_wheel.sh $$python || exit 1; done

bench: build $(VENV)/.bench
	@mkdir -p out
	$(RUN) benchmarks/speed.py --picture out/speed.png
	$(RUN) benchmarks/image_crop.py --picture out/image_crop.png
	$(RUN) benchmarks/image_crop.py --data source
	$(RUN) benchmarks/batches.py --picture out/batches.png
	$(RUN) benchmarks/ctc.py --picture out/ctc.png
	$(RUN) benchmarks/detector_input.py --picture out/detector_input.png
	$(RUN) benchmarks/detector_boxes.py --picture out/detector_boxes.png
	$(RUN) benchmarks/craft_boxes.py --picture out/craft_boxes.png
	$(RUN) benchmarks/extract_color.py --picture out/extract_color.png
	$(RUN) benchmarks/extract_color.py --made --skip-naive
	$(RUN) benchmarks/box_colors.py --picture out/box_colors.png
	$(RUN) benchmarks/text_colors.py
	$(RUN) benchmarks/threads.py
	$(RUN) benchmarks/cumulative_sum.py --picture out/cumulative_sum.png
	$(RUN) benchmarks/polygons.py --picture out/polygons.png
	$(RUN) benchmarks/memory.py
	$(RUN) benchmarks/kernels.py --picture out/kernels.png
	$(RUN) benchmarks/scaling.py --picture out/scaling.png

bench-ocr: build $(COMPAT)/.ready
	@PYTHONPATH=$(CURDIR)/src $(COMPAT)/bin/python benchmarks/ocr_stage.py $(ARGS)

lint: $(VENV)/.dev
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(RUN) -m mypy
	$(VENV)/bin/clang-format --dry-run -Werror $(C_FILES)
	$(VENV)/bin/codespell

format: $(VENV)/.dev
	$(VENV)/bin/ruff check --fix .
	$(VENV)/bin/ruff format .
	$(VENV)/bin/clang-format -i $(C_FILES)

# setup.py compiles only what changed.
build: $(VENV)/.ready
	@$(RUN) setup.py -q build_ext --inplace

$(VENV)/.ready: requirements.txt pyproject.toml src/fastcv/_version.py tools/setup.sh
	@tools/setup.sh "$(PYTHON)" $(VENV)
	@touch $@

# An extra of pyproject.toml. Without build isolation, nothing is compiled again.
$(VENV)/.dev $(VENV)/.bench $(VENV)/.notebook: $(VENV)/.%: $(VENV)/.ready
	@echo "Installing the packages of the extra \"$*\" in $(VENV)"
	@$(RUN) -m pip install -q --disable-pip-version-check --no-build-isolation -e '.[$*]'
	@touch $@

clean:
	rm -rf $(VENV) $(COMPAT) $(OPENCV5) $(CLUSTERS) build dist out src/*.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
	find . -name '*.lprof' -delete
	rm -f src/fastcv/*.so
