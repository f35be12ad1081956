"""The table of bad inputs: what each public function refuses, with which exception and message.

`ROWS` holds the rows by name; `fault` tries one. tests/input/test_bad_inputs.py tries each row
once, tests/reliability/bad_input.py any number of times.
"""

import dataclasses
import functools
import inspect
import os
import re
import struct
import sys
import tempfile
import zlib
from collections import deque
from pathlib import Path
from types import FunctionType, SimpleNamespace
from typing import Any, NamedTuple

import cv2
import numpy as np

import fastcv
import reference
import reference_batches
import reference_detector_input
import reference_text_colors

NAN, INF = float("nan"), float("inf")
MISSING = object()
"""An argument that is left out."""


class Bad(NamedTuple):
    function: str
    arguments: dict[str, Any]
    """They replace the good ones. A function makes the bad argument from the good one. "*" holds
    further positional arguments."""
    error: type[Exception]
    text: str
    """The whole message; … stands for any text."""


ROWS: dict[str, Bad] = {}


def add(functions, argument, cases):
    """Add rows with one bad argument: (description, value, exception, text)."""
    for function in functions.split():
        for case, value, error, text in cases:
            add_row(f"{function}({argument}={case})", function, {argument: value}, error, text)


def add_row(name, function, arguments, error, text):
    assert name not in ROWS, name
    whole = text if text.startswith("…") else f"{function}: {text}"
    ROWS[name] = Bad(function, arguments, error, whole)


# ---- good arguments ----

BOX = np.float32([[10, 10], [40, 12], [39, 25], [9, 23]])
PAGE = np.random.default_rng(5).integers(0, 255, (60, 80, 3), np.uint8)
SQUARE = np.array([[0, 0], [2, 0], [2, 2], [0, 2]], float)
SQUARES = [SQUARE, SQUARE + 5]
POINTS = [[1, 1], [6, 6]]
LOGITS = np.eye(4, dtype=np.float32)[np.newaxis]
MAP = np.zeros((64, 96), np.float32)
MAP[20:30, 10:60] = 0.9
INDEX = fastcv.PolygonIndex(SQUARES)


