"""Threads of a Python without a GIL call all of fastcv's functions at once. races.py runs this.

Usage: free_threaded.py EXPECTED.npz CALLS

The file holds the inputs and the right results, which OpenCV, NumPy and plain Python computed
elsewhere, because OpenCV has no package for such a Python. Prints its figures as a line of JSON.
"""

import json
import os
import random
import sys
import threading

import numpy as np
import proof

THREADS = 8
CROP_OPTIONS = [
    {},
    {"interpolation": "cubic", "border": "replicate"},
    {"interpolation": "nearest"},
    {"interpolation": "lanczos4", "border": "reflect"},
]
TOP = 7
MAX_DIST = 40.0
SHORTER_SIDE = 200  # of a detector's input
LETTERS = "-" + "".join(map(chr, range(0x4E00, 0x4E00 + 99)))
REFUSALS = (TypeError, ValueError, IndexError)


class Changing:
    """Lists that one thread changes while others pass them to fastcv.

    A list always holds the first of its items, and now and then a wrong item at its end.
    """

    def __init__(self, given):
        self.items = {
            "boxes": list(given["boxes"]),
            "nested boxes": given["boxes"].tolist(),
            "polygons": list(given["polygons"]),
            "nested polygons": given["polygons"].tolist(),
            "points": given["points"].tolist(),
            "sets": [(i, list(given["polygons"])) for i in range(20)],
            "border": [1.0, 2.0, 3.0],
        }
        self.lists = {name: [] for name in self.items}
        self.box = given["boxes"][0].tolist()
        self.is_done = self.has_environment = False
        self.all_have_asked = threading.Barrier(THREADS)

    def run(self):
        pick = random.Random(0)
        while not self.is_done:
            name = pick.choice(list(self.lists))
            changed, items = self.lists[name], self.items[name]
            for item in items[len(changed) : pick.randint(0, len(items))]:
                changed.append(item)
            if pick.random() < 0.05:
                changed.append(None)
                changed.pop()
            if pick.random() < 0.3:
                changed.clear()
            self.box[pick.randrange(4)] = [pick.uniform(0, 300), pick.uniform(0, 300)]

    def change_environment(self):
        """Grow and shrink the environment; libc moves it to other memory as it grows."""
        names = [f"FASTCV_TEST_{i}" for i in range(50)]
        for _ in range(1000):
            for name in names:
                os.environ[name] = "text"
            for name in names:
                del os.environ[name]
        self.has_environment = True


