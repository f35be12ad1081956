"""What the results of a file are called."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from .progress import show


def name_of(path: Path) -> str:
    """What a file's results are called. Never `.` or `..`, which would lead out of the folder."""
    return path.stem if path.stem.strip(".") else path.name


def refuse_twins(options: argparse.Namespace, paths: Sequence[Path]) -> None:
    """Refuse files of the same name, whose results would replace each other."""
    seen: set[str] = set()
    for name in map(name_of, paths):
        if name in seen:
            options.parser.error(f"two files are called {show(name)}: give them in two runs")
        seen.add(name)
