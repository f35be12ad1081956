"""Colours of boxes, behind masks, and coarser ones are exact."""

import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import fastcv
import reference_colors

THREADS = pytest.mark.parametrize("num_threads", [1, 2, 5])


def assert_equal(found, expected):
    assert isinstance(found, fastcv.MainColors)
    assert (found.colors.dtype, found.counts.dtype) == (np.uint8, np.int64)
    np.testing.assert_array_equal(found.counts, expected[1])
    np.testing.assert_array_equal(found.colors, expected[0])


def assert_exact(image, boxes, n=6, mask=None, bits=8, **options):
    found = fastcv.main_colors(image, n, boxes=boxes, mask=mask, bits=bits, **options)
    assert isinstance(found, list)
    for one, box in zip(found, boxes, strict=True):
        assert_equal(one, reference_colors.main_colors(image, n, box=box, mask=mask, bits=bits))


def some_image(rng, shape=(60, 80, 3), levels=3):
    return rng.integers(0, levels, shape, np.uint8) * np.uint8(255 // max(levels - 1, 1))


def some_quads(rng, count, low=-30, high=100):
    """Quads around a point: they may have dents, but do not cross themselves."""
    quarters = np.arange(4) + rng.uniform(-0.45, 0.45, (count, 4)) + rng.random((count, 1)) * 4
    angles = quarters * np.pi / 2
    angles = np.where(rng.random((count, 1)) < 0.5, angles, angles[:, ::-1])
    reach = rng.uniform(0.2, 50, (count, 4))
    middle = rng.uniform(low, high, (count, 1, 2))
    quads = middle + np.stack([np.cos(angles), np.sin(angles)], axis=2) * reach[..., None]
    return np.float32(quads)


def tiles(rng, shape, rows, columns):
    """Polygons that together cover more than a page: a grid whose knots are moved about."""
    height, width = shape[:2]
    y, x = np.meshgrid(np.linspace(-9, height + 9, rows + 1),
                       np.linspace(-9, width + 9, columns + 1), indexing="ij")  # fmt: skip
    knots = np.stack([x, y], axis=2)
    moved = knots + rng.uniform(-0.4, 0.4, knots.shape) * [(width + 18) / columns,
                                                            (height + 18) / rows]  # fmt: skip
    knots[1:-1, 1:-1] = moved[1:-1, 1:-1]
    if rng.random() < 0.5:
        knots = knots.round(int(rng.integers(0, 3)))  # many centres lie on edges
    quads = np.stack([knots[:-1, :-1], knots[:-1, 1:], knots[1:, 1:], knots[1:, :-1]], axis=2)
    quads = np.float32(quads.reshape(-1, 4, 2))
    for i in range(len(quads)):
        quads[i] = np.roll(quads[i][:: rng.choice([-1, 1])], rng.integers(4), axis=0)
    return quads


# ---- which pixels ----


def test_upright_boxes_of_whole_numbers_are_slices(rng):
    image = some_image(rng)
    boxes = [[0, 0, 80, 60], [3, 5, 4, 6], [10, 20, 70, 21], [3, 3, 3, 9], [-5, -5, 6, 7]]
    found = fastcv.main_colors(image, 30, boxes=boxes)
    for one, (x1, y1, x2, y2) in zip(found, boxes, strict=True):
        part = image[max(y1, 0) : y2, max(x1, 0) : x2]
        assert one.counts.sum() == part.shape[0] * part.shape[1]
        if part.size:
            assert_equal(one, fastcv.main_colors(part, 30))
    assert_exact(image, boxes)


@pytest.mark.parametrize("channels", [1, 3, 4])
@pytest.mark.parametrize("levels", [2, 256])
@THREADS
def test_quads_anywhere(kernel, rng, channels, levels, num_threads):
    image = some_image(rng, (60, 80, channels), levels)
    quads = some_quads(rng, 60)
    for n in (1, 6, 10_000):
        assert_exact(image, quads, n, num_threads=num_threads)
    assert_exact(image[::-2, 3:-4], quads, num_threads=num_threads)


def test_every_accepted_shape(rng):
    image = some_image(rng)
    quads = some_quads(rng, 5)
    expected = fastcv.main_colors(image, boxes=quads)
    for boxes in (quads.reshape(5, 8), list(quads), quads.tolist(), quads.astype(float),
                  [quad.tolist() for quad in quads], tuple(quads), quads[:, ::-1]):  # fmt: skip
        for one, other in zip(fastcv.main_colors(image, boxes=boxes), expected, strict=True):
            assert_equal(one, other)
    whole = np.arange(20).reshape(5, 4) + np.array([0, 0, 30, 20])
    for dtype in (np.int8, np.uint16, np.int64, np.float32, np.float64, ">f4"):
        assert_exact(image, whole.astype(dtype))
    for empty in ([], np.empty((0, 4, 2)), np.empty((0, 4)), np.empty((0, 7, 2), np.float32)):
        assert fastcv.main_colors(image, boxes=empty) == []


def test_polygons(rng):
    image = some_image(rng)
    star = [[40, 2], [52, 50], [8, 20], [72, 20], [28, 50]]  # crosses itself
    triangle = [[1, 1], [60.5, 3], [30, 55]]
    polygons = [star, triangle, *some_quads(rng, 3), rng.uniform(0, 80, (50, 2))]
    assert_exact(image, polygons)
    assert_exact(image, rng.uniform(-20, 90, (9, 7, 2)))
    assert_exact(image, rng.uniform(-20, 90, (2, 300, 2)).round(), 10_000)


@pytest.mark.parametrize("seed", range(8))
def test_tiles_count_every_pixel_once(seed):
    """Also where centres lie on edges, and whatever the corners' order."""
    rng = np.random.default_rng(seed)
    image = np.arange(60 * 80, dtype="<u4").view(np.uint8).reshape(60, 80, 4)[..., :3]
    found = fastcv.main_colors(image, 10**6, boxes=tiles(rng, image.shape, 5, 6))
    colors = np.concatenate([one.colors for one in found])
    assert len(colors) == 60 * 80
    assert len(np.unique(colors, axis=0)) == 60 * 80


def test_large_tiles_count_every_pixel_once(rng):
    """Boxes beyond 131,072 px are counted by all threads."""
    image = some_image(rng, (900, 1100, 3), 3)
    boxes = tiles(rng, image.shape, 2, 2)
    for num_threads in (1, 3):
        found = fastcv.main_colors(image, 30, boxes=boxes, num_threads=num_threads)
        assert sum(one.counts.sum() for one in found) == 900 * 1100
    assert_exact(image, boxes, 30, num_threads=3)


def test_centres_on_edges_and_corners():
    image = np.zeros((9, 9), np.uint8)
    diamond = [[4, 1], [7, 4], [4, 7], [1, 4]]
    assert fastcv.main_colors(image, boxes=[diamond])[0].counts.tolist() == [18]
    half = [[0.5, 0.5], [2.5, 0.5], [2.5, 2.5], [0.5, 2.5]]
    assert fastcv.main_colors(image, boxes=[half])[0].counts.tolist() == [4]
    assert_exact(image, [diamond, half])


def test_boxes_without_pixels(rng):
    image = some_image(rng)
    boxes = np.float32([
        [[5, 5], [5, 5], [5, 5], [5, 5]], [[1, 1], [9, 1], [9, 1], [1, 1]],
        [[1.1, 1.1], [1.9, 1.1], [1.9, 1.9], [1.1, 1.9]], [[1, 1], [2, 2], [3, 3], [4, 4]],
        [[-50, 0], [-20, 0], [-20, 60], [-50, 60]], [[0, 60], [80, 60], [80, 99], [0, 99]],
    ])  # fmt: skip
    for one in fastcv.main_colors(image, boxes=boxes):
        assert one.colors.shape == (0, 3)
        assert one.counts.shape == (0,)
    assert_exact(image, boxes)


def test_coordinates_at_the_limit(rng):
    image = some_image(rng, (40, 50))
    far = 2.0**30
    boxes = np.array([
        [[-far, -far], [far, -far], [far, far], [-far, far]],
        [[-far, -far], [far, -far + 999], [17, far], [-far, 3.5]],
        [[25, -far], [26, -far], [26, far], [25, far]],
        [[-far, 20.25], [far, 20.125], [far, 21], [-far, 22]],
        [[-far, -far + 64], [-far, -far], [far, far - 64], [far, far]],
    ])  # fmt: skip
    assert_exact(image, boxes)
    assert_exact(image, boxes[:, ::-1])
    assert fastcv.main_colors(image, boxes=boxes[:1])[0].counts.sum() == 40 * 50


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.integers(-8, 40), st.integers(-8, 40)), min_size=5, max_size=9),
       st.sampled_from([1, 2, 4, 3, 7]), st.integers(0, 2**32))  # fmt: skip
