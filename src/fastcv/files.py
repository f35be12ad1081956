"""Read files with care, because they may come from anywhere.

What is wrong with a file is an OSError, or a ValueError or TypeError in one sentence.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from .listener import Heard, listen
from .opencv import load_cv2

if TYPE_CHECKING:
    from numpy.typing import NDArray

MAX_FILE_BYTES = 1 << 30
"""The largest encoded picture. A larger file is refused before it is read."""

TOO_MANY_PIXELS = (
    "an image of more pixels than are allowed (--max-pixels, OPENCV_IO_MAX_IMAGE_PIXELS)"
)


def read_image(path: str | os.PathLike[str]) -> NDArray[Any]:
    """Read a picture from a regular file of at most `MAX_FILE_BYTES`."""
    load_cv2()
    return decode(np.frombuffer(read_bytes(path, MAX_FILE_BYTES), np.uint8))


def decode(content: NDArray[np.uint8], frame: int = 0) -> NDArray[Any]:
    """Decode a picture, or a frame of an animation, as OpenCV does with ``cv2.IMREAD_UNCHANGED``.

    A damaged picture is refused, even if OpenCV would fill what is missing with grey.
    """
    image, heard, failure = _try_to_decode(content, frame)
    if image is not None and heard.complaint:
        # Another thread's decoder may have complained. If so, the second try is silent.
        image, again, failure = _try_to_decode(content, frame)
        if image is not None and not again.complaint:
            heard.pass_on()
        heard = again
    if image is None or heard.complaint:
        raise ValueError(": ".join(filter(None, (failure, heard.complaint))))
    return image


def _try_to_decode(
    content: NDArray[np.uint8], frame: int
) -> tuple[NDArray[Any] | None, Heard, str]:
    """Return the picture or None, what the decoder said, and what is wrong if it complained."""
    cv2 = load_cv2()
    with listen() as heard:
        try:
            if not content.size:
                image = None
            elif not frame:
                image = cv2.imdecode(content, cv2.IMREAD_UNCHANGED)
            else:
                image = _decode_frame(cv2, content, frame)
        except cv2.error as error:
            if error.code == cv2.Error.StsNoMem:
                raise MemoryError(error.err) from None
            if "MAX_IMAGE" in str(error):
                return None, heard, TOO_MANY_PIXELS
            return None, heard, f"an image that OpenCV cannot decode: {error.err}"
    failure = _what_is_wrong(content, heard) if image is None or heard.complaint else ""
    return image, heard, failure


def _what_is_wrong(content: NDArray[np.uint8], heard: Heard) -> str:
    """Return what was not read, without the decoder's complaint."""
    from .pages.unread import TOO_SHORT, what_it_is  # only for files that cannot be read

    what = what_it_is(content[:1024].tobytes(), content[-64:].tobytes(), content.size)
    return what if what.endswith(TOO_SHORT) or not heard.complaint else "a damaged image"


def _decode_frame(cv2: Any, content: NDArray[np.uint8], frame: int) -> NDArray[Any] | None:
    """Decode all frames up to this one. OpenCV finds another if it is to skip some."""
    _, frames = cv2.imdecodemulti(content, cv2.IMREAD_UNCHANGED, range=(0, frame + 1))
    return frames[frame] if len(frames) > frame else None


def read_bytes(path: str | os.PathLike[str], limit: int, *, most: int | None = None) -> bytes:
    """Read a regular file of at most `limit` bytes, or its first `most` bytes."""
    with open_regular(path, limit) as (handle, size), open(handle, "rb", closefd=False) as file:
        return file.read(size if most is None else most)


@contextmanager
def open_regular(path: str | os.PathLike[str], limit: int) -> Iterator[tuple[int, int]]:
    """Open a regular file of at most `limit` bytes. Yield its descriptor and size."""
    # Without O_NONBLOCK, opening a pipe would wait for its writer.
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    try:
        status = os.fstat(handle)
        if stat.S_ISDIR(status.st_mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), path)
        if not stat.S_ISREG(status.st_mode):
            raise ValueError("not a regular file")
        check_size(status.st_size, limit)
        yield handle, status.st_size
    finally:
        os.close(handle)


def check_size(size: int, limit: int) -> None:
    """Refuse a file of more than `limit` bytes."""
    if size > limit:
        raise ValueError(f"larger than {limit:,} bytes")
