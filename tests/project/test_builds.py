"""Builds other than the one under test: with counters, over OpenCV 5, without OpenCV."""

import os
import sys
import tarfile

import pytest

from conftest import ROOT, run_in_checkout

pytestmark = [pytest.mark.rest, pytest.mark.timeout(300)]

COUNT_A_CROP = """
import importlib.util, sys
import numpy as np
spec = importlib.util.spec_from_file_location("fastcv._core", sys.argv[1])
core = importlib.util.module_from_spec(spec)
spec.loader.exec_module(core)
core._set_kernel("c")
page = np.zeros((90, 90), np.uint8)
core.image_crop(page, np.float32([[[-9, 9], [80, 9], [80, 40], [-9, 40]]]))
fixed = core._path_counts()
assert (fixed.pop("parts"), fixed.pop("plain_parts")) == (1, 1), fixed
assert fixed.pop("ties") <= 89 * 31, fixed
assert fixed.pop("pixels") == fixed.pop("fixed_point") == 89 * 31 and not any(fixed.values()), fixed

# Towards its narrow side this one is too steep.
core.image_crop(page, np.float32([[[10, 10], [80, 44], [80, 45], [10, 80]]]))
first, second = core._path_counts(), core._path_counts()
assert not any(second.values()), second
assert first.pop("ties") <= first["fixed_point"], first
assert (first.pop("parts"), first.pop("plain_parts")) == (1, 0), first
assert first.pop("pixels") == sum(first.values()) > first["fixed_point"], first

# Whole px are copied, inside and across the edge; other crops are not.
inset = {"corners": "w", "tall_ratio": 1.5}
core.image_crop(page, np.float32([[10, 10, 30, 60], [-5, 80, 20, 99]]), **inset)
copied = core._path_counts()
assert copied["pixels"] == copied["copy"] == 20 * 50 + 25 * 19, copied
core.image_crop(page, np.float32([[10, 10, 30.5, 60]]), **inset)
core.image_crop(page.astype(np.float32), np.float32([[10, 10, 30, 60]]), **inset)
core.image_crop(page, np.float32([[-1, 10, 30, 60]]), border="wrap", **inset)
assert core._path_counts()["copy"] == 0

# An affine map is in whole numbers all over the page.
core.image_crop(page, np.float32([[[20, 9], [60, 19], [50, 50], [9, 40]]]), transform="affine")
affine = core._path_counts()
assert affine["pixels"] == affine["fixed_point"] > 1000, affine
"""


def build(folder, **environment):
    """Build into a folder. Return when each object was made, by source."""
    objects = folder / "objects"
    done = run_in_checkout(
        *(sys.executable, "setup.py", "-q", "build_ext", "-b", folder, "-t", objects), **environment
    )
    assert done.returncode == 0, done.stderr
    return {
        path.relative_to(objects).with_suffix("").as_posix(): path.stat().st_mtime_ns
        for path in objects.rglob("*.o")
    }


def test_a_build_that_counts_paths_and_compiles_only_what_changed(tmp_path):
    counting = {"FASTCV_COUNT_PATHS": "1"}
    first = build(tmp_path, **counting)
    (core,) = (tmp_path / "fastcv").glob("_core*.so")
    done = run_in_checkout(sys.executable, "-c", COUNT_A_CROP, str(core))
    assert done.returncode == 0, done.stderr

    def recompiled():
        """The sources that another build compiles, in the same places."""
        before, now = dict(first), build(tmp_path, **counting)
        first.update(now)
        return {source for source in now if now[source] != before[source]}

    def stamp(source):
        return tmp_path / f"objects/{source}.o.command"

    assert recompiled() == set()
    shim, rule, runs = "src/opencv/shim", "src/core/crop/rule", "src/kernels/runs/c"
    os.utime(stamp(shim), (0, 0))  # as if its source or a header had changed since
    stamp(rule).write_text("as if other flags had made it")
    stamp(runs).unlink()  # as if the build had been killed
    assert recompiled() == {shim, rule, runs}
    assert recompiled() == set()


def build_with(opencv_dir, build):
    return run_in_checkout(
        *(sys.executable, "setup.py", "-q", "build", "--build-base", build),
        OPENCV_DIR=str(opencv_dir),
    )


