"""text_colors equals the oracle, byte for byte, and finds what was drawn."""

import cv2
import numpy as np
import pytest

import fastcv
import reference_text_colors as reference

INK, PAPER = (40, 20, 150), (235, 240, 244)


def assert_equal(page, boxes, num_threads=1):
    before = page.copy()
    found = fastcv.text_colors(page, boxes, num_threads=num_threads)
    expected = reference.text_colors(page, np.asarray(boxes, np.float32).reshape(-1, 4, 2))
    for name, got, wanted in zip(found._fields, found, expected, strict=True):
        assert got.dtype == wanted.dtype, name
        np.testing.assert_array_equal(got, wanted, name)
    np.testing.assert_array_equal(page, before)
    return found


def draw(text="Ink", ink=INK, paper=PAPER, outline=None, scale=1.5, thickness=3):
    page = np.full((70, 160, 3), paper, np.uint8)
    where = (10, 50), cv2.FONT_HERSHEY_SIMPLEX, scale
    if outline:
        cv2.putText(page, text, *where, outline, thickness + 6, cv2.LINE_AA)
    cv2.putText(page, text, *where, ink, thickness, cv2.LINE_AA)
    return page


WHOLE = [[0, 0, 159, 69]]


@pytest.mark.parametrize(("ink", "paper"), [(INK, PAPER), (PAPER, INK), ((0, 0, 0), (9, 150, 9))])
def test_the_colours_that_were_drawn(ink, paper):
    found = fastcv.text_colors(draw(ink=ink, paper=paper), WHOLE)
    assert found.text.tolist() == [list(ink)]
    assert found.background.tolist() == [list(paper)]
    assert found.outline.tolist() == found.text.tolist()
    assert 0.3 < found.confidence[0] < 1


def test_an_outline():
    outline = (10, 10, 10)
    page = draw(ink=(250, 250, 250), paper=(90, 160, 60), outline=outline)
    found = fastcv.text_colors(page, WHOLE)
    assert found.text.tolist() == [[250, 250, 250]]
    assert found.background.tolist() == [[90, 160, 60]]
    assert found.outline.tolist() == [list(outline)]


def test_an_outline_between_the_paper_and_the_letters_colour():
    """Gray letters in a black outline on white paper: no mixture of the two."""
    outline = (30, 30, 30)
    page = draw(ink=(150, 150, 150), paper=(240, 240, 240), outline=outline, thickness=5)
    found = fastcv.text_colors(page, WHOLE)
    assert found.text.tolist() == [[150, 150, 150]]
    assert found.background.tolist() == [[240, 240, 240]]
    assert np.abs(found.outline[0].astype(int) - outline).max() <= 3


def test_soft_edges_are_no_outline():
    page = cv2.GaussianBlur(draw(ink=(30, 30, 30), paper=(240, 240, 240), thickness=5), (5, 5), 0)
    found = fastcv.text_colors(page, WHOLE)
    assert found.outline.tolist() == found.text.tolist()
    assert np.abs(found.text[0].astype(int) - 30).max() <= 3


def test_one_colour():
    page = np.full((40, 60, 3), (7, 8, 9), np.uint8)
    text, background, outline, confidence = fastcv.text_colors(page, [[0, 0, 50, 30]])
    assert text.tolist() == background.tolist() == outline.tolist() == [[7, 8, 9]]
    assert confidence.tolist() == [0]


def test_no_boxes():
    found = fastcv.text_colors(draw(), [])
    assert [array.shape for array in found] == [(0, 3), (0, 3), (0, 3), (0,)]


def test_outside_the_page():
    found = fastcv.text_colors(draw(), [[500, 500, 600, 530], [-90, 0, -2, 30]])
    assert [array.any() for array in found] == [False] * 4


def test_jpeg_with_shared_chroma():
    """Two-pixel strokes have no pixel of their own colour."""
    page = draw("Ink Ink", scale=1, thickness=2)
    _, coded = cv2.imencode(".jpg", page, [cv2.IMWRITE_JPEG_QUALITY, 90])
    page = cv2.imdecode(coded, cv2.IMREAD_COLOR)
    found = fastcv.text_colors(page, WHOLE)
    assert np.abs(found.text[0].astype(int) - INK).max() <= 10
    assert np.abs(found.background[0].astype(int) - PAPER).max() <= 2


