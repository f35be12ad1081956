"""Every allocation of every public call fails once: a MemoryError or the right result each time.

Each call of the list below is repeated while its k-th allocation fails, for k = 1, 2, … until no
allocation fails any more. Either that one allocation fails, or all from it on. The allocations are
malloc's and mmap's (failing_malloc.c, preloaded) or CPython's own (_testcapi). After each attempt,
the arguments must be unchanged, the same call must give the right result, and nothing may stay
allocated.
"""

import contextlib
import ctypes
import functools
import gc
import itertools
import json
import os
import pickle
import platform
import shlex
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import time
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
import proof

import fastcv
from fastcv import _core, files

HERE = Path(__file__).resolve().parent
PATTERNS = ("one", "rest")  # which allocations fail from the k-th on
CALLS = 2
TRIES = 300  # a leak grows at every try; CPython's and NumPy's caches fill up and stop growing
SHARES = 2  # concurrent processes


# ---- the calls ----


class Call(NamedTuple):
    """One call of the list, and how to prepare and check it."""

    name: str
    function: object
    args: tuple = ()
    options: dict = MappingProxyType({})
    error: type | None = None  # the exception that the call raises
    before: object = None  # resets the state, so that the call makes all allocations again
    of: object = None  # extracts the part of the result to compare
    is_cold: bool = False  # each attempt runs in a process that has not made the call before
    is_any_thread: bool = False  # allocations on other threads fail too
    is_one_only: bool = False  # only one allocation fails, never all from the k-th on


class HasArray:
    """An object with the array protocol."""

    def __init__(self, array):
        self.array = array

    def __array__(self, dtype=None, copy=None):
        return self.array


class Polygon:
    """The article's polygon: an object with x and y."""

    def __init__(self, corners):
        self.x, self.y = np.ascontiguousarray(corners.T)


def decoded(function, path):
    """Return function(path) without OpenCV's decoder, which may end the process without memory."""
    before = files.decode
    files.decode = lambda content: PICTURE
    try:
        return function(path)
    finally:
        files.decode = before


PICTURE = np.arange(60, dtype=np.uint8).reshape(4, 5, 3) // 9


class Numbers:
    """A sequence that is not a list."""

    def __init__(self, *numbers):
        self.numbers = numbers

    def __len__(self):
        return [len(self.numbers)][0]

    def __getitem__(self, index):
        return self.numbers[index]


def kernel(name):
    """Return a function that chooses this variant of the kernels."""
    return lambda: _core._set_kernel(name)


def no_pool():
    fastcv.set_memory_pool(0)


def low_limit():
    fastcv.set_output_limits(call_bytes=1000)


def defaults():
    """Reset all settings that a call may have changed."""
    fastcv.set_num_threads(None)
    fastcv.set_memory_pool(512 << 20)
    fastcv.empty_memory_pool()
    fastcv.set_output_limits(crop_bytes=1 << 30, call_bytes=4 << 30)
    _core._set_kernel(fastcv.build_info()["kernels"][0])


