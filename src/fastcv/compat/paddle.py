"""What PaddleOCR and PaddleX share: DB's boxes, and the decoding of CTC."""

from __future__ import annotations

import importlib
import re
from typing import TYPE_CHECKING, Any

from .. import DETECTOR_BOXES, DecodedText, DetectedBoxes, decode_ctc, detector_boxes
from ..detector_boxes import DetectorBoxes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

_SCORES = {"fast": "box", "slow": "contour"}
_LEFT_TO_RIGHT = re.compile(r"[a-zA-Z0-9 :*./%+-]+|[\s\S]")


class DBSettings:
    """The settings of a ``DBPostProcess``. They may be changed between calls."""

    project: str
    source: str
    """The project's own module, imported for ``box_type="poly"``."""

    def __init__(
        self,
        thresh: float = 0.3,
        box_thresh: float = 0.7,
        max_candidates: int = 1000,
        unclip_ratio: float = 2.0,
        use_dilation: bool = False,
        score_mode: str = "fast",
        box_type: str = "quad",
        **kwargs: Any,
    ) -> None:
        for name, value, choices in (
            ("score_mode", score_mode, ("fast", "slow")),
            ("box_type", box_type, ("quad", "poly")),
        ):
            if value not in choices:
                wanted = " or ".join(f'"{choice}"' for choice in choices)
                raise ValueError(f"DBPostProcess: {name} must be {wanted}, got {value!r}")
        self.thresh = thresh
        self.box_thresh = box_thresh
        self.max_candidates = max_candidates
        self.unclip_ratio = unclip_ratio
        self.use_dilation = use_dilation
        self.score_mode = score_mode
        self.box_type = box_type
        self.rules()
        settings = dict(vars(self))
        self._own: Any = None
        if box_type == "poly":
            self._own = importlib.import_module(self.source).DBPostProcess(**settings)

    def rules(self, **changes: Any) -> DetectorBoxes:
        """Return the rules of `detector_boxes`; each contour's rectangle as it was found."""
        known = DETECTOR_BOXES[self.project]
        given = {
            "threshold": self.thresh,
            "dilation": bool(self.use_dilation),
            "max_candidates": self.max_candidates,
            "score": _SCORES[self.score_mode],
            "box_threshold": self.box_thresh,
            "unclip_ratio": self.unclip_ratio,
            "unclip_measure": known.unclip_measure,
            "scaling": known.scaling,
            "corners": "rectangle",
            "order": "found",
        }
        return DetectorBoxes(**{**given, **changes})

    def find(self, pred: NDArray[Any], shape: Any, **changes: Any) -> DetectedBoxes:
        """Return a map's boxes on a page of shape (height, width, …)."""
        page = int(shape[0]), int(shape[1])
        return detector_boxes(pred, page, spec=self.rules(**changes))


class LabelDecoder:
    """The characters of a recogniser, and its texts."""

    reverse = False

    def __init__(self, letters: Sequence[str]) -> None:
        self.character = ["blank", *letters]
        self.dict = {char: index for index, char in enumerate(self.character)}

    def texts(self, preds: Any, columns: bool) -> list[DecodedText]:
        """Return the texts of probabilities (texts, steps, classes)."""
        found = decode_ctc(preds, self.character, confidence="paddleocr", columns=columns)
        if self.reverse:
            found = [each._replace(text=reverse_arabic(each.text)) for each in found]
        return found


def reverse_arabic(text: str) -> str:
    """Put the characters in the opposite order, except within words of Latin letters and digits."""
    return "".join(reversed(_LEFT_TO_RIGHT.findall(text)))


def group_characters(
    text: str, columns: Sequence[int], other: str
) -> tuple[list[list[str]], list[list[int]], list[str]]:
    """Split a text where its kind of character changes: words, their columns, their kinds.

    Kinds are "cn", "en&num" and `other`. A hyphen after a letter or digit belongs to it, and so
    does a point that a digit follows.
    """
    words: list[list[str]] = []
    places: list[list[int]] = []
    kinds: list[str] = []
    for index, char in enumerate(text):
        kind = _kind_of(char) or other
        if kinds and kinds[-1] == "en&num":
            following = text[index + 1 : index + 2]
            if char == "-" or (char == "." and "0" <= following <= "9"):
                kind = "en&num"
        if not kinds or kinds[-1] != kind:
            words.append([])
            places.append([])
            kinds.append(kind)
        words[-1].append(char)
        places[-1].append(columns[index])
    return words, places, kinds


def _kind_of(char: str) -> str | None:
    if "\u4e00" <= char <= "\u9fff":
        return "cn"
    return "en&num" if char.isascii() and char.isalnum() else None