def detect(tensor):
    """Find one word in the middle of the page."""
    found = np.zeros(tensor.shape[2:], np.float32)
    height, width = found.shape
    found[height // 3 : height // 2, width // 4 : 3 * width // 4] = 0.9
    return found


def recognize(tensor):
    return np.repeat(LOGITS, len(tensor), axis=0)


FUNCTIONS = {
    **{name: value for name in fastcv.__all__ if callable(value := getattr(fastcv, name))},
    "PolygonIndex.match": INDEX.match,
    "PolygonIndex.find_close": INDEX.find_close,
}
PARAMETERS = {name: inspect.signature(call).parameters for name, call in FUNCTIONS.items()}
GOOD = {
    "image_crop": {"image": PAGE, "boxes": [BOX], "out": None},
    "image_crop_openmp": {"image": PAGE, "boxes": [BOX], "out": None},
    "crop_shapes": {"boxes": [BOX]},
    "check_boxes": {"boxes": [BOX], "shape": PAGE.shape},
    "BoxProblem": {"box": 1, "kind": 2, "is_certain": 3, "corners": 4, "hint": 5},
    "BoxReport": {"quads": 1, "found": 2},
    "main_colors": {"image": PAGE},
    "extract_main_colors": {"image_or_path": PAGE},
    "extract_main_colors_openmp": {"image_or_path": PAGE},
    "MainColors": {"colors": 1, "counts": 2},
    "text_colors": {"image": PAGE, "boxes": [BOX]},
    "TextColors": {"text": 1, "background": 2, "outline": 3, "confidence": 4},
    "match_polygons": {"polygons": SQUARES, "points": POINTS, "max_dist": 3},
    "find_close_polygons": {"polygons": SQUARES, "point": [1, 1], "max_dist": 3},
    "select_best_polygon": {"polygon_sets": [(7, SQUARES)]},
    "PolygonIndex": {"polygons": SQUARES},
    "PolygonIndex.match": {"points": POINTS, "max_dist": 3},
    "PolygonIndex.find_close": {"point": [1, 1], "max_dist": 3},
    "cumulative_sum": {"n": 5},
    "decode_ctc": {"logits": LOGITS, "characters": ["-", "a", "b", "c"]},
    "DecodedText": {"text": "a", "confidence": 1.0, "columns": None, "confidences": None},
    "crop_batches": {"image": PAGE, "boxes": [BOX]},
    "iter_crop_batches": {"image": PAGE, "boxes": [BOX]},
    "image_batches": {"crops": [PAGE]},
    "iter_image_batches": {"crops": [PAGE]},
    "detector_input": {"image": PAGE},
    "DetectorTensor": {"tensor": 1, "ratio": 2},
    "DetectorGeometry": {"content": 1, "tensor": 2, "offset": 3, "ratio": 4},
    "Batch": {"tensor": 1, "indices": 2, "widths": 3, "ratios": 4, "max_ratio": 5},
    "detector_boxes": {"probabilities": MAP, "page_shape": (128, 192)},
    "craft_boxes": {"region": MAP, "link": MAP},
    "DetectedBoxes": {"boxes": 1, "scores": 2},
    "read_page": {"page": PAGE, "detector": detect, "recognizer": recognize, "characters": "-abc"},
    "ReadWord": {"text": "a", "confidence": 1.0, "box": 3},
    "set_num_threads": {"num_threads": None},
    "set_memory_pool": {"max_bytes": fastcv.memory_pool_info()["max_bytes"]},
}


@functools.cache
def right_crop():
    return reference.numpy_crop(PAGE, [BOX])[0].tobytes()


@functools.cache
def right_text_colors():
    return reference_text_colors.text_colors(PAGE, BOX[None])


@functools.cache
def right_colors():
    return reference.main_colors(PAGE, 6)


@functools.cache
def right_word():
    return reference_batches.rapidocr([reference_batches.rotate_crop(PAGE, BOX)])[0][0].tobytes()


@functools.cache
def right_page():
    return reference_batches.rapidocr([PAGE])[0][0].tobytes()


@functools.cache
def right_detector_input():
    return reference_detector_input.rapidocr(PAGE)[0].tobytes()


IS_RIGHT = {
    "detector_input": lambda found: found.tensor.tobytes() == right_detector_input(),
    "crop_batches": lambda found: found[0].tensor.tobytes() == right_word(),
    "iter_crop_batches": lambda found: next(found).tensor.tobytes() == right_word(),
    "image_batches": lambda found: found[0].tensor.tobytes() == right_page(),
    "iter_image_batches": lambda found: next(found).tensor.tobytes() == right_page(),
    "image_crop": lambda crops: crops[0].tobytes() == right_crop(),
    "image_crop_openmp": lambda crops: crops[0].tobytes() == right_crop(),
    "crop_shapes": lambda shapes: shapes.tolist() == [[13, 30]],
    "check_boxes": lambda report: str(report) == "1 box: nothing wrong",
    "main_colors": lambda found: all(map(np.array_equal, found, right_colors())),
    "extract_main_colors": lambda panel: np.array_equal(panel[::64, 0], right_colors()[0]),
    "extract_main_colors_openmp": lambda panel: np.array_equal(panel[::64, 0], right_colors()[0]),
    "text_colors": lambda found: all(map(np.array_equal, found, right_text_colors())),
    "match_polygons": lambda best: best.tolist() == [0, 1],
    "find_close_polygons": lambda close: len(close) == 1 and close[0] is SQUARE,
    "select_best_polygon": lambda best: best[0] == (7, best[0][1]) and best[0][1] is SQUARE,
    "PolygonIndex": lambda index: index.areas.tolist() == [4, 4],
    "PolygonIndex.match": lambda best: best.tolist() == [0, 1],
    "PolygonIndex.find_close": lambda close: close.tolist() == [0],
    "cumulative_sum": lambda total: total == 10,
    "decode_ctc": lambda found: found == [("abc", 1.0, None, None)],
    "read_page": lambda found: [word[:2] for word in found] == [("abc", 1.0)],
    "detector_boxes": lambda found: (
        found.boxes.tolist() == [[[6, 26], [134, 26], [134, 74], [6, 74]]]
    ),
    "craft_boxes": lambda boxes: (
        boxes.round().tolist() == [[[14, 34], [124, 34], [124, 64], [14, 64]]]
    ),
}


def settings():
    return (
        fastcv.get_num_threads(),
        fastcv.get_output_limits(),
        fastcv.memory_pool_info()["max_bytes"],
    )


# ---- one row ----


def arguments_of(row):
    """Return the good arguments with the bad ones in their place."""
    good = GOOD.get(row.function, {})
    arguments = dict(good)
    for argument, value in row.arguments.items():
        is_maker = isinstance(value, FunctionType)
        arguments[argument] = value(good.get(argument)) if is_maker else value
    return arguments


def call(function, arguments):
    """Pass arguments by position if the signature allows it, as callers do."""
    rest = {name: value for name, value in arguments.items() if value is not MISSING}
    further = rest.pop("*", ())
    parameters = PARAMETERS[function].values()
    given = [rest.pop(p.name) for p in parameters if p.kind != p.KEYWORD_ONLY and p.name in rest]
    return FUNCTIONS[function](*given, *further, **rest)


def parts(value):
    """Yield an argument and everything in it that a call could change or leak."""
    if isinstance(value, (list, tuple)) and not any(item is value for item in value):
        for item in value:
            yield from parts(item)
    if isinstance(value, SimpleNamespace):
        yield from parts(list(vars(value).values()))
    if isinstance(value, np.ndarray) and isinstance(value.base, np.ndarray):
        yield from parts(value.base)
    if isinstance(value, (np.ndarray, list, SimpleNamespace, fastcv.PolygonIndex)):
        yield value


def contents(part):
    if isinstance(part, (list, SimpleNamespace)):
        return [id(item) for item in (part if isinstance(part, list) else vars(part).values())]
    if not isinstance(part, np.ndarray):
        return None  # a PolygonIndex cannot change
    layout = part.shape, part.strides, part.dtype, part.flags.writeable
    whole = part.base is None or not isinstance(part.base, np.ndarray)
    return layout, np.asarray(part).tobytes() if whole else None


def fault(name):
    """Try a row. Return a sentence about what is wrong, or an empty text."""
    row = ROWS[name]
    arguments = arguments_of(row)
    seen = [part for value in arguments.values() for part in parts(value)]
    before = settings(), [contents(part) for part in seen]
    counts = [sys.getrefcount(part) for part in seen]
    try:
        result = call(row.function, arguments)
    except Exception as error:
        kind, message = type(error), str(error)
    else:
        return f"{name} is not refused, but gives {result!r:.200}"
    after = [sys.getrefcount(part) for part in seen]
    pattern = ".*".join(map(re.escape, row.text.split("…")))
    if kind is not row.error or not re.fullmatch(pattern, message, re.DOTALL):
        return f"{name}: {kind.__name__}: {message:.1000}, not {row.error.__name__}: {row.text}"
    if row.function.rpartition(".")[2] not in message or len(message) > 5000:
        return f"{name}: {message:.1000} names no function, or is too long"
    if after != counts:
        return f"{name}: reference counts were {counts} and are {after}"
    if before != (settings(), [contents(part) for part in seen]):
        return f"{name}: an argument or a setting is no longer what it was"
    if row.function in IS_RIGHT and not IS_RIGHT[row.function](
        call(row.function, GOOD[row.function])
    ):
        return f"{name}: a good call right after gives a wrong result"
    return ""


# ---- ints ----

FAR = {"2**63": 2**63, "10**30": 10**30, "10**5000": 10**5000}


def shown(number):
    return str(number) if abs(number) < 10**300 else "an int beyond float64"


def add_int(functions, argument, wanted="an int", least=0, most=None):
    limits = f"at least {least}" if most is None else f"from {least} to {most}"
    low = {str(least - 1): least - 1, **{f"-{name}": -value for name, value in FAR.items()}}
    high = {} if most is None else {str(most + 1): most + 1, **FAR}
    none = [] if "None" in wanted else [("None", None)]
    odd = [("1.0", 1.0), ("'2'", "2"), ("[1]", [1]), ("b'1'", b"1"), ("1j", 1j), *none,
           ("float64(3)", np.float64(3)), ("array([1, 2])", np.array([1, 2])),
           ("array(1.5)", np.array(1.5))]  # fmt: skip
    text = f"{argument} must be"
    cases = [(name, value, ValueError, f"{text} {limits}, got {shown(value)}")
             for name, value in {**low, **high}.items()]  # fmt: skip
    for name, value in odd:
        kind = type(value)
        of = "numpy." * (kind.__module__ == "numpy") + kind.__name__
        cases.append((name, value, TypeError, f"{text} {wanted}, not {of}"))
    add(functions, argument, cases)


add_int("main_colors", "n", least=1)
add_int("extract_main_colors extract_main_colors_openmp", "N", least=1)
add_int("main_colors", "bits", least=3, most=8)
add_int("cumulative_sum", "n", most=6_074_001_000)
add_int("set_memory_pool", "max_bytes")
add_int("set_output_limits", "crop_bytes", "an int or None")
add_int("set_output_limits", "call_bytes", "an int or None")
add_int(
    "decode_ctc detector_input image_crop_openmp main_colors extract_main_colors_openmp "
    "match_polygons PolygonIndex.match detector_boxes craft_boxes text_colors set_num_threads",
    "num_threads", "an int or None", 1, 1024,
)  # fmt: skip
add_row("set_output_limits(one bad of two)", "set_output_limits",
        {"crop_bytes": 5, "call_bytes": -1}, ValueError,
        "call_bytes must be at least 0, got -1")  # fmt: skip


# ---- images ----

CROPS = "image_crop image_crop_openmp"
SHAPES = f"{CROPS} crop_shapes"
PANELS = "extract_main_colors extract_main_colors_openmp"
NOT_PLAIN = "must be a plain array, not a masked one: fill or drop its mask"


def to(dtype):
    return lambda image: image.astype(dtype)


def masked(value):
    return np.ma.masked_array(value, mask=False)


def nested(depth):
    value = [1]
    for _ in range(depth):
        value = [value]
    return value


def cycle():
    value = []
    value.append(value)
    return value


NOT_READ = "cv2.imread returns None for a file that is missing or that it cannot read"
ENCODED = (
    "an encoded picture is decoded by cv2.imdecode(np.frombuffer(image, np.uint8), "
    "cv2.IMREAD_COLOR)"
)
A_PATH = "this looks like a path, which cv2.imread(image) reads"


def bad_images(dtypes, some_dtypes):
    def wrong(what):
        return TypeError, f"image must be an array of {dtypes}, not {what}"

    of_dtype = [(dtype, to(dtype), *wrong(np.dtype(dtype))) for dtype in some_dtypes]
    return [
        *of_dtype,
        ("text in an array", lambda i: np.full((3, 3), "a"), *wrong("<U1")),
        ("bytes in an array", lambda i: np.full((3, 3), b"a"), *wrong("|S1")),
        ("dates", lambda i: np.zeros((3, 3), "M8[s]"), *wrong("datetime64[s]")),
        ("fields", lambda i: np.zeros((3, 3), [("b", "u1"), ("g", "u1")]),
         *wrong("[('b', 'u1'), ('g', 'u1')]")),
        ("300 fields", lambda i: np.zeros((3, 3), [(f"f{n}", "u1") for n in range(300)]),
         *wrong("[('f0', 'u1'), …")),
        ("None", None, *wrong(f"NoneType: {NOT_READ}")),
        ("a dict", lambda i: {"image": i}, *wrong('dict: pass image["image"]')),
        ("a set", {1, 2}, *wrong("set")),
        ("a class", dict, *wrong("type")),
        ("bytes", b"page", *wrong(f"bytes: {ENCODED}")),
        ("a generator", lambda i: (row for row in i), *wrong("generator")),
        ("an array in a dict's clothes", lambda i: np.array({"image": i}), *wrong("object")),
        ("a ragged list", [[1, 2], [3]], TypeError, "image must be an array, not list"),
        ("a ragged tuple", ((1, 2), (3,)), TypeError, "image must be an array, not tuple"),
        ("a ragged deque", deque([[1, 2], [3]]), TypeError, "image must be an array, not coll…"),
        ("a list of objects", [np.array([1], dtype=object)], *wrong("object")),
        ("a list in itself", cycle(), TypeError, "image must be an array, not list"),
        ("a deep list", nested(100), TypeError, "image must be an array, not list"),
        ("a list with None", [[None, 1], [2, 3]], *wrong("NoneType")),
        ("a list with 2**64", [[0, 2**64]], *wrong("an int beyond 64 bits")),
        ("a masked array", masked, TypeError, f"image {NOT_PLAIN}"),
        ("a number", np.uint8(3), ValueError,
         "image must be (height, width) or (height, width, channels), not shape ()"),
        ("one row", lambda i: i[0, :, 0], ValueError,
         "image must be (height, width) or (height, width, channels), not shape (80,)"),
        ("a batch", lambda i: i[None], ValueError,
         "image must be (height, width) or (height, width, channels), not shape (1, 60, 80, 3): "
         "one image at a time: pass image[0]"),
        ("no rows", lambda i: i[:0], ValueError,
         "image must have at least one pixel, not shape (0, 80, 3)"),
        ("no columns", lambda i: i[:, :0], ValueError,
         "image must have at least one pixel, not shape (60, 0, 3)"),
        ("no channels", lambda i: i[..., :0], ValueError,
         "image must have at least one pixel, not shape (60, 80, 0)"),
        ("five channels", lambda i: np.dstack([i, i[..., :2]]), ValueError,
         "image must have 1 to 4 channels, not shape (60, 80, 5)"),
        ("channels first", lambda i: np.ascontiguousarray(i.transpose(2, 0, 1)), ValueError,
         "image must have 1 to 4 channels, not shape (3, 60, 80): channels come last: "
         "pass image.transpose(1, 2, 0)"),
    ]  # fmt: skip


NO_IMAGE = ["bool", "int8", "uint32", "int32", "uint64", "int64", "float16", "complex64",
            "complex128", "longdouble", "object"]  # fmt: skip
NO_U8 = [*NO_IMAGE, "uint16", ">u2", "int16", "float32", "float64"]
NO_COLORS = [
    *bad_images("uint8", NO_U8),
    ("two channels", lambda i: i[..., :2], ValueError,
     "image must have 1, 3 or 4 channels, not 2"),
    ("2**40 px", lambda i: np.broadcast_to(np.uint8(1), (1 << 20, 1 << 20)), ValueError,
     "image must have fewer than 1099511627776 pixels, not shape (1048576, 1048576)"),
    ("2**41 px of colour", lambda i: np.broadcast_to(i[:1, :1], (1 << 20, 1 << 21, 3)), ValueError,
     "image must have fewer than 1099511627776 pixels, not shape (1048576, 2097152, 3)"),
]  # fmt: skip
add(CROPS, "image", bad_images("uint8, uint16, int16, float32 or float64", NO_IMAGE))
add(
    CROPS,
    "image",
    [("a str", "page", TypeError, f"image must be an array of …, not str: {A_PATH}")],
)
add("main_colors text_colors", "image", NO_COLORS)
add(
    "main_colors text_colors",
    "image",
    [("a str", "page", TypeError, f"image must be an array of …, not str: {A_PATH}")],
)
add(PANELS, "image_or_path", NO_COLORS)


# ---- boxes ----

NO_TYPE = "must hold ints or floats, not"
A_SHAPE = "must have shape (n, 4, 2), (n, 8) or (n, 4)"
ONE_SHAPE = "must have shape (4, 2), (8,) or (4,)"
FORMATS = ": docs/annotations.md lists the formats of boxes"
SIX = ": if a row starts with x1, y1, x2, y2, pass boxes[:, :4]"
TWO_CORNERS = ": two corners a box are x1, y1, x2, y2: pass boxes.reshape(-1, 4)"
IN_ORDER = ': order="min_area_rect" takes polygons'
HOUSE = np.float32([[10, 10], [25, 2], [40, 12], [39, 25], [9, 23]])
add(f"{SHAPES} check_boxes", "boxes", [
    ("None", None, TypeError, f"boxes {NO_TYPE} NoneType{FORMATS}"),
    ("a str", "boxes", TypeError, f"boxes {NO_TYPE} str{FORMATS}"),
    ("a dict", lambda b: {"boxes": b}, TypeError,
     f'boxes {NO_TYPE} dict: pass boxes["boxes"]' + FORMATS.replace(":", ";")),
    ("a generator", lambda b: (box for box in b), TypeError, f"boxes {NO_TYPE} generator{FORMATS}"),
    ("a number", 3, ValueError, f"boxes {A_SHAPE}, not shape (){FORMATS}"),
    ("bools", lambda b: np.ones((1, 4, 2), bool), TypeError, f"boxes {NO_TYPE} bool"),
    ("complex numbers", lambda b: BOX[None] + 0j, TypeError, f"boxes {NO_TYPE} complex64"),
    ("text", lambda b: np.full((1, 4, 2), "1"), TypeError, f"boxes {NO_TYPE} <U1"),
    ("objects", lambda b: BOX[None].astype(object), TypeError, f"boxes {NO_TYPE} object"),
    ("a masked array", lambda b: masked(BOX[None]), TypeError, f"boxes {NOT_PLAIN}"),
    ("one box", lambda b: BOX.copy(), ValueError,
     "boxes must have shape (n, 4, 2), one box as [box], not shape (4, 2)"),
    ("one box of lists", BOX.tolist(), ValueError,
     "boxes must have shape (n, 4, 2), one box as [box], not shape (4, 2)"),
    ("one box of eight", lambda b: BOX.ravel(), ValueError,
     "boxes must have shape (n, 8), one box as [box], not shape (8,)"),
    ("one upright box", [10, 10, 40, 25], ValueError,
     "boxes must have shape (n, 4), one box as [box], not shape (4,)"),
    ("rows of six", lambda b: np.zeros((2, 6)), ValueError,
     f"boxes {A_SHAPE}, not shape (2, 6)" + SIX),
    ("no rows of six", lambda b: np.zeros((0, 6)), ValueError,
     f"boxes {A_SHAPE}, not shape (0, 6)" + SIX),
    ("two corners", lambda b: np.zeros((5, 2, 2)), ValueError,
     f"boxes {A_SHAPE}, not shape (5, 2, 2)" + TWO_CORNERS),
    ("three corners", lambda b: np.zeros((5, 3, 2)), ValueError,
     f"boxes {A_SHAPE}, not shape (5, 3, 2)" + IN_ORDER),
    ("five corners", lambda b: np.zeros((5, 5, 2)), ValueError,
     f"boxes {A_SHAPE}, not shape (5, 5, 2)" + IN_ORDER),
    ("corners in space", lambda b: np.zeros((5, 4, 3)), ValueError,
     f"boxes {A_SHAPE}, not shape (5, 4, 3)"),
    ("two numbers", [1, 2], ValueError,
     f"boxes[0] {ONE_SHAPE}, not shape (){FORMATS}"),
    ("three numbers a box", [[1, 2, 3]], ValueError,
     f"boxes[0] {ONE_SHAPE}, not shape (3,){FORMATS}"),
    ("corners among upright boxes", lambda b: [[1, 1, 9, 9], BOX], ValueError,
     f"boxes[1] must have shape (4,), not shape (4, 2){FORMATS}"),
    ("an upright box among corners", lambda b: [BOX, [1, 1, 9, 9]], ValueError,
     f"boxes[1] must have shape (4, 2), not shape (4,){FORMATS}"),
    ("an upright box among eights", lambda b: [BOX.ravel(), [1, 1, 9, 9]], ValueError,
     f"boxes[1] must have shape (8,), not shape (4,){FORMATS}"),
    ("polygons", lambda b: [BOX, HOUSE], ValueError,
     "boxes[1] must have shape (4, 2), not shape (5, 2)" + IN_ORDER + FORMATS.replace(":", ";")),
    ("a triangle among boxes", lambda b: [BOX, BOX[:3].copy()], ValueError,
     "boxes[1] must have shape (4, 2), not shape (3, 2)" + IN_ORDER + FORMATS.replace(":", ";")),
    ("a number among boxes", lambda b: [BOX, 7], ValueError,
     f"boxes[1] must have shape (4, 2), not shape (){FORMATS}"),
    ("a ragged box", lambda b: [BOX, [[1, 2], [3]]], ValueError,
     f"boxes[1] must have shape (4, 2), got [[1, 2], [3]]{FORMATS}"),
    ("a ragged deque", lambda b: deque([BOX, [[1, 2], [3]]]), ValueError,
     f"boxes {A_SHAPE}{FORMATS}"),
    ("a huge ragged box", lambda b: [BOX, [[0] * 10_000, [3]]], ValueError,
     "boxes[1] must have shape (4, 2), got [[0, 0, 0, …"),
    ("a list in itself", cycle(), ValueError, f"boxes[0] {ONE_SHAPE}, got [[...]]{FORMATS}"),
    ("a deep list", nested(100), ValueError, f"boxes[0] {ONE_SHAPE}, got [[[…"),
    ("None among boxes", lambda b: [BOX, None], TypeError, f"boxes[1] {NO_TYPE} NoneType{FORMATS}"),
    ("text among boxes", lambda b: [BOX, np.full((4, 2), "1")], TypeError,
     f"boxes[1] {NO_TYPE} <U1{FORMATS}"),
    ("lists of text", [[["1", "2"]] * 4], TypeError, f"boxes[0] {NO_TYPE} <U1{FORMATS}"),
    ("None in a box", lambda b: [BOX, [[1, None]] * 4], TypeError,
     f"boxes[1] {NO_TYPE} NoneType{FORMATS}"),
    ("an int beyond 64 bits", lambda b: [BOX, [[0, 10**30]] * 4], TypeError,
     f"boxes[1] {NO_TYPE} an int beyond 64 bits{FORMATS}"),
    ("a masked box", lambda b: [BOX, masked(BOX)], TypeError, f"boxes[1] {NOT_PLAIN}"),
])  # fmt: skip

POLYGONS_SHAPE = "must have shape (n, m, 2), m at least 3, (n, 8) or (n, 4)"
A_POLYGON_SHAPE = "must have shape (m, 2), m at least 3"
IN_RECTANGLES = [
    ("one polygon", lambda b: HOUSE.copy(), ValueError,
     "boxes must have shape (n, m, 2), one polygon as [polygon], not shape (5, 2)"),
    ("segments", lambda b: np.zeros((5, 2, 2)), ValueError,
     f"boxes {POLYGONS_SHAPE}, not shape (5, 2, 2)" + TWO_CORNERS),
    ("a segment among polygons", lambda b: [BOX, HOUSE, HOUSE[:2].copy()], ValueError,
     f"boxes[2] {A_POLYGON_SHAPE}, not shape (2, 2){FORMATS}"),
    ("no corners among polygons", lambda b: [HOUSE, np.zeros((0, 2))], ValueError,
     f"boxes[1] {A_POLYGON_SHAPE}, not shape (0, 2){FORMATS}"),
    ("a ragged polygon", lambda b: [HOUSE, [[1, 2], [3]]], ValueError,
     f"boxes[1] {A_POLYGON_SHAPE}, got [[1, 2], [3]]{FORMATS}"),
    ("a ragged first polygon", lambda b: [[[1, 2], [3]], HOUSE], ValueError,
     f"boxes[0] {A_POLYGON_SHAPE}, (8,) or (4,), got [[1, 2], [3]]{FORMATS}"),
    ("an upright box among polygons", lambda b: [HOUSE, [1, 1, 9, 9]], ValueError,
     f"boxes[1] {A_POLYGON_SHAPE}, not shape (4,){FORMATS}"),
    ("a polygon among upright boxes", lambda b: [[1, 1, 9, 9], HOUSE], ValueError,
     f"boxes[1] must have shape (4,), not shape (5, 2){FORMATS}"),
    ("None among polygons", lambda b: [BOX, HOUSE, None], TypeError,
     f"boxes[2] {NO_TYPE} NoneType{FORMATS}"),
    ("bools among polygons", lambda b: [BOX, HOUSE > 3], TypeError,
     f"boxes[1] {NO_TYPE} bool{FORMATS}"),
    ("a masked polygon", lambda b: [BOX, masked(HOUSE)], TypeError, f"boxes[1] {NOT_PLAIN}"),
    ("polygons in a deque", lambda b: deque([BOX, HOUSE]), ValueError,
     f"boxes {POLYGONS_SHAPE}{FORMATS}"),
    ("polygons in an array", lambda b: np.array([BOX, HOUSE, None], object)[:2], TypeError,
     f"boxes {NO_TYPE} object"),
    ("no corner", lambda b: [BOX, HOUSE * NAN], ValueError,
     "boxes[1] has a corner that is not finite: "
     "[[nan, nan], [nan, nan], [nan, nan], [nan, nan]]"),
    ("a far corner", lambda b: [BOX, [[1, 1], [9, 1], [3e9, 5], [9, 9], [1, 9]]], ValueError,
     "boxes[1] has a corner beyond ±2**30 px: "
     "[[3e+09, 5], [3e+09, 5], [3e+09, 5], [3e+09, 5]]"),
    ("a flat polygon", lambda b: [BOX, [[0, 0], [4, 4], [8, 8], [9, 9], [2, 2]]], ValueError,
     "boxes[1] is under 2 px wide or high: [[0, 0], [9, 9], [9, 9], [0, 0]]"),
    ("a quad that shrinks", [[[0.9, 0.9], [9, 0.9], [9, 1.9], [0.9, 1.9]]], ValueError,
     "boxes[0] is under 2 px wide or high: [[0, 0], [9, 0], [9, 1], [0, 1]]"),
]  # fmt: skip
for function in SHAPES.split():
    for case, value, error, text in IN_RECTANGLES:
        add_row(f"{function}(boxes={case}, order='min_area_rect')", function,
                {"boxes": value, "order": "min_area_rect"}, error, text)  # fmt: skip
add_row("check_boxes(polygons among boxes)", "check_boxes",
        {"boxes": [BOX, HOUSE[:2]], "order": "min_area_rect"}, ValueError,
        f"boxes[1] {A_POLYGON_SHAPE}, not shape (2, 2){FORMATS}")  # fmt: skip
NO_PAGE = "must be (height, width) or an array, not"
add("check_boxes", "shape", [
    ("None", None, TypeError, f"shape {NO_PAGE} NoneType"),
    ("an int", 5, TypeError, f"shape {NO_PAGE} int"),
    ("one number", (5,), ValueError, "shape must be (height, width), got 1 numbers"),
    ("a float in it", (5, 5.0), TypeError, "shape[1] must be an int, not float"),
    ("0", (0, 5), ValueError, "shape[0] must be from 1 to 2147483647, got 0"),
])  # fmt: skip
add("check_boxes", "order", [
    ("None", None, TypeError, "order must be a str, not NoneType"),
    ("'ccw'", "ccw", ValueError,
     'order must be "given", "clockwise" or "min_area_rect", got \'ccw\''),
])  # fmt: skip
for name in ("check_boxes", "BoxProblem", "BoxReport"):
    add_row(f"{name}(unknown=1)", name, {"unknown": 1}, TypeError, "…unknown…")
add(f"main_colors {PANELS}", "boxes", [
    *IN_RECTANGLES[:-2],  # these are no faults where pixels are only counted
    ("a str", "boxes", TypeError, f"boxes {NO_TYPE} str{FORMATS}"),
    ("bools", lambda b: np.ones((1, 4, 2), bool), TypeError, f"boxes {NO_TYPE} bool"),
    ("a masked array", lambda b: masked(BOX[None]), TypeError, f"boxes {NOT_PLAIN}"),
    ("one box", lambda b: BOX.copy(), ValueError,
     "boxes must have shape (n, 4, 2), one box as [box], not shape (4, 2)"),
    ("no rows of six", lambda b: np.zeros((0, 6)), ValueError,
     f"boxes {POLYGONS_SHAPE}, not shape (0, 6)" + SIX),
    ("one far corner of four", [[[5, 5], [2e9, 5], [20, 20], [5, 20]]], ValueError,
     "boxes[0] has a corner beyond ±2**30 px: [[5, 5], [2e+09, 5], [20, 20], [5, 20]]"),
    ("no corner of four", lambda b: [BOX, BOX * NAN], ValueError,
     "boxes[1] has a corner that is not finite: [[nan, …"),
    ("a crossed quad", [[[5, 5], [40, 25], [40, 5], [5, 25]]], ValueError,
     "boxes[0] crosses itself: [[5, 5], [40, 25], [40, 5], [5, 25]]"),
    ("a reversed upright box", [[1, 1, 9, 9], [9, 1, 1, 9]], ValueError,
     "boxes[1] has x2 < x1 or y2 < y1 (four numbers are x1, y1, x2, y2): "
     "[[9, 1], [1, 1], [1, 9], [9, 9]]"),
])  # fmt: skip
NO_MASK = "mask must be an array of uint8 or bool, not"
add("main_colors", "mask", [
    ("a str", "mask", TypeError,
     f"{NO_MASK} str: this looks like a path, which cv2.imread(mask) reads"),
    ("a dict", {}, TypeError, f"{NO_MASK} dict"),
    ("ragged", [[True], [True, False]], TypeError, "mask must be an array, not list"),
    ("int64", lambda m: np.ones((60, 80), int), TypeError, f"{NO_MASK} int64"),
    ("float32", lambda m: np.ones((60, 80), np.float32), TypeError, f"{NO_MASK} float32"),
    ("masked", lambda m: masked(np.ones((60, 80), bool)), TypeError, f"mask {NOT_PLAIN}"),
    ("another shape", lambda m: np.ones((80, 60), bool), ValueError,
     "mask must have the height and width of image, (60, 80), not shape (80, 60)"),
    ("three channels", lambda m: np.ones((60, 80, 3), np.uint8), ValueError,
     "mask must have the height and width of image, (60, 80), not shape (60, 80, 3)"),
    ("1-D", lambda m: np.ones(80, bool), ValueError,
     "mask must be (height, width) or (height, width, channels), not shape (80,)"),
    ("empty", lambda m: np.ones((0, 80), bool), ValueError,
     "mask must have at least one pixel, not shape (0, 80)"),
])  # fmt: skip
add(SHAPES, "order", [
    (repr(value), value, *refusal)
    for value, refusal in (
        ("ccw", (ValueError, 'order must be "given", "clockwise" or "min_area_rect", got \'ccw\'')),
        (None, (TypeError, "order must be a str, not NoneType")),
        (1, (TypeError, "order must be a str, not int")),
    )
])  # fmt: skip

DEGENERATE = {
    "is under 2 px wide or high": [
        [[5, 5]] * 4,
        [[5, 5], [5, 5], [5, 20], [5, 20]],
        [[5, 5], [20, 5], [20, 5], [5, 5]],
        [[5, 5], [6, 5], [6, 20], [5, 20]],
        [[5, 5], [20, 5], [20, 6.9], [5, 6.9]],
    ],
    "has a corner that is not finite": [
        [[NAN, 5], [20, 5], [20, 20], [5, 20]],
        [[5, 5], [20, INF], [20, 20], [5, 20]],
        [[5, 5], [20, 5], [20, 20], [-INF, NAN]],
    ],
    "has a corner beyond ±2**30 px": [
        [[5, 5], [1e300, 5], [20, 20], [5, 20]],
        [[5, 5], [2e9, 5], [20, 20], [5, 20]],
        [[5, 5], [20, 5], [20, 20], [5, -(2**30) - 128]],
        [[5, 5], [20, 5], [20, 20], [5, 2**63]],
    ],
    "has three corners on a line": [
        [[0, 0], [10, 0], [20, 0], [0, 20]],
        [[0, 0], [10, 10], [20, 20], [0, 20]],
        [[0, 0], [20, 0], [20, 20], [0, 0]],
        [[0, 0], [30, 30], [20, 20], [10, 10]],
    ],
    'crosses itself (order="clockwise" sorts its corners)': [
        [[5, 5], [40, 25], [40, 5], [5, 25]],
        [[5, 5], [40, 5], [5, 25], [40, 25]],
        [[5, 5], [5, 25], [40, 5], [40, 25]],
        [[1604, 934], [1693, 923], [1693, 797], [1627, 1095]],
    ],
    # No three corners are on a line, yet a pivot is below 100 ε; cv2 then returns one colour.
    "has no perspective transform": [
        [[1e9, 0], [1e9, 26.606119], [999999936, 297.50443], [999999936, 0]],
    ],
}
TOO_LARGE = [[-8e8, 0], [8e8, 0], [8e8, 9], [-8e8, 9]]


def corners(box):
    """Write a box as messages do: float32 values with nine digits."""
    most = float(np.finfo(np.float32).max)
    values = [v if np.isinf(v) else np.float32(np.clip(v, -most, most)) for v in np.ravel(box)]
    text = [format(v, ".9g") for v in values]
    return f"[{', '.join(f'[{x}, {y}]' for x, y in zip(text[::2], text[1::2], strict=True))}]"


for reason, boxes in DEGENERATE.items():
    add(SHAPES, "boxes", [
        (corners(box), lambda good, box=box: [BOX, BOX, np.array(box, float), BOX], ValueError,
         f"boxes[2] {reason}: {corners(box)}")
        for box in boxes
    ])  # fmt: skip
add("text_colors", "boxes", [
    ("a crossed quad", [BOX, [[5, 5], [40, 25], [40, 5], [5, 25]]], ValueError,
     "boxes[1] crosses itself: [[5, 5], [40, 25], [40, 5], [5, 25]]"),
])  # fmt: skip
add(SHAPES, "boxes", [
    ("2**30 px", lambda b: [BOX, TOO_LARGE], ValueError,
     f"boxes[1] is 2**30 px or more wide or high: {corners(TOO_LARGE)}"),
])  # fmt: skip
add(SHAPES, "boxes", [
    (case, value, ValueError,
     f"boxes[{i}] has x2 < x1 or y2 < y1 (four numbers are x1, y1, x2, y2): {corners(box)}")
    for case, value, i, box in (
        ("x2 < x1", [[1, 2, 9, 8], [9, 2, 1, 8]], 1, [[9, 2], [1, 2], [1, 8], [9, 8]]),
        ("y2 < y1", [[1, 8, 9, 2]], 0, [[1, 8], [9, 8], [9, 2], [1, 2]]),
        ("both reversed", [[9.5, 8, 1, 2]], 0, [[9.5, 8], [1, 8], [1, 2], [9.5, 2]]),
    )
])  # fmt: skip
add(CROPS, "boxes", [
    ("a crop beyond the limit", lambda b: [BOX, [[0, 0], [1e9, 0], [1e9, 1e9], [0, 1e9]]],
     ValueError, "boxes[1] makes a crop of 1000000000 x 1000000000 px, over the limit of "
     "1073741824 bytes a crop (set_output_limits)"),
    ("crops beyond the limit", lambda b: [[[0, 0], [18e3, 0], [18e3, 18e3], [0, 18e3]]] * 9,
     ValueError, "boxes[0] to boxes[4] make more than the limit of 4294967296 bytes a call "
     "(set_output_limits)"),
])  # fmt: skip

FAR_PAGE = np.broadcast_to(np.uint16(7), (40, 40_000))
ACROSS = np.float32([[10, 5], [33_000, 5], [33_000, 30], [10, 30]])
CONCAVE = np.float32([[10, 5], [60, 5], [20, 10], [10, 30]])
for function in CROPS.split():
    for name, box, border in (
        ("a box of 32,990 px", ACROSS, "constant"),
        ("a concave box", CONCAVE, "constant"),
        ("a box over the edge, reflected", BOX - 20, "reflect"),
        ("a box at the edge, wrapped", BOX - 9, "wrap"),
    ):
        add_row(f"{function}(a page of 40,000 px, {name})", function,
                {"image": FAR_PAGE, "boxes": lambda b, box=box: [BOX, box], "border": border,
                 "interpolation": "lanczos4"}, ValueError,
                "boxes[1] cannot be cut from a page with a side over 32,766 px: it is not convex, "
                "is nearly degenerate, reads over 32,766 px of the page, reads beyond 2**24 px, "
                "or, with a border other than constant and replicate, lies partly outside: "
                f"{corners(box)}")  # fmt: skip


# ---- options of crops ----


OR_INT = dict.fromkeys(("interpolation", "border"), " or cv2's int")


def add_choice(functions, argument, choices, others):
    text = f"{argument} must be {choices}, got"
    cases = [(repr(value)[:30], value, ValueError, f"{text} {value!r}") for value in others]
    cases.append(("a long text", "x" * 100_000, ValueError, f"{text} 'xxx…"))
    ints = OR_INT.get(argument, "")
    wanted = f"a str{ints}"
    for value in (True if ints else 1, None, b"linear", ["linear"], 2.0):
        of = type(value).__name__
        cases.append((repr(value), value, TypeError, f"{argument} must be {wanted}, not {of}"))
    for value in (-1, 5, 18, 10**5000) if ints else ():
        text = f"{argument} must be {choices}, or cv2's int for one of them, got {shown(value)}"
        cases.append((shown(value), value, ValueError, text))
    add(functions, argument, cases)


add_choice(CROPS, "interpolation", '"nearest", "linear", "cubic", "area" or "lanczos4"',
           ["bilinear", "Linear", "", "linear\0", "\udc80"])  # fmt: skip
add_choice(CROPS, "border", '"constant", "replicate", "reflect", "reflect101" or "wrap"',
           ["mirror", "reflect_101", "", "wrap\0"])  # fmt: skip
ARITHMETIC_NAMES = 'arithmetic must be "opencv4", "opencv5" or "auto", got'
for functions in (SHAPES, "crop_batches iter_crop_batches"):
    add(functions, "arithmetic", [
        *[(repr(value)[:30], value, ValueError, f"{ARITHMETIC_NAMES} {value!r}")
          for value in ("opencv6", "OpenCV5", "", "auto\0")],
        *[(repr(value), value, TypeError,
           f"arithmetic must be a str, not {type(value).__name__}") for value in (5, b"auto", [])],
    ])  # fmt: skip
add_choice(SHAPES, "degenerate", '"raise", "skip" or "empty"', ["leave", "", "raise\0"])

add_choice(SHAPES, "size", '"longer", "edges", "longer_edges" or "mean"', ["long", "", "mean\0"])
add_choice(SHAPES, "corners", '"w" or "w-1"', ["w - 1", "h", ""])
add_choice(SHAPES, "transform", '"perspective" or "affine"', ["Affine", ""])
add(SHAPES, "tall_ratio", [
    *[(repr(value), value, TypeError,
       f"tall_ratio must be a number or None, not {type(value).__name__}")
      for value in ("1.5", True, [1.5], 1j, {})],
    *[(repr(value), value, ValueError,
       f"tall_ratio must be a finite number above 0, got {value!r}")
      for value in (0, -0.0, -1.5, NAN, INF, -INF)],
    ("10**400", 10**400, ValueError, "tall_ratio is beyond float64"),
])  # fmt: skip
add(SHAPES, "grayscale", [
    (repr(value), value, TypeError,
     f"grayscale must be True or False, not {type(value).__name__}")
    for value in (None, 1, "yes", [], {})
])  # fmt: skip


def convention(**fields):
    return SimpleNamespace(**{**dataclasses.asdict(fastcv.CropConvention()), **fields})


NAMES = ", ".join(f'"{name}"' for name in fastcv.CONVENTIONS)
NO_CONVENTION = "convention must be a name or a CropConvention, not"
add(SHAPES, "convention", [
    *[(repr(value), value, TypeError, f"{NO_CONVENTION} {type(value).__name__}")
      for value in (None, 3, b"fastcv", ["fastcv"], {"size": "longer"})],
    *[(repr(value), value, ValueError,
       f"convention must be a CropConvention or one of {NAMES}, got {value!r}")
      for value in ("", "Fastcv", "fastcv\0", "\udc80")],
    ("a long text", "x" * 100_000, ValueError, f"convention must be … {NAMES}, got 'xxx…"),
    ("an object without grayscale", lambda c: SimpleNamespace(
        **{name: value for name, value in vars(convention()).items() if name != "grayscale"}),
     TypeError, f"{NO_CONVENTION} types.SimpleNamespace"),
    ("another size", lambda c: convention(size="long"), ValueError,
     'convention.size must be "longer", "edges", "longer_edges" or "mean", got \'long\''),
    ("another upright", lambda c: convention(upright="mine"), ValueError,
     'convention.upright must be "quad", "doctr", "easyocr" or "mmocr", got \'mine\''),
    ("corners of a number", lambda c: convention(corners=1), TypeError,
     "convention.corners must be a str, not int"),
    ("another border", lambda c: convention(border="mirror"), ValueError,
     "convention.border must be …, got 'mirror'"),
    ("a ratio of 0", lambda c: convention(tall_ratio=0), ValueError,
     "convention.tall_ratio must be a finite number above 0, got 0"),
    ("no grayscale", lambda c: convention(grayscale=None), TypeError,
     "convention.grayscale must be True or False, not NoneType"),
])  # fmt: skip
for function in CROPS.split():
    add_row(f"{function}(gray of uint16)", function,
            {"image": to("uint16"), "grayscale": True}, ValueError,
            "grayscale needs an image of uint8, not uint16")  # fmt: skip
    add_row(f"{function}(gray of two channels)", function,
            {"image": lambda i: i[..., :2], "convention": "easyocr"}, ValueError,
            "grayscale needs an image of 1, 3 or 4 channels, not 2")  # fmt: skip
    add_row(f"{function}(slices with no pixel)", function,
            {"boxes": [[1, 2, 9, 8], [90, 2, 99, 8]], "convention": "doctr"}, ValueError,
            "boxes[1] has no pixel of the page: [[90, 2], [99, 2], [99, 8], [90, 8]]")  # fmt: skip
    add_row(f"{function}(a turned crop beyond the limit)", function,
            {"boxes": [[[0, 0], [1e3, 0], [1e3, 1e6], [0, 1e6]]], "tall_ratio": 2}, ValueError,
            "boxes[0] makes a crop of 1000000 x 1000 px, over the limit of 1073741824 bytes a "
            "crop (set_output_limits)")  # fmt: skip
add("crop_shapes", "image_shape", [
    ("3", 3, TypeError, "image_shape must be a tuple or None, not int"),
    ("'ab'", "ab", TypeError, "image_shape must be a tuple or None, not str"),
    ("an array", lambda s: np.array([3, 4]), TypeError,
     "image_shape must be a tuple or None, not numpy.ndarray"),
    ("one number", (3,), ValueError,
     "image_shape must be (height, width) or (height, width, channels), got 1 numbers"),
    ("four numbers", (1, 2, 3, 4), ValueError,
     "image_shape must be (height, width) or (height, width, channels), got 4 numbers"),
    ("a side of 0", (5, 0), ValueError, "image_shape[1] must be at least 1, got 0"),
    ("a float", (5.0, 3), TypeError, "image_shape[0] must be an int, not float"),
])  # fmt: skip
add_row("crop_shapes(slices without image_shape)", "crop_shapes",
        {"boxes": [[1, 2, 3, 4]], "convention": "doctr"}, ValueError,
        "the convention makes slices of upright boxes, which end where the page ends: image_shape "
        "is needed")  # fmt: skip

NO_NUMBER = "border_value must be a number or one number a channel, not"
ONE_EACH = "border_value must be a number or one number a channel"
add(CROPS, "border_value", [
    ("256", 256, ValueError, "border_value 256.0 is outside the image's dtype"),
    ("(0, -1, 0)", (0, -1, 0), ValueError, "border_value -1.0 is outside the image's dtype"),
    ("nan", NAN, ValueError, "border_value nan is outside the image's dtype"),
    ("inf", INF, ValueError, "border_value inf is outside the image's dtype"),
    ("10**5000", 10**5000, ValueError, "border_value is beyond float64"),
    ("a number short", (1, 2), ValueError, f"{ONE_EACH} (3), got 2 numbers"),
    ("none", (), ValueError, f"{ONE_EACH}, got 0 numbers"),
    ("five", (1,) * 5, ValueError, f"{ONE_EACH}, got 5 numbers"),
    ("a matrix", lambda b: np.zeros((3, 3)), TypeError, f"{NO_NUMBER} numpy.ndarray"),
    ("text in an array", lambda b: np.array("a"), TypeError, f"{NO_NUMBER} numpy.ndarray"),
    ("'white'", "white", TypeError, f"{NO_NUMBER} str"),
    ("three texts", ["1", "2", "3"], TypeError, f"{NO_NUMBER} str"),
    ("b'abc'", b"abc", TypeError, f"{NO_NUMBER} bytes"),
    ("None", None, TypeError, f"{NO_NUMBER} NoneType"),
    ("a dict", {}, TypeError, f"{NO_NUMBER} dict"),
    ("1j", 1j, TypeError, f"{NO_NUMBER} complex"),
])  # fmt: skip
for function in CROPS.split():
    add_row(f"{function}(float32, border_value=1e300)", function,
            {"image": lambda i: i.astype(np.float32), "border_value": 1e300}, ValueError,
            "border_value 1e+300 is outside the image's dtype")  # fmt: skip

# ---- conventions ----

add("CropConvention", "size", [
    ("'long'", "long", ValueError,
     'size must be "longer", "edges", "longer_edges" or "mean", got \'long\''),
    ("1", 1, TypeError, "size must be a str, not int"),
    ("None", None, TypeError, "size must be a str, not NoneType"),
])  # fmt: skip
for name, choices in {
    "corners": '"w-1" or "w"',
    "transform": '"perspective" or "affine"',
    "order": '"given", "clockwise" or "min_area_rect"',
    "upright": '"quad", "doctr", "easyocr" or "mmocr"',
    "interpolation": '"linear", "nearest", "cubic", "area" or "lanczos4"',
    "border": '"constant", "replicate", "reflect", "reflect101" or "wrap"',
}.items():
    add("CropConvention", name, [
        ("''", "", ValueError, f"{name} must be {choices}, got ''"),
        ("b'w'", b"w", TypeError, f"{name} must be a str{OR_INT.get(name, '')}, not bytes"),
    ])  # fmt: skip
for name in OR_INT:
    add("CropConvention", name, [
        *[(str(value), value, ValueError,
           f"{name} must be …, or cv2's int for one of them, got {value}")
          for value in (-1, 5, 18)],
        ("True", True, TypeError, f"{name} must be a str or cv2's int, not bool"),
        ("2.0", 2.0, TypeError, f"{name} must be a str or cv2's int, not float"),
    ])  # fmt: skip
BORDER_VALUE = "border_value must be a number or one number a channel"
add("CropConvention", "border_value", [
    ("'white'", "white", TypeError, f"{BORDER_VALUE}, not str"),
    ("None", None, TypeError, f"{BORDER_VALUE}, not NoneType"),
    ("[1, None]", [1, None], TypeError, f"{BORDER_VALUE}, not NoneType"),
    ("[]", [], ValueError, f"{BORDER_VALUE}, got 0 numbers"),
    ("5 numbers", [1, 2, 3, 4, 5], ValueError, f"{BORDER_VALUE}, got 5 numbers"),
    ("10**400", 10**400, ValueError, "border_value is beyond float64"),
])  # fmt: skip
add("CropConvention", "tall_ratio", [
    ("'1.5'", "1.5", TypeError, "tall_ratio must be a number or None, not str"),
    ("True", True, TypeError, "tall_ratio must be a number or None, not bool"),
    *[(str(value), value, ValueError, f"tall_ratio must be a finite number above 0, got {value!r}")
      for value in (0, -1.5, NAN, INF)],
])  # fmt: skip
add("CropConvention", "grayscale", [
    ("1", 1, TypeError, "grayscale must be True or False, not int"),
    ("None", None, TypeError, "grayscale must be True or False, not NoneType"),
])  # fmt: skip


# ---- logits ----

add_int("decode_ctc", "blank", most=3)
LOGITS_TYPE = "logits must be an array of float32 or float16, not"
THREE_AXES = "logits must be (texts, steps, classes), not shape"
add("decode_ctc", "logits", [
    *[(dtype, to(dtype), TypeError, f"{LOGITS_TYPE} {np.dtype(dtype)}")
      for dtype in ("float64", "int32", "uint8", "bool", "complex64", "object")],
    ("None", None, TypeError, f"{LOGITS_TYPE} NoneType"),
    ("a str", "logits", TypeError, f"{LOGITS_TYPE} str"),
    ("a dict", lambda good: {"logits": good}, TypeError, f"{LOGITS_TYPE} dict"),
    ("a ragged list", [[1, 2], [3]], TypeError, "logits must be an array, not list"),
    ("lists of floats", LOGITS.tolist(), TypeError, f"{LOGITS_TYPE} float64"),
    ("a masked array", masked, TypeError, f"logits {NOT_PLAIN}"),
    ("a number", np.float32(3), ValueError, f"{THREE_AXES} ()"),
    ("one text", lambda good: good[0], ValueError, f"{THREE_AXES} (4, 4)"),
    ("four axes", lambda good: good[np.newaxis], ValueError, f"{THREE_AXES} (1, 1, 4, 4)"),
    ("no class", lambda good: good[..., :0], ValueError,
     "logits must have 1 to 1048576 classes, not shape (1, 4, 0)"),
    ("2**20 + 1 classes", np.broadcast_to(np.float32(0), (1, 2, (1 << 20) + 1)), ValueError,
     "logits must have 1 to 1048576 classes, not shape (1, 2, 1048577)"),
    ("2**20 + 1 steps", np.broadcast_to(np.float32(0), (1, (1 << 20) + 1, 4)), ValueError,
     "logits must have at most 1048576 steps, not shape (1, 1048577, 4)"),
    ("2**40 texts", np.broadcast_to(np.float32(0), (1 << 40, 2, 4)), ValueError,
     "the result is larger than the limit of 4294967296 bytes a call (set_output_limits)"),
])  # fmt: skip
add("decode_ctc", "characters", [
    ("None", None, TypeError, "characters must be a sequence of str, not NoneType"),
    ("7", 7, TypeError, "characters must be a sequence of str, not int"),
    ("a set", {"a"}, TypeError, "characters must be a sequence of str, not set"),
    ("a dict", {0: "a"}, TypeError, "characters must be a sequence of str, not dict"),
    ("bytes", b"-abc", TypeError, "characters must be a sequence of str, not bytes"),
    ("a generator", lambda good: iter(good), TypeError,
     "characters must be a sequence of str, not list_iterator"),
    ("three entries", "-ab", ValueError,
     "characters must have an entry for each of 4 classes, got 3"),
    ("no entry", [], ValueError, "characters must have an entry for each of 4 classes, got 0"),
    ("an int in it", ["-", "a", 5, "c"], TypeError, "characters[2] must be a str, not int"),
    ("bytes in it", ["-", b"a", "b", "c"], TypeError, "characters[1] must be a str, not bytes"),
])  # fmt: skip
add("decode_ctc", "ignore", [
    ("None", None, TypeError, "ignore must be ints, not NoneType"),
    ("an int", 3, TypeError, "ignore must be ints, not int"),
    ("a str", "a", TypeError, "ignore[0] must be an int, not str"),
    ("a float", [1, 2.0], TypeError, "ignore[1] must be an int, not float"),
    ("-1", [-1], ValueError, "ignore[0] must be from 0 to 3, got -1"),
    ("4", [1, 4], ValueError, "ignore[1] must be from 0 to 3, got 4"),
])  # fmt: skip
add("decode_ctc", "confidence", [
    ("None", None, TypeError, "confidence must be a str, not NoneType"),
    ("1", 1, TypeError, "confidence must be a str, not int"),
    ("'mean'", "mean", ValueError, 'confidence must be "rapidocr", "paddleocr", "easyocr" or '
     '"doctr", got \'mean\''),
])  # fmt: skip
add("decode_ctc", "columns", [
    ("1", 1, TypeError, "columns must be True or False, not int"),
    ("None", None, TypeError, "columns must be True or False, not NoneType"),
])  # fmt: skip
add_row("decode_ctc(unknown=1)", "decode_ctc", {"unknown": 1}, TypeError, "…unknown…")
add_row("DecodedText()", "DecodedText", {"confidences": MISSING}, TypeError, "…'confidences'")


# ---- recognisers' inputs ----

for name in ("height", "width_multiple", "word_min_width", "word_multiple", "batch_size"):
    add_int("RecognizerInput", name, least=1, most=32767 if name == "height" else 2**31 - 1)
for name in ("min_width", "max_width"):
    add_int("RecognizerInput", name, "an int or None", 1, 2**31 - 1)
for name, choices in {
    "width_rounding": '"floor", "ceil" or "word"',
    "width_by": '"batch", "word" or "call"',
    "fit": '"height", "stretch" or "contain"',
    "word_rounding": '"ceil", "floor" or "ceil_scaled"',
    "filter": '"linear" or "pillow_bilinear"',
    "channels": '"bgr", "rgb" or "gray"',
    "sort": '"quicksort", "stable" or None',
    "dtype": '"float32", "float16" or "uint8"',
    "layout": '"NCHW" or "NHWC"',
}.items():
    wanted = "a str or None" if "None" in choices else "a str"
    add("RecognizerInput", name, [
        ("''", "", ValueError, f"{name} must be {choices}, got ''"),
        ("1", 1, TypeError, f"{name} must be {wanted}, not int"),
        ("float32", np.float32, TypeError, f"{name} must be {wanted}, not type"),
    ])  # fmt: skip
add("RecognizerInput", "height", [("True", True, TypeError, "height must be an int, not bool")])
WIDTHS = "buckets must be an int, a sequence of int or None, not"
add("RecognizerInput", "buckets", [
    ("'32'", "32", TypeError, f"{WIDTHS} str"),
    ("32.0", 32.0, TypeError, f"{WIDTHS} float"),
    ("0", 0, ValueError, "buckets must be from 1 to 2147483647, got 0"),
    ("[]", [], ValueError, "buckets must have at least one width"),
    ("[32, None]", [32, None], TypeError, "buckets[1] must be an int, not NoneType"),
    ("[32, 0]", [32, 0], ValueError, "buckets[1] must be from 1 to 2147483647, got 0"),
    ("[32, 32]", [32, 32], ValueError, "buckets[1] must be over buckets[0], got 32"),
])  # fmt: skip
for name, wanted in {
    "divisor": "a number",
    "mean": "a number or one number a channel",
    "std": "a number or one number a channel",
    "pad_value": 'a number or "edge"',
}.items():
    add("RecognizerInput", name, [
        ("None", None, TypeError, f"{name} must be {wanted}, not NoneType"),
        ("True", True, TypeError, f"{name} must be {wanted}, not bool"),
        ("a 0-d array", np.array(1.0), TypeError, f"{name} must be {wanted}, not numpy.ndarray"),
        ("1e39", 1e39, ValueError, f"{name} must be finite in float32, got 1e+39"),
        ("NaN", NAN, ValueError, f"{name} must be finite in float32, got nan"),
        ("10**400", 10**400, ValueError, f"{name} is beyond float64"),
    ])  # fmt: skip
for name in ("mean", "std"):
    add("RecognizerInput", name, [
        ("2 numbers", (1, 2), ValueError,
         f"{name} must be a number or one number a channel, got 2 numbers"),
        ("text", (1, 2, "3"), TypeError,
         f"{name} must be a number or one number a channel, not str"),
    ])  # fmt: skip
NOT_FINITE = "normalization must give finite values in float32"
add("RecognizerInput", "std", [("0", 0, ValueError, NOT_FINITE)])
add("RecognizerInput", "divisor", [
    ("0", 0, ValueError, NOT_FINITE), ("1e-60", 1e-60, ValueError, NOT_FINITE),
])  # fmt: skip
TABLE = "normalization must be a str or an array of numbers, not"
ARITHMETIC = '"divide", "multiply", "float64", "multiply_float64" or "scale_shift"'
add("RecognizerInput", "normalization", [
    ("'other'", "other", ValueError,
     f"normalization must be {ARITHMETIC}, got 'other'"),
    ("None", None, TypeError, f"{TABLE} NoneType"),
    ("text", ["a"] * 256, TypeError, f"{TABLE} <U1"),
    ("ragged", [[1], [2, 3]], TypeError, f"{TABLE} list"),
    ("masked", lambda good: np.ma.zeros(256), TypeError, f"normalization {NOT_PLAIN}"),
    ("2 channels", np.zeros((2, 256)), ValueError,
     "normalization must have shape (3, 256) or (256,), not (2, 256)"),
    ("NaN", np.full(256, NAN), ValueError, NOT_FINITE),
    ("1e39", np.full(256, 1e39), ValueError, NOT_FINITE),
])  # fmt: skip
add("RecognizerInput", "pad_value", [
    ("'wrap'", "wrap", ValueError, 'pad_value must be a number or "edge", got \'wrap\''),
])  # fmt: skip
add("RecognizerInput", "pad_before_normalization", [
    ("1", 1, TypeError, "pad_before_normalization must be True or False, not int"),
])  # fmt: skip
for fields, text in (
    ({"max_width": 100}, "min_width must be at most max_width, 100, got 320"),
    ({"fit": "contain"}, 'fit must not be "contain" unless min_width and max_width are the same, '
     "got 320 and None"),
    ({"dtype": "uint8", "pad_value": 0.5}, "pad_value must be a pixel's, 0 to 255, got 0.5"),
    ({"dtype": "uint8", "pad_value": 256}, "pad_value must be a pixel's, 0 to 255, got 256"),
    ({"pad_before_normalization": True, "pad_value": -1},
     "pad_value must be a pixel's, 0 to 255, got -1"),
    ({"pad_value": "edge", "fit": "contain", "max_width": 320},
     'pad_value must not be "edge" with fit "contain", which pads below'),
    ({"buckets": 32, "width_by": "call"},
     'width_by must not be "call" with buckets, got 32'),
    ({"buckets": (320, 640), "max_width": 400},
     "buckets must be at most max_width, 400, got 640"),
):  # fmt: skip
    add_row(f"RecognizerInput({fields})", "RecognizerInput", fields, ValueError, text)


# ---- detectors' inputs ----

add_int("DetectorInput", "multiple", least=1, most=2**31 - 1)
add_int("DetectorInput", "max_side_limit", "an int or None", 1, 2**31 - 1)
add_int("DetectorInput", "min_side", least=0, most=2**31 - 1)
add_int("DetectorInput", "pad_value", least=0, most=255)
for name, choices in {
    "limit_type": '"min", "max", "resize_long", "height", "stretch" or "contain"',
    "rounding": '"nearest", "ceil" or "pad"',
    "align": '"start" or "center"',
    "filter": '"linear" or "pillow_bilinear"',
    "channels": '"bgr", "rgb" or "gray"',
    "dtype": '"float32", "float16" or "uint8"',
    "layout": '"NCHW" or "NHWC"',
}.items():
    add("DetectorInput", name, [
        ("''", "", ValueError, f"{name} must be {choices}, got ''"),
        ("None", None, TypeError, f"{name} must be a str, not NoneType"),
        ("float32", np.float32, TypeError, f"{name} must be a str, not type"),
    ])  # fmt: skip
for name in ("limit_side_len", "magnification"):
    add("DetectorInput", name, [
        ("None", None, TypeError, f"{name} must be a number, not NoneType"),
        ("True", True, TypeError, f"{name} must be a number, not bool"),
        ("'736'", "736", TypeError, f"{name} must be a number, not str"),
        ("10**400", 10**400, ValueError, f"{name} is beyond float64"),
    ])  # fmt: skip
add("DetectorInput", "limit_side_len", [
    (str(value), value, ValueError, f"limit_side_len must be from 1 to 2147483647, got {value:g}")
    for value in (0, 0.99, -5, 2.0**31, INF, NAN)
])  # fmt: skip
add("DetectorInput", "magnification", [
    *((str(value), value, ValueError, f"magnification must be finite and over 0, got {value:g}")
      for value in (0, -1, INF, NAN)),
    ("2", 2, ValueError, 'magnification must be 1 unless limit_type is "max"'),
])  # fmt: skip
add("DetectorInput", "pad_small", [
    ("1", 1, TypeError, "pad_small must be True or False, not int"),
])  # fmt: skip
A_SIZE = "size must be a height and a width"
add("DetectorInput", "size", [
    ("5", 5, TypeError, f"{A_SIZE} or None, not int"),
    ("'ab'", "ab", TypeError, f"{A_SIZE} or None, not str"),
    ("(5,)", (5,), ValueError, f"{A_SIZE}, got 1 numbers"),
    ("(5, 0)", (5, 0), ValueError, "size[1] must be from 1 to 2147483647, got 0"),
    ("(5., 6)", (5.0, 6), TypeError, "size[0] must be an int, not float"),
    ("(5, 6)", (5, 6), ValueError, 'size must be None with limit_type "min"'),
])  # fmt: skip
add_row("DetectorInput(stretch without a size)", "DetectorInput", {"limit_type": "stretch"},
        ValueError, f'{A_SIZE} with limit_type "stretch"')  # fmt: skip
for name, wanted in {
    "divisor": "a number",
    "mean": "a number or one number a channel",
    "std": "a number or one number a channel",
}.items():
    add("DetectorInput", name, [
        ("None", None, TypeError, f"{name} must be {wanted}, not NoneType"),
        ("NaN", NAN, ValueError, f"{name} must be finite in float32, got nan"),
    ])  # fmt: skip
add("DetectorInput", "std", [
    ("0", 0, ValueError, NOT_FINITE),
    ("2 numbers", (1, 2), ValueError,
     "std must be a number or one number a channel, got 2 numbers"),
])  # fmt: skip
add("DetectorInput", "normalization", [
    ("'other'", "other", ValueError, f"normalization must be {ARITHMETIC}, got 'other'"),
    ("None", None, TypeError, f"{TABLE} NoneType"),
    ("2 channels", np.zeros((2, 256)), ValueError,
     "normalization must have shape (3, 256) or (256,), not (2, 256)"),
    ("NaN", np.full(256, NAN), ValueError, NOT_FINITE),
])  # fmt: skip
add("detector_input", "spec", [
    ("736", 736, TypeError, "spec must be a DetectorInput or a str, not int"),
    ("None", None, TypeError, "spec must be a DetectorInput or a str, not NoneType"),
    ("'doctr'", "doctr", ValueError,
     'spec must be a DetectorInput or one of "rapidocr", "paddleocr", …, got \'doctr\''),
])  # fmt: skip
add("detector_input", "image", [
    ("None", None, TypeError, f"image must be an array of uint8, not NoneType: {NOT_READ}"),
    ("a str", "page", TypeError, f"image must be an array of uint8, not str: {A_PATH}"),
    ("float64", to("float64"), TypeError, "image must be an array of uint8, not float64"),
    ("no rows", lambda good: good[:0], ValueError, "image must have at least one pixel, not …"),
    ("2 channels", lambda good: good[:, :, :2], ValueError,
     "image must have 1, 3 or 4 channels, not 2"),
    ("a batch", lambda good: good[None], ValueError,
     "image must be (height, width) or (height, width, channels), not shape (1, 60, 80, 3): "
     "one image at a time: pass image[0]"),
    ("masked", lambda good: masked(good), TypeError, f"image {NOT_PLAIN}"),
    ("no pages", [], ValueError, "image must have at least one page"),
    ("a page and None", lambda good: [good, None], TypeError,
     f"image[1] must be an array of uint8, not NoneType: {NOT_READ}"),
    ("rows", lambda good: [good, good[0, :, 0]], ValueError,
     "image[1] must be (height, width) or …"),
    ("pages of two sizes", lambda good: [good, good[:, :40]], ValueError,
     "image[1] comes to 1088 x 736 px, but image[0] to 736 x 992"),
])  # fmt: skip
A_STRIP = {"image": np.zeros((40, 2000), np.uint8),
           "spec": fastcv.DetectorInput(limit_type="max", limit_side_len=64)}  # fmt: skip
add_row("detector_input(a strip)", "detector_input", A_STRIP, ValueError,
        "image: a page of 40 x 2000 px comes to a height of 0 px")  # fmt: skip
VALUES = 3 * 736 * 992
add("detector_input", "out", [
    ("a str", "here", TypeError, "out must be an ndarray, not str"),
    ("a list", [np.zeros(VALUES, np.float32)], TypeError, "out must be an ndarray, not list"),
    ("too small", np.zeros(VALUES - 1, np.float32), ValueError,
     f"out must have at least {VALUES} items, got {VALUES - 1}"),
    ("float64", np.zeros(VALUES), ValueError, "out must have the input's dtype, not float64"),
    ("not contiguous", np.zeros(2 * VALUES, np.float32)[::2], ValueError,
     "out must be C-contiguous"),
])  # fmt: skip


# ---- batches ----

WORDS = "crop_batches iter_crop_batches"
IMAGES = "image_batches iter_image_batches"
BATCHES = f"{WORDS} {IMAGES}"
NONE_FOR = "input must be given: there is none for"
add(BATCHES, "input", [
    ("48", 48, TypeError, "input must be a RecognizerInput or a str, not int"),
    ("'tesseract'", "tesseract", ValueError,
     'input must be a RecognizerInput or one of "rapidocr", "paddleocr", …, got \'tesseract\''),
    ("'doctr'", "doctr", ValueError,
     f"{NONE_FOR} 'doctr', because docTR resizes with torch's antialiased filter"),
])  # fmt: skip
add(IMAGES, "input", [
    ("None", None, TypeError, "input must be a RecognizerInput or a str, not NoneType"),
])  # fmt: skip
add(WORDS, "convention", [
    ("'easyocr'", "easyocr", ValueError, f"{NONE_FOR} 'easyocr', because EasyOCR …"),
    ("'mmocr'", "mmocr", ValueError, f"{NONE_FOR} 'mmocr', because MMOCR has one for each …"),
    ("one's own", fastcv.CropConvention(), ValueError,
     "input must be given with a convention of one's own"),
])  # fmt: skip
add(BATCHES, "rotated_180", [
    ("[1]", [1], TypeError, "rotated_180 must be an array of bool, not int64"),
    ("True", True, ValueError, "rotated_180 must have shape (1,), not ()"),
    ("two", [True, False], ValueError, "rotated_180 must have shape (1,), not (2,)"),
    ("masked", lambda good: np.ma.zeros(1, bool), TypeError, f"rotated_180 {NOT_PLAIN}"),
])  # fmt: skip
ORDER = "word_order must be an array of int, not"
add(BATCHES, "word_order", [
    ("[0.0]", [0.0], TypeError, f"{ORDER} float64"),
    ("[[0], [0, 1]]", [[0], [0, 1]], TypeError, f"{ORDER} list"),
    ("a set", {0}, TypeError, f"{ORDER} set"),
    ("2**63", [2**63], ValueError, "word_order[0] is 9223372036854775808: there is no such word"),
    ("[1]", [1], ValueError, "word_order[0] is 1: there is no such word"),
    ("[-1]", [-1], ValueError, "word_order[0] is -1: there is no such word"),
    ("two", [0, 0], ValueError, "word_order must have shape (1,), not (2,)"),
])  # fmt: skip
add_int(BATCHES, "num_threads", "an int or None", 1, 1024)
add(WORDS, "degenerate", [
    ("'empty'", "empty", ValueError, 'degenerate must be "raise" or "skip", got \'empty\''),
    ("None", None, TypeError, "degenerate must be a str, not NoneType"),
])  # fmt: skip
add(WORDS, "image", [
    ("float64", to("float64"), TypeError, "image must be an array of uint8, not float64"),
    ("uint16", to("uint16"), TypeError, "image must be an array of uint8, not uint16"),
    ("a str", "page", TypeError, f"image must be an array of uint8, not str: {A_PATH}"),
    ("None", None, TypeError, f"image must be an array of uint8, not NoneType: {NOT_READ}"),
    ("empty", lambda good: good[:0], ValueError, "image must …"),
    ("2 channels", lambda good: good[:, :, :2], ValueError, "image must have 1, 3 or 4 …"),
    ("masked", lambda good: masked(good), TypeError, f"image {NOT_PLAIN}"),
    ("a list, but not of boxes", lambda good: [good], ValueError, "…boxes…"),
])  # fmt: skip
add(WORDS, "boxes", [
    ("None", None, TypeError, f"boxes must hold ints or floats, not NoneType{FORMATS}"),
    ("NaN", [np.full((4, 2), NAN)], ValueError, "boxes[0] has a corner that is not finite: …"),
    ("a line", [np.float32([[1, 1], [1, 1], [9, 9], [9, 9]])], ValueError, "boxes[0] is …"),
    ("three corners", [BOX[:3]], ValueError, "boxes[0] must have shape …"),
])  # fmt: skip
add(WORDS, "interpolation", [
    ("'best'", "best", ValueError, 'interpolation must be "nearest", "linear", …, got \'best\''),
])  # fmt: skip
add(WORDS, "convention", [
    ("'tesseract'", "tesseract", ValueError, "convention must be a CropConvention or one of …"),
    ("1", 1, TypeError, "convention must be …"),
])  # fmt: skip
add(IMAGES, "crops", [
    ("7", 7, TypeError, "crops must be a sequence of arrays, not int"),
    ("None", None, TypeError, "crops must be a sequence of arrays, not NoneType"),
    ("one crop", PAGE, ValueError, "crops must be a list of arrays, or one array of shape "
     "(n, height, width, channels), not (60, 80, 3)"),
    ("a str", "ab", TypeError, "crops[0] must be an array of uint8, not str: this looks like a "
     "path, which cv2.imread(crops[0]) reads"),
    ("[None]", [None], TypeError,
     f"crops[0] must be an array of uint8, not NoneType: {NOT_READ}"),
    ("float64", [PAGE, PAGE.astype(float)], TypeError,
     "crops[1] must be an array of uint8, not float64"),
    ("no rows", [PAGE[:0]], ValueError,
     "crops[0] must have at least one pixel, not shape (0, 80, 3)"),
    ("2 channels", [PAGE[:, :, :2]], ValueError, "crops[0] must have 1, 3 or 4 channels, not 2"),
    ("one axis", [PAGE[0, 0]], ValueError,
     "crops[0] must be (height, width) or (height, width, channels), not shape (3,)"),
    ("masked", [masked(PAGE)], TypeError, f"crops[0] {NOT_PLAIN}"),
])  # fmt: skip
ITEMS = 3 * 48 * 320
add("crop_batches image_batches", "out", [
    ("a str", "here", TypeError, "out must be an ndarray, not str"),
    ("too small", np.zeros(ITEMS - 1, np.float32), ValueError,
     f"out must have at least {ITEMS} items, got {ITEMS - 1}"),
    ("float64", np.zeros(ITEMS), ValueError, "out must have the input's dtype, not float64"),
    ("not contiguous", np.zeros(2 * ITEMS, np.float32)[::2], ValueError,
     "out must be C-contiguous"),
    ("no array a batch", [], ValueError, "out must have an array for each of 1 batches, got 0"),
    ("another shape", [np.zeros((1, 3, 48, 321), np.float32)], ValueError,
     "out[0] must have shape (1, 3, 48, 320), not shape (1, 3, 48, 321)"),
])  # fmt: skip
NARROW = [np.broadcast_to(np.uint8(0), (1, 10**7))]
add_row("image_batches(a tensor over the limit)", "image_batches", {"crops": NARROW}, ValueError,
        "…limit of 4294967296 bytes a call (set_output_limits)")  # fmt: skip
add_row("iter_image_batches(a tensor over the limit)", "iter_image_batches", {"crops": NARROW},
        ValueError, "batch 0 takes 276480000000 bytes, over the limit of 4294967296 bytes a call "
        "(set_output_limits)")  # fmt: skip
TWO = {"image": lambda good: [good, good], "boxes": lambda good: [good, good]}
for function in WORDS.split():
    for fields, error, text in (
        ({"rotated_180": True}, TypeError, "rotated_180 must be a list of one array a page, "
         "not bool"),
        ({"rotated_180": [[True]]}, ValueError, "rotated_180 must have one array a page, 2, not 1"),
        ({"rotated_180": [[True], []]}, ValueError,
         "rotated_180[1] must have shape (1,), not (0,)"),
        ({"word_order": [0, 1]}, ValueError, "word_order must have shape (2, 2), not (2,)"),
        ({"word_order": [[0, 0], [2, 0]]}, ValueError,
         "word_order[1] is [2, 0]: there is no such word"),
        ({"word_order": [[0, 0], [1, 1]]}, ValueError,
         "word_order[1] is [1, 1]: there is no such word"),
        ({"word_order": [[0, 0], [0, 0]]}, ValueError,
         "word_order[1] is [0, 0] again: each word must be there once"),
    ):  # fmt: skip
        add_row(f"{function}(two pages, {fields})", function, {**TWO, **fields}, error, text)


# ---- out ----

NEEDED = 30 * 13 * 3


def read_only(good):
    array = np.zeros(NEEDED, np.uint8)
    array.setflags(write=False)
    return array


def shifted(good):
    return np.zeros(NEEDED * 2 + 1, np.uint8)[1:].view(np.uint16)


def empty(*shape_and_dtype):
    return lambda good: np.zeros(*shape_and_dtype)


add(CROPS, "out", [
    ("a list", [0] * NEEDED, TypeError, "out must be an ndarray or None, not list"),
    ("a bytearray", bytearray(NEEDED), TypeError, "out must be an ndarray or None, not bytearray"),
    ("a scalar", np.uint8(3), TypeError, "out must be an ndarray or None, not numpy.uint8"),
    ("a masked array", lambda o: np.ma.zeros(NEEDED), TypeError, f"out {NOT_PLAIN}"),
    ("uint16", empty(NEEDED, np.uint16), ValueError,
     "out must have the image's dtype, not uint16"),
    ("int8", empty(NEEDED, np.int8), ValueError, "out must have the image's dtype, not int8"),
    ("objects", empty(NEEDED, object), ValueError, "out must have the image's dtype, not object"),
    ("a matrix", empty((1, NEEDED), np.uint8), ValueError,
     "out must be one-dimensional, not shape (1, 1170)"),
    ("no axis", empty((), np.uint8), ValueError, "out must be one-dimensional, not shape ()"),
    ("an item short", empty(NEEDED - 1, np.uint8), ValueError,
     "out must have at least 1170 items, got 1169"),
    ("nothing", empty(0, np.uint8), ValueError, "out must have at least 1170 items, got 0"),
    ("read-only", read_only, ValueError, "out must be writeable"),
    ("one item for all", lambda o: np.broadcast_to(np.uint8(0), NEEDED), ValueError,
     "out must be writeable"),
    ("every other item", lambda o: np.zeros(2 * NEEDED, np.uint8)[::2], ValueError,
     "out must be contiguous"),
    ("backwards", lambda o: np.zeros(NEEDED, np.uint8)[::-1], ValueError,
     "out must be contiguous"),
    ("the image", lambda o: PAGE.reshape(-1)[7:], ValueError,
     "out must not lie within the image's memory"),
])  # fmt: skip
for function in CROPS.split():
    add_row(f"{function}(out=swapped)", function, {"image": to("u2"), "out": empty(NEEDED, ">u2")},
            ValueError, "out must have the image's dtype, not >u2")  # fmt: skip
    add_row(f"{function}(out=unaligned)", function, {"image": to("u2"), "out": shifted},
            ValueError, "out must be aligned")  # fmt: skip
    for case, value, reason in (
        ("boxes", lambda b: [BOX, BOX * 0], "boxes[1] is under 2 px …"),
        ("border_value", 1e9, "border_value 1000000000.0 is outside …"),
    ):
        add_row(f"{function}(out=good, {case}=bad)", function,
                {"out": empty(2 * NEEDED, np.uint8), case: value}, ValueError, reason)  # fmt: skip


# ---- polygons ----


def polygon(x, y):
    return SimpleNamespace(x=x, y=y)


A_POLYGON = "must be an array of shape (k, 2), or an object with arrays x and y"
SOME = "{} must be a list of polygons or an array of shape (n, k, 2), not"
SHAPED = "{} must have shape (n, k, 2), not"
FLAT = "must be a one-dimensional array"
POLYGONS = [
    ("a number", 3, TypeError, f"{SOME} int"),
    ("None", None, TypeError, f"{SOME} NoneType"),
    ("a str", "ab", TypeError, f"{{}}[0] {A_POLYGON}, not str"),
    ("a dict", {1: 2}, ValueError, f"{{}}[0] {A_POLYGON}, not shape ()"),
    ("one polygon", lambda p: SQUARE.copy(), ValueError, f"{SHAPED} shape (4, 2)"),
    ("vertices in space", lambda p: np.zeros((5, 4, 3)), ValueError, f"{SHAPED} shape (5, 4, 3)"),
    ("no vertices", lambda p: np.zeros((5, 0, 2)), ValueError, f"{SHAPED} shape (5, 0, 2)"),
    ("complex numbers", lambda p: np.zeros((5, 4, 2), complex), TypeError,
     f"{{}} {NO_TYPE} complex128"),
    ("bools", lambda p: np.zeros((5, 4, 2), bool), TypeError, f"{{}} {NO_TYPE} bool"),
    ("text", lambda p: np.full((5, 4, 2), "a"), TypeError, f"{{}} {NO_TYPE} <U1"),
    ("dates", lambda p: np.zeros((5, 4, 2), "M8[s]"), TypeError, f"{{}} {NO_TYPE} datetime64[s]"),
    ("bools of another shape", lambda p: np.zeros((5, 4), bool), TypeError, f"{{}} {NO_TYPE} bool"),
    ("objects", lambda p: np.zeros((5, 4, 2), object), TypeError, f"{{}}[0] {NO_TYPE} object"),
    ("a masked array", lambda p: masked(np.zeros((5, 4, 2))), TypeError, f"{{}} {NOT_PLAIN}"),
    ("a masked one", lambda p: [SQUARE, masked(SQUARE)], TypeError, f"{{}}[1] {NOT_PLAIN}"),
    ("a masked x", lambda p: [polygon(masked(SQUARE[:, 0]), SQUARE[:, 1])], TypeError,
     f"{{}}[0].x {NOT_PLAIN}"),
    ("None in a list", lambda p: [SQUARE, None], TypeError, f"{{}}[1] {A_POLYGON}, not NoneType"),
    ("a flat one", lambda p: [SQUARE, SQUARE, SQUARE.ravel()], ValueError,
     f"{{}}[2] {A_POLYGON}, not shape (8,)"),
    ("an empty list", lambda p: [SQUARE, []], ValueError, f"{{}}[1] {A_POLYGON}, not shape (0,)"),
    ("no vertices in one", lambda p: [np.empty((0, 2))], ValueError,
     f"{{}}[0] {A_POLYGON}, not shape (0, 2)"),
    ("a ragged one", lambda p: [SQUARE, [[0, 0], [1]]], ValueError, f"{{}}[1] {A_POLYGON}"),
    ("a ragged deque", lambda p: [deque([[0, 0], [1]])], ValueError, f"{{}}[0] {A_POLYGON}"),
    ("a list in itself", cycle(), ValueError, f"{{}}[0] {A_POLYGON}"),
    ("text in one", lambda p: [SQUARE, [["a", "b"]]], TypeError, f"{{}}[1] {NO_TYPE} <U1"),
    ("bools in one", lambda p: [SQUARE, SQUARE > 1], TypeError, f"{{}}[1] {NO_TYPE} bool"),
    ("a list of bools", lambda p: [SQUARE, [[True, False]]], TypeError, f"{{}}[1] {NO_TYPE} bool"),
    ("complex numbers in one", lambda p: [SQUARE, SQUARE + 1j], TypeError,
     f"{{}}[1] {NO_TYPE} complex128"),
    ("objects in one", lambda p: [SQUARE, SQUARE.astype(object)], TypeError,
     f"{{}}[1] {NO_TYPE} object"),
    ("None in one", lambda p: [SQUARE, [[0, None]]], TypeError, f"{{}}[1] {NO_TYPE} NoneType"),
    ("an int beyond 64 bits", lambda p: [SQUARE, [[0, 10**30]]], TypeError,
     f"{{}}[1] {NO_TYPE} an int beyond 64 bits"),
    ("only x", lambda p: [SimpleNamespace(x=[1])], TypeError,
     f"{{}}[0] {A_POLYGON}, not types.SimpleNamespace"),
    ("x and y of unequal length", lambda p: [SQUARE, polygon([1, 2, 3], [1, 2])], ValueError,
     "{}[1].y must have the shape of x, not shape (2,)"),
    ("no x", lambda p: [polygon([], [])], ValueError,
     f"{{}}[0].x {FLAT} that is not empty, not shape (0,)"),
    ("x is a number", lambda p: [polygon(1, 2)], ValueError,
     f"{{}}[0].x {FLAT} that is not empty, not shape ()"),
    ("x is a matrix", lambda p: [polygon(SQUARE, SQUARE)], ValueError,
     f"{{}}[0].x {FLAT} that is not empty, not shape (4, 2)"),
    ("y is text", lambda p: [polygon([1], ["a"])], TypeError, f"{{}}[0].y {NO_TYPE} <U1"),
    ("y is None", lambda p: [polygon([1.0], None)], TypeError, f"{{}}[0].y {NO_TYPE} NoneType"),
    ("y holds objects", lambda p: [polygon([1.0], np.array([object()]))], TypeError,
     f"{{}}[0].y {NO_TYPE} object"),
    ("x holds bools", lambda p: [SQUARE, polygon(SQUARE[:, 0] > 1, SQUARE[:, 1])], TypeError,
     f"{{}}[1].x {NO_TYPE} bool"),
    ("x holds complex numbers", lambda p: [polygon([1j], [1])], TypeError,
     f"{{}}[0].x {NO_TYPE} complex128"),
    ("a ragged x", lambda p: [polygon([1, [2]], [1, 2])], ValueError, f"{{}}[0].x {FLAT}"),
]  # fmt: skip
AN_INDEX = ("an index", INDEX, TypeError, f"{SOME} fastcv.PolygonIndex")


def called(name, cases):
    return [(case, value, error, text.replace("{}", name)) for case, value, error, text in cases]


add("match_polygons", "polygons", called("polygons", POLYGONS))
add("find_close_polygons PolygonIndex", "polygons", called("polygons", [*POLYGONS, AN_INDEX]))
for case, value, error, text in called("polygon_sets[1][1]", [*POLYGONS, AN_INDEX]):
    add_row(f"select_best_polygon(a set of {case})", "select_best_polygon",
            {"polygon_sets": lambda sets, value=value: [
                (0, SQUARES), (0, value(sets) if isinstance(value, FunctionType) else value)
            ]}, error, text)  # fmt: skip
add("select_best_polygon", "polygon_sets", [
    ("a number", 3, TypeError,
     "polygon_sets must be a list of pairs (point, polygons), not int"),
    ("numbers", [3], TypeError, "polygon_sets[0] must be a pair (point, polygons)"),
    ("three", lambda s: [(0, SQUARES), (1, SQUARES, 2)], ValueError,
     "polygon_sets[1] must be a pair (point, polygons)"),
    ("an empty pair", lambda s: [(0, SQUARES), ()], ValueError,
     "polygon_sets[1] must be a pair (point, polygons)"),
    ("no polygons", lambda s: [(0, SQUARES), (0, [])], IndexError,
     "polygon_sets[1] has no polygons"),
    ("an array of no polygons", lambda s: [(0, np.empty((0, 4, 2)))], IndexError,
     "polygon_sets[0] has no polygons"),
])  # fmt: skip

add("match_polygons PolygonIndex.match", "points", [
    ("a number", 3, ValueError, "points must have shape (m, 2), not shape ()"),
    ("None", None, TypeError, f"points {NO_TYPE} NoneType"),
    ("a str", "ab", TypeError, f"points {NO_TYPE} str"),
    ("a generator", lambda p: (point for point in p), TypeError, f"points {NO_TYPE} generator"),
    ("one point", lambda p: np.zeros(2), ValueError,
     "points must have shape (m, 2), not shape (2,)"),
    ("points in space", lambda p: np.zeros((3, 3)), ValueError,
     "points must have shape (m, 2), not shape (3, 3)"),
    ("no points in space", lambda p: np.zeros((0, 3)), ValueError,
     "points must have shape (m, 2), not shape (0, 3)"),
    ("complex numbers", lambda p: np.zeros((3, 2), complex), TypeError,
     f"points {NO_TYPE} complex128"),
    ("bools", lambda p: np.zeros((3, 2), bool), TypeError, f"points {NO_TYPE} bool"),
    ("objects", lambda p: np.zeros((3, 2), object), TypeError, f"points {NO_TYPE} object"),
    ("text in an array", lambda p: np.full((3, 2), "a"), TypeError, f"points {NO_TYPE} <U1"),
    ("a masked array", lambda p: np.ma.zeros((3, 2)), TypeError, f"points {NOT_PLAIN}"),
    ("numbers", [1, 2], ValueError, "points[0] must have shape (2,), not shape ()"),
    ("half a point", [[1, 2], [3]], ValueError, "points[1] must have shape (2,), not shape (1,)"),
    ("None in a list", [[1, 2], None], TypeError, f"points[1] {NO_TYPE} NoneType"),
    ("True in a list", [[1, 2], True], TypeError, f"points[1] {NO_TYPE} bool"),
    ("a list of bools", [[1, 2], [True, False]], TypeError, f"points[1] {NO_TYPE} bool"),
    ("complex numbers in a list", [[1, 2], [1j, 2]], TypeError, f"points[1] {NO_TYPE} complex128"),
    ("text", [[1, 2], ["a", "b"]], TypeError, f"points[1] {NO_TYPE} <U1"),
    ("an int beyond 64 bits", [[1, 2], [3, 10**30]], TypeError,
     f"points[1] {NO_TYPE} an int beyond 64 bits"),
    ("a ragged one", [[1, 2], [3, [4]]], ValueError, "points[1] must have shape (2,)"),
    ("a list in itself", cycle(), ValueError, "points[0] must have shape (2,)"),
    ("a masked one", lambda p: [[1, 2], np.ma.zeros(2)], TypeError, f"points[1] {NOT_PLAIN}"),
])  # fmt: skip
add("find_close_polygons PolygonIndex.find_close", "point", [
    ("a number", 3, ValueError, "point must have shape (2,), not shape ()"),
    ("three numbers", [1, 2, 3], ValueError, "point must have shape (2,), not shape (3,)"),
    ("a list of one", [[1, 2]], ValueError, "point must have shape (2,), not shape (1, 2)"),
    ("text", ["a", "b"], TypeError, f"point {NO_TYPE} <U1"),
    ("a str", "ab", TypeError, f"point {NO_TYPE} str"),
    ("None", None, TypeError, f"point {NO_TYPE} NoneType"),
    ("bools", lambda p: np.array([True, False]), TypeError, f"point {NO_TYPE} bool"),
    ("complex numbers", [1j, 2], TypeError, f"point {NO_TYPE} complex128"),
    ("objects", lambda p: np.array([1, 2], object), TypeError, f"point {NO_TYPE} object"),
    ("a masked array", lambda p: np.ma.zeros(2), TypeError, f"point {NOT_PLAIN}"),
])  # fmt: skip
add("match_polygons find_close_polygons PolygonIndex.match PolygonIndex.find_close", "max_dist", [
    ("'3'", "3", TypeError, "max_dist must be a number, not str"),
    ("None", None, TypeError, "max_dist must be a number, not NoneType"),
    ("[3]", [3], TypeError, "max_dist must be a number, not list"),
    ("3j", 3j, TypeError, "max_dist must be a number, not complex"),
    ("array([1, 2])", lambda d: np.array([1.0, 2.0]), TypeError,
     "max_dist must be a number, not numpy.ndarray"),
    ("array('a')", lambda d: np.array("a"), TypeError,
     "max_dist must be a number, not numpy.ndarray"),
    ("10**400", 10**400, ValueError, "max_dist is beyond float64"),
])  # fmt: skip


# ---- boxes of a detector ----

add_choice("DetectorBoxes", "score", '"box" or "contour"', ["fast", "", "box\0"])
add_choice("DetectorBoxes", "contours", '"all" or "outer"', ["list"])
add_choice("DetectorBoxes", "rectangle", '"least" or "upright"', ["straight"])
add_choice("DetectorBoxes", "mean", '"float64" or "float32"', ["float16"])
add_choice("DetectorBoxes", "unclip_measure", '"float64", "opencv" or "sides"', ["shapely"])
add_choice("DetectorBoxes", "scaling", '"float32", "mixed", "float64" or "exact"', ["float16"])
add_choice("DetectorBoxes", "corners", '"rectangle", "by_x", "by_sum" or "by_angle"', ["clockwise"])
add_choice("DetectorBoxes", "order", '"found", "lines" or "bubbles"', ["given"])
for name, limits in {
    "threshold": "0 to 1", "box_threshold": "0 to 1", "unclip_ratio": "0 to 100",
    "min_side": "1.99 to 16777216", "min_grown_side": "0 to 16777216",
}.items():  # fmt: skip
    add("DetectorBoxes", name, [
        ("None", None, TypeError, f"{name} must be a number, not NoneType"),
        ("True", True, TypeError, f"{name} must be a number, not bool"),
        ("'1'", "1", TypeError, f"{name} must be a number, not str"),
        ("-1", -1, ValueError, f"{name} must be from {limits}, got -1"),
        ("1e9", 1e9, ValueError, f"{name} must be from {limits}, got 1e+09"),
        ("NaN", NAN, ValueError, f"{name} must be from {limits}, got nan"),
        ("inf", INF, ValueError, f"{name} must be from {limits}, got inf"),
        ("10**400", 10**400, ValueError, f"{name} is beyond float64"),
    ])  # fmt: skip
add("DetectorBoxes", "min_side", [
    ("1.9", 1.9, ValueError, "min_side must be from 1.99 to 16777216, got 1.9"),
])  # fmt: skip
for name in ("inclusive", "opening", "dilation"):
    add("DetectorBoxes", name, [
        (repr(value), value, TypeError,
         f"{name} must be True or False, not {type(value).__name__}")
        for value in (None, 1, "yes", [[1, 1], [1, 1]])
    ])  # fmt: skip
add_int("DetectorBoxes", "max_candidates", least=1, most=2**31 - 1)
add_int("DetectorBoxes", "min_extent", least=1, most=1 << 24)
add_int("DetectorBoxes", "min_page_side", least=1, most=1 << 24)
for function, argument in (
    ("detector_boxes", "probabilities"), ("craft_boxes", "region"), ("craft_boxes", "link"),
):  # fmt: skip
    NO_MAP = f"{argument} must be an array of float32 or float16, not"
    NO_SHAPE = f"{argument} must be (H, W), (1, H, W) or (1, 1, H, W), not shape"
    add(function, argument, [
        ("None", None, TypeError, f"{NO_MAP} NoneType"),
        ("a str", "map", TypeError, f"{NO_MAP} str"),
        ("float64", to("f8"), TypeError, f"{NO_MAP} float64"),
        ("uint8", to("u1"), TypeError, f"{NO_MAP} uint8"),
        ("bool", to("?"), TypeError, f"{NO_MAP} bool"),
        ("complex64", to("c8"), TypeError, f"{NO_MAP} complex64"),
        ("objects", to("O"), TypeError, f"{NO_MAP} object"),
        ("ragged", [[1.0], [2.0, 3.0]], TypeError, f"{NO_MAP} list"),
        ("masked", masked, TypeError, f"{argument} {NOT_PLAIN}"),
        ("1-D", lambda good: good[0], ValueError, f"{NO_SHAPE} (96,)"),
        ("two maps", lambda good: np.stack([good, good]), ValueError, f"{NO_SHAPE} (2, 64, 96)"),
        ("no map", lambda good: good[None][:0], ValueError, f"{NO_SHAPE} (0, 64, 96)"),
        ("5-D", lambda good: good[None, None, None], ValueError, f"{NO_SHAPE} (1, 1, 1, 64, 96)"),
        ("no rows", lambda good: good[:0], ValueError,
         f"{argument} must have at least one pixel, not shape (0, 96)"),
        ("no columns", lambda good: good[:, :0], ValueError,
         f"{argument} must have at least one pixel, not shape (64, 0)"),
        ("a long row", lambda good: np.broadcast_to(good[:1, :1], (1, (1 << 24) + 1)), ValueError,
         f"{argument} must have at most 16777216 px a side, not shape (1, 16777217)"),
        ("too many px", lambda good: np.broadcast_to(good[:1, :1], (1 << 16, 1 << 15)), ValueError,
         f"{argument} must have fewer than 2147483647 pixels, not shape (65536, 32768)"),
    ])  # fmt: skip
add("craft_boxes", "link", [
    ("another shape", lambda good: good[:63], ValueError,
     "link must have the shape of region, (64, 96), not (63, 96)"),
    ("turned", lambda good: good.T, ValueError,
     "link must have the shape of region, (64, 96), not (96, 64)"),
])  # fmt: skip
for name in ("text_threshold", "link_threshold", "low_text", "ratio"):
    add("craft_boxes", name, [
        ("None", None, TypeError, f"{name} must be a number, not NoneType"),
        ("True", True, TypeError, f"{name} must be a number, not bool"),
        ("'1'", "1", TypeError, f"{name} must be a number, not str"),
        ("NaN", NAN, ValueError, f"{name} must be finite in float32, got nan"),
        ("inf", INF, ValueError, f"{name} must be finite in float32, got inf"),
        ("1e39", 1e39, ValueError, f"{name} must be finite in float32, got 1e+39"),
        ("10**400", 10**400, ValueError, f"{name} is beyond float64"),
    ])  # fmt: skip
add("craft_boxes", "ratio", [
    ("0", 0, ValueError, "ratio must be from 1e-06 to 1e+06, got 0"),
    ("-1", -1, ValueError, "ratio must be from 1e-06 to 1e+06, got -1"),
    ("1e7", 1e7, ValueError, "ratio must be from 1e-06 to 1e+06, got 1e+07"),
    ("()", (), ValueError, "ratio must be a number or two, got 0"),
    ("three", [1, 2, 3], ValueError, "ratio must be a number or two, got 3"),
    ("(1, None)", (1, None), TypeError, "ratio[1] must be a number, not NoneType"),
    ("(0, 1)", (0, 1), ValueError, "ratio[0] must be from 1e-06 to 1e+06, got 0"),
    ("two pages'", [(1, 1), (2, 2)], TypeError, "ratio[0] must be a number, not tuple"),
])  # fmt: skip
NO_PAGE = f"page_shape {NO_PAGE}"
add("detector_boxes", "page_shape", [
    ("None", None, TypeError, f"{NO_PAGE} NoneType"),
    ("an int", 5, TypeError, f"{NO_PAGE} int"),
    ("a str", "ab", TypeError, f"{NO_PAGE} str"),
    ("one number", (5,), ValueError, "page_shape must be (height, width), got 1 numbers"),
    ("a str in it", (5, "5"), TypeError, "page_shape[1] must be an int, not str"),
    ("a float in it", (5.0, 5), TypeError, "page_shape[0] must be an int, not float"),
    ("0", (0, 5), ValueError, "page_shape[0] must be from 1 to 16777216, got 0"),
    ("an empty page", np.empty((5, 0)), ValueError,
     "page_shape[1] must be from 1 to 16777216, got 0"),
    ("2**24 + 1", (5, (1 << 24) + 1), ValueError,
     "page_shape[1] must be from 1 to 16777216, got 16777217"),
    ("2**64", (1 << 64, 5), ValueError, f"page_shape[0] must be from 1 to 16777216, got {1 << 64}"),
])  # fmt: skip
add("detector_boxes", "spec", [
    ("None", None, TypeError, "spec must be a str or a DetectorBoxes, not NoneType"),
    ("a dict", {}, TypeError, "spec must be a str or a DetectorBoxes, not dict"),
    ("'easyocr'", "easyocr", ValueError, "spec must be …, got 'easyocr'"),
])  # fmt: skip

NO_SPEC = "must be a str or a"
add("read_page", "page", [
    ("None", None, TypeError, f"page must be an array of uint8, not NoneType: {NOT_READ}"),
    ("a path", "page.png", TypeError, "page must be an array of uint8, not str: "
     "this looks like a path, which cv2.imread(page) reads"),
    ("two pages", lambda good: [good, good[:9]], TypeError,
     "page must be an array of uint8, not list"),
    ("float64", to("f8"), TypeError, "page must be an array of uint8, not float64"),
    ("masked", masked, TypeError, f"page {NOT_PLAIN}"),
    ("uint16", to("u2"), TypeError, "page must be an array of uint8, not uint16"),
    ("1-D", lambda good: good[0, :, 0], ValueError,
     "page must be (height, width) or (height, width, channels) with at least one pixel, "
     "not shape (80,)"),
    ("empty", lambda good: good[:0], ValueError, "page must be …, not shape (0, 80, 3)"),
])  # fmt: skip
for argument in ("detector", "recognizer"):
    add("read_page", argument, [
        ("None", None, TypeError, f"{argument} must be callable, not NoneType"),
        ("a str", "onnx", TypeError, f"{argument} must be callable, not str"),
    ])  # fmt: skip
add("read_page", "recognizer", [
    ("two texts a word", lambda good: lambda tensor: good(np.repeat(tensor, 2, axis=0)), ValueError,
     "recognizer must return one text a word, got 2 for 1 words"),
])  # fmt: skip
add("read_page", "detector_spec", [
    ("None", None, TypeError, f"detector_spec {NO_SPEC} DetectorInput, not NoneType"),
    ("'doctr'", "doctr", ValueError, "detector_spec must be …, got 'doctr'"),
    ("'onnxtr'", "onnxtr", ValueError, "detector_spec must not pad the page"),
])  # fmt: skip
add("read_page", "boxes_spec", [
    ("{}", {}, TypeError, f"boxes_spec {NO_SPEC} DetectorBoxes, not dict"),
    ("'east'", "east", ValueError, "boxes_spec must be …, got 'east'"),
])  # fmt: skip
add("read_page", "input", [
    ("5", 5, TypeError, "input must be a RecognizerInput or a str, not int"),
    ("'east'", "east", ValueError, "input must be …, got 'east'"),
])  # fmt: skip
add("read_page", "ignore", [("5", 5, TypeError, "ignore must be ints, not int")])
add("read_page", "min_confidence", [
    ("None", None, TypeError, "min_confidence must be a number, not NoneType"),
    ("NaN", NAN, ValueError, "min_confidence must be from 0 to 1, got nan"),
    ("1.5", 1.5, ValueError, "min_confidence must be from 0 to 1, got 1.5"),
])  # fmt: skip


# ---- arguments too many and too few ----

for function in FUNCTIONS:
    add_row(f"{function}(one argument too many)", function, {"*": (1,) * 9}, TypeError, "…")
    add_row(f"{function}(an unknown argument)", function, {"flags": 1}, TypeError, "…")
    if GOOD.get(function):
        first = next(iter(GOOD[function]))
        add_row(f"{function}(no {first})", function, dict.fromkeys(GOOD[function], MISSING),
                TypeError, "…")  # fmt: skip


# ---- files ----


def png_of(width, height, body=b""):
    """Return a PNG of 8-bit colour whose header gives this size."""

    def chunk(kind, content):
        check = struct.pack(">I", zlib.crc32(kind + content))
        return struct.pack(">I", len(content)) + kind + content + check

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(body))


