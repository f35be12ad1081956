"""Pages as the tensor of a text detector."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from . import _core
from .checks import plain_array, type_name
from .detector_geometry import DetectorGeometry, geometry_of, padded_size
from .detector_inputs import DETECTOR_INPUTS, DetectorInput
from .normalization import CHANNELS, tensor_format
from .tuple_help import short_help

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

_FUNCTION = "detector_input"


@short_help
class DetectorTensor(NamedTuple):
    """What `detector_input` returns.

    Attributes
    ----------
    tensor : ndarray
        Shape (n, channels, height, width), or (n, height, width, channels) with layout "NHWC".
    ratio : tuple of float, or list of tuples
        What a page's y and x are multiplied by: (ratio_h, ratio_w). For a list of pages, a list.
    """

    tensor: NDArray[Any]
    ratio: Any


def detector_input(
    image: ArrayLike | Sequence[ArrayLike],
    *,
    spec: str | DetectorInput = "rapidocr",
    num_threads: int | None = None,
    out: NDArray[Any] | None = None,
) -> DetectorTensor:
    """Write a page as a detector's tensor: resized, normalised and padded in one pass.

    The tensor has the bytes of the project's own code.

    Parameters
    ----------
    image : array, or list of arrays
        uint8, shape (height, width) or (height, width, 1, 3 or 4): a page. Of four channels the
        first three are taken, as BGR: pass a PIL image of mode RGB as
        ``numpy.asarray(image)[..., ::-1]``. Any strides. A list of pages becomes one tensor if
        they all come to the same size.
    spec : str or DetectorInput, default "rapidocr"
        How a page becomes a tensor: a name of `DETECTOR_INPUTS`, or one's own.
    num_threads : int or None, optional
        At most this many threads; None is `get_num_threads`. The result does not depend on it.
    out : array, optional
        Where to write: an array of the tensor's dtype, C-contiguous, writeable and large enough.

    Returns
    -------
    DetectorTensor
        tensor : array
            Shape (n, channels, height, width) of the spec's dtype and layout.
        ratio : (float, float), or list of them for a list of pages
            Resized height / height, resized width / width. With rounding "pad", both are the ratio
            before sides are cut to whole px, as EasyOCR returns it.

    Raises
    ------
    TypeError
        An argument has a wrong type, or a page is not uint8.
    ValueError
        A side comes to 0 px, or pages come to different sizes; the message has the page's index.
        The spec's name is unknown. ``out`` does not fit. The tensor would be larger than a call's
        output may be (`set_output_limits`).
    MemoryError
        The tensor cannot be allocated.

    See Also
    --------
    DetectorInput.geometry : Sizes and ratios without the tensor.

    Notes
    -----
    A dropped tensor's memory is used again (`set_memory_pool`). docs/ocr-stage.md has the rules of
    each project and their sources.

    Examples
    --------
    >>> import numpy as np
    >>> page = np.full((900, 1600, 3), 255, np.uint8)
    >>> tensor, ratio = fastcv.detector_input(page, spec="paddleocr")
    >>> tensor.shape, ratio
    ((1, 3, 544, 960), (0.6044444444444445, 0.6))
    """
    rules = _choose_spec(spec)
    is_list = isinstance(image, (list, tuple))
    pages: tuple[Any, ...] = tuple(image) if is_list else (image,)  # type: ignore[arg-type]
    if not pages:
        raise ValueError(f"{_FUNCTION}: image must have at least one page")
    if isinstance(out, (list, tuple)):
        raise TypeError(f"{_FUNCTION}: out must be an ndarray, not {type_name(out)}")
    words = _core._words_of(_FUNCTION, pages, "image", is_list, num_threads)
    shapes = words.shapes.tolist()
    places = _place(rules, shapes, is_list)
    padded = _pad_small(rules, pages, shapes)
    if padded:
        words = _core._words_of(_FUNCTION, padded, "image", is_list, num_threads)
    height, width = places[0].tensor
    _check_bytes(rules, len(pages), height, width)
    (tensor,) = _core._write_batches(
        _FUNCTION,
        words,
        tensor_format(rules),
        height,
        np.arange(len(pages)),
        np.array([place.content for place in places], np.int32),
        np.array([place.offset for place in places], np.int32),
        np.array([len(pages)]),
        np.array([width], np.int32),
        None,
        out,
        True,
        num_threads,
    )
    ratios = [place.ratio for place in places]
    return DetectorTensor(tensor, ratios if is_list else ratios[0])


def _choose_spec(value: Any) -> DetectorInput:
    if isinstance(value, DetectorInput):
        return value
    if not isinstance(value, str):
        raise TypeError(
            f"{_FUNCTION}: spec must be a DetectorInput or a str, not {type_name(value)}"
        )
    if value in DETECTOR_INPUTS:
        return DETECTOR_INPUTS[value]
    names = ", ".join(f'"{each}"' for each in DETECTOR_INPUTS)
    raise ValueError(
        f"{_FUNCTION}: spec must be a DetectorInput or one of {names}, got {value!r:.200}"
    )


def _place(rules: DetectorInput, shapes: list[list[int]], is_list: bool) -> list[DetectorGeometry]:
    """Return each page's place, and refuse pages that come to different sizes."""
    places = []
    for index, (height, width) in enumerate(shapes):
        name = f"{_FUNCTION}: image[{index}]" if is_list else f"{_FUNCTION}: image"
        places.append(geometry_of(rules, height, width, name))
        if places[index].tensor != places[0].tensor:
            raise ValueError(
                f"{name} comes to {_show(places[index])} px, but image[0] to {_show(places[0])}"
            )
    return places


def _show(place: DetectorGeometry) -> str:
    return "{} x {}".format(*place.tensor)


def _pad_small(
    rules: DetectorInput, pages: tuple[Any, ...], shapes: list[list[int]]
) -> list[Any] | None:
    """Return the pages with those padded that `DetectorInput.pad_small` is about. None: none."""
    if not rules.pad_small:
        return None
    made, is_any = [], False
    for index, (height, width) in enumerate(shapes):
        size = padded_size(rules, height, width)
        if size == (height, width):
            made.append(pages[index])
            continue
        pixels = plain_array(_core._from_pil(_FUNCTION, "image", pages[index]))
        padded = np.zeros(size + pixels.shape[2:], np.uint8)
        padded[:height, :width] = pixels[:height, :width]
        made.append(padded)
        is_any = True
    return made if is_any else None


def _check_bytes(rules: DetectorInput, count: int, height: int, width: int) -> None:
    values = count * CHANNELS[rules.channels] * height * width
    size = values * np.dtype(rules.dtype).itemsize
    limit = _core.get_output_limits()[1]
    if size > limit:
        raise ValueError(
            f"{_FUNCTION}: the tensor takes {size} bytes, over the limit of {limit} bytes a call "
            "(set_output_limits)"
        )
