"""The command line: ``fastcv crop``, ``colors``, ``bench`` and ``info``."""

from __future__ import annotations

import os
from collections.abc import Sequence

from . import streams
from .arguments import parse
from .commands import COMMANDS
from .opencv import check_environment
from .progress import EXPECTED, complain, explain


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command.

    Returns 0 if all went well, 1 if a file failed or a result could not be printed, and 2 for a
    wrong command line or environment. Raises SystemExit like argparse, with the same numbers.
    """
    streams.open_missing()
    try:
        try:
            status = _run(arguments)
        except SystemExit:  # --help, --version or a wrong command line
            streams.finish_output()
            raise
        streams.finish_output()
        return status
    except KeyboardInterrupt:
        complain("interrupted")
        return 130
    except BrokenPipeError:  # the reader of the output has gone, as `head` does
        streams.forget(1)
        return 141
    except EXPECTED as error:  # not about one file: a full disk under the output, a failed bench
        if isinstance(error, OSError):
            complain(f"standard output: {explain(error)}")
            streams.forget(1)
        else:
            complain(explain(error))
        return 1


def _run(arguments: Sequence[str] | None) -> int:
    options = parse(arguments, COMMANDS)
    if options.max_pixels:
        os.environ["OPENCV_IO_MAX_IMAGE_PIXELS"] = str(options.max_pixels)
    os.environ.setdefault("OPENCV_IO_MAX_IMAGE_PIXELS", str(1 << 28))
    os.environ["OPENCV_LOG_LEVEL"] = "ERROR"  # warnings would break the promise of one line a file
    try:
        check_environment()
    except ValueError as error:
        complain(str(error))
        return 2
    return int(options.run(options))