def crop_calls():
    page = proof.made_page(150, 200)
    boxes = proof.made_boxes(5, 150, 200)
    nowhere = boxes.copy()
    nowhere[2] = np.nan
    large = np.float32([[[0, 0], [190, 3], [188, 140], [2, 138]]]) * np.ones((4, 1, 1), np.float32)
    wide = page.astype(np.uint16) * 257
    four = np.dstack([page, page[..., :1]])
    out = np.zeros(200_000, np.uint8)
    crop, openmp, shapes = fastcv.image_crop, fastcv.image_crop_openmp, fastcv.crop_shapes
    lanczos = {"interpolation": "lanczos4"}
    yield Call("image_crop", crop, (page, boxes))
    for name in fastcv.build_info()["kernels"]:
        yield Call(f"image_crop, {name}", crop, (page, boxes), before=kernel(name))
    yield Call("image_crop, cubic", crop, (four, boxes), {"interpolation": "cubic"})
    yield Call("image_crop, grey", crop, (page[..., 0], boxes), {"border": "replicate"})
    yield Call("image_crop, uint16", crop, (wide, boxes), lanczos)
    yield Call("image_crop, float64", crop, (page / 3, boxes), {"border": "wrap"})
    yield Call("image_crop, nearest", crop, (page, boxes), {"interpolation": "nearest"})
    yield Call("image_crop, mirrored", crop, (page, boxes[:2]), {"border": "reflect"})
    yield Call("image_crop, upside down", crop, (page[::-1], boxes))
    yield Call("image_crop, every second", crop, (page[:, ::2], boxes))
    yield Call("image_crop, byte-swapped", crop, (wide.astype(">u2"), boxes))
    yield Call("image_crop, a memoryview", crop, (memoryview(page), boxes))
    yield Call("image_crop, an array protocol", crop, (HasArray(page), HasArray(boxes)))
    yield Call("image_crop, out", crop, (page, boxes), {"out": out})
    yield Call("image_crop, empty", crop, (page, nowhere), {"degenerate": "empty"})
    yield Call("image_crop, no boxes", crop, (page, []))
    yield Call("image_crop, ints", crop, (page, boxes.astype(int)))
    yield Call("image_crop, a list of arrays", crop, (page, list(boxes)))
    yield Call("image_crop, lists", crop, (page, boxes.tolist()))
    yield Call("image_crop, border value", crop, (page, boxes), {"border_value": (1, 2.5, 3)})
    yield Call("image_crop, 0-d", crop, (page, boxes), {"border_value": np.float32(7)})
    yield Call("image_crop, own sequence", crop, (page, boxes), {"border_value": Numbers(1, 2, 3)})
    yield Call("image_crop, slabs", crop, (page, large), before=defaults)
    yield Call("image_crop, large slabs", crop, (page, large[:1] * 5), before=defaults)
    yield Call("image_crop, no pool", crop, (page, large), before=no_pool)
    yield Call("crop_shapes", shapes, (boxes,))
    yield Call("crop_shapes, lists", shapes, (boxes.tolist(),))
    yield Call("crop_shapes, empty", shapes, (nowhere,), {"degenerate": "empty"})

    yield Call("image_crop, bad box", crop, (page, nowhere), error=ValueError)
    yield Call("image_crop, bad item", crop, (page, [*boxes, "box"]), error=TypeError)
    yield Call("image_crop, ragged", crop, (page, [*boxes, [[1, 2]]]), error=ValueError)
    yield Call("image_crop, one box", crop, (page, boxes[0]), error=ValueError)
    yield Call("image_crop, bad image", crop, ("page", boxes), error=TypeError)
    yield Call("image_crop, ragged image", crop, ([[1], [2, 3]], boxes), error=TypeError)
    yield Call("image_crop, flat image", crop, (page[0, :, 0], boxes), error=ValueError)
    yield Call("image_crop, masked", crop, (np.ma.array(page), boxes), error=TypeError)
    yield Call("image_crop, masked box", crop, (page, [np.ma.array(boxes[0])]), error=TypeError)
    yield Call("image_crop, bad out", crop, (page, boxes), {"out": out[:9]}, error=ValueError)
    yield Call(
        "image_crop, overlapping out",
        crop,
        (page[:9], boxes),
        {"out": page.ravel()},
        error=ValueError,
    )
    yield Call("image_crop, wide out", crop, (page, boxes), {"out": wide.ravel()}, error=ValueError)
    yield Call("image_crop, 2-d out", crop, (page, boxes), {"out": page[0]}, error=ValueError)
    yield Call("image_crop, no out", crop, (page, boxes), {"out": 3}, error=TypeError)
    yield Call("image_crop, bad border", crop, (page, boxes), {"border": "none"}, error=ValueError)
    yield Call("image_crop, border 3.0", crop, (page, boxes), {"border": 3.0}, error=TypeError)
    yield Call(
        "image_crop, value 300", crop, (page, boxes), {"border_value": 300}, error=ValueError
    )
    yield Call(
        "image_crop, 2 values", crop, (page, boxes), {"border_value": (1, 2)}, error=ValueError
    )
    yield Call(
        "image_crop, text value", crop, (page, boxes), {"border_value": "1"}, error=TypeError
    )
    yield Call("image_crop, unknown", crop, (page, boxes), {"colour": 1}, error=TypeError)
    yield Call(
        "image_crop_openmp, 0 threads", openmp, (page, boxes), {"num_threads": 0}, error=ValueError
    )
    yield Call("crop_shapes, bad box", shapes, (nowhere,), error=ValueError)
    yield Call("crop_shapes, nothing", shapes, (), error=TypeError)

    crowd = np.concatenate([proof.made_boxes(300, 150, 200), nowhere])
    yield Call("image_crop_openmp, a crowd", openmp, (page, crowd), {"num_threads": 2}, ValueError)
    two, opencv = large[:2], {"interpolation": "nearest"}
    for threads, options, is_cold in itertools.product((None, 1, 2, 3), ({}, opencv), (0, 1)):
        yield Call(
            ", ".join([f"image_crop_openmp, {threads} threads", *options.values()]),
            openmp,
            (page, two),
            {"num_threads": threads, **options},
            before=None if is_cold else defaults,
            is_cold=is_cold,
        )
    for threads in (2, 3):  # own kernels only: OpenCV's thread-local data would end the process
        options = {"num_threads": threads}
        yield Call(
            f"image_crop_openmp, {threads} threads, all of which are refused memory",
            openmp,
            (page, two),
            options,
            before=functools.partial(grow_team, openmp, (page, two), options),
            is_cold=True,
            is_any_thread=True,
        )


def grow_team(openmp, args, options):
    """Call until libgomp has all its threads; without memory for one, it ends the process."""
    while proof.os_threads() < options["num_threads"]:
        openmp(*args, **options)
        time.sleep(0.001)


def tensors_of(batches):
    return [batch.tensor for batch in batches]


def tensor_of(found):
    return found.tensor


def one_by_one(function):
    """Return a function that takes all of what an iterator gives."""
    return lambda *args, **options: list(function(*args, **options))


