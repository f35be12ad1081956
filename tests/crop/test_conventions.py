"""Every convention has the bytes of its oracle: of the project's rule over cv2 and NumPy."""

import cv2
import numpy as np
import pytest

import fastcv
import quads
import reference_conventions as oracle
from conftest import real_pages, read_boxes
from reference import assert_same

pytestmark = pytest.mark.opencv4

SORTED = {"mmocr", "keras_ocr"}
"""Conventions whose oracle takes the corners as given or by the project's own rule."""


def cut(image, boxes, name, **more):
    return fastcv.image_crop_openmp(image, boxes, convention=name, **more)


@pytest.mark.parametrize("name", oracle.QUADS)
def test_x(name, page, page_boxes):
    boxes = page_boxes
    more = {"order": "given"} if name in SORTED else {}
    if name == "mmocr":
        boxes = np.stack([oracle.clockwise(b) for b in boxes])
    assert_same(cut(page, boxes, name, **more), oracle.QUADS[name](page, boxes))


@pytest.mark.parametrize("name", oracle.UPRIGHT)
def test_y(name, page, page_boxes):
    boxes = np.concatenate([page_boxes.min(1), page_boxes.max(1)], axis=1)
    assert_same(cut(page, boxes, name), oracle.UPRIGHT[name](page, boxes))
