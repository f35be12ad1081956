"""A file of annotations: read with care, because it may come from anywhere.

What is wrong with one is an OSError, or a ValueError that names the file and the place in it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

from ..files import read_bytes

MAX_TEXT_BYTES = 1 << 25
"""Text, XML and small JSON are read at once. Python's lists may take 25 times their memory."""

_HEAD_BYTES = 1 << 16


class Source:
    """A file, its beginning, and ways to read the rest."""

    def __init__(self, path: Path) -> None:
        self.path = path
        read_bytes(path, 1 << 62, most=0)  # a folder, a pipe, a missing file
        self.size = path.stat().st_size

    def fail(self, reason: str, place: str = "") -> NoReturn:
        """Raise a ValueError that names the file, and where in it."""
        raise ValueError(": ".join(filter(None, (str(self.path), place, reason))))

    @cached_property
    def head(self) -> str:
        """The file's first 64 KiB as text, without a byte order mark."""
        start = read_bytes(self.path, 1 << 62, most=_HEAD_BYTES)
        return start.decode(self._encoding, errors="replace").lstrip("\ufeff")

    @cached_property
    def _encoding(self) -> str:
        mark = read_bytes(self.path, 1 << 62, most=2)
        return "utf-16" if mark in (b"\xff\xfe", b"\xfe\xff") else "utf-8"

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
    def keys(self) -> frozenset[str]:
        """The keys of a JSON object, or of the first object in a JSON list."""
        if self.kind != "json":
            return frozenset()
        if self.is_large:
            return self._keys_by_streaming()
        found = self.json
        first = found[0] if isinstance(found, list) and found else found
        return frozenset(first) if isinstance(first, dict) else frozenset()

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
            number = 0
            try:
                for number, line in enumerate(file, 1):
                    line = line.rstrip("\n").lstrip("\ufeff")
                    if line.strip():
                        yield number, line
            except UnicodeDecodeError as error:
                self.fail(f"not UTF-8: {error.reason}", f"line {number + 1}")

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

    def items(self, prefix: str) -> Iterator[Any]:
        """Stream the values at `prefix` of a large JSON file, as ijson names places: "item"."""
        with open(self.path, "rb") as file:
            yield from self._stream("items", file, prefix)

    def pairs(self, prefix: str) -> Iterator[tuple[str, Any]]:
        """Stream the keys and values of the object at `prefix` of a large JSON file."""
        with open(self.path, "rb") as file:
            yield from self._stream("kvitems", file, prefix)

    def _stream(self, name: str, file: Any, *arguments: Any) -> Iterator[Any]:
        ijson = need("ijson", f"{self.path}: JSON of over {MAX_TEXT_BYTES >> 20} MiB")
        try:
            yield from getattr(ijson, name)(file, *arguments, use_float=True)
        except ijson.JSONError as error:
            self.fail(f"not JSON: {error}")
        except UnicodeDecodeError as error:
            self.fail(f"not UTF-8: {error.reason}")

    def _keys_by_streaming(self) -> frozenset[str]:
        keys = set()
        with open(self.path, "rb") as file:
            for prefix, event, value in self._stream("parse", file):
                if event == "map_key" and prefix in ("", "item"):
                    keys.add(value)
                elif (prefix, event) == ("item", "end_map"):
                    break
        return frozenset(keys)

    @cached_property
    def xml(self) -> Any:
        """The root element of an XML file. Entities are refused."""
        parser = need("defusedxml.ElementTree", f"{self.path}: XML")
        try:
            return parser.fromstring(self.content, forbid_dtd=False)
        except Exception as error:  # ParseError, and what defusedxml forbids
            self.fail(f"not XML that is safe to read: {' '.join(str(error).split())}")


def need(module: str, what: str) -> Any:
    """Import a package of the extra "datasets"."""
    try:
        return import_module(module)
    except ImportError as error:
        package = module.split(".")[0]
        raise ImportError(f"{what} needs {package}: pip install 'fastcv-ocr[datasets]'") from error
