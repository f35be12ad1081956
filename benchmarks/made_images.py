"""Made images: of several kinds for counting colours, each of a page's size; a detector's map."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from harness import DATA, cv2, read_image

UNCLIP = 1.6  # RapidOCR's unclip_ratio
MADE_ROWS, MADE_COLUMNS = 3508, 2480  # A4 at 300 dpi, the shipped page's size


def make_text(rng: np.random.Generator) -> np.ndarray:
    """Draw antialiased text on white: two hundred colours in long runs."""
    page = np.full((MADE_ROWS, MADE_COLUMNS, 3), 255, np.uint8)
    words = ["quick", "brown", "foxes", "jump", "over", "lazy", "dogs", "while", "pixels", "set"]
    for y in range(200, MADE_ROWS - 200, 48):
        line = " ".join(rng.choice(words, 20))[:90]
        cv2.putText(page, line, (240, y), cv2.FONT_HERSHEY_COMPLEX, 1, (20, 20, 20), 2, cv2.LINE_AA)
    return page


def make_logos(rng: np.random.Generator) -> np.ndarray:
    """Tile the shipped logo, which has alpha."""
    logo, _ = read_image(DATA / "logo.png")
    times = (-(-MADE_ROWS // logo.shape[0]), -(-MADE_COLUMNS // logo.shape[1]), 1)
    return np.ascontiguousarray(np.tile(logo, times)[:MADE_ROWS, :MADE_COLUMNS])


def make_scan(rng: np.random.Generator) -> np.ndarray:
    """Blur and tint text, then add a sensor's noise: 23 thousand colours, hardly any runs."""
    page = cv2.GaussianBlur(make_text(rng), (0, 0), 1).astype(np.float32)
    page *= np.array([225, 240, 246], np.float32) / 255
    page += 2 * rng.standard_normal((MADE_ROWS, MADE_COLUMNS, 1), np.float32)
    page += 1.1 * rng.standard_normal(page.shape, np.float32)
    return np.clip(page, 0, 255).astype(np.uint8)


def make_photo(rng: np.random.Generator) -> np.ndarray:
    """Add soft light, softer hues, and a little noise: more than a million colours."""
    photo = np.full((MADE_ROWS, MADE_COLUMNS, 3), 128, np.float32)
    for channels, cells, strength in (
        (1, 6, 50),
        (1, 40, 25),
        (1, 300, 12),
        (3, 5, 17),
        (3, 60, 5),
    ):
        spots = rng.standard_normal((cells, cells, channels), np.float32)
        waves = cv2.resize(spots, (MADE_COLUMNS, MADE_ROWS), interpolation=cv2.INTER_CUBIC)
        photo += strength * waves.reshape(MADE_ROWS, MADE_COLUMNS, channels)
    photo += 1.5 * rng.standard_normal(photo.shape, np.float32)
    return np.clip(photo, 0, 255).astype(np.uint8)


def make_noise(rng: np.random.Generator) -> np.ndarray:
    """Make noise: seven million colours."""
    return rng.integers(0, 256, (MADE_ROWS, MADE_COLUMNS, 3), np.uint8)


MADE: dict[str, Callable[[np.random.Generator], np.ndarray]] = {
    "made clean text": make_text,
    "made page of logos": make_logos,
    "made scan": make_scan,
    "made photo": make_photo,
    "made noise": make_noise,
}


def make_map(boxes: np.ndarray, page_shape: tuple[int, ...], side: int) -> np.ndarray:
    """Make a DB detector's map, shape (1, 1, H, W): words that grow to about these upright boxes.

    A word is shrunk by d, so that DB grows the rest by d: 1.6 · area / perimeter. Edges are soft.
    """
    height, width = page_shape[:2]
    scale = min(side / max(height, width), 1)
    columns, rows = (round(extent * scale / 32) * 32 for extent in (width, height))
    low, high = (
        extreme(axis=1) * (columns / width, rows / height) for extreme in (boxes.min, boxes.max)
    )
    half, area = (high - low).sum(axis=1), (high - low).prod(axis=1)
    a, b, c = 4 * UNCLIP + 8, (2 * UNCLIP + 2) * half, UNCLIP * area
    shrink = ((b - np.sqrt(b * b - 4 * a * c)) / (2 * a))[:, np.newaxis]
    pixels = np.zeros((rows, columns), np.float32)
    for (x0, y0), (x1, y1) in zip(np.rint(low + shrink), np.rint(high - shrink), strict=True):
        pixels[int(y0) : int(y1), int(x0) : int(x1)] = 0.95
    return cv2.GaussianBlur(pixels, (0, 0), 0.8)[np.newaxis, np.newaxis]


def make_craft_maps(
    boxes: np.ndarray, page_shape: tuple[int, ...], side: int
) -> tuple[np.ndarray, np.ndarray]:
    """Make CRAFT's region and link maps for a tensor of this longer side: half of it, of 32s.

    Each word is a row of letters about half as wide as high. A letter is a Gaussian spot of the
    region map, and so is the gap between two of the link map (Baek et al., 2019).
    """
    height, width = page_shape[:2]
    scale = min(side / max(height, width), 1)
    rows, columns = (-(-int(extent * scale) // 32) * 16 for extent in (height, width))
    region, link = np.zeros((2, rows, columns), np.float32)
    for (x0, y0), (x1, y1) in zip(boxes.min(1) * scale / 2, boxes.max(1) * scale / 2, strict=True):
        letters = max(round((x1 - x0) / (y1 - y0) * 2), 1)
        pitch = (x1 - x0) / letters
        for letter in range(letters):
            add_spot(region, x0 + letter * pitch, y0, pitch, y1 - y0)
            if letter:
                add_spot(link, x0 + (letter - 0.5) * pitch, y0, pitch, y1 - y0)
    return region, link


def add_spot(pixels: np.ndarray, x: float, y: float, width: float, height: float) -> None:
    """Raise the map to a Gaussian spot in this rectangle, 1 in its middle."""
    rows, columns = (
        np.arange(max(math.floor(start), 0), min(math.ceil(start + extent), most))
        for start, extent, most in zip((y, x), (height, width), pixels.shape, strict=True)
    )
    down = np.exp(-12 * ((rows + 0.5 - y) / height - 0.5) ** 2)
    across = np.exp(-12 * ((columns + 0.5 - x) / width - 0.5) ** 2)
    part = pixels[np.ix_(rows, columns)]
    pixels[np.ix_(rows, columns)] = np.maximum(part, down[:, np.newaxis] * across)
