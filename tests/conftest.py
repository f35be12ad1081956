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

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "data"))

# Who is started in the background may ignore Ctrl-C, and so would every process of the tests.
signal.signal(signal.SIGINT, signal.default_int_handler)

LINUX = sys.platform == "linux"
linux = pytest.mark.skipif(not LINUX, reason="uses Linux's own ways")

BOX = np.float32([[10, 10], [40, 12], [39, 25], [9, 23]])
CROPS = [fastcv.image_crop, fastcv.image_crop_openmp]
both = pytest.mark.parametrize("crop", CROPS, ids=lambda f: f.__name__)

OPENCV_4 = cv2.__version__.startswith("4.")


def pytest_configure(config):
    config.addinivalue_line("markers", "opencv4: compares with cv2, whose 4.x is the reference")


def pytest_collection_modifyitems(items):
    if OPENCV_4:
        return
    skip = pytest.mark.skip(reason=f"the reference is OpenCV 4.x, and cv2 is {cv2.__version__}")
    for item in items:
        if "opencv4" in item.keywords:
            item.add_marker(skip)


@pytest.fixture(params=fastcv.build_info()["kernels"])
def kernel(request):
    """Every variant of the kernels that this CPU has, one after the other."""
    before = fastcv.build_info()["kernel"]
    _core._set_kernel(request.param)
    yield request.param
    _core._set_kernel(before)


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
    """Settings of whoever runs the tests do not reach them."""
    for name in ("FASTCV_NUM_THREADS", "OMP_NUM_THREADS", "OMP_THREAD_LIMIT"):
        monkeypatch.delenv(name, raising=False)
    yield
    fastcv.set_num_threads(None)


def read_only(image):
    image.setflags(write=False)
    return image


def read_boxes(path):
    content = json.loads(Path(path).read_text())
    boxes = content["boxes"] if isinstance(content, dict) else content
    return read_only(np.array(boxes, np.float32))


def real_pages():
    """Folder of real pages with a detector's boxes, each NAME.png beside NAME.json."""
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
    """Seconds of work, for whoever wants to look in while it runs."""
    page = rng.integers(0, 255, (500, 500, 4), np.uint8).astype(np.float64)
    box = np.float32([[[0, 0], [4000, 0], [4000, 4000], [0, 4000]]])
    return lambda crop, **more: crop(page, box, interpolation="lanczos4", **more)


def run_python(code, timeout=60, **environment):
    """In a process of its own; returns what it printed."""
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)],
        capture_output=True,
        text=True,
        timeout=timeout,
        env={**os.environ, **environment},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()
