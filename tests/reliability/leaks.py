"""Leaks: a successful or refused call leaks no memory and no reference, however often it is made.

Each function and each kind of exception is repeated in a new process. Memory is read after a tenth
of the calls and after all calls.
"""

import contextlib
import functools
import gc
import os
import sys
import tempfile
import traceback
from pathlib import Path

import numpy as np
import proof

MOST_DRIFT_BYTES = 1 << 20
BOX = np.float32([[[2, 2], [12, 3], [11, 9], [1, 8]]])
TRIANGLE = np.array([[0.0, 0.0], [4.0, 0.0], [0.0, 3.0]])


class Shape:
    """A polygon as an object."""

    def __init__(self, xy):
        self.x, self.y = xy.T.copy()


def one_by_one(function):
    """Return a function that takes all of what an iterator gives."""

    @functools.wraps(function)
    def call(*args, **options):
        return list(function(*args, **options))

    return call


def cases(folder):
    """Return (function, arguments, keywords) by name; a name includes the exception it raises."""
    import fastcv

    page = proof.made_page(40, 60)
    wide = page.astype(np.uint16)
    out = np.empty(4096, np.uint8)
    polygons = [TRIANGLE + i for i in range(5)]
    shapes = [Shape(xy) for xy in polygons]
    index = fastcv.PolygonIndex(polygons)
    points = np.array([[1.0, 1.0], [9.0, 9.0]])
    line = np.float32([[[0, 0], [5, 5], [9, 9], [0, 9]]])
    large = BOX * 1e6
    missing = str(folder / "missing.png")
    text = folder / "text.png"
    text.write_text("not an image")
    picture = folder / "page.ppm"
    picture.write_bytes(b"P6 60 40 255\n" + page.tobytes())

    made = {}

    def add(name, function, *arguments, **keywords):
        made[name] = (function, arguments, keywords)

    with contextlib.suppress(ImportError):
        from PIL import Image

        picture = Image.fromarray(page)
        for mode in ("RGB", "1", "P"):
            add(f"image_crop, PIL's {mode}", fastcv.image_crop, picture.convert(mode), BOX)
        cmyk = picture.convert("CMYK")
        add("image_crop ValueError of PIL's mode", fastcv.image_crop, cmyk, BOX)
    for crop in (fastcv.image_crop, fastcv.image_crop_openmp):
        name = crop.__name__
        add(name, crop, page, BOX)
        add(f"{name}, a list of boxes", crop, page, list(BOX))
        add(f"{name}, by OpenCV", crop, wide, BOX, interpolation="lanczos4")
        add(f"{name}, a copy", crop, page[::-1], BOX)
        add(f"{name}, out", crop, page, BOX, out=out)
        add(f"{name}, empty", crop, page, line, degenerate="empty")
        add(f"{name} TypeError of image", crop, "page", BOX)
        add(f"{name} TypeError of dtype", crop, page.astype(np.int64), BOX)
        add(f"{name} TypeError of boxes", crop, page, "boxes")
        add(f"{name} TypeError of keyword", crop, page, BOX, unknown=1)
        add(f"{name} TypeError of masked", crop, np.ma.masked_array(page), BOX)
        add(f"{name} ValueError of shape", crop, page, BOX[0])
        add(f"{name} ValueError of box", crop, page, line)
        add(f"{name} ValueError of limit", crop, page, large)
        add(f"{name} ValueError of interpolation", crop, page, BOX, interpolation="none")
        add(f"{name} ValueError of border_value", crop, page, BOX, border_value=300)
        add(f"{name} ValueError of out", crop, page, BOX, out=out[:3])
    add("image_crop_openmp ValueError of num_threads", fastcv.image_crop_openmp, page, BOX,
        num_threads=0)  # fmt: skip
    add("crop_shapes", fastcv.crop_shapes, BOX)
    add("crop_shapes TypeError", fastcv.crop_shapes, None)
    add("crop_shapes ValueError", fastcv.crop_shapes, line)
    small = fastcv.RecognizerInput(height=8, min_width=None, batch_size=2)
    for batches in (fastcv.crop_batches, one_by_one(fastcv.iter_crop_batches)):
        name = batches.__name__
        add(name, batches, page, BOX, input=small)
        add(f"{name}, pages", batches, [page, page], [BOX, list(BOX)], input=small)
        add(f"{name} TypeError of dtype", batches, wide, BOX)
        add(f"{name} ValueError of box", batches, page, line)
        add(f"{name} ValueError of pages", batches, [page, page], [BOX])
    add("crop_batches, out", fastcv.crop_batches, page, BOX, input=small,
        out=np.empty(4096, np.float32))  # fmt: skip
    add("crop_batches ValueError of out", fastcv.crop_batches, page, BOX, out=out)
    for batches in (fastcv.image_batches, one_by_one(fastcv.iter_image_batches)):
        name = batches.__name__
        add(name, batches, [page, page[::-1]], input=small)
        add(f"{name} TypeError", batches, [page, None])
        add(f"{name} ValueError", batches, [page[:0]])
    logits = np.eye(4, dtype=np.float32)[np.newaxis]
    add("decode_ctc", fastcv.decode_ctc, logits, ["-", "a", "bc", "中"], columns=True)
    add("decode_ctc, a view", fastcv.decode_ctc, logits.transpose(2, 0, 1), "-abc", ignore=[2])
    add("decode_ctc TypeError of dtype", fastcv.decode_ctc, logits.astype(float), "-abc")
    add("decode_ctc TypeError of an entry", fastcv.decode_ctc, logits, ["-", "a", 5, "c"])
    add("decode_ctc ValueError of characters", fastcv.decode_ctc, logits, "-a")
    add("decode_ctc ValueError of ignore", fastcv.decode_ctc, logits, "-abc", ignore=[4])
    detector = fastcv.DetectorInput(limit_side_len=32)
    add("detector_input", fastcv.detector_input, page, spec=detector)
    add("detector_input, pages", fastcv.detector_input, [page, page[::-1]], spec=detector)
    add("detector_input, out", fastcv.detector_input, page, spec=detector,
        out=np.empty(1 << 20, np.float32))  # fmt: skip
    add("detector_input TypeError", fastcv.detector_input, None)
    add("detector_input ValueError of spec", fastcv.detector_input, page, spec="none")
    add("detector_input ValueError of out", fastcv.detector_input, page, out=out)
    found = np.zeros((64, 96), np.float32)
    found[20:40, 10:60] = 0.9
    add("detector_boxes", fastcv.detector_boxes, found, page)
    add("detector_boxes, a view", fastcv.detector_boxes, found[::-1, ::2], page, spec="paddlex")
    add("detector_boxes TypeError", fastcv.detector_boxes, found.astype(int), page)
    add("detector_boxes ValueError of shape", fastcv.detector_boxes, found[0], page)
    add("craft_boxes", fastcv.craft_boxes, found, found)
    add("craft_boxes, a view", fastcv.craft_boxes, found[::-1, ::2], found[:, ::2], ratio=(1, 2))
    add("craft_boxes TypeError", fastcv.craft_boxes, found, found.astype(int))
    add("craft_boxes ValueError of shape", fastcv.craft_boxes, found, found[:9])
    add("craft_boxes ValueError of ratio", fastcv.craft_boxes, found, found, ratio=0)
    networks = (lambda _: found, lambda tensor: np.repeat(logits, len(tensor), axis=0))
    reading = {"detector_spec": detector, "input": small}
    add("read_page", fastcv.read_page, page, *networks, "-abc", **reading)
    add("read_page TypeError of detector", fastcv.read_page, page, None, None, "-abc")
    add("read_page ValueError of map", fastcv.read_page, page, lambda _: logits[0, 0], networks[1],
        "-abc", **reading)  # fmt: skip
    add("read_page ValueError of output", fastcv.read_page, page, networks[0],
        lambda tensor: logits[:0], "-abc", **reading)  # fmt: skip
    word = np.float32([[[2, 2], [30, 3], [30, 20], [2, 19]]])
    add("text_colors", fastcv.text_colors, page, word)
    add("check_boxes", fastcv.check_boxes, word[:, ::-1], page)
    add("check_boxes, upright", fastcv.check_boxes, [[1, 1, 9, 9]], page.shape)
    add("check_boxes TypeError", fastcv.check_boxes, "boxes", page)
    add("check_boxes ValueError of shape", fastcv.check_boxes, word[0], page)
    add("text_colors, lists", fastcv.text_colors, page, word.tolist(), num_threads=2)
    add("text_colors TypeError", fastcv.text_colors, wide, word)
    add("text_colors ValueError", fastcv.text_colors, page, word * np.inf)
    add("main_colors", fastcv.main_colors, page)
    add("main_colors TypeError", fastcv.main_colors, wide)
    add("main_colors ValueError", fastcv.main_colors, page, 0)
    where = np.float32([[[5, 5], [60, 9], [58, 30], [4, 28]], [[0, 0], [9, 0], [9, 9], [0, 9]]])
    add("main_colors of boxes", fastcv.main_colors, page, boxes=where, bits=5,
        mask=page[..., 0] > 9)  # fmt: skip
    add("main_colors of polygons", fastcv.main_colors, page, boxes=[where[0], where[1][:3]])
    add(
        "main_colors ValueError of boxes",
        fastcv.main_colors,
        page,
        boxes=np.full_like(where, np.inf),
    )
    add("main_colors ValueError of mask", fastcv.main_colors, page, mask=page[:9, :, 0])
    for extract in (fastcv.extract_main_colors, fastcv.extract_main_colors_openmp):
        name = extract.__name__
        add(name, extract, page[:9, :9], 2)
        add(f"{name} of boxes", extract, page, 2, boxes=where)
        add(f"{name}, a path", extract, picture, 2)
        add(f"{name} TypeError", extract, wide)
        add(f"{name} ValueError", extract, page, -1)
        add(f"{name} FileNotFoundError", extract, missing)
        add(f"{name} ValueError of file", extract, text)
    add("find_close_polygons", fastcv.find_close_polygons, shapes, (1.0, 1.0), 5)
    add("find_close_polygons TypeError", fastcv.find_close_polygons, 5, (1.0, 1.0), 5)
    add("find_close_polygons ValueError", fastcv.find_close_polygons, shapes, (1.0,), 5)
    add("select_best_polygon", fastcv.select_best_polygon, [((1.0, 1.0), shapes)])
    add("select_best_polygon TypeError", fastcv.select_best_polygon, [7])
    add("select_best_polygon IndexError", fastcv.select_best_polygon, [((1.0, 1.0), [])])
    add("match_polygons", fastcv.match_polygons, shapes, points, 5)
    add("match_polygons, arrays", fastcv.match_polygons, polygons, points, 5, num_threads=2)
    add("match_polygons TypeError", fastcv.match_polygons, [object()], points, 5)
    add("match_polygons ValueError", fastcv.match_polygons, polygons, points.ravel(), 5)
    add("PolygonIndex", fastcv.PolygonIndex, polygons)
    add("PolygonIndex TypeError", fastcv.PolygonIndex, 3)
    add("PolygonIndex ValueError", fastcv.PolygonIndex, [np.zeros((0, 2))])
    add("PolygonIndex.match", index.match, points, 5)
    add("PolygonIndex.match TypeError", index.match, points, "5")
    add("PolygonIndex.match ValueError", index.match, points.ravel(), 5)
    add("PolygonIndex.find_close", index.find_close, (1.0, 1.0), 5)
    add("PolygonIndex.find_close TypeError", index.find_close, None, 5)
    add("PolygonIndex.find_close ValueError", index.find_close, (1.0, 1.0, 1.0), 5)
    add("PolygonIndex.centers", lambda: index.centers)
    add("PolygonIndex.areas", lambda: index.areas)
    add("cumulative_sum", fastcv.cumulative_sum, 100)
    add("cumulative_sum TypeError", fastcv.cumulative_sum, "3")
    add("cumulative_sum ValueError", fastcv.cumulative_sum, -1)
    add("set_num_threads", fastcv.set_num_threads, None)
    add("set_num_threads TypeError", fastcv.set_num_threads, 1.5)
    add("set_num_threads ValueError", fastcv.set_num_threads, 0)
    add("get_num_threads", fastcv.get_num_threads)
    add("set_output_limits", fastcv.set_output_limits)
    add("set_output_limits TypeError", fastcv.set_output_limits, crop_bytes="many")
    add("set_output_limits ValueError", fastcv.set_output_limits, crop_bytes=-1)
    add("get_output_limits", fastcv.get_output_limits)
    add("set_memory_pool", fastcv.set_memory_pool, 512 << 20)
    add("set_memory_pool TypeError", fastcv.set_memory_pool, None)
    add("set_memory_pool ValueError", fastcv.set_memory_pool, -1)
    add("memory_pool_info", fastcv.memory_pool_info)
    add("empty_memory_pool", fastcv.empty_memory_pool)
    add("build_info", fastcv.build_info)
    return made


