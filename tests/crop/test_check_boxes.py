"""check_boxes tells what looks wrong with boxes: compared with a plain loop over boxes, and with
NumPy."""

import math

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import fastcv
from conftest import ROOT, read_boxes, real_pages
from fastcv.box_problems import KINDS
from reference_box_problems import box_problems

SHAPE = (3508, 2480, 3)
HEIGHT, WIDTH = SHAPE[:2]


@pytest.fixture(scope="module")
def boxes():
    return read_boxes(ROOT / "data/page_boxes.json").astype(float)


@pytest.fixture(scope="module")
def inside(boxes):
    return boxes[(boxes[..., 0] <= WIDTH).all(1)]


def kinds_of(boxes, shape=SHAPE, **keywords):
    report = fastcv.check_boxes(boxes, shape, **keywords)
    return {kind: found.tolist() for kind, found in report.found.items()}


# ---- the plain loop ----


def cross(a, b):
    return a[0] * b[1] - a[1] * b[0]


def inside_triangle(point, triangle):
    signs = [
        cross(np.subtract(triangle[i - 2], triangle[i]), np.subtract(point, triangle[i])) > 0
        for i in range(3)
    ]
    return len(set(signs)) == 1


def edges_cross(quad):
    """Whether two opposite edges cross, of which no three ends lie on a line."""

    def apart(a, b, c, d):
        along = np.subtract(b, a)
        return cross(along, np.subtract(c, a)) * cross(along, np.subtract(d, a)) < 0

    a, b, c, d = quad
    pairs = [((a, b), (c, d)), ((b, c), (d, a))]
    return any(apart(*p, *q) and apart(*q, *p) for p, q in pairs)


def side(a, b):
    return math.dist(a, b)


def plain_kind(quad):
    """What is wrong with one quad's corners, apart from what the other boxes decide."""
    a, b, c, d = quad = [tuple(map(float, corner)) for corner in quad]
    flat = [(a, b, c), (b, c, d), (c, d, a), (d, a, b)]
    if any(cross(np.subtract(q, p), np.subtract(r, q)) == 0 for p, q, r in flat):
        return "degenerate"
    if min(max(side(a, b), side(c, d)), max(side(b, c), side(d, a))) < 2:
        return "degenerate"
    if any(
        inside_triangle(quad[i], [quad[j] for j in range(4) if j != i]) for i in range(4)
    ):  # fmt: skip
        return "dented"
    if edges_cross(quad):
        return "crossed"
    area = sum(cross(p, q) for p, q in [(a, b), (b, c), (c, d), (d, a)])
    run = np.subtract(b, a) + np.subtract(c, d)
    tall = max(side(b, c), side(d, a)) / max(side(a, b), side(c, d))
    steep = abs(run[1]) > abs(run[0])
    if area < 0:
        return f"mirrored, down, {np.sign(tall - 1)}" if steep and run[1] > 0 else "mirrored"
    if steep:
        return "on its side" if tall >= 1.5 else "sound"
    return "upside down" if run[0] < 0 else "sound"


def plain_check(quads, height, width):
    """The same report, box by box."""
    kinds = [plain_kind(quad) for quad in quads]
    turned = [kind in ("upside down", "on its side") for kind in kinds]
    round_boxes = [kind in ("upside down", "on its side", "sound") for kind in kinds]
    are_mirrored = [kind.startswith("mirrored") for kind in kinds]
    are_swapped = 2 * kinds.count("mirrored, down, -1.0") > sum(are_mirrored)
    out, partly, off_swapped, tall = set(), set(), set(), set()
    for index, quad in enumerate(np.float64(quads)):
        (x1, y1), (x2, y2) = quad.min(0), quad.max(0)
        if x2 <= -1 or y2 <= -1 or x1 >= width or y1 >= height:
            out.add(index)
        elif x1 < -1 or y1 < -1 or x2 > width or y2 > height:
            partly.add(index)
        if min(x1, y1) < -1 or y2 > width or x2 > height:
            off_swapped.add(index)
        elif y2 - y1 > x2 - x1:
            tall.add(index)
    lie_swapped = out - off_swapped if 2 * len(tall) > len(quads) else set()
    found = {}
    for index, kind in enumerate(kinds):
        if index in lie_swapped:
            kind = "swapped"
        elif kind.startswith("mirrored"):
            kind = "swapped" if "down" in kind and are_swapped else "mirrored"
        elif turned[index] and 2 * sum(turned) < sum(round_boxes):
            kind = "sound"
        if kind != "sound":
            found.setdefault(kind, []).append(index)
        if kind != "swapped":
            for where, name in ((out, "outside"), (partly, "partly outside")):
                if index in where:
                    found.setdefault(name, []).append(index)
    return found


