"""Cut the shipped page into words, make the recogniser's batches, find colours; draw it all.

Usage::

    python benchmarks/demo.py
    python benchmarks/demo.py --out pictures
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import numpy as np

from batches import list_ways, print_batches, time_ways
from demo_pictures import (
    COLORS,
    draw_batches,
    draw_crops,
    draw_logo_colors,
    draw_overview,
    draw_page,
    draw_page_colors,
    draw_word_colors,
    put_title,
)
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

SHOWN = ("the projects", "iter_crop_batches float32", "crop_batches")


def write_pictures(folder: Path, page: np.ndarray, boxes: np.ndarray, logo: np.ndarray) -> None:
    """Write the results as pictures and list them."""
    texts = json.loads((DATA / "page_boxes.json").read_text(encoding="utf-8"))["texts"]
    drawn = draw_page(page, boxes)
    pictures = {
        "overview.jpg": draw_overview(page, boxes, drawn),
        "page_boxes.jpg": put_title(
            drawn, [f"the {len(boxes):,} boxes; red is the side on which a word begins"]
        ),
        "crops.png": draw_crops(page, boxes),
        "batches.png": draw_batches(page, boxes),
        "colors_words.png": draw_word_colors(page, boxes, texts),
        "colors_page.png": draw_page_colors(page, boxes),
        "colors_logo.png": draw_logo_colors(logo),
    }
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        sys.exit(f"Cannot make the folder {folder}: {error.strerror}.")
    print("\nwritten:")
    for name, picture in pictures.items():
        quality = [cv2.IMWRITE_JPEG_QUALITY, 85] if name.endswith("jpg") else []
        if not cv2.imwrite(str(folder / name), picture, quality):
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

    say(f"cutting {len(boxes):,} words out of data/page.jpg: checking the pixels, then timing ...")
    crop_rows = time_crops(page, boxes, repeat=7, threads=threads)
    say("turning the words into the recogniser's batches: checking the bytes, then timing ...")
    pixels = int(fastcv.crop_shapes(boxes).prod(axis=1).sum())
    ways = list_ways(page, boxes, sorted({1, threads}))
    shown = {name: way for name, way in ways.items() if name.startswith(SHOWN)}
    batch_rows = time_ways(shown, pixels, repeat=3)
    say("counting the colours of data/page.jpg: checking, then timing ...")
    color_rows = time_colors(page, n=COLORS, repeat=2, threads=threads, skip_naive=True)
    say("drawing ...")
    print_table(
        f"{len(boxes):,} word crops of a page, {page.shape[1]} x {page.shape[0]}", crop_rows
    )
    print_batches("the page's words as batches of RapidOCR's recogniser", batch_rows)
    print_table(f"{COLORS} main colours of the page (without np.unique over rows)", color_rows)
    print_strongest(color_rows)
    for name, image in {"page": page, "logo": logo}.items():
        colors, counts = fastcv.main_colors(image, COLORS)
        print(f"\nmain colours of the {name}: {list_colors(colors, counts)}")
    write_pictures(arguments.out, page, boxes, logo)


if __name__ == "__main__":
    main()
