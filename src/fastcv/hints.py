"""What the caller of a refused call may have meant. Imported only after a refusal.

No function here has a closure: CPython 3.11 loses a reference if memory for one is refused.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from numbers import Real
from typing import Any

import numpy as np

_CPU = 1
"""DLPack's number of the device."""
_IMAGE_KEYS = ("image", "img", "page", "pixels", "array")
_PAGE_KEYS = ("dt_polys", "rec_polys", "boxes", "rec_boxes", "dt_boxes", "polygons", "polys")
"""Of the boxes of a page."""
_WORD_KEYS = ("points", "box", "bbox", "poly", "polygon", "quad", "position", "geometry")
"""Of one box, in a list of words."""
_POLYGONS = 'order="min_area_rect" takes polygons'
_FORMATS = "docs/annotations.md lists the formats of boxes"


def explain(kind: str, function: str, argument: str, value: Any, error: Exception) -> Exception:
    """Return the error with what may have been meant, or the error itself.

    `kind` is "image", "boxes", "polygons" or "array". An error that is not fastcv's own is
    replaced only if the value is a tensor that NumPy cannot read.
    """
    unread = _unread_tensor(argument, value)
    if unread:
        return TypeError(f"{function}: {unread}")
    if not str(error).startswith(f"{function}: "):
        elsewhere = _elsewhere(value)
        return TypeError(f"{function}: {argument} {elsewhere}") if elsewhere else error
    find = None if "masked" in str(error) else _KINDS.get(kind)  # that message is enough
    hint = find(function, argument, value, isinstance(error, TypeError)) if find else ""
    return type(error)(f"{error}: {hint}") if hint else error


# ---- tensors ----


def _unread_tensor(argument: str, value: Any) -> str:
    """Say why NumPy cannot read a tensor as torch's, or one in a list."""
    if isinstance(value, (list, tuple)):
        for index, item in enumerate(value):
            if not isinstance(item, (list, tuple)):
                found = _unread_tensor(f"{argument}[{index}]", item)
                if found:
                    return found
        return ""
    if isinstance(value, np.ndarray) or not callable(getattr(value, "detach", None)):
        return ""
    device, dtype = str(getattr(value, "device", "cpu")), str(getattr(value, "dtype", ""))
    is_bfloat16 = dtype.endswith("bfloat16")
    reasons = [
        *(["needs gradients"] if getattr(value, "requires_grad", False) is True else []),
        *([f"lies on {device:.40}"] if not device.startswith("cpu") else []),
        *(["is bfloat16"] if is_bfloat16 else []),
    ]
    if not reasons:
        return ""
    to_float = ".float()" if is_bfloat16 else ""
    return (
        f"{argument} must be what NumPy can read, not a tensor that {' and '.join(reasons)}: "
        f"pass {argument}.detach().cpu(){to_float}"
    )


def _elsewhere(value: Any) -> str:
    """Say what is wrong with an array of other memory, or with one that only has DLPack."""
    if isinstance(value, type):
        return ""
    if hasattr(value, "__dlpack_device__"):
        device = int(value.__dlpack_device__()[0])
        if device != _CPU:
            return (
                f"must be in the CPU's memory, not on another device (DLPack's type {device}): "
                "copy it first"
            )
    if hasattr(value, "__cuda_array_interface__"):
        return "must be in the CPU's memory, not on a GPU: copy it first"
    if hasattr(value, "__dlpack__") and not hasattr(value, "__array__"):
        return "cannot be read by numpy.from_dlpack"
    return ""


# ---- images ----


def _image(function: str, argument: str, value: Any, is_type_error: bool) -> str:
    return _image_of_type(argument, value) if is_type_error else _image_of_shape(argument, value)


def _image_of_type(argument: str, value: Any) -> str:
    if value is None:
        return "cv2.imread returns None for a file that is missing or that it cannot read"
    if isinstance(value, (str, os.PathLike)):
        return f"this looks like a path, which cv2.imread({argument}) reads"
    if isinstance(value, (bytes, bytearray, memoryview)):
        return _decoded(f"np.frombuffer({argument}, np.uint8)")
    if isinstance(value, Mapping):
        found = _first_key(value, _IMAGE_KEYS)
        return f'pass {argument}["{found}"]' if found else ""
    return ""


