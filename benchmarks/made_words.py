"""Made words whose colours are known: drawn, disturbed as scans and photographs are, and packed.

``python benchmarks/made_words.py FILE.png`` writes a picture with some words of every condition.
"""

from __future__ import annotations

import io
import math
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import matplotlib
import numpy as np
from PIL import Image, ImageDraw, ImageFont

SEED = 20_2611
WORDS = 20_000
PAIRS = 300
FONTS = [
    "DejaVuSans",
    "DejaVuSans-Bold",
    "DejaVuSerif",
    "DejaVuSerif-BoldItalic",
    "DejaVuSansMono",
    "STIXGeneral",
    "STIXGeneralItalic",
    "cmss10",
]
CONDITIONS = [
    "clean",
    "outlined",
    "noise",
    "texture",
    "gradient",
    "downscaled",
    "turned",
    "jpeg 95 4:4:4",
    "jpeg 75 4:4:4",
    "jpeg 50 4:4:4",
    "jpeg 95 4:2:0",
    "jpeg 75 4:2:0",
    "jpeg 50 4:2:0",
]
MARGIN = 12  # px of paper around a word's box
LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


@dataclass(frozen=True)
class MadeWord:
    """A word on a piece of paper. Colours are R, G, B, as floats where the paper has a gradient."""

    tile: np.ndarray
    """uint8, (height, width, 3)."""
    quad: np.ndarray
    """Corners lt, rt, rb, lb, with pixel centres at whole numbers."""
    ink: np.ndarray
    paper: np.ndarray
    outline: np.ndarray | None
    inside: np.ndarray
    """bool: the pixels that lie wholly in letters."""
    condition: str
    size_px: int


def lab_of(colors: np.ndarray) -> np.ndarray:
    """CIELAB (D65) of sRGB colours from 0 to 255."""
    rgb = np.asarray(colors, float) / 255
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    to_xyz = np.array(
        [
            [0.4124564, 0.3575761, 0.1804375],
            [0.2126729, 0.7151522, 0.0721750],
            [0.0193339, 0.1191920, 0.9503041],
        ]
    )
    xyz = linear @ to_xyz.T / (0.95047, 1.0, 1.08883)
    f = np.where(xyz > 216 / 24389, np.cbrt(xyz), (24389 / 27 * xyz + 16) / 116)
    x, y, z = np.moveaxis(f, -1, 0)
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], -1)