def repeat(call, count):
    function, arguments, keywords = call
    for _ in range(count):
        with contextlib.suppress(TypeError, ValueError, IndexError, OSError):
            function(*arguments, **keywords)


def ending(call):
    """Return the name of the exception that the call raises, or ''."""
    function, arguments, keywords = call
    try:
        function(*arguments, **keywords)
    except Exception as error:
        return type(error).__name__
    return ""


def references(call):
    _, arguments, keywords = call
    return [sys.getrefcount(value) for value in [*arguments, *keywords.values()]]


def are_kept(call, before):
    """Return whether the arguments' reference counts are unchanged.

    None, numbers and texts are shared with the whole process: CPython's method cache sometimes
    holds "empty", which is also a name in NumPy. Their counts may differ by dozens. A leak would
    change a count by the number of calls.
    """
    after = references(call)
    _, arguments, keywords = call
    values = [*arguments, *keywords.values()]
    return all(
        abs(now - then) <= (60 if value is None or isinstance(value, (str, int, float)) else 0)
        for value, now, then in zip(values, after, before, strict=True)
    )


def drift(name, call, count):
    """Return how many bytes the process grows between a tenth of the calls and all of them."""
    raised = ending(call)
    proof.expect(
        raised in name if raised else "Error" not in name, f"{name}: raised {raised or 'nothing'}"
    )
    repeat(call, count // 10)
    gc.collect()
    before, counts = proof.rss_bytes(), references(call)
    repeat(call, count - count // 10)
    gc.collect()
    proof.expect(are_kept(call, counts), f"{name}: reference counts changed")
    return proof.rss_bytes() - before


def drift_in_child(name, folder, count):
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.write(writing, str(drift(name, cases(folder)[name], count)).encode())
            os._exit(0)
        except BaseException as error:
            print(error if isinstance(error, proof.Broken) else traceback.format_exc(), flush=True)
            os._exit(1)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        text = pipe.read()
    proof.expect(os.waitpid(child, 0)[1] == 0, name)
    return int(text)


def slow_share(name):
    """Return the divisor of the number of calls; reading files and making panels is slow."""
    return 50 if "extract" in name and "TypeError" not in name else 1


def prove(count):
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        names = list(cases(folder))
        largest, calls = 0, 0
        for name in proof.progress(names, "leaks"):
            times = max(100, count // slow_share(name))
            drifted = drift_in_child(name, folder, times)
            proof.expect(
                drifted <= MOST_DRIFT_BYTES,
                f"{name}: memory grew by {drifted:,} bytes in {times:,} calls",
            )
            largest, calls = max(largest, drifted), calls + times
    return (
        f"largest drift {largest / 1024:.0f} KiB over {calls:,} calls: {len(names)} kinds, "
        f"{sum('Error' in name for name in names)} of them refusals"
    )


if __name__ == "__main__":
    proof.main(
        prove,
        promise="leaks",
        goal="RSS flat (≤ 1 MB drift after warm-up), reference counts unchanged",
        short=2000,
        long=1_000_000,
        unit="calls of each kind",
    )