def test_a_missing_opencv_is_one_sentence(tmp_path):
    done = build_with(tmp_path, tmp_path / "build")
    assert done.returncode != 0
    assert f"OpenCV was not found in OPENCV_DIR={tmp_path}: install its" in done.stderr
    assert "Traceback" not in done.stderr


def test_opencv_3_is_refused_in_one_sentence(tmp_path):
    headers = tmp_path / "include/opencv2"
    (headers / "core").mkdir(parents=True)
    (headers / "core/version.hpp").write_text("#define CV_VERSION_MAJOR    3\n")
    (headers / "imgproc.hpp").touch()
    done = build_with(tmp_path, tmp_path / "build")
    assert done.returncode != 0
    assert "found OpenCV 3 in" in done.stderr
    assert "Traceback" not in done.stderr


OVER_OPENCV_5 = """
import importlib.util, sys
import numpy as np
import fastcv
spec = importlib.util.spec_from_file_location("fastcv._core", sys.argv[1])
core = importlib.util.module_from_spec(spec)
spec.loader.exec_module(core)
assert core.build_info()["opencv"].startswith("5."), core.build_info()
assert fastcv.build_info()["opencv"].startswith("4."), fastcv.build_info()

rng = np.random.default_rng(1)
outside = [[-9, 3.5], [80.2, 9], [83, 40], [-9, 44]]
boxes = np.float32([outside, [[5, 5], [60, 9], [58, 31], [4, 28]]])
same = refused = 0
for kernel in (core.build_info()["kernel"], "c", "opencv"):
    core._set_kernel(kernel)
    for dtype in (np.uint8, np.uint16, np.int16, np.float32, np.float64):
        for channels in (1, 2, 3, 4):
            page = rng.integers(0, 256, (70, 90, channels)).astype(dtype)
            for interpolation in ("nearest", "linear", "area", "cubic", "lanczos4"):
                for border in ("constant", "replicate", "reflect", "reflect101", "wrap"):
                    options = {"interpolation": interpolation, "border": border}
                    own = (kernel != "opencv" and dtype is np.uint8 and channels != 2
                           and border in ("constant", "replicate"))
                    expected = fastcv.image_crop(page, boxes, **options)
                    try:
                        found = core.image_crop(page, boxes, **options)
                    except ValueError as error:
                        assert interpolation == "cubic" and not own, (options, dtype, channels)
                        assert "cubic gives other pixels than OpenCV 4's" in str(error), error
                        refused += 1
                        continue
                    assert interpolation != "cubic" or own, (options, dtype, channels)
                    for one, other in zip(found, expected, strict=True):
                        if np.issubdtype(dtype, np.floating):
                            np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-3)
                        elif dtype is np.uint8 or channels > 1:
                            np.testing.assert_array_equal(one, other)
                        else:
                            assert abs(one.astype(int) - other).max() <= 1
                    same += 1
print(same, refused)
"""


@pytest.mark.skipif("OPENCV5_DIR" not in os.environ, reason="OPENCV5_DIR names no OpenCV 5")
def test_over_opencv_5_pixels_are_the_same_or_refused(tmp_path):
    opencv = os.environ["OPENCV5_DIR"]
    build(tmp_path, OPENCV_DIR=opencv)
    (extension,) = tmp_path.glob("fastcv/_core*.so")
    done = run_in_checkout(sys.executable, "-c", OVER_OPENCV_5, extension)
    assert done.returncode == 0, done.stderr
    same, refused = map(int, done.stdout.split())
    assert same > 1000
    assert refused > 100


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="compares with git's index")
def test_the_sdist_holds_what_git_tracks(tmp_path):
    done = run_in_checkout(sys.executable, "setup.py", "-q", "sdist", "-d", tmp_path)
    assert done.returncode == 0, done.stderr
    (packed,) = tmp_path.glob("fastcv_ocr-*.tar.gz")
    with tarfile.open(packed) as sdist:
        names = {
            name.partition("/")[2] for name in sdist.getnames() if not sdist.getmember(name).isdir()
        }
    made = {"PKG-INFO", "setup.cfg"}
    held = {name for name in names if ".egg-info/" not in name} - made
    tracked = run_in_checkout("git", "ls-files", "-z").stdout.split("\0")
    of_the_checkout = (".ci/", ".github/", ".gitignore")
    assert held == {name for name in tracked if name and not name.startswith(of_the_checkout)}
