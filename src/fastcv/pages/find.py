"""Find the files of pages: by name, in folders, by patterns."""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from fnmatch import translate
from glob import has_magic
from itertools import chain
from pathlib import Path, PurePath
from typing import NamedTuple

from ..files import read_bytes
from ..naming import name_of, refuse_twins
from ..progress import EXPECTED, explain
from .read import count_pages

_SUFFIXES = frozenset((
    ".avif", ".bmp", ".dib", ".exr", ".gif", ".hdr", ".j2k", ".jfif", ".jp2", ".jpe", ".jpeg",
    ".jpg", ".pbm", ".pdf", ".pfm", ".pgm", ".pic", ".png", ".pnm", ".ppm", ".pxm", ".ras", ".sr",
    ".tif", ".tiff", ".webp",
))  # fmt: skip
"""Of files that are pages in a folder: what OpenCV reads, and PDF."""

_HAS_PAGES = frozenset((".tif", ".tiff", ".pdf"))

LEDGER = "pages.jsonl"
LEDGER_START = b'{"fastcv": '
"""A file in each data set that fastcv has made, and what it starts with."""

_NUMBERS = re.compile("([0-9]+)")

_Test = Callable[[str], bool]


class PageFile(NamedTuple):
    """A page: a file, or one of the pages in a file."""

    path: Path
    number: int | None
    """The page in a file of several, counted from 0. None for a file of one page."""
    name: str
    """What its results are called: the path in the given folder, or the file's name, without
    suffix, with "/" on every system. "_p0003" is the third page of a file of several.
    """

    @property
    def title(self) -> str:
        """What messages call it."""
        return page_title(self.path, self.number)


def page_title(path: str | Path, number: int | None) -> str:
    """Return a page's path, and which page of the file it is, counted from 1."""
    return str(path) if number is None else f"{path} page {number + 1}"


def find_pages(patterns: Sequence[str | os.PathLike[str]]) -> list[PageFile]:
    """List pages, each with a name of its own.

    Parameters
    ----------
    patterns : sequence of str or os.PathLike
        Files; folders, in which files with the suffix of a picture or of PDF are found, at any
        depth; and patterns, with ``**`` for folders at any depth. In folders and patterns, names
        that start with a dot are left out. So are data sets that `fastcv crop` has made: their
        crops are no pages.

    Returns
    -------
    list of PageFile
        In the given order; within a folder or a pattern in natural order: "2.png" comes before
        "10.png". A TIFF or PDF of several pages is listed page by page. One whose pages cannot be
        counted is listed as one page: `read_page` says what is wrong with it.

    Raises
    ------
    FileNotFoundError
        There is no such file, or nothing fits the pattern.
    ValueError
        A folder holds no page, or two pages have the same name.
    OSError
        A folder cannot be read.
    """
    found = list(chain.from_iterable(map(list_pages, patterns)))
    refuse_twins((page.name, page.path) for page in found)
    return found


def list_all(
    patterns: Sequence[str | os.PathLike[str]], only: int | None
) -> tuple[list[PageFile], list[tuple[Path, str]]]:
    """List the pages of all patterns as `list_pages` does, and those that fail, each with why."""
    found: list[PageFile] = []
    missing: list[tuple[Path, str]] = []
    for pattern in patterns:
        try:
            found += list_pages(pattern, only)
        except EXPECTED as error:
            path = Path(pattern)
            missing.append((path, explain(error, path)))
    return found, missing


def list_pages(pattern: str | os.PathLike[str], only: int | None = None) -> list[PageFile]:
    """List the pages of one file, folder or pattern as `find_pages` does. Names may be equal.

    Of a file of several pages list page `only`, counted from 1, whether there is such a page or
    not.
    """
    text = os.fspath(pattern)
    if os.path.isdir(text):
        files = list(_walk(text, [None, _is_page]))
        if not files:
            raise ValueError(f"{text}: no pages in this folder")
    elif os.path.lexists(text):
        files = [(Path(text), name_of(text))]
    elif has_magic(text):
        parts = PurePath(text).parts
        fixed = next(index for index, part in enumerate(parts) if has_magic(part))
        top = os.path.join(*parts[:fixed]) if fixed else os.curdir
        files = list(_walk(top, [_test_of(part) for part in parts[fixed:]]))
        if not files:
            raise FileNotFoundError(errno.ENOENT, "nothing fits this pattern", text)
    else:
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), text)
    return list(chain.from_iterable(_pages_of(path, name, only) for path, name in files))


