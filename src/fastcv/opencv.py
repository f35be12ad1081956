"""OpenCV's Python package, which is imported only when a file is read or written."""

from __future__ import annotations

import os
import re
import sys
from typing import Any

from .forks import LOCK

SIZES = (
    "OPENCV_IO_MAX_IMAGE_PIXELS",
    "OPENCV_IO_MAX_IMAGE_WIDTH",
    "OPENCV_IO_MAX_IMAGE_HEIGHT",
    "OPENCV_IO_MAX_IMAGE_PARAMS",
    "OPENCV_IMGCODECS_AVIF_MAX_FILE_SIZE",
    "OPENCV_IMGCODECS_WEBP_MAX_FILE_SIZE",
)
"""Environment variables that imgcodecs reads while it is loaded. A bad value aborts the process."""

_SIZE = re.compile(r"([0-9]{1,20})(?:[MK]B|[MKmk]b)?", re.ASCII)
"""What OpenCV accepts (core/src/system.cpp, ``ParameterSize``): std::stoull and one suffix."""


def check_environment() -> None:
    """Raise a ValueError for a setting with which OpenCV would abort the process."""
    for name in SIZES:
        value = os.environ.get(name, "0")
        match = _SIZE.fullmatch(value)
        if not match or int(match[1]) >= 1 << 64:
            raise ValueError(
                f"the environment variable {name} is {value!r}: "
                "it must be a whole number, such as 1000000, 1000KB or 1MB"
            )


def most_pixels() -> int:
    """How many pixels OpenCV allows a picture (imgcodecs/src/utils.hpp, its default is 2^30)."""
    check_environment()
    value = os.environ.get("OPENCV_IO_MAX_IMAGE_PIXELS")
    if value is None:
        return 1 << 30
    number = re.match("[0-9]+", value)
    assert number
    unit = value[number.end() :].upper()
    return int(number[0]) << {"": 0, "KB": 10, "MB": 20}[unit]


def load_cv2() -> Any:
    """Import cv2."""
    if "cv2" not in sys.modules:
        check_environment()
    try:
        with LOCK:
            import cv2
    except ImportError as error:
        raise ImportError(
            "reading a path needs OpenCV's Python package: pip install 'fastcv-ocr[io]'"
        ) from error
    return cv2
