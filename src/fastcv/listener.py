"""What decoders print on standard error: for some of them, the only report of damage.

Given a damaged file, libjpeg and libtiff fill in what is missing, return success and print a
line. OpenCV has no other way to learn of the damage.

Standard error belongs to the whole process. `listen` therefore holds a lock, and a thread passes on
every line that is not a decoder's, as soon as the line is complete:

- Lines that other threads print meanwhile reach the real standard error, in order.
- A child process that another thread starts meanwhile inherits the pipe as its standard error. Its
  output is passed on for as long as this process lives.
- ``os.fork`` waits until the decoder has returned.
- If the process crashes meanwhile, its last line may be lost.
"""

from __future__ import annotations

import errno
import fcntl
import os
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from .forks import LOCK
from .opencv import load_cv2

_LOG = rb"\[ *[A-Z]+:\S+ global (?:grfmt_\S+|loadsave\.cpp:\S+) \S+ "
_ERROR = re.compile(
    rb"(?:libpng error: |" + _LOG.replace(b"[A-Z]+", b"ERROR") + rb")(.+)"
    rb"|((?:Corrupt JPEG data: |Premature end of JPEG file).*)"
)
_LINE = re.compile(
    rb"libpng (?:error|warning): |" + _LOG + rb"|Corrupt JPEG data: |Premature end of JPEG file"
    rb"|Warning: unknown JFIF revision number |Inconsistent progression sequence for component "
    rb"|Invalid SOS parameters for sequential JPEG|Unknown Adobe color transform code "
)
_MORE = re.compile(rb"(?:> .*)?")
"""OpenCV's messages may go on, in lines that start with ``>`` or are blank."""


class Heard:
    """The lines of decoders, and the first error among them."""

    def __init__(self) -> None:
        self.lines: list[bytes] = []

    @property
    def complaint(self) -> str:
        """The first error, without the places in OpenCV's own source."""
        for line in self.lines:
            found = _ERROR.search(line)
            if found:
                text = (found[1] or found[2]).decode(errors="replace")
                return re.sub(r".*error: \(-\d+:[^)]*\) | ?in function .*", "", text)
        return ""

    def pass_on(self) -> None:
        """Print the lines: they were another thread's."""
        with suppress(OSError):
            os.write(2, b"".join(self.lines))


@contextmanager
def listen() -> Iterator[Heard]:
    """Collect what decoders print on file descriptor 2."""
    heard = Heard()
    cv2 = load_cv2()
    with LOCK:
        log = cv2.utils.logging
        level = log.getLogLevel()
        before = _duplicate(2)
        reader = None
        try:
            reader = _Reader(before, heard)
            os.dup2(reader.write_end, 2)
            log.setLogLevel(max(level, log.LOG_LEVEL_ERROR))
            yield heard
        finally:
            log.setLogLevel(level)
            if before is not None:
                os.dup2(before, 2)
            elif reader:
                with suppress(OSError):
                    os.close(2)
            if reader:
                reader.finish()
            elif before is not None:
                os.close(before)


class _Reader:
    """A pipe, and the thread that empties it."""

    def __init__(self, target: int | None, heard: Heard) -> None:
        self._target = target
        self._heard = heard
        self._mark = b"\0fastcv-" + os.urandom(16).hex().encode() + b"\n"
        self._done = threading.Event()
        self._saw_mark = False
        self._read_end, self.write_end = open_pipe()
        self._thread = threading.Thread(target=self._run, name="fastcv-listener", daemon=True)
        try:
            self._thread.start()
        except RuntimeError as error:  # no more threads
            os.close(self._read_end)
            os.close(self.write_end)
            raise OSError(errno.EAGAIN, str(error)) from None

    def finish(self) -> None:
        """Return when all that was printed before has been read.

        The thread ends now, or when the last child process has ended that inherited the pipe.
        """
        with suppress(BrokenPipeError):
            os.write(self.write_end, self._mark)
        os.close(self.write_end)
        while not self._done.wait(0.1) and self._thread.is_alive():
            pass  # a child process that a signal's handler has forked has no such thread
        if not self._saw_mark:
            raise MemoryError("what the decoder printed could not be read")

    def _run(self) -> None:
        try:
            self._read()
        finally:
            self._done.set()
            os.close(self._read_end)
            if self._target is not None:
                os.close(self._target)

    def _read(self) -> None:
        rest = b""
        while chunk := os.read(self._read_end, 1 << 16):
            if self._done.is_set():
                self._print(chunk)
                continue
            before, mark, after = (rest + chunk).partition(self._mark)
            *lines, rest = before.splitlines(keepends=True) or [b""]
            if rest and (mark or rest.endswith(b"\n")):
                lines.append(rest)
                rest = b""
            for line in lines:
                self._sort(line)
            if mark:
                self._print(after)
                self._saw_mark = True
                self._done.set()

    def _sort(self, line: bytes) -> None:
        """Keep a decoder's line. Another thread may have printed a part of a line before it."""
        found = _LINE.search(line)
        is_more = not found and self._heard.lines and _MORE.fullmatch(line.rstrip(b"\r\n"))
        if found:
            self._print(line[: found.start()])
            line = line[found.start() :]
        if found or is_more:
            self._heard.lines.append(line)
        else:
            self._print(line)

    def _print(self, text: bytes) -> None:
        with suppress(OSError):
            while text and self._target is not None:
                text = text[os.write(self._target, text) :]


def _duplicate(descriptor: int) -> int | None:
    """A copy above 2, or None if the descriptor is closed."""
    try:
        return fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, 3)
    except OSError as error:
        if error.errno == errno.EBADF:
            return None
        raise


def open_pipe() -> tuple[int, int]:
    """Open a pipe whose ends are above 2, even if standard descriptors are closed."""
    ends: list[Any] = []
    low = os.pipe()
    try:
        for end in low:
            ends.append(_duplicate(end))
    except OSError:
        for end in ends:
            os.close(end)
        raise
    finally:
        for end in low:
            os.close(end)
    return ends[0], ends[1]