def make_page(rng, kind):
    height, width = rng.integers(1, 60), rng.integers(1, 120)
    if kind == "noise":
        return rng.integers(0, 256, (height, width, 3), np.uint8)
    if kind == "few colours":
        return rng.choice([0, 40, 255], (height, width, 3)).astype(np.uint8)
    page = draw("Wig", *rng.integers(0, 256, (2, 3)).tolist(), scale=rng.uniform(0.5, 2))
    if kind == "outline":
        page = draw("Wig", *rng.integers(0, 256, (3, 3)).tolist(), scale=rng.uniform(0.5, 2))
    page = page.astype(float)
    if kind == "gradient":
        page += np.linspace(-60, 60, page.shape[1])[:, None] * rng.uniform(-1, 1, 3)
    if kind == "noisy":
        page += rng.normal(0, rng.uniform(1, 30), page.shape)
    page = np.clip(page, 0, 255).astype(np.uint8)
    if kind == "jpeg":
        page = cv2.imdecode(cv2.imencode(".jpg", page, [1, int(rng.integers(20, 95))])[1], 1)
    return page


def make_boxes(rng, page, count=4):
    height, width = page.shape[:2]
    centers = rng.uniform((0, 0), (width, height), (count, 2))
    angles = rng.choice([0, np.pi / 2, 0.1, 0.7], count) + rng.choice([0, np.pi])
    halves = rng.uniform(0.2, 0.7, (count, 2)) * (width, height)
    signs = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]])
    along = np.stack([np.cos(angles), np.sin(angles)], -1)
    across = np.stack([-np.sin(angles), np.cos(angles)], -1)
    offsets = signs[None] * halves[:, None]
    boxes = (
        centers[:, None] + offsets[..., :1] * along[:, None] + offsets[..., 1:] * across[:, None]
    )
    boxes[0] = boxes[0].round()
    return boxes.astype(np.float32)


@pytest.mark.parametrize(
    "kind", ["noise", "few colours", "drawn", "outline", "gradient", "noisy", "jpeg"]
)
def test_random_words(rng, kind):
    for _ in range(12):
        page = make_page(rng, kind)
        assert_equal(page, make_boxes(rng, page), int(rng.integers(1, 4)))


@pytest.mark.parametrize("channels", [0, 1, 3, 4])
@pytest.mark.parametrize("step", [(1, 1), (-1, 2), (3, -1)])
def test_channels_and_views(rng, channels, step):
    page = draw(scale=2)
    if channels in (0, 1):
        page = page[..., :1] if channels else page[..., 1]
    if channels == 4:
        alpha = np.full(page.shape[:2], 255, np.uint8)
        alpha[rng.random(alpha.shape) < 0.3] = 0
        page = np.dstack([page, alpha])
    page = page[:: step[0], :: step[1]]
    assert_equal(page, make_boxes(rng, page))


def test_transparent_everywhere():
    found = fastcv.text_colors(np.full((9, 9, 4), (5, 6, 7, 0), np.uint8), [[0, 0, 8, 8]])
    assert [array.any() for array in found] == [False] * 4


def test_odd_boxes():
    """Large, thin, point-like, and over the page's border."""
    page = cv2.resize(draw(), (640, 280))
    boxes = [
        [[0, 0], [639, 0], [639, 279], [0, 279]],
        [[0, 0], [639, 279], [639, 280], [0, 1]],
        [[100, 20], [100, 20], [100, 20], [100, 20]],
        [[5.5, 3.25], [6, 3.25], [6, 270], [5.5, 270]],
        [[0, 100], [639, 100], [639, 101], [0, 101]],
        [[-1e9, -1e9], [1e9, -1e9], [1e9, 1e9], [-1e9, 1e9]],
        [[-50, -50], [300, 30], [280, 300], [-60, 200]],
        [[100, 10], [200, 10], [150, 90], [160, 200]],
    ]
    assert_equal(page, np.float32(boxes))


def test_a_needle_of_more_columns_than_cells():
    page = np.tile(draw(), (1, 19, 1))
    assert_equal(page, np.float32([[[0, 0], [3000, 60], [3000, 61], [0, 1]]]))


def test_the_page(page, page_boxes):
    one = fastcv.text_colors(page, page_boxes, num_threads=1)
    two = fastcv.text_colors(page, page_boxes, num_threads=2)
    few = fastcv.text_colors(page, page_boxes[::-40])
    for single, double, part in zip(one, two, few, strict=True):
        assert single.tobytes() == double.tobytes()
        assert single[::-40].tobytes() == part.tobytes()
    assert_equal(page, page_boxes[::40])


@pytest.mark.parametrize(
    ("color", "lab"),
    [
        ((255, 255, 255), (1, 0, 0)),
        ((0, 0, 255), (0.6280, 0.2249, 0.1258)),
        ((0, 255, 0), (0.8664, -0.2339, 0.1795)),
        ((255, 0, 0), (0.4520, -0.0325, -0.3115)),
    ],
)
def test_the_oracle_knows_oklab(color, lab):
    """Values of the primaries from Ottosson's matrices in float64."""
    assert np.abs(reference.oklab(np.array([color]))[0] / 4096 - lab).max() < 0.002
