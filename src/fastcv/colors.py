"""Count main colours exactly, and draw them as a panel."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from . import _core

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike, NDArray

_PANEL_ROWS, _PANEL_COLUMNS = 64, 512


class MainColors(NamedTuple):
    """The most frequent colours of an image, and the number of pixels of each."""

    colors: NDArray[np.uint8]
    """Shape (k, 3): B, G, R."""
    counts: NDArray[np.int64]
    """Shape (k,): pixels of each colour."""


def main_colors(image: ArrayLike, n: int = 6, *, num_threads: int | None = 1) -> MainColors:
    """Count an image's colours exactly and return the most frequent.

    Parameters
    ----------
    image : array, shape (height, width) or (height, width, channels)
        uint8. One channel counts as B = G = R. With three channels every pixel counts; with four
        (B, G, R, alpha), pixels with an alpha of at least 1.
    n : int, default 6
        How many colours.
    num_threads : int or None, default 1
        At most this many threads; None is `get_num_threads`. The result does not depend on it.

    Returns
    -------
    MainColors
        ``colors``, shape (k, 3) uint8, and ``counts``, shape (k,) int64, sorted by count, largest
        first. Equal counts are sorted by the value B<<16 | G<<8 | R, largest first. k is n, or
        less if the image has fewer colours; 0 if every pixel is transparent.

    Raises
    ------
    TypeError
        ``image`` is not uint8 or is a masked array; ``n`` or ``num_threads`` is not an int.
    ValueError
        ``image`` is empty, is neither 2-D nor 3-D, has two or more than four channels, or has 2^40
        px or more; ``n`` is below 1; ``num_threads`` is not from 1 to 1024.

    Examples
    --------
    >>> import numpy as np
    >>> image = np.zeros((10, 10, 3), np.uint8)
    >>> image[:3] = 255
    >>> colors, counts = fastcv.main_colors(image)
    >>> colors.tolist(), counts.tolist()
    ([[0, 0, 0], [255, 255, 255]], [70, 30])
    """
    return MainColors(*_core.main_colors(image, n, num_threads))


def extract_main_colors(
    image_or_path: ArrayLike | str | os.PathLike[str], N: int = 6
) -> NDArray[np.uint8]:
    """Draw an image's main colours, the most frequent at the top.

    Parameters
    ----------
    image_or_path : array, str or os.PathLike
        An image as `main_colors` takes it, or a path, which OpenCV decodes with
        ``cv2.IMREAD_UNCHANGED``.
    N : int, default 6
        How many colours.

    Returns
    -------
    ndarray, shape (64 k, 512, 3), uint8, BGR
        64 rows a colour. k is N, or less if the image has fewer colours.

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
    return _panel(_core.extract_main_colors, image_or_path, N, 1)


def extract_main_colors_openmp(
    image_or_path: ArrayLike | str | os.PathLike[str],
    N: int = 6,
    *,
    num_threads: int | None = None,
) -> NDArray[np.uint8]:
    """Draw an image's main colours as `extract_main_colors` does, counted on several threads.

    Parameters
    ----------
    image_or_path : array, str or os.PathLike
        As in `extract_main_colors`.
    N : int, default 6
        How many colours.
    num_threads : int or None, optional
        At most this many threads; None is `get_num_threads`. The result does not depend on it.

    Returns
    -------
    ndarray, shape (64 k, 512, 3), uint8, BGR
        As `extract_main_colors`.

    Raises
    ------
    OSError, ImportError, TypeError, ValueError
        As `extract_main_colors`.
    """
    return _panel(_core.extract_main_colors_openmp, image_or_path, N, num_threads)


def _panel(
    count: Callable[..., Any], image_or_path: Any, n: int, num_threads: int | None
) -> NDArray[np.uint8]:
    function, image = count.__name__, image_or_path
    if isinstance(image_or_path, (str, os.PathLike)):
        image = _read(function, image_or_path)
    colors, _ = count(image, n, num_threads)
    return _draw_panel(function, colors)


def _draw_panel(function: str, colors: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Stack one band of 64 x 512 px for each colour."""
    wanted = len(colors) * _PANEL_ROWS * _PANEL_COLUMNS * 3
    limit = _core.get_output_limits()[1]
    if wanted > limit:
        raise ValueError(
            f"{function}: N makes a panel of {len(colors)} colours, {wanted} bytes, over the limit "
            f"of {limit} bytes a call (set_output_limits)"
        )
    panel = np.empty((len(colors) * _PANEL_ROWS, _PANEL_COLUMNS, 3), np.uint8)
    panel.reshape(-1, _PANEL_ROWS * _PANEL_COLUMNS, 3)[:] = colors[:, np.newaxis]
    return panel


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
