"""The tutorial runs, equals its script, and is readable."""

import importlib
import os
import re
import runpy
import subprocess
import sys
from time import sleep

import numpy as np
import pytest

from conftest import ROOT

nbformat = pytest.importorskip("nbformat")
jupytext = pytest.importorskip("jupytext")
pytest.importorskip("nbclient")
pytest.importorskip("ipykernel")

TOOL = runpy.run_path(str(ROOT / "tools/run_tutorial.py"))
NOTEBOOK = nbformat.read(ROOT / "tutorial.ipynb", 4)
SCRIPT = TOOL["make"]()


@pytest.fixture
def outcomes(monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "benchmarks")
    return importlib.import_module("outcomes")


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


def test_links_to_files_lead_there_from_the_web_page(tmp_path):
    folder = tmp_path / "out"
    page = TOOL["lead_links_from"](folder, NOTEBOOK)
    texts = [cell.source for cell in page.cells if cell.cell_type == "markdown"]
    for cell in page.cells:
        for output in cell.get("outputs", []):
            texts.append(output.get("data", {}).get("text/markdown", ""))
    links = re.findall(r"\]\(([^)\s]+)\)", "\n".join(texts))
    files = [link for link in links if not link.startswith("https:")]
    assert files
    for link in files:
        assert os.path.exists(os.path.normpath(folder / link)), link


def test_the_notebook_keeps_no_lines_of_progress():
    for cell in NOTEBOOK.cells:
        for output in cell.get("outputs", []):
            assert not output.get("metadata", {}).get("progress")
            assert output.get("name") != "stderr", output


def test_equal_factors_get_equal_words(outcomes):
    for factor in (1.096, 1.1, 1.104, 1 / 1.1, 1.0):
        assert "about as long" in outcomes.compare_times("a", 10, "b", 10 * factor)
    assert outcomes.compare_times("a", 10, "b", 11.1) == "a is 1.11 times as fast as b"
    assert outcomes.compare_times("a", 11.1, "b", 10) == "a is 1.11 times as *slow* as b"


@pytest.mark.parametrize(
    ("many", "threads", "says"),
    [
        ((4, 7.6), 2, "1.80 times as fast as the call on one. Its threads kept 1.9 CPUs busy."),
        ((7.0, 7.2), 2, "had 1.0 CPUs between them, not 2. Either other programs"),
        ((9.0, 8.0), 2, "1.25 times as *slow* as the call on one. By CPU time, its threads had"),
        ((6.0, 11.8), 2, "each was slower than one thread alone"),
        ((7.3, 7.3), 1, "they are the same loop"),
    ],
)
def test_what_threads_gain_has_the_reason_that_was_measured(outcomes, many, threads, says):
    text = outcomes.explain_threads(outcomes.Timed(7.2, 7.2), outcomes.Timed(*many), threads)
    assert says in text


def test_a_busy_machine_is_named(outcomes):
    one, many = outcomes.Timed(10.9, 7.45), outcomes.Timed(6.07, 7.72)
    assert "what other programs lose" in outcomes.explain_threads(one, many, 2)
    assert not outcomes.warn_of_noise(1.3)
    assert "took 1.60 times as long" in outcomes.warn_of_noise(1.6)


def test_python_threads_and_the_gil(outcomes):
    assert "take turns" in outcomes.explain_python_threads(0.6, 2)
    assert "warps overlap" in outcomes.explain_python_threads(1.4, 2)
    assert "no two threads" in outcomes.explain_python_threads(1.4, 1)
    assert "two waits at most" in outcomes.explain_counter(80.0, 10.7, 200, 5, 2)
    assert "share the one CPU" in outcomes.explain_counter(80.0, 20.0, 200, 5, 1)
    assert "other programs" in outcomes.explain_counter(80.0, 20.0, 200, 5, 2)
    assert "0 ms longer, as long as 0 waits" in outcomes.explain_counter(-0.1, -0.1, 200, 5, 2)


@pytest.mark.parametrize(
    ("eight", "spinning", "says", "does_not_say"),
    [
        (0.63, 0.66, "only take turns", "more threads win"),
        (0.3, 0.36, "more threads win", "only take turns"),
        (0.5, 0.9, "that spin", "more threads win"),
        (0.51, 0.5, "All settings take about as long", "that spin"),
    ],
)
def test_the_text_on_workers_follows_its_table(outcomes, eight, spinning, says, does_not_say):
    names = "1 thread each", "fastcv's choice each", "8 threads each", "8 spinning threads each"
    text = outcomes.explain_workers(dict(zip(names, (0.5, 0.5, eight, spinning), strict=True)))
    assert says in text
    assert does_not_say not in text


def test_small_calls_and_batches(outcomes):
    lost = outcomes.explain_few_boxes((1, 1411), (-3.0, 40_000.0))
    assert lost.startswith("With 1 box fastcv loses 3.00 µs. With 1,411 boxes fastcv saves 40,000")
    both = outcomes.explain_small_images(("4 × 4", 5.9), ("256 × 256", 3.7))
    assert "save work" in both
    assert "save work" not in outcomes.explain_small_images(("4 × 4", 5.9), ("256 × 256", 0.9))
    names = "fresh", "kept", "one", "narrow", "bytes"
    slow = dict(zip(names, (38, 21, 23.5, 25, 27), strict=True))
    assert "saves memory, not time" in outcomes.explain_batches(slow, 260, 1.4, 0.62)
    assert "not what takes the time" in outcomes.explain_batches(slow, 260, 1.4, 0.62)
    fast = dict(zip(names, (38, 30, 23, 18, 15), strict=True))
    assert "still in cache" in outcomes.explain_batches(fast, 260, 1.4, 0.62)


def test_another_result_ends_a_step(monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "benchmarks")
    lesson = importlib.import_module("lesson")
    crops = [np.zeros((2, 3), np.uint8), np.ones((4, 5), np.uint8)]
    assert lesson.same_of(lesson.count_same(crops, crops), "crops") == "2 of 2 crops"
    assert lesson.count_same(crops, [crops[0], crops[1] + 1]) == (1, 2)
    assert lesson.count_same(crops, [crops[0], crops[1].astype(float)]) == (1, 2)
    assert lesson.count_same(crops, crops[:1]) == (1, 2)
    colors = np.array([[1, 2, 3], [4, 5, 6]]), np.array([9, 8])
    assert lesson.count_same(colors, (colors[0], np.array([9, 7]))) == (1, 2)
    assert lesson.count_same([1, 4, 9], np.array([1, 4, 8])) == (2, 3)
    assert lesson.count_same(6, 6) == (1, 1)
    with pytest.raises(ValueError, match="only 1 of 2 crops are the same"):
        lesson.same_of((1, 2), "crops")


def test_a_long_measurement_tells_how_far_it_is(monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "benchmarks")
    harness = importlib.import_module("harness")
    monkeypatch.setattr(harness, "LONG_S", 0.02)
    lines = []
    progress = harness.Progress(lines.append)
    seconds = harness.measure({"a": lambda: sleep(0.02), "b": int}, 9, None, progress, 0.01)
    assert [len(each) for each in seconds.values()] == [3, 3]
    assert any("3 more of these rounds" in line for line in lines)


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
