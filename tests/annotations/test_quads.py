"""Quads of words: as they stand, or the least rectangle, with the text upright."""

import numpy as np
import pytest

from fastcv.annotations import AnnotatedPage, Word, quads_of, values

UPRIGHT = [[10, 20], [50, 20], [50, 40], [10, 40]]


def page(*polygons, **members):
    words = [Word(np.array(polygon, np.float64), None) for polygon in polygons]
    return AnnotatedPage("a.jpg", words, **members)


def quad_of(polygon, **members):
    (quad,) = quads_of(page(polygon, **members), 100, 200)
    return quad


def turned(points, degrees):
    """Turn points clockwise around the middle of the page."""
    angle = np.radians(degrees)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return (np.array(points) - [100, 50]) @ turn.T + [100, 50]


def around(quad, count):
    """Put `count` points on the top edge and on the bottom edge each, as text sets have them."""
    left_top, right_top, right_bottom, left_bottom = np.array(quad, np.float64)
    steps = np.linspace(0, 1, count)[:, None]
    top = left_top + steps * (right_top - left_top)
    bottom = right_bottom + steps * (left_bottom - right_bottom)
    return np.concatenate([top, bottom])


def test_no_words_are_an_empty_array():
    quads = quads_of(page(), 100, 200)
    assert quads.shape == (0, 4, 2)
    assert quads.dtype == np.float64


def test_four_points_stay_whatever_their_order():
    crossed = [[50.5, 20], [10, 20], [50, 40], [10, 40]]
    np.testing.assert_array_equal(quad_of(crossed), crossed)


def test_shares_are_multiplied_by_the_size():
    quad = quad_of([[0.1, 0.2], [0.5, 0.2], [0.5, 0.4], [0.1, 0.4]], relative=True)
    np.testing.assert_allclose(quad, [[20, 20], [100, 20], [100, 40], [20, 40]])


@pytest.mark.parametrize("count", [3, 4, 7])
@pytest.mark.parametrize("degrees", [*range(-180, 180, 15), 1, 44, 91])
def test_a_polygon_becomes_its_rectangle_with_the_text_upright(count, degrees):
    quad = turned(UPRIGHT, degrees)
    np.testing.assert_allclose(quad_of(around(quad, count)), quad, atol=1e-3)


@pytest.mark.parametrize("start", range(6))
def test_a_rectangle_with_whole_corners_is_exact(start):
    polygon = np.roll(around(UPRIGHT, 3), start, axis=0)
    np.testing.assert_array_equal(quad_of(polygon, outlines=True), UPRIGHT)


def test_a_tall_word_stays_upright():
    tall = np.array([[50, 10], [60, 10], [60, 90], [50, 90]])
    np.testing.assert_allclose(quad_of(around(tall, 3)), tall, atol=1e-3)


def test_an_odd_number_of_points():
    left_top, right_top, right_bottom, left_bottom = turned(UPRIGHT, 100)
    middle = (left_top + right_top) / 2
    quad = quad_of([left_top, middle, right_top, right_bottom, left_bottom])
    np.testing.assert_allclose(quad, turned(UPRIGHT, 100), atol=1e-3)


def test_a_triangle():
    quad = quad_of([[10, 40], [30, 20], [50, 40]])
    np.testing.assert_allclose(quad, UPRIGHT, atol=1e-3)


def test_an_arch_reads_from_its_left_foot():
    angles = np.linspace(np.pi, 2 * np.pi, 9)
    ring = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    polygon = np.concatenate([100 + 40 * ring, (100 + 30 * ring)[::-1]])
    np.testing.assert_allclose(
        quad_of(polygon), [[60, 60], [140, 60], [140, 100], [60, 100]], atol=1e-3
    )


@pytest.mark.parametrize("degrees", range(-40, 45, 10))
@pytest.mark.parametrize("start", range(8))
@pytest.mark.parametrize("step", [1, -1])
def test_an_outline_may_start_anywhere_and_run_either_way(degrees, start, step):
    quad = turned(UPRIGHT, degrees)
    outline = np.roll(around(quad, 4), start, axis=0)[::step]
    np.testing.assert_allclose(quad_of(outline, outlines=True), quad, atol=1e-3)


