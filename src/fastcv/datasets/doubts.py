"""What looks wrong with a page's boxes, by the numbers that they have in the annotations."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..box_problems import BoxReport, check_boxes
from ..conventions import CONVENTIONS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ..annotations.record import AnnotatedPage
    from .task import CropRules

_SAID_ELSEWHERE = ("not finite", "degenerate", "reversed", "crossed")
"""Such boxes fail the page, or are named when they are left out."""

NO_ALARM = "partly outside"
"""Detectors' boxes often reach over the edge."""


def kept_words(page: AnnotatedPage, rules: CropRules) -> list[int]:
    """Return the numbers of the words that are cut."""
    return [index for index, word in enumerate(page.words) if rules.keep_ignored or not word.ignore]


def check_quads(
    quads: NDArray[np.float64], kept: list[int], sides: tuple[int, int], rules: CropRules
) -> BoxReport:
    """Check those of a page's quads that are cut, as `fastcv.check_boxes` does."""
    convention = CONVENTIONS[rules.convention.get("convention", "fastcv")]
    order = rules.convention.get("order", convention.order)
    found = check_boxes(quads[kept], sides, order=order).found
    numbers = np.array(kept, np.intp)
    return BoxReport(
        quads.astype(np.float32), {kind: numbers[boxes] for kind, boxes in found.items()}
    )


def doubts_of(report: BoxReport) -> str:
    """Say in one line what looks so wrong that nobody wants the crops. Nothing if nothing does."""
    silent = (*_SAID_ELSEWHERE, NO_ALARM)
    found = {kind: boxes for kind, boxes in report.found.items() if kind not in silent}
    return BoxReport(report.quads, found).summary() if found else ""
