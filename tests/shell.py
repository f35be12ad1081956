"""The command line as a user starts it, and a folder with two pages."""

import json
import os
import subprocess
import sys
from contextlib import suppress

import cv2
import numpy as np

from conftest import ROOT

PAGE, BOXES, LOGO = (str(ROOT / "data" / n) for n in ("page.jpg", "page_boxes.json", "logo.png"))
QUADS = [[[10, 10], [50, 12], [49, 30], [9, 28]], [[60, 60], [90, 60], [90, 80], [60, 80]]]


def run(*arguments, **options):
    return subprocess.run(
        [sys.executable, "-m", "fastcv", *map(str, arguments)],
        capture_output=True, text=True, timeout=60, **options,
    )  # fmt: skip


def run_in_shell(redirections, *arguments):
    """Run with redirections of sh, such as ``2>&-``."""
    return subprocess.run(
        ["sh", "-c", f'exec "$@" {redirections}', "sh", sys.executable, "-m", "fastcv", *arguments],
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip


def two_pages(folder, rng, monkeypatch):
    """Work in a folder with two pages, and boxes beside them."""
    monkeypatch.chdir(folder)
    for name in ("a", "b"):
        cv2.imwrite(f"{name}.png", rng.integers(0, 256, (100, 120, 3), np.uint8))
        (folder / f"{name}.json").write_text(json.dumps({"boxes": QUADS}))
    return folder


def forget_settings(monkeypatch):
    """Restore, after the test, what a command sets for its process."""
    for name in ("OPENCV_IO_MAX_IMAGE_PIXELS", "OPENCV_LOG_LEVEL"):
        monkeypatch.setenv(name, "0")
        monkeypatch.delenv(name)


RECORDS = ("labels.jsonl", "rec_gt.txt", "pages.jsonl", "errors.jsonl")
"""What ``fastcv crop`` writes beside the crops."""


def names(folder):
    """All files but the records."""
    files = (path for path in folder.rglob("*") if path.is_file() and path.name not in RECORDS)
    return sorted(str(path.relative_to(folder)) for path in files)


def contents_of(folder):
    return {name: (folder / name).read_bytes() for name in names(folder)}


def workers_of(pid):
    """Return the local engine's processes of a run. Its threads have started them."""
    found = []
    with suppress(FileNotFoundError):
        for task in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{task}/children") as file:
                found += map(int, file.read().split())
    return [child for child in found if b"cut_for_parent" in _command_of(child)]


def _command_of(pid):
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            return file.read()
    except FileNotFoundError:
        return b""
