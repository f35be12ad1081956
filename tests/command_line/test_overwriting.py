"""No command replaces an input, and other files only with --overwrite."""

import errno
import json
import os
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from conftest import linux
from fastcv import cli, outputs
from fastcv.datasets.stores import folder as folder_store
from fastcv.datasets.stores.folder import FolderStore
from shell import QUADS, RECORDS, contents_of, forget_settings, names, two_pages


@pytest.fixture
def folder(tmp_path, rng, monkeypatch):
    forget_settings(monkeypatch)
    return two_pages(tmp_path, rng, monkeypatch)


def status_of(arguments):
    try:
        return cli.main(arguments)
    except SystemExit as stop:
        return stop.code


@pytest.fixture
def links(folder):
    """Other names of a.png."""
    os.symlink("a.png", "soft.png")
    os.link("a.png", "hard.png")
    os.symlink(folder, "round")
    return folder


@pytest.mark.parametrize("more", [[], ["--overwrite"]], ids=str)
@pytest.mark.parametrize(
    "arguments",
    [["a.png", "b.png", "--panel", "."], ["a.png", "--panel", "a.png"],
     ["b.png", "a.png", "--panel", "round"], ["a.png", "--panel", "round/a.png"],
     ["a.png", "--panel", "soft.png"], ["soft.png", "--panel", "a.png"],
     ["soft.png", "--panel", "soft.png"], ["a.png", "--panel", "hard.png"]],
)  # fmt: skip
def test_a_panel_never_replaces_an_image(links, capsys, arguments, more):
    before = contents_of(links)
    assert status_of(["colors", *arguments, *more]) == 2
    assert "png: this file is an input, which is never replaced" in capsys.readouterr().err
    assert contents_of(links) == before


LINKS = {
    "a hard link": lambda name: os.link("b.png", name),
    "a symbolic link": lambda name: os.symlink("../../b.png", name),
    "a link to a link": lambda name: os.symlink("../../soft.png", name),
}