def random_quads(draw_rng, count):
    """Words in any order of corners, and quads of any shape, on and around a page."""
    rng = np.random.default_rng(draw_rng)
    centers = rng.uniform(-60, 360, (count, 1, 2))
    sizes = rng.choice([1, 3, 12, 40, 90], (count, 2))
    corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) / 2 * sizes[:, None]
    angles = rng.choice([0, 0, 0, math.pi / 2, math.pi, 0.3], count)
    cos, sin = np.cos(angles)[:, None], np.sin(angles)[:, None]
    x, y = (
        corners[..., 0] * cos - corners[..., 1] * sin,
        corners[..., 0] * sin + corners[..., 1] * cos,
    )
    quads = (
        centers
        + np.stack([x, y], -1)
        + rng.choice([0, 0.5, 30], (count, 1, 1)) * rng.normal(size=(count, 4, 2))
    )
    order = rng.choice([0, 0, 1, 2, 3, 4])
    orders = [[0, 1, 2, 3], [0, 3, 2, 1], [2, 3, 0, 1], [1, 2, 3, 0], [0, 2, 1, 3]]
    quads = quads[:, orders[order]]
    return np.float32(quads[..., ::-1] if rng.random() < 0.2 else quads)


@settings(max_examples=15, deadline=None, database=None)
@given(st.integers(0, 2**32), st.integers(1, 12))
def test_the_report_is_that_of_a_plain_loop(seed, count):
    quads = random_quads(seed, count)
    assert kinds_of(quads, (200, 300)) == plain_check(quads, 200, 300)


@pytest.mark.rest
def test_thousands_of_reports_are_those_of_a_plain_loop():
    seen = set()
    for seed in range(3000):
        quads = random_quads(seed, 1 + seed % 12)
        found = kinds_of(quads, (200, 300))
        assert found == plain_check(quads, 200, 300)
        seen |= set(found)
    assert seen == set(KINDS) - {"not finite", "normalised", "reversed"}


# ---- NumPy ----

ORDERS = ("given", "clockwise", "min_area_rect")
ODD = [math.nan, math.inf, -math.inf, 1e300, 2.0**30, -(2.0**30), 2.0**31, -0.0, 1e-42]


def odd_quads(seed, count):
    """Quads with ties, corners on lines, edges of about 2 px, shares, and numbers of any kind."""
    rng = np.random.default_rng(seed)
    quads = random_quads(seed, count).astype(np.float64)
    if seed % 5 == 0:  # y before x, on a page that is higher than wide
        corners = np.array([[0, 0], [10, 0], [10, 40], [0, 40]])
        quads = corners + rng.uniform(0, (280, 150), (count, 1, 2))
    kinds = rng.integers(0, 9, count)
    quads[kinds == 0] = rng.integers(-3, 6, quads[kinds == 0].shape)
    quads[kinds == 1] = rng.integers(-2, 14, quads[kinds == 1].shape) / 10
    quads[kinds == 2] = rng.choice([-1, 0, 198, 200, 201, 300, 301], quads[kinds == 2].shape)
    angle = rng.uniform(0, 7)
    edges = np.array([[0, 0], [90, 0], [90, 2], [0, 2]]) @ np.array(
        [[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]]
    )
    quads[kinds == 3] = edges + rng.integers(0, 99, (1, 2))
    quads[kinds == 4, 1, 0] = rng.choice(ODD)
    return quads


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("sides", [(200, 300), (300, 200), (2, 9), (3, 9)])
def test_the_report_is_numpys(order, sides):
    seen = set()
    for seed in range(150):
        quads = odd_quads(seed, seed % 30)
        if order == "min_area_rect":
            quads = np.nan_to_num(quads, nan=0, posinf=9, neginf=9)
        report = fastcv.check_boxes(quads, sides, order=order)
        wanted = box_problems(report.quads, False, *sides, order)
        assert list(report.found) == list(wanted)
        for kind, found in report.found.items():
            np.testing.assert_array_equal(found, wanted[kind], strict=True)
        seen |= set(wanted)
        upright = fastcv.check_boxes(quads.reshape(-1, 8)[:, [0, 1, 4, 5]], sides, order=order)
        wanted = box_problems(upright.quads, True, *sides, order)
        assert {kind: found.tolist() for kind, found in upright.found.items()} == {
            kind: found.tolist() for kind, found in wanted.items()
        }
        seen |= set(wanted)
    assert {"degenerate", "reversed", "outside", "partly outside"} <= seen
    assert sides != (300, 200) or "swapped" in seen
    assert order != "given" or min(sides) == 2 or seen == set(KINDS)


