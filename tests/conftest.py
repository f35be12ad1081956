import json
import os
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "data"))

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
    import fastcv

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