def batch_calls():
    page = proof.made_page(150, 200)
    boxes = proof.made_boxes(5, 150, 200)
    nowhere = boxes.copy()
    nowhere[2] = np.nan
    crops = [page[i : i + 20, : 30 + 9 * i] for i in range(5)]
    crops[3] = crops[3][::-1]
    out = np.zeros(5 * 3 * 48 * 400, np.float32)
    short = fastcv.RecognizerInput(height=8, min_width=None, dtype="float16", batch_size=2)
    whole = [[10, 10, 60, 30], [70, 20, 120, 45]]
    batches, images = fastcv.crop_batches, fastcv.image_batches
    iter_batches = one_by_one(fastcv.iter_crop_batches)
    turned = {"rotated_180": np.arange(5) % 2 == 0}
    for name, function, args, options in (
        ("crop_batches", batches, (page, boxes), {}),
        ("crop_batches, float16", batches, (page, boxes), {"input": short}),
        ("crop_batches, turned", batches, (page, boxes), turned),
        ("crop_batches, pages", batches, ([page, page[::-1]], [boxes, whole]), {}),
        ("crop_batches, out", batches, (page, boxes), {"out": out}),
        ("crop_batches, skipped", batches, (page, nowhere), {"degenerate": "skip"}),
        ("crop_batches, gray", batches, (page, whole), {"convention": "easyocr", "input": short}),
        ("crop_batches, no boxes", batches, (page, []), {}),
        ("crop_batches, 2 threads", batches, (page, boxes), {"num_threads": 2}),
        ("iter_crop_batches", iter_batches, (page, boxes), {"input": short}),
        ("image_batches", images, (crops,), {}),
        ("iter_image_batches", one_by_one(fastcv.iter_image_batches), (crops,), {"input": short}),
    ):
        yield Call(name, function, args, options, of=tensors_of)
    yield Call("crop_batches, no pool", batches, (page, boxes), before=no_pool, of=tensors_of)
    yield Call("RecognizerInput", fastcv.RecognizerInput, (), {"height": 9}, of=repr)

    yield Call("crop_batches, bad box", batches, (page, nowhere), error=ValueError)
    yield Call("crop_batches, uint16", batches, (page.astype("u2"), boxes), error=TypeError)
    yield Call("crop_batches, boxes of one page", batches, ([page], boxes), error=TypeError)
    yield Call("crop_batches, bad outs", batches, (page, boxes), {"out": [out]}, error=ValueError)
    yield Call("image_batches, an empty crop", images, ([page[:0]],), error=ValueError)
    yield Call("image_batches, a number", images, (7,), error=TypeError)


def detector_calls():
    page = proof.made_page(90, 120)
    spec = fastcv.DetectorInput(limit_side_len=40)
    framed = fastcv.DetectorInput(
        limit_type="contain", size=(64, 80), align="center", filter="pillow_bilinear"
    )
    small = fastcv.DETECTOR_INPUTS["paddlex"]
    out = np.zeros(3 * 96 * 128, np.float32)
    detector_input = fastcv.detector_input
    for name, args, options in (
        ("detector_input", (page,), {"spec": spec}),
        ("detector_input, centred", (page,), {"spec": framed}),
        ("detector_input, pages", ([page, page[::-1]],), {"spec": spec, "num_threads": 2}),
        ("detector_input, small pages", ([page[:20, :30]] * 2,), {"spec": small}),
        ("detector_input, out", (page,), {"spec": spec, "out": out}),
    ):
        yield Call(name, detector_input, args, options, of=tensor_of)
    yield Call(
        "detector_input, no pool", detector_input, (page,), {"spec": spec}, before=no_pool,
        of=tensor_of,
    )  # fmt: skip
    found = np.zeros((60, 90), np.float32)
    found[5:20, 5:40] = found[30:50, 20:80] = 0.9
    boxes = fastcv.detector_boxes
    for name, args, options in (
        ("detector_boxes", (found, page), {}),
        ("detector_boxes, a view", (found[::-1, ::-1].astype("f2"), page), {"spec": "paddlex"}),
        ("detector_boxes, 2 threads", (np.tile(found, (6, 6)), page), {"num_threads": 2}),
        ("detector_boxes, docTR", (found, (1, 1)), {"spec": "doctr"}),
        ("detector_boxes, docTR, rotated", (found, (1, 1)), {"spec": "doctr_rotated"}),
        ("detector_boxes, nothing", (found * 0, page), {"spec": "paddleocr"}),
    ):
        yield Call(name, boxes, args, options)
    logits = np.eye(4, dtype=np.float32)[np.newaxis]
    networks = lambda tensor: found, lambda tensor: np.repeat(logits, len(tensor), axis=0)
    reading = {"detector_spec": spec, "input": fastcv.RecognizerInput(height=8, batch_size=2)}
    yield Call("read_page", fastcv.read_page, (page, *networks, "-abc"), reading)
    yield Call("read_page, a bad map", fastcv.read_page, (page, len, len, "-"), error=TypeError)
    yield Call("detector_boxes, float64", boxes, (found.astype(float), page), error=TypeError)
    yield Call("detector_boxes, shape", boxes, (found[0], page), error=ValueError)
    yield Call("detector_boxes, spec", boxes, (found, page), {"spec": "no"}, error=ValueError)
    craft = fastcv.craft_boxes
    large = np.tile(found, (9, 9))
    for name, args, options in (
        ("craft_boxes", (found, found), {}),
        ("craft_boxes, a view", (found[::-1, ::-1].astype("f2"), found), {"ratio": (1, 0.5)}),
        ("craft_boxes, 2 threads", (large, large[::-1]), {"num_threads": 2}),
        ("craft_boxes, nothing", (found * 0, found * 0), {}),
    ):
        yield Call(name, craft, args, options)
    yield Call("craft_boxes, float64", craft, (found, found.astype(float)), error=TypeError)
    yield Call("craft_boxes, shapes", craft, (found, found[1:]), error=ValueError)
    yield Call("craft_boxes, ratio", craft, (found, found), {"ratio": 0}, error=ValueError)
    yield Call("DetectorInput", fastcv.DetectorInput, (), {"multiple": 9}, of=repr)
    yield Call("detector_input, None", detector_input, (None,), error=TypeError)
    yield Call(
        "detector_input, bad out", detector_input, (page,), {"out": out[:9]}, error=ValueError
    )


