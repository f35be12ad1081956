"""The benchmark of the whole CPU stage: fastcv's results are RapidOCR's."""

import json
import os
import subprocess
import sys
from importlib.util import find_spec

import pytest

from conftest import ROOT

pytestmark = pytest.mark.skipif(
    not find_spec("rapidocr"), reason="rapidocr is not installed (make test-compat)"
)


@pytest.mark.opencv4
@pytest.mark.timeout(300)
def test_the_benchmark_runs_and_finds_no_difference(tmp_path):
    result = tmp_path / "result.json"
    done = subprocess.run(
        [sys.executable, ROOT / "benchmarks/ocr_stage.py", "--repeat", "1", "--json", result],
        cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    tables = json.loads(result.read_text())["tables"]
    assert len(tables) == 7
    assert all(row["same"] in (True, None) for rows in tables.values() for row in rows)
