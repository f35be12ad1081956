"""Make logo.png, the project's logo on a transparent background.

Run ``python data/make_logo.py [FOLDER]``. The default folder is the script's own.
"""

from __future__ import annotations

import math
import sys
from pathlib import Path

import matplotlib
from PIL import Image, ImageDraw, ImageFilter, ImageFont

HERE = Path(__file__).resolve().parent
FONT = Path(matplotlib.get_data_path()) / "fonts" / "ttf" / "DejaVuSans-Bold.ttf"
WIDTH, HEIGHT = 1254, 958
SCALE = 4

NAVY = (24, 44, 84, 255)
TEAL = (18, 140, 150, 255)
CORAL = (240, 94, 72, 255)
YELLOW = (250, 196, 64, 255)
PAPER = (252, 248, 238, 255)
MIST = (196, 214, 222, 255)

Point = tuple[float, float]


def scaled(points: list[Point]) -> list[Point]:
    """Scale points of the logo to points of the large drawing."""
    return [(x * SCALE, y * SCALE) for x, y in points]


def turned(points: list[Point], centre: Point, degrees: float) -> list[Point]:
    """Rotate points clockwise about a centre."""
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    offsets = [(x - centre[0], y - centre[1]) for x, y in points]
    return [(centre[0] + x * cos - y * sin, centre[1] + x * sin + y * cos) for x, y in offsets]


def rectangle(left: float, top: float, right: float, bottom: float) -> list[Point]:
    """Return the corners of an upright rectangle."""
    return [(left, top), (right, top), (right, bottom), (left, bottom)]


def draw_shadow(image: Image.Image) -> None:
    """Draw a soft round shadow under the bubble."""
    alpha = Image.new("L", (WIDTH, HEIGHT))
    ImageDraw.Draw(alpha).ellipse([250, 588, 1004, 690], fill=150)
    alpha = alpha.filter(ImageFilter.GaussianBlur(22)).resize(image.size, Image.Resampling.BICUBIC)
    shadow = Image.new("RGBA", image.size, NAVY)
    shadow.putalpha(alpha)
    image.alpha_composite(shadow)


def draw_bubble(pen: ImageDraw.ImageDraw) -> None:
    """Draw the speech bubble with its tail."""
    corners = scaled([(202, 52), (1052, 560)])
    pen.rounded_rectangle([*corners[0], *corners[1]], 96 * SCALE, fill=NAVY)
    pen.polygon(scaled([(330, 540), (520, 540), (322, 656)]), fill=NAVY)


def draw_page(pen: ImageDraw.ImageDraw) -> None:
    """Draw the tilted page, whose words are boxes."""
    centre = (440.0, 306.0)
    sheet = turned(rectangle(296, 116, 584, 496), centre, -9)
    pen.polygon(scaled(sheet), fill=PAPER)
    words = [
        (328, 152, 452, 186, TEAL),
        (470, 152, 552, 186, MIST),
        (328, 212, 396, 246, MIST),
        (414, 212, 552, 246, MIST),
        (328, 272, 480, 306, CORAL),
        (498, 272, 552, 306, MIST),
        (328, 332, 420, 366, MIST),
        (438, 332, 552, 366, YELLOW),
        (328, 392, 500, 426, MIST),
    ]
    for left, top, right, bottom, colour in words:
        word = turned(rectangle(left, top, right, bottom), centre, -9)
        pen.polygon(scaled(word), fill=colour)


def draw_crops(pen: ImageDraw.ImageDraw) -> None:
    """Draw the cut-out words, now level, and the arrow that points to them."""
    crops = [(150, 200, TEAL), (262, 262, CORAL), (374, 170, YELLOW)]
    for top, width, colour in crops:
        box = scaled([(730, top), (730 + width, top + 76)])
        pen.rounded_rectangle([*box[0], *box[1]], 16 * SCALE, fill=colour)
    pen.polygon(scaled(rectangle(620, 291, 666, 309)), fill=PAPER)
    pen.polygon(scaled([(660, 270), (702, 300), (660, 330)]), fill=PAPER)


def draw_name(pen: ImageDraw.ImageDraw) -> None:
    """Draw the name under the mark, in two colours."""
    font = ImageFont.truetype(str(FONT), 208 * SCALE, layout_engine=ImageFont.Layout.BASIC)
    first, second = "fast", "cv"
    x = (WIDTH * SCALE - font.getlength(first + second)) / 2
    y = 884 * SCALE
    pen.text((x, y), first, fill=TEAL, font=font, anchor="ls")
    pen.text((x + font.getlength(first), y), second, fill=CORAL, font=font, anchor="ls")


def make_logo(path: Path) -> str:
    """Draw the logo at four times its size, shrink it, save it, and return a line about it."""
    image = Image.new("RGBA", (WIDTH * SCALE, HEIGHT * SCALE), (0, 0, 0, 0))
    draw_shadow(image)
    pen = ImageDraw.Draw(image)
    for draw in (draw_bubble, draw_page, draw_crops, draw_name):
        draw(pen)
    small = image.resize((WIDTH, HEIGHT), Image.Resampling.BOX)
    small.save(path, optimize=True)
    levels = sum(1 for count in small.getchannel("A").histogram() if count)
    return f"{small.width} x {small.height} {small.mode}, {levels} levels of alpha"


if __name__ == "__main__":
    print(make_logo((Path(sys.argv[1]) if len(sys.argv) > 1 else HERE) / "logo.png"))