def color_calls():
    rng = np.random.default_rng(5)
    few = rng.integers(0, 2, (40, 50, 3), np.uint8)
    some = rng.integers(0, 14, (60, 80, 3), np.uint8)
    noise = rng.integers(0, 256, (520, 512, 3), np.uint8)
    large = np.concatenate([noise, noise ^ 7])
    readme = proof.ROOT / "README.md"
    main, extract, openmp = (
        fastcv.main_colors,
        fastcv.extract_main_colors,
        fastcv.extract_main_colors_openmp,
    )
    yield Call("main_colors", main, (few,))
    yield Call("main_colors, grey", main, (few[..., 0], 3))
    yield Call("main_colors, alpha", main, (np.dstack([few, few[..., :1]]),))
    yield Call("main_colors, some", main, (some, 10_000))
    yield Call("main_colors, a view", main, (some[::-2, ::2], 10_000))
    yield Call("main_colors, buckets", main, (noise, 100))
    yield Call("main_colors, bytes", main, (large, 100))
    yield Call("main_colors, bytes", main, (large, 100), is_cold=True)
    for threads, is_cold in itertools.product((None, 2, 3), (0, 1)):
        name = f"main_colors, bytes, {threads} threads"
        options = {"num_threads": threads}
        yield Call(name, main, (large, 3000), options, is_cold=is_cold)
    quads = np.float32([[[5, 5], [60, 9], [58, 40], [4, 38]], [[0, 0], [9, 0], [9, 9], [0, 9]]])
    large_box = np.float32([[[-5, 3], [500, 0], [512, 1000], [9, 990]]])
    mask = some[..., 0] > 2
    for threads in (1, 2):
        options = {"num_threads": threads, "boxes": np.repeat(quads, 30, axis=0)}
        yield Call(f"main_colors of boxes, {threads} threads", main, (some,), options)
        options = {"num_threads": threads, "boxes": np.concatenate([quads, large_box]), "bits": 6}
        yield Call(f"main_colors of a large box, {threads} threads", main, (large,), options)
    yield Call("main_colors, bits", main, (noise, 100), {"bits": 5})
    yield Call("main_colors, a mask", main, (some, 9), {"mask": mask, "bits": 3})
    yield Call("main_colors of boxes, a mask", main, (some,), {"mask": mask, "boxes": quads})
    polygons = [quads[0], quads[1][:3]]
    yield Call("main_colors of polygons", main, (some,), {"boxes": polygons, "bits": 7})
    yield Call("extract_main_colors of boxes", extract, (some,), {"boxes": quads})
    words = np.float32([[[1, 1], [9, 2], [9, 9], [1, 8]]] * 40)
    problems, page = _core._box_problems, (90, 60, 0xFFF)
    yield Call("_box_problems", problems, (words, False, *page))
    yield Call("_box_problems, lists", problems, (words.tolist(), False, *page))
    yield Call("_box_problems, polygons", problems, ([words[0], words[1][:3]], True, *page))
    yield Call("_box_problems, one box", problems, (words[0], False, *page), error=ValueError)
    text = fastcv.text_colors
    yield Call("text_colors", text, (some, words))
    yield Call("text_colors, lists", text, (some, words.tolist()))
    yield Call("text_colors, a view", text, (some[::-2, ::2], words), {"num_threads": 1})
    yield Call("text_colors, 2 threads", text, (some, words), {"num_threads": 2})
    yield Call("text_colors, no boxes", text, (some, []))
    yield Call("text_colors, uint16", text, (some.astype(np.uint16), words), error=TypeError)
    yield Call("text_colors, a NaN", text, (some, words * np.nan), error=ValueError)
    yield Call("extract_main_colors", extract, (few,))
    # CPython 3.11 never leaves a with statement while all allocations fail.
    yield Call("extract_main_colors, a path", decoded, (extract, str(readme)), is_one_only=True)
    yield Call("extract_main_colors, a Path", decoded, (extract, readme), is_one_only=True)
    yield Call("extract_main_colors_openmp", openmp, (some, 3), {"num_threads": 2})

    bad = {"boxes": quads * np.nan}
    yield Call("main_colors, a bad box", main, (some,), bad, error=ValueError)
    bad = {"mask": mask[:9]}
    yield Call("main_colors, a bad mask", main, (some,), bad, error=ValueError)
    yield Call("main_colors, n 0", main, (few, 0), error=ValueError)
    yield Call("main_colors, n text", main, (few, "6"), error=TypeError)
    yield Call("main_colors, uint16", main, (few.astype(np.uint16),), error=TypeError)
    yield Call("main_colors, 2 channels", main, (few[..., :2],), error=ValueError)
    none = str(readme / "none.png")
    yield Call("extract_main_colors, no file", decoded, (extract, none), error=OSError)
    yield Call(
        "extract_main_colors, a large panel", extract, (few,), error=ValueError, before=low_limit
    )


