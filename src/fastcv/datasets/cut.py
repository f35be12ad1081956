"""The work of one page: read it, cut its words, encode them. A pure function, for any process."""

from __future__ import annotations

import re
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import _core
from ..annotations import AnnotatedPage, UnreadPage, quads_of, read_part
from ..pages import PageFile, read_chosen
from ..progress import EXPECTED, explain
from .doubts import check_quads, chosen, doubts_of, kept_words
from .encode import encode_all
from .plan import match
from .task import CropRules, Crops, CutPage, FailedPage, PageTask

if TYPE_CHECKING:
    from numpy.typing import NDArray


def cut_page(task: PageTask, rules: CropRules, num_threads: int | None = 1) -> CutPage:
    """Read a page, cut its words out of it, and encode them.

    Raises
    ------
    OSError, ValueError, TypeError, MemoryError, ImportError
        The page or its annotations cannot be read, a box cannot be cut, or the format cannot hold
        the crops.
    """
    started = perf_counter()
    path = Path(task.path)
    path.stat()  # a missing page comes before missing annotations
    page = annotations_of(task, rules)
    image, frames = read_for(task, rules)
    sides = image.shape[:2]
    all_quads = quads_of(page, *sides)
    kept = kept_words(page, rules)
    quads = chosen(all_quads, kept)
    report = check_quads(all_quads, kept, sides, rules)
    have_read = perf_counter()
    try:
        crops = _cut(image, quads, kept, rules, num_threads)
    except ValueError as error:
        shares = len(report.found.get("normalised", ()))
        raise ValueError(
            f"{error}; {shares:,} boxes lie in 0 … 1 px" if shares else error
        ) from None
    have_cut = perf_counter()
    numbers = [number for number, crop in enumerate(crops) if crop.size]
    crops = [crops[number] for number in numbers]
    contents = encode_all(crops, rules.format, rules.quality)
    boxes = [kept[number] for number in numbers]
    texts = page.columns.texts
    return CutPage(
        task.name,
        task.path,
        task.number,
        Crops(
            boxes,
            chosen(quads, numbers),
            [texts[box] for box in boxes],
            [crop.shape[0] for crop in crops],
            [crop.shape[1] for crop in crops],
            contents,
        ),
        sorted({*kept} - {*boxes}),
        len(page.words) - len(kept),
        (have_read - started, have_cut - have_read, perf_counter() - have_cut),
        frames,
        doubts_of(report),
    )


def try_to_cut(
    task: PageTask, rules: CropRules, num_threads: int | None = 1
) -> CutPage | FailedPage:
    """Cut a page, or say in one line why it cannot be cut."""
    try:
        return cut_page(task, rules, num_threads)
    except EXPECTED as error:
        return task.failed(explain(error, Path(task.path)))


def read_for(task: PageTask, rules: CropRules) -> tuple[NDArray[Any], int]:
    """Return a page, and what `CutPage.frames` is of it."""
    return read_chosen(task.path, task.number, rules.page, exif=rules.exif, dpi=rules.dpi)


def annotations_of(task: PageTask, rules: CropRules) -> AnnotatedPage:
    """Return the page's words, from the task or from the file that it names."""
    if isinstance(task.annotations, AnnotatedPage):
        return task.annotations
    if isinstance(task.annotations, UnreadPage):
        return read_part(task.annotations)
    page = PageFile(Path(task.path), task.number, task.name)
    (found,) = match([page], Path(task.annotations), rules.annotations_format)
    if isinstance(found, FailedPage):
        raise ValueError(found.reason)
    return annotations_of(found, rules)


def _cut(
    image: NDArray[Any],
    quads: NDArray[np.float64],
    kept: list[int],
    rules: CropRules,
    num_threads: int | None,
) -> list[NDArray[Any]]:
    """Cut the quads. A box that cannot be cut is empty, or an error that names its own number."""
    degenerate = "empty" if rules.degenerate == "skip" else "raise"
    keywords = {**rules.convention, "degenerate": degenerate, "num_threads": num_threads}
    try:
        crops: list[NDArray[Any]] = _core.image_crop_openmp(image, quads, **keywords)
    except (ValueError, TypeError) as error:
        reason = str(error).removeprefix("image_crop_openmp: ")
        if len(kept) != 0 and kept[-1] != len(kept) - 1:  # some words before it were left out
            reason = re.sub(
                r"boxes\[(\d+)\]", lambda found: f"boxes[{kept[int(found[1])]}]", reason
            )
        raise type(error)(reason) from None
    return crops
