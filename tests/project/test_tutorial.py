"""The tutorial runs, equals its script, and is readable."""

import os
import re
import subprocess
import sys

import pytest

from conftest import ROOT

nbformat = pytest.importorskip("nbformat")
jupytext = pytest.importorskip("jupytext")
pytest.importorskip("nbclient")
pytest.importorskip("ipykernel")

NOTEBOOK = nbformat.read(ROOT / "tutorial.ipynb", 4)
SCRIPT = jupytext.read(ROOT / "docs/tutorial.py")


def test_the_notebook_is_the_scripts():
    for committed, described in zip(NOTEBOOK.cells, SCRIPT.cells, strict=True):
        assert committed.cell_type == described.cell_type
        assert committed.source == described.source


def test_every_lesson_is_there():
    text = "\n".join(cell.source for cell in SCRIPT.cells if cell.cell_type == "markdown")
    assert [int(number) for number in re.findall(r"^## (\d+)\.", text, re.M)] == [*range(1, 15)]


def test_no_cell_is_longer_than_a_screen():
    assert max(cell.source.count("\n") for cell in SCRIPT.cells) < 45


def test_a_table_may_hold_what_was_lost(monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "benchmarks")
    from harness import digits

    assert [digits(x) for x in (-0.0123, 0.0, 3.14159, -1234.5)] == [
        "-0.0123",
        "0",
        "3.14",
        "-1,234",
    ]


def test_the_committed_notebook_was_run_and_names_no_machine():
    for cell in NOTEBOOK.cells:
        if cell.cell_type == "code":
            assert cell.execution_count
            assert not [output for output in cell.outputs if output.output_type == "error"]
    text = (ROOT / "tutorial.ipynb").read_text()
    assert not re.search(r"/(home|root|tmp|work|Users)/", text)
    assert len(text) < 2_000_000


@pytest.mark.timeout(300)
@pytest.mark.rest
def test_the_tutorial_runs_from_top_to_bottom(tmp_path):
    done = subprocess.run(
        [sys.executable, "tools/run_tutorial.py", "--out", str(tmp_path)],
        cwd=ROOT,
        env={**os.environ, "FASTCV_TUTORIAL_SMALL": "1", "PYTHONWARNINGS": "default"},
        capture_output=True,
        text=True,
        timeout=280,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    ran = nbformat.read(tmp_path / "tutorial.ipynb", 4)
    code = [cell for cell in ran.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == [*range(1, len(code) + 1)]
    assert "14. All ladders" in done.stdout
