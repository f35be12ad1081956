"""A file of annotations: read with care, because it may come from anywhere.

What is wrong with one is an OSError, or a ValueError that names the file and the place in it.
"""

from __future__ import annotations

import io
import json
import re
import reprlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cached_property
from importlib import import_module
from itertools import count
from pathlib import Path
from typing import Any, NoReturn

from ..files import read_bytes
from .stream import JSONStream

MAX_TEXT_BYTES = 1 << 25
"""Text, XML and small JSON are read at once. Python's lists may take 25 times their memory."""

HEAD_BYTES = 1 << 16
"""What `Source.head` is of."""


class Source:
    """A file, its beginning, and ways to read the rest."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.format = ""
        """The name of the reader, once it is known."""

    def check(self) -> None:
        """Refuse a folder, a pipe, a missing file."""
        read_bytes(self.path, 1 << 62, most=0)

    @cached_property
    def size(self) -> int:
        """How many bytes the file has."""
        return self.path.stat().st_size

    def fail(self, reason: str, place: str = "") -> NoReturn:
        """Raise a ValueError that names the file, where in it, and which format it was read as."""
        read_as = f" (read as {self.format}: docs/annotations.md)" if self.format else ""
        raise ValueError(": ".join(filter(None, (str(self.path), place, reason))) + read_as)

    @cached_property
    def head(self) -> str:
        """The file's first 64 KiB as text, without a byte order mark."""
        start = read_bytes(self.path, 1 << 62, most=HEAD_BYTES)
        return start.decode(self._encoding, errors="replace").lstrip("\ufeff")

    @cached_property
    def _encoding(self) -> str:
        mark = read_bytes(self.path, 1 << 62, most=2)
        return "utf-16" if mark in (b"\xff\xfe", b"\xfe\xff") else "utf-8"

    @cached_property
    def first_line(self) -> str:
        """The first line that is not blank, as far as it is in the first 64 KiB."""
        return next((line for line in self.head.split("\n") if line.strip()), "").rstrip("\r")

    @cached_property
    def kind(self) -> str:
        """What the file's beginning looks like: npy, json, xml or text."""
        start = self.head.lstrip()
        if self.path.suffix == ".npy" or start[1:6] == "NUMPY":
            return "npy"
        if start[:1] in ("{", "["):
            return "json"
        return "xml" if start[:1] == "<" else "text"

    @cached_property
    def is_list(self) -> bool:
        """Whether the file is a JSON list."""
        return self.kind == "json" and self.head.lstrip().startswith("[")

    @cached_property
    def first(self) -> Any:
        """The first value of a JSON list. None if it is empty, or the file is no list."""
        return next(self.items("item"), None) if self.is_list else None

    @cached_property
    def keys(self) -> frozenset[str]:
        """The keys of a JSON object, or of the first object in a JSON list.

        Of a large object, those in its first 4 MiB.
        """
        if self.kind != "json":
            return frozenset()
        found = self.first if self.is_list else None if self.is_large else self.json
        if isinstance(found, dict):
            return frozenset(found)
        return self._first_keys() if self.is_large and not self.is_list else frozenset()

    def has(self, *keys: str) -> bool:
        """Whether a JSON object has these keys. Of a large one, one of them is enough."""
        if self.is_list:
            return False
        return not self.keys.isdisjoint(keys) if self.is_large else self.keys.issuperset(keys)

    @property
    def look(self) -> str:
        """What the file looks like, for messages."""
        if self.kind == "json":
            keys = ", ".join(sorted(map(repr, self.keys))[:8])
            if self.is_list and not keys:
                return f"a JSON list that starts with {shown(self.first)}"
            return f"a JSON {'list of objects' if self.is_list else 'object'} with the keys {keys}"
        if self.kind == "xml":
            return f"XML or HTML with the root element {self.root!r}"
        if self.kind == "npy":
            return "a NumPy array"
        return f"text that starts with {shown(self.head.strip())}" if self.size else "an empty file"

    @property
    def is_large(self) -> bool:
        """Whether JSON must be streamed, by `items`, instead of read at once."""
        return self.size > MAX_TEXT_BYTES

    @cached_property
    def root(self) -> str:
        """The name of an XML or HTML file's first element, in lower case and without prefix."""
        text = re.sub(r"<\?.*?\?>|<!.*?>", "", self.head, flags=re.S)
        found = re.search(r"<(?:[\w.-]+:)?([\w.-]+)", text)
        return found[1].lower() if found and self.kind == "xml" else ""

    @cached_property
    def content(self) -> bytes:
        """The whole file."""
        try:
            return read_bytes(self.path, MAX_TEXT_BYTES)
        except ValueError as error:
            self.fail(str(error))

    @cached_property
    def text(self) -> str:
        """The whole file as text, UTF-8 or with a byte order mark UTF-16."""
        try:
            return self.content.decode(self._encoding).lstrip("\ufeff")
        except UnicodeDecodeError as error:
            self.fail(f"not UTF-8: {error.reason} at byte {error.start}")

    def lines(self) -> Iterator[tuple[int, str]]:
        """The lines that are not blank, with their numbers, counted from 1. Of any number."""
        with open(self.path, encoding=self._encoding, newline=None) as file:
            for number in count(1):
                try:
                    line = file.readline(MAX_TEXT_BYTES)
                except UnicodeDecodeError as error:
                    self.fail(f"not UTF-8: {error.reason}", f"line {number} or later")
                if len(line) == MAX_TEXT_BYTES:
                    self.fail(f"over {MAX_TEXT_BYTES:,} characters", f"line {number}")
                if not line:
                    return
                line = line.rstrip("\n").lstrip("\ufeff")
                if line.strip():
                    yield number, line

    @cached_property
    def json(self) -> Any:
        """The whole file as JSON."""
        return self.parse_json(self.text)

    def parse_json(self, text: str, place: str = "") -> Any:
        """Parse JSON, of the whole file or of a line."""
        try:
            return json.loads(text)
        except RecursionError:
            self.fail("lists in lists, too deep", place)
        except json.JSONDecodeError as error:
            self.fail(f"not JSON: {error}", place)
        except ValueError:  # Python's own limit, sys.set_int_max_str_digits
            self.fail("a whole number has too many digits", place)

    def items(self, prefix: str, *, needed: bool = False) -> Iterator[Any]:
        """Go through the values at `prefix`: keys, with dots between them.

        "images" is one value, "images.item" are the values of the list under that key, and "item"
        those of a file that is a list. A large file is streamed. If the list is not there, or is
        something else, there are no values; if it is needed, a large file is refused for it.
        """
        names, is_list = _split(prefix.removesuffix("item")), prefix.endswith("item")
        if self.is_large:
            with self._stream() as stream:
                for _ in _find(stream, names, "[" if needed else ""):
                    for _ in stream.parts("[") if is_list else ("",):
                        yield stream.value()
            return
        found = self._find(names)
        if not is_list:
            yield from () if found is None else (found,)
        elif isinstance(found, list):
            yield from found

    def pairs(self, prefix: str, *, needed: bool = False) -> Iterator[tuple[str, Any]]:
        """Go through the keys and values of the object at `prefix`, as `items` does.

        A large file may have a key twice.
        """
        if self.is_large:
            with self._stream() as stream:
                for _ in _find(stream, _split(prefix), "{" if needed else ""):
                    for key in stream.parts("{"):
                        yield key, stream.value()
            return
        found = self._find(_split(prefix))
        if isinstance(found, dict):
            yield from found.items()

    def _find(self, names: list[str]) -> Any:
        found = self.json
        for name in names:
            found = found.get(name) if isinstance(found, dict) else None
        return found

    @contextmanager
    def _stream(self) -> Iterator[JSONStream]:
        encoding = "utf-8-sig" if self._encoding == "utf-8" else self._encoding
        with open(self.path, encoding=encoding, newline="") as file:
            try:
                yield JSONStream(file, MAX_TEXT_BYTES)
            except UnicodeDecodeError as error:
                self.fail(f"not UTF-8: {error.reason}")
            except ValueError as error:
                self.fail(str(error))

    def _first_keys(self) -> frozenset[str]:
        start = read_bytes(self.path, 1 << 62, most=1 << 22).decode(self._encoding, "replace")
        stream = JSONStream(io.StringIO(start.lstrip("\ufeff")), MAX_TEXT_BYTES)
        keys = set()
        # The beginning of a file ends early, and what else is wrong with it shows when it is read.
        with suppress(ValueError):
            for key in stream.parts("{"):
                keys.add(key)
                stream.skip()
        return frozenset(keys)

    @cached_property
    def xml(self) -> Any:
        """The root element of an XML file. Entities are refused."""
        parser = need("defusedxml.ElementTree", f"{self.path}: XML")
        try:
            return parser.fromstring(self.content, forbid_dtd=False)
        except Exception as error:  # ParseError, and what defusedxml forbids
            self.fail(f"not XML that is safe to read: {' '.join(str(error).split())}")


def _find(stream: JSONStream, names: list[str], needed: str) -> Iterator[None]:
    """Stop at the value under these keys. If "[" or "{" is needed, refuse a file without it."""
    found = False
    for _ in stream.find(names):
        found = True
        if needed and not stream.is_at(needed):
            kind = "a list" if needed == "[" else "an object"
            raise ValueError(f"{'.'.join(names)}: {shown(stream.value())} is not {kind}")
        yield
    if needed and not found:
        raise ValueError(f"has no {names[-1]!r}")


def _split(prefix: str) -> list[str]:
    return [name for name in prefix.split(".") if name]


def shown(value: Any) -> str:
    """A value, cut short, for messages."""
    return reprlib.repr(value)


def need(module: str, what: str, extra: str = "datasets") -> Any:
    """Import a package of an extra."""
    try:
        return import_module(module)
    except ImportError as error:
        package = module.split(".")[0]
        raise ImportError(f"{what} needs {package}: pip install 'fastcv-ocr[{extra}]'") from error
