"""The input `onnxtr` against OnnxTR's own PreProcessor."""

from importlib.util import find_spec

import numpy as np
import pytest

import fastcv
import projects

PIL = pytest.importorskip("PIL")
pytestmark = [
    pytest.mark.skipif(
        not find_spec("onnxtr"), reason="onnxtr is not installed (make test-compat)"
    ),
    pytest.mark.skipif(
        int(PIL.__version__.partition(".")[0]) < 13, reason="Pillow before 13 always takes x first"
    ),
]
MEAN, STD = (0.694, 0.695, 0.693), (0.299, 0.296, 0.301)


@pytest.fixture
def preprocess(monkeypatch):
    return projects.onnxtr_preprocessor(monkeypatch)(
        (32, 128), 128, mean=MEAN, std=STD, preserve_aspect_ratio=True, symmetric_pad=False
    )


def test_random_crops(preprocess):
    rng = np.random.default_rng(13)
    sides = rng.integers(1, (90, 500), (300, 2))
    crops = [rng.integers(0, 256, (*side, 3), np.uint8) for side in sides]
    expected = preprocess([crop[:, :, ::-1] for crop in crops])
    batches = fastcv.image_batches(crops, input="onnxtr")
    assert len(batches) == len(expected) == 3
    for batch, right in zip(batches, expected, strict=True):
        planes = right if right.shape[1] == 3 else right.transpose(0, 3, 1, 2)
        np.testing.assert_array_equal(batch.tensor, planes)
