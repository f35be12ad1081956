"""Concurrent change: another thread writes into, resizes and drops the arrays that a call reads.

The result may hold values from before or after a write. The process must survive, and NumPy must
refuse ndarray.resize, which would free the memory during the call.
"""

import random
import threading
import time

import numpy as np
import proof


class Reader:
    """Calls on arrays that another thread changes."""

    def __init__(self):
        self.arrays = {}

    def renew(self):
        self.arrays = {
            "page": proof.made_page(300, 400),
            "wide": proof.made_page(300, 400).astype(np.uint16),
            "noise": proof.made_page(700, 1000, 4),
            "out": np.empty(2_000_000, np.uint8),
            "tensors": np.empty(200 * 3 * 48 * 320, np.float32),
            "polygons": np.random.default_rng(1).uniform(0, 99, (5000, 4, 2)),
            "logits": np.random.default_rng(3).random((9, 40, 3000), np.float32),
            "map": np.random.default_rng(4).random((500, 700), np.float32) ** 4,
            "points": np.random.default_rng(2).uniform(0, 99, (5000, 2)),
            "boxes": proof.made_boxes(200),
        }

    def calls(self):
        import fastcv

        a = self.arrays
        page, wide, boxes = a["page"], a["wide"], a["boxes"]
        return [
            lambda: fastcv.image_crop(page, boxes),
            lambda: fastcv.image_crop_openmp(page, boxes, num_threads=2),
            lambda: fastcv.image_crop_openmp(page[20:, 5:], boxes, num_threads=2),
            lambda: fastcv.image_crop(wide, boxes, interpolation="cubic"),
            lambda: fastcv.image_crop(page, boxes, out=a["out"]),
            lambda: fastcv.crop_batches(page, boxes, num_threads=2),
            lambda: list(fastcv.iter_crop_batches([page, page[1:]], [boxes, boxes[:9]])),
            lambda: fastcv.image_batches([page[i:] for i in range(9)], num_threads=2),
            lambda: fastcv.crop_batches(page, boxes, out=a["tensors"]),
            lambda: fastcv.detector_input(page, num_threads=2),
            lambda: fastcv.detector_input([page, page[::-1]], spec="onnxtr", out=a["tensors"]),
            lambda: fastcv.detector_boxes(a["map"], page, num_threads=2),
            lambda: fastcv.detector_boxes(a["map"][::2, ::3], page, spec="paddlex"),
            lambda: fastcv.craft_boxes(a["map"], a["map"][::-1], num_threads=2),
            lambda: fastcv.craft_boxes(a["map"][::2, ::3], a["map"][::2, ::3]),
            lambda: fastcv.main_colors(a["noise"], num_threads=2),
            lambda: fastcv.main_colors(page, boxes=boxes, mask=page[..., 0], num_threads=2),
            lambda: fastcv.text_colors(page, boxes, num_threads=2),
            lambda: fastcv.decode_ctc(a["logits"], "x" * 3000, columns=True, num_threads=2),
            lambda: fastcv.decode_ctc(a["logits"].transpose(0, 2, 1), "x" * 40, confidence="doctr"),
            lambda: fastcv.match_polygons(a["polygons"], a["points"], 9, num_threads=2),
        ]


def write(array, rng):
    array.reshape(-1)[rng.randrange(array.size) :] = rng.randrange(99)


def resize(array, rng):
    array.resize(rng.choice([1, 10, array.size * 3]), refcheck=False)


def drop(arrays, rng):
    arrays.pop(rng.choice(list(arrays)), None)


def spoil(reader, stop, done):
    rng = random.Random(3)
    while not stop.is_set():
        arrays = list(reader.arrays.values())
        try:
            kind = rng.choice([write, write, resize, drop])
            if kind is drop:
                drop(reader.arrays, rng)
            elif arrays:
                kind(rng.choice(arrays), rng)
            done[kind.__name__] = done.get(kind.__name__, 0) + 1
        except ValueError:  # expected during a call
            done["resize refused"] = done.get("resize refused", 0) + 1
        except (IndexError, RuntimeError):  # the arrays were dropped or renewed meanwhile
            pass
        time.sleep(rng.choice([0, 0, 0.0005]))


def prove(count):
    reader, stop, done, outcomes = Reader(), threading.Event(), {}, {"right": 0, "refused": 0}
    thread = threading.Thread(target=spoil, args=(reader, stop, done))
    thread.start()
    rng = random.Random(4)
    try:
        for i in proof.progress(range(count), "concurrent changes"):
            if i % 5 == 0:
                reader.renew()
            try:
                rng.choice(reader.calls())()
                outcomes["right"] += 1
            except (IndexError, KeyError, ValueError):  # dropped or resized before the call
                outcomes["refused"] += 1
    finally:
        stop.set()
        thread.join()
    proof.expect(done.get("write", 0) > count / 50, f"too few changes: {done}")
    proof.expect(outcomes["right"] > count / 20, f"too few calls succeeded: {outcomes}")
    return (
        f"0 crashes in {count:,} calls ({outcomes['refused']:,} refused their arguments), during "
        + ", ".join(f"{times:,} {kind}" for kind, times in sorted(done.items()))
    )


if __name__ == "__main__":
    proof.main(
        prove,
        promise="concurrent change",
        goal="no crash; documented",
        short=500,
        long=50_000,
        unit="calls",
    )
