"""Set words on a canvas and record the box of each word."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import matplotlib
import numpy as np
from PIL import Image, ImageDraw, ImageFont

FONT_FOLDER = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
PADDING = 4.0
Colour = tuple[int, int, int]


@dataclass(frozen=True)
class Style:
    """The look of a run of words.

    Parameters
    ----------
    face
        Name of a DejaVu font file without its suffix.
    size
        Size of the font in pixels.
    colour
        Red, green and blue of the ink.
    leading
        Distance in pixels from one baseline to the next.
    """

    face: str
    size: int
    colour: Colour
    leading: int = 0

    @property
    def font(self) -> ImageFont.FreeTypeFont:
        """The font of this style."""
        return _load_font(self.face, self.size)

    def advance(self, text: str) -> float:
        """Return how far the pen moves over `text`, in pixels."""
        return float(self.font.getlength(text))

    def ink_box(self, text: str) -> tuple[int, int, int, int]:
        """Return left, top, right and bottom of the ink, relative to the pen's start."""
        return _ink_box(text, self.face, self.size)


@cache
def _load_font(face: str, size: int) -> ImageFont.FreeTypeFont:
    path = FONT_FOLDER / f"{face}.ttf"
    return ImageFont.truetype(str(path), size, layout_engine=ImageFont.Layout.BASIC)


@cache
def _ink_box(text: str, face: str, size: int) -> tuple[int, int, int, int]:
    font = _load_font(face, size)
    pad = 2 * size
    image = Image.new("L", (math.ceil(font.getlength(text)) + 2 * pad, 2 * pad))
    ImageDraw.Draw(image).text((pad, pad), text, fill=255, font=font, anchor="ls")
    left, top, right, bottom = image.getbbox() or (pad, pad, pad, pad)
    return left - pad, top - pad, right - pad, bottom - pad


@dataclass
class Canvas:
    """A picture and the words on it.

    Parameters
    ----------
    image
        An RGBA picture.
    texts
        The words, in the order of setting.
    quads
        The four corners (lt, rt, rb, lb) of each word; 0.0 is the left or upper edge of the first
        pixel.
    """

    image: Image.Image
    texts: list[str] = field(default_factory=list)
    quads: list[np.ndarray] = field(default_factory=list)

    @classmethod
    def blank(cls, size: tuple[int, int], colour: Colour, alpha: int = 0) -> Canvas:
        """Return a canvas of one colour; a transparent canvas should get the colour of its ink."""
        return cls(Image.new("RGBA", size, (*colour, alpha)))

    @property
    def draw(self) -> ImageDraw.ImageDraw:
        """A pen for rules and shapes."""
        return ImageDraw.Draw(self.image)

    def set_word(self, text: str, x: float, baseline: float, style: Style) -> None:
        """Draw one word with the pen starting at (x, baseline), and record its box."""
        x, baseline = round(x), round(baseline)
        self.draw.text((x, baseline), text, fill=(*style.colour, 255), font=style.font, anchor="ls")
        left, top, right, bottom = style.ink_box(text)
        left, right = x + left - PADDING, x + right + PADDING
        top, bottom = baseline + top - PADDING, baseline + bottom + PADDING
        self.texts.append(text)
        self.quads.append(
            np.array([[left, top], [right, top], [right, bottom], [left, bottom]], np.float64)
        )

    def set_line(
        self, words: list[str], x: float, baseline: float, style: Style, width: float | None = None
    ) -> None:
        """Draw words side by side, spread over `width` if it is given."""
        space = style.advance(" ")
        if width is not None and len(words) > 1:
            space = (width - sum(map(style.advance, words))) / (len(words) - 1)
        for word in words:
            self.set_word(word, x, baseline, style)
            x += style.advance(word) + space

    def set_text(
        self, text: str, x: float, baseline: float, style: Style, align: float = 0.0
    ) -> None:
        """Draw one line of text at x: 0 starts there, 0.5 is centred there, 1 ends there."""
        self.set_line(text.split(), x - align * style.advance(text), baseline, style)

    def set_ragged(self, text: str, x: float, baseline: float, width: float, style: Style) -> float:
        """Draw lines with a ragged right edge; return the baseline after the last one."""
        for line in break_lines(text.split(), width, style, tightest=1.0):
            self.set_line(line, x, baseline, style)
            baseline += style.leading
        return baseline

    def place(self, block: Canvas, centre: tuple[float, float], degrees: float) -> None:
        """Draw another canvas on this one, turned clockwise about its centre."""
        turn = math.radians(degrees)
        cos, sin = math.cos(turn), math.sin(turn)
        middle = (block.image.width / 2, block.image.height / 2)
        forth = np.array([[cos, -sin, 0.0], [sin, cos, 0.0], [0.0, 0.0, 1.0]])
        forth[:2, 2] = np.array(centre) - forth[:2, :2] @ np.array(middle)
        back = np.linalg.inv(forth)[:2].ravel()
        layer = block.image.transform(
            self.image.size, Image.Transform.AFFINE, tuple(back), Image.Resampling.BICUBIC
        )
        self.image.alpha_composite(layer)
        self.texts += block.texts
        self.quads += [project(quad, forth) for quad in block.quads]


def break_lines(
    words: list[str], width: float, style: Style, indent: float = 0.0, tightest: float = 0.75
) -> list[list[str]]:
    """Break a paragraph into lines so that the gaps of all lines together are most even.

    Parameters
    ----------
    words
        The words of the paragraph.
    width
        Width of a line in pixels.
    style
        How the words look.
    indent
        Indent of the first line in pixels.
    tightest
        The smallest gap between words, as a share of the font's space.

    Returns
    -------
    list[list[str]]
        The words of each line.
    """
    space = style.advance(" ")
    widths = [style.advance(word) for word in words]
    cost = [0.0] + [math.inf] * len(words)
    start_of = [0] * (len(words) + 1)
    for end in range(1, len(words) + 1):
        for start in range(end - 1, -1, -1):
            gaps = end - start - 1
            room = width - sum(widths[start:end]) - (0.0 if start else indent)
            if room < tightest * space * gaps and gaps:
                break
            stretch = abs(room / max(gaps, 1) - space) / space
            is_short_last = end == len(words) and room >= space * gaps
            total = cost[start] + (0.0 if is_short_last else stretch**3)
            if total < cost[end]:
                cost[end], start_of[end] = total, start
    lines: list[list[str]] = []
    end = len(words)
    while end:
        lines.insert(0, words[start_of[end] : end])
        end = start_of[end]
    return lines


def homography(source: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Return the 3x3 perspective that maps four source points to four target points."""
    rows, right = [], []
    for (x, y), (u, v) in zip(source, target, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        right += [u, v]
    solution = np.linalg.solve(np.array(rows, float), np.array(right, float))
    return np.append(solution, 1.0).reshape(3, 3)


def project(points: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """Map points by a 3x3 perspective."""
    mapped = np.column_stack([points, np.ones(len(points))]) @ matrix.T
    return mapped[:, :2] / mapped[:, 2:]
