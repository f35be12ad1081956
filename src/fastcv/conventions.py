"""How a box becomes a crop: fastcv's own convention and those of the OCR projects."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal, get_args, get_origin, get_type_hints

from . import _core
from .checks import check_bool, check_choice, check_int, check_real, is_sequence
from .pickling import PickledByValue


@dataclass(frozen=True, kw_only=True)
class CropConvention(PickledByValue):
    """How a box becomes a crop. The defaults are fastcv's own convention.

    `CONVENTIONS` holds the OCR projects' conventions. `dataclasses.replace` makes one that differs
    in a few fields. p0, p1, p2 and p3 are the box's corners after ``order``.

    Parameters
    ----------
    size : {"longer", "edges", "longer_edges", "mean"}, default "longer"
        The crop's width and height in px.

        - "longer": the longer of the two opposite edges, a float32 norm, cut to whole px.
        - "edges": the edges p0p1 and p1p2, float32 norms. The lengths place the crop's corners;
          cut to whole px, they are the size.
        - "longer_edges": the longer of the two opposite edges, float64 norms, used as in "edges".
        - "mean": the mean of the two opposite edges, float64 norms, cut to whole px.
    corners : {"w-1", "w"}, default "w-1"
        Where p2 lands in a crop of w × h px: (w − 1, h − 1), which is the centre of the last pixel,
        or (w, h). p0 always lands at (0, 0).
    transform : {"perspective", "affine"}, default "perspective"
        Perspective of all four corners, or affine of the first three.
    order : {"given", "clockwise", "min_area_rect"}, default "given"
        Take the corners as given; put them in clockwise order from the left top; or take the
        rectangle of least area around the points, which are first cut to whole px.
    upright : {"quad", "doctr", "easyocr", "mmocr"}, default "quad"
        What a box of four numbers x1, y1, x2, y2 becomes: the quad with these corners, or a slice
        of the page by a project's rule, clipped to the page.

        - "easyocr": coordinates cut to whole px; x2 and y2 lie outside.
        - "doctr": coordinates rounded half to even; x2 and y2 lie inside.
        - "mmocr": padded along its longer side by 0.4 and along its shorter side by 0.2 of the
          shorter side, then cut to whole px; x2 and y2 lie outside.
    interpolation : {"linear", "nearest", "cubic", "area", "lanczos4"}, default "linear"
        As in OpenCV. cv2's ints, such as ``cv2.INTER_CUBIC``, become the names.
    border : {"constant", "replicate", "reflect", "reflect101", "wrap"}, default "constant"
        What lies beyond the page, as in OpenCV. cv2's ints, such as ``cv2.BORDER_REFLECT_101``,
        become the names.
    border_value : number or one number a channel, default 0
        The value beyond the page if ``border`` is "constant".
    tall_ratio : number or None, default None
        A crop whose height / width is at least this is turned 90° counter-clockwise. None: never.
    grayscale : bool, default False
        Make the page gray first, with the values of cv2.COLOR_BGR2GRAY, which takes the first
        channel as blue. Crops have one channel, shape (height, width).

    Raises
    ------
    TypeError
        A field has the wrong type.
    ValueError
        A field has a value that is not in its list, ``border_value`` has no numbers or more than
        four, or ``tall_ratio`` is not a finite number above 0.

    Examples
    --------
    >>> import dataclasses
    >>> dataclasses.replace(fastcv.CONVENTIONS["rapidocr"], tall_ratio=None).corners
    'w'
    """

    size: Literal["longer", "edges", "longer_edges", "mean"] = "longer"
    corners: Literal["w-1", "w"] = "w-1"
    transform: Literal["perspective", "affine"] = "perspective"
    order: Literal["given", "clockwise", "min_area_rect"] = "given"
    upright: Literal["quad", "doctr", "easyocr", "mmocr"] = "quad"
    interpolation: Literal["linear", "nearest", "cubic", "area", "lanczos4"] = "linear"
    border: Literal["constant", "replicate", "reflect", "reflect101", "wrap"] = "constant"
    border_value: float | Sequence[float] = 0
    tall_ratio: float | None = None
    grayscale: bool = False

    def __post_init__(self) -> None:
        for name, choices in _CHOICES.items():
            value = getattr(self, name)
            if name in _CV2_NAMES:
                value = _name_of(name, value)
                object.__setattr__(self, name, value)
            check_choice(_field(name), value, choices)
        object.__setattr__(self, "border_value", _border_value(self.border_value))
        if self.tall_ratio is not None:
            object.__setattr__(self, "tall_ratio", _ratio(self.tall_ratio))
        check_bool(_field("grayscale"), self.grayscale)


_CHOICES: Mapping[str, tuple[str, ...]] = {
    name: get_args(hint)
    for name, hint in get_type_hints(CropConvention).items()
    if get_origin(hint) is Literal
}


_CV2_NAMES = {
    "interpolation": ("nearest", "linear", "cubic", "area", "lanczos4"),
    "border": ("constant", "replicate", "reflect", "wrap", "reflect101"),
}
"""By cv2's ints for them."""


def _name_of(name: str, value: Any) -> str:
    """Return the name of an interpolation or a border, which may be given as cv2's int."""
    if isinstance(value, str):
        return value
    names = _CV2_NAMES[name]
    number = check_int(_field(name), value, 1 << 62, wanted="a str or cv2's int", least=-1 << 62)
    if not 0 <= number < len(names):
        *others, last = (f'"{each}"' for each in _CHOICES[name])
        raise ValueError(
            f"{_field(name)} must be {', '.join(others)} or {last}, or cv2's int for one of them, "
            f"got {number}"
        )
    return names[number]


def _field(name: str) -> str:
    return f"CropConvention: {name}"


def _border_value(value: Any) -> float | tuple[float, ...]:
    name, wanted = _field("border_value"), "a number or one number a channel"
    if not is_sequence(value):
        return check_real(name, value, wanted)
    if not 1 <= len(value) <= 4:
        raise ValueError(f"{name} must be {wanted}, got {len(value)} numbers")
    return tuple(check_real(name, number, wanted) for number in value)


def _ratio(value: Any) -> float:
    ratio = check_real(_field("tall_ratio"), value, "a number or None")
    if not (math.isfinite(ratio) and ratio > 0):
        raise ValueError(f"{_field('tall_ratio')} must be a finite number above 0, got {value!r}")
    return ratio


_PADDLEOCR = CropConvention(corners="w", interpolation="cubic", border="replicate", tall_ratio=1.5)
_DOCTR = CropConvention(size="edges", transform="affine", upright="doctr")

CONVENTIONS: Mapping[str, CropConvention] = MappingProxyType(
    {
        "fastcv": CropConvention(),
        "paddleocr": _PADDLEOCR,
        "rapidocr": _PADDLEOCR,
        "openocr": _PADDLEOCR,
        "paddlex": CropConvention(
            order="min_area_rect",
            corners="w",
            interpolation="cubic",
            border="replicate",
            tall_ratio=1.5,
        ),
        "easyocr": CropConvention(upright="easyocr", grayscale=True),
        "doctr": _DOCTR,
        "onnxtr": _DOCTR,
        "mmocr": CropConvention(
            size="longer_edges", corners="w", order="clockwise", upright="mmocr"
        ),
        "keras_ocr": CropConvention(size="mean", corners="w", order="clockwise"),
    }
)
"""The OCR projects' conventions by name, read-only. docs/conventions.md has their sources."""

_core._set_conventions(CONVENTIONS)