def test_any_polygon(points, divisor, seed):
    image = some_image(np.random.default_rng(seed), (7, 11))
    assert_exact(image, [np.array(points) / divisor])


# ---- masks and transparent pixels ----


@pytest.mark.parametrize("channels", [1, 3, 4])
@pytest.mark.parametrize("share", [0, 0.02, 0.5, 0.98, 1])
@THREADS
def test_masks(kernel, rng, channels, share, num_threads):
    image = some_image(rng, (90, 110, channels))
    mask = rng.random((90, 110)) < share
    quads = some_quads(rng, 12)
    kinds = (mask, mask.astype(np.uint8) * 3, mask[..., None], np.asfortranarray(mask))
    for kind in kinds:
        assert_exact(image, quads, mask=kind, num_threads=num_threads)
        assert_equal(fastcv.main_colors(image, mask=kind, num_threads=num_threads),
                     reference_colors.main_colors(image, 6, mask=kind))  # fmt: skip
    assert_exact(image[:, ::2], quads, mask=mask[:, ::2].tolist(), num_threads=num_threads)


@THREADS
def test_masks_of_large_images_and_boxes(rng, num_threads):
    image = some_image(rng, (700, 900, 3), 9)
    mask = np.zeros((700, 900), bool)
    mask[100:650, 30:] = True
    mask[rng.integers(0, 700, 5000), rng.integers(0, 900, 5000)] ^= True
    for view, part in ((image, mask), (image[:, 5:], mask[:, 5:]), (image[::2], mask[1::2])):
        assert_equal(fastcv.main_colors(view, 40, mask=part, num_threads=num_threads),
                     reference_colors.main_colors(view, 40, mask=part))  # fmt: skip
    boxes = [[[10.5, 3], [880, 30], [900, 690], [2, 700]], [[5, 5], [60, 5], [60, 30], [5, 30]]]
    assert_exact(image, boxes, 40, mask, num_threads=num_threads)


