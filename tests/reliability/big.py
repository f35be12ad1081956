"""Big inputs: beyond 32 bits, beyond OpenCV's sides, beyond memory; and empty ones.

Each case runs in a new process. The peak memory that is checked includes the arguments.
"""

import os
import resource
import tempfile
import traceback
from pathlib import Path

import numpy as np
import proof

GIB = 1 << 30


def mapped(shape, dtype=np.uint8):
    """Return zeros from an empty mapped file, which take no memory until they are used."""
    with tempfile.TemporaryFile() as file:
        file.truncate(int(np.prod(shape)) * np.dtype(dtype).itemsize)
        return np.memmap(file, dtype, "r+", shape=shape)


def put_words(page, places, seed=1):
    """Write noise of 60 x 200 px at each (x, y); return boxes on it, the noise, local boxes."""
    rng = np.random.default_rng(seed)
    boxes, parts = [], []
    for x, y in places:
        part = rng.integers(0, 256, (60, 200, *page.shape[2:]), np.uint8)
        page[y : y + 60, x : x + 200] = part
        boxes.append([[x + 10, y + 5], [x + 180, y + 12], [x + 178, y + 50], [x + 8, y + 44]])
        parts.append(part)
    local = [np.array(box) - place for box, place in zip(boxes, places, strict=True)]
    return np.float32(boxes), parts, np.float32(local)


def cut_far_away(shape, places, **options):
    """Check that words far apart equal the same words on small pages; return the page."""
    import fastcv

    page = mapped(shape)
    boxes, parts, local = put_words(page, places)
    expected = [
        fastcv.image_crop(part, box[np.newaxis], **options)[0]
        for part, box in zip(parts, local, strict=True)
    ]
    for crop in (fastcv.image_crop, fastcv.image_crop_openmp):
        proof.expect(proof.same(crop(page, boxes, **options), expected), f"{crop.__name__} {shape}")
    return page


def image_over_2_gib():
    """float32 holds whole coordinates up to 2**24 exactly, so words move by whole pixels."""
    for options in ({}, {"interpolation": "cubic", "border": "replicate"}):
        cut_far_away((45_000, 20_000, 3), [(0, 0), (19_800, 44_940), (7_000, 40_000)], **options)


def rows_over_4_gib_apart():
    import fastcv

    base = mapped((3000, 1_500_000))
    page = base[:, 1_499_000:]  # a view whose rows lie 1.5 MB apart
    boxes, parts, local = put_words(page, [(0, 0), (780, 2930)])
    expected = [
        fastcv.image_crop(part, box[np.newaxis])[0] for part, box in zip(parts, local, strict=True)
    ]
    proof.expect(proof.same(fastcv.image_crop(page, boxes), expected), "a view of 4.5 GB")


def sides_of_40_000():
    cut_far_away((500, 40_000, 3), [(0, 0), (39_000, 300), (33_000, 10)])
    cut_far_away((40_000, 500), [(0, 0), (250, 39_900), (10, 32_770)], interpolation="cubic")
    cut_far_away((300, 40_000, 3), [(0, 0), (39_000, 200)], interpolation="lanczos4")
    cut_far_away((40_000, 300, 2), [(0, 0), (80, 39_900)], interpolation="nearest")


def sides_beyond_what_opencv_takes_are_refused():
    import fastcv

    page = mapped((300, 40_000, 3))
    box = np.float32([[[0, 0], [39_000, 0], [39_000, 200], [0, 200]]])
    try:
        fastcv.image_crop(page, box, interpolation="lanczos4")
    except ValueError as error:
        proof.expect("boxes[0]" in str(error) and "32,766" in str(error), str(error))
        return
    raise proof.Broken("a box wider than OpenCV takes was cut")


def crop_of_16_000_by_16_000():
    import fastcv

    page = proof.made_page(200, 200)
    side = 16_000
    box = np.float32([[[20, 30], [170, 25], [180, 170], [15, 160]]])
    corners = np.float32([[0, 0], [side, 0], [side, side], [0, side]])
    fastcv.set_output_limits(crop_bytes=GIB, call_bytes=GIB)
    serial = fastcv.image_crop(page, corners[np.newaxis], border_value=7)[0]
    proof.expect(serial.shape == (side, side, 3), "the shape is wrong")
    proof.expect((serial[:199, :199] == page[:199, :199]).all(), "the page's pixels are wrong")
    proof.expect((serial[200:] == 7).all() and (serial[:, 200:] == 7).all(), "the border is wrong")
    again = fastcv.image_crop_openmp(page, corners[np.newaxis], border_value=7, num_threads=2)[0]
    proof.expect(np.array_equal(serial, again), "threads change the result")
    proof.expect(fastcv.image_crop(page, box)[0].shape[0] > 100, "a small crop fails afterwards")


