"""Dask and Ray give the bytes of the local engine, whatever becomes of their workers."""

import os
import signal
import subprocess
import sys

import pytest

pytest.importorskip("distributed")
pytest.importorskip("ray")

import distributed
import psutil
import ray

import made
from fastcv.datasets import CropRules, PageTask, clusters, crop_pages
from shell import contents_of

pytestmark = pytest.mark.filterwarnings("ignore")
ENGINES = {"dask": clusters.cut_on_dask, "ray": clusters.cut_on_ray}
PAGES = 24


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pages") / "pages"
    made.make_pages(folder, PAGES)
    return folder


@pytest.fixture(scope="module")
def expected(pages, tmp_path_factory):
    """What the local engine makes of them."""
    out = tmp_path_factory.mktemp("local")
    cut(pages.name, out, "local", pages.parent)
    return crops_in(out)


def cut(pages, out, engine, folder, **options):
    """Cut pages that are named as from this folder."""
    here = os.getcwd()
    os.chdir(folder)
    try:
        return crop_pages(
            pages, out, annotations=f"{pages}/Label.txt", rules=CropRules(format="jpg"),
            engine=engine, workers=2, **options,
        )  # fmt: skip
    finally:
        os.chdir(here)


def crops_in(out):
    """The data set without its ledger, which tells of commits."""
    return {name: content for name, content in contents_of(out).items() if name != "pages.jsonl"}


def start(pages, out, engine, errors):
    return subprocess.Popen(
        [sys.executable, "-m", "fastcv", "crop", pages.name, "--boxes", f"{pages.name}/Label.txt",
         "--out", str(out), "--format", "jpg", "--engine", engine, "--threads", "2"],
        cwd=pages.parent, stdout=subprocess.PIPE, stderr=errors, text=True, start_new_session=True,
    )  # fmt: skip


def workers_of(process, engine):
    """The processes that cut."""
    sign = "spawn_main" if engine == "dask" else "ray::_cut_with"
    found = []
    for each in psutil.Process(process.pid).children(recursive=True):
        try:
            if sign in " ".join(each.cmdline()):
                found.append(each)
        except psutil.Error:
            pass
    return found


@pytest.mark.parametrize("engine", ENGINES)
def test_a_worker_is_killed_on_the_way(pages, expected, tmp_path, engine):
    with open(tmp_path / "errors", "w+") as errors:
        process = start(pages, tmp_path / "out", engine, errors)
        lines = [process.stdout.readline() for _ in range(3)]
        workers_of(process, engine)[0].kill()
        *lines, last = [*lines, *process.stdout]
        process.stdout.close()
        assert process.wait(60) == 0
        errors.seek(0)
        assert errors.read() == ""
    assert [line.partition(":")[0] for line in lines] == [
        f"pages/{number:03}.jpg" for number in range(PAGES)
    ]
    assert f"{PAGES} pages" in last
    assert crops_in(tmp_path / "out") == expected


@pytest.mark.alone
@pytest.mark.parametrize("engine", ENGINES)
def test_ctrl_c_ends_every_process_and_the_run_goes_on(pages, expected, tmp_path, engine):
    process = start(pages, tmp_path / "out", engine, subprocess.PIPE)
    process.stdout.readline()
    started = psutil.Process(process.pid).children(recursive=True)
    os.killpg(process.pid, signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode != 0
    assert "Traceback" not in errors
    assert psutil.wait_procs(started, timeout=20)[1] == []
    summary = cut(pages.name, tmp_path / "out", "local", pages.parent)
    assert summary.skipped > 0
    assert summary.skipped + summary.pages == PAGES
    assert crops_in(tmp_path / "out") == expected


@pytest.mark.parametrize("engine", ENGINES)
def test_a_page_that_kills_its_process_fails_alone(tmp_path, monkeypatch, engine):
    ray.cloudpickle.register_pickle_by_value(made)
    monkeypatch.setattr(clusters, "_cut_with", made.kill_by_name)
    names = ["a", "b", "once", "c", "kill", "d", "e"]
    tasks = [PageTask(name, str(tmp_path / name), None, "boxes") for name in names]
    results = list(ENGINES[engine](tasks, CropRules(), None, 2))
    assert [result.name for result in results] == names
    reasons = {result.name: result.reason for result in results}
    assert reasons.pop("kill") == "every process that cut it died: too little memory?"
    assert set(reasons.values()) == {"cut"}


def test_an_unread_page_is_named_as_it_was_given(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    tasks = [PageTask("a", "no/a.png", None, "no/a.json")]
    (failed,) = clusters.cut_on_dask(tasks, CropRules(), None, 1)
    assert failed == ("a", "no/a.png", None, "No such file or directory")


def start_dask(*command):
    """Start a part of a cluster in another folder, as on another machine."""
    return subprocess.Popen(
        [sys.executable, "-m", "distributed.cli." + command[0], *command[1:]],
        cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip


def test_workers_join_and_leave_and_a_scheduler_that_is_gone(pages, expected, tmp_path):
    found = tmp_path / "scheduler.json"
    options = ("--scheduler-file", found, "--no-dashboard")
    parts = [start_dask("dask_scheduler", "--port", "0", *options)]
    try:
        worker = ("dask_worker", *options, "--no-nanny", "--nthreads", "1")
        parts.append(start_dask(*worker))
        with distributed.Client(scheduler_file=str(found), set_as_default=False) as client:
            address = client.scheduler.address

        def change(page, summary):
            if summary.pages == 3:
                parts[1].kill()
                parts.append(start_dask(*worker))

        cut(pages.name, tmp_path / "out", "dask", pages.parent, address=address, report=change)
        assert crops_in(tmp_path / "out") == expected

        def end(page, summary):
            if summary.pages == 3:
                parts[0].kill()

        with pytest.raises(ConnectionError, match=f"the scheduler {address} is gone"):
            cut(pages.name, tmp_path / "two", "dask", pages.parent, address=address, report=end)
    finally:
        for part in parts:
            part.kill()
            part.wait()
    cut(pages.name, tmp_path / "two", "local", pages.parent)
    assert crops_in(tmp_path / "two") == expected


def test_another_version_on_a_worker_ends_the_run():
    with pytest.raises(ValueError, match=r"a worker has fastcv .*, and the run has 0\.0\.1"):
        clusters._cut_with("0.0.1", [PageTask("a", "a", None, "")], CropRules())
