"""What detectors eat: the rules by which a page becomes a tensor, and each OCR project's own."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

from .checks import (
    INT32_MAX,
    check_bool,
    check_choice,
    check_int,
    check_real,
    is_sequence,
    type_name,
)
from .detector_geometry import DetectorGeometry, geometry_of
from .normalization import CHANNELS, TensorRules

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

_CHOICES: Mapping[str, tuple[str, ...]] = MappingProxyType({
    "limit_type": ("min", "max", "resize_long", "height", "stretch", "contain"),
    "rounding": ("nearest", "ceil", "pad"),
    "align": ("start", "center"),
    "filter": ("linear", "pillow_bilinear"),
    "channels": tuple(CHANNELS),
    "dtype": ("float32", "float16", "uint8"),
    "layout": ("NCHW", "NHWC"),
})  # fmt: skip
_FRAMED = ("stretch", "contain")


@dataclass(frozen=True, kw_only=True, repr=False)
class DetectorInput(TensorRules):
    """How a page becomes the tensor of a detector. The defaults are RapidOCR's rules.

    A page is resized by `limit_type`, its sides become multiples of `multiple`, and its pixels are
    normalised. `DETECTOR_INPUTS` has the rules of the OCR projects, and ``dataclasses.replace``
    changes some of them.

    Parameters
    ----------
    limit_type : str, default "min"
        How large a page becomes. "min": if its shorter side is less than `limit_side_len`, it is
        enlarged until it has that. "max": if its longer side is more than `limit_side_len`, it is
        shrunk until it has that. "resize_long": its longer side gets `limit_side_len`. Of these
        three, `max_side_limit`, `multiple`, `rounding` and `min_side` are the rest of the rule.
        "height": its height gets `limit_side_len`, and its width the next multiple. "stretch":
        `size`. "contain": as large as fits into `size` with the aspect ratio kept, cut to whole
        px, and padded.
    limit_side_len : float, default 736
        See `limit_type`, in px.
    size : (int, int) or None, default None
        The tensor's height and width. None unless `limit_type` is "stretch" or "contain".
    max_side_limit : int or None, default None
        A page that is longer after `limit_type` is shrunk to this longer side. None is no limit.
    magnification : float, default 1.0
        With "max": the page is enlarged so many times, but not beyond `limit_side_len`. EasyOCR's
        ``mag_ratio``.
    multiple : int, default 32
        The tensor's sides become multiples of this.
    rounding : {"nearest", "ceil", "pad"}, default "nearest"
        How they do: the page is resized to the nearest multiple, half to even, or to the next.
        "pad": it is padded to the next.
    min_side : int, default 0
        Least height and width after rounding.
    pad_small : bool, default False
        Whether a page with height + width < 64 px is padded to at least 32 × 32 px, black, before
        it is resized, as PaddleOCR and PaddleX do. `ratio` is then that of the padded page.
    align : {"start", "center"}, default "start"
        Where padding goes: right and below, or to all sides, with the odd px left and above.
    pad_value : int, default 0
        The padding's pixel value, 0 to 255. It is normalised as the page's are.
    filter : {"linear", "pillow_bilinear"}, default "linear"
        The resize: ``cv2.resize`` with ``INTER_LINEAR``, or ``PIL.Image.resize`` with ``BILINEAR``
        of Pillow 13.0, which smooths what it shrinks.
    channels : {"bgr", "rgb", "gray"}, default "bgr"
        Channels of the tensor, from a page in BGR order; from a page in RGB order "bgr" and "rgb"
        change places. "gray" converts before the resize, with the bits of
        ``cv2.COLOR_BGR2GRAY``. A gray page fills all channels.
    normalization : str or array, default "multiply_float64"
        "multiply_float64": v · (1 / divisor) in float32, from which mean is subtracted and which
        is divided by std in float64, then rounded to float32: RapidOCR. "multiply": all of it in
        float32: PaddleOCR. "scale_shift": v · (1 / divisor / std) + (−mean / std), two factors of
        float32: PaddleX. "divide": ((v / divisor) − mean) / std in float32: OnnxTR, and, with
        divisor 1, EasyOCR. "float64": "divide" in float64. An array of shape (channels, 256) or
        (256,) gives the value of each v itself.
    divisor : float, default 255
        See `normalization`.
    mean, std : float or sequence of float, default 0.5
        See `normalization`: one for all channels, or one for each in the tensor's order.
    dtype : {"float32", "float16", "uint8"}, default "float32"
        float16 is the float32 value, rounded. uint8 is not normalised.
    layout : {"NCHW", "NHWC"}, default "NCHW"
        Order of the tensor's axes: page, channel, height, width.

    Raises
    ------
    TypeError, ValueError
        A field has a wrong type or value. The message names the field and its value.

    Examples
    --------
    >>> from dataclasses import replace
    >>> spec = replace(fastcv.DETECTOR_INPUTS["rapidocr"], limit_type="max", limit_side_len=1536)
    >>> spec.geometry(3508, 2480).tensor
    (1536, 1088)
    """

    limit_type: Literal["min", "max", "resize_long", "height", "stretch", "contain"] = "min"
    limit_side_len: float = 736
    size: tuple[int, int] | None = None
    max_side_limit: int | None = None
    magnification: float = 1.0
    multiple: int = 32
    rounding: Literal["nearest", "ceil", "pad"] = "nearest"
    min_side: int = 0
    pad_small: bool = False
    align: Literal["start", "center"] = "start"
    pad_value: int = 0
    filter: Literal["linear", "pillow_bilinear"] = "linear"
    channels: Literal["bgr", "rgb", "gray"] = "bgr"
    normalization: (
        Literal["divide", "multiply", "float64", "multiply_float64", "scale_shift"] | ArrayLike
    ) = "multiply_float64"
    divisor: float = 255.0
    mean: float | Sequence[float] = 0.5
    std: float | Sequence[float] = 0.5
    dtype: Literal["float32", "float16", "uint8"] = "float32"
    layout: Literal["NCHW", "NHWC"] = "NCHW"

    def __post_init__(self) -> None:
        for name, choices in _CHOICES.items():
            check_choice(_field(name), getattr(self, name), choices)
        self._check_sizes()
        check_bool(_field("pad_small"), self.pad_small)
        self._set("pad_value", check_int(_field("pad_value"), self.pad_value, 255, least=0))
        self._check_normalization(_field)

    def _check_sizes(self) -> None:
        self._set("limit_side_len", _check_side("limit_side_len", self.limit_side_len))
        self._set("size", _check_size(self.size))
        if (self.size is None) == (self.limit_type in _FRAMED):
            wanted = "a height and a width" if self.size is None else "None"
            raise ValueError(
                f'{_field("size")} must be {wanted} with limit_type "{self.limit_type}"'
            )
        if self.max_side_limit is not None:
            name, wanted = _field("max_side_limit"), "an int or None"
            self._set("max_side_limit", check_int(name, self.max_side_limit, wanted=wanted))
        name = _field("magnification")
        self._set("magnification", check_real(name, self.magnification, "a number"))
        if not 0 < self.magnification < math.inf:
            raise ValueError(f"{name} must be finite and over 0, got {self.magnification:g}")
        if self.magnification != 1 and self.limit_type != "max":
            raise ValueError(f'{name} must be 1 unless limit_type is "max"')
        self._set("multiple", check_int(_field("multiple"), self.multiple))
        self._set("min_side", check_int(_field("min_side"), self.min_side, least=0))

    def geometry(self, height: int, width: int) -> DetectorGeometry:
        """Return where a page of this size goes in the tensor.

        Raises
        ------
        ValueError
            A side comes to 0 px, or to more than int32 can hold.
        """
        height = check_int("DetectorInput.geometry: height", height)
        width = check_int("DetectorInput.geometry: width", width)
        return geometry_of(self, height, width, "DetectorInput.geometry")

    def padding(self) -> tuple[float, ...]:
        """Return what each channel's padding holds in the tensor."""
        table = self.table()
        if table is None:
            return (float(self.pad_value),) * CHANNELS[self.channels]
        return tuple(table[:, self.pad_value].tolist())


