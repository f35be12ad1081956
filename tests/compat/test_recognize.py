"""The example in docs/recognize.py, end to end."""

import json
import os
import subprocess
import sys
from importlib.util import find_spec

import pytest

from conftest import ROOT

pytestmark = pytest.mark.skipif(
    not (find_spec("rapidocr") and find_spec("onnxruntime")),
    reason="rapidocr and onnxruntime are not installed (make test-compat)",
)


HEADLINES = "THE READING ROOM Issue 14, Spring 2026 How a Page Is Read"


@pytest.mark.timeout(300)
def test_the_shipped_pages_first_words(tmp_path):
    boxes = json.loads((ROOT / "data/page_boxes.json").read_text())["boxes"][:24]
    (tmp_path / "boxes.json").write_text(json.dumps({"boxes": boxes}))
    done = subprocess.run(
        [sys.executable, ROOT / "docs/recognize.py", ROOT / "data/page.jpg", "boxes.json"],
        cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert " ".join(done.stdout.split("\n")[:12]) == HEADLINES
