"""Cut the shipped page into words, make the recogniser's batches, find colours; draw it all.

Usage::

    python benchmarks/demo.py
    python benchmarks/demo.py --out pictures
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from batches import INPUT, list_ways, print_batches, time_ways
from extract_color import list_colors, print_strongest, time_colors
from harness import (
    DATA,
    ROOT,
    cv2,
    describe_machine,
    fastcv,
    print_header,
    print_table,
    read_boxes,
    read_image,
    say,
)
from image_crop import time_crops

COLORS = 6
BATCH_WORDS = 16
WORD_STEP = 10
SHEET_WIDTH, SHEET_CROPS, GAP, MARGIN = 1240, 300, 10, 24
PAGE_WIDTH = 1240
LIGHT_GREY = 232
QUAD, WORD_BEGIN, OPACITY = (235, 165, 70), (40, 64, 230), 0.22  # colours are B, G, R


def lay_out_rows(crops: Sequence[np.ndarray]) -> Iterator[list[np.ndarray]]:
    """Yield rows of crops; each row holds as many crops as fit the sheet's width."""
    row: list[np.ndarray] = []
    left = SHEET_WIDTH - 2 * MARGIN
    for crop in crops:
        if row and crop.shape[1] > left:
            yield row
            row, left = [], SHEET_WIDTH - 2 * MARGIN
        row.append(crop)
        left -= crop.shape[1] + GAP
    if row:
        yield row


def draw_row(row: Sequence[np.ndarray], spread: bool) -> np.ndarray:
    """Draw one row of a sheet: crops centred vertically, and spread over its width if asked."""
    width = SHEET_WIDTH - 2 * MARGIN
    height = max(crop.shape[0] for crop in row)
    strip = np.full((height + GAP, SHEET_WIDTH, 3), LIGHT_GREY, np.uint8)
    spare = width - sum(crop.shape[1] for crop in row)
    gap = spare / (len(row) - 1) if spread and len(row) > 1 else GAP
    left = float(MARGIN)
    for crop in row:
        x, y = round(left), (height - crop.shape[0]) // 2
        strip[y : y + crop.shape[0], x : x + crop.shape[1]] = crop
        left += crop.shape[1] + gap
    return strip


def draw_sheet(crops: Sequence[np.ndarray]) -> np.ndarray:
    """Lay the crops in order on a light grey sheet."""
    rows = list(lay_out_rows(crops))
    strips = [draw_row(row, spread=index < len(rows) - 1) for index, row in enumerate(rows)]
    edge = np.full((MARGIN, SHEET_WIDTH, 3), LIGHT_GREY, np.uint8)
    return np.concatenate([edge, *strips, edge[GAP:]])


def draw_boxes(page: np.ndarray, boxes: np.ndarray) -> np.ndarray:
    """Tint every quad on the page, mark the left side of its word, and shrink the page."""
    fixed_point = np.round(boxes * 16).astype(np.int32)  # cv2 draws in sixteenths of a pixel
    tint = page.copy()
    for quad in fixed_point:
        cv2.fillConvexPoly(tint, quad, QUAD, cv2.LINE_AA, shift=4)
    drawn = cv2.addWeighted(page, 1 - OPACITY, tint, OPACITY, 0)
    cv2.polylines(drawn, list(fixed_point), True, QUAD, 2, cv2.LINE_AA, shift=4)
    begins = list(np.ascontiguousarray(fixed_point[:, [0, 3]]))
    cv2.polylines(drawn, begins, False, WORD_BEGIN, 3, cv2.LINE_AA, shift=4)
    height = round(page.shape[0] * PAGE_WIDTH / page.shape[1])
    return cv2.resize(drawn, (PAGE_WIDTH, height), interpolation=cv2.INTER_AREA)


def draw_batch(page: np.ndarray, boxes: np.ndarray) -> np.ndarray:
    """Show one batch as the recogniser reads it: a word a row, the padding in grey."""
    input = replace(INPUT, batch_size=BATCH_WORDS)
    batches = fastcv.crop_batches(page, boxes, convention="rapidocr", input=input)
    pixels = np.rint(127.5 * (batches[-2].tensor + 1)).astype(np.uint8)
    return np.concatenate(pixels.transpose(0, 2, 3, 1))


