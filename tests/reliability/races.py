"""Data races: concurrent calls never access the same memory without synchronisation.

The proof has two parts: the C core under ThreadSanitizer (tools/check_races.sh), and all of fastcv
in a Python without a GIL. FASTCV_FREE_THREADED_PYTHON names that Python, which needs NumPy and
setuptools.
"""

import json
import os
import subprocess
import tempfile
from pathlib import Path

import free_threaded
import numpy as np
import proof

import fastcv
import maps
import quads
import reference
import reference_decode
import reference_detect
import reference_detector_input
import reference_polygons

PYTHON = "FASTCV_FREE_THREADED_PYTHON"
PYTHON_CALLS = 10  # per call of the core; calls are fast without ThreadSanitizer


def run(command, seconds, **environment):
    """Run a command in the project's folder."""
    return subprocess.run(
        command,
        cwd=proof.ROOT,
        capture_output=True,
        text=True,
        timeout=seconds,
        env={**os.environ, **environment},
    )


def check_core(count):
    """Check the core's calls by six threads; return the figures and None, or None and why not."""
    done = run(["tools/check_races.sh", str(count)], 600 + 10 * count)
    if done.returncode == proof.SKIPPED:
        return None, done.stderr.strip()
    reports = done.stderr.count("WARNING: ThreadSanitizer")
    proof.expect(reports == 0, f"{reports} reports:\n{done.stderr[:4000]}")
    proof.expect(done.returncode == 0, f"exit status {done.returncode}: {done.stderr[-2000:]}")
    return done.stdout.strip(), None


def expected_of_stage(rng, page):
    """Return a detector's map and a recogniser's output, and what the projects make of them."""
    tensor, _ = reference_detector_input.rapidocr(page, free_threaded.SHORTER_SIDE)
    found = maps.grid(rng, *tensor.shape[:1:-1])
    rules = fastcv.DETECTOR_BOXES["rapidocr"]
    boxes, scores = reference_detect.boxes(found, page.shape, rules)
    proof.expect(len(boxes) > 2, "the map has few words")
    logits = rng.random((30, 20, len(free_threaded.LETTERS)), np.float32)
    logits[:, ::3, 0] = 1
    texts = reference_decode.decode(logits, free_threaded.LETTERS)
    return {
        "tensor": tensor,
        "map": found,
        "found": boxes,
        "scores": np.array(scores),
        "logits": logits,
        "texts": np.array([text for text, *_ in texts]),
        "confidences": np.array([confidence for _, confidence, *_ in texts]),
    }


def write_expected(path):
    """Write free_threaded.py's inputs, and the results of OpenCV, NumPy and plain Python."""
    rng = np.random.default_rng(1)
    given = {"page": proof.made_page(), "boxes": proof.made_boxes()}
    for option, more in enumerate(free_threaded.CROP_OPTIONS):
        crops = reference.cv2_crop(given["page"], given["boxes"], **more)
        given[f"crops {option}"] = np.concatenate([crop.ravel() for crop in crops])
    given["shapes"] = np.array([crop.shape[:2] for crop in crops])

    given.update(expected_of_stage(rng, given["page"]))

    given["image"] = rng.integers(0, 6, (600, 900, 3), np.uint8) * np.uint8(51)
    top = reference.main_colors(given["image"], free_threaded.TOP)
    given["colors"], given["counts"] = map(np.array, top)

    given["polygons"] = quads.turned(rng, 60, 400, 300).astype(np.float64)
    given["points"] = rng.uniform(0, (400, 300), (9000, 2))
    polygons = [(polygon[:, 0], polygon[:, 1]) for polygon in given["polygons"]]
    areas = [reference_polygons.area(*polygon) for polygon in polygons]
    close = np.full((len(given["points"]), len(polygons)), -1)
    centers = [reference_polygons.center(*polygon) for polygon in polygons]
    for row, point in zip(close, given["points"], strict=True):
        near = reference_polygons.is_close
        found = [i for i, c in enumerate(centers) if near(c, point, free_threaded.MAX_DIST)]
        row[: len(found)] = found
    given["close"] = close
    given["best"] = [min(row[row >= 0], key=areas.__getitem__, default=-1) for row in close]
    given["smallest"] = min(range(len(areas)), key=areas.__getitem__)
    np.savez(path, **given)


def check_free_threaded(count):
    """Check all functions in the named Python; return the figures and None, or None and why not."""
    python = os.environ.get(PYTHON)
    if not python:
        return None, f"{PYTHON} names no Python"
    built = run([python, "setup.py", "-q", "build_ext", "--inplace"], 600)
    proof.expect(built.returncode == 0, f"the build failed: {built.stderr[-2000:]}")
    with tempfile.TemporaryDirectory() as folder:
        expected = Path(folder, "expected.npz")
        write_expected(expected)
        script = Path(free_threaded.__file__)
        done = run(
            [python, str(script), str(expected), str(count)],
            600 + count,
            PYTHONPATH=str(proof.ROOT / "src"),
        )
    proof.expect(done.returncode == 0, f"exit status {done.returncode}: {done.stderr[-4000:]}")
    return json.loads(done.stdout), None


def prove(count):
    core, core_lacks = check_core(count)
    python, python_lacks = check_free_threaded(PYTHON_CALLS * count)
    if not core and not python:
        proof.skip(f"{core_lacks}; {python_lacks}")
    sentences = [f"0 reports of ThreadSanitizer in {core}" if core else f"not run: {core_lacks}"]
    if python:
        sentences.append(
            f"all right in {python['calls']:,} calls by {free_threaded.THREADS} threads of Python "
            f"{python['python']} without a GIL, and in {python['changed']:,} more on lists that "
            f"change during the call, of which {python['refused']:,} were refused"
        )
    else:
        sentences.append(f"not run without a GIL: {python_lacks}")
    return "; ".join(sentences)


if __name__ == "__main__":
    proof.main(
        prove,
        promise="data races",
        goal="0 reports",
        short=10,
        long=1000,
        unit="calls a thread",
    )
