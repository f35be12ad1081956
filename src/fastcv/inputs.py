"""What recognisers eat: the rules by which crops become tensors, and each OCR project's own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from .checks import check_bool, check_choice, check_int, check_number, is_sequence
from .normalization import CHANNELS, TensorRules

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

_CHOICES: Mapping[str, tuple[str | None, ...]] = MappingProxyType({
    "width_rounding": ("floor", "ceil", "word"),
    "width_by": ("batch", "word", "call"),
    "fit": ("height", "stretch", "contain"),
    "word_rounding": ("ceil", "floor", "ceil_scaled"),
    "filter": ("linear", "pillow_bilinear"),
    "channels": tuple(CHANNELS),
    "sort": ("quicksort", "stable", None),
    "dtype": ("float32", "float16", "uint8"),
    "layout": ("NCHW", "NHWC"),
})  # fmt: skip


@dataclass(frozen=True, kw_only=True, repr=False)
class RecognizerInput(TensorRules):
    """How crops become the tensors of a recogniser. The defaults are RapidOCR's rules.

    A *word* is one crop. It is resized to `height` with its aspect ratio kept, normalised, and
    padded on the right to its tensor's width. `INPUTS` has the rules of the OCR projects, and
    ``dataclasses.replace`` changes some of them.

    Parameters
    ----------
    height : int, default 48
        Height of the tensors, in px.
    min_width, max_width : int or None, default 320 and None
        Least and greatest width of a tensor, in px. The same number for both fixes the width. None
        is no bound. PaddleOCR's models are trained on at least 320 px: ``min_width=None`` saves
        most of the padding on pages of words, but changes the model's input and so perhaps its
        text.
    width_multiple : int, default 1
        A tensor's width is rounded up to a multiple of this.
    width_rounding : {"floor", "ceil", "word"}, default "floor"
        A tensor is as wide as its widest word. "floor" and "ceil" round height × ratio of that
        word; "word" takes the width to which the widest word is resized.
    width_by : {"batch", "word", "call"}, default "batch"
        Which words decide about the width that no word may exceed: its batch, itself or all of the
        call. By "word", a tensor has the greatest of its words' own widths.
    buckets : int, sequence of int or None, default None
        The widths that tensors may have: all multiples of a number, or these. A batch then has
        words of one bucket only, and the batches come bucket after bucket, the narrowest first.
        A word wider than the last of a sequence is squeezed into it.
    fit : {"height", "stretch", "contain"}, default "height"
        "height": every word is resized to the full height, and squeezed where it is wider than its
        tensor. "stretch": to the tensor's height and width. "contain": as large as fits into both
        with the aspect ratio kept, cut to whole px; the width must be fixed.
    word_rounding : {"ceil", "floor", "ceil_scaled"}, default "ceil"
        A word's resized width: height · (w / h), in double, rounded up or down.
        "ceil_scaled" computes (height / h) · w instead, which differs in the last bit.
    word_min_width, word_multiple : int, default 1
        Least resized width of a word; and the number to whose nearest multiple, half to even, it
        is then rounded.
    filter : {"linear", "pillow_bilinear"}, default "linear"
        The resize: ``cv2.resize`` with ``INTER_LINEAR``, or ``PIL.Image.resize`` with ``BILINEAR``
        of Pillow 13.0, which smooths what it shrinks.
    channels : {"bgr", "rgb", "gray"}, default "bgr"
        Channels of the tensors, from crops in BGR order; from crops in RGB order "bgr" and "rgb"
        change places. "gray" converts before the resize, with the bits of ``cv2.COLOR_BGR2GRAY``.
    normalization : str or array, default "divide"
        "divide": ((v / divisor) − mean) / std in float32, as RapidOCR, PaddleOCR, PaddleX and
        OnnxTR compute it. "multiply": ((v · (1 / divisor)) − mean) / std in float32, PaddleOCR's
        NormalizeImage. "float64": as "divide", but in float64 and then rounded to float32, as
        MinerU. "multiply_float64" and "scale_shift": see `DetectorInput`. An array of shape
        (channels, 256) or (256,) gives the value of each v itself.
    divisor : float, default 255
        See `normalization`.
    mean, std : float or sequence of float, default 0.5
        See `normalization`: one for all channels, or one for each in the tensor's order.
    pad_value : float or "edge", default 0.0
        What the padding holds. "edge" repeats the word's last column.
    pad_before_normalization : bool, default False
        Whether `pad_value` is a pixel's value, 0 to 255, and is normalised too.
    batch_size : int, default 6
        Most words of a batch.
    sort : {"quicksort", "stable"} or None, default "quicksort"
        Words are sorted by w / h, with this kind of ``numpy.argsort``. RapidOCR, PaddleOCR 2.x and
        MinerU use NumPy's default, "quicksort", which leaves ties in any order. None keeps the
        order of the boxes.
    dtype : {"float32", "float16", "uint8"}, default "float32"
        float16 is the float32 value, rounded. uint8 is not normalised, and `pad_value` is then a
        pixel's value.
    layout : {"NCHW", "NHWC"}, default "NCHW"
        Order of the tensors' axes: batch, channel, height, width.

    Raises
    ------
    TypeError, ValueError
        A field has a wrong type or value. The message names the field and its value.

    Examples
    --------
    >>> from dataclasses import replace
    >>> fixed = replace(fastcv.INPUTS["rapidocr"], max_width=320, dtype="float16")
    >>> fixed.height, fixed.min_width, fixed.max_width
    (48, 320, 320)
    """

    height: int = 48
    min_width: int | None = 320
    max_width: int | None = None
    width_multiple: int = 1
    width_rounding: Literal["floor", "ceil", "word"] = "floor"
    width_by: Literal["batch", "word", "call"] = "batch"
    buckets: int | Sequence[int] | None = None
    fit: Literal["height", "stretch", "contain"] = "height"
    word_rounding: Literal["ceil", "floor", "ceil_scaled"] = "ceil"
    word_min_width: int = 1
    word_multiple: int = 1
    filter: Literal["linear", "pillow_bilinear"] = "linear"
    channels: Literal["bgr", "rgb", "gray"] = "bgr"
    normalization: (
        Literal["divide", "multiply", "float64", "multiply_float64", "scale_shift"] | ArrayLike
    ) = "divide"
    divisor: float = 255.0
    mean: float | Sequence[float] = 0.5
    std: float | Sequence[float] = 0.5
    pad_value: float | Literal["edge"] = 0.0
    pad_before_normalization: bool = False
    batch_size: int = 6
    sort: Literal["quicksort", "stable"] | None = "quicksort"
    dtype: Literal["float32", "float16", "uint8"] = "float32"
    layout: Literal["NCHW", "NHWC"] = "NCHW"

    def __post_init__(self) -> None:
        for name, choices in _CHOICES.items():
            check_choice(_field(name), getattr(self, name), choices)
        self._set("height", check_int(_field("height"), self.height, most=(1 << 15) - 1))
        for name in ("width_multiple", "word_min_width", "word_multiple", "batch_size"):
            self._set(name, check_int(_field(name), getattr(self, name)))
        for name in ("min_width", "max_width"):
            if (value := getattr(self, name)) is not None:
                self._set(name, check_int(_field(name), value, wanted="an int or None"))
        self._set("buckets", _buckets(self.buckets))
        self._check_widths()
        self._check_normalization(_field)
        self._check_padding()

    def _check_widths(self) -> None:
        low, high, buckets = self.min_width, self.max_width, self.buckets
        if low is not None and high is not None and low > high:
            raise ValueError(f"{_field('min_width')} must be at most max_width, {high}, got {low}")
        if self.fit == "contain" and (low is None or low != high):
            raise ValueError(
                f'{_field("fit")} must not be "contain" unless min_width and max_width are the '
                f"same, got {low} and {high}"
            )
        if buckets is None:
            return
        if self.width_by == "call":
            raise ValueError(f'{_field("width_by")} must not be "call" with buckets, got {buckets}')
        if isinstance(buckets, tuple) and high is not None and buckets[-1] > high:
            raise ValueError(
                f"{_field('buckets')} must be at most max_width, {high}, got {buckets[-1]}"
            )

    def _check_padding(self) -> None:
        check_bool(_field("pad_before_normalization"), self.pad_before_normalization)
        name, value = _field("pad_value"), self.pad_value
        if isinstance(value, str):
            if value != "edge":
                raise ValueError(f'{name} must be a number or "edge", got {value!r:.200}')
            if self.fit == "contain":
                raise ValueError(f'{name} must not be "edge" with fit "contain", which pads below')
            return
        self._set("pad_value", check_number(name, value, 'a number or "edge"'))
        is_pixel = self.pad_before_normalization or self.dtype == "uint8"
        if is_pixel and self.pad_value not in range(256):
            raise ValueError(f"{name} must be a pixel's, 0 to 255, got {self.pad_value:g}")

    def column_bytes(self) -> int:
        """Return the bytes of one column of a word: all rows and channels."""
        return self.height * CHANNELS[self.channels] * np.dtype(self.dtype).itemsize

    def padding(self) -> tuple[float, ...] | None:
        """Return what each channel's padding holds in the tensor. None: the last column."""
        if isinstance(self.pad_value, str):
            return None
        table = self.table() if self.pad_before_normalization else None
        if table is None:
            return (self.pad_value,) * CHANNELS[self.channels]
        return tuple(table[:, int(self.pad_value)].tolist())


def _field(name: str) -> str:
    return f"RecognizerInput: {name}"


def _buckets(value: Any) -> int | tuple[int, ...] | None:
    name, wanted = _field("buckets"), "an int, a sequence of int or None"
    if value is None:
        return None
    if not is_sequence(value):
        return check_int(name, value, wanted=wanted)
    widths = tuple(check_int(f"{name}[{index}]", each) for index, each in enumerate(value))
    if not widths:
        raise ValueError(f"{name} must have at least one width")
    for index, (before, width) in enumerate(pairwise(widths), 1):
        if width <= before:
            raise ValueError(f"{name}[{index}] must be over buckets[{index - 1}], got {width}")
    return widths
