"""The local engine's processes: they die, fail, are interrupted, and cost no page."""

import os
import signal
import subprocess
import sys
import threading
import time

import cv2
import numpy as np
import pytest

from conftest import linux
from fastcv.datasets import CropRules, PageTask, local
from shell import workers_of

pytestmark = linux

STAND_IN = """
import os, signal, sys, pathlib
from fastcv.datasets import local
from fastcv.datasets.task import FailedPage

def cut(task, rules):
    name = task.name.rstrip("0123456789")
    if name == "kill" or (name == "once" and not os.path.exists(task.path)):
        pathlib.Path(task.path).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    if name == "bug":
        raise KeyError("a bug")
    reason = "x" * (3 << 20) if name == "large" else "cut"
    return FailedPage(task.name, task.path, task.number, reason)

local.try_to_cut = cut
local.cut_for_parent(int(sys.argv[1]))
"""


@pytest.fixture
def stand_in(monkeypatch):
    """Processes that cut nothing, and die by a page's name."""
    start = local._PROGRAM.partition("from fastcv")[0]
    monkeypatch.setattr(local, "_PROGRAM", f"{start}\n{STAND_IN}")


def cut(folder, names, workers=2):
    tasks = [PageTask(name, str(folder / name), None, "boxes") for name in names]
    return local.cut_in_processes(tasks, CropRules(), workers)


@pytest.mark.parametrize("workers", [1, 2, 5])
def test_a_page_that_kills_its_process_fails_alone(tmp_path, stand_in, workers):
    names = ["a0", "once1", "b2", "once3", "kill4", "large5", "d6", "kill7", "kill8", "e9"]
    results = list(cut(tmp_path, names, workers))
    assert [result.name for result in results] == names
    for result in results:
        died = "the process that cut it died 3 times: too little memory?"
        expected = {"kill": died, "large": "x" * (3 << 20)}.get(result.name[:-1], "cut")
        assert result.reason == expected


def test_results_keep_the_order_of_the_tasks(tmp_path, stand_in):
    names = [f"a{number}" for number in range(300)]
    assert [result.name for result in cut(tmp_path, names, 3)] == names


def test_an_error_that_nobody_expects_is_raised(tmp_path, stand_in):
    results = cut(tmp_path, ["a0", "bug1", *(f"a{number}" for number in range(2, 30))])
    assert next(results).name == "a0"
    with pytest.raises(RuntimeError, match=r"(?s)Traceback.*KeyError: 'a bug'"):
        list(results)
    assert not attendants()


@pytest.mark.own_process
def test_a_process_that_dies_without_a_page_costs_none(tmp_path, stand_in):
    def tasks():
        yield from (PageTask(f"a{number}", "a", None, "boxes") for number in range(5))
        time.sleep(1)
        for process in workers_of(os.getpid()):
            os.kill(process, signal.SIGKILL)
        time.sleep(0.1)
        yield PageTask("once5", str(tmp_path / "once"), None, "boxes")

    results = list(local.cut_in_processes(tasks(), CropRules(), 5))
    assert [result.reason for result in results] == ["cut"] * 6


def test_a_process_that_ends_at_its_start(tmp_path, monkeypatch):
    monkeypatch.setattr(local, "_PROGRAM", "raise SystemExit(3)")
    with pytest.raises(ChildProcessError, match="ended at its start with exit status 3"):
        list(cut(tmp_path, ["a", "b", "c"]))
    assert not attendants()


def test_a_process_that_cannot_be_started(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "executable", str(tmp_path / "none"))
    before = set(os.listdir("/proc/self/fd"))
    with pytest.raises(FileNotFoundError, match="none"):
        list(cut(tmp_path, ["a", "b", "c"]))
    assert not attendants()
    assert set(os.listdir("/proc/self/fd")) == before


def test_nothing_is_left_behind(tmp_path, stand_in):
    before = set(os.listdir("/proc/self/fd"))
    results = cut(tmp_path, [f"a{number}" for number in range(100)])
    next(results)
    assert len(workers_of(os.getpid())) == len(attendants()) == 2
    results.close()
    assert not attendants()
    assert not workers_of(os.getpid())
    assert set(os.listdir("/proc/self/fd")) == before


def attendants():
    return [each for each in threading.enumerate() if "_attend" in each.name]


@pytest.fixture
def pages(tmp_path, rng):
    folder = tmp_path / "pages"
    folder.mkdir()
    for number in range(8):
        cv2.imwrite(str(folder / f"{number}.png"), rng.integers(0, 255, (90, 120), np.uint8))
        np.save(folder / f"{number}.npy", [[[5, 5], [50, 6], [49, 20], [5, 19]]])
    return folder


def test_a_script_needs_no_guard(pages, tmp_path):
    script = tmp_path / "script.py"
    script.write_text(
        "import sys; from fastcv.datasets import crop_pages\n"
        f"print(crop_pages({str(pages)!r}, sys.argv[1], workers=2).crops)\n"
    )
    for number, (command, given) in enumerate(
        [([script], None), (["-"], script.read_text()), (["-c", script.read_text()], None)]
    ):
        done = subprocess.run(
            [sys.executable, *map(str, command), str(tmp_path / f"out{number}")],
            input=given, capture_output=True, text=True,
        )  # fmt: skip
        assert (done.stdout, done.stderr, done.returncode) == ("8\n", "", 0)


def test_the_working_directory_is_not_imported_from(pages, tmp_path):
    for name in ("pickle", "struct", "types", "numpy", "re"):
        (pages / f"{name}.py").write_text("raise SystemExit('imported')")
    script = tmp_path / "script.py"
    script.write_text(
        "import sys; from fastcv.datasets import crop_pages\n"
        "print(crop_pages('.', sys.argv[1], workers=2).crops)\n"
    )
    done = subprocess.run(
        [sys.executable, str(script), str(tmp_path / "out")],
        cwd=pages, capture_output=True, text=True,
    )  # fmt: skip
    assert (done.stdout, done.stderr) == ("8\n", "")


def test_a_program_that_a_broken_pipe_ends(tmp_path, stand_in):
    before = signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    try:
        results = list(cut(tmp_path, [*(f"kill{number}" for number in range(3)), "a3"]))
    finally:
        signal.signal(signal.SIGPIPE, before)
    assert results[-1].reason == "cut"


@pytest.mark.rest
@pytest.mark.alone
@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGKILL])
def test_processes_end_with_the_run(tmp_path, pages, sign):
    large = np.random.default_rng(1).integers(0, 255, (5000, 5000, 3), np.uint8)
    for number in range(8):
        cv2.imwrite(str(pages / f"{number}.png"), large)  # takes half a second
    process = subprocess.Popen(
        [sys.executable, "-m", "fastcv", "crop", str(pages), "--out", str(tmp_path / "out"),
         "--threads", "2"],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    while len(workers := workers_of(process.pid)) < 2:
        time.sleep(0.01)
    time.sleep(0.5)
    (os.killpg if sign == signal.SIGINT else os.kill)(process.pid, sign)
    _, errors = process.communicate(timeout=20)
    assert process.returncode != 0
    assert "Traceback" not in errors
    deadline = time.monotonic() + 10
    while any(map(alive, workers)):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