def encoded(suffix, dtype):
    return cv2.imencode(suffix, PAGE.astype(dtype))[1].tobytes()


FILES = {
    "empty.png": lambda: b"",
    "text.png": lambda: b"hello" * 100,
    "cut.png": lambda: encoded(".png", "u1")[:40],
    "vast.ppm": lambda: (
        b"BM" + struct.pack("<IIIIiiHH", 54, 0, 54, 40, 2**31 - 1, 2**31 - 1, 1, 24)
    ),
    "large.png": lambda: png_of(60_000, 60_000),
    "array.png": lambda: b"\x93NUMPY\x01\x00" + bytes(200),
    "page.json": lambda: b'{"boxes": []}',
    "page.pdf": lambda: b"%PDF-1.7\n" + bytes(100),
    "page.heic": lambda: b"\0\0\0\x18ftypheic" + bytes(100),
    "noise.jpg": lambda: bytes(range(256)),
    "deep.png": lambda: encoded(".png", "u2"),
    "deep, but says otherwise.jpg": lambda: encoded(".png", "u2"),
    "float.tiff": lambda: encoded(".tiff", "f4"),
}


@functools.cache
def folder():
    """Make a folder of bad files, which lasts as long as the process."""
    place = tempfile.TemporaryDirectory(prefix="fastcv-bad-")
    for name, make in FILES.items():
        Path(place.name, name).write_bytes(make())
    os.mkfifo(Path(place.name, "pipe"))
    os.symlink("loop", Path(place.name, "loop"))
    return place


