import contextlib
import gc
import json
import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import cv2
import numpy as np
import pytest

import fastcv
import quads
from fastcv import _core
from leftovers import (  # noqa: F401  hooks that pytest finds by their names
    pytest_sessionfinish,
    pytest_sessionstart,
    pytest_terminal_summary,
)

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "data"))

# A background job may have inherited the setting to ignore Ctrl-C. The tests need the default.
signal.signal(signal.SIGINT, signal.default_int_handler)

LINUX = sys.platform == "linux"
linux = pytest.mark.skipif(not LINUX, reason="uses Linux's own interfaces")

ALONE = {"test_signals_and_forks.py", "test_threads.py"}  # all their tests are marked alone

BOX = np.float32([[10, 10], [40, 12], [39, 25], [9, 23]])
CROPS = [fastcv.image_crop, fastcv.image_crop_openmp]
both = pytest.mark.parametrize("crop", CROPS, ids=lambda f: f.__name__)

OPENCV_4 = cv2.__version__.startswith("4.")
KERNELS = fastcv.build_info()["kernels"]


@pytest.hookimpl(tryfirst=True)  # before `-m` selects
def pytest_collection_modifyitems(items):
    skips = {
        major: pytest.mark.skip(reason=f"compares with OpenCV {major}; cv2 is {cv2.__version__}")
        for major in ("4", "5")
        if not cv2.__version__.startswith(f"{major}.")
    }
    for item in items:
        if item.path.name in ALONE:
            item.add_marker("alone")
        for major, skip in skips.items():
            if f"opencv{major}" in item.keywords:
                item.add_marker(skip)
    if report := os.environ.get("FASTCV_REPORT_ALONE"):  # for tools/run_tests.sh
        Path(report).write_text(str(sum("alone" in item.keywords for item in items)))


def pytest_collection_finish():
    """Leave thousands of tests out of garbage collections: each took 0.1 s with them."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers():
    """As many as this process may use CPUs: fastcv knows affinity and cgroups."""
    return fastcv.get_num_threads()


@contextlib.contextmanager
def using_kernel(name):
    """Cut and count with this variant of the kernels."""
    before = fastcv.build_info()["kernel"]
    _core._set_kernel(name)
    try:
        yield
    finally:
        _core._set_kernel(before)


@pytest.fixture(params=KERNELS)
def kernel(request):
    """Each variant of the kernels that this CPU has."""
    with using_kernel(request.param):
        yield request.param


@pytest.fixture
def rng():
    return np.random.default_rng(20231)


@pytest.fixture(scope="session")
def page():
    return read_only(cv2.imread(str(ROOT / "data/page.jpg")))


@pytest.fixture(scope="session")
def page_boxes():
    return read_boxes(ROOT / "data/page_boxes.json")


@pytest.fixture(scope="session")
def logo():
    return read_only(cv2.imread(str(ROOT / "data/logo.png"), cv2.IMREAD_UNCHANGED))


@pytest.fixture(autouse=True)
def default_threads(monkeypatch):
    """The environment's settings of threads do not reach the tests."""
    for name in ("FASTCV_NUM_THREADS", "OMP_NUM_THREADS", "OMP_THREAD_LIMIT"):
        monkeypatch.delenv(name, raising=False)
    yield
    fastcv.set_num_threads(None)


@pytest.fixture
def pool():
    """The memory pool is empty at the start, with its usual limit."""
    gc.collect()
    fastcv.set_memory_pool(512 << 20)
    fastcv.empty_memory_pool()
    yield
    fastcv.set_memory_pool(512 << 20)


@pytest.fixture(scope="session")
def spare_folder(tmp_path_factory):
    return tmp_path_factory.mktemp("spare")


@pytest.fixture(autouse=True)
def away_from_the_checkout(request, monkeypatch, spare_folder):
    """Relative paths lead into the test's tmp_path, never into the checkout. Tests without a
    tmp_path share a folder and leave it empty: a folder for each took five seconds to delete."""
    own = "tmp_path" in request.fixturenames
    monkeypatch.chdir(request.getfixturevalue("tmp_path") if own else spare_folder)
    yield
    assert own or not os.listdir(spare_folder), "a test that writes needs tmp_path"


def read_only(image):
    image.setflags(write=False)
    return image


def read_boxes(path):
    content = json.loads(Path(path).read_text())
    boxes = content["boxes"] if isinstance(content, dict) else content
    return read_only(np.array(boxes, np.float32))


def real_pages():
    """Real pages: NAME.png, with a detector's boxes in NAME.json beside it."""
    folder = os.environ.get("FASTCV_TEST_PAGES")
    return sorted(Path(folder).glob("*.png")) if folder else []


@pytest.fixture
def image(rng):
    return rng.integers(0, 255, (60, 80, 3), np.uint8)


@pytest.fixture(scope="module")
def page_and_boxes():
    rng = np.random.default_rng(3)
    page = rng.integers(0, 255, (1000, 1200, 3), np.uint8)
    return page, quads.turned(rng, 150, 1200, 1000)


@pytest.fixture
def long_call(rng):
    """At least half a second of work on a fast machine, to interrupt or to watch."""
    page = rng.integers(0, 255, (500, 500, 4), np.uint8).astype(np.uint16)
    boxes = np.float32([[[0, 0], [2000, 0], [2000, 2000], [0, 2000]]] * 14)
    return lambda crop, **more: crop(page, boxes, interpolation="lanczos4", **more)


def random_image(rng, shape, dtype):
    if np.issubdtype(dtype, np.floating):
        return rng.normal(0, 1e3, shape).astype(dtype)
    limits = np.iinfo(dtype)
    return rng.integers(limits.min, limits.max, shape, dtype, endpoint=True)


def run_python(code, timeout=60, **environment):
    """Run code in a process of its own. Return what it printed."""
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)],
        capture_output=True,
        text=True,
        timeout=timeout,
        env={**os.environ, **environment},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def run_in_checkout(*command, cwd=ROOT, **environment):
    """Run a command of the project."""
    return subprocess.run(
        command,
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=280,
        env={**os.environ, **environment},
    )
