"""Every call works in the smallest thread stack that CPython allows."""

import subprocess
import sys
import textwrap

import pytest

from conftest import linux

LEAST_STACK_BYTES = 32 << 10  # what threading.stack_size takes

CALLS = {
    "linear": "fastcv.image_crop(page, boxes)",
    "cubic": "fastcv.image_crop(page, boxes, interpolation='cubic', border='replicate')",
    "nearest": "fastcv.image_crop(page, boxes, interpolation='nearest')",
    "lanczos": "fastcv.image_crop(page, boxes, interpolation='lanczos4', border='wrap')",
    "float pages": "fastcv.image_crop(page.astype(np.float32), boxes, border='reflect')",
    "lists": "fastcv.image_crop(page, boxes.tolist())",
    "threads by default": "fastcv.image_crop_openmp(page, boxes)",
    "two threads": "fastcv.image_crop_openmp(page, boxes, num_threads=2)",
    "shapes": "fastcv.crop_shapes(boxes)",
    "colours": "fastcv.main_colors(page, num_threads=2)",
    "colours of a photo": "fastcv.main_colors(noise, num_threads=None)",
    "words' colours": "fastcv.text_colors(page, boxes, num_threads=2)",
    "polygons": "fastcv.PolygonIndex(boxes).match(boxes[:, 0], 50, num_threads=2)",
    "detector's boxes": "fastcv.detector_boxes(text, page, num_threads=2)",
    "CRAFT's boxes": "fastcv.craft_boxes(text, text, num_threads=2)",
    "the thread count": "fastcv.get_num_threads()",
}

CODE = """
import threading
import numpy as np
import fastcv

rng = np.random.default_rng(1)
page = np.zeros((300, 400, 3), np.uint8)
noise = rng.integers(0, 255, (600, 700, 3), np.uint8)
text = np.tile(np.float32([0.1] * 9 + [0.9] * 30), (100, 9))
text[np.arange(100) % 20 < 9] = 0
boxes = np.float32([[[10, 10], [390, 20], [380, 100], [5, 90]]] * 3)
boxes[1] -= 40  # partly outside
boxes[2, 2] *= 0.6  # strong perspective

threading.stack_size({stack})
thread = threading.Thread(target=lambda: print(({call}) is not None))
thread.start()
thread.join()
"""


def run_in_small_stack(call):
    code = textwrap.dedent(CODE.format(stack=LEAST_STACK_BYTES, call=call))
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)


@pytest.fixture(scope="module")
def python_fits():
    if run_in_small_stack("np.zeros(3) + 1").returncode:
        pytest.skip("this Python overflows such a stack by itself")


@pytest.mark.rest
@linux
@pytest.mark.parametrize("name", CALLS)
def test_a_call_in_the_smallest_stack(name, python_fits):
    done = run_in_small_stack(CALLS[name])
    assert done.returncode == 0, f"exit status {done.returncode}: {done.stderr}"
    assert done.stdout == "True\n"
