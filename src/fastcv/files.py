"""Files: pictures read with care, for they may come from anywhere; results written whole.

What is wrong with a file is an OSError, or a ValueError or TypeError in one sentence.
"""

from __future__ import annotations

import errno
import io
import os
import re
import shutil
import stat
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

MAX_FILE_BYTES = 1 << 30
"""A larger file of an encoded picture is refused before it is read."""

_8_BITS = {"uint8"}
DTYPES = {
    "png": {"uint8", "uint16"},
    "jpg": _8_BITS,
    "webp": _8_BITS,
    "bmp": _8_BITS,
    "tiff": {"uint8", "uint16", "int16", "float32", "float64"},
    "npy": {"uint8", "uint16", "int16", "float32", "float64"},
}
"""What each format can hold. OpenCV would cut anything else off at 255, with a warning."""


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
        if error.code == cv2.Error.StsNoMem:
            raise MemoryError(error.err) from None
        if "MAX_IMAGE" in str(error):
            raise ValueError(
                "an image of more pixels than are allowed "
                "(--max-pixels, OPENCV_IO_MAX_IMAGE_PIXELS)"
            ) from None
        raise ValueError(f"an image that OpenCV cannot decode: {error.err}") from None
    if image is None:
        raise ValueError("not an image that OpenCV can read")
    return np.asarray(image)


def read_image(path: str | os.PathLike[str]) -> NDArray[Any]:
    """Read a picture of a regular file of at most `MAX_FILE_BYTES`.

    One that is damaged is refused, also where OpenCV would fill what is missing with grey.
    """
    content = np.frombuffer(read_bytes(path, MAX_FILE_BYTES), np.uint8)
    load_cv2()
    image, failure = None, "a damaged image"
    with _Listener() as listener:
        try:
            image = decode(content)
        except ValueError as error:
            failure = str(error)
    if image is None or listener.complaint:
        raise ValueError(_join(failure, listener.complaint))
    return image


_ERROR = re.compile(
    r"^(?:libpng error: |\[ERROR:\S+ global \S+ \S+ |(?=Corrupt JPEG|Premature end of JPEG))(.+)",
    re.MULTILINE,
)


class _Listener:
    """Takes what libraries print on standard error, where alone they tell of damage.

    Standard error is the whole process's: this is for a program without other threads.
    """

    complaint = ""
    """The first error, without OpenCV's places in its own source."""

    def __enter__(self) -> _Listener:
        self._said = tempfile.TemporaryFile()
        self._standard_error = os.dup(2)
        os.dup2(self._said.fileno(), 2)
        return self

    def __exit__(self, *unused: object) -> None:
        os.dup2(self._standard_error, 2)
        os.close(self._standard_error)
        with self._said:
            self._said.seek(0)
            said = self._said.read(10_000).decode(errors="replace")
        found = _ERROR.search(said)
        if found:
            self.complaint = re.sub(r".*error: \(-\d+:[^)]*\) | ?in function .*", "", found[1])


def _join(*parts: str) -> str:
    return ": ".join(filter(None, parts))


def read_bytes(path: str | os.PathLike[str], limit: int) -> bytes:
    """Read a regular file of at most so many bytes."""
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK)  # at once: a pipe may have no writer
    try:
        status = os.fstat(handle)
        if stat.S_ISDIR(status.st_mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), path)
        if not stat.S_ISREG(status.st_mode):
            raise ValueError("not a regular file")
        if status.st_size > limit:
            raise ValueError(f"larger than {limit:,} bytes")
        with open(handle, "rb", closefd=False) as file:
            return file.read(status.st_size)
    finally:
        os.close(handle)


def encode(image: NDArray[Any], suffix: str) -> bytes:
    """Encode a picture in one of the formats of `DTYPES`, or refuse what it would lose."""
    if image.dtype.name not in DTYPES[suffix]:
        fitting = " or ".join(name for name in DTYPES if image.dtype.name in DTYPES[name])
        raise TypeError(f"{suffix} does not hold {image.dtype}: use {fitting}")
    if suffix == "jpg" and image.ndim == 3 and image.shape[2] == 4:
        raise ValueError("jpg does not hold alpha: use png, tiff, webp, bmp or npy")
    if suffix == "npy":
        memory = io.BytesIO()
        np.save(memory, image)
        return memory.getvalue()
    cv2 = load_cv2()
    done, failure = False, f"OpenCV cannot write {suffix} of {image.shape} {image.dtype}"
    with _Listener() as listener:
        try:
            done, content = cv2.imencode(f".{suffix}", image)
        except cv2.error as error:
            failure = _join(failure, error.err)
    if not done:
        raise ValueError(_join(failure, listener.complaint))
    return bytes(content)


def write_together(folder: Path, contents: Iterable[tuple[str, bytes]]) -> None:
    """Write files, given by name and content, into a folder: all of them, or none.

    They are written into a folder of their own beside, and moved when all of them are there, over
    what has their names.
    """
    folder.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(dir=folder, prefix=".fastcv-"))
    try:
        names = []
        for name, content in contents:
            (aside / name).write_bytes(content)
            names.append(name)
        for name in names:  # a folder is the one thing in the way that is not replaced
            if (folder / name).is_dir():
                raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), folder / name)
        for name in names:
            os.replace(aside / name, folder / name)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
