"""Which page's file is meant by the name that annotations have for it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath
from urllib.parse import parse_qs, unquote, urlsplit

_UPLOAD = re.compile(r"[0-9a-f]{8}-(.+)", re.DOTALL)
"""How Label Studio names an uploaded file: eight digits before the name."""


class PageIndex:
    """Pages by their names.

    Parameters
    ----------
    pages : iterable of Path
        The pages' files.
    """

    def __init__(self, pages: Iterable[Path]) -> None:
        self._names: dict[str, list[Path]] = defaultdict(list)
        self._uploads: dict[str, list[Path]] = defaultdict(list)
        self._stems: dict[str, list[Path]] = defaultdict(list)
        for page in dict.fromkeys(pages):
            self._names[page.name].append(page)
            self._uploads[_as_uploaded(page.name)].append(page)
            self._stems[page.stem].append(page)

    def find(self, name: str) -> Path | None:
        """Return the page that a name means.

        Parameters
        ----------
        name : str
            A path, a path of Windows, a file's name, or a URL. Label Studio's eight digits before
            the name of an uploaded file may be there.

        Returns
        -------
        Path or None
            The page with the same file name, else one with the same name but for the suffix. Of
            several, the one that shares most folders with the name, counted from the end.

        Raises
        ------
        ValueError
            Several pages share as many folders with the name.
        """
        readings = list(dict.fromkeys(_readings(name)))
        for folders, last in readings:
            if found := self._names.get(last):
                return _nearest(name, folders, found)
        for folders, last in readings:
            match = _UPLOAD.fullmatch(last)
            if match and (found := self._uploads.get(_as_uploaded(match[1]))):
                return _nearest(name, folders, found)
        for folders, last in readings:
            match = _UPLOAD.fullmatch(last)
            for stem in _stems(last, *(match.groups() if match else ())):
                if found := self._stems.get(stem):
                    return _nearest(name, folders, found)
        return None


def _readings(name: str) -> Iterator[tuple[tuple[str, ...], str]]:
    """Split a name into folders and file: as it stands, as a URL, as a path of Windows."""
    texts = [name]
    try:
        url = urlsplit(name)
        # Label Studio's local files: /data/local-files/?d=folder/page.jpg
        texts += [unquote(url.path), *parse_qs(url.query).get("d", ())]
    except ValueError:  # not a URL
        pass
    for text in (*texts, *(text.replace("\\", "/") for text in texts)):
        parts = [part for part in PurePosixPath(text).parts if part not in ("/", "//", "..")]
        if parts:
            yield tuple(parts[:-1]), parts[-1]


def _stems(*names: str) -> Iterator[str]:
    for name in names:
        yield name  # annotations may name pages without their suffix
        yield PurePosixPath(name).stem


def _as_uploaded(name: str) -> str:
    """A name as Label Studio stores it: spaces become underscores, other signs are left out."""
    return re.sub(r"[^-\w.]", "", name.strip().replace(" ", "_"))


def _nearest(name: str, folders: tuple[str, ...], pages: list[Path]) -> Path:
    def shared(page: Path) -> int:
        count = 0
        for mine, theirs in zip(page.absolute().parts[-2::-1], reversed(folders), strict=False):
            if mine != theirs:
                break
            count += 1
        return count

    shares = [shared(page) for page in pages]
    best = [page for page, share in zip(pages, shares, strict=True) if share == max(shares)]
    if len(best) > 1:
        raise ValueError(f"the page {name!r} may be {best[0]} or {best[1]}: name its folder too")
    return best[0]