def _pages_of(path: Path, name: str, only: int | None) -> Iterator[PageFile]:
    count = 1
    suffix = os.path.splitext(path)[1].lower()
    if suffix in _HAS_PAGES or suffix not in _SUFFIXES:
        with suppress(*EXPECTED):
            count = count_pages(path)
    if count <= 1:
        yield PageFile(path, None, name)
        return
    digits = max(4, len(str(count)))
    for number in range(count) if only is None else [only - 1]:
        yield PageFile(path, number, f"{name}_p{number + 1:0{digits}}")


class _Folder(NamedTuple):
    path: str
    prefix: str
    """What the names of its pages begin with: "" or, for a folder in a folder, "a/b/"."""
    used: set[int]
    """How many parts of the pattern its path may have used up."""
    above: tuple[tuple[int, int], ...]
    """Device and inode of the folders above it."""


def _walk(top: str, tests: Sequence[_Test | None]) -> Iterator[tuple[Path, str]]:
    """Find the files below a folder that fit a pattern, and name them.

    `tests` are the pattern's parts; None is ``**``. A folder's files come first, then its folders.
    A link to a folder above it is not followed.
    """
    if not os.path.isdir(top):  # what a pattern has before its first wildcard
        return
    waiting = [_Folder(top, "", _without_folders(tests, {0}), ())]
    while waiting:
        folder = waiting.pop()
        status = os.stat(folder.path)
        identity = (status.st_dev, status.st_ino)
        if identity in folder.above:
            continue
        with os.scandir(folder.path) as scan:
            entries = list(scan)
        if folder.above and any(map(_is_ledger, entries)):
            continue
        files, folders = [], {}
        for entry in entries:
            used = _fit(tests, folder.used, entry.name)
            if used and entry.is_dir():
                folders[entry.name] = used
            elif len(tests) in used:
                files.append(entry.name)
        path = Path(folder.path)
        for name in sorted(files, key=_naturally):
            yield path / name, folder.prefix + name_of(name)
        for name in sorted(folders, key=_naturally, reverse=True):
            below = os.path.join(folder.path, name)
            above = (*folder.above, identity)
            waiting.append(_Folder(below, f"{folder.prefix}{name}/", folders[name], above))


def _is_ledger(entry: os.DirEntry[str]) -> bool:
    """Whether this file says that its folder is a data set of fastcv's."""
    if entry.name != LEDGER:
        return False
    try:
        return read_bytes(entry.path, 1 << 62, most=len(LEDGER_START)) == LEDGER_START
    except (OSError, ValueError):  # it cannot be read, or is no file
        return False


def _fit(tests: Sequence[_Test | None], used: set[int], name: str) -> set[int]:
    """How many parts may be used up with this name. None if it fits nothing."""
    after = set()
    for index in used:
        if index < len(tests):
            test = tests[index]
            if test is None:
                if not name.startswith("."):
                    after.add(index)
            elif test(name):
                after.add(index + 1)
    return _without_folders(tests, after)


def _without_folders(tests: Sequence[_Test | None], used: set[int]) -> set[int]:
    """Add that ``**`` may stand for no folder."""
    for index in tuple(used):
        while index < len(tests) and tests[index] is None:
            index += 1
            used.add(index)
    return used


def _test_of(part: str) -> _Test | None:
    if part == "**":
        return None
    fits = re.compile(translate(part)).match
    may_be_hidden = part.startswith(".")
    return lambda name: (may_be_hidden or not name.startswith(".")) and fits(name) is not None


def _is_page(name: str) -> bool:
    return not name.startswith(".") and os.path.splitext(name)[1].lower() in _SUFFIXES


def _naturally(name: str) -> tuple[list[str | int], str]:
    """The sorting key of a name: the numbers in it count as numbers."""
    parts: list[str | int] = list(_NUMBERS.split(name))
    parts[1::2] = map(int, parts[1::2])
    return parts, name
