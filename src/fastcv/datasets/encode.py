"""Pictures to files' contents."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ..checks import check_int
from ..listener import listen
from ..opencv import load_cv2
from . import png

if TYPE_CHECKING:
    from numpy.typing import NDArray

_8_BITS = {"uint8"}
DTYPES = {
    "png": {"uint8", "uint16"},
    "jpg": _8_BITS,
    "webp": _8_BITS,
    "bmp": _8_BITS,
    "tiff": {"uint8", "uint16", "int16", "float32", "float64"},
    "npy": {"uint8", "uint16", "int16", "float32", "float64"},
}
"""What each format can hold. OpenCV would clip other values to 255, with a warning."""

_QUALITIES = {"jpg": "IMWRITE_JPEG_QUALITY", "webp": "IMWRITE_WEBP_QUALITY"}
"""The formats with a quality, and what OpenCV calls it."""


def encode_all(
    images: Sequence[NDArray[Any]], format: str, quality: int | None = None
) -> list[bytes]:
    """Encode pictures in one of the formats of `DTYPES`. Refuse those that would lose values.

    `quality`, 1 to 100, is that of jpg and webp. None is OpenCV's default: 95 for jpg, and webp
    without loss.
    """
    check_quality(format, quality)
    for dtype in {image.dtype for image in images}:
        if dtype.name not in DTYPES[format]:
            fitting = " or ".join(name for name in DTYPES if dtype.name in DTYPES[name])
            raise TypeError(f"{format} does not hold {dtype}: use {fitting}")
    if format == "jpg" and any(image.ndim == 3 and image.shape[2] == 4 for image in images):
        raise ValueError("jpg does not hold alpha: use png, tiff, webp, bmp or npy")
    if format == "npy":
        return [_encode_npy(image) for image in images]
    if format == "png" and all(map(png.can_encode, images)):
        return png.encode_all(images)
    return _encode_by_opencv(images, format, quality)


def check_quality(format: str, quality: int | None) -> None:
    """Refuse a quality for a format that has none, or beyond 1 to 100."""
    if quality is None:
        return
    if format not in _QUALITIES:
        raise ValueError(f"{format} has no quality: use {' or '.join(_QUALITIES)}")
    check_int("quality", quality, most=100)


def _encode_npy(image: NDArray[Any]) -> bytes:
    memory = io.BytesIO()
    np.save(memory, image)
    return memory.getvalue()


def _encode_by_opencv(
    images: Sequence[NDArray[Any]], format: str, quality: int | None
) -> list[bytes]:
    """Listen once for all of them: that takes as long as to encode four words."""
    cv2 = load_cv2()
    options = [] if quality is None else [getattr(cv2, _QUALITIES[format]), quality]
    contents: list[bytes] = []
    reason = ""
    with listen() as heard:
        try:
            for image in images:
                done, content = cv2.imencode(f".{format}", image, options)
                if not done:
                    break
                contents.append(content.tobytes())
        except cv2.error as error:
            reason = error.err
    if len(contents) < len(images):
        image = images[len(contents)]
        failure = f"OpenCV cannot write {format} of {image.shape} {image.dtype}"
        raise ValueError(": ".join(filter(None, (failure, reason, heard.complaint))))
    return contents
