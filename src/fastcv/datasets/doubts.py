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
    ignored = page.columns.ignored
    return [index for index, ignore in enumerate(ignored) if rules.keep_ignored or not ignore]


def chosen(quads: NDArray[np.float64], numbers: list[int]) -> NDArray[np.float64]:
    """Return the quads of these numbers, which ascend. Mostly they are all."""
    return quads if len(numbers) == len(quads) else quads[numbers]


def check_quads(
    quads: NDArray[np.float64], kept: list[int], sides: tuple[int, int], rules: CropRules
) -> BoxReport:
    """Check those of a page's quads that are cut, as `fastcv.check_boxes` does."""
    convention = CONVENTIONS[rules.convention.get("convention", "fastcv")]
    order = rules.convention.get("order", convention.order)
    report = check_boxes(chosen(quads, kept), sides, order=order)
    if len(kept) == len(quads):
        return report
    numbers = np.array(kept, np.intp)
    return BoxReport(
        quads.astype(np.float32), {kind: numbers[boxes] for kind, boxes in report.found.items()}
    )


def doubts_of(report: BoxReport) -> str:
    """Say in one line what looks so wrong that nobody wants the crops. Nothing if nothing does."""
    silent = (*_SAID_ELSEWHERE, NO_ALARM)
    found = {kind: boxes for kind, boxes in report.found.items() if kind not in silent}
    return BoxReport(report.quads, found).summary() if found else ""
