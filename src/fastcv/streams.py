"""Standard input, output and error, some of which may be closed or full."""

from __future__ import annotations

import errno
import io
import os
import sys


class _ClosedOutput(io.TextIOBase):
    """Stands for a standard output that was closed before the program started."""

    lost = False
    """Whether anything was printed."""

    def write(self, text: str) -> int:
        self.lost = self.lost or bool(text)
        return len(text)


def open_missing() -> None:
    """Open closed standard descriptors on the null device.

    Otherwise the next files that are opened would become standard output and error.
    """
    while (descriptor := os.open(os.devnull, os.O_RDWR)) <= 2:
        os.set_inheritable(descriptor, True)
    os.close(descriptor)
    if sys.stdout is None:  # Python found it closed
        sys.stdout = _ClosedOutput()
    if sys.stderr is None:  # argparse would print its errors on standard output
        sys.stderr = open(os.devnull, "w")  # noqa: SIM115


def finish_output() -> None:
    """Raise an OSError unless everything that was printed has been written."""
    output = sys.stdout
    if isinstance(output, _ClosedOutput):
        if output.lost:
            output.lost = False
            raise OSError(errno.EBADF, "closed, so the results are lost")
    elif output is not None:
        output.flush()


def forget(descriptor: int) -> None:
    """Drop what could not be written to 1 or 2: Python would try again when it ends."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, descriptor)
    os.close(nowhere)