def _image_of_shape(argument: str, value: Any) -> str:
    shape = _shape(value)
    turned = "permute" if hasattr(value, "permute") else "transpose"
    if len(shape) == 1 and shape[0] > 100 and getattr(value, "dtype", np.uint8) == np.uint8:
        is_array = isinstance(value, np.ndarray)
        return _decoded(argument if is_array else f"np.frombuffer({argument}, np.uint8)")
    if len(shape) == 3 and _is_first(shape):
        return f"channels come last: pass {argument}.{turned}(1, 2, 0)"
    if len(shape) == 4 and _is_first(shape[1:]):
        return f"one image at a time, channels last: pass {argument}[0].{turned}(1, 2, 0)"
    if len(shape) == 4 and shape[3] in (1, 2, 3, 4):
        return f"one image at a time: pass {argument}[0]"
    return ""


def _decoded(content: str) -> str:
    return f"an encoded picture is decoded by cv2.imdecode({content}, cv2.IMREAD_COLOR)"


def _is_first(shape: tuple[int, ...]) -> bool:
    """Whether channels come first."""
    return shape[0] in (1, 3, 4) and shape[1] > 4 and shape[2] > 4


# ---- boxes ----


def _boxes(function: str, argument: str, value: Any, is_type_error: bool) -> str:
    takes_order = function.startswith(
        ("image_crop", "crop_shapes", "crop_batches", "iter_crop", "check_boxes")
    )
    if isinstance(value, np.ndarray):
        return "" if is_type_error else _boxes_of_shape(argument, value.shape, takes_order)
    hint = _boxes_of_project(argument, value)
    if not hint and not is_type_error:
        if _shape(value) in ((4, 2), (8,), (4,)):  # the error says what to do with one box
            return ""
        hint = _boxes_of_list(argument, value, takes_order)
    return f"{hint}; {_FORMATS}" if hint else _FORMATS


def _boxes_of_list(argument: str, value: Any, takes_order: bool) -> str:
    shapes = set(map(_shape, value)) if isinstance(value, (list, tuple)) else set()
    if len(shapes) == 1:
        shape = (len(value), *shapes.pop())
        return _boxes_of_shape(f"np.array({argument})", shape, takes_order)
    if takes_order and shapes and all(map(_is_polygon, shapes)):
        return _POLYGONS
    return ""


def _boxes_of_shape(argument: str, shape: tuple[int, ...], takes_order: bool) -> str:
    if len(shape) == 2 and shape[1] in (5, 6):
        return f"if a row starts with x1, y1, x2, y2, pass {argument}[:, :4]"
    if len(shape) == 2 and shape[1] in (9, 10):
        return f"if a row starts with eight coordinates, pass {argument}[:, :8]"
    if len(shape) == 3 and shape[1:] == (2, 2):
        return f"two corners a box are x1, y1, x2, y2: pass {argument}.reshape(-1, 4)"
    if len(shape) == 3 and shape[1:] == (2, 4):
        return f"a corner is x, y: pass {argument}.transpose(0, 2, 1)"
    if len(shape) == 4 and shape[1:] == (4, 1, 2):
        return f"contours have an axis more: pass {argument}.reshape(-1, 4, 2)"
    if len(shape) == 4 and shape[2:] == (4, 2):
        return f"one page's boxes at a time: pass {argument}[0]"
    if takes_order and len(shape) == 3 and _is_polygon(shape[1:]):
        return _POLYGONS
    return ""


