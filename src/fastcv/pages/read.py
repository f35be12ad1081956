"""Read a page: a picture, a page of a TIFF, or a page of a PDF."""

from __future__ import annotations

import math
import operator
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np

from .. import files
from ..files import check_size, open_regular
from ..opencv import most_pixels
from .animation import count_frames
from .orientation import orientation_of, turn
from .pdf import count_pdf_pages, is_pdf, read_pdf_page
from .tiff import count_directories, is_tiff, point_to

if TYPE_CHECKING:
    from numpy.typing import NDArray

_HEAD_BYTES = 1024
_MOST_PDF_BYTES = 1 << 40
"""A PDF is read where it is needed, never as a whole."""


def count_pages(path: str | os.PathLike[str]) -> int:
    """Count the pages of a file, by its content.

    A TIFF has a page a directory, as for ``cv2.imreadmulti``. Any other picture has one: frames of
    an animation do not count.

    Raises
    ------
    OSError
        The file cannot be read.
    ImportError
        It is a PDF and pypdfium2 is not installed.
    ValueError
        It is not a regular file, is an encrypted or damaged PDF, or is a TIFF with a page that
        cannot be reached. The message does not name the file.
    """
    with open_regular(path, _MOST_PDF_BYTES) as (handle, _):
        head = os.pread(handle, _HEAD_BYTES, 0)
        if is_tiff(head):
            return count_directories(lambda place, size: _pread(handle, size, place))
        if is_pdf(head, Path(path).suffix):
            with open(handle, "rb", closefd=False) as file:
                return count_pdf_pages(file)
    return 1


def read_page(
    path: str | os.PathLike[str], number: int | None = None, *, exif: bool = True, dpi: float = 150
) -> NDArray[Any]:
    """Read a page.

    Parameters
    ----------
    path : str or os.PathLike
        A picture that OpenCV reads, of at most 1 GiB, or a PDF.
    number : int, optional
        The page of a TIFF or PDF, or the frame of an animation (GIF, WebP, APNG, AVIF), counted
        from 0. None is the first.
    exif : bool, default True
        Whether JPEG, PNG and WebP are turned as their EXIF orientation says. TIFF is always
        turned as its tag says: OpenCV and Pillow know no other way.
    dpi : float, default 150
        Pixels per inch of a page of a PDF.

    Returns
    -------
    ndarray, shape (height, width) or (height, width, channels)
        A picture's own channels and depth, as ``cv2.IMREAD_UNCHANGED`` gives them: BGR, alpha
        kept, grey without channels. A page of a PDF is BGR uint8, of ceil(side in inches × dpi)
        px.

    Raises
    ------
    OSError, ImportError
        The file cannot be read; OpenCV's Python package or pypdfium2 is not installed.
    TypeError
        `number` or `dpi` is not a number.
    ValueError
        The file is not a regular file, not a picture, damaged, encrypted, or larger than allowed
        (``OPENCV_IO_MAX_IMAGE_PIXELS`` is about PDF pages and an animation's frames up to the
        wanted one too); there is no such page; `dpi` is not above 0 and finite. The message does
        not name the file.
    """
    return read_one_of(path, number, exif=exif, dpi=dpi)[0]


def read_chosen(
    path: str | os.PathLike[str],
    number: int | None,
    only: int | None,
    *,
    exif: bool = True,
    dpi: float = 150,
) -> tuple[NDArray[Any], int]:
    """Read a page as `read_page` does, or, if `number` is None, frame `only`, counted from 1.

    Return it, and how many frames there are of which it is the first because neither chose one: 1
    if one did.
    """
    chosen = only - 1 if number is None and only is not None else number
    image, frames = read_one_of(path, chosen, exif=exif, dpi=dpi)
    return image, frames if chosen is None else 1


def read_one_of(
    path: str | os.PathLike[str], number: int | None = None, *, exif: bool = True, dpi: float = 150
) -> tuple[NDArray[Any], int]:
    """Read a page as `read_page` does. Return it, and how many pages or frames the file has."""
    wanted = 0 if number is None else operator.index(number)
    if wanted < 0:
        raise ValueError(f"number must be at least 0, not {wanted}")
    with open_regular(path, _MOST_PDF_BYTES) as (handle, size):
        head = os.pread(handle, _HEAD_BYTES, 0)
        with open(handle, "rb", closefd=False) as file:
            if is_pdf(head, Path(path).suffix):
                return read_pdf_page(file, wanted, _checked(dpi))
            check_size(size, files.MAX_FILE_BYTES)
            if is_tiff(head):
                return _read_tiff_page(file, size, wanted)
            content = file.read(size)
    frames = count_frames(content)
    if wanted >= frames:
        raise ValueError(f"there is no page {wanted + 1}: the file has {frames}")
    image = files.decode(np.frombuffer(content, np.uint8))
    if wanted:
        if (wanted + 1) * image.shape[0] * image.shape[1] > most_pixels():
            raise ValueError(f"frame {wanted + 1}: {files.TOO_MANY_PIXELS}")
        image = files.decode(np.frombuffer(content, np.uint8), wanted)
    return (turn(image, orientation_of(content)) if exif else image), frames


def _read_tiff_page(file: BinaryIO, size: int, number: int) -> tuple[NDArray[Any], int]:
    content = bytearray(size)
    del content[file.readinto(content) :]  # type: ignore[attr-defined]
    count = point_to(content, number)
    return files.decode(np.frombuffer(content, np.uint8)), count


def _checked(dpi: float) -> float:
    if isinstance(dpi, bool) or not isinstance(dpi, (int, float, np.number)):
        raise TypeError(f"dpi must be a number, not {type(dpi).__name__}")
    if not (math.isfinite(dpi) and dpi > 0):
        raise ValueError(f"dpi must be above 0 and finite, not {dpi}")
    return float(dpi)


def _pread(handle: int, size: int, place: int) -> bytes:
    """Read at a place. A place beyond what the system can name is beyond the file's end."""
    return os.pread(handle, size, place) if place < 1 << 62 else b""
