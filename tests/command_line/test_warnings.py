"""What the command line says where a result may be a silent mistake: boxes, pages not chosen."""

import json

import cv2
import numpy as np
import pytest
from PIL import Image

import fastcv
from fastcv import cli
from fastcv.datasets import CropRules, crop_pages
from made_pages import blocks, tiff
from shell import QUADS, forget_settings, names, two_pages

MIRRORED = [QUADS[0], QUADS[1][::-1]]


@pytest.fixture(autouse=True)
def folder(tmp_path, rng, monkeypatch):
    forget_settings(monkeypatch)
    return two_pages(tmp_path, rng, monkeypatch)


def annotate(folder, boxes, name="a"):
    (folder / f"{name}.json").write_text(json.dumps(boxes))


def animate(name="anim.gif", size=(100, 120)):
    frames = [Image.fromarray(np.full((*size, 3), value, np.uint8)) for value in (10, 100, 200)]
    frames[0].save(name, save_all=True, append_images=frames[1:])


# ---- boxes ----


def test_doubtful_boxes_are_told_once_a_page(folder, capsys):
    annotate(folder, MIRRORED)

    assert cli.main(["crop", "a.png", "b.png", "--out", "out"]) == 0

    assert capsys.readouterr().err == (
        "fastcv: a.png: warning: 2 boxes: 1 mirrored (first: 1); --check tells more\n"
    )
    assert len(names(folder / "out")) == 4


@pytest.mark.parametrize(
    "engine", [["--threads", "1"], pytest.param(["--threads", "2"], marks=pytest.mark.rest)]
)
def test_every_process_tells_them(folder, capsys, engine):
    for name in ("b", "c", "d", "e", "f"):
        (folder / f"{name}.png").write_bytes((folder / "a.png").read_bytes())
        annotate(folder, np.add(QUADS, 500).tolist(), name)

    pages = [f"{name}.png" for name in "abcdef"]
    assert cli.main(["crop", *pages, "--out", "out", *engine]) == 0

    assert capsys.readouterr().err.splitlines() == [
        f"fastcv: {name}.png: warning: 2 boxes: 2 outside (first: 0); --check tells more"
        for name in "bcdef"
    ]


def test_what_an_option_mends_is_no_doubt(folder, capsys):
    annotate(folder, MIRRORED)

    for options in (["--order", "clockwise"], ["--convention", "mmocr"]):
        assert cli.main(["crop", "a.png", "--out", "out", "--overwrite", *options]) == 0
        assert capsys.readouterr().err == ""


def test_ignored_words_are_not_doubted(folder, capsys):
    (folder / "gt_a.txt").write_text("1,1,50,1,50,20,1,20,word\n1,20,50,20,50,1,1,1,###\n")
    (folder / "a.json").unlink()

    assert cli.main(["crop", "a.png", "--out", "out"]) == 0
    assert capsys.readouterr().err == ""
    assert cli.main(["crop", "a.png", "--out", "all", "--keep-ignored"]) == 0
    assert "1 mirrored (first: 1)" in capsys.readouterr().err


def test_normalised_boxes_fail_with_the_reason(folder, capsys):
    annotate(folder, (np.array(QUADS) / (120, 100)).tolist())

    assert cli.main(["crop", "a.png", "--out", "out"]) == 1

    error = capsys.readouterr().err
    assert error.startswith("fastcv: a.png: boxes[0] is under 2 px wide or high: ")
    assert error.endswith("; 2 boxes lie in 0 … 1 px\n")


def test_programs_get_the_doubts(folder):
    annotate(folder, MIRRORED)
    told = []

    crop_pages("a.png", folder / "out", report=lambda page, _: told.append(page.doubts))

    assert told == ["2 boxes: 1 mirrored (first: 1)"]


# ---- --check ----


def test_check_lists_what_looks_wrong_and_cuts_nothing(folder, capsys):
    annotate(folder, MIRRORED)

    assert cli.main(["crop", "a.png", "b.png", "--check"]) == 1

    shown = capsys.readouterr()
    assert shown.err == ""
    assert shown.out.splitlines() == [
        "a.png: 2 boxes: 1 mirrored (first: 1)",
        "box  problem   corners                  hint",
        "  1  mirrored  60,80 90,80 90,60 60,60  --order clockwise puts the corners right",
        "b.png: 2 boxes: nothing wrong",
    ]
    assert sorted(path.name for path in folder.iterdir()) == ["a.json", "a.png", "b.json", "b.png"]


