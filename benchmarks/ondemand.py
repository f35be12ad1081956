"""What is compiled only when a benchmark asks for it: Cython modules and Numba functions.

Both are optional: a benchmark leaves out the rows of one that is not there, in a sentence.
"""

from __future__ import annotations

import importlib
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

from harness import ROOT, note

FOLDER = ROOT / "build" / "cython"


def load_cython(name: str) -> ModuleType | None:
    """Compile benchmarks/name.pyx, or .py just as it stands, and import it; None without Cython."""
    source = next(Path(__file__).parent.glob(f"{name}.py*"))
    try:
        import Cython
    except ImportError:
        note(f"Left out: {source.name} by Cython (pip install cython setuptools)")
        return None
    module = f"{name}_by_cython"
    copy = FOLDER / f"{module}{source.suffix}"
    built = copy.with_suffix(f".{sys.implementation.cache_tag}.{Cython.__version__}.log")
    if not built.is_file() or built.stat().st_mtime < source.stat().st_mtime:
        note(f"compiling {source.name} with Cython {Cython.__version__} ...")
        FOLDER.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, copy)
        command = [sys.executable, "-m", "Cython.Build.Cythonize", "-3", "-f", "-i", copy.name]
        done = subprocess.run(command, cwd=FOLDER, capture_output=True, text=True)
        if done.returncode:
            note(f"Left out: Cython cannot compile {source.name}:\n{done.stderr.strip()[-400:]}")
            return None
        built.write_text(done.stdout)
    if str(FOLDER) not in sys.path:
        sys.path.insert(0, str(FOLDER))
    return importlib.import_module(module)


def compile_numba(function: Callable[..., Any]) -> Callable[..., Any] | None:
    """Return the function compiled by Numba at its first call; None without Numba."""
    try:
        import numba
    except ImportError:
        note(f"Left out: {function.__name__} by Numba (pip install numba)")
        return None
    compiled: Callable[..., Any] = numba.njit(function)
    return compiled
