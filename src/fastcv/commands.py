"""What the commands do: cut pages, count images, measure, tell."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from . import _core, files
from .boxes import read_boxes
from .colors import _draw_panel, main_colors
from .progress import Progress, show


def name_of(path: Path) -> str:
    """What a file's results are called: never `.` or `..`, which would lead out of the folder."""
    return path.stem if path.stem.strip(".") else path.name


def refuse_twins(options: argparse.Namespace, paths: Sequence[Path]) -> None:
    """Files whose results would replace each other's are a wrong command line."""
    seen: set[str] = set()
    for name in map(name_of, paths):
        if name in seen:
            options.parser.error(f"two files are called {show(name)}: give them in two runs")
        seen.add(name)


# ---- crop ----


def run_crop(options: argparse.Namespace) -> bool:
    """Cut every page."""
    refuse_twins(options, options.pages)
    with Progress("crop", 0) as progress:
        return progress.try_each(options.pages, partial(crop_page, options, progress))


def crop_page(options: argparse.Namespace, progress: Progress, page: Path) -> str:
    """Cut one page, then write its crops.

    Two threads write .png and .jpg no faster, which are words of a few kB; .webp they would.
    """
    image = files.read_image(page)
    boxes_file = find_boxes(page, options.boxes)
    try:
        boxes = read_boxes(boxes_file)
    except (ValueError, TypeError) as error:
        raise ValueError(f"{boxes_file}: {error}") from None
    try:
        crops = _core.image_crop_openmp(
            image,
            boxes,
            num_threads=options.threads,
            interpolation=options.interpolation,
            border=options.border,
            degenerate="empty" if options.skip_degenerate else "raise",
        )
    except (ValueError, TypeError) as error:
        raise ValueError(str(error).removeprefix("image_crop_openmp: ")) from None
    progress.expect(len(crops))
    name = name_of(page)
    digits = max(4, len(str(len(crops) - 1)))

    def encode_all() -> Iterator[tuple[str, bytes]]:
        for index, crop in enumerate(crops):
            if crop.size:
                content = files.encode(crop, options.format)
                yield f"{name}_{index:0{digits}}.{options.format}", content
            progress.advance()

    folder = options.out / name if len(options.pages) > 1 else options.out
    files.write_together(folder, encode_all())
    skipped = [str(index) for index, crop in enumerate(crops) if not crop.size]
    made = len(crops) - len(skipped)
    text = f"{show(page)}: {made} crop{'' if made == 1 else 's'} in {show(folder)}"
    if skipped:
        text += f"\n{show(page)}: left out, as degenerate: boxes {', '.join(skipped)}"
    return text


def find_boxes(page: Path, boxes: Path | None) -> Path:
    """The file of a page's boxes."""
    if boxes is not None and not boxes.is_dir():
        return boxes
    folder = page.parent if boxes is None else boxes
    name = name_of(page)
    for suffix in (".json", ".npy"):
        if (folder / f"{name}{suffix}").exists():
            return folder / f"{name}{suffix}"
    raise ValueError(f"no boxes: there is neither {name}.json nor {name}.npy in {folder}")


# ---- colors ----


def run_colors(options: argparse.Namespace) -> bool:
    """Count every image."""
    several = len(options.images) > 1
    if options.panel and several:
        refuse_twins(options, options.images)
    if options.panel and not several and options.panel.suffix[1:] not in files.DTYPES:
        options.parser.error(f"--panel ends in none of .{', .'.join(files.DTYPES)}")
    found: list[dict[str, Any]] = []
    with Progress("image", len(options.images)) as progress:
        failed = progress.try_each(options.images, partial(count_image, options, progress, found))
    if options.json:
        print(json.dumps(found, indent=2))
    return failed


def count_image(
    options: argparse.Namespace, progress: Progress, found: list[dict[str, Any]], path: Path
) -> str:
    """Count one image, and return or remember what was found."""
    progress.advance()
    image = files.read_image(path)
    try:
        colors, counts = main_colors(image, options.n, num_threads=options.threads)
        panel = _draw_panel("main_colors", colors) if options.panel else None
    except (ValueError, TypeError) as error:
        raise ValueError(str(error).removeprefix("main_colors: ")) from None
    if panel is not None:
        target = options.panel
        if len(options.images) > 1:
            target = options.panel / f"{name_of(path)}.png"
        if not panel.size:
            raise ValueError("all of it is transparent: there is no colour to draw")
        content = files.encode(panel, target.suffix[1:])
        files.write_together(target.parent, [(target.name, content)])
    height, width = image.shape[:2]
    rows = [
        {
            "hex": f"#{red:02X}{green:02X}{blue:02X}",
            "count": count,
            "share": count / (width * height),
        }
        for (blue, green, red), count in zip(colors.tolist(), counts.tolist(), strict=True)
    ]
    found.append({"file": str(path), "width": width, "height": height, "colors": rows})
    if options.json:
        return ""
    lines = [f"{show(path)}: {width} x {height}"]
    lines += [f"  {row['hex']} {row['count']:>13,} px {row['share']:>8.2%}" for row in rows]
    return "\n".join(lines)


# ---- bench and info ----


def run_bench(options: argparse.Namespace) -> bool:
    """Measure, and print a table or JSON."""
    from .bench import measure_all, print_tables

    tables = measure_all(options.words, options.repeat, options.threads or _core.get_num_threads())
    if options.json:
        print(json.dumps(tables, indent=2))
    else:
        print_tables(tables)
    return False


def run_info(options: argparse.Namespace) -> bool:
    """Print the build and the settings."""
    crop_bytes, call_bytes = _core.get_output_limits()
    try:
        cv2 = files.load_cv2().__version__
    except ImportError:
        cv2 = None
    facts = {
        **_core.build_info(),
        "python": sys.version.split()[0],
        "numpy": np.__version__,
        "cv2": cv2,
        "threads": _core.get_num_threads(),
        "crop_bytes": crop_bytes,
        "call_bytes": call_bytes,
        **{f"pool_{name}": value for name, value in _core.memory_pool_info().items()},
    }
    if options.json:
        print(json.dumps(facts, indent=2))
        return False
    width = max(map(len, facts))
    for name, value in facts.items():
        shown = ", ".join(value) if isinstance(value, tuple) else value
        print(f"{name:<{width}}  {'none' if shown is None else shown}")
    return False
