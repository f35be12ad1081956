"""Which words belong to which page: the tasks of a data set."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING

from ..annotations import find_parts
from ..annotations.find import find_annotations
from ..annotations.match import PageIndex
from ..progress import EXPECTED, explain, show
from .task import FailedPage, PageTask

if TYPE_CHECKING:
    from ..annotations.record import AnnotatedPage, UnreadPage
    from ..pages import PageFile

_Tasks = Iterator["PageTask | FailedPage"]


class Plan:
    """Gives each page its words.

    `annotations` is a file for all pages, or a folder with files of pages; None is the page's own
    folder. A format of `FORMATS` forces one.
    """

    def __init__(self, pages: list[PageFile], annotations: Path | None, format: str | None) -> None:
        self._format = format
        self.elsewhere: list[str] = []
        """Annotated pages that are not among the pages, as the annotations name them."""
        self._missing: list[FailedPage] = []
        self._files: dict[Path, list[PageFile]] = {}
        self._is_one_file = annotations is not None and not annotations.is_dir()
        if self._is_one_file:
            assert annotations is not None
            self._files[annotations] = pages
            return
        for page in pages:
            path = find_annotations(page.path, annotations)
            if path is None:
                reason = f"no boxes for it in {annotations or page.path.parent}"
                self._missing.append(_failed(page, reason))
            else:
                self._files.setdefault(path, []).append(page)

    @property
    def files(self) -> Collection[Path]:
        """The files of annotations."""
        return self._files.keys()

    def tasks(self) -> _Tasks:
        """Yield a task a page, or why it has none."""
        yield from self._missing
        for path, pages in self._files.items():
            if self._is_one_file:
                yield from match(pages, path, self._format, self.elsewhere)
            elif len(pages) == 1:
                yield _task(pages[0], str(path))
            else:
                yield from self._from_file_beside(path, pages)

    def _from_file_beside(self, path: Path, pages: list[PageFile]) -> _Tasks:
        """Take the words of several pages from one of the files. If it is bad, they fail."""
        left = {page.name: page for page in pages}
        try:
            for each in match(pages, path, self._format, self.elsewhere):
                del left[each.name]
                yield each
        except EXPECTED as error:
            yield from (_failed(page, explain(error)) for page in left.values())


def match(
    pages: list[PageFile], path: Path, format: str | None, elsewhere: list[str] | None = None
) -> _Tasks:
    """Take the words of several pages from a file, in its order. Then fail the others.

    Annotated pages that are not among `pages` are added to `elsewhere`.
    """
    annotated = find_parts(path, format)
    start = list(islice(annotated, 2))
    names = {each.page for each in start}
    is_of_one_file = len({page.path for page in pages}) == 1 and len(names) <= 1
    if is_of_one_file or None in names:
        found = _match_numbers(pages, path, chain(start, annotated))
        if found is not None:
            yield from found
            return
        start, annotated = [], find_parts(path, format)
    yield from _match_names(pages, path, chain(start, annotated), elsewhere)


def _match_names(
    pages: list[PageFile],
    path: Path,
    annotated: Iterable[AnnotatedPage | UnreadPage],
    elsewhere: list[str] | None,
) -> _Tasks:
    index = PageIndex(list(dict.fromkeys(page.path for page in pages)))
    given = {(page.path, page.number): page for page in pages}
    named: set[str] = set()
    for each in annotated:
        file = None if each.page is None else index.find(each.page)
        page = file and (given.get((file, each.number)) or given.get((file, None)))
        if not page:
            if elsewhere is not None:
                elsewhere.append(each.page or each.place)
        elif page.name in named:
            raise ValueError(f"{each.place}: the page {each.page} is there twice")
        else:
            named.add(page.name)
            yield _task(page, each)
    for page in pages:
        if page.name not in named:
            yield _failed(page, f"{path}: no boxes for this page")


def _match_numbers(
    pages: list[PageFile], path: Path, annotated: Iterable[AnnotatedPage | UnreadPage]
) -> list[PageTask | FailedPage] | None:
    """Match pages of a file that names none, or whose one page file has another name now.

    Return None if the file names several.
    """
    wanted = {page.number or 0 for page in pages}
    by_number: dict[int, AnnotatedPage | UnreadPage] = {}
    names: set[str | None] = set()
    only: AnnotatedPage | UnreadPage | None = None
    index = 0
    is_one_page = len(pages) == 1 and pages[0].number is None
    for index, each in enumerate(annotated):
        if index and is_one_page and each.page is None:
            raise ValueError(f"{path}: several pages without names, for a file of one page")
        only = each if index == 0 else None
        names.add(each.page)
        number = index if each.number is None else each.number
        if number in by_number:
            raise ValueError(f"{each.place}: page {number + 1} is there twice")
        if number in wanted:  # there may be millions of others
            by_number[number] = each
    if len(names) > 1 and None not in names:
        return None
    if index and len({page.path for page in pages}) > 1:
        raise ValueError(f"{path}: {index + 1} pages without names, of which file?")
    tasks: list[PageTask | FailedPage] = []
    for page in pages:
        words = by_number.get(page.number or 0)
        if words is None and page.number is None:
            words = only
        if words is None:
            tasks.append(_failed(page, f"{path}: no boxes for page {(page.number or 0) + 1}"))
        else:
            tasks.append(_task(page, words))
    return tasks


def _task(page: PageFile, annotations: AnnotatedPage | UnreadPage | str) -> PageTask:
    return PageTask(page.name, str(page.path), page.number, annotations)


def _failed(page: PageFile, reason: str) -> FailedPage:
    return FailedPage(page.name, str(page.path), page.number, show(reason))