def _boxes_of_project(argument: str, value: Any) -> str:
    """Say which project's result this looks like, and where its boxes are."""
    if isinstance(value, Mapping):
        found = _first_key(value, _PAGE_KEYS + _WORD_KEYS)
        return f'pass {argument}["{found}"]' if found else ""
    if not isinstance(value, (list, tuple)):
        for name in _PAGE_KEYS:
            if _has(value, name):
                return f"its boxes are in {argument}.{name}"
        return ""
    for index, item in enumerate(value):
        place = f"{argument}[{index}]"
        if isinstance(item, Mapping):
            return _boxes_of_dict(argument, index, item)
        if _is_word(item):
            return (
                f"{place} looks like PaddleOCR's, RapidOCR's or EasyOCR's, a box with its text: "
                f"pass [item[0] for item in {argument}]"
            )
        if isinstance(item, (list, tuple)) and item and _is_word(item[0]):
            return (
                f"{place} looks like a page of PaddleOCR's, boxes with their texts: "
                f"pass [item[0] for item in {place}]"
            )
        if _has(item, "exterior"):
            return (
                f"{place} looks like shapely's: pass [np.array(item.exterior.coords)[:-1] for item "
                f"in {argument}]"
            )
    return ""


def _boxes_of_dict(argument: str, index: int, item: Mapping[Any, Any]) -> str:
    place = f"{argument}[{index}]"
    if page := _first_key(item, _PAGE_KEYS):
        return f'{place} looks like the result of a page: pass {place}["{page}"]'
    word = _first_key(item, _WORD_KEYS)
    if not word:
        return ""
    coco = ", but COCO's are x, y, width, height" if word == "bbox" else ""
    return f'{place} looks like a word: pass [item["{word}"] for item in {argument}]{coco}'


def _is_word(item: Any) -> bool:
    """Whether this is points, text, and maybe a score; or points and (text, score)."""
    if not isinstance(item, (list, tuple)) or len(item) not in (2, 3):
        return False
    points, text = item[0], item[1]
    if isinstance(text, (list, tuple)) and text:
        text = text[0]
    return isinstance(text, str) and _is_polygon(_shape(points))


def _is_polygon(shape: tuple[int, ...]) -> bool:
    return len(shape) == 2 and shape[0] >= 3 and shape[1] == 2


# ---- polygons ----


def _polygons(function: str, argument: str, value: Any, is_type_error: bool) -> str:
    if isinstance(value, np.ndarray):
        shape, array = value.shape, argument
    elif isinstance(value, (list, tuple)) and value:
        shape, array = (len(value), *_shape(value[0])), f"np.array({argument})"
    else:
        shape, array = (), ""
    if is_type_error:
        return _boxes_of_project(argument, value)
    if len(shape) == 2 and shape[1] == 8:
        return f"eight numbers are four corners: pass {array}.reshape(-1, 4, 2)"
    if len(shape) == 2 and shape[1] == 4:
        return (
            "four numbers would be x1, y1, x2, y2: pass "
            f"{array}[:, [0, 1, 2, 1, 2, 3, 0, 3]].reshape(-1, 4, 2)"
        )
    return _boxes_of_project(argument, value)


_KINDS: dict[str, Callable[[str, str, Any, bool], str]] = {
    "image": _image,
    "boxes": _boxes,
    "polygons": _polygons,
}


# ---- any values ----


def _shape(value: Any) -> tuple[int, ...]:
    """The shape of an array, or of up to three levels of lists, by their first items."""
    found = getattr(value, "shape", None)
    if isinstance(found, tuple) and all(isinstance(side, int) for side in found):
        return tuple(found)
    if isinstance(value, (bytearray, memoryview)):
        return (len(value),)
    shape: list[int] = []
    while isinstance(value, (list, tuple)) and len(shape) < 3:
        shape.append(len(value))
        if not value:
            break
        value = value[0]
        if isinstance(value, np.ndarray):
            return (*shape, *value.shape)
    return tuple(shape)


def _first_key(value: Mapping[Any, Any], names: tuple[str, ...]) -> str:
    for name in names:
        if name in value:
            return name
    return ""


def _has(value: Any, name: str) -> bool:
    return not isinstance(value, (str, bytes, Real, type)) and hasattr(value, name)
