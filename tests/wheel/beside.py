"""Imports fastcv beside other libraries with threads of their own, in many orders, each in a new
process: crops stay right, also in a forked child. Usage: beside.py [MODULE…]"""

import itertools
import random
import subprocess
import sys

MODULES = ["cv2", "torch", "onnxruntime", "sklearn.cluster"]
ONE = r"""
import faulthandler, importlib, os, sys, warnings
import numpy as np

# torch alone may take two minutes from a cold disk
faulthandler.dump_traceback_later(500, exit=True)
warnings.simplefilter("ignore")
modules = {name: importlib.import_module(name) for name in sys.argv[1:]}
fastcv = modules["fastcv"]
rng = np.random.default_rng(7)
page = rng.integers(0, 256, (600, 800, 3), np.uint8)
places = rng.uniform([20, 20], [700, 560], (300, 1, 2))
boxes = (places + np.array([[0, 0], [60, -3], [61, 22], [1, 26]])).astype(np.float32)
fastcv._core._set_kernel("c")
expected = fastcv.image_crop(page, boxes)
fastcv._core._set_kernel(fastcv.build_info()["kernels"][0])


def check():
    for num_threads in (1, 2, 4):
        crops = fastcv.image_crop_openmp(page, boxes, num_threads=num_threads)
        assert all(map(np.array_equal, crops, expected))


def use_the_others():
    if "torch" in modules:
        torch = modules["torch"]
        a = torch.ones(300, 300)
        assert (a @ a)[0, 0] == 300
    if "sklearn.cluster" in modules:
        modules["sklearn.cluster"].KMeans(3, n_init=1).fit(rng.random((3000, 4)))
    if "cv2" in modules:
        cv2 = modules["cv2"]
        cv2.GaussianBlur(page, (9, 9), 2)
        if cv2.__version__.startswith("4."):
            for box, crop in zip(boxes[:50], expected):
                h, w = crop.shape[:2]
                to = np.float32([[0, 0], [w - 1, 0], [w - 1, h - 1], [0, h - 1]])
                again = cv2.warpPerspective(page, cv2.getPerspectiveTransform(box, to), (w, h))
                assert np.array_equal(again, crop)


check()
use_the_others()
check()
child = os.fork()
if child == 0:
    try:
        check()
        os._exit(0)
    finally:
        os._exit(1)
assert os.waitpid(child, 0)[1] == 0
check()
"""


def main():
    names = ["fastcv", *(sys.argv[1:] or MODULES)]
    orders = list(itertools.permutations(names))
    first_or_last = [order for order in orders if "fastcv" in (order[0], order[-1])]
    chosen = random.Random(1).sample(first_or_last, min(len(first_or_last), 16))
    chosen += random.Random(2).sample(orders, min(len(orders), 8))
    for order in chosen:
        subprocess.run([sys.executable, "-c", ONE, *order], check=True, timeout=600)
    print(f"{len(chosen)} orders of {', '.join(names)}: the same crops, no hang")


if __name__ == "__main__":
    main()