def decode_calls():
    rng = np.random.default_rng(7)
    logits = rng.random((3, 9, 50), np.float32)
    letters = [chr(0x4E00 + i) for i in range(50)]
    decode, both = fastcv.decode_ctc, {"columns": True}
    yield Call("decode_ctc", decode, (logits, letters))
    yield Call("decode_ctc, columns", decode, (logits, "".join(letters)), both)
    yield Call("decode_ctc, classes apart", decode, (logits.transpose(0, 2, 1), letters), both)
    yield Call("decode_ctc, swapped", decode, (logits.astype(">f2"), letters), {"ignore": [3, 4]})
    yield Call("decode_ctc, a list", decode, (list(logits), letters))
    wide = np.tile(logits, (2, 50, 60))
    for threads, is_cold in itertools.product((None, 2, 3), (0, 1)):
        options = {"num_threads": threads}
        yield Call(f"decode_ctc, {threads} threads", decode, (wide, letters * 60), options,
                   is_cold=is_cold)  # fmt: skip

    yield Call("decode_ctc, float64", decode, (logits.astype(float), letters), error=TypeError)
    yield Call("decode_ctc, an entry", decode, (logits, [1] * 50), error=TypeError)
    yield Call("decode_ctc, few entries", decode, (logits, letters[:9]), error=ValueError)
    bad = {"ignore": [99]}
    yield Call("decode_ctc, ignore", decode, (logits, letters), bad, error=ValueError)


def polygon_calls():
    rng = np.random.default_rng(6)
    corners = rng.uniform(0, 100, (30, 1, 2)) + rng.uniform(-9, 9, (30, 5, 2))
    points = rng.uniform(0, 100, (7, 2))
    objects = [Polygon(polygon) for polygon in corners]
    mixed = [
        corners[0],
        objects[1],
        corners[2].tolist(),
        HasArray(corners[3]),
        corners[4].astype("i2"),
    ]
    index = fastcv.PolygonIndex(corners)
    match, find, best = (
        fastcv.match_polygons,
        fastcv.find_close_polygons,
        fastcv.select_best_polygon,
    )
    for name, polygons in {
        "an array": corners,
        "floats": corners.astype(np.float32),
        "an array protocol": HasArray(corners),
        "a memoryview": memoryview(corners),
        "a list of arrays": list(corners),
        "lists": corners.tolist(),
        "objects": objects,
        "mixed": mixed,
        "none": [],
    }.items():
        yield Call(f"match_polygons, {name}", match, (polygons, points, 20.0))
        yield Call(f"find_close_polygons, {name}", find, (polygons, points[0], 20.0))
        yield Call(f"PolygonIndex, {name}", fastcv.PolygonIndex, (polygons,))
    yield Call("find_close_polygons, a list", find, (objects, [50, 50], 20))
    yield Call("match_polygons, index", match, (index, points, 20))
    yield Call("match_polygons, points in lists", match, (corners, points.tolist(), 20))
    yield Call("match_polygons, a list of points", match, (corners, list(points), 20))
    yield Call("match_polygons, int points", match, (corners, points.astype(int), 20))
    yield Call("select_best_polygon", best, ([(point, objects) for point in points],))
    yield Call("select_best_polygon, arrays", best, ([[point, corners] for point in points],))
    yield Call("PolygonIndex.match", index.match, (points, 20.0))
    yield Call("PolygonIndex.find_close", index.find_close, (points[0], 20.0))
    yield Call("PolygonIndex.find_close, lists", index.find_close, ([50, 50], 99))
    yield Call("PolygonIndex.centers", lambda: index.centers)
    yield Call("PolygonIndex.areas", lambda: index.areas)
    yield Call("PolygonIndex, len and repr", lambda: (len(index), repr(index)))

    crowd = np.tile(points, (2000, 1))
    for threads, is_cold in itertools.product((None, 2, 3), (0, 1)):
        name = f"match_polygons, {threads} threads"
        yield Call(name, match, (corners, crowd, 20), {"num_threads": threads}, is_cold=is_cold)

    flat = [*corners, 3]
    yield Call("match_polygons, not polygons", match, (3, points, 20), error=TypeError)
    yield Call("match_polygons, not a polygon", match, (flat, points, 20), error=ValueError)
    yield Call("match_polygons, text", match, (["polygon"], points, 20), error=TypeError)
    yield Call("match_polygons, shape", match, (corners[..., 0], points, 20), error=ValueError)
    yield Call("match_polygons, points", match, (corners, points[:, 0], 20), error=ValueError)
    yield Call(
        "match_polygons, ragged points", match, (corners, [[1, 2], [3]], 20), error=ValueError
    )
    yield Call("match_polygons, max_dist", match, (corners, points, "20"), error=TypeError)
    yield Call("match_polygons, huge max_dist", match, (corners, points, 10**400), error=ValueError)
    yield Call("find_close_polygons, point", find, (corners, points, 20), error=ValueError)
    yield Call(
        "PolygonIndex, masked", fastcv.PolygonIndex, (np.ma.array(corners),), error=TypeError
    )
    yield Call(
        "PolygonIndex, unequal x and y", fastcv.PolygonIndex, ([unequal()],), error=ValueError
    )
    yield Call("select_best_polygon, not pairs", best, ([(1, 2, 3)],), error=ValueError)
    yield Call("select_best_polygon, a number in it", best, ([3],), error=TypeError)
    yield Call("select_best_polygon, a number", best, (3,), error=TypeError)
    yield Call("select_best_polygon, none", best, ([(1, [])],), error=IndexError)


