"""JSON of any size, value by value, in little memory.

Python's decoder needs the whole of a text. So a window goes over the file, and the decoder gets
one value of a list or object at a time. A value that the window cuts is decoded again with more
of the file. Values that nobody asked for are decoded too, part by part, to find what is wrong.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, NoReturn, TextIO

_READ = 1 << 16
"""How many characters are read at once. Values of fewer are decoded whole when passed over."""

_CUT = 16
"""A cut may be noticed so many characters before it: behind the 1 of "1e-", before "-Infinit"."""

_BLANK = frozenset(("", *" \t\n\r"))
_BLANKS = re.compile(r"[ \t\n\r]*")
_COMMA = re.compile(r"[ \t\n\r]*,[ \t\n\r]*")
_IN_STRING = re.compile(r'(?:[^"\\\x00-\x1f]+|\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4}))*')
_IN_NUMBER = frozenset("0123456789.eE+-")
_ENDS = frozenset(" \t\n\r,:]}")
_CLOSING = {"[": "]", "{": "}"}
_decode = json.JSONDecoder().raw_decode


class _TooLongError(ValueError):
    """A value is longer than it may be."""


class JSONStream:
    """A place in a JSON file. It moves forward only.

    What is wrong with the file is a ValueError with the character's number, counted from 0.
    """

    def __init__(self, file: TextIO, most: int, read: int = _READ) -> None:
        """Begin at the file's start. A value of over `most` characters is refused."""
        self._file = file
        self._most = max(most, read)
        self._read = read
        self._window = ""
        self._at = 0
        self._gone = 0  # characters before the window

    def find(self, names: list[str]) -> Iterator[None]:
        """Stop at the value under these keys, if it is there, then check the rest of the file.

        The caller must go behind the value, with one of the other methods. A second value
        under the same keys is refused.
        """
        yield from self._find(names)
        if self._peek():
            self._fail("not JSON: Extra data")

    def parts(self, kind: str) -> Iterator[str]:
        """Stop at each part of a list, "[", or an object, "{": give its key, "" in a list.

        The caller must go behind each part. Another value has no parts: it is passed over.
        """
        if self._peek() != kind:
            self.skip()
            return
        closing = _CLOSING[kind]
        self._at += 1
        if self._peek() != closing:
            while True:
                yield self._key() if kind == "{" else ""
                if comma := _COMMA.match(self._window, self._at):
                    self._at = comma.end()
                elif self._peek() == ",":
                    self._at += 1
                else:
                    break
        if self._peek() != closing:
            self._fail("not JSON: Expecting ',' delimiter")
        self._at += 1

    def is_at(self, kind: str) -> bool:
        """Whether the value here is a list, "[", or an object, "{"."""
        return self._peek() == kind

    def value(self) -> Any:
        """Decode a value, and go behind it."""
        return self._value(self._most)

    def skip(self) -> None:
        """Go behind a value of any size, without keeping it."""
        self._skip(self._read)

    def _find(self, names: list[str]) -> Iterator[None]:
        if not names:
            yield
            return
        found = False
        for key in self.parts("{"):
            if key != names[0]:
                self.skip()
            elif found:
                self._fail(f"the key {key!r} is there twice")
            else:
                found = True
                yield from self._find(names[1:])

    def _key(self) -> str:
        if self._peek() != '"':
            self._fail("not JSON: Expecting property name enclosed in double quotes")
        key: str = self.value()
        if self._peek() != ":":
            self._fail("not JSON: Expecting ':' delimiter")
        self._at += 1
        return key

    def _value(self, most: int) -> Any:
        if self._window[self._at : self._at + 1] in _BLANK:
            self._peek()
        while True:
            try:
                value, end = _decode(self._window, self._at)
            except RecursionError:
                self._fail("lists in lists, too deep")
            except ValueError as error:
                if not self._is_cut(self._reach(error)) or not self._read_on(most):
                    self._refuse(error)
            else:
                # What follows a number may belong to it.
                ends = self._window[end : end + 1] in _ENDS
                if ends or not self._is_cut(end) or not self._read_on(most):
                    self._at = end
                    return value

    def _is_cut(self, end: int) -> bool:
        return end >= len(self._window) - _CUT

    def _reach(self, error: ValueError) -> int:
        """Return how far the decoder looked before it failed."""
        if not isinstance(error, json.JSONDecodeError):
            # A whole number has too many digits. It may be the beginning of a float.
            return len(self._window) if self._window[-1] in _IN_NUMBER else 0
        if not self._window.startswith('"', error.pos):
            return error.pos
        # A string that is cut fails at its beginning, others before and behind them.
        try:
            return int(_decode(self._window, error.pos)[1])
        except ValueError:
            return len(self._window)

    def _skip(self, most: int) -> None:
        try:
            self._value(min(most, self._most))
        except _TooLongError:
            kind = self._peek()
            if kind == '"':
                self._skip_string()
            elif most >= self._most:
                raise
            elif kind in _CLOSING:
                # Each level may keep twice as much, so that few levels are looked at twice.
                for _ in self.parts(kind):
                    self._skip(2 * most)
            else:
                self._value(self._most)

    def _skip_string(self) -> None:
        self._at += 1
        while not self._window.startswith('"', self._at):
            end = _end(_IN_STRING, self._window, self._at, self._at + _READ)
            if end > self._at:
                self._at = end
            elif len(self._window) - end >= len("\\u0000") or not self._read_on(self._most):
                self._fail("not JSON: Invalid string")
        self._at += 1

    def _peek(self) -> str:
        """Go to the next character that is not blank. "" at the end of the file."""
        while (character := self._window[self._at : self._at + 1]) in _BLANK:
            self._at = _end(_BLANKS, self._window, self._at)
            if self._at == len(self._window) and not self._read_on(self._most):
                return ""
        return character

    def _read_on(self, most: int) -> bool:
        """Drop what is behind, and read as much as is left. False at the end of the file."""
        left = len(self._window) - self._at
        if left >= most:
            raise _TooLongError(self._say(f"a value of over {most:,} characters"))
        more = self._file.read(max(self._read, min(left, most - left)))
        if more:
            self._window = self._window[self._at :] + more
            self._gone += self._at
            self._at = 0
        return bool(more)

    def _refuse(self, error: ValueError) -> NoReturn:
        if isinstance(error, json.JSONDecodeError):
            self._at = error.pos
            self._fail(f"not JSON: {error.msg}")
        self._fail("a whole number has too many digits")

    def _fail(self, reason: str) -> NoReturn:
        raise ValueError(self._say(reason)) from None

    def _say(self, reason: str) -> str:
        return f"{reason}: char {self._gone + self._at}"


def _end(pattern: re.Pattern[str], text: str, *span: int) -> int:
    """Return where what the pattern finds ends. It must fit nothing too."""
    found = pattern.match(text, *span)
    return found.end() if found else span[0]
