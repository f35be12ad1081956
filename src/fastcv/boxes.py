"""Read files of boxes with care, because they may come from anywhere.

What is wrong with one is an OSError, or a ValueError or TypeError in one sentence.
"""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from .files import read_bytes

if TYPE_CHECKING:
    from numpy.typing import NDArray

MAX_FILE_BYTES = 1 << 25
"""About 300,000 boxes of JSON. Python's lists may take 25 times the memory of their text."""


def read_boxes(path: Path) -> NDArray[Any]:
    """Read quads, shape (n, 4, 2), from a .npy or from JSON: a list, or an object's key "boxes"."""
    content = read_bytes(path, MAX_FILE_BYTES)
    return _parse_npy(content) if path.suffix == ".npy" else _parse_json(content)


def _parse_npy(content: bytes) -> NDArray[Any]:
    try:
        boxes = np.lib.format.read_array(io.BytesIO(content), allow_pickle=False)
    except Exception as error:  # the header is Python's syntax: it fails in many ways
        reason = str(error) or type(error).__name__
        raise ValueError(f"not an array of numbers: {reason}") from None
    if boxes.dtype.kind not in "iuf":
        raise TypeError(f"boxes must be numbers, not {boxes.dtype}")
    if boxes.shape == (0,):
        return boxes.reshape(0, 4, 2)
    if boxes.ndim != 3 or boxes.shape[1:] != (4, 2):
        raise ValueError(f"boxes must have shape (n, 4, 2), not {boxes.shape}")
    return np.asarray(boxes)


def _parse_json(content: bytes) -> NDArray[Any]:
    try:
        boxes = json.loads(content)
    except RecursionError:
        raise ValueError("lists in lists, too deep for boxes") from None
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"not JSON: {error}") from None
    except ValueError:  # Python's own limit, sys.set_int_max_str_digits
        raise ValueError("a whole number has too many digits") from None
    if isinstance(boxes, dict):
        if "boxes" not in boxes:
            raise ValueError('an object without the key "boxes"')
        boxes = boxes["boxes"]
    if not isinstance(boxes, list):
        raise ValueError(f"not a list of boxes, but {type(boxes).__name__}")
    for index, box in enumerate(boxes):
        if not _is_quad(box):
            raise ValueError(f"boxes[{index}] is not four points of two numbers")
    return np.array(boxes, np.float64).reshape(-1, 4, 2)


def _is_quad(box: Any) -> bool:
    """Whether this is four points of two numbers. NumPy would also accept text of any size."""
    return (
        isinstance(box, list)
        and len(box) == 4
        and all(isinstance(point, list) and len(point) == 2 for point in box)
        and all(_is_number(value) for point in box for value in point)
    )


def _is_number(value: Any) -> bool:
    return type(value) is float or (type(value) is int and abs(value) < 1 << 1000)
