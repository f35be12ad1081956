"""Interruption: Ctrl-C at any moment of a long call ends the call soon and leaks nothing."""

import os
import random
import signal
import sys
import time

import numpy as np
import proof

MOST_WAIT_S = 0.25  # longest wait before the signal
GOAL_S = 0.1


class Shape:
    """A polygon as an object."""

    def __init__(self, xy):
        self.x, self.y = xy.T.copy()


def long_calls():
    """Return functions by name; a call lasts longer than MOST_WAIT_S, or is repeated."""
    import fastcv

    rng = np.random.default_rng(5)
    page = rng.integers(0, 256, (500, 500, 4), np.uint8)
    wide = page.astype(np.float64)
    square = np.float32([[0, 0], [1, 0], [1, 1], [0, 1]])
    large, larger = square[np.newaxis] * 3000, square[np.newaxis] * 12000
    million = np.tile(square * 9, (1_000_000, 1, 1))
    boxes = [square * 9 for _ in range(50_000)]
    noise = rng.integers(0, 256, (4000, 4000, 3), np.uint8)
    words, lines = large.repeat(9, axis=0), fastcv.RecognizerInput(height=2000, dtype="uint8")
    detector = fastcv.DetectorInput(limit_type="stretch", size=(6000, 9000), dtype="uint8")
    specks = rng.random((6000, 6000), np.float32) ** 6
    polygons = rng.uniform(0, 1000, (200_000, 4, 2))
    shapes = [Shape(xy) for xy in polygons[:50_000]]
    points = rng.uniform(0, 1000, (1_000_000, 2))
    index = fastcv.PolygonIndex(polygons)

    few = np.broadcast_to(rng.random((1, 2000, 3), np.float32), (2000, 2000, 3))
    many = np.broadcast_to(rng.random((1, 1, 1 << 20), np.float32), (1, 3000, 1 << 20))
    letters = ["a"] * (1 << 20)

    return {
        "image_crop, kernels": lambda: fastcv.image_crop(page, larger),
        "image_crop_openmp, kernels": lambda: fastcv.image_crop_openmp(page, larger, num_threads=2),
        "image_crop, OpenCV": lambda: fastcv.image_crop(wide, large, interpolation="lanczos4"),
        "image_crop_openmp, OpenCV": lambda: fastcv.image_crop_openmp(
            wide, large, interpolation="lanczos4", num_threads=2
        ),
        "image_crop, a million boxes": lambda: fastcv.image_crop(page, million),
        "image_crop_openmp, a list": lambda: fastcv.image_crop_openmp(page, boxes, num_threads=2),
        "crop_batches": lambda: fastcv.crop_batches(noise, words, input=lines, num_threads=1),
        "crop_batches, 2 threads": lambda: fastcv.crop_batches(
            noise, words, input=lines, num_threads=2
        ),
        "iter_crop_batches": lambda: list(fastcv.iter_crop_batches(noise, words, input=lines)),
        "image_batches": lambda: fastcv.image_batches([noise] * 4, input=lines),
        "decode_ctc, many steps": lambda: fastcv.decode_ctc(few, "-ab", columns=True),
        "decode_ctc, many classes": lambda: fastcv.decode_ctc(many, letters),
        "decode_ctc, classes apart": lambda: fastcv.decode_ctc(
            many.transpose(0, 2, 1), letters, num_threads=2
        ),
        "detector_input": lambda: fastcv.detector_input([noise] * 4, spec=detector),
        "detector_input, 2 threads": lambda: fastcv.detector_input(
            [noise] * 4, spec=detector, num_threads=2
        ),
        "detector_boxes, noise": lambda: fastcv.detector_boxes(specks, page),
        "detector_boxes, 2 threads": lambda: fastcv.detector_boxes(specks, page, num_threads=2),
        "craft_boxes, noise": lambda: fastcv.craft_boxes(specks, specks),
        "craft_boxes, 2 threads": lambda: fastcv.craft_boxes(
            specks, specks, low_text=0.05, num_threads=2
        ),
        "crop_shapes": lambda: fastcv.crop_shapes(million),
        "text_colors": lambda: fastcv.text_colors(noise, million),
        "main_colors": lambda: fastcv.main_colors(noise),
        "main_colors, 2 threads": lambda: fastcv.main_colors(noise, num_threads=2),
        "main_colors of boxes": lambda: fastcv.main_colors(noise, boxes=million),
        "main_colors of a large box": lambda: fastcv.main_colors(
            noise, boxes=[[0, 0, *noise.shape[1::-1]]], num_threads=2
        ),
        "match_polygons": lambda: fastcv.match_polygons(polygons, points, 20),
        "match_polygons of objects": lambda: fastcv.match_polygons(shapes, points, 20),
        "PolygonIndex": lambda: fastcv.PolygonIndex(polygons),
        "PolygonIndex.match, 2 threads": lambda: index.match(points, 50, num_threads=2),
        "find_close_polygons": lambda: fastcv.find_close_polygons(shapes, (5.0, 5.0), 10),
        "cumulative_sum": lambda: fastcv.cumulative_sum(6_000_000_000),
    }


