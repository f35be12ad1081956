"""Compare fastcv with cv2 5 for as long as you like.

    make soak-opencv5 ARGS="--minutes 60"

Prints how many values were compared, by interpolation, and the first boxes that differ. The status
is 1 if any does.
"""

import argparse
import sys
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import cv2
import numpy as np

import against_cv2
from conftest import KERNELS

MOST_SHOWN = 20


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--kernels", nargs="+", choices=KERNELS, default=KERNELS)
    options = parser.parse_args()
    rng = np.random.default_rng(options.seed)
    kinds = list(against_cv2.KINDS)
    values, different, shown = Counter(), 0, 0
    end = time.monotonic() + options.minutes * 60
    cv2.setNumThreads(1)
    while time.monotonic() < end:
        interpolation = str(rng.choice(against_cv2.INTERPOLATIONS))
        for kernel in options.kernels:
            count, found = against_cv2.differences(
                rng, kernel, str(rng.choice(kinds)), interpolation=interpolation
            )
            values[interpolation] += count
            for each in found:
                different += each[-1]
                shown += 1
                if shown <= MOST_SHOWN:
                    print("different:", *each, flush=True)
    total = ", ".join(f"{name} {values[name]:,}" for name in against_cv2.INTERPOLATIONS)
    print(f"cv2 {cv2.__version__}: {sum(values.values()):,} values ({total}): {different} differ")
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
