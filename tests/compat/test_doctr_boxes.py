"""docTR's and OnnxTR's post-processors, and fastcv.compat's in their place."""

import cv2
import numpy as np
import pytest

import maps
from conftest import ROOT, read_boxes
from fastcv.compat import doctr
from projects import DOCTR_POST_PROCESSORS, doctr_post_processor

pytestmark = [pytest.mark.opencv4, pytest.mark.timeout(900)]

LEAST_SIDE = 5
"""Thinner maps may hold words of two px from edge to edge, of which docTR keeps some more."""


def both(name, **settings):
    """The project's own post-processor and fastcv's."""
    return doctr_post_processor(name)(**settings), getattr(doctr, name)(**settings)


def assert_same_boxes(posts, proba_map):
    theirs, ours = (post(proba_map) for post in posts)
    count = 0
    for expected_of_page, found_of_page in zip(theirs, ours, strict=True):
        for expected, found in zip(expected_of_page, found_of_page, strict=True):
            assert found.dtype == expected.dtype
            assert np.array_equal(found, expected)
            count += len(found)
    return count


@pytest.mark.parametrize("straight", [True, False])
@pytest.mark.parametrize("kind", maps.KINDS)
@pytest.mark.parametrize("name", DOCTR_POST_PROCESSORS)
def test_made_maps(name, kind, straight):
    rng = np.random.default_rng([len(kind), len(name), straight])
    posts = both(name, assume_straight_pages=straight)
    for _ in range(60):
        pixels, _ = maps.made(rng, kind, 300 if rng.random() < 0.1 else 160)
        if straight or min(pixels.shape) >= LEAST_SIDE:
            assert_same_boxes(posts, pixels[np.newaxis, ..., np.newaxis])


@pytest.mark.parametrize("straight", [True, False])
@pytest.mark.parametrize("settings", [
    {"bin_thresh": 0.5, "box_thresh": 0.0}, {"bin_thresh": 0.3, "box_thresh": 0.7},
    {"bin_thresh": 0.0}, {"bin_thresh": 1.0}, {"box_thresh": 1.0}, {"bin_thresh": 0.7},
], ids=str)  # fmt: skip
def test_other_settings(settings, straight):
    rng = np.random.default_rng(6)
    posts = both("DBPostProcessor", assume_straight_pages=straight, **settings)
    for unclip_ratio in (1.5, 0.2, 0.0, 4.0):
        for post in posts:
            post.unclip_ratio = unclip_ratio
        for kind in maps.KINDS * 4:
            pixels, _ = maps.made(rng, kind)
            if straight or min(pixels.shape) >= LEAST_SIDE:
                assert_same_boxes(posts, pixels[np.newaxis, ..., np.newaxis])


@pytest.mark.parametrize("straight", [True, False])
def test_lines_of_three_px(straight):
    """Their least rectangle is 2 px high, which cv2 rounds down for some lengths."""
    posts = both("DBPostProcessor", assume_straight_pages=straight)
    for length in range(3, 400):
        pixels = np.zeros((9, 420), np.float32)
        pixels[3:6, 5 : 5 + length] = 0.9
        for line in (pixels, np.ascontiguousarray(pixels.T)):
            assert assert_same_boxes(posts, line[np.newaxis, ..., np.newaxis]) == 1


@pytest.mark.parametrize("straight", [True, False])
def test_scores_at_the_threshold(straight):
    """NumPy compares a number of float32 with the rounded threshold, Python with the given one."""
    for value in (0.1, 0.3, 0.5, 0.7, 0.9):
        pixels = np.zeros((1, 40, 60, 1), np.float32)
        pixels[0, :30, :40] = value
        for box_thresh in (value, float(np.float32(value)), float(np.nextafter(value, 1))):
            posts = both(
                "DBPostProcessor", box_thresh=box_thresh, bin_thresh=0.05,
                assume_straight_pages=straight,
            )  # fmt: skip
            assert_same_boxes(posts, pixels)
            pixels[0, :, :] = value
            assert_same_boxes(posts, pixels)


@pytest.mark.parametrize("straight", [True, False])
def test_large_pages_and_classes(straight):
    """Words of thousands of px, whole rows of the map, and the shipped page's made map."""
    posts = both("DBPostProcessor", assume_straight_pages=straight)
    page = cv2.imread(str(ROOT / "data/page.jpg"))
    pixels = maps.page(read_boxes(ROOT / "data/page_boxes.json"), page.shape, 1024)
    rng = np.random.default_rng(3)
    noisy = np.clip(pixels + rng.normal(0, 0.05, pixels.shape), 0, 1).astype(np.float32)
    large = 0.5 + 0.5 * rng.random(pixels.shape, np.float32)
    large[700:705] = large[:, 400:402] = 0
    classes = np.stack([pixels, noisy, large])[np.newaxis]
    assert assert_same_boxes(posts, classes.transpose(0, 2, 3, 1)) > 1000


def test_no_four_dimensions():
    with pytest.raises(ValueError, match=r"proba_map must have shape \(N, H, W, C\), not \(9, 9\)"):
        doctr.DBPostProcessor()(np.zeros((9, 9), np.float32))
