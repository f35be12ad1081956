"""Find the annotations of a page: the file beside it that is named after it."""

from __future__ import annotations

import os
from pathlib import Path

_NAMES = (
    "{stem}.json",
    "{stem}.npy",
    "{name}.json",
    "gt_{stem}.txt",
    "{stem}.xml",
    "{stem}.hocr",
    "{stem}.html",
    "{stem}.tsv",
    "{stem}.txt",
)
"""In this order. A .txt may be a plain text, so it comes last."""

_SHARED = "Label.txt"
"""PPOCRLabel's file of all pages of a folder."""


def find_annotations(page: Path, folder: Path | None) -> Path | None:
    """Return the file with a page's annotations, if there is one.

    Parameters
    ----------
    page : Path
        PAGE.jpg, of any suffix.
    folder : Path, optional
        Where to look. By default, beside the page.

    Returns
    -------
    Path or None
        The first that exists of PAGE.json, PAGE.npy, PAGE.jpg.json, gt_PAGE.txt (ICDAR), PAGE.xml,
        PAGE.hocr, PAGE.html, PAGE.tsv, PAGE.txt; else PPOCRLabel's Label.txt, which is of all
        pages of its folder.
    """
    folder = page.parent if folder is None else folder
    names = [name.format(stem=page.stem, name=page.name) for name in _NAMES]
    paths = [folder / name for name in (*names, _SHARED)]
    return next((path for path in paths if os.path.exists(path) and path != page), None)
