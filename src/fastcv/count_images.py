"""``fastcv colors``: count the main colours of images or of boxes on them, and draw them."""

from __future__ import annotations

import argparse
import json
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import files, outputs
from .colors import MainColors, _draw_box_panel, _draw_panel, main_colors
from .crop_pages import find_boxes, read_boxes_of
from .naming import name_of, refuse_twins
from .outputs import Guard
from .progress import Progress, explain, show

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def run_colors(options: argparse.Namespace) -> bool:
    """Count every image."""
    inputs = [*options.images]
    if options.boxes:
        beside = [find_boxes(image, options.boxes) for image in options.images]
        inputs += [path for path in beside if path]
    guard = Guard.of(inputs, options.overwrite)
    if options.panel:
        check_panels(options, guard)
    results: list[dict[str, Any]] = []
    with Progress("image", len(options.images)) as progress:
        work = partial(count_image, options, guard, progress, results)
        failed = progress.try_each(options.images, work)
    if options.json:
        print(json.dumps(results, indent=2))
    return failed


def panel_of(options: argparse.Namespace, path: Path) -> Path:
    """Return the file of an image's panel."""
    panel: Path = options.panel
    return panel / f"{name_of(path)}.png" if len(options.images) > 1 else panel


def check_panels(options: argparse.Namespace, guard: Guard) -> None:
    """Refuse a command line that names panels which cannot be written."""
    if len(options.images) > 1:
        refuse_twins(options, options.images)
    elif options.panel.suffix[1:] not in outputs.DTYPES:
        options.parser.error(f"--panel must end in one of .{', .'.join(outputs.DTYPES)}")
    for path in options.images:
        try:
            guard.check(panel_of(options, path))
        except OSError as error:
            options.parser.error(f"--panel: {explain(error)}")


def count_image(
    options: argparse.Namespace,
    guard: Guard,
    progress: Progress,
    results: list[dict[str, Any]],
    path: Path,
) -> str:
    """Count one image. Return the text to print, and append the object for JSON to `results`."""
    progress.advance()
    image = files.read_image(path)
    boxes = read_boxes_of(path, options) if options.boxes else None
    try:
        found: Any = main_colors(image, options.n, boxes=boxes, num_threads=options.threads)
        panel = draw(found) if options.panel else None
    except (ValueError, TypeError) as error:
        raise ValueError(str(error).removeprefix("main_colors: ")) from None
    if panel is not None:
        target = panel_of(options, path)
        if not panel.size:
            what = "there is no box" if boxes is not None else "every pixel is transparent"
            raise ValueError(f"{what}: there is no colour to draw")
        content = outputs.encode(panel, target.suffix[1:])
        outputs.write_together(target.parent, [(target.name, content)], guard)
    height, width = image.shape[:2]
    result: dict[str, Any] = {"file": str(path), "width": width, "height": height}
    text = [f"{show(path)}: {width} x {height}"]
    if isinstance(found, MainColors):
        result["colors"] = rows_of(found, width * height)
        text += lines_of(result["colors"])
    else:
        result["boxes"] = [{"colors": rows_of(one)} for one in found]
        for index, box in enumerate(result["boxes"]):
            text += [f"  box {index}", *lines_of(box["colors"])]
    results.append(result)
    return "" if options.json else "\n".join(text)


def draw(found: MainColors | list[MainColors]) -> NDArray[np.uint8]:
    """Draw the colours of an image, or of boxes."""
    if isinstance(found, MainColors):
        return _draw_panel("main_colors", found.colors)
    return _draw_box_panel("main_colors", [one.colors for one in found])


def rows_of(found: MainColors, pixels: int = 0) -> list[dict[str, Any]]:
    """Return an object for JSON for each colour, with its share of so many pixels."""
    rows: list[dict[str, Any]] = []
    for (blue, green, red), count in zip(found.colors.tolist(), found.counts.tolist(), strict=True):
        rows.append({"hex": f"#{red:02X}{green:02X}{blue:02X}", "count": count})
        if pixels:
            rows[-1]["share"] = count / pixels
    return rows


def lines_of(rows: list[dict[str, Any]]) -> list[str]:
    """Return a line for each colour."""
    return [
        f"  {row['hex']} {row['count']:>13,} px"
        + (f" {row['share']:>8.2%}" if "share" in row else "")
        for row in rows
    ]