def path_of(name):
    return lambda good: str(Path(folder().name, name))


UNREAD = {
    "empty.png": "an empty file, not an image",
    "text.png": "text that begins with 'hellohellohellohello', not an image that OpenCV can read",
    "cut.png": "a PNG image that ends too early",
    "array.png": "a NumPy array, not an image that OpenCV can read",
    "page.json": "text that begins with '{\"boxes\": []}', not an image that OpenCV can read",
    "page.pdf": "a PDF, not an image",
    "page.heic": "an image or a film of type 'heic', which this OpenCV does not read",
    "noise.jpg": "a file of unknown type, not an image that OpenCV can read",
}
NO_8_BITS = "image must be uint8, not"
add(PANELS, "image_or_path", [
    *[(name, path_of(name), ValueError, f"{what}: '…{name}'") for name, what in UNREAD.items()],
    ("vast.ppm", path_of("vast.ppm"), ValueError,
     "a BMP image that ends too early: Unexpected end of input stream: '…vast.ppm'"),
    ("large.png", path_of("large.png"), ValueError, "an image of more pixels than are allowed …"),
    ("deep.png", path_of("deep.png"), TypeError, f"{NO_8_BITS} uint16: '…deep.png'"),
    ("deep.jpg", path_of("deep, but says otherwise.jpg"), TypeError, f"{NO_8_BITS} uint16: '…"),
    ("float.tiff", path_of("float.tiff"), TypeError, f"{NO_8_BITS} float32: '…"),
    ("a missing file", path_of("none.png"), FileNotFoundError,
     "…: No such file or directory: '…none.png'"),
    ("a missing Path", lambda good: Path(folder().name, "none.png"), FileNotFoundError,
     "…: No such file or directory: '…none.png'"),
    ("an empty path", "", FileNotFoundError, "…: No such file or directory: ''"),
    ("a file as folder", path_of("text.png/a.png"), NotADirectoryError, "…: Not a directory: '…"),
    ("a loop of links", path_of("loop"), OSError, "…: Too many levels of symbolic links: '…loop'"),
    ("a long path", "a" * 4000, OSError, "…: File name too long: 'aaa…"),
    ("a folder", lambda good: folder().name, IsADirectoryError, "…: Is a directory: '…"),
    ("a pipe", path_of("pipe"), ValueError, "not a regular file: '…pipe'"),
    ("/dev/zero", "/dev/zero", ValueError, "not a regular file: '/dev/zero'"),
    ("a NUL", "a\0b", ValueError, "embedded null byte: 'a\\x00b'"),
])  # fmt: skip
for function in PANELS.split():
    add_row(f"{function}(a large panel)", function, {
        "image_or_path": lambda good: np.arange(1 << 16, dtype="<u4").view("u1").reshape(256, -1, 4)
        [..., :3], "N": 1 << 16,
    }, ValueError, "N makes a panel of 65536 colours, 6442450944 bytes, over the limit of "
    "4294967296 bytes a call (set_output_limits)")  # fmt: skip
    add_row(f"{function}(a panel of many boxes)", function, {
        "image_or_path": PAGE, "boxes": lambda b: np.zeros((1 << 16, 4)),
    }, ValueError, "boxes make a panel of 65536 bands, 6442450944 bytes, over the limit of "
    "4294967296 bytes a call (set_output_limits)")  # fmt: skip
