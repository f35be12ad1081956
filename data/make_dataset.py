"""Make a data set of annotated pages from page.jpg: as large as one wants, each page another.

Run ``python data/make_dataset.py FOLDER [--pages 2000] [--words 200]``. A page is A4 at 150 dpi:
page.jpg at half its size, moved up or down, brighter or darker, with 200 of its words annotated in
PPOCRLabel's Label.txt. The same numbers make the same files.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import cv2
import numpy as np

HERE = Path(__file__).resolve().parent


def main(arguments: list[str] | None = None) -> None:
    """Write the pages and Label.txt."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--pages", type=int, default=2000)
    parser.add_argument("--words", type=int, default=200, help="a page (default: 200)")
    options = parser.parse_args(arguments)
    made = json.loads((HERE / "page_boxes.json").read_text(encoding="utf-8"))
    sheet = cv2.imread(str(HERE / "page.jpg"))
    half = cv2.resize(sheet, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    boxes = (np.array(made["boxes"]) - 0.5) / 2
    options.folder.mkdir(parents=True, exist_ok=True)
    with open(options.folder / "Label.txt", "w", encoding="utf-8") as labels:
        for number in range(options.pages):
            name = f"{number:06}.jpg"
            page, words = make_page(half, boxes, made["texts"], number, options.words)
            cv2.imwrite(str(options.folder / name), page, [cv2.IMWRITE_JPEG_QUALITY, 90])
            labels.write(f"{name}\t{json.dumps(words, ensure_ascii=False)}\n")
            if sys.stderr.isatty() and number % 20 == 0:
                print(f"\r{number} of {options.pages} pages", end="", file=sys.stderr)


def make_page(
    half: np.ndarray, boxes: np.ndarray, texts: list[str], number: int, count: int
) -> tuple[np.ndarray, list[dict]]:
    """Return a page and its words, as PPOCRLabel writes them."""
    rng = np.random.default_rng(number)
    height = half.shape[0]
    down = int(rng.integers(height))
    page = np.roll(half, down, axis=0)
    page = cv2.convertScaleAbs(page, alpha=float(rng.uniform(0.85, 1.0)))
    moved = boxes + np.array([0.0, down])
    moved[moved[:, :, 1].min(axis=1) >= height] -= np.array([0.0, height])
    whole = np.flatnonzero(moved[:, :, 1].max(axis=1) < height)
    chosen = np.sort(rng.choice(whole, min(count, len(whole)), replace=False))
    return page, [
        {
            "transcription": texts[index],
            "points": moved[index].round(2).tolist(),
            "difficult": False,
        }
        for index in chosen.tolist()
    ]


if __name__ == "__main__":
    main()