def test_check_is_silent_about_what_options_mend(folder, capsys):
    annotate(folder, MIRRORED)

    assert cli.main(["crop", "a.png", "--check", "--order", "clockwise"]) == 0
    assert capsys.readouterr().out == "a.png: 2 boxes: nothing wrong\n"


def test_a_box_over_the_edge_is_listed_but_no_fault(folder, capsys):
    annotate(folder, [[[100, 10], [140, 10], [140, 30], [100, 30]]])

    assert cli.main(["crop", "a.png", "--check"]) == 0
    assert "1 partly outside (first: 0)\n" in capsys.readouterr().out
    assert cli.main(["crop", "a.png", "--out", "out"]) == 0
    assert capsys.readouterr().err == ""


def test_check_names_pages_that_cannot_be_checked(folder, capsys):
    (folder / "a.json").unlink()
    (folder / "b.png").write_text("no picture")

    assert cli.main(["crop", "a.png", "b.png", "none.png", "--check"]) == 1

    lines = sorted(capsys.readouterr().err.splitlines())
    assert [line.split(": ")[1] for line in lines] == ["a.png", "b.png", "none.png"]
    assert cli.main(["crop", "b.png", "--boxes", "none.json", "--check"]) == 1
    assert capsys.readouterr().err.startswith("fastcv: none.json: ")


def test_out_is_needed_to_cut(capsys):
    with pytest.raises(SystemExit) as caught:
        cli.main(["crop", "a.png"])
    assert caught.value.code == 2
    assert "the following arguments are required: --out" in capsys.readouterr().err


# ---- pages and frames ----


def test_crop_says_that_it_reads_the_first_frame(folder, capsys):
    animate()
    annotate(folder, QUADS, "anim")

    assert cli.main(["crop", "anim.gif", "--out", "out"]) == 0

    assert capsys.readouterr().err == (
        "fastcv: anim.gif: warning: the first of 3 frames; --page chooses another\n"
    )


@pytest.mark.parametrize(("number", "value"), [(1, 10), (3, 200)])
def test_crop_reads_the_chosen_frame(folder, capsys, number, value):
    animate()
    annotate(folder, QUADS, "anim")

    assert cli.main(["crop", "anim.gif", "--page", str(number), "--out", "out"]) == 0

    assert capsys.readouterr().err == ""
    assert np.unique(cv2.imread("out/anim_0000.png")).tolist() == [value]
    assert cli.main(["crop", "anim.gif", "--page", "2", "--out", "out"]) == 1
    assert f"were made with page {number}, not 2" in capsys.readouterr().err


def test_a_page_that_is_not_there(folder, capsys):
    assert cli.main(["crop", "a.png", "--page", "2", "--out", "out"]) == 1
    assert cli.main(["colors", "a.png", "--page", "2"]) == 1
    assert capsys.readouterr().err == (
        "fastcv: a.png: there is no page 2: the file has 1\n" * 2
    )  # fmt: skip


def test_crop_takes_one_page_of_a_tiff(folder, rng):
    pages = [blocks(rng, height=104, width=120) for _ in range(3)]
    (folder / "c.tif").write_bytes(tiff(pages))
    annotate(folder, QUADS)

    rules = CropRules(page=1, format="bmp")
    crop_pages("c.tif", folder / "out", annotations="a.json", rules=rules)

    (wanted, _) = fastcv.image_crop(pages[0], QUADS)
    assert names(folder / "out") == ["c_p0001_0000.bmp", "c_p0001_0001.bmp"]
    assert np.array_equal(cv2.imread("out/c_p0001_0000.bmp"), wanted)


def test_colors_says_that_it_counts_the_first_frame(capsys):
    animate()

    assert cli.main(["colors", "anim.gif"]) == 0
    shown = capsys.readouterr()
    assert "#0A0A0A" in shown.out
    assert shown.err == "fastcv: anim.gif: warning: the first of 3 frames; --page chooses another\n"

    assert cli.main(["colors", "anim.gif", "--page", "2"]) == 0
    shown = capsys.readouterr()
    assert "#646464" in shown.out
    assert shown.err == ""


def test_colors_counts_one_page_of_a_tiff(folder, rng, capsys):
    pages = [np.full((20, 30, 3), value, np.uint8) for value in (10, 100, 200)]
    (folder / "c.tif").write_bytes(tiff(pages))

    assert cli.main(["colors", "c.tif", "--page", "3"]) == 0

    assert capsys.readouterr().out.startswith("c.tif page 3: 30 x 20\n  #C8C8C8")
