"""The pages, boxes and pictures that come with the project."""

import numpy as np

from conftest import ROOT
from source_benchmark import make_source_benchmark


def test_the_shipped_data(page, page_boxes, logo):
    assert page.shape == (3508, 2480, 3)
    assert len(page_boxes) >= 1000
    sides = np.linalg.norm(page_boxes - np.roll(page_boxes, 1, axis=1), axis=2)
    assert sides.min() > 6
    assert logo.shape[2] == 4
    assert len(np.unique(logo[..., 3])) > 100
    files = [p for p in (ROOT / "data").iterdir() if p.is_file()]
    assert sum(p.stat().st_size for p in files) < 3 << 20


def test_the_sources_benchmark_data():
    image, boxes = make_source_benchmark()
    assert image.shape == (3508, 2480, 3)
    assert boxes.shape == (1528, 4, 2)
    edge = boxes[:, 1] - boxes[:, 0]
    np.testing.assert_allclose(np.hypot(*edge.T), 80, rtol=1e-4)
    np.testing.assert_allclose(np.hypot(*(boxes[:, 3] - boxes[:, 0]).T), 20, rtol=1e-4)
    angles = np.degrees(np.arctan2(edge[:, 1], edge[:, 0]))
    assert 2.5 < np.abs(angles).max() <= 3.001
    assert boxes.min() > 200
    np.testing.assert_array_equal(make_source_benchmark()[1], boxes)