@pytest.mark.parametrize("more", [[], ["--overwrite"]], ids=str)
@pytest.mark.parametrize("link", LINKS)
def test_crops_never_replace_another_name_of_a_page(folder, capsys, link, more):
    os.symlink("b.png", "soft.png")
    os.makedirs("out/a")
    LINKS[link]("out/a/a_0001.png")
    before = contents_of(folder)
    assert cli.main(["crop", "a.png", "b.png", "--out", "out", *more]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line == (
        "fastcv: a.png: out/a/a_0001.png: this file is an input, which is never replaced"
    )
    assert contents_of(folder).items() >= before.items()
    assert names(folder / "out/a") == ["a_0001.png"]
    assert names(folder / "out/b") == ["b_0000.png", "b_0001.png"]


@pytest.mark.parametrize("more", [[], ["--overwrite"]], ids=str)
def test_crops_never_replace_a_later_page(folder, more):
    os.makedirs("out/a")
    os.rename("b.png", "out/a/a_0001.png")
    before = contents_of(folder)
    pages = ["a.png", "out/a/a_0001.png"]
    assert cli.main(["crop", *pages, "--boxes", "a.json", "--out", "out", *more]) == 1
    assert contents_of(folder).items() >= before.items()


@pytest.mark.parametrize("more", [[], ["--overwrite"]], ids=str)
@pytest.mark.parametrize("boxes", [["--boxes", "a_0000.npy"], []], ids=str)
def test_crops_never_replace_boxes(folder, boxes, more):
    np.save("a_0000.npy", QUADS)
    if not boxes:
        os.unlink("a.json")
        os.link("a_0000.npy", "a.npy")
    before = contents_of(folder)
    assert cli.main(["crop", "a.png", *boxes, "--out", ".", "--format", "npy", *more]) == 1
    assert contents_of(folder) == before


def test_existing_crops_are_replaced_only_with_overwrite(folder, capsys):
    (folder / "a_0001.png").write_text("another scan")
    before = contents_of(folder)
    assert cli.main(["crop", "a.png", "--out", "."]) == 1
    assert capsys.readouterr().err == (
        "fastcv: a.png: a_0001.png: this file exists (--overwrite replaces it)\n"
    )
    assert contents_of(folder) == before
    assert cli.main(["crop", "a.png", "--out", ".", "--overwrite"]) == 0
    assert cv2.imread("a_0001.png").shape == (20, 30, 3)


def test_a_page_with_existing_crops_is_refused_before_any_is_written(folder, capsys, monkeypatch):
    (folder / "a_0001.png").write_text("another scan")
    monkeypatch.setattr(FolderStore, "_write", None)
    assert cli.main(["crop", "a.png", "--out", "."]) == 1
    assert "--overwrite" in capsys.readouterr().err


def test_only_the_names_of_crops_that_are_made_count(folder):
    np.save("q.npy", np.array([QUADS[0], np.zeros((4, 2))]))
    (folder / "a_0001.png").write_text("mine")
    skip = ["--boxes", "q.npy", "--out", ".", "--degenerate", "skip"]
    assert cli.main(["crop", "a.png", *skip]) == 0
    assert (folder / "a_0001.png").read_text() == "mine"


def test_the_other_pages_are_cut_when_the_crops_of_one_exist(folder, capsys):
    pages = ["a.png", "b.png", "--out", "out"]
    os.makedirs("out/a")
    (folder / "out/a/a_0000.png").write_text("another scan")
    for _ in range(2):
        assert cli.main(["crop", *pages]) == 1
        assert capsys.readouterr().err == (
            "fastcv: a.png: out/a/a_0000.png: this file exists (--overwrite replaces it)\n"
        )
        assert names(folder / "out") == ["a/a_0000.png", "b/b_0000.png", "b/b_0001.png"]
    assert cli.main(["crop", *pages, "--overwrite"]) == 0
    assert len(names(folder / "out")) == 4


def test_crops_that_are_in_are_not_in_the_way(folder, capsys):
    for expected in ("a.png: 2 crops in out\n", "out: 0 pages, 0 crops; 1 page in already\n"):
        assert cli.main(["crop", "a.png", "--out", "out"]) == 0
        assert capsys.readouterr().out == expected


def test_options_may_change_while_no_page_is_in(folder, capsys):
    for options in ([], ["--format", "jpg"], ["--format", "bmp"]):
        (folder / "a.json").write_text("no boxes")
        assert cli.main(["crop", "a.png", "--out", "out", *options]) == 1
    (folder / "a.json").write_text(json.dumps(QUADS))
    assert cli.main(["crop", "a.png", "--out", "out", "--format", "bmp"]) == 0
    capsys.readouterr()
    assert cli.main(["crop", "a.png", "--out", "out"]) == 1
    assert capsys.readouterr().err == (
        'fastcv: out/pages.jsonl: the crops in this folder were made with format "bmp", '
        'not "png": choose another folder, or --overwrite to begin anew\n'
    )


# ---- the records of a data set ----


@pytest.mark.parametrize("more", [[], ["--overwrite"]], ids=str)
@pytest.mark.parametrize("link", [os.rename, os.link, os.symlink])
@pytest.mark.parametrize("record", RECORDS)
def test_records_never_replace_boxes(folder, capsys, record, link, more):
    link("a.json", record)
    boxes = record if link is os.rename else "a.json"
    content = (folder / boxes).read_bytes()
    for pages in (["a.png"], ["a.png", "nothere.png"]):
        assert cli.main(["crop", *pages, "--boxes", boxes, "--out", ".", *more]) == 1
        line = capsys.readouterr().err
        assert line == f"fastcv: {record}: this file is an input, which is never replaced\n"
        assert (folder / boxes).read_bytes() == (folder / record).read_bytes() == content
    assert not list(folder.glob("*_000*"))


@pytest.mark.parametrize("content", ['{"boxes": []}', "mine\n", '{"fastcv": 0, "options": {}}\n'])
@pytest.mark.parametrize("record", RECORDS)
def test_records_replace_other_files_only_with_overwrite(folder, capsys, record, content):
    (folder / "out").mkdir()
    (folder / "out" / record).write_text(content)
    assert cli.main(["crop", "a.png", "--out", "out"]) == 1
    assert capsys.readouterr().err.startswith(f"fastcv: out/{record}: ")
    assert (folder / "out" / record).read_text() == content
    assert names(folder / "out") == []
    assert cli.main(["crop", "a.png", "--out", "out", "--overwrite"]) == 0
    assert len(names(folder / "out")) == 2


@pytest.mark.parametrize("more", [[], ["--overwrite"]], ids=str)
def test_no_record_is_written_through_a_link(folder, capsys, more):
    (folder / "out").mkdir()
    os.symlink("../nowhere", "out/pages.jsonl")
    assert cli.main(["crop", "a.png", "--out", "out", *more]) == 1
    assert capsys.readouterr().err.startswith("fastcv: out/pages.jsonl: ")
    assert not os.path.lexists("nowhere")


@pytest.mark.parametrize("name", [*RECORDS, ".fastcv-new"])
def test_a_page_that_is_called_like_a_record(folder, capsys, name):
    os.rename("a.png", f"{name}.png")
    pages = [f"{name}.png", "nothere.png", "b.png", "--boxes", "a.json"]
    assert cli.main(["crop", *pages, "--out", "out"]) == 1
    assert f"fastcv: {name}.png: no page of a data set can be" in capsys.readouterr().err
    assert names(folder / "out") == ["b/b_0000.png", "b/b_0001.png"]
    assert len((folder / "out/errors.jsonl").read_text().splitlines()) == 2
    assert cli.main(["crop", f"{name}.png", "--boxes", "a.json", "--out", "alone"]) == 0
    assert names(folder / "alone") == [f"{name}_0000.png", f"{name}_0001.png"]


@pytest.mark.parametrize("images", [["a.png"], ["a.png", "b.png"]], ids=len)
def test_existing_panels_are_replaced_only_with_overwrite(folder, capsys, images):
    os.mkdir("panels")
    (folder / "panels/a.png").write_text("mine")
    panel = ["--panel", "panels" if len(images) > 1 else "panels/a.png"]
    assert status_of(["colors", *images, *panel]) == 2
    printed = capsys.readouterr()
    assert "panels/a.png: this file exists (--overwrite replaces it)" in printed.err
    assert printed.out == ""
    assert names(folder / "panels") == ["a.png"]
    assert (folder / "panels/a.png").read_text() == "mine"
    assert status_of(["colors", *images, *panel, "--overwrite"]) == 0
    assert cv2.imread("panels/a.png").shape == (384, 512, 3)


def test_a_dangling_link_is_an_existing_file(folder, capsys):
    os.symlink("nowhere", "a_0000.png")
    assert cli.main(["crop", "a.png", "--out", "."]) == 1
    assert not os.path.lexists("nowhere")
    assert cli.main(["crop", "a.png", "--out", ".", "--overwrite"]) == 0
    assert not os.path.islink("a_0000.png")


# ---- races and failures ----


@pytest.mark.parametrize("has_links", [True, False], ids=["links", "no links"])
def test_a_file_that_appears_meanwhile_stays(folder, capsys, monkeypatch, has_links):
    """It appears after the last check, and the crop before it is taken back."""
    if not has_links:
        monkeypatch.setattr(os, "link", refuse_links)
    check, checked = outputs.Guard.check, []

    def appear(guard, target):
        check(guard, target)
        if target.name.startswith("a_"):
            checked.append(target.name)
        if len(checked) == 6:  # the last of three checks of two names
            target.write_text("another program's")

    monkeypatch.setattr(outputs.Guard, "check", appear)
    assert cli.main(["crop", "a.png", "--out", "out"]) == 1
    assert capsys.readouterr().err == "fastcv: a.png: out/a_0001.png: File exists\n"
    assert names(folder / "out") == ["a_0001.png"]
    assert (folder / "out/a_0001.png").read_text() == "another program's"


def refuse_links(*arguments, **options):
    raise OSError(errno.EPERM, "Operation not permitted")


@pytest.mark.parametrize("stop", [OSError(errno.EIO, "I/O error"), KeyboardInterrupt()], ids=repr)
@pytest.mark.parametrize("has_links", [True, False], ids=["links", "no links"])
def test_all_or_none_are_replaced(folder, monkeypatch, has_links, stop):
    (folder / "out").mkdir()
    (folder / "out/a_0000.png").write_text("before")
    if not has_links:
        monkeypatch.setattr(os, "link", refuse_links)
    replace = os.replace

    def fail_at_the_second(source, target):
        if str(source).endswith("page/a_0001.png"):
            raise stop
        replace(source, target)

    monkeypatch.setattr(os, "replace", fail_at_the_second)
    status = cli.main(["crop", "a.png", "--out", "out", "--overwrite"])
    assert status == (130 if isinstance(stop, KeyboardInterrupt) else 1)
    assert names(folder / "out") == ["a_0000.png"]
    assert (folder / "out/a_0000.png").read_text() == "before"


@pytest.mark.parametrize("more", [[], ["--overwrite"]], ids=str)
def test_a_file_system_without_links(folder, monkeypatch, more):
    monkeypatch.setattr(os, "link", refuse_links)
    assert cli.main(["crop", "a.png", "--out", "out", *more]) == 0
    assert names(folder / "out") == ["a_0000.png", "a_0001.png"]
    assert cv2.imread("out/a_0001.png").shape == (20, 30, 3)


def is_full(*arguments, **options):
    raise OSError(errno.ENOSPC, "No space left on device")  # as write does, without a name


def test_a_full_disk_names_the_panel(folder, capsys, monkeypatch):
    monkeypatch.setattr(Path, "write_bytes", is_full)
    assert cli.main(["colors", "a.png", "--panel", "panel.png"]) == 1
    assert capsys.readouterr().err == "fastcv: a.png: panel.png: No space left on device\n"


def test_a_full_disk_names_the_crop_and_ends_the_run(folder, capsys, monkeypatch):
    monkeypatch.setattr(folder_store, "_write_file", is_full)
    assert cli.main(["crop", "a.png", "b.png", "--out", "out"]) == 1
    assert capsys.readouterr().err == "fastcv: out/a/a_0000.png: No space left on device\n"


def test_a_full_disk_names_the_folder(folder, capsys, monkeypatch):
    make = os.mkdir

    def fail(path, *arguments, **options):
        if Path(path).name == ".fastcv-new":
            raise OSError(errno.ENOSPC, "No space left on device", path)
        make(path, *arguments, **options)

    monkeypatch.setattr(os, "mkdir", fail)
    assert cli.main(["crop", "a.png", "--out", "out"]) == 1
    assert capsys.readouterr().err == "fastcv: out: No space left on device\n"


LIMITED = """
import resource, sys
from fastcv import cli
limit = int(sys.argv.pop(1))
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
sys.exit(cli.main())
"""


@pytest.mark.rest
@linux
@pytest.mark.parametrize("limit", [0, 100, 230, 400, 800, 1300, 2000])
def test_files_that_may_not_grow(folder, limit):
    """Each limit stops the run elsewhere. Nothing half written stays, and the next run goes on."""
    arguments = ["crop", "a.png", "b.png", "--out"]
    assert cli.main([*arguments, "whole"]) == 0
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, str(limit), *arguments, "out"],
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 1
    for line in done.stderr.splitlines():
        assert line.startswith("fastcv: ")
        assert line.endswith(": File too large")
        assert "out/" in line
    assert done.stderr
    whole = contents_of(folder / "whole")
    assert contents_of(folder / "out").items() <= whole.items()
    assert cli.main([*arguments, "out"]) == 0
    assert contents_of(folder / "out") == whole
    labels = [(folder / each / "labels.jsonl").read_text() for each in ("whole", "out")]
    assert sorted(labels[0].splitlines()) == sorted(labels[1].splitlines())


# ---- empty paths ----


@pytest.mark.parametrize(
    "arguments",
    [["crop", "a.png", "--out", ""], ["crop", "a.png", "--out", "out", "--boxes", ""],
     ["crop", "", "--out", "out"], ["crop", "a.png", "", "--out", "out"], ["colors", ""],
     ["colors", "a.png", "--panel", ""], ["colors", "a.png", "--panel="]],
)  # fmt: skip
def test_an_empty_path_is_refused(folder, capsys, arguments):
    before = contents_of(folder)
    assert status_of(arguments) == 2
    assert "the path is empty" in capsys.readouterr().err
    assert contents_of(folder) == before
