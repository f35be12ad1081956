"""The order of a box's corners, against exact arithmetic and against cv2.minAreaRect."""

from itertools import permutations

import cv2
import numpy as np
import pytest

import fastcv
import quads
import reference_order
from conftest import both, random_image
from reference import assert_same

FOUND = [  # by people, in documents
    [[129, 409], [348, 204], [408, 257], [181, 462]],
    [[205, 164], [230, 166], [203, 361], [178, 362]],
    [(1604, 934), (1693, 797), (1693, 923), (1627, 1095)],
]
CV2_HAS_ITS_BITS = tuple(map(int, cv2.__version__.split(".")[:2])) >= (4, 14)
own_bits = pytest.mark.skipif(
    not CV2_HAS_ITS_BITS, reason=f"cv2 {cv2.__version__} rounds minAreaRect in another way"
)


def in_all_orders(box):
    return np.float32([box[list(order)] for order in permutations(range(4))])


def rectangle(degrees, width, height):
    turn = np.radians(degrees)
    along = np.array([np.cos(turn), np.sin(turn)])
    down = np.array([-np.sin(turn), np.cos(turn)])
    return 100 + np.float32(
        [x * width * along + y * height * down for x, y in ((0, 0), (1, 0), (1, 1), (0, 1))]
    )


def on_a_grid(rng, n):
    """Corners on few places: many lie on a line, or on each other."""
    return 4 * rng.integers(0, [12, 5], (n, 4, 2)).astype(np.float32)


def nearly_touching(rng, n):
    """Three corners on a line but for a rounding or two."""
    boxes = rng.uniform(0, 1000, (n, 4, 2)).astype(np.float32)
    between = rng.uniform(0, 1, (n, 1))
    boxes[:, 3] = between * boxes[:, 0] + (1 - between) * boxes[:, 1]
    steps = rng.integers(-1, 2, (n, 2))
    boxes[:, 3] = np.where(steps, np.nextafter(boxes[:, 3], steps * np.float32(1e9)), boxes[:, 3])
    return boxes


def of_all_sizes(rng, n):
    """Long edges that start near 0 and nearly touch a corner: doubles do not tell on which side."""
    boxes = rng.uniform(-5e8, 5e8, (n, 4, 2))
    boxes[:, 0] = rng.uniform(-1e-6, 1e-6, (n, 2))
    between = 10 ** rng.uniform(-15, -3, (n, 1))
    boxes[:, 3] = boxes[:, 0] + between * (boxes[:, 1] - boxes[:, 0])
    boxes = boxes.astype(np.float32)
    away = rng.choice(np.float32([-1e9, 1e9]), (n, 2))
    boxes[:, 3] = np.where(rng.integers(0, 2, (n, 2)), np.nextafter(boxes[:, 3], away), boxes[:, 3])
    return boxes


# ---- clockwise ----


@pytest.mark.parametrize("box", FOUND, ids=str)
def test_boxes_that_people_have_found_are_put_right_from_any_order(rng, box):
    page = random_image(rng, (1200, 1800), np.uint8)
    boxes = in_all_orders(np.float32(box))
    expected = fastcv.image_crop(page, [box])
    assert_same(fastcv.image_crop(page, boxes, order="clockwise"), expected * 24)
    assert (fastcv.crop_shapes(boxes, order="clockwise") == expected[0].shape).all()


@both
def test_any_order_is_put_right(crop, rng):
    page = random_image(rng, (90, 100, 3), np.uint8)
    boxes = np.concatenate(
        [
            rng.uniform(0, 100, (60, 4, 2)).astype(np.float32),
            quads.perspective(rng, 30, 100, 90),
            quads.tiny(rng, 30, 100, 90),
            rng.integers(0, 30, (60, 4, 2)),
            nearly_touching(rng, 20) / 16,
        ]
    )
    expected = [reference_order.clockwise(box) for box in boxes]
    known = [i for i, box in enumerate(expected) if box is not None]
    assert len(known) > 0.9 * len(boxes)
    right = crop(page, [expected[i] for i in known], degenerate="empty")
    assert sum(cut.size > 0 for cut in right) > 0.8 * len(known)
    assert_same(crop(page, boxes[known], order="clockwise", degenerate="empty"), right)


def test_all_orders_of_a_box_give_one_crop(rng):
    page = random_image(rng, (40, 50), np.uint8)
    concave = [[[0, 0], [40, 0], [20, 10], [20, 30]], [[0, 0], [36, 0], [18, 8], [18, 36]]]
    for box in (*on_a_grid(rng, 60), *np.float32(concave)):
        crops = fastcv.image_crop(page, in_all_orders(box), order="clockwise", degenerate="empty")
        assert_same(crops, crops[:1] * 24)


@pytest.mark.parametrize(
    ("degrees", "width", "height", "is_read_along_width"),
    [
        *[(degrees, 80, 20, True) for degrees in (0, 30, 62, -30, -62)],
        *[(degrees, 80, 20, False) for degrees in (65, -65, 90)],
        *[(degrees, 10, 40, True) for degrees in (0, 25, -25)],
        *[(degrees, 10, 40, False) for degrees in (28, -28)],
        *[(degrees, 30, 30, True) for degrees in (44, -44)],
    ],
)
def test_where_text_starts(degrees, width, height, is_read_along_width):
    box = rectangle(degrees, width + 0.5, height + 0.5)
    size = (height, width) if is_read_along_width else (width, height)
    shapes = fastcv.crop_shapes(in_all_orders(box), order="clockwise")
    assert (shapes == size).all()


