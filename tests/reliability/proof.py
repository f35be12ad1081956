"""Shared parts of this folder's proofs: running them, and reporting their result.

A proof is a script with a function that repeats something a given number of times and returns its
figures as one sentence. A broken promise raises an exception, which gives exit status 1.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
SKIPPED = 77  # exit status of a proof that this machine cannot run

sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "benchmarks")]


class Broken(Exception):
    """A promise is broken."""


def expect(is_kept, text):
    """Raise Broken unless the condition holds, also under python -O."""
    if not is_kept:
        raise Broken(text)


def skip(reason):
    """End the proof, because this machine cannot run it."""
    print(f"skipped: {reason}", file=sys.stderr)
    sys.exit(SKIPPED)


def main(prove, *, promise, goal, short, long, unit="runs"):
    """Call prove with the size from the command line, and print its figures."""
    parser = argparse.ArgumentParser(description=sys.modules["__main__"].__doc__)
    size = parser.add_mutually_exclusive_group()
    size.add_argument(
        "--long", action="store_true", help=f"size {long:,} instead of {short:,} ({unit})"
    )
    size.add_argument("--size", type=int, help=f"size of the proof, in {unit}")
    parser.add_argument("--json", action="store_true", help="print the result as a line of JSON")
    options = parser.parse_args()
    count = options.size or (long if options.long else short)
    start = time.perf_counter()
    try:
        figure = prove(count)
    except Broken as error:
        sys.exit(f"{promise}: broken: {error}")
    seconds = time.perf_counter() - start
    result = {"promise": promise, "goal": goal, "figure": figure, "seconds": round(seconds, 1)}
    print(json.dumps(result) if options.json else f"{promise}: {figure} ({seconds:.1f} s)")


def progress(items, text):
    """Return the items, with a progress bar if standard error is a terminal."""
    from tqdm import tqdm

    return tqdm(items, desc=text, file=sys.stderr, disable=None, leave=False)


def python(code, *, timeout=600, **environment):
    """Run Python code in a new process; return its output."""
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        timeout=timeout,
        env={**os.environ, **environment},
    )
    expect(done.returncode == 0, f"exit status {done.returncode}: {done.stderr.strip()[-2000:]}")
    return done.stdout.strip()


def rss_bytes():
    """Return the resident memory of this process."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def os_threads():
    """Return the number of threads of this process."""
    return len(os.listdir("/proc/self/task"))


def made_page(height=300, width=400, channels=3, seed=1):
    """Return a page of noise, the same at each call."""
    shape = (height, width, channels)
    return np.random.default_rng(seed).integers(0, 256, shape, np.uint8)


def made_boxes(count=40, height=300, width=400, seed=2):
    """Return rotated boxes all over such a page; some cross its edges."""
    rng = np.random.default_rng(seed)
    middle = rng.uniform((0, 0), (width, height), (count, 1, 2))
    side = rng.uniform((20, 8), (90, 30), (count, 1, 2)) / 2
    corners = side * np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]])
    angle = rng.uniform(-0.5, 0.5, (count, 1))
    cos, sin = np.cos(angle), np.sin(angle)
    x, y = corners[..., 0], corners[..., 1]
    turned = np.stack([x * cos - y * sin, x * sin + y * cos], axis=2)
    return (middle + turned).astype(np.float32)


def same(crops, expected):
    """Return whether two lists of crops are equal."""
    return len(crops) == len(expected) and all(
        a.shape == b.shape and a.tobytes() == b.tobytes()
        for a, b in zip(crops, expected, strict=True)
    )


def percentile(values, share):
    """Return the value that this share of the values does not exceed."""
    return float(np.percentile(values, 100 * share, method="higher"))
