"""Find the colours of words: of the letters, of what is around them, of their outline."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from . import _core
from .tuple_help import short_help

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray


@short_help
class TextColors(NamedTuple):
    """The colours of n boxes, in the image's own order of channels.

    Attributes
    ----------
    text : ndarray, shape (n, 3), uint8
        The letters' colour.
    background : ndarray, shape (n, 3), uint8
        The colour under the letters.
    outline : ndarray, shape (n, 3), uint8
        The colour around the letters, or that of `text` where there is no outline.
    confidence : ndarray, shape (n,), float32
        From 0 (one colour only) to 1.
    """

    text: NDArray[np.uint8]
    background: NDArray[np.uint8]
    outline: NDArray[np.uint8]
    confidence: NDArray[np.float32]


def text_colors(
    image: ArrayLike, boxes: ArrayLike, *, num_threads: int | None = None
) -> TextColors:
    """Find the colour of the text in each box, and of its background and outline.

    Parameters
    ----------
    image : array, shape (height, width) or (height, width, channels), or PIL image
        uint8. One channel counts as three equal ones. With four, of which the last is alpha, pixels
        with an alpha of 0 do not count.
    boxes : array or sequence of arrays
        As `image_crop` takes them: (n, 4, 2), (n, 8) or (n, 4), or a sequence of such boxes. A box
        should hold one word or line with some of the paper around it.
    num_threads : int or None, optional
        At most this many threads; None is `get_num_threads`. The result does not depend on it.

    Returns
    -------
    TextColors
        ``text``, ``background`` and ``outline``, each of shape (n, 3) uint8, and ``confidence``,
        shape (n,) float32. A box with one colour gives text = background = outline and a
        confidence of 0. A box without pixels of the image gives zeros.

    Raises
    ------
    TypeError
        ``image`` is not uint8 or is a masked array; ``boxes`` are not numbers; ``num_threads`` is
        not an int.
    ValueError
        ``image`` is empty, is neither 2-D nor 3-D, or has two or more than four channels;
        ``boxes`` have another shape, or one of them has a corner that is not finite or beyond
        ±2**30 px, crosses itself, or has x2 < x1 or y2 < y1; ``num_threads`` is not from 1 to 1024.

    Notes
    -----
    docs/colors.md has the method, its sources, and how often it is right. Channels in the order
    R, G, B, as PIL has them, give results in that order too, but distances between colours are
    then less those that people see.

    Examples
    --------
    >>> import numpy as np
    >>> page = np.full((40, 90, 3), 240, np.uint8)
    >>> page[10:30, 10:14] = page[10:30, 40:44] = page[18:22, 10:44] = (160, 30, 20)
    >>> found = fastcv.text_colors(page, [[0, 0, 60, 39]])
    >>> found.text.tolist(), found.background.tolist()
    ([[160, 30, 20]], [[240, 240, 240]])
    """
    return TextColors(*_core.text_colors(image, boxes, num_threads))
