"""What works where only fastcv and NumPy are installed: prints the times of import, and 'works'."""

import importlib.metadata
import importlib.util
import subprocess
import sys
from pathlib import Path

import numpy as np

PAGE = np.random.default_rng(1).integers(0, 256, (300, 400, 3), np.uint8)
BOXES = np.float32(
    [[[10, 10], [90, 14], [89, 40], [9, 36]], [[-9, 200], [50, 200], [50, 320], [-9, 320]]]
)


def import_ms(modules, rounds=15):
    """The least time that a new process needs to import the last module, after the others."""
    code = (
        "import sys, time\n"
        f"for name in {modules[:-1]!r}: __import__(name)\n"
        f"start = time.perf_counter(); __import__({modules[-1]!r})\n"
        "print(1e3 * (time.perf_counter() - start))"
    )
    return min(
        float(subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout)
        for _ in range(rounds)
    )


def refusal_of_a_path(fastcv):
    try:
        fastcv.extract_main_colors(__file__)
    except ImportError as error:
        return str(error)
    raise AssertionError("a path was read without cv2")


def main():
    import fastcv

    assert importlib.util.find_spec("cv2") is None
    assert importlib.metadata.version("fastcv-ocr") == fastcv.__version__
    licences = [
        path.name
        for path in importlib.metadata.files("fastcv-ocr")
        if "licenses" in path.parts and path.locate().is_file()
    ]
    assert {"LICENSE", "OpenCV.txt", "GCC.txt"} <= set(licences), licences
    crops = fastcv.image_crop_openmp(PAGE, BOXES, num_threads=2)
    for variant in fastcv.build_info()["kernels"]:
        fastcv._core._set_kernel(variant)
        again = fastcv.image_crop(PAGE, BOXES)
        assert all(map(np.array_equal, crops, again)), variant
    assert "pip install 'fastcv-ocr[io]'" in refusal_of_a_path(fastcv)
    size = Path(fastcv._core.__file__).stat().st_size
    print(f"NumPy imports in {import_ms(['numpy']):.1f} ms")
    print(f"fastcv imports in {import_ms(['numpy', 'fastcv']):.1f} ms after it")
    print(f"its extension has {size / 1e6:.2f} MB, OpenCV {fastcv.build_info()['opencv']} inside")
    print("works")


if __name__ == "__main__":
    main()
