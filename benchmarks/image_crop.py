"""How fast is cutting a page's crops? Python loops over cv2 against fastcv, on the same boxes.

Under cv2 5 fastcv computes OpenCV 5's pixels.

Numba is not in the table because it cannot call cv2; scaling.py times a warp written for Numba.

Usage::

    python benchmarks/image_crop.py
    python benchmarks/image_crop.py --data source --repeat 30
    kernprof -l -v benchmarks/image_crop.py --repeat 2
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import numpy as np

from baselines import crop_batched, crop_loop, crop_pooled
from charts import begin, finish
from harness import (
    DATA,
    Row,
    add_options,
    cv2,
    fastcv,
    make_rows,
    make_source_page,
    measure,
    name_threads,
    print_table,
    read_boxes,
    read_image,
    say,
)
from ondemand import load_cython

INTERPOLATIONS = ("linear", "nearest", "cubic", "area", "lanczos4")
BORDERS = ("constant", "replicate", "reflect", "reflect101", "wrap")


def time_crops(
    image: np.ndarray,
    boxes: np.ndarray,
    *,
    repeat: int,
    threads: int,
    interpolation: str = "linear",
    border: str = "constant",
    stages: bool = False,
) -> list[Row]:
    """Check that all ways cut the same pixels, then time them; stages adds faster loops."""
    flag = getattr(cv2, f"INTER_{interpolation.upper()}")
    mode = getattr(cv2, f"BORDER_{border.upper()}")
    options: dict[str, Any] = {
        "interpolation": interpolation,
        "border": border,
        "arithmetic": "auto",  # the loop's, so that the pixels are equal
    }
    given = (image, boxes, flag, mode)
    with ThreadPoolExecutor(threads) as pool:
        functions: dict[str, Callable[[], Any]] = {"Python loop": partial(crop_loop, *given)}
        if stages:
            if module := load_cython("baselines"):
                functions["the loop by Cython as it stands"] = partial(module.crop_loop, *given)
            functions["v1.5: sizes of all boxes at once"] = partial(crop_batched, *given)
            functions[f"v1.6: v1.5 on {threads} Python threads"] = partial(
                crop_pooled, pool, *given
            )
        functions["image_crop"] = partial(fastcv.image_crop, image, boxes, **options)
        functions[f"image_crop_openmp, {name_threads(threads)}"] = partial(
            fastcv.image_crop_openmp, image, boxes, num_threads=threads, **options
        )
        pixels = sum(crop.shape[0] * crop.shape[1] for crop in functions["image_crop"]())
        return make_rows(measure(functions, repeat, check_crops), pixels)


def check_crops(results: dict[str, Sequence[np.ndarray]]) -> None:
    """End the run and name the first crop that differs from the baseline's."""
    (baseline, expected), *others = results.items()
    for name, crops in others:
        if len(crops) != len(expected):
            sys.exit(f"DIFFERENT: {name} made {len(crops)} crops, {baseline} {len(expected)}.")
        for index, (crop, right) in enumerate(zip(crops, expected, strict=True)):
            if crop.dtype != right.dtype or crop.shape != right.shape:
                sys.exit(
                    f"DIFFERENT: crop {index} of {name} is {crop.shape} {crop.dtype}, "
                    f"but {right.shape} {right.dtype} in {baseline}."
                )
            if crop.tobytes() != right.tobytes():
                sys.exit(
                    f"DIFFERENT: in crop {index} of {name}, {np.count_nonzero(crop != right)} of "
                    f"{crop.size} values differ from {baseline}'s."
                )


def load_page(arguments: argparse.Namespace) -> tuple[str, np.ndarray, np.ndarray, float]:
    """Return the page's name, the page, its boxes, and the milliseconds of decoding."""
    if arguments.image:
        image, decode_ms = read_image(arguments.image)
        return arguments.image, image, read_boxes(arguments.boxes), decode_ms
    if arguments.data == "source":
        return "the source's random page", *make_source_page(), 0.0
    image, decode_ms = read_image(DATA / "page.jpg")
    return "data/page.jpg", image, read_boxes(DATA / "page_boxes.json"), decode_ms


def parse_arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument(
        "--data", choices=("page", "source"), default="page",
        help="the shipped page, or the source's random page of 1,528 boxes (default: page)",
    )  # fmt: skip
    parser.add_argument("--image", metavar="FILE", help="another page (needs --boxes)")
    parser.add_argument(
        "--boxes", metavar="FILE.json",
        help='that page\'s quads lt, rt, rb, lb: a list, or an object with the key "boxes"',
    )  # fmt: skip
    parser.add_argument(
        "--interpolation", choices=INTERPOLATIONS, default="linear", help="default: %(default)s"
    )
    parser.add_argument(
        "--border", choices=BORDERS, default="constant", help="default: %(default)s"
    )
    add_options(parser, repeat=15)
    arguments = parser.parse_args()
    if bool(arguments.image) != bool(arguments.boxes):
        parser.error("--image and --boxes need each other")
    return arguments


def main() -> None:
    """Run the benchmark."""
    arguments = parse_arguments()
    machine = begin(arguments)
    name, image, boxes, decode_ms = load_page(arguments)
    if decode_ms:
        say(f"decoding {name}: {decode_ms:.1f} ms (once, not part of the table)")
    say(f"checking {len(boxes)} crops, then timing {arguments.repeat} rounds ...")
    try:
        rows = time_crops(
            image,
            boxes,
            repeat=arguments.repeat,
            threads=arguments.threads,
            interpolation=arguments.interpolation,
            border=arguments.border,
            stages=True,
        )
    except ValueError as error:
        sys.exit(f"Cannot cut the boxes: {error}")
    options = f"{arguments.interpolation}, {arguments.border}"
    title = f"{len(boxes)} crops of {name}, {image.shape} {image.dtype}, {options}"
    print_table(title, rows)
    finish(arguments, machine, {title: rows})


if __name__ == "__main__":
    main()