@pytest.mark.parametrize("start", range(6))
def test_a_polygon_against_the_clock_is_never_mirrored(start):
    polygon = np.roll(around(UPRIGHT, 3)[::-1], start, axis=0)
    np.testing.assert_allclose(quad_of(polygon), UPRIGHT, atol=1e-3)


def test_points_on_a_line_are_a_quad_without_height():
    quad = quad_of([[10, 20], [30, 20], [50, 20]])
    assert np.ptp(quad[:, 1]) < 1e-3


@pytest.mark.parametrize("outlines", [False, True])
def test_random_polygons_lie_in_a_rectangle_that_runs_clockwise(outlines):
    random = np.random.default_rng(3)
    for _ in range(300):
        points = random.uniform(0, 100, (random.integers(5, 12), 2))
        quad = quad_of(points, outlines=outlines)
        edges = np.roll(quad, -1, axis=0) - quad
        cross = edges[:, 0] * np.roll(edges, -1, axis=0)[:, 1]
        cross -= edges[:, 1] * np.roll(edges, -1, axis=0)[:, 0]
        assert (cross > 0).all()
        dots = (edges * np.roll(edges, -1, axis=0)).sum(axis=1)
        assert (abs(dots) < 0.05).all()
        for corner, edge in zip(quad, edges, strict=True):
            normal = np.array([-edge[1], edge[0]]) / np.hypot(*edge)
            assert ((points - corner) @ normal > -1e-3).all()


def test_the_input_is_not_written():
    words = page(around(UPRIGHT, 4), UPRIGHT, relative=True)
    before = [word.points.copy() for word in words.words]
    quads = quads_of(words, 100, 200)
    quads[:] = 0
    for word, points in zip(words.words, before, strict=True):
        np.testing.assert_array_equal(word.points, points)


@pytest.mark.parametrize("count", [0, 1, 2])
def test_too_few_points_are_refused_by_place_and_index(count):
    bad = page(UPRIGHT, np.zeros((count, 2)), place="gt.json: images[3]")
    with pytest.raises(ValueError, match=rf"^gt\.json: images\[3\]: boxes\[1\] has {count} points"):
        quads_of(bad, 100, 200)


def test_a_point_beyond_all_pages_is_refused():
    bad = page([[1e300, 0], [1, 1], [2, 2], [3, 3], [4, 4]], place="a.txt: line 7")
    with pytest.raises(ValueError, match=r"^a\.txt: line 7: boxes\[0\] has a point beyond"):
        quads_of(bad, 100, 200)


def test_a_page_of_another_size_is_refused():
    reason = "a.json: the annotations are of a page of 300 x 100 px, but it has 200 x 100 px"
    with pytest.raises(ValueError, match=f"^{reason}$"):
        quads_of(page(UPRIGHT, size=(100, 300), place="a.json"), 100, 200)


def test_a_page_that_lies_on_its_side_hints_at_exif():
    with pytest.raises(ValueError, match=r"100 x 200 px, but it has 200 x 100 px: .*--ignore-exif"):
        quads_of(page(UPRIGHT, size=(200, 100)), 100, 200)


def test_the_right_size_is_taken():
    assert len(quads_of(page(UPRIGHT, size=(100, 200)), 100, 200)) == 1


PLAIN = [[0, 0], [9.5, 0], [9, 9], [0, 9]]


@pytest.mark.parametrize("odd", [
    [0, 0, 9, 0, 9, 9, 0, 9], [*PLAIN[:3], [0, True]],
    [*PLAIN[:3], [0, "9"]], [*PLAIN[:3], [0]], [*PLAIN[:3], (0, 9)], [*PLAIN[:3], [0, 1 << 30]],
    [*PLAIN[:3], [0, float("nan")]], [*PLAIN[:3], [0, 1 << 2000]], None, "abcd", {"a": 1}, 4,
])  # fmt: skip
def test_only_plain_points_are_read_at_once(odd):
    assert values.all_points([PLAIN, PLAIN, odd]) is None


def test_points_read_at_once_are_those_read_one_by_one():
    many = [PLAIN, [[x + 0.1, y - 3] for x, y in PLAIN], [], [*PLAIN, [-1, 5]], PLAIN[:3]]
    points, counts = values.all_points(many)
    wanted = np.concatenate([values.points(None, "", one) for one in many])
    np.testing.assert_array_equal(points, wanted, strict=True)
    assert counts == [4, 4, 0, 5, 3]