def unequal():
    polygon = Polygon(np.ones((3, 2)))
    polygon.y = polygon.y[:2]
    return polygon


def other_calls():
    yield Call("cumulative_sum", fastcv.cumulative_sum, (100_000,))
    yield Call("set_num_threads", fastcv.set_num_threads, (3,), before=defaults)
    yield Call("set_num_threads, None", fastcv.set_num_threads, (None,), before=defaults)
    yield Call("get_num_threads", fastcv.get_num_threads)
    yield Call("get_num_threads", fastcv.get_num_threads, is_cold=True)
    limits = {"crop_bytes": 1 << 40, "call_bytes": 1 << 41}
    yield Call("set_output_limits", fastcv.set_output_limits, (), limits, before=defaults)
    yield Call("get_output_limits", fastcv.get_output_limits)
    yield Call("set_memory_pool", fastcv.set_memory_pool, (1 << 30,), before=defaults)
    yield Call("memory_pool_info", fastcv.memory_pool_info, of=sorted)
    yield Call("empty_memory_pool", fastcv.empty_memory_pool)
    yield Call("build_info", fastcv.build_info)
    yield Call("the module", made_anew, of=dir)
    pictures = tuple(np.full((size, 9, 3), size, np.uint16) for size in range(1, 5))
    yield Call("_png_rows", _core._png_rows, (pictures,))
    yield Call("_tar_members", _core._tar_members, ((b"a", b"b"), (b"1", b"")))
    yield Call("_quads_to_json", _core._quads_to_json, (np.arange(24).reshape(3, 4, 2) / 3,))

    yield Call("cumulative_sum, -1", fastcv.cumulative_sum, (-1,), error=ValueError)
    yield Call("cumulative_sum, 10**30", fastcv.cumulative_sum, (10**30,), error=ValueError)
    yield Call("cumulative_sum, text", fastcv.cumulative_sum, ("5",), error=TypeError)
    yield Call("set_num_threads, 0", fastcv.set_num_threads, (0,), error=ValueError)
    yield Call("set_num_threads, text", fastcv.set_num_threads, ("2",), error=TypeError)
    yield Call(
        "set_output_limits, -1", fastcv.set_output_limits, (), {"crop_bytes": -1}, error=ValueError
    )
    yield Call(
        "set_output_limits, text",
        fastcv.set_output_limits,
        (),
        {"call_bytes": "1"},
        error=TypeError,
    )
    yield Call("set_memory_pool, -1", fastcv.set_memory_pool, (-1,), error=ValueError)
    yield Call("set_memory_pool, text", fastcv.set_memory_pool, ("1",), error=TypeError)
    yield Call("PolygonIndex, twice", fastcv.PolygonIndex, ([], []), error=TypeError)


def made_anew(spec=_core.__spec__):
    """Return a new module of the extension, as an import makes it."""
    module = spec.loader.create_module(spec)
    spec.loader.exec_module(module)
    return module


def all_calls():
    """Return all calls; those that fork come first, before other calls have allocated anything."""
    calls = [
        *crop_calls(), *batch_calls(), *detector_calls(), *color_calls(), *decode_calls(),
        *polygon_calls(), *other_calls(),
    ]  # fmt: skip
    return sorted(calls, key=lambda call: not call.is_cold)


# ---- what must stay unchanged ----


def frozen(value):
    """Return a value for comparison, equal only for equal values of the same types."""
    if isinstance(value, np.ndarray):
        return type(value).__name__, value.dtype.str, value.shape, value.strides, value.tobytes()
    if isinstance(value, (list, tuple)):
        return type(value).__name__, [frozen(item) for item in value]
    if isinstance(value, fastcv.PolygonIndex):
        return len(value), frozen(value.centers), frozen(value.areas)
    if isinstance(value, dict):
        return {key: frozen(item) for key, item in value.items()}
    if isinstance(value, (int, float, str, bytes, type(None))):
        return value
    return id(value), frozen(getattr(value, "__dict__", None))


def parts(call):
    """Yield the objects that a call receives, including the items of lists."""
    for value in (*call.args, *call.options.values()):
        yield value
        if isinstance(value, (list, tuple)):
            yield from value


def references(call):
    """Return the reference count of each of these objects."""
    shared = (int, str, type(None))
    return [sys.getrefcount(part) for part in parts(call) if not isinstance(part, shared)]


# ---- one call, once ----


