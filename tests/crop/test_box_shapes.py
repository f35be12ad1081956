"""The shapes in which boxes come: corners, flat, upright, polygons."""

import sys

import numpy as np
import pytest

import fastcv
import quads
from conftest import BOX, both, random_image
from reference import assert_same

UPRIGHT = np.float32([[10, 10, 40, 25], [3, 4, 20.5, 30.25], [-5, -8, 30, 12]])
HOUSE = np.array([[10, 10], [25, 2], [40, 12], [39, 25], [9, 23]])


def corners_of(upright):
    return np.stack([upright[:, [i, j]] for i, j in ((0, 1), (2, 1), (2, 3), (0, 3))], 1)


KINDS = {
    "float32": lambda b: np.asarray(b, np.float32),
    "float64": lambda b: np.asarray(b, np.float64),
    "big-endian": lambda b: np.asarray(b, ">f8"),
    "Fortran order": lambda b: np.asfortranarray(b),
    "every other": lambda b: np.repeat(b, 2, axis=0)[::2],
    "list of arrays": list,
    "list of lists": lambda b: np.asarray(b).tolist(),
    "tuple of tuples": lambda b: tuple(map(tuple, np.asarray(b).tolist())),
}


@both
@pytest.mark.parametrize("order", ["given", "clockwise"])
@pytest.mark.parametrize("kind", KINDS)
def test_upright_and_flat_boxes_are_cut_as_their_corners(crop, image, kind, order):
    expected = crop(image, corners_of(UPRIGHT))
    assert_same(crop(image, KINDS[kind](UPRIGHT), order=order), expected)
    flat = corners_of(UPRIGHT).reshape(-1, 8)
    assert_same(crop(image, KINDS[kind](flat), order=order), expected)


@pytest.mark.parametrize("dtype", [np.int16, np.int32, np.int64, np.uint8, np.float16])
def test_dtypes_of_upright_boxes(image, dtype):
    boxes = np.array([[10, 10, 40, 25], [3, 4, 20, 30]])
    assert_same(
        fastcv.image_crop(image, boxes.astype(dtype)), fastcv.image_crop(image, corners_of(boxes))
    )


@pytest.mark.parametrize("count", [1, 2, 4, 8])
def test_the_number_of_boxes_says_nothing_about_their_shape(image, count):
    boxes = np.repeat(UPRIGHT[:1], count, axis=0)
    expected = fastcv.image_crop(image, corners_of(boxes))
    assert_same(fastcv.image_crop(image, boxes), expected)
    assert_same(fastcv.image_crop(image, boxes.tolist()), expected)
    assert_same(fastcv.image_crop(image, corners_of(boxes).reshape(-1, 8)), expected)


@both
@pytest.mark.parametrize("order", ["given", "clockwise", "min_area_rect"])
@pytest.mark.parametrize("shape", [(0,), (0, 4), (0, 8), (0, 4, 2)])
def test_no_boxes_of_any_shape(crop, image, shape, order):
    assert crop(image, np.empty(shape), order=order) == []


def test_no_polygons(image):
    assert fastcv.image_crop(image, np.empty((0, 5, 2)), order="min_area_rect") == []


def test_an_upright_box_keeps_its_corners_in_every_order(image):
    expected = fastcv.image_crop(image, UPRIGHT)
    for order in ("clockwise", "min_area_rect"):
        assert_same(fastcv.image_crop(image, UPRIGHT, order=order), expected)


def test_reversed_upright_boxes_are_degenerate():
    boxes = [[10, 10, 40, 25], [40, 10, 10, 25], [10, 25, 40, 10], [40, 25, 10, 10]]
    shapes = fastcv.crop_shapes(boxes, degenerate="empty")
    assert shapes.tolist() == [[15, 30], [0, 0], [0, 0], [0, 0]]


def test_a_side_of_nothing_is_too_small_not_reversed():
    with pytest.raises(ValueError, match="under 2 px"):
        fastcv.crop_shapes([[10, 10, 10, 25]])


# ---- polygons ----

CONTAINERS = {
    "arrays": lambda polygons: polygons,
    "a tuple": tuple,
    "lists": lambda polygons: [polygon.tolist() for polygon in polygons],
    "lists of tuples": lambda polygons: [list(map(tuple, polygon)) for polygon in polygons],
    "arrays and lists": lambda polygons: [polygons[0].tolist(), *polygons[1:]],
    "float64": lambda polygons: [polygon + 0.5 for polygon in polygons],
    "float32": lambda polygons: [np.float32(polygon) + np.float32(0.9) for polygon in polygons],
    "columns": lambda polygons: [np.asfortranarray(polygon) for polygon in polygons],
}


@both
@pytest.mark.parametrize("kind", CONTAINERS)
def test_containers_of_polygons(crop, image, kind):
    given = [HOUSE, BOX.astype(int), HOUSE[:3], np.repeat(HOUSE, 3, axis=0)]
    expected = [crop(image, [polygon], order="min_area_rect")[0] for polygon in given]
    assert_same(crop(image, CONTAINERS[kind](given), order="min_area_rect"), expected)


def test_polygons_of_as_many_corners_may_be_an_array(rng):
    page = random_image(rng, (120, 160), np.uint8)
    given = rng.integers(0, 100, (40, 7, 2))
    expected = fastcv.image_crop(page, [*given, HOUSE], order="min_area_rect")[:-1]
    assert_same(fastcv.image_crop(page, given, order="min_area_rect"), expected)
    assert_same(fastcv.image_crop(page, given.tolist(), order="min_area_rect"), expected)


def test_quads_among_polygons_are_as_quads_alone(rng):
    page = random_image(rng, (120, 160), np.uint8)
    given = quads.turned(rng, 40, 160, 120)
    expected = fastcv.image_crop(page, given, order="min_area_rect")
    assert_same(fastcv.image_crop(page, [*given, HOUSE], order="min_area_rect")[:-1], expected)


def test_degenerate_polygons_may_be_left_empty():
    flat, far, none = HOUSE * [1, 0], HOUSE * 1e9, HOUSE * np.nan
    shapes = fastcv.crop_shapes(
        [flat, HOUSE, far, BOX, none], order="min_area_rect", degenerate="empty"
    )
    assert (shapes > 0).all(axis=1).tolist() == [False, True, False, True, False]


def test_a_polygon_of_many_corners(rng):
    turn = rng.uniform(0, 2 * np.pi, 200_000)
    circle = np.stack([1000 * np.cos(turn), 300 * np.sin(turn)], 1)
    height, width = fastcv.crop_shapes([circle, HOUSE], order="min_area_rect")[0]
    assert (height, width) == (598, 1998)


@pytest.mark.own_process
def test_no_reference_is_lost(image):
    given = [HOUSE.copy(), BOX.copy(), UPRIGHT.copy()]
    counts = [sys.getrefcount(item) for item in given]
    for _ in range(5):
        fastcv.image_crop(image, given[:2], order="min_area_rect")
        fastcv.image_crop(image, given[2])
        fastcv.image_crop(image, list(given[2]))
    assert [sys.getrefcount(item) for item in given] == counts
