"""Files of annotations, written and read by tests."""

import json

import pytest

from fastcv import annotations
from fastcv.annotations.source import Source


class Folder:
    """Where a test writes files of one format."""

    def __init__(self, folder, format, suffix):
        self.path = folder / f"annotations.{suffix}"
        self.format = format

    def write(self, content):
        if isinstance(content, (dict, list)):
            content = json.dumps(content)
        if isinstance(content, str):
            content = content.encode()
        self.path.write_bytes(content)

    def read(self, content):
        """Read a file that is recognised: with its format's name, without, and as a large one."""
        self.write(content)
        pages = list(annotations.read(self.path))
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Source, "is_large", True)
            streamed = list(annotations.read(self.path))
        for others in (list(annotations.read(self.path, self.format)), streamed):
            assert [as_lists(page) for page in others] == [as_lists(page) for page in pages]
        assert annotations.recognize(self.path) == self.format
        return pages

    def read_page(self, content):
        (page,) = self.read(content)
        return page

    def refuses(self, content, reason):
        """The reason may hold parts that follow each other, with "…" between them."""
        self.write(content)
        with pytest.raises(ValueError) as failure:  # noqa: PT011 its message is compared
            list(annotations.read(self.path, self.format))
        message = str(failure.value)
        assert message.startswith(f"{self.path}: ")
        assert "\n" not in message
        rest = message
        for part in reason.split("…"):
            assert part in rest, message
            rest = rest.partition(part)[2]


def as_lists(page):
    return page._replace(words=[words_of(page)])


def words_of(page):
    """A page's words as text, points, and whether to ignore them."""
    return [(word.text, word.points.tolist(), word.ignore) for word in page.words]


def texts_of(page):
    return [word.text for word in page.words]


def box(left, top, right, bottom):
    return [[left, top], [right, top], [right, bottom], [left, bottom]]
