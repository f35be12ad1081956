"""Count main colours exactly, and draw them as a panel."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, NamedTuple, overload

import numpy as np

from . import _core
from .tuple_help import short_help

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike, NDArray

_PANEL_ROWS, _PANEL_COLUMNS = 64, 512


@short_help
class MainColors(NamedTuple):
    """The most frequent colours of an image or a box, and the number of pixels of each.

    Attributes
    ----------
    colors : ndarray, shape (k, 3), uint8
        The channels are in the image's own order.
    counts : ndarray, shape (k,), int64
        Pixels of each colour.
    """

    colors: NDArray[np.uint8]
    counts: NDArray[np.int64]


@overload
def main_colors(
    image: ArrayLike,
    n: int = 6,
    *,
    boxes: None = None,
    mask: ArrayLike | None = None,
    bits: int = 8,
    num_threads: int | None = 1,
) -> MainColors: ...
@overload
def main_colors(
    image: ArrayLike,
    n: int = 6,
    *,
    boxes: ArrayLike,
    mask: ArrayLike | None = None,
    bits: int = 8,
    num_threads: int | None = 1,
) -> list[MainColors]: ...
def main_colors(
    image: ArrayLike,
    n: int = 6,
    *,
    boxes: ArrayLike | None = None,
    mask: ArrayLike | None = None,
    bits: int = 8,
    num_threads: int | None = 1,
) -> MainColors | list[MainColors]:
    """Count the colours of an image, or of each box on it, and return the most frequent.

    Parameters
    ----------
    image : array, shape (height, width) or (height, width, channels), or PIL image
        uint8. One channel counts as three equal ones. With three channels every pixel counts; with
        four, of which the last is alpha, pixels with an alpha of at least 1.
    n : int, default 6
        How many colours.
    boxes : array or list of arrays, optional
        Where to count: quads, shape (n, 4, 2) or (n, 8); upright boxes x1, y1, x2, y2, shape
        (n, 4); or polygons, shape (n, m, 2), or a list of shapes (m, 2), m at least 3. In px of
        the image; the centre of pixel (x, y) is the point (x, y). None counts the whole image.
    mask : array, shape (height, width), optional
        bool or uint8, of the image's height and width. Pixels where it is False or 0 do not count.
    bits : int, default 8
        3 to 8. With fewer than 8, colours that agree in the upper bits of each channel are counted
        together. They stand under the most frequent exact colour of them; of equally frequent
        ones, the one with the largest value.
    num_threads : int or None, default 1
        At most this many threads; None is `get_num_threads`. The result does not depend on it.

    Returns
    -------
    MainColors, or a list of them, one a box
        ``colors``, shape (k, 3) uint8, and ``counts``, shape (k,) int64, sorted by count, largest
        first. A colour has its channels in the image's own order: B, G, R from ``cv2.imread``,
        R, G, B from PIL. Equal counts are sorted by the value first << 16 | second << 8 | third,
        largest first. k is n, or less if there are fewer colours; 0 if no pixel counts.

    Raises
    ------
    TypeError
        ``image`` is not uint8 or is a masked array; ``mask`` is not bool or uint8; ``boxes`` are
        not numbers; ``n``, ``bits`` or ``num_threads`` is not an int.
    ValueError
        ``image`` is empty, is neither 2-D nor 3-D, has two or more than four channels, or has 2^40
        px or more; ``mask`` has another height or width; ``boxes`` have none of the shapes above;
        a box has a corner that is not finite or beyond ±2^30 px, is a quad that crosses itself, or
        has x2 < x1 or y2 < y1; ``n`` is below 1; ``bits`` is not from 3 to 8; ``num_threads`` is
        not from 1 to 1024.

    Notes
    -----
    A pixel counts for a box if its centre lies inside: an odd number of the box's edges lie to its
    left. A centre on an edge is inside where the box lies to the right of the edge, or, at a level
    edge, below it. Boxes that tile an area therefore count each of its pixels once, and an upright
    box of whole numbers counts the pixels of ``image[y1:y2, x1:x2]``. Corners are float32, rounded
    to 1 / 65536 px, and the rest is exact. Nothing is resampled. A box may lie partly or wholly
    outside the image. Polygons of other than four corners may cross themselves.

    Examples
    --------
    >>> import numpy as np
    >>> image = np.zeros((10, 10, 3), np.uint8)
    >>> image[:3] = 255
    >>> colors, counts = fastcv.main_colors(image)
    >>> colors.tolist(), counts.tolist()
    ([[0, 0, 0], [255, 255, 255]], [70, 30])
    >>> fastcv.main_colors(image, boxes=[[0, 0, 5, 5], [0, 2, 10, 3]])[1].counts.tolist()
    [10]
    """
    found: MainColors | list[MainColors] = _core.main_colors(
        image, n, boxes, mask, bits, num_threads, MainColors
    )
    return found


def extract_main_colors(
    image_or_path: ArrayLike | str | os.PathLike[str],
    N: int = 6,
    *,
    boxes: ArrayLike | None = None,
) -> NDArray[np.uint8]:
    """Draw an image's main colours, the most frequent at the top, or those of each box on it.

    Parameters
    ----------
    image_or_path : array, str or os.PathLike
        An image as `main_colors` takes it, or a path, which OpenCV decodes with
        ``cv2.IMREAD_UNCHANGED``: the first page of a TIFF, the first frame of an animation.
    N : int, default 6
        How many colours.
    boxes : array or list of arrays, optional
        Where to count, as `main_colors` takes it.

    Returns
    -------
    ndarray, shape (64 k, 512, 3), uint8, in the image's order of channels: BGR of a path
        64 rows a colour. k is N, or less if the image has fewer colours. With ``boxes``, 64 rows a
        box, which its colours share from left to right, the most frequent first: column x shows
        colour x * c // 512 of the c that were found. The rows of a box without pixels are black.

    Raises
    ------
    OSError
        The file cannot be read: FileNotFoundError, IsADirectoryError and so on.
    ImportError
        A path was given and OpenCV's Python package is not installed.
    TypeError
        As `main_colors`, also for the image of a file.
    ValueError
        As `main_colors`. The file is not a regular file of at most 1 GiB, is not an image or is
        damaged; the message names the path. The panel would be larger than a call's output may be
        (`set_output_limits`).

    Notes
    -----
    The result equals that of ``extract_main_colors`` in NAVER's talk on fast Python in OCR (DEVIEW
    2023). The order of equal counts is fixed too.

    Some decoders report damage only on standard error. While a file is decoded, the process's file
    descriptor 2 is therefore a pipe, from which a thread passes on every line that is not the
    decoder's. One file is decoded at a time, and ``os.fork`` waits until it is done. To decode on
    several threads, decode the images yourself and pass arrays.
    """
    return _panel(_core.extract_main_colors, image_or_path, N, boxes, 1)


def extract_main_colors_openmp(
    image_or_path: ArrayLike | str | os.PathLike[str],
    N: int = 6,
    *,
    boxes: ArrayLike | None = None,
    num_threads: int | None = None,
) -> NDArray[np.uint8]:
    """Draw an image's main colours as `extract_main_colors` does, counted on several threads.

    Parameters
    ----------
    image_or_path : array, str or os.PathLike
        As in `extract_main_colors`.
    N : int, default 6
        How many colours.
    boxes : array or list of arrays, optional
        Where to count, as `main_colors` takes it.
    num_threads : int or None, optional
        At most this many threads; None is `get_num_threads`. The result does not depend on it.

    Returns
    -------
    ndarray, shape (64 k, 512, 3), uint8
        As `extract_main_colors`.

    Raises
    ------
    OSError, ImportError, TypeError, ValueError
        As `extract_main_colors`.
    """
    return _panel(_core.extract_main_colors_openmp, image_or_path, N, boxes, num_threads)


def _panel(
    count: Callable[..., Any], image_or_path: Any, n: int, boxes: Any, num_threads: int | None
) -> NDArray[np.uint8]:
    function, image = count.__name__, image_or_path
    if isinstance(image_or_path, (str, os.PathLike)):
        image = _read(function, image_or_path)
    found = count(image, n, boxes, None, 8, num_threads, tuple)
    if boxes is None:
        return _draw_panel(function, found[0])
    return _draw_box_panel(function, [colors for colors, _ in found])


def _draw_panel(function: str, colors: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Stack one band of 64 x 512 px for each colour."""
    panel = _make_panel(f"{function}: N makes a panel of {len(colors)} colours", len(colors))
    panel.reshape(-1, _PANEL_ROWS * _PANEL_COLUMNS, 3)[:] = colors[:, np.newaxis]
    return panel


