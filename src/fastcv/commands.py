"""The commands, and the two short ones: ``fastcv bench`` and ``fastcv info``."""

from __future__ import annotations

import argparse
import json
import sys

import numpy as np

from . import _core
from .count_images import run_colors
from .crop_pages import run_crop
from .opencv import load_cv2


def run_bench(options: argparse.Namespace) -> bool:
    """Measure this machine, and print tables or JSON."""
    from .bench import measure_all, print_tables

    tables = measure_all(options.words, options.repeat, options.threads or _core.get_num_threads())
    if options.json:
        print(json.dumps(tables, indent=2))
    else:
        print_tables(tables)
    return False


def run_info(options: argparse.Namespace) -> bool:
    """Print versions, kernels and settings."""
    crop_bytes, call_bytes = _core.get_output_limits()
    try:
        cv2 = load_cv2().__version__
    except ImportError:
        cv2 = None
    facts = {
        **_core.build_info(),
        "python": sys.version.split()[0],
        "numpy": np.__version__,
        "cv2": cv2,
        "threads": _core.get_num_threads(),
        "crop_bytes": crop_bytes,
        "call_bytes": call_bytes,
        **{f"pool_{name}": value for name, value in _core.memory_pool_info().items()},
    }
    if options.json:
        print(json.dumps(facts, indent=2))
        return False
    width = max(map(len, facts))
    for name, value in facts.items():
        shown = ", ".join(value) if isinstance(value, tuple) else value
        print(f"{name:<{width}}  {'none' if shown is None else shown}")
    return False


COMMANDS = {"crop": run_crop, "colors": run_colors, "bench": run_bench, "info": run_info}