# ---- coarser colours ----


@pytest.mark.parametrize("bits", [3, 4, 5, 6, 7, 8])
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_coarser_colours(kernel, rng, bits, channels):
    image = some_image(rng, (60, 80, channels), 256)
    quads = some_quads(rng, 8)
    for n in (1, 6, 10_000):
        assert_exact(image, quads, n, bits=bits)
        assert_equal(fastcv.main_colors(image, n, bits=bits),
                     reference_colors.main_colors(image, n, bits=bits))  # fmt: skip


@pytest.mark.parametrize("bits", [3, 6, 7])
@pytest.mark.parametrize("num_threads", [1, 3])
def test_coarser_colours_of_many(rng, bits, num_threads):
    """With more than 4,096 colours, bytes hold counts modulo 256 and a hash holds the rest."""
    image = rng.integers(0, 256, (400, 400, 3), np.uint8)
    image[:150] &= 0x1F
    image[150:170] = rng.choice(np.array([[7, 8, 9], [7, 8, 10], [200, 100, 50]], np.uint8),
                                (20, 400))  # fmt: skip
    for n in (6, 10**7):
        assert_equal(fastcv.main_colors(image, n, bits=bits, num_threads=num_threads),
                     reference_colors.main_colors(image, n, bits=bits))  # fmt: skip
    box = [[-3, 5], [402, -9], [401, 395.5], [2, 402]]
    assert_exact(image, [box], 50, bits=bits, num_threads=num_threads)
    few = image >> 6 << 6
    assert_equal(fastcv.main_colors(few, 50, bits=bits, num_threads=num_threads),
                 reference_colors.main_colors(few, 50, bits=bits))  # fmt: skip


def test_equally_frequent_colours_of_a_bin_and_equal_bins():
    image = np.uint8([[[1, 2, 3], [1, 2, 4], [9, 40, 3], [9, 41, 2], [9, 41, 2], [60, 0, 0]]])
    found = fastcv.main_colors(image, bits=3)
    assert found.colors.tolist() == [[9, 41, 2], [1, 2, 4], [60, 0, 0]]
    assert found.counts.tolist() == [3, 2, 1]
    twice = np.uint8([[[33, 1, 1], [34, 1, 1], [32, 99, 1], [34, 98, 1]]])
    assert fastcv.main_colors(twice, bits=3).colors.tolist() == [[34, 98, 1], [34, 1, 1]]
    assert_equal(found, reference_colors.main_colors(image, 6, bits=3))


# ---- many ----


def test_the_words_of_the_page(page, page_boxes):
    boxes = page_boxes[::120]
    assert_exact(page, boxes)
    assert_exact(page, boxes[:9], 40, bits=5, num_threads=2)