# ---- each kind ----


def test_the_projects_page_is_right(boxes, inside):
    assert kinds_of(inside) == {}
    assert list(kinds_of(boxes)) == ["partly outside"]
    assert not fastcv.check_boxes(inside, SHAPE)


@pytest.mark.skipif(not real_pages(), reason="FASTCV_TEST_PAGES names no folder of real pages")
def test_a_detectors_boxes_on_real_pages_are_right():
    for path in real_pages():
        assert kinds_of(read_boxes(path.with_suffix(".json")), cv2.imread(str(path))) == {}


def test_upright_boxes_are_right(inside):
    assert kinds_of(np.concatenate([inside.min(1), inside.max(1)], 1)) == {}


@pytest.mark.parametrize(
    ("order", "kind", "share"),
    [
        ([0, 3, 2, 1], "mirrored", 1),
        ([1, 0, 3, 2], "mirrored", 1),
        ([2, 3, 0, 1], "upside down", 0.9),
        ([1, 2, 3, 0], "on its side", 0.7),
        ([3, 0, 1, 2], "on its side", 0.7),
        ([0, 2, 1, 3], "crossed", 1),
        ([0, 1, 3, 2], "crossed", 1),
    ],
)
def test_other_orders_of_corners_are_told(inside, order, kind, share):
    found = kinds_of(inside[:, order])

    assert len(found[kind]) >= share * len(inside)
    assert set(found) <= {kind, "upside down"}
    assert kinds_of(inside[:, order], order="clockwise") == {}


def test_the_told_option_mends_it(inside, rng):
    page = np.zeros(SHAPE, np.uint8)
    page[::7] = 200
    flipped = inside[:, [0, 3, 2, 1]]

    crops = fastcv.image_crop(page, flipped, order="clockwise")

    turned = set(np.flatnonzero(inside[:, 1, 0] < inside[:, 0, 0]))  # text that is upside down
    wanted = fastcv.image_crop(page, inside)
    same = [np.array_equal(a, b) for a, b in zip(crops, wanted, strict=True)]
    assert sum(same) >= len(inside) - len(turned) - 30


def test_y_before_x_is_told(boxes):
    found = kinds_of(boxes[..., ::-1])
    assert len(found["swapped"]) > 0.99 * len(boxes)

    upright = np.concatenate([boxes.min(1), boxes.max(1)], 1)[:, [1, 0, 3, 2]]
    found = kinds_of(upright)
    assert len(found["swapped"]) > 0.99 * (upright[:, 0] >= WIDTH).sum()


def test_normalised_boxes_are_told(boxes):
    shares = boxes / (WIDTH, HEIGHT)

    assert kinds_of(shares) == {"normalised": list(range(len(boxes)))}
    assert kinds_of(np.concatenate([shares.min(1), shares.max(1)], 1)) == kinds_of(shares)
    for order in ("clockwise", "min_area_rect"):
        assert kinds_of(shares, order=order) == kinds_of(shares)


def test_boxes_of_another_page_are_told(boxes):
    assert kinds_of(boxes + np.array([2 * WIDTH, 0])) == {"outside": list(range(len(boxes)))}
    assert len(kinds_of(boxes, (400, 300))["outside"]) > 0.9 * len(boxes)


def test_boxes_that_end_at_the_edge_are_right():
    assert kinds_of([[0, 0, 300, 200]], (200, 300)) == {}
    assert kinds_of([[-1, -1, 300, 200]], (200, 300)) == {}
    assert kinds_of([[-2, 0, 90, 20]], (200, 300)) == {"partly outside": [0]}
    assert kinds_of([[-20, 0, -1, 20]], (200, 300)) == {"outside": [0]}
    assert kinds_of([[300, 0, 320, 20]], (200, 300)) == {"outside": [0]}


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf, 1e300, 2.0**31])
def test_corners_that_are_not_finite_are_told(bad):
    quads = np.array([[[1, 1], [9, 1], [9, 9], [1, 9]]] * 3, float)
    quads[1, 2, 1] = bad

    assert kinds_of(quads) == {"not finite": [1]}
    assert kinds_of([[1, 1, bad, 9], [1, 1, 9, 9]]) == {"not finite": [0]}