class Malloc:
    """The preloaded library: allocations of the calling thread, or of any thread, fail."""

    name = "malloc"

    def __init__(self):
        library = ctypes.PyDLL(None)
        self._call = library.failing_call
        self._call.restype = ctypes.py_object
        self._call.argtypes = [ctypes.py_object] * 3 + [ctypes.c_long] + [ctypes.c_int] * 2
        self.mark = library.live_mark  # called directly: a wrapper would allocate Python objects
        self.count = library.failing_count
        self.blocks, self.mapped_bytes = library.live_more_blocks, library.live_more_mapped_bytes
        for function in (self.count, self.blocks, self.mapped_bytes):
            function.restype = ctypes.c_long

    def __call__(self, call, k, pattern):
        one, any_thread = pattern == "one", call.is_any_thread
        return self._call(call.function, call.args, dict(call.options), k, one, any_thread)


class NoMemory:
    """CPython's own hooks make allocations fail; the library only counts."""

    name = "set_nomemory"

    def __init__(self, malloc):
        import _testcapi

        self._hooks, self._malloc = _testcapi, malloc
        self.count = malloc.count

    def __call__(self, call, k, pattern):
        hooks = self._hooks

        def function(*args, **options):
            hooks.set_nomemory(k, k + 1 if pattern == "one" else 0)
            try:
                return call.function(*args, **options)
            finally:
                hooks.remove_mem_hooks()

        return self._malloc(call._replace(function=function), 0, pattern)


OURS = [f"function {name}>" for name in dir(_core)]


def is_others(error):
    """Return whether CPython or NumPy replaced a MemoryError by this error."""
    text = str(error)
    if isinstance(error, NotImplementedError):  # NumPy, reading a buffer's items
        return "sub-views are not implemented" in text
    if isinstance(error, TypeError):  # os.fspath
        return "os.PathLike object, not PosixPath" in text
    if isinstance(error, RuntimeError):  # io.BufferedReader
        return "can't allocate read lock" in text
    return (
        isinstance(error, SystemError)
        and ("without" in text or "with an exception set" in text)
        and "fastcv" not in text.replace("execution of module fastcv._core", "")  # by CPython
        and not any(name in text for name in OURS)
    )


class Fault(Exception):
    """A call behaved wrongly."""


def attempt(failing, call, k, pattern, expected):
    """Make the call while its k-th allocation fails; return whether it raised MemoryError."""
    if call.before:
        call.before()
    before, was_refused, result = references(call), False, None
    try:
        result = failing(call, k, pattern)
    except MemoryError:
        was_refused = True
    except Exception as error:
        if not (call.error and isinstance(error, call.error)) and not is_others(error):
            raise Fault(f"{type(error).__name__}: {error}") from None
    else:
        if call.error or outcome(call, result) != expected:
            raise Fault("the result is wrong")
    del result
    if references(call) != before:
        raise Fault(f"reference counts changed from {before} to {references(call)}")
    return was_refused


def outcome(call, result):
    return frozen(call.of(result) if call.of else result)


def check_after(call, expected, inputs):
    """Check that the arguments are unchanged and that the call gives the right result."""
    if frozen(call.args) != inputs:
        raise Fault("an argument was changed")
    try:
        result = call.function(*call.args, **call.options)
    except Exception as error:
        if not call.error or not isinstance(error, call.error):
            raise Fault(f"the next call raised {type(error).__name__}: {error}") from None
    else:
        if call.error or outcome(call, result) != expected:
            raise Fault("the next call gave a wrong result")


# ---- one call, for every k ----


