"""PAGE XML: what PRImA's Aletheia, Transkribus and OCR-D write.

The schemas: https://github.com/PRImA-Research-Lab/PAGE-XML
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from .record import AnnotatedPage, Word
from .shapes import outline, read_number, read_numbers, size_in_px
from .source import Source

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def recognizes(source: Source) -> bool:
    return source.root == "pcgts"


def read(source: Source) -> Iterator[AnnotatedPage]:
    """Read every Word, or every TextLine of a page without words."""
    pages = source.xml.findall("{*}Page")
    if not pages:
        source.fail("must have a Page")
    for page in pages:
        name = (page.get("imageFilename") or "").strip() or None
        sides = [
            read_number(source, page.get(side, "0"), side, "Page")
            for side in ("imageWidth", "imageHeight")
        ]
        elements = page.findall(".//{*}Word") or page.findall(".//{*}TextLine")
        words = [_read_word(source, element, index) for index, element in enumerate(elements, 1)]
        yield AnnotatedPage(name, words, size=size_in_px(*sides), place="Page", outlines=True)


def _read_word(source: Source, element: Any, index: int) -> Word:
    place = f"{element.tag.rpartition('}')[2]} {element.get('id', index)}"
    return Word(_read_coords(source, element, place), _read_text(source, element, place))


def _read_coords(source: Source, element: Any, place: str) -> NDArray[np.float64]:
    coords = element.find("{*}Coords")
    if coords is None:
        source.fail("must have Coords", place)
    points = coords.findall("{*}Point")  # before 2013
    text = " ".join(f"{point.get('x')},{point.get('y')}" for point in points)
    text = coords.get("points", text)
    if any(pair.count(",") != 1 for pair in text.split()):
        source.fail(f"Coords must be x,y x,y and so on, not {text[:40]!r}", place)
    return outline(source, read_numbers(source, text, "Coords", place), "Coords", place)


def _read_text(source: Source, element: Any, place: str) -> str | None:
    """The text of the lowest index; the first, if none has an index."""
    choices = element.findall("{*}TextEquiv")
    if not choices:
        return None
    best = min(
        choices,
        key=lambda choice: read_number(source, choice.get("index", "-1"), "index", place),
    )
    return (best.findtext("{*}Unicode") or "").strip() or None
