"""A small data set, and units that kill their process."""

import json
import os
import signal
from pathlib import Path

import cv2
import numpy as np

from fastcv.datasets.task import FailedPage


def make_pages(folder, count, words=12):
    """Make pages of noise and their Label.txt. Return the rows that pipelines take."""
    rng = np.random.default_rng(5)
    folder.mkdir()
    lines, rows = [], []
    for number in range(count):
        path = folder / f"{number:03}.jpg"
        cv2.imwrite(str(path), rng.integers(0, 255, (900, 1200, 3), np.uint8))
        corner = rng.uniform(5, 800, (words, 1, 2))
        quads = (corner + np.array([[0, 0], [90, 1], [89, 25], [0, 24]])).round(2).tolist()
        marks = [{"transcription": f"w{i}", "points": quad} for i, quad in enumerate(quads)]
        lines.append(f"{path.name}\t{json.dumps(marks)}\n")
        rows.append({"path": str(path), "boxes": quads})
    (folder / "Label.txt").write_text("".join(lines))
    return rows


def kill_by_name(version, tasks, rules):
    """Die of pages that are named so: "once", or each time."""
    for task in tasks:
        if task.name.startswith("kill"):
            os.kill(os.getpid(), signal.SIGKILL)
        if task.name.startswith("once") and not Path(task.path).exists():
            Path(task.path).touch()
            os.kill(os.getpid(), signal.SIGKILL)
    return [FailedPage(task.name, task.path, task.number, "cut") for task in tasks]