class Sweep:
    """The results of one call while its allocations fail one by one."""

    def __init__(self, malloc, failing, call, pattern, note):
        self.malloc = malloc
        self.failing, self.call, self.pattern, self.note = failing, call, pattern, note
        self.inputs = frozen(call.args)
        self.expected = self.apart(self.expect) if call.is_cold else self.expect()
        self.attempts = self.refused = 0
        self.faults = []

    def run(self, share):
        """Try each k up to the last allocation, or only ``share`` percent of them."""
        step = max(1, 100 // share)
        for k in itertools.count(1 + zlib.crc32(self.call.name.encode()) % step, step):
            place = f"{self.call.name}: {self.failing.name}, {self.pattern}, k = {k}"
            self.note(place)
            try:
                was_refused, count = (
                    self.apart(self.once, k) if self.call.is_cold else self.again(k, CALLS)
                )
            except Fault as fault:
                self.faults.append(f"{place}: {fault}")
                was_refused, count = False, k
            self.refused += was_refused
            self.attempts += k <= count  # no allocation fails in the last attempt
            if k > count or len(self.faults) > 3:
                break

    def expect(self):
        """Return the call's right result; this first call also fills the caches that it keeps."""
        if self.call.error:
            return None
        if self.call.before:
            self.call.before()
        expected = outcome(self.call, self.call.function(*self.call.args, **self.call.options))
        return expected

    def once(self, k):
        """Return whether the call raised MemoryError, and the number of its allocations."""
        was_refused = attempt(self.failing, self.call, k, self.pattern, self.expected)
        count = self.failing.count()
        check_after(self.call, self.expected, self.inputs)
        return was_refused, count

    def again(self, k, calls):
        """Repeat `once`; fail if every repetition leaves more memory allocated."""
        one = self.once(k)
        for _ in range(TRIES):
            self.malloc.mark()
            for _ in range(calls):
                one = self.once(k)
            blocks, mapped = self.malloc.blocks(), self.malloc.mapped_bytes()
            if blocks < calls and mapped < calls:
                return one
        raise Fault(f"{calls} calls leave {blocks} blocks and {mapped} mapped bytes allocated")

    def apart(self, function, *args):
        """Return function(*args), called in a fork of this process."""
        read, write = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(read)
            with os.fdopen(write, "wb") as pipe:
                try:
                    result = function(*args)
                except Fault as fault:
                    result = fault
                pickle.dump(result, pipe)
            os._exit(0)
        os.close(write)
        with os.fdopen(read, "rb") as pipe:
            content = pipe.read()
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        if status:
            raise Fault(f"the process ended with {status}")
        result = pickle.loads(content)
        if isinstance(result, Fault):
            raise result
        return result


def sweep_all(first, step, share):
    """Run every step-th sweep in a process with the library; print a line of JSON for each."""
    malloc = Malloc()
    ways = [malloc]
    with contextlib.suppress(ImportError):
        ways.append(NoMemory(malloc))
    state = os.open(os.environ["ALLOCATIONS_STATE"], os.O_WRONLY)

    def note(text):
        os.pwrite(state, text.ljust(200).encode(), 0)

    gc.freeze()
    sweeps = itertools.product(all_calls(), ways, PATTERNS)
    sweeps = (sweep for sweep in sweeps if not sweep[0].is_one_only or sweep[2] == "one")
    for call, failing, pattern in itertools.islice(sweeps, first, None, step):
        sweep = Sweep(malloc, failing, call, pattern, note)
        sweep.run(share)
        defaults()
        print(json.dumps([sweep.attempts, sweep.refused, sweep.faults]), flush=True)


# ---- the proof ----


def build_library(folder):
    """Compile failing_malloc.c with the compiler that builds Python's extensions."""
    library = folder / "failing_malloc.so"
    compiler = shlex.split(os.environ.get("CC") or sysconfig.get_config_var("CC") or "cc")
    options = ["-std=c11", "-O2", "-shared", "-fPIC", "-o", str(library)]
    if shutil.which(compiler[0]) is None:
        proof.skip(f"no compiler: {compiler[0]}")
    done = subprocess.run(
        [*compiler, *options, str(HERE / "failing_malloc.c")], capture_output=True, text=True
    )
    proof.expect(done.returncode == 0, f"failing_malloc.c: {done.stderr}")
    return library


def environment(folder):
    """Return an environment that preloads the library and makes Python allocate by malloc."""
    return {
        **os.environ,
        "LD_PRELOAD": str(build_library(folder)),
        "PYTHONMALLOC": "malloc",
        "PYTHONPATH": os.pathsep.join(filter(None, [str(HERE), os.environ.get("PYTHONPATH")])),
        "OPENBLAS_NUM_THREADS": "1",
        "OPENCV_LOG_LEVEL": "SILENT",
    }


def run_share(first, step, share, variables):
    """Run every step-th sweep in a process; report one that dies, and continue in a new process."""
    with tempfile.NamedTemporaryFile() as state:
        variables = {**variables, "ALLOCATIONS_STATE": state.name}
        while True:
            code = f"import allocations; allocations.sweep_all({first}, {step}, {share})"
            command = [sys.executable, "-X", "faulthandler", "-c", code]
            done = subprocess.run(command, capture_output=True, text=True, env=variables)
            lines = done.stdout.splitlines()
            yield from map(json.loads, lines)
            if done.returncode == 0:
                return
            place = Path(state.name).read_text().strip() or "before the first call"
            proof.expect(place != "before the first call", done.stderr[-2000:])
            yield [
                0,
                0,
                [f"{place}: the process ended with {done.returncode}: {done.stderr[-1500:]}"],
            ]
            first += (len(lines) + 1) * step


def prove(share):
    """Run all sweeps in two processes."""
    if sys.platform != "linux" or not platform.libc_ver()[0].startswith("glibc"):
        proof.skip("this proof needs glibc, whose malloc can be replaced")
    with tempfile.TemporaryDirectory() as folder:
        variables = environment(Path(folder))
        with ThreadPoolExecutor(SHARES) as pool:
            shares = pool.map(
                lambda first: list(run_share(first, SHARES, share, variables)), range(SHARES)
            )
            sweeps = [sweep for share in shares for sweep in share]
    faults = [fault for _, _, found in sweeps for fault in found]
    proof.expect(not faults, f"{len(faults)} faults\n" + "\n".join(faults))
    attempts, refused = (sum(sweep[i] for sweep in sweeps) for i in (0, 1))
    return (
        f"{len(all_calls())} calls, {attempts:,} refused allocations: {refused:,} MemoryErrors, "
        "the right result or error for the others; 0 crashes, 0 leaks"
    )


if __name__ == "__main__":
    proof.main(
        prove,
        promise="allocation failure",
        goal="MemoryError or the right result for every refused allocation, 0 crashes, 0 leaks",
        short=2,
        long=100,
        unit="percent of the allocations",
    )
