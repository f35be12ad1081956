"""What the results of a file are called."""

from __future__ import annotations

import os


def name_of(path: str | os.PathLike[str]) -> str:
    """What a file's results are called. Never `.` or `..`, which would lead out of the folder."""
    name = os.path.basename(path)
    stem = os.path.splitext(name)[0]
    return stem if stem.strip(".") else name
