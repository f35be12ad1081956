"""What the command line says if the package cannot be imported."""

from __future__ import annotations

import os
import sys

from .progress import complain


def stop_command_line(error: ImportError) -> None:
    """Print one sentence and exit with status 2, if this process is ``fastcv …``.

    Both ways to start the command line import the package first, so that the import itself has to
    report the error. In other programs this function does nothing.
    """
    if _is_command_line():
        complain(str(error))
        raise SystemExit(2)


def _is_command_line() -> bool:
    if sys.argv[:1] == ["-m"]:  # Python is looking for the module's package
        return sys.orig_argv[-len(sys.argv)].removeprefix("-m") == "fastcv"
    return bool(sys.argv) and os.path.basename(sys.argv[0]) == "fastcv"