class Sender:
    """A process that sends SIGINT to this one, without needing its GIL."""

    def __init__(self):
        target = os.getpid()
        self.requests, self.answers = os.pipe(), os.pipe()
        self.child = os.fork()
        if self.child == 0:
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            os.close(self.requests[1])
            with os.fdopen(self.requests[0], "rb") as requests:
                while wait_s := requests.read(8):
                    time.sleep(np.frombuffer(wait_s)[0])
                    sent = np.float64(time.perf_counter())
                    os.kill(target, signal.SIGINT)
                    os.write(self.answers[1], sent.tobytes())
            os._exit(0)

    def send_after(self, wait_s):
        os.write(self.requests[1], np.float64(wait_s).tobytes())

    def sent(self):
        """Return when the signal was sent; on Linux, processes share perf_counter's clock."""
        return np.frombuffer(os.read(self.answers[0], 8))[0]

    def close(self):
        for end in (*self.requests, *self.answers):
            os.close(end)
        os.waitpid(self.child, 0)


def interrupt(call, sender, wait_s):
    """Return the seconds from a SIGINT until its KeyboardInterrupt is caught here."""
    try:
        sender.send_after(wait_s)
        while True:
            call()
    except KeyboardInterrupt:
        caught = time.perf_counter()
    return caught - sender.sent()


def prove(count):
    import fastcv

    signal.signal(signal.SIGINT, signal.default_int_handler)  # background jobs ignore SIGINT
    fastcv.set_output_limits(crop_bytes=1 << 33, call_bytes=1 << 33)
    rng = random.Random(7)
    page, boxes = proof.made_page(), proof.made_boxes()
    expected = fastcv.image_crop(page, boxes)
    calls = long_calls()
    sender = Sender()
    late, before = {name: [] for name in calls}, None
    for i in proof.progress(range(count), "interrupts"):
        name = list(calls)[i % len(calls)]
        late[name].append(interrupt(calls[name], sender, rng.uniform(0, MOST_WAIT_S)))
        crops = fastcv.image_crop_openmp(page, boxes, num_threads=2)
        proof.expect(proof.same(crops, expected), f"after {name}: the result is wrong")
        del crops
        if i == min(2 * len(calls), count // 2):
            before = proof.rss_bytes(), sys.getrefcount(page)
    sender.close()
    after = proof.rss_bytes(), sys.getrefcount(page)
    every = [seconds for times in late.values() for seconds in times]
    worst = max(late, key=lambda name: max(late[name], default=0))
    p99 = proof.percentile(every, 0.99)
    grown = (after[0] - before[0]) / (1 << 20)
    if count >= 500:  # fewer signals have no useful 99th percentile
        proof.expect(p99 <= GOAL_S, f"p99 is {1e3 * p99:.0f} ms; the slowest is {worst}")
        proof.expect(
            grown < 64, f"memory grew by {grown:.0f} MiB after the first {2 * len(calls)} signals"
        )
    proof.expect(after[1] == before[1], "a reference leaked")
    proof.expect(fastcv.memory_pool_info()["used_bytes"] < 4 << 20, "slabs leaked")
    return (
        f"{count:,} of {count:,} KeyboardInterrupts over {len(calls)} kinds of calls: median "
        f"{1e3 * proof.percentile(every, 0.5):.0f} ms, p99 {1e3 * p99:.0f} ms, "
        f"most {1e3 * max(every):.0f} ms ({worst}); memory {grown:+.0f} MiB"
    )


if __name__ == "__main__":
    proof.main(
        prove,
        promise="interruption",
        goal="KeyboardInterrupt after ≤ 100 ms (p99), nothing leaked, the next call right",
        short=45,
        long=1000,
        unit="signals",
    )
