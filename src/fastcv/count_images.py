"""``fastcv colors``: count the main colours of images, and draw them."""

from __future__ import annotations

import argparse
import json
from functools import partial
from pathlib import Path
from typing import Any

from . import files, outputs
from .colors import _draw_panel, main_colors
from .datasets.encode import DTYPES, encode_all
from .naming import name_of, refuse_twins
from .outputs import Guard
from .progress import Progress, explain, show


def run_colors(options: argparse.Namespace) -> bool:
    """Count every image."""
    guard = Guard.of(options.images, options.overwrite)
    if options.panel:
        check_panels(options, guard)
    found: list[dict[str, Any]] = []
    with Progress("image", len(options.images)) as progress:
        work = partial(count_image, options, guard, progress, found)
        failed = progress.try_each(options.images, work)
    if options.json:
        print(json.dumps(found, indent=2))
    return failed


def panel_of(options: argparse.Namespace, path: Path) -> Path:
    """Return the file of an image's panel."""
    panel: Path = options.panel
    return panel / f"{name_of(path)}.png" if len(options.images) > 1 else panel


def check_panels(options: argparse.Namespace, guard: Guard) -> None:
    """Refuse a command line that names panels which cannot be written."""
    if len(options.images) > 1:
        refuse_twins(options, options.images)
    elif options.panel.suffix[1:] not in DTYPES:
        options.parser.error(f"--panel must end in one of .{', .'.join(DTYPES)}")
    for path in options.images:
        try:
            guard.check(panel_of(options, path))
        except OSError as error:
            options.parser.error(f"--panel: {explain(error)}")


def count_image(
    options: argparse.Namespace,
    guard: Guard,
    progress: Progress,
    found: list[dict[str, Any]],
    path: Path,
) -> str:
    """Count one image. Return the text to print, and append the object for JSON to `found`."""
    progress.advance()
    image = files.read_image(path)
    try:
        colors, counts = main_colors(image, options.n, num_threads=options.threads)
        panel = _draw_panel("main_colors", colors) if options.panel else None
    except (ValueError, TypeError) as error:
        raise ValueError(str(error).removeprefix("main_colors: ")) from None
    if panel is not None:
        target = panel_of(options, path)
        if not panel.size:
            raise ValueError("every pixel is transparent: there is no colour to draw")
        (content,) = encode_all([panel], target.suffix[1:])
        outputs.write_together(target.parent, [(target.name, content)], guard)
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
