"""The example in docs/recognize.py, end to end."""

import os
import subprocess
import sys
from importlib.util import find_spec

import cv2
import pytest

from conftest import ROOT

pytestmark = pytest.mark.skipif(
    not (find_spec("rapidocr") and find_spec("onnxruntime")),
    reason="rapidocr and onnxruntime are not installed (make test-compat)",
)


@pytest.mark.opencv4
@pytest.mark.timeout(300)
def test_the_shipped_pages_first_lines(tmp_path):
    """They are what RapidOCR's own engine reads."""
    from rapidocr import RapidOCR

    page = cv2.imread(str(ROOT / "data/page.jpg"))[:760, :1900]
    cv2.imwrite(str(tmp_path / "page.png"), page)
    done = subprocess.run(
        [sys.executable, ROOT / "docs/recognize.py", "page.png"],
        cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    own = RapidOCR()(page, use_cls=False)
    right = [f"{score:.3f}  {text}" for score, text in zip(own.scores, own.txts, strict=True)]
    assert done.stdout.splitlines() == right
    assert "THE READING ROOM" in done.stdout