def _field(name: str) -> str:
    return f"DetectorInput: {name}"


def _check_side(name: str, value: Any) -> float:
    number = check_real(_field(name), value, "a number")
    if not 1 <= number <= INT32_MAX:
        raise ValueError(f"{_field(name)} must be from 1 to {INT32_MAX}, got {number:g}")
    return int(number) if number.is_integer() else number


def _check_size(value: Any) -> tuple[int, int] | None:
    if value is None:
        return None
    name = _field("size")
    if not is_sequence(value):
        raise TypeError(f"{name} must be a height and a width or None, not {type_name(value)}")
    if len(value) != 2:
        raise ValueError(f"{name} must be a height and a width, got {len(value)} numbers")
    return check_int(f"{name}[0]", value[0]), check_int(f"{name}[1]", value[1])


_IMAGENET_MEAN = (0.485, 0.456, 0.406)
_IMAGENET_STD = (0.229, 0.224, 0.225)

DETECTOR_INPUTS: Mapping[str, DetectorInput] = MappingProxyType({
    "rapidocr": DetectorInput(),
    "paddleocr": DetectorInput(
        limit_type="max",
        limit_side_len=960,
        min_side=32,
        pad_small=True,
        normalization="multiply",
        mean=_IMAGENET_MEAN,
        std=_IMAGENET_STD,
    ),
    "paddlex": DetectorInput(
        limit_side_len=64,
        max_side_limit=4000,
        min_side=32,
        pad_small=True,
        normalization="scale_shift",
        mean=_IMAGENET_MEAN,
        std=_IMAGENET_STD,
    ),
    "easyocr": DetectorInput(
        limit_type="max",
        limit_side_len=2560,
        rounding="pad",
        channels="rgb",
        normalization="divide",
        divisor=1,
        mean=tuple(each * 255.0 for each in _IMAGENET_MEAN),
        std=tuple(each * 255.0 for each in _IMAGENET_STD),
    ),
    "onnxtr": DetectorInput(
        limit_type="contain",
        size=(1024, 1024),
        align="center",
        filter="pillow_bilinear",
        channels="rgb",
        normalization="divide",
        mean=(0.798, 0.785, 0.772),
        std=(0.264, 0.2749, 0.287),
    ),
})  # fmt: skip
"""The inputs of OCR projects' detectors by name, read-only."""