class Caller:
    """One of the calling threads."""

    def __init__(self, given, index, changing, seed):
        self.given, self.index, self.changing = given, index, changing
        self.pick = random.Random(seed)
        self.arena = np.empty(sum(map(len, given["crops 0"])), np.uint8)
        self.refused = self.changed = 0
        self.error = None
        # Fast calls are chosen more often.
        self.calls = [
            self.batches,
            self.crop,
            self.crop_into,
            self.crop_changing,
            self.color,
            self.panel,
        ]
        self.calls += [self.detector_input, self.detector_boxes, self.decode, self.read_page]
        self.calls += 2 * [self.shapes, self.match, self.match_changing, self.select, self.settings]
        self.calls += 2 * [self.find, self.find_changing, self.sum, self.border]

    def run(self, count):
        try:
            while not self.changing.has_environment:
                proof.expect(fastcv.get_num_threads() == 3, "the thread count is wrong")
            self.changing.all_have_asked.wait()
            for _ in range(count):
                self.pick.choice(self.calls)()
        except BaseException as error:
            self.error = error
            self.changing.all_have_asked.abort()

    def threads(self):
        return self.pick.choice([None, 1, 2, 3, 4])

    def refusable(self, call):
        """Return call() on changing input, or None if fastcv refuses the input."""
        self.changed += 1
        try:
            return call()
        except REFUSALS:
            self.refused += 1
            return None

    # ---- crops ----

    def expect_crops(self, crops, option=0, count=None):
        expected = self.given[f"crops {option}"]
        count = len(crops) if count is None else count
        shapes = [crop.shape[:2] for crop in crops]
        proof.expect(len(crops) == count and count <= len(expected), f"{len(crops)} crops")
        proof.expect(shapes == list(map(tuple, self.given["shapes"][:count])), "shapes differ")
        for crop, pixels in zip(crops, expected, strict=False):
            proof.expect(crop.tobytes() == pixels, "a crop differs from OpenCV's")

    def crop(self):
        option = self.pick.randrange(len(CROP_OPTIONS))
        page, boxes, more = self.given["page"], self.given["boxes"], CROP_OPTIONS[option]
        if self.pick.random() < 0.5:
            crops = fastcv.image_crop(page, boxes, **more)
        else:
            crops = fastcv.image_crop_openmp(page, boxes, num_threads=self.threads(), **more)
        self.expect_crops(crops, option, len(boxes))

    def batches(self):
        """The tensors of crops and of the page are the same bytes, and hold the right crops."""
        rules = fastcv.RecognizerInput(dtype="uint8", sort=None, batch_size=40)
        page, boxes, threads = self.given["page"], self.given["boxes"], self.threads()
        batches = fastcv.crop_batches(
            page, boxes, convention="fastcv", input=rules, num_threads=threads
        )
        crops = fastcv.image_crop(page, boxes)
        self.expect_crops(crops, 0, len(boxes))
        again = fastcv.iter_image_batches(crops, input=rules, num_threads=threads)
        for batch, other in zip(batches, again, strict=True):
            proof.expect(batch.tensor.tobytes() == other.tensor.tobytes(), "batches differ")
        changing = self.changing.lists["boxes"]
        made = self.refusable(
            lambda: fastcv.crop_batches(page, changing, convention="fastcv", input=rules)
        )
        for batch in made or []:
            proof.expect(len(batch.indices) == len(batch.tensor), "a batch lacks words")

    def crop_into(self):
        page, boxes = self.given["page"], self.given["boxes"]
        self.expect_crops(fastcv.image_crop(page, boxes, out=self.arena), 0, len(boxes))

    def crop_changing(self):
        page, lists = self.given["page"], self.changing.lists
        boxes = lists[self.pick.choice(["boxes", "nested boxes"])]
        if self.pick.random() < 0.5:
            crops = self.refusable(lambda: fastcv.image_crop(page, boxes))
        else:
            crops = self.refusable(lambda: fastcv.image_crop_openmp(page, boxes))
        if crops is not None:
            self.expect_crops(crops)
        self.refusable(lambda: fastcv.image_crop(page, [self.changing.box], degenerate="empty"))

    def border(self):
        page, box, border = (
            self.given["page"],
            self.given["boxes"][:1],
            self.changing.lists["border"],
        )
        crops = self.refusable(lambda: fastcv.image_crop(page, box - 500, border_value=border))
        if crops is not None:
            proof.expect((crops[0] == [1, 2, 3]).all(), "the border is wrong")

    def shapes(self):
        shapes = fastcv.crop_shapes(self.given["boxes"])
        proof.expect((shapes == self.given["shapes"]).all(), "shapes differ")
        shapes = self.refusable(lambda: fastcv.crop_shapes(self.changing.lists["boxes"]))
        if shapes is not None:
            proof.expect((shapes == self.given["shapes"][: len(shapes)]).all(), "shapes differ")

    # ---- the stage around OCR's networks ----

    def detector_input(self):
        spec = fastcv.DetectorInput(limit_side_len=SHORTER_SIDE)
        pages = [self.given["page"]] * 2
        tensor = fastcv.detector_input(pages, spec=spec, num_threads=self.threads()).tensor
        for page in tensor:
            proof.expect((page == self.given["tensor"][0]).all(), "the tensor is wrong")

    def detector_boxes(self):
        found = fastcv.detector_boxes(
            self.given["map"], self.given["page"], num_threads=self.threads()
        )
        proof.expect(np.array_equal(found.boxes, self.given["found"]), "the boxes are wrong")
        proof.expect(np.array_equal(found.scores, self.given["scores"]), "the scores are wrong")

    def decode(self):
        texts = fastcv.decode_ctc(self.given["logits"], LETTERS, num_threads=self.threads())
        found = [text.text for text in texts], [text.confidence for text in texts]
        expected = self.given["texts"].tolist(), self.given["confidences"].tolist()
        proof.expect(found == expected, "the texts are wrong")

    def read_page(self):
        """Every word reads as the first text of the logits."""
        given = self.given
        words = fastcv.read_page(
            given["page"],
            lambda tensor: given["map"],
            lambda tensor: np.repeat(given["logits"][:1], len(tensor), axis=0),
            LETTERS,
            detector_spec=fastcv.DetectorInput(limit_side_len=SHORTER_SIDE),
            min_confidence=0,
            num_threads=self.threads(),
        )
        boxes = np.array([word.box for word in words])
        proof.expect(np.array_equal(boxes, given["found"]), "the words' boxes are wrong")
        proof.expect({word.text for word in words} == {given["texts"][0]}, "a word is wrong")

    # ---- colours ----

    def color(self):
        found = fastcv.main_colors(self.given["image"], TOP, num_threads=self.threads())
        for name in ("colors", "counts"):
            proof.expect((getattr(found, name) == self.given[name]).all(), f"the {name} are wrong")
        height, width = self.given["image"].shape[:2]
        boxes = [[0, 0, width, height], [0, 0, width, 0], [0, 0, width, height]]
        found = fastcv.main_colors(
            self.given["image"], TOP, boxes=boxes, num_threads=self.threads()
        )
        for one in found[::2]:
            proof.expect((one.counts == self.given["counts"]).all(), "a box's counts are wrong")

    def panel(self):
        draw = self.pick.choice([fastcv.extract_main_colors, fastcv.extract_main_colors_openmp])
        rows = draw(self.given["image"], TOP)[::64, 0]
        proof.expect((rows == self.given["colors"]).all(), "the panel is wrong")

    # ---- polygons ----

    def match(self):
        polygons = self.pick.choice([self.index, self.given["polygons"]])
        points, expected, threads = self.given["points"], self.given["best"], self.threads()
        if polygons is self.index and self.pick.random() < 0.5:
            best = polygons.match(points, MAX_DIST, num_threads=threads)
        else:
            best = fastcv.match_polygons(polygons, points, MAX_DIST, num_threads=threads)
        proof.expect((best == expected).all(), "a matched polygon is wrong")
        proof.expect(len(self.index) == len(self.index.areas) == len(self.index.centers), "length")

    def match_changing(self):
        points = self.changing.lists["points"]
        best = self.refusable(lambda: self.index.match(points, MAX_DIST))
        if best is not None:
            proof.expect((best == self.given["best"][: len(best)]).all(), "a polygon is wrong")
        polygons = self.changing.lists[self.pick.choice(["polygons", "nested polygons"])]
        index = self.refusable(lambda: fastcv.PolygonIndex(polygons))
        if index is not None:
            areas = self.index.areas[: len(index)]
            proof.expect((index.areas == areas).all(), "the index is wrong")

    def find(self):
        i = self.pick.randrange(len(self.given["points"]))
        point, expected = self.given["points"][i], self.given["close"][i]
        found = self.index.find_close(point, MAX_DIST)
        proof.expect(found.tolist() == expected, "the close polygons are wrong")
        close = fastcv.find_close_polygons(self.given["polygons"], point, MAX_DIST)
        proof.expect(len(close) == len(expected), "the close polygons are wrong")

    def find_changing(self):
        i = self.pick.randrange(len(self.given["points"]))
        point, polygons = self.given["points"][i], self.changing.lists["polygons"]
        close = self.refusable(lambda: fastcv.find_close_polygons(polygons, point, MAX_DIST))
        expected = [self.changing.items["polygons"][k] for k in self.given["close"][i]]
        if close is not None:
            same = all(a is b for a, b in zip(close, expected, strict=False))
            proof.expect(same and len(close) <= len(expected), "the close polygons are wrong")

    def select(self):
        sets = self.changing.lists["sets"]
        selected = self.refusable(lambda: fastcv.select_best_polygon(sets))
        smallest = self.changing.items["polygons"][int(self.given["smallest"])]
        for i, (name, polygon) in enumerate(selected or []):
            proof.expect(name == i and (polygon == smallest).all(), "the selected polygon is wrong")

    # ---- the other functions ----

    def sum(self):
        n = self.pick.randrange(100_000)
        proof.expect(fastcv.cumulative_sum(n) == n * (n - 1) // 2, "the sum is wrong")

    def settings(self):
        pick = self.pick
        fastcv.set_num_threads(pick.choice([None, 1, 2, 3]))
        proof.expect(1 <= fastcv.get_num_threads() <= 3, "the thread count is one that nobody set")
        limits = (1 << 28, 1 << 29, 1 << 30)
        fastcv.set_output_limits(**{pick.choice(["crop_bytes", "call_bytes"]): pick.choice(limits)})
        proof.expect(all(n in (*limits, 4 << 30) for n in fastcv.get_output_limits()), "limits")
        fastcv.set_memory_pool(pick.choice([0, 1 << 20, 512 << 20]))
        proof.expect(min(fastcv.memory_pool_info().values()) >= 0, "the pool's size is negative")
        fastcv.empty_memory_pool()
        info = fastcv.build_info()
        fastcv._core._set_kernel(pick.choice(info["kernels"]))
        proof.expect(info["kernel"] in info["kernels"], "the kernel is unknown")


def read(path):
    """Return the file's content, with crops and rows of indices as lists."""
    given = dict(np.load(path))
    ends = np.cumsum(given["shapes"].prod(axis=1) * given["page"].shape[2])
    for option in range(len(CROP_OPTIONS)):
        pixels = given[f"crops {option}"]
        given[f"crops {option}"] = [part.tobytes() for part in np.split(pixels, ends[:-1])]
    given["close"] = [row[row >= 0].tolist() for row in given["close"]]
    return given


def call_at_once(given, count):
    """Run all threads; return the figures."""
    changing = Changing(given)
    index = fastcv.PolygonIndex(given["polygons"])
    callers = [Caller(given, index, changing, seed) for seed in range(THREADS)]
    threads = [threading.Thread(target=caller.run, args=(count,)) for caller in callers]
    changes = (changing.run, changing.change_environment)
    changers = [threading.Thread(target=change) for change in changes]
    os.environ["FASTCV_NUM_THREADS"] = "3"
    for thread in threads + changers:
        thread.start()
    for thread in threads:
        thread.join()
    changing.is_done = True
    for thread in changers:
        thread.join()
    errors = [caller.error for caller in callers if caller.error]
    for error in sorted(errors, key=lambda e: isinstance(e, threading.BrokenBarrierError)):
        raise error
    return {
        "python": sys.version.partition(" ")[0],
        "calls": count * len(callers),
        "changed": sum(caller.changed for caller in callers),
        "refused": sum(caller.refused for caller in callers),
    }


if __name__ == "__main__":
    if len(sys.argv) != 3 or not hasattr(sys, "_is_gil_enabled"):
        proof.skip("races.py runs this script, with a Python without a GIL")
    import fastcv

    proof.expect(not sys._is_gil_enabled(), "the import of fastcv turned the GIL on")
    print(json.dumps(call_at_once(read(sys.argv[1]), int(sys.argv[2]))))