def delta_e_2000(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """CIEDE2000 between sRGB colours from 0 to 255 (Sharma, Wu and Dalal, 2005)."""
    l1, a1, b1 = np.moveaxis(lab_of(one), -1, 0)
    l2, a2, b2 = np.moveaxis(lab_of(other), -1, 0)
    chroma = (np.hypot(a1, b1) + np.hypot(a2, b2)) / 2
    g = 0.5 * (1 - np.sqrt(chroma**7 / (chroma**7 + 25.0**7)))
    a1, a2 = a1 * (1 + g), a2 * (1 + g)
    c1, c2 = np.hypot(a1, b1), np.hypot(a2, b2)
    h1, h2 = np.degrees(np.arctan2(b1, a1)) % 360, np.degrees(np.arctan2(b2, a2)) % 360
    turn = (h2 - h1 + 180) % 360 - 180
    dh = np.where(c1 * c2 == 0, 0, 2 * np.sqrt(c1 * c2) * np.sin(np.radians(turn / 2)))
    mean_h = np.where(c1 * c2 == 0, h1 + h2, (h1 + turn / 2) % 360)
    mean_l, mean_c = (l1 + l2) / 2, (c1 + c2) / 2
    t = (
        1
        - 0.17 * np.cos(np.radians(mean_h - 30))
        + 0.24 * np.cos(np.radians(2 * mean_h))
        + 0.32 * np.cos(np.radians(3 * mean_h + 6))
        - 0.20 * np.cos(np.radians(4 * mean_h - 63))
    )
    s_l = 1 + 0.015 * (mean_l - 50) ** 2 / np.sqrt(20 + (mean_l - 50) ** 2)
    s_c, s_h = 1 + 0.045 * mean_c, 1 + 0.015 * mean_c * t
    r_c = 2 * np.sqrt(mean_c**7 / (mean_c**7 + 25.0**7))
    r_t = -np.sin(np.radians(60 * np.exp(-(((mean_h - 275) / 25) ** 2)))) * r_c
    dl, dc, dh = (l2 - l1) / s_l, (c2 - c1) / s_c, dh / s_h
    return np.sqrt(np.maximum(dl * dl + dc * dc + dh * dh + r_t * dc * dh, 0))


def make_pairs(seed: int = SEED) -> np.ndarray:
    """Colours of ink and paper, (300, 2, 3) float: their CIELAB distances spread from 15 to 80."""
    rng = np.random.default_rng(seed)
    pairs = []
    while len(pairs) < PAIRS:
        least = 15 * (80 / 15) ** (len(pairs) / PAIRS)
        pair = rng.integers(0, 256, (4000, 2, 3)).astype(float)
        if len(pairs) % 4 == 0:  # grays: much of what is printed
            pair[:] = pair.mean(2, keepdims=True).round()
        distance = np.linalg.norm(np.subtract(*np.moveaxis(lab_of(pair), 1, 0)), axis=1)
        fits = np.flatnonzero((distance >= least) & (distance < least * 1.05))
        if len(fits):
            pairs.append(pair[fits[0]])
    return np.stack(pairs)


@cache
def _font(face: str, size: int) -> ImageFont.FreeTypeFont:
    path = Path(matplotlib.get_data_path()) / f"fonts/ttf/{face}.ttf"
    return ImageFont.truetype(str(path), size, layout_engine=ImageFont.Layout.BASIC)


def _draw(text: str, face: str, size: int, stroke: int, pad: int) -> tuple[np.ndarray, np.ndarray]:
    """How much letters, and letters with their outline, cover each pixel: uint8."""
    font = _font(face, size)
    left, top, right, bottom = font.getbbox(text, stroke_width=stroke)
    room = pad + MARGIN
    shape = math.ceil(right - left) + 2 * room, math.ceil(bottom - top) + 2 * room
    place = room - left, room - top
    masks = []
    for width in (0, stroke):
        image = Image.new("L", shape)
        ImageDraw.Draw(image).text(place, text, fill=255, font=font, stroke_width=width)
        masks.append(np.asarray(image))
    return masks[0], masks[1]


def _paper(
    color: np.ndarray, shape: tuple[int, int], condition: str, rng: np.random.Generator
) -> np.ndarray:
    """Paper of one colour, with a gradient or with fibres."""
    height, width = shape
    paper = np.empty((height, width, 3))
    paper[:] = color
    if condition == "gradient":
        y, x = np.mgrid[-0.5 : 0.5 : complex(height), -0.5 : 0.5 : complex(width)]
        angle = rng.uniform(0, 2 * math.pi)
        change = rng.uniform(-1, 1, 3)
        change *= rng.uniform(15, 60) / np.abs(change).max()
        paper += (math.cos(angle) * x + math.sin(angle) * y)[..., None] * change
    elif condition == "texture":
        step = int(rng.integers(2, 9))
        coarse = rng.normal(0, 1, (height // step + 2, width // step + 2)).astype(np.float32)
        fibres = Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC)
        paper += (np.asarray(fibres) * rng.uniform(2, 8))[..., None]
    return np.clip(paper, 0, 255)


def _turn(image: np.ndarray, degrees: float, fill: tuple[int, ...] | int) -> np.ndarray:
    turned = Image.fromarray(image).rotate(
        degrees, Image.Resampling.BICUBIC, expand=True, fillcolor=fill
    )
    return np.asarray(turned)


def _turned_quad(quad: np.ndarray, degrees: float, before: tuple[int, ...], after: tuple[int, ...]):
    angle = math.radians(degrees)
    turn = np.array([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]])
    middle = (np.array(before[1::-1]) - 1) / 2
    return (quad - middle) @ turn.T + (np.array(after[1::-1]) - 1) / 2


def _jpeg(tile: np.ndarray, condition: str, rng: np.random.Generator) -> np.ndarray:
    """Through JPEG, at any place of its grid."""
    _, quality, subsampling = condition.split()
    x, y = rng.integers(0, 16, 2)
    padded = np.pad(tile, ((y, 0), (x, 0), (0, 0)), mode="edge")
    stream = io.BytesIO()
    Image.fromarray(padded).save(stream, "JPEG", quality=int(quality), subsampling=subsampling)
    return np.asarray(Image.open(stream))[y:, x:]


def make_word(number: int, pairs: np.ndarray, seed: int = SEED) -> MadeWord:
    """Make the word of this number; it depends on nothing but its number and the seed."""
    rng = np.random.default_rng([seed, number])
    condition = CONDITIONS[number % len(CONDITIONS)]
    ink, paper = pairs[rng.integers(len(pairs))][:: rng.choice([-1, 1])]
    size = round(12 * 10 ** rng.uniform(0, 1))
    text = "".join(rng.choice(list(LETTERS), rng.integers(2, 9)))
    face = FONTS[rng.integers(len(FONTS))]
    pad = int(rng.integers(1, 6))
    shrink = rng.uniform(0.4, 0.8) if condition == "downscaled" else 1.0
    outline = None
    stroke = 0
    if condition == "outlined":
        stroke = max(1, round(size * rng.uniform(0.03, 0.1)))
        choices = pairs.reshape(-1, 3)
        lab = lab_of(choices)
        apart = [np.linalg.norm(lab - lab_of(c), axis=1) for c in (ink, paper)]
        fits = np.flatnonzero(np.minimum(*apart) >= 20)
        outline = choices[rng.choice(fits)]
    letters, outlined = _draw(text, face, round(size / shrink), stroke, round(pad / shrink))
    sheet = _paper(paper, letters.shape, condition, rng)
    under = letters if outline is None else outlined
    weight = under / under.sum(dtype=float)
    true_paper = (sheet * weight[..., None]).sum((0, 1))
    cover, cover_all = letters[..., None] / 255, outlined[..., None] / 255
    if outline is not None:
        sheet = sheet + cover_all * (outline - sheet)
    tile = sheet + cover * (ink - sheet)
    if condition == "noise":
        tile += rng.normal(0, rng.uniform(2, 8), tile.shape)
    tile = np.clip(np.rint(tile), 0, 255).astype(np.uint8)
    height, width = letters.shape
    room = MARGIN - 0.5
    x, y = width - 1 - room, height - 1 - room
    quad = np.array([[room, room], [x, room], [x, y], [room, y]])
    if condition == "downscaled":
        small = round(width * shrink), round(height * shrink)
        way = rng.choice(
            [Image.Resampling.BOX, Image.Resampling.BICUBIC, Image.Resampling.BILINEAR]
        )
        tile = np.asarray(Image.fromarray(tile).resize(small, way))
        letters = np.asarray(Image.fromarray(letters).resize(small, Image.Resampling.BOX))
        quad = (quad + 0.5) * (small[0] / width, small[1] / height) - 0.5
    elif condition == "turned":
        degrees = rng.uniform(-180, 180) if rng.random() < 0.3 else rng.uniform(-20, 20)
        before = tile.shape
        tile = _turn(tile, degrees, tuple(int(c) for c in paper))
        letters = _turn(letters, degrees, 0)
        quad = _turned_quad(quad, degrees, before, tile.shape)
    elif condition.startswith("jpeg"):
        tile = _jpeg(tile, condition, rng)
    return MadeWord(tile, quad, ink, true_paper, outline, letters >= 254, condition, size)


def make_words(numbers: Iterable[int], seed: int = SEED) -> list[MadeWord]:
    """Make the words of these numbers. Method and limits were chosen on even numbers only."""
    pairs = make_pairs(seed)
    return [make_word(number, pairs, seed) for number in numbers]


def pack(words: list[MadeWord], width: int = 2480) -> tuple[np.ndarray, np.ndarray]:
    """A page with all words, B, G, R, and their quads (n, 4, 2) float32."""
    places = []
    x = y = row = 0
    for word in words:
        tall, wide = word.tile.shape[:2]
        if x + wide > width:
            x, y, row = 0, y + row, 0
        places.append((x, y))
        x, row = x + wide, max(row, tall)
    widest = max(word.tile.shape[1] for word in words)
    page = np.full((y + row, max(width, widest), 3), 255, np.uint8)
    quads = np.empty((len(words), 4, 2), np.float32)
    for number, (word, (x, y)) in enumerate(zip(words, places, strict=True)):
        tall, wide = word.tile.shape[:2]
        page[y : y + tall, x : x + wide] = word.tile[..., ::-1]
        quads[number] = word.quad + np.array([x, y])
    return page, quads


if __name__ == "__main__":
    page, _ = pack(make_words(range(0, 12 * len(CONDITIONS))), 1600)
    Image.fromarray(page[..., ::-1]).save(sys.argv[1])
