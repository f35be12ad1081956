"""Soak: several processes of several threads make mixed calls for minutes.

The hash of every crop is compared with that of the crop of a Python loop over cv2.
"""

import collections
import multiprocessing
import random
import threading
import time
import zlib

import numpy as np
import proof

PROCESSES, THREADS, BOXES_A_CALL = 2, 3, 400
REPORT_S = 1.0


class Kind:
    """A page, its boxes, the options, and the hashes of the right crops."""

    def __init__(self, page, boxes, **options):
        import reference

        self.page, self.boxes, self.options = page, boxes, options
        plain = np.ascontiguousarray(page)
        self.hashes = [zlib.crc32(c.tobytes()) for c in reference.cv2_crop(plain, boxes, **options)]


def kinds():
    boxes = [proof.made_boxes(1000, 900, 1200, seed) for seed in range(8)]
    color, gray = proof.made_page(900, 1200), proof.made_page(900, 1200, 1)[..., 0]
    alpha = proof.made_page(900, 1200, 4)
    return [
        Kind(color, boxes[0]),
        Kind(color, boxes[1]),
        Kind(color, boxes[2], interpolation="cubic", border="replicate"),
        Kind(gray, boxes[3]),
        Kind(alpha, boxes[4], border_value=9),
        Kind(alpha, boxes[5], interpolation="cubic"),
        Kind(color[::-1, ::-1], boxes[6]),  # fastcv copies this page
        Kind(gray, boxes[7][:200], interpolation="lanczos4", border="reflect"),  # OpenCV cuts
    ]


class Counts:
    """The figures of a process's threads."""

    def __init__(self):
        self.lock = threading.Lock()
        self.crops, self.wrong, self.failure = 0, 0, ""


def cut(kind, rng, memory):
    """Make one call of a kind; return its crops, and how many of them are wrong."""
    import fastcv

    first = rng.randrange(max(1, len(kind.boxes) - BOXES_A_CALL))
    boxes = kind.boxes[first : first + rng.randint(1, BOXES_A_CALL)]
    hashes = kind.hashes[first : first + len(boxes)]
    options = dict(kind.options)
    if rng.random() < 0.3:
        options["out"] = memory
    if rng.random() < 0.2:
        boxes = list(boxes)
    if rng.random() < 0.5:
        crops = fastcv.image_crop(kind.page, boxes, **options)
    else:
        threads = rng.choice([None, 1, 2, 3])
        crops = fastcv.image_crop_openmp(kind.page, boxes, num_threads=threads, **options)
    wrong = sum(zlib.crc32(crop) != expected for crop, expected in zip(crops, hashes, strict=True))
    return crops, wrong


def check_others(rng, image, colors, index, points, best):
    import fastcv

    found = fastcv.main_colors(image, num_threads=rng.choice([1, 2]))
    proof.expect(found.counts.tolist() == colors.counts.tolist(), "the colours' counts are wrong")
    matched = index.match(points, 20, num_threads=rng.choice([1, 2]))
    proof.expect((matched == best).all(), "a matched polygon is wrong")
    if rng.random() < 0.2:
        fastcv.empty_memory_pool()
    try:
        fastcv.image_crop(image, [[[0, 0], [1, 1], [2, 2], [0, 2]]])
    except ValueError:
        return
    raise proof.Broken("a box on a line was cut")


def work(counts, all_kinds, stop, seed):
    import fastcv

    rng = random.Random(seed)
    memory = np.empty(12 << 20, np.uint8)
    image = proof.made_page(500, 600, 3) // 40
    colors = fastcv.main_colors(image)
    xy = np.random.default_rng(seed).uniform(0, 900, (2000, 4, 2))
    index, points = fastcv.PolygonIndex(xy), xy.mean(1)[:500]
    best = fastcv.match_polygons(list(xy), points, 20)
    kept = collections.deque(maxlen=3)  # crops that outlive their call
    try:
        while not stop.is_set():
            crops, wrong = cut(rng.choice(all_kinds), rng, memory)
            with counts.lock:
                counts.crops += len(crops)
                counts.wrong += wrong
            if crops[0].base is not memory:
                kept.append(crops[:: rng.randint(1, 50)])
            if rng.random() < 0.01:
                check_others(rng, image, colors, index, points, best)
    except BaseException as error:
        counts.failure = repr(error)


def run_process(pipe, stopped, seed):
    counts, stop = Counts(), threading.Event()
    all_kinds = kinds()
    threads = [
        # Daemons: if the parent is killed, sending to it raises, and nobody sets stop.
        threading.Thread(target=work, args=(counts, all_kinds, stop, 10 * seed + i), daemon=True)
        for i in range(THREADS)
    ]
    for thread in threads:
        thread.start()
    while not stopped.wait(REPORT_S) and not counts.failure:
        pipe.send((counts.crops, counts.wrong, proof.rss_bytes(), counts.failure))
    stop.set()
    for thread in threads:
        thread.join()
    pipe.send((counts.crops, counts.wrong, proof.rss_bytes(), counts.failure))
    pipe.close()


def prove(count):
    context = multiprocessing.get_context("spawn")
    stopped = context.Event()
    pipes, processes = [], []
    for seed in range(PROCESSES):
        ours, theirs = context.Pipe(duplex=False)
        processes.append(context.Process(target=run_process, args=(theirs, stopped, seed)))
        processes[-1].start()
        theirs.close()
        pipes.append(ours)

    start = time.perf_counter()
    least_s = 600 if count >= 10_000_000 else 0
    done = [0] * PROCESSES
    memory = [[] for _ in pipes]
    from tqdm import tqdm

    with tqdm(total=count, desc="crops", disable=None, leave=False) as bar:
        while (sum(done) < count or time.perf_counter() - start < least_s) and all(
            process.is_alive() for process in processes
        ):
            for i, pipe in enumerate(pipes):
                if pipe.poll(REPORT_S):
                    done[i], _, rss, _ = pipe.recv()
                    memory[i].append(rss)
            bar.update(sum(done) - bar.n)
    stopped.set()
    last = []
    for pipe, process in zip(pipes, processes, strict=True):
        try:
            while True:
                report = pipe.recv()
        except EOFError:
            last.append(report)
        process.join()
        proof.expect(process.exitcode == 0, f"a process ended with {process.exitcode}")
    crops, wrong = (sum(report[i] for report in last) for i in (0, 1))
    failures = [report[3] for report in last if report[3]]
    proof.expect(not failures, "; ".join(failures))
    proof.expect(wrong == 0, f"{wrong:,} of {crops:,} crops are wrong")

    # Live memory varies at random, so medians are compared: the second tenth against the last.
    drift = 0
    for values in memory:
        tenth = len(values) // 10
        if tenth:
            early, late = values[tenth : 2 * tenth], values[-tenth:]
            drift = max(drift, np.median(late) - np.median(early))
    minutes = (time.perf_counter() - start) / 60
    if minutes > 3:
        proof.expect(drift < 32 << 20, f"memory grew by {drift / (1 << 20):.0f} MiB")
    return (
        f"0 of {crops:,} crops wrong in {minutes:.1f} minutes, {PROCESSES} processes of {THREADS} "
        f"threads; memory {drift / (1 << 20):+.1f} MiB"
    )


if __name__ == "__main__":
    proof.main(
        prove,
        promise="soak",
        goal="10⁷ crops checked by hash against the oracle, 0 wrong, memory flat",
        short=50_000,
        long=10_000_000,
        unit="crops",
    )
