"""What the results of a file are called."""

from __future__ import annotations

import os
from collections.abc import Iterable


def name_of(path: str | os.PathLike[str]) -> str:
    """What a file's results are called. Never `.` or `..`, which would lead out of the folder."""
    name = os.path.basename(path)
    stem = os.path.splitext(name)[0]
    return stem if stem.strip(".") else name


def refuse_twins(named: Iterable[tuple[str, str | os.PathLike[str]]]) -> None:
    """Raise a ValueError if two files have the same name: their results would be one."""
    seen: dict[str, str | os.PathLike[str]] = {}
    for name, path in named:
        if name in seen:
            raise ValueError(
                f"two files are called {name}, {seen[name]} and {path}: give them in two runs, or "
                "give the folder that holds their folders"
            )
        seen[name] = path
