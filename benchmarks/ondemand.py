"""Code that is compiled on demand: Cython modules, Numba functions, the lesson's C.

All compilers are optional: without one, a benchmark says so and leaves out its rows.
"""

from __future__ import annotations

import importlib
import shlex
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest.mock import patch

import harness
from harness import ROOT, note

FOLDER = ROOT / "build" / "cython"


@cache
def load_cython(name: str) -> ModuleType | None:
    """Compile benchmarks/name.pyx, or an unchanged name.py, and import it; None without Cython."""
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
    with patch.object(harness, "profile", lambda function: function):  # it sees only Python lines
        return importlib.import_module(module)


def load_c(name: str) -> ModuleType | None:
    """Compile the module benchmarks/name.c and import it; None if that fails."""
    import numpy as np

    source = Path(__file__).parent / f"{name}.c"
    built = FOLDER.parent / "lesson" / f"{name}{sysconfig.get_config_var('EXT_SUFFIX')}"
    if not built.is_file() or built.stat().st_mtime < source.stat().st_mtime:
        built.parent.mkdir(parents=True, exist_ok=True)
        compiler = shlex.split(sysconfig.get_config_var("CC") or "cc")
        includes = [f"-I{sysconfig.get_path('include')}", f"-I{np.get_include()}"]
        command = [*compiler, "-O2", "-fPIC", "-shared", *includes, str(source), "-o", str(built)]
        try:
            subprocess.run(command, check=True, capture_output=True, text=True)
        except (OSError, subprocess.CalledProcessError) as error:
            note(f"Left out: {source.name} cannot be compiled: {error}")
            return None
    sys.path.insert(0, str(built.parent))
    return importlib.import_module(name)


def compile_numba(function: Callable[..., Any]) -> Callable[..., Any] | None:
    """Return a function that Numba compiles at its first call; None without Numba."""
    try:
        import numba
    except ImportError:
        note(f"Left out: {function.__name__} by Numba (pip install numba)")
        return None
    compiled: Callable[..., Any] = numba.njit(function)
    return compiled