def test_a_square_on_its_tip_starts_there(rng):
    page = random_image(rng, (40, 40), np.uint8)
    tip = np.float32([[20, 5], [35, 20], [20, 35], [5, 20]])
    crops = fastcv.image_crop(page, in_all_orders(tip), order="clockwise")
    assert_same(crops, fastcv.image_crop(page, [tip]) * 24)


# ---- given ----


def fault_of(box):
    try:
        fastcv.crop_shapes([box])
    except ValueError as error:
        return str(error)
    return ""


@pytest.mark.parametrize(
    "boxes",
    [
        lambda rng: rng.uniform(0, 100, (300, 4, 2)).astype(np.float32),
        lambda rng: on_a_grid(rng, 300),
        lambda rng: nearly_touching(rng, 300),
        lambda rng: nearly_touching(rng, 100)[:, [1, 2, 3, 0]],
        lambda rng: of_all_sizes(rng, 400),
    ],
    ids=["anywhere", "on a grid", "nearly touching", "nearly touching at the side", "of all sizes"],
)
def test_exactly_the_boxes_that_cross_themselves_are_refused(rng, boxes):
    crossed = 0
    for box in boxes(rng):
        fault = fault_of(box)
        is_crossed = reference_order.is_crossed(box)
        if "crosses itself" in fault:
            assert is_crossed
            crossed += 1
        elif not fault:
            assert not is_crossed
        elif reference_order.has_line(box):
            assert "crosses" not in fault
    assert crossed > 20


def test_mirrored_and_concave_boxes_stay_as_they_are():
    for box in ([[40, 5], [5, 5], [5, 25], [40, 25]], [[5, 5], [40, 5], [15, 12], [5, 40]]):
        assert fault_of(box) == ""


# ---- min_area_rect ----


def polygons(rng, n):
    """Polygons and quads in whole px: any, turned, upright, round, with corners twice."""
    for _ in range(n):
        corners = 4 if rng.integers(2) else int(rng.integers(3, 30))
        reach = int(rng.choice([3, 5, 50, 900]))
        kind = rng.integers(4)
        if kind == 0:
            points = rng.integers(-reach, reach + 1, (corners, 2))
        elif kind == 1:
            a, b = rng.integers(-40, 41, 2)
            k = rng.integers(1, 9)
            points = np.array([[0, 0], [a, b], [a - k * b, b + k * a], [-k * b, k * a]])
        elif kind == 2:
            points = rectangle(rng.uniform(0, 360), rng.uniform(1, 900), rng.uniform(1, 60))
            points = rng.permutation(points.astype(int))
        else:
            turn = np.sort(rng.uniform(0, 2 * np.pi, corners))
            points = (np.stack([reach * np.cos(turn), reach * np.sin(turn) / 3], 1)).astype(int)
        if rng.integers(4) == 0:
            points = rng.permutation(np.concatenate([points, points[:2]]))
        yield points.astype(np.int32) + rng.integers(0, 60, 2, np.int32)


def check_rectangles(rng, n):
    """Compare crops of fastcv's rectangles with crops of cv2's: their bits decide the pixels."""
    page = random_image(rng, (60, 80), np.uint8)
    given = list(polygons(rng, n))
    expected = [reference_order.paddlex_rectangle(points) for points in given]
    right = fastcv.crop_shapes(expected, degenerate="empty")
    small = (right.prod(1) > 0) & (right.prod(1) < 4000)
    np.testing.assert_array_equal(
        fastcv.crop_shapes(given, order="min_area_rect", degenerate="empty"), right
    )
    options = {"degenerate": "empty", "interpolation": "nearest", "border": "replicate"}
    assert_same(
        fastcv.image_crop(
            page, [p for p, s in zip(given, small, strict=True) if s], order="min_area_rect",
            **options,
        ),
        fastcv.image_crop(page, np.array(expected)[small], **options),
    )  # fmt: skip
    assert small.sum() > 0.3 * n


@own_bits
def test_rectangles_around_polygons(rng):
    check_rectangles(rng, 1200)


@own_bits
@pytest.mark.rest
def test_rectangles_around_many_polygons(rng):
    for _ in range(20):
        check_rectangles(rng, 5000)


@own_bits
@both
def test_a_detector_s_boxes_as_rectangles(crop, page, page_boxes):
    expected = [reference_order.paddlex_rectangle(box) for box in page_boxes]
    assert_same(crop(page, page_boxes, order="min_area_rect"), crop(page, expected))


def test_points_are_cut_to_whole_px_before_they_are_rounded():
    near = np.nextafter(10, 0)
    box = [[0.9, -0.9], [near, -0.9], [near, 6.9], [0.9, 6.9]]
    assert fastcv.crop_shapes([box], order="min_area_rect").tolist() == [[6, 9]]
    assert fastcv.crop_shapes([[*box, [5, 6]]], order="min_area_rect").tolist() == [[6, 9]]
