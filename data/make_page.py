"""Make page.jpg, a typeset page as a phone or scanner sees it, and the boxes of its words.

Run ``python data/make_page.py [FOLDER]``. The default folder is the script's own.
"""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image, ImageFilter

from page_blocks import BODY, COLUMN, HEADING, HEIGHT, PAPER, WIDTH, set_fixed_blocks
from typesetting import Canvas, break_lines, homography, project

HERE = Path(__file__).resolve().parent
SEED = 2026
DESK = (84, 80, 78)
INDENT = 36.0
# The corners of the sheet (lt, rt, rb, lb) in the picture.
SHEET_CORNERS = np.array([[20.0, 6.0], [2472.0, 26.0], [2489.0, 3519.0], [-17.0, 3497.0]])
HEADINGS = [
    "Where words begin",
    "The slope of a line",
    "Ink, light and paper",
    "A short walk with numbers",
    "The margin speaks",
    "What colours tell",
    "Corners and courage",
    "Reading in order",
    "The second copy",
    "Small print",
]


def sentences(rng: random.Random) -> Iterator[str]:
    """Yield the sentences of prose.txt endlessly, reshuffled in every round."""
    pool = (HERE / "prose.txt").read_text(encoding="utf-8").splitlines()
    while True:
        rng.shuffle(pool)
        yield from pool


def body_lines(rng: random.Random) -> Iterator[tuple[str, list[str], float]]:
    """Yield the article line by line: its kind, its words and its indent."""
    source = sentences(rng)
    for heading in HEADINGS:
        yield "heading", heading.split(), 0.0
        for number in range(rng.choice([3, 3, 4])):
            indent = INDENT if number else 0.0
            words = " ".join(next(source) for _ in range(rng.choice([2, 3, 3, 4]))).split()
            lines = break_lines(words, COLUMN, BODY, indent)
            for index, line in enumerate(lines):
                kind = "last" if index == len(lines) - 1 else "full"
                yield kind, line, 0.0 if index else indent


def set_body(page: Canvas, regions: list[tuple[float, list[float]]], rng: random.Random) -> None:
    """Fill regions with the article; a region is an x and its free baselines."""
    article = body_lines(rng)
    waiting: tuple[str, list[str], float] | None = None
    for x, baselines in regions:
        row = 0
        while row < len(baselines):
            kind, words, indent = waiting or next(article)
            waiting = None
            if kind == "heading":
                row += 1 if row else 0
                if row + 2 >= len(baselines):
                    waiting = (kind, words, indent)
                    break
                page.set_line(words, x, baselines[row] - 4, HEADING)
            else:
                width = COLUMN - indent if kind == "full" else None
                page.set_line(words, x + indent, baselines[row], BODY, width)
            row += 1


def add_light(sheet: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Add uneven light, paper fibre and a little sensor noise to a picture."""
    height, width = sheet.shape[:2]
    y, x = np.mgrid[0 : 1 : complex(height), 0 : 1 : complex(width)].astype(np.float32)
    light = 1.0 - 0.05 * ((x - 0.42) ** 2 + (y - 0.35) ** 2) - 0.03 * x * y
    coarse = Image.fromarray(rng.normal(0, 1, (height // 24, width // 24)).astype(np.float32))
    fibre = np.asarray(coarse.resize((width, height), Image.Resampling.BICUBIC)) * 0.9
    grain = rng.normal(0, 1.1, (height, width)).astype(np.float32)
    return sheet * light[..., None] + (fibre + grain)[..., None]


def photograph(page: Canvas, rng: np.random.Generator) -> tuple[Image.Image, np.ndarray]:
    """Return the page in perspective, and its boxes with pixel centres at whole numbers."""
    flat = np.array([[0, 0], [WIDTH, 0], [WIDTH, HEIGHT], [0, HEIGHT]], float)
    forth = homography(flat, SHEET_CORNERS)
    back = np.linalg.inv(forth)
    seen = page.image.transform(
        (WIDTH, HEIGHT),
        Image.Transform.PERSPECTIVE,
        tuple((back / back[2, 2]).ravel()[:8]),
        Image.Resampling.BICUBIC,
    )
    picture = Image.new("RGB", (WIDTH, HEIGHT), DESK)
    shadow = seen.getchannel("A").filter(ImageFilter.GaussianBlur(7)).point(lambda v: v * 0.5)
    picture.paste((30, 28, 27), mask=shadow)
    picture.paste(seen, mask=seen.getchannel("A").filter(ImageFilter.GaussianBlur(0.8)))
    noisy = add_light(np.asarray(picture, np.float32), rng)
    boxes = np.stack([project(quad, forth) for quad in page.quads]) - 0.5
    return Image.fromarray(np.clip(np.rint(noisy), 0, 255).astype(np.uint8)), boxes


def write_boxes(path: Path, texts: list[str], boxes: np.ndarray) -> None:
    """Write the words and their boxes as JSON, one box or word per line."""
    head = {"image": "page.jpg", "width": WIDTH, "height": HEIGHT, "order": "lt, rt, rb, lb"}
    start = json.dumps(head)[:-1]
    rows = [json.dumps(np.round(box, 2).tolist(), separators=(",", ":")) for box in boxes]
    names = [json.dumps(text, ensure_ascii=False) for text in texts]
    text = f'{start}, "boxes": [\n' + ",\n".join(rows) + '\n], "texts": [\n'
    path.write_text(text + ",\n".join(names) + "\n]}\n", encoding="utf-8")


def make_page(folder: Path) -> str:
    """Write page.jpg and page_boxes.json into a folder and return a line about them."""
    page = Canvas.blank((WIDTH, HEIGHT), PAPER, 255)
    regions = set_fixed_blocks(page)
    set_body(page, regions, random.Random(SEED))
    picture, boxes = photograph(page, np.random.default_rng(SEED))
    picture.save(
        folder / "page.jpg", quality=85, subsampling="4:2:0", optimize=True, dpi=(300, 300)
    )
    write_boxes(folder / "page_boxes.json", page.texts, boxes)
    sides = np.linalg.norm(np.roll(boxes, -1, axis=1) - boxes, axis=2)
    last = np.array([WIDTH - 1, HEIGHT - 1])
    crossing = int(((boxes <= 0) | (boxes >= last)).any(axis=(1, 2)).sum())
    return (
        f"{len(boxes)} words, mean {sides[:, ::2].mean():.1f} x {sides[:, 1::2].mean():.1f} px, "
        f"shortest side {sides.min():.1f} px, {crossing} at the border"
    )


if __name__ == "__main__":
    print(make_page(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE))