def a_million_boxes():
    import fastcv

    page = proof.made_page(300, 400, 1)[..., 0]
    few = proof.made_boxes(1000)
    expected = fastcv.image_crop(page, few)
    crops = fastcv.image_crop_openmp(page, np.tile(few, (1000, 1, 1)), num_threads=2)
    proof.expect(len(crops) == 1_000_000, "the number of crops is wrong")
    for first in range(0, 1_000_000, 83_000):
        proof.expect(
            proof.same(crops[first : first + 1000], expected), f"crops from {first} are wrong"
        )


def no_boxes():
    import fastcv

    page = proof.made_page()
    for boxes in ([], (), np.zeros((0, 4, 2))):
        for crop in (fastcv.image_crop, fastcv.image_crop_openmp):
            proof.expect(crop(page, boxes) == [], "crops without boxes")
    proof.expect(fastcv.crop_shapes([]).shape == (0, 2), "shapes without boxes")


def caps_refuse_before_they_allocate():
    """Try crops beyond each cap in a process with an address-space limit of 256 MiB more."""
    import fastcv

    used_pages = int(Path("/proc/self/statm").read_text().split()[0])
    most = used_pages * os.sysconf("SC_PAGE_SIZE") + (256 << 20)  # untouched memory counts too
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    page = proof.made_page()
    unit = np.float32([[0, 0], [1, 0], [1, 1], [0, 1]])
    used = proof.rss_bytes()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for boxes, name in [
        (unit[np.newaxis] * 20_000, "boxes[0]"),
        (np.tile(unit * 8_000, (30, 1, 1)), "boxes"),
        (unit[np.newaxis] * 2e9, "boxes[0]"),
    ]:
        try:
            fastcv.image_crop(page, boxes)
        except ValueError as error:
            proof.expect(name in str(error), str(error))
            continue
        raise proof.Broken("a crop beyond the caps was made")
    grown = 1024 * (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
    proof.expect(
        grown < 64 << 20 and proof.rss_bytes() - used < 64 << 20, f"memory grew by {grown:,} bytes"
    )


def colours_of_a_large_image():
    """Count 3 GB of three colours: the background, one row, and one pixel."""
    import fastcv

    page = mapped((30_000, 100_000))
    page[17] = 9
    page[29_999, 99_999] = 200
    found = fastcv.main_colors(page, num_threads=2)
    proof.expect(
        found.colors[:, 0].tolist() == [0, 9, 200]
        and found.counts.tolist() == [30_000 * 100_000 - 100_001, 100_000, 1],
        f"{found}",
    )


def a_million_polygons():
    import fastcv

    xy = np.random.default_rng(0).uniform(0, 10_000, (1_000_000, 4, 2))
    index = fastcv.PolygonIndex(xy)
    points = xy[:2000].mean(1)
    best = index.match(points, 5, num_threads=2)
    for i in range(0, 2000, 100):
        near = np.hypot(*(index.centers - points[i]).T) < 5
        expected = np.flatnonzero(near)[np.argmin(index.areas[near])]
        proof.expect(best[i] == expected, f"point {i}: found {best[i]}, expected {expected}")


SHORT = [
    sides_of_40_000,
    sides_beyond_what_opencv_takes_are_refused,
    no_boxes,
    caps_refuse_before_they_allocate,
    a_million_polygons,
]
LONG = [
    *SHORT,
    image_over_2_gib,
    rows_over_4_gib_apart,
    crop_of_16_000_by_16_000,
    a_million_boxes,
    colours_of_a_large_image,
]
MOST_BYTES = 4 * GIB  # includes pages read from mapped files, which the system could drop


def run(case):
    """Run a case in a child process; return its peak memory in bytes."""
    child = os.fork()
    if child == 0:
        try:
            case()
            os._exit(0)
        except BaseException as error:
            print(error if isinstance(error, proof.Broken) else traceback.format_exc(), flush=True)
            os._exit(1)
    _, status, usage = os.wait4(child, 0)
    proof.expect(status == 0, case.__name__)
    return usage.ru_maxrss * 1024


def prove(count):
    cases = (SHORT if count <= len(SHORT) else LONG)[:count]
    peaks = {case.__name__: run(case) for case in proof.progress(cases, "big")}
    most = max(peaks, key=peaks.get)
    proof.expect(peaks[most] < MOST_BYTES, f"{most} took {peaks[most]:,} bytes")
    return (
        f"{len(cases)} cases right: "
        + ", ".join(name.replace("_", " ") for name in peaks)
        + f"; most memory {peaks[most] / GIB:.1f} GiB ({most.replace('_', ' ')})"
    )


if __name__ == "__main__":
    proof.main(
        prove,
        promise="big",
        goal="right pixels, bounded memory, caps give a clear ValueError before allocating",
        short=len(SHORT),
        long=len(LONG),
        unit="cases",
    )
