"""Files: pictures and boxes read with care, for they may come from anywhere; results written whole.

What is wrong with a file is an OSError, or a ValueError or TypeError in one sentence.
"""

from __future__ import annotations

import json
import os
import stat
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

MAX_FILE_BYTES = 1 << 30
"""A larger file of boxes or of an encoded picture is refused before it is read."""


def load_cv2() -> Any:
    """Import OpenCV's Python package, which only files need."""
    try:
        import cv2
    except ImportError as error:
        raise ImportError(
            "reading a path needs OpenCV's Python package: pip install 'fastcv[io]'"
        ) from error
    return cv2


def decode(content: NDArray[np.uint8]) -> NDArray[Any]:
    """Decode a picture as OpenCV does with ``cv2.IMREAD_UNCHANGED``."""
    cv2 = load_cv2()
    try:
        image = cv2.imdecode(content, cv2.IMREAD_UNCHANGED) if content.size else None
    except cv2.error as error:
        if "MAX_IMAGE" in str(error):
            raise ValueError("an image of more pixels than are allowed") from None
        raise ValueError(f"an image that OpenCV cannot decode: {error.err}") from None
    if image is None:
        raise ValueError("not an image that OpenCV can read")
    return np.asarray(image)


def read_image(path: str | os.PathLike[str]) -> NDArray[Any]:
    """Read a picture of a regular file of at most `MAX_FILE_BYTES`."""
    return decode(np.frombuffer(_read_bytes(path), np.uint8))


def read_boxes(path: Path) -> NDArray[Any]:
    """Read quads, shape (n, 4, 2), of a .npy, or of JSON: a list, or an object's key "boxes"."""
    boxes = _load_npy(path) if path.suffix == ".npy" else _load_json(path)
    if boxes.size == 0:
        return np.empty((0, 4, 2), np.float32)
    if boxes.dtype.kind not in "iuf":
        raise TypeError(f"boxes must be numbers, not {boxes.dtype}")
    if boxes.ndim != 3 or boxes.shape[1:] != (4, 2):
        raise ValueError(f"boxes must have shape (n, 4, 2), not {boxes.shape}")
    return boxes


def write_whole(path: Path, content: bytes) -> None:
    """Write a file such that nobody ever sees a part of it, with the rights of any new file."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:100]}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        mask = os.umask(0)
        os.umask(mask)
        os.chmod(name, 0o666 & ~mask)
        os.replace(name, path)
    except BaseException:
        with suppress(FileNotFoundError):
            os.unlink(name)
        raise


def encode(image: NDArray[Any], suffix: str) -> bytes:
    """Encode a picture as what the suffix says, as OpenCV does."""
    cv2 = load_cv2()
    try:
        done, content = cv2.imencode(suffix, image)
    except cv2.error as error:
        raise ValueError(f"OpenCV cannot write {suffix}: {error.err}") from None
    if not done:
        raise ValueError(f"OpenCV cannot write {suffix} of {image.shape} {image.dtype}")
    return bytes(content)


def _check(path: str | os.PathLike[str]) -> None:
    status = os.stat(path)
    if not stat.S_ISREG(status.st_mode):
        raise ValueError("not a regular file")
    if status.st_size > MAX_FILE_BYTES:
        raise ValueError(f"larger than {MAX_FILE_BYTES:,} bytes")


def _read_bytes(path: str | os.PathLike[str]) -> bytes:
    _check(path)
    with open(path, "rb") as file:
        return file.read(MAX_FILE_BYTES)


def _load_npy(path: Path) -> NDArray[Any]:
    _check(path)
    try:  # mapped first: a header may promise more than the file has
        mapped = np.load(path, mmap_mode="r", allow_pickle=False)
        return np.array(mapped)
    except (ValueError, SyntaxError, EOFError, MemoryError) as error:
        raise ValueError(f"not an array of numbers: {error}") from None


def _load_json(path: Path) -> NDArray[Any]:
    try:
        content = json.loads(_read_bytes(path))
    except RecursionError:
        raise ValueError("lists in lists, too deep for boxes") from None
    except ValueError as error:
        raise ValueError(f"not JSON: {error}") from None
    if isinstance(content, dict):
        if "boxes" not in content:
            raise ValueError('an object without the key "boxes"')
        content = content["boxes"]
    if not isinstance(content, list):
        raise ValueError(f"no list of boxes, but {type(content).__name__}")
    try:
        return np.asarray(content)
    except (ValueError, OverflowError):
        return _blame(content)


def _blame(boxes: list[Any]) -> NDArray[Any]:
    """Name the first box that is none."""
    for index, box in enumerate(boxes):
        with suppress(ValueError, OverflowError):
            if np.asarray(box).shape == (4, 2):
                continue
        raise ValueError(f"boxes[{index}] is not four points of two numbers")
    raise ValueError("boxes must be four points of two numbers each")
