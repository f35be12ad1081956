"""``fastcv crop``: cut boxes out of pages."""

from __future__ import annotations

import argparse
from time import monotonic

from .datasets import CropRules, CutPage, FailedPage, Summary, crop_pages
from .datasets.task import title_of
from .progress import EXPECTED, Progress, complain, explain, first_of, show


def run_crop(options: argparse.Namespace) -> bool:
    """Cut every page. Return True if one failed."""
    if options.check:
        from .check_pages import run_check

        return run_check(options, _rules(options))
    if options.out is None:
        options.parser.error("the following arguments are required: --out")
    with Progress("page", 0) as progress:
        teller = _Teller(options, progress)
        try:
            summary = _crop(options, teller)
        except EXPECTED as error:
            if error is teller.lost:
                raise
            progress.clear()
            complain(explain(error))
            return True
    _tell_all(options, summary)
    return bool(summary.failed)


def _crop(options: argparse.Namespace, teller: _Teller) -> Summary:
    return crop_pages(
        options.pages,
        options.out,
        annotations=options.boxes,
        rules=_rules(options),
        to=options.to,
        shard_bytes=options.shard_size,
        engine=options.engine,
        address=options.address,
        workers=options.threads,
        overwrite=options.overwrite,
        preview=options.preview,
        report=teller.tell,
    )


def _rules(options: argparse.Namespace) -> CropRules:
    names = ("convention", "order", "interpolation", "border", "arithmetic")
    given = {name: getattr(options, name) for name in names}
    given["tall_ratio"] = options.tall
    return CropRules(
        format=options.format,
        quality=options.quality,
        convention={name: value for name, value in given.items() if value is not None},
        degenerate=options.degenerate,
        keep_ignored=options.keep_ignored,
        annotations_format=options.boxes_format,
        exif=not options.ignore_exif,
        dpi=options.dpi,
        page=options.page,
    )


class _Teller:
    """Prints what became of each page."""

    def __init__(self, options: argparse.Namespace, progress: Progress) -> None:
        self._out = options.out
        self._in_folders = options.to == "folder"
        self._progress = progress
        self._started = monotonic()
        self.lost: OSError | None = None
        """Why a line could not be printed."""

    def tell(self, page: CutPage | FailedPage, summary: Summary) -> None:
        """Print one page's result, and move the bar on."""
        try:
            self._tell(page, summary)
        except OSError as error:
            self.lost = error
            raise

    def _tell(self, page: CutPage | FailedPage, summary: Summary) -> None:
        self._progress.clear()
        if isinstance(page, FailedPage):
            complain(f"{_name(page)}: {page.reason}")
        else:
            self._tell_cut(page, summary)
        done = summary.pages + summary.skipped + len(summary.failed)
        speed = summary.crops / max(monotonic() - self._started, 1e-3)
        self._progress.reach(done, summary.total, summary.skipped, f"{speed:,.0f} crops/s")

    def _tell_cut(self, page: CutPage, summary: Summary) -> None:
        place = self._out / page.name if self._in_folders and summary.total > 1 else self._out
        print(f"{_name(page)}: {_count(len(page.crops), 'crop')} in {show(place)}", flush=True)
        if page.degenerate:
            numbers = ", ".join(map(str, page.degenerate))
            print(f"{_name(page)}: degenerate boxes left out: {numbers}", flush=True)
        if page.frames > 1:
            complain(f"{_name(page)}: warning: {first_of(page.frames)}")
        if page.doubts:
            complain(f"{_name(page)}: warning: {page.doubts}; --check tells more")


def _tell_all(options: argparse.Namespace, summary: Summary) -> None:
    """Say what one page's lines do not."""
    if summary.elsewhere:
        shown = ", ".join(map(show, summary.elsewhere[:3]))
        more = ", …" if len(summary.elsewhere) > 3 else ""
        print(f"{_count(len(summary.elsewhere), 'annotated page')} not given: {shown}{more}")
    if summary.total > 1 or summary.skipped:
        parts = [f"{_count(summary.pages, 'page')}, {_count(summary.crops, 'crop')}"]
        if summary.skipped:
            parts.append(f"{_count(summary.skipped, 'page')} in already")
        if summary.failed:
            parts.append(f"{_count(len(summary.failed), 'page')} failed: see errors.jsonl")
        print(f"{show(options.out)}: {'; '.join(parts)}")


def _name(page: CutPage | FailedPage) -> str:
    return show(title_of(page))


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"