def test_x_y_width_height_is_told():
    assert kinds_of([[500, 80, 60, 20], [1, 1, 60, 20]]) == {"reversed": [0]}


def test_what_cannot_be_cut_is_told():
    quads = [
        [[5, 5], [5, 5], [5, 5], [5, 5]],
        [[5, 5], [50, 5], [50, 6], [5, 6]],
        [[5, 5], [50, 50], [90, 90], [5, 90]],
        [[0, 0], [0, 0], [0, 0], [0, 0]],
    ]

    assert kinds_of(quads) == {"degenerate": [0, 1, 2, 3]}
    assert not fastcv.crop_shapes(quads, degenerate="empty").any()
    assert kinds_of([[5, 5, 5, 9]]) == {"degenerate": [0]}


def test_a_dent_is_told():
    dent = [[0, 0], [90, 0], [20, 10], [0, 60]]

    assert kinds_of([dent]) == {"dented": [0]}
    assert kinds_of([dent], order="clockwise") == {"dented": [0]}
    assert kinds_of([dent], order="min_area_rect") == {}


def test_a_few_turned_words_are_no_alarm(inside):
    turned = inside.copy()
    turned[::3] = turned[::3, [2, 3, 0, 1]]

    assert kinds_of(turned) == {}


def test_vertical_text_is_no_alarm():
    column = [[100, 100], [140, 100], [140, 700], [100, 700]]
    upwards = [[100, 700], [100, 100], [140, 100], [140, 700]]

    assert kinds_of([column, upwards]) == {}


def test_polygons_are_checked_as_their_rectangles():
    hexagon = [[10, 10], [50, 5], [90, 10], [90, 30], [50, 25], [10, 30]]
    triangle = [[2470, 10], [2500, 10], [2480, 60]]

    found = kinds_of([hexagon, triangle], order="min_area_rect")

    assert found == {"partly outside": [1]}


def test_no_boxes_have_no_problems():
    report = fastcv.check_boxes([], SHAPE)

    assert not report
    assert str(report) == "0 boxes: nothing wrong"


# ---- the report ----


def test_the_report_lists_problems_by_box(inside):
    report = fastcv.check_boxes(
        [inside[0], inside[1][[0, 3, 2, 1]], inside[2] + [WIDTH, 0]], (HEIGHT, WIDTH)
    )

    assert len(report) == 2
    assert [(each.box, each.kind, each.is_certain) for each in report] == [
        (1, "mirrored", True), (2, "outside", True)
    ]  # fmt: skip
    assert np.array_equal(next(iter(report)).corners, np.float32(inside[1][[0, 3, 2, 1]]))
    assert report.summary() == "3 boxes: 1 mirrored (first: 1), 1 outside (first: 2)"
    assert repr(report) == f"<BoxReport: {report.summary()}>"


def test_the_report_prints_a_table():
    report = fastcv.check_boxes([[[9, 9], [99, 9], [99, 29], [9, 29]][::-1]] * 30, (50, 200))

    lines = str(report).splitlines()

    assert len(lines) == 23
    assert lines[0].split() == ["box", "problem", "corners", "hint"]
    assert lines[1].split()[:3] == ["0", "mirrored", "9,29"]
    assert lines[-2:] == ["… and 10 more", "30 boxes: 30 mirrored (first: 0)"]
    assert len({line.index("order=") for line in lines[1:-2]}) == 1


def test_likely_problems_have_a_question_mark(inside):
    assert " upside down? (first: " in fastcv.check_boxes(inside[:, [2, 3, 0, 1]], SHAPE).summary()


def test_the_docstring_lists_every_kind():
    for kind in KINDS:
        assert f'- "{kind}": ' in fastcv.check_boxes.__doc__


def test_a_page_may_stand_for_its_shape(inside):
    page = np.zeros((HEIGHT, WIDTH), np.uint8)

    assert kinds_of(inside[:, [0, 3, 2, 1]], page) == kinds_of(inside[:, [0, 3, 2, 1]])
