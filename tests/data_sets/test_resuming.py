"""A run that is killed, and started again, ends with the same data set as one that is not."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from contextlib import suppress

import cv2
import numpy as np
import pytest

from conftest import linux
from fastcv import datasets
from fastcv.datasets import ledger
from shell import workers_of

STORES = ("folder", "webdataset", "lmdb", "parquet")
pytestmark = linux


@pytest.fixture
def pages(tmp_path, rng):
    """40 pages of 12 words, and their Label.txt."""
    folder = tmp_path / "pages"
    folder.mkdir()
    lines = []
    for number in range(40):
        cv2.imwrite(str(folder / f"{number}.png"), rng.integers(0, 255, (300, 400), np.uint8))
        corner = rng.uniform(5, 250, (12, 1, 2))
        quads = corner + np.array([[0, 0], [40, 1], [39, 15], [0, 14]])
        words = [
            {"transcription": f"word {number}-{index}", "points": quad.tolist()}
            for index, quad in enumerate(quads)
        ]
        lines.append(f"{number}.png\t{json.dumps(words)}\n")
    (folder / "Label.txt").write_text("".join(lines))
    return folder


def start(pages, out, to):
    command = [sys.executable, "-m", "fastcv", "crop", pages, "--boxes", pages / "Label.txt",
               "--out", out, "--to", to, "--shard-size", "20K", "--format", "jpg",
               "--threads", "2"]  # fmt: skip
    return subprocess.Popen(
        list(map(str, command)), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )


def what_is_in(out, to):
    """The data set's content, without what depends on when it was committed."""
    if to != "lmdb":
        return {name: bytes_ for name, bytes_ in contents_of(out).items()
                if name != ledger.NAME}  # fmt: skip
    import lmdb

    with lmdb.open(str(out), readonly=True, lock=False) as database, database.begin() as reader:
        return {"labels": (out / "labels.jsonl").read_bytes(), **dict(reader.cursor())}


@pytest.mark.rest
@pytest.mark.own_process
@pytest.mark.parametrize("to", STORES)
def test_killed_at_random_moments(pages, tmp_path, to):
    whole, out = tmp_path / "whole", tmp_path / "out"
    began = time.monotonic()
    _, errors = start(pages, whole, to).communicate()
    assert not errors
    seconds = time.monotonic() - began
    random.seed(to)
    for _ in range(40):
        process = start(pages, out, to)
        try:
            _, errors = process.communicate(timeout=seconds * random.uniform(0.3, 1.3))
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.communicate()
        else:
            assert process.returncode == 0, errors
            break
    assert what_is_in(out, to) == what_is_in(whole, to)
    assert not list(out.rglob(".fastcv-*"))


@pytest.mark.rest
@pytest.mark.own_process
def test_a_killed_worker_costs_no_page(pages, tmp_path):
    out = tmp_path / "out"
    process = start(pages, out, "folder")
    killed = 0
    while process.poll() is None and killed < 2:  # three in a row would be the page's fault
        children = workers_of(process.pid)
        if children:
            time.sleep(0.05)
            with suppress(ProcessLookupError):
                os.kill(random.choice(children), signal.SIGKILL)
                killed += 1
            time.sleep(0.5)
    _, errors = process.communicate()
    assert not errors
    assert killed
    lines = (out / "labels.jsonl").read_text().splitlines()
    assert len(lines) == len(set(lines)) == 40 * 12


def contents_of(folder):
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def cut(pages, out, **options):
    return datasets.crop_pages(pages, out, annotations=pages / "Label.txt", **options)


def test_what_is_in_is_not_cut_again(pages, tmp_path):
    first = cut(pages, tmp_path / "out", workers=1)
    assert (first.pages, first.skipped, first.crops) == (40, 0, 480)
    before = contents_of(tmp_path / "out")
    again = cut(pages, tmp_path / "out", workers=1)
    assert (again.pages, again.skipped, again.crops) == (0, 40, 0)
    assert contents_of(tmp_path / "out") == before


def test_a_data_set_below_its_pages_is_not_cut(pages):
    assert cut(pages, pages / "out", workers=1).pages == 40
    again = cut(pages, pages / "out", workers=1)
    assert (again.pages, again.skipped, again.failed) == (0, 40, [])


def test_other_options_need_another_folder(pages, tmp_path):
    cut(pages, tmp_path / "out", workers=1)
    before = contents_of(tmp_path / "out")
    with pytest.raises(ValueError, match=r'with convention {}, not {"convention": "paddleocr"}'):
        cut(
            pages,
            tmp_path / "out",
            rules=datasets.CropRules(convention={"convention": "paddleocr"}),
        )
    assert contents_of(tmp_path / "out") == before


def test_pages_that_changed_are_named(pages, tmp_path):
    cut(pages, tmp_path / "out", workers=1)
    cv2.imwrite(str(pages / "7.png"), np.zeros((300, 400), np.uint8))
    again = cut(pages, tmp_path / "out", workers=1)
    (failed,) = again.failed
    assert failed.name == "7"
    assert "have changed since it was cut" in failed.reason
    assert cut(pages, tmp_path / "out", workers=1, overwrite=True).pages == 40
    assert not cut(pages, tmp_path / "out", workers=1).failed


def test_pages_that_failed_are_tried_again(pages, tmp_path):
    content = (pages / "3.png").read_bytes()
    (pages / "3.png").write_bytes(b"no picture")
    first = cut(pages, tmp_path / "out")
    assert [page.name for page in first.failed] == ["3"]
    (error,) = (tmp_path / "out/errors.jsonl").read_text().splitlines()
    assert json.loads(error) == {
        "page": "3", "path": str(pages / "3.png"), "number": None,
        "reason": "text that begins with 'no picture', not an image that OpenCV can read",
    }  # fmt: skip
    (pages / "3.png").write_bytes(content)
    second = cut(pages, tmp_path / "out")
    assert (second.pages, second.skipped, second.failed) == (1, 39, [])
    assert not (tmp_path / "out/errors.jsonl").exists()


def test_two_runs_do_not_write_to_one_folder(pages, tmp_path):
    (tmp_path / "out").mkdir()
    held = ledger.Ledger(tmp_path / "out", {}, False)
    with pytest.raises(ValueError, match="another run writes to this folder"):
        cut(pages, tmp_path / "out")
    held.close()