def test_the_words_of_the_page_do_not_depend_on_threads(page, page_boxes):
    expected = fastcv.main_colors(page, boxes=page_boxes)
    for num_threads in (2, 3, None):
        found = fastcv.main_colors(page, boxes=page_boxes, num_threads=num_threads)
        for one, other in zip(found, expected, strict=True):
            assert_equal(one, other)


def test_noise_and_boxes_of_every_size(kernel, rng):
    """The same table serves small and large boxes in turn."""
    image = some_image(rng, (400, 420, 3), 256)
    image[:200] = some_image(rng, (200, 420, 3), 5)
    boxes = np.concatenate([some_quads(rng, 10, 0, 400) * scale for scale in (1, 0.05, 3)])
    order = rng.permutation(len(boxes))
    for n in (1, 6, 30):
        assert_exact(image, boxes[order], n)


def test_counters_of_16_bits_do_not_overflow(kernel, rng):
    """The largest box that counts by them has 65,535 px."""
    image = some_image(rng, (257, 258, 3), 2)
    image[:, :250] = 7
    assert_exact(image, [[0, 0, 255, 257], [0, 0, 256, 256], [0, 0, 258, 200]])


@pytest.mark.parametrize("n", [1, 2, 6, 16])
def test_colours_that_share_a_counter(kernel, rng, n):
    """Where hashes are equal, the largest counters need not hold the most frequent colours."""
    hashes = np.arange(1 << 24, dtype=np.uint32) * np.uint32(2654435769) >> np.uint32(22)
    order = np.argsort(hashes, kind="stable").astype("<u4")
    starts = np.searchsorted(hashes[order], np.arange(1025))
    for _ in range(20):
        shared = rng.integers(0, 1024, rng.integers(1, 9))
        colors = np.concatenate([order[starts[i] :][: rng.integers(1, 5)] for i in shared])
        others = rng.integers(0, 1 << 24, rng.integers(1, 400)).astype("<u4")
        weights = np.concatenate([rng.integers(1, 6, len(colors)), rng.random(len(others)) / 9])
        packed = rng.choice(np.append(colors, others), (50, 70), p=weights / weights.sum())
        image = packed[..., np.newaxis].view(np.uint8)[..., 2::-1]
        assert_exact(image, [[0, 0, 70, 50], [3, 5, 60, 33]], n)


def test_many_callers_at_once(rng):
    images = [some_image(rng, (90, 110), 2 + i) for i in range(6)]
    quads = some_quads(rng, 20)
    expected = [[reference_colors.main_colors(image, 6, box=box) for box in quads]
                for image in images]  # fmt: skip

    def check(i):
        for num_threads in (1, 2):
            found = fastcv.main_colors(images[i % 6], boxes=quads, num_threads=num_threads)
            for one, other in zip(found, expected[i % 6], strict=True):
                assert_equal(one, other)

    with ThreadPoolExecutor(5) as callers:
        list(callers.map(check, range(24)))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
@pytest.mark.alone
def test_a_forked_child_counts_boxes_like_its_parent(rng):
    image = some_image(rng, (600, 700), 9)
    whole = [[0, 0], [700, 0], [700, 600], [0, 600]]
    boxes = np.concatenate([some_quads(rng, 40, 0, 600), [whole]])
    expected = fastcv.main_colors(image, boxes=boxes, num_threads=2)

    def is_right():
        found = fastcv.main_colors(image, boxes=boxes, num_threads=2)
        return all(np.array_equal(a.counts, b.counts) for a, b in zip(found, expected, strict=True))

    child = os.fork()
    if child == 0:
        os._exit(0 if is_right() else 1)
    assert is_right()
    assert os.waitpid(child, 0)[1] == 0


# ---- panels ----


@pytest.mark.parametrize("extract", [fastcv.extract_main_colors, fastcv.extract_main_colors_openmp])
def test_a_panel_has_a_band_a_box(extract):
    image = np.zeros((10, 20, 3), np.uint8)
    image[:, 10:] = (1, 2, 3)
    image[0, :2] = 255
    panel = extract(image, 2, boxes=[[0, 0, 20, 10], [12, 0, 15, 5], [30, 0, 40, 5], [0, 0, 5, 5]])
    assert panel.shape == (4 * 64, 512, 3)
    assert panel.dtype == np.uint8
    assert (panel[:64, :256] == (1, 2, 3)).all()
    assert (panel[:64, 256:] == 0).all()
    assert (panel[64:128] == (1, 2, 3)).all()
    assert (panel[128:192] == 0).all()
    assert (panel[192:, 256:] == 255).all()
    assert extract(image, boxes=[]).shape == (0, 512, 3)
