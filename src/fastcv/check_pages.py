"""``fastcv crop --check``: list what looks wrong with boxes, and cut nothing."""

from __future__ import annotations

import argparse
import re
from functools import partial
from pathlib import Path

from .annotations import quads_of
from .count_images import find_images
from .datasets import CropRules, FailedPage, PageTask
from .datasets.cut import annotations_of, read_for
from .datasets.doubts import NO_ALARM, check_quads, kept_words
from .datasets.plan import Plan
from .datasets.task import title_of
from .naming import refuse_twins
from .progress import EXPECTED, Progress, complain, explain, show


def run_check(options: argparse.Namespace, rules: CropRules) -> bool:
    """Check every page. Return True if one failed or looks wrong."""
    pages, missing = find_images(options.pages, options.page)
    try:
        refuse_twins((page.name, page.path) for page in pages)
        tasks = list(Plan(pages, options.boxes, options.boxes_format).tasks())
    except EXPECTED as error:
        complain(explain(error))
        return True
    doubtful: list[PageTask] = []
    with Progress("page", len(tasks)) as progress:
        work = partial(_check, rules, progress, doubtful)
        failed = progress.try_each(tasks, title_of, work)
    return failed or missing or bool(doubtful)


def _check(
    rules: CropRules, progress: Progress, doubtful: list[PageTask], task: PageTask | FailedPage
) -> str:
    """Return the text to print of one page."""
    progress.advance()
    if isinstance(task, FailedPage):
        raise ValueError(task.reason)
    Path(task.path).stat()  # a missing page comes before missing annotations
    words = annotations_of(task, rules)
    image, _ = read_for(task, rules)
    sides = image.shape[:2]
    report = check_quads(quads_of(words, *sides), kept_words(words, rules), sides, rules)
    if set(report.found) - {NO_ALARM}:
        doubtful.append(task)
    *table, summary = re.sub(r'\b(order|border)="(\w+)"', r"--\1 \2", str(report)).split("\n")
    return "\n".join([f"{show(title_of(task))}: {summary}", *table])