def redraw(text: str, ink: np.ndarray, paper: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Write a word, as large as fits, in two colours."""
    height, width = shape[:2]
    font, thick = cv2.FONT_HERSHEY_DUPLEX, max(1, height // 16)
    (wide, tall), below = cv2.getTextSize(text, font, 1, 1)
    scale = 0.9 * min(width / max(wide, 1), height / (tall + below))
    word = np.full((height, width, 3), paper, np.uint8)
    at = round((width - scale * wide) / 2), round((height + scale * (tall - below)) / 2)
    return cv2.putText(word, text, at, font, scale, ink.tolist(), thick, cv2.LINE_AA)


def draw_colors(page: np.ndarray, boxes: np.ndarray, texts: Sequence[str]) -> np.ndarray:
    """Lay out every tenth word, each above itself, redrawn in the colours that were found."""
    boxes, texts = boxes[::WORD_STEP], texts[::WORD_STEP]
    found = fastcv.text_colors(page, boxes)
    words = fastcv.image_crop(page, boxes)
    return draw_sheet([
        np.concatenate([word, redraw(text, ink, paper, word.shape)])
        for word, text, ink, paper in zip(words, texts, found.text, found.background, strict=True)
    ])  # fmt: skip


def write_pictures(folder: Path, page: np.ndarray, boxes: np.ndarray, logo: np.ndarray) -> None:
    """Write the results as pictures and list them."""
    texts = json.loads((DATA / "page_boxes.json").read_text(encoding="utf-8"))["texts"]
    pictures = {
        "crops.png": draw_sheet(fastcv.image_crop(page, boxes[:SHEET_CROPS])),
        "batch.png": draw_batch(page, boxes),
        "page_boxes.jpg": draw_boxes(page, boxes),
        "colors_words.png": draw_colors(page, boxes, texts),
        "colors_page.png": fastcv.extract_main_colors(page, COLORS),
        "colors_logo.png": fastcv.extract_main_colors(logo, COLORS),
    }
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        sys.exit(f"Cannot make the folder {folder}: {error.strerror}.")
    print("\nwritten:")
    for name, picture in pictures.items():
        if not cv2.imwrite(str(folder / name), picture):
            sys.exit(f"Cannot write {folder / name}.")
        print(f"  {folder / name}  {picture.shape[1]} x {picture.shape[0]}")


def parse_arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument(
        "--out", metavar="DIR", type=Path, default=ROOT / "out",
        help="folder for the pictures, made if it is missing (default: the project's out/)",
    )  # fmt: skip
    return parser.parse_args()


def main() -> None:
    """Run the demonstration."""
    arguments = parse_arguments()
    threads = fastcv.get_num_threads()
    print_header(describe_machine(threads))
    page, _ = read_image(DATA / "page.jpg")
    logo, _ = read_image(DATA / "logo.png")
    boxes = read_boxes(DATA / "page_boxes.json")

    say(f"cutting {len(boxes)} words out of data/page.jpg: checking the pixels, then timing ...")
    crop_rows = time_crops(page, boxes, repeat=7, threads=threads)
    say("turning the words into the recogniser's batches: checking the bytes, then timing ...")
    pixels = int(fastcv.crop_shapes(boxes).prod(axis=1).sum())
    batch_rows = time_ways(list_ways(page, boxes, sorted({1, threads})), pixels, repeat=3)
    say("counting the colours of data/page.jpg: checking, then timing ...")
    color_rows = time_colors(page, n=COLORS, repeat=3, threads=threads, skip_naive=True)
    print_table(f"{len(boxes)} word crops of a page, {page.shape[1]} x {page.shape[0]}", crop_rows)
    print_batches("the page's words as batches of RapidOCR's recogniser", batch_rows)
    print_table(f"{COLORS} main colours of the page (without np.unique over rows)", color_rows)
    print_strongest(color_rows)
    for name, image in {"page": page, "logo": logo}.items():
        colors, counts = fastcv.main_colors(image, COLORS)
        print(f"\nmain colours of the {name}: {list_colors(colors, counts)}")
    write_pictures(arguments.out, page, boxes, logo)


if __name__ == "__main__":
    main()
