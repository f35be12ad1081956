"""What goes into the cutting of a page, and what comes out: plain data, for any process."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, overload

from ..pages.find import page_title

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ..annotations.record import AnnotatedPage, UnreadPage


class PageTask(NamedTuple):
    """A page to cut."""

    name: str
    """What its results are called: a relative path with "/", unique in the data set."""
    path: str
    number: int | None
    """The page in a file of several, counted from 0."""
    annotations: AnnotatedPage | UnreadPage | str
    """The page's words, a text that holds them, or the file that holds them."""

    def failed(self, reason: str) -> FailedPage:
        """Return that this page could not be read or cut."""
        return FailedPage(self.name, self.path, self.number, reason)


@dataclass(frozen=True)
class CropRules:
    """How pages are read, cut and encoded."""

    format: str = "png"
    quality: int | None = None
    """Of jpg and webp, 1 to 100. None is OpenCV's default."""
    convention: dict[str, Any] = field(default_factory=dict)
    """Keywords for `image_crop`: convention, order, tall_ratio, interpolation, border, arithmetic.
    """
    degenerate: Literal["raise", "skip"] = "raise"
    """Whether a box that cannot be cut fails its page, or is left out and named."""
    keep_ignored: bool = False
    """Whether words that the annotations say to ignore are cut as well."""
    annotations_format: str | None = None
    exif: bool = True
    """Whether pages are turned as their EXIF orientation says."""
    dpi: float = 150
    """Of pages of PDF files."""
    page: int | None = None
    """Counted from 1: the only page that is cut of a file of several, and the frame of an
    animation. None is all pages, and the first frame."""


class Crop(NamedTuple):
    """A box, cut and encoded."""

    box: int
    """The box's number on its page, in the order of the annotations."""
    quad: list[list[float]]
    """Four corners x, y in px of the page: those that were cut."""
    text: str | None
    height: int
    width: int
    content: bytes
    """The encoded picture."""


class Crops(Sequence[Crop]):
    """A page's crops, in columns: a list for all boxes, one for all texts.

    A `Crop` is made when it is asked for, and pages go from process to process in half of the time.
    """

    __slots__ = ("boxes", "contents", "heights", "quads", "texts", "widths")

    def __init__(
        self,
        boxes: list[int],
        quads: NDArray[np.float64],
        texts: list[str | None],
        heights: list[int],
        widths: list[int],
        contents: list[bytes],
    ) -> None:
        self.boxes = boxes
        self.quads = quads
        """Shape (n, 4, 2)."""
        self.texts = texts
        self.heights = heights
        self.widths = widths
        self.contents = contents

    def __len__(self) -> int:
        return len(self.boxes)

    def __repr__(self) -> str:
        return f"<Crops: {len(self)}>"

    @overload
    def __getitem__(self, index: int) -> Crop: ...
    @overload
    def __getitem__(self, index: slice) -> list[Crop]: ...
    def __getitem__(self, index: int | slice) -> Crop | list[Crop]:
        if isinstance(index, slice):
            return [self[each] for each in range(*index.indices(len(self)))]
        return Crop(
            self.boxes[index],
            self.quads[index].tolist(),
            self.texts[index],
            self.heights[index],
            self.widths[index],
            self.contents[index],
        )

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle the contents as one."""
        *columns, contents = (getattr(self, name) for name in _COLUMNS)
        return _unpickle, (columns, list(map(len, contents)), b"".join(contents))


_COLUMNS = ("boxes", "quads", "texts", "heights", "widths", "contents")


def _unpickle(columns: list[Any], sizes: list[int], contents: bytes) -> Crops:
    ends = accumulate(sizes)
    parts = [contents[end - size : end] for size, end in zip(sizes, ends, strict=True)]
    return Crops(*(*columns, parts))


class CutPage(NamedTuple):
    """A page's crops."""

    name: str
    path: str
    number: int | None
    crops: Crops
    degenerate: list[int]
    """Boxes that cannot be cut, and were left out."""
    ignored: int
    """How many words were left out because the annotations say to ignore them."""
    seconds: tuple[float, float, float]
    """Time to read the page, to cut it, to encode the crops."""
    frames: int = 1
    """How many frames the file has of which the first was read because nobody chose one."""
    doubts: str = ""
    """What looks wrong with the boxes, as `fastcv.check_boxes` finds it."""


class FailedPage(NamedTuple):
    """A page that could not be read or cut."""

    name: str
    path: str
    number: int | None
    reason: str
    """One line."""


def title_of(page: PageTask | CutPage | FailedPage) -> str:
    """What messages call a page."""
    return page_title(page.path, page.number)
