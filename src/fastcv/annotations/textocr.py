"""TextOCR: COCO-Text's "imgs" and "anns", with the polygon "points".

Points run clockwise from the text's left top. The text "." is a word not to use: illegible, or not
English. Read into `WordColumns`.
"""

from __future__ import annotations

from collections.abc import Iterator

from .coco_text import first_word, read_words
from .record import AnnotatedPage
from .source import Source


def recognizes(source: Source) -> bool:
    """Whether there are images and words with points."""
    return source.has("imgs", "anns") and "points" in first_word(source)


def read(source: Source) -> Iterator[AnnotatedPage]:
    """Read the pages, in the order of the images."""
    yield from read_words(
        source, ("points",), lambda source, place, word: word.get("utf8_string") == "."
    )