def _draw_box_panel(function: str, found: list[NDArray[np.uint8]]) -> NDArray[np.uint8]:
    """Stack one band of 64 x 512 px for each box, which its colours share."""
    panel = _make_panel(f"{function}: boxes make a panel of {len(found)} bands", len(found))
    columns = np.arange(_PANEL_COLUMNS)
    for band, colors in zip(np.split(panel, len(found)) if found else (), found, strict=True):
        band[:] = colors[columns * len(colors) // _PANEL_COLUMNS] if len(colors) else 0
    return panel


def _make_panel(what: str, bands: int) -> NDArray[np.uint8]:
    """Return an empty panel, unless its size is over the limit."""
    wanted = bands * _PANEL_ROWS * _PANEL_COLUMNS * 3
    limit = _core.get_output_limits()[1]
    if wanted > limit:
        raise ValueError(
            f"{what}, {wanted} bytes, over the limit of {limit} bytes a call (set_output_limits)"
        )
    return np.empty((bands * _PANEL_ROWS, _PANEL_COLUMNS, 3), np.uint8)


def _read(function: str, path: str | os.PathLike[str]) -> NDArray[Any]:
    name = os.fspath(path)
    try:
        from . import files  # takes as long to import as all kernels

        image = files.read_image(name)
    except ImportError as error:
        raise ImportError(f"{function}: {error}") from error
    except ValueError as error:
        raise ValueError(f"{function}: {error}: {name!r}") from None
    except OSError as error:
        raise OSError(error.errno, f"{function}: {error.strerror}", name) from None
    if image.dtype != np.uint8:
        raise TypeError(f"{function}: image must be uint8, not {image.dtype}: {name!r}")
    return image
