"""The command line: results, errors by file, exit statuses, and files that lie."""

import errno
import io
import json
import os
import pty
import signal
import struct
import subprocess
import sys
import time
import zlib

import cv2
import numpy as np
import pytest

import fastcv
from bad_inputs import png_of
from conftest import ROOT, linux
from fastcv import bench, cli, files
from fastcv.datasets.encode import DTYPES
from fastcv.datasets.stores import folder as folder_store
from shell import BOXES, LOGO, PAGE, QUADS, forget_settings, names, run, two_pages


@pytest.fixture(autouse=True)
def environment(monkeypatch):
    forget_settings(monkeypatch)


@pytest.fixture
def folder(tmp_path, rng, monkeypatch):
    return two_pages(tmp_path, rng, monkeypatch)


# ---- crop ----


def test_crops_of_one_page(folder, capsys):
    assert cli.main(["crop", "a.png", "--out", "made/out"]) == 0
    assert names(folder / "made/out") == ["a_0000.png", "a_0001.png"]
    expected = fastcv.image_crop(cv2.imread("a.png"), QUADS)
    for path, crop in zip(sorted((folder / "made/out").glob("a_*")), expected, strict=True):
        assert np.array_equal(cv2.imread(str(path), cv2.IMREAD_UNCHANGED), crop)
        assert path.stat().st_mode & 0o777 == 0o666 & ~current_umask()
    assert capsys.readouterr().out == "a.png: 2 crops in made/out\n"


def current_umask():
    mask = os.umask(0)
    os.umask(mask)
    return mask


def test_crops_of_several_pages_go_into_folders(folder):
    assert cli.main(["crop", "a.png", "b.png", "--out", "out", "--format", "bmp"]) == 0
    assert names(folder / "out") == [f"{n}/{n}_000{i}.bmp" for n in "ab" for i in (0, 1)]


@pytest.mark.parametrize("kind", ["json list", "npy", "folder", "npy beside"])
def test_where_boxes_come_from(folder, kind):
    (folder / "a.json").unlink()
    (folder / "elsewhere").mkdir()
    path = {"json list": "q.json", "npy": "q.npy", "folder": "elsewhere/a.npy",
            "npy beside": "a.npy"}[kind]  # fmt: skip
    if path.endswith("npy"):
        np.save(path, np.array(QUADS, np.float64))
    else:
        (folder / path).write_text(json.dumps(QUADS))
    given = {"folder": ["--boxes", "elsewhere"], "npy beside": []}.get(kind, ["--boxes", path])
    assert cli.main(["crop", "a.png", "--out", "out", *given]) == 0
    assert len(names(folder / "out")) == 2


def test_options_reach_the_crops(folder):
    np.save("q.npy", np.array(QUADS) + 55)  # partly outside
    options = ["--interpolation", "cubic", "--border", "replicate", "--threads", "2"]
    assert cli.main(["crop", "a.png", "--boxes", "q.npy", "--out", "out", *options]) == 0
    expected = fastcv.image_crop(
        cv2.imread("a.png"), np.array(QUADS) + 55, interpolation="cubic", border="replicate"
    )
    assert np.array_equal(cv2.imread("out/a_0001.png"), expected[1])


def test_a_convention_reaches_the_crops(folder):
    shuffled = (np.array(QUADS) + 55)[:, [2, 0, 1, 3]]
    np.save("q.npy", shuffled)
    options = ["--convention", "paddleocr", "--order", "clockwise", "--border", "constant"]
    assert cli.main(["crop", "a.png", "--boxes", "q.npy", "--out", "out", *options]) == 0
    expected = fastcv.image_crop(
        cv2.imread("a.png"), shuffled, convention="paddleocr", order="clockwise", border="constant"
    )
    assert np.array_equal(cv2.imread("out/a_0001.png"), expected[1])


def test_degenerate_boxes(folder, capsys):
    np.save("q.npy", np.array([QUADS[0], np.zeros((4, 2)), QUADS[1]]))
    assert cli.main(["crop", "a.png", "--boxes", "q.npy", "--out", "out"]) == 1
    assert "fastcv: a.png: boxes[1] is under 2 px wide or high" in capsys.readouterr().err
    assert names(folder / "out") == []
    skip = ["--boxes", "q.npy", "--out", "out", "--degenerate", "skip"]
    assert cli.main(["crop", "a.png", *skip]) == 0
    assert names(folder / "out") == ["a_0000.png", "a_0002.png"]
    assert "degenerate boxes left out: 1\n" in capsys.readouterr().out


@pytest.mark.parametrize("suffix", DTYPES)
@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float32"])
def test_a_format_keeps_the_pixels_or_refuses(folder, capsys, rng, suffix, dtype):
    page = rng.integers(0, 256, (100, 120, 3)).astype(dtype) * 200
    cv2.imwrite("deep.tiff", page)
    options = ["--boxes", "a.json", "--out", "out", "--format", suffix]
    status = cli.main(["crop", "deep.tiff", *options])
    if dtype not in DTYPES[suffix]:
        assert status == 1
        assert f"fastcv: deep.tiff: {suffix} does not hold {dtype}" in capsys.readouterr().err
        assert names(folder / "out") == []
    elif suffix != "jpg":
        path = folder / f"out/deep_0000.{suffix}"
        crop = np.load(path) if suffix == "npy" else cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
        assert crop.dtype == dtype
        assert np.array_equal(crop, fastcv.image_crop(page, QUADS)[0])


def test_alpha_is_not_lost_in_a_jpg(folder, capsys):
    options = ["--boxes", "a.json", "--out", "out", "--format", "jpg"]
    assert cli.main(["crop", LOGO, *options]) == 1
    assert f"fastcv: {LOGO}: jpg does not hold alpha" in capsys.readouterr().err


def test_no_boxes_are_no_crops(folder):
    (folder / "a.json").write_text("[]")
    assert cli.main(["crop", "a.png", "--out", "out"]) == 0
    assert names(folder / "out") == []


def test_the_others_are_done_when_one_fails(folder, capsys):
    (folder / "bad.png").write_bytes(b"\x89PNG\r\n\x1a\n and no more")
    (folder / "bad.json").write_text("[]")
    pages = ["a.png", "nothere.png", "bad.png", "lonely.png", "b.png"]
    cv2.imwrite("lonely.png", np.zeros((9, 9, 3), np.uint8))
    assert cli.main(["crop", *pages, "--out", "out"]) == 1
    assert len(names(folder / "out")) == 4
    errors = capsys.readouterr().err.splitlines()
    bad, *others = sorted(errors)
    assert bad.startswith("fastcv: bad.png: a PNG image that ends too early: ")
    assert others == [
        "fastcv: lonely.png: no boxes for it in .",
        "fastcv: nothere.png: No such file or directory",
    ]
    listed = map(json.loads, (folder / "out/errors.jsonl").read_text().splitlines())
    assert sorted(f"fastcv: {each['path']}: {each['reason']}" for each in listed) == sorted(errors)


def test_two_pages_of_one_name_are_refused(folder, capsys):
    (folder / "x").mkdir()
    (folder / "x/a.jpg").touch()
    assert cli.main(["crop", "a.png", "x/a.jpg", "--out", "out"]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("fastcv: two files are called a, a.png and x/a.jpg: ")
    assert not (folder / "out").exists()


@pytest.mark.parametrize("name", ["..png", "...png", "....png"])
@pytest.mark.parametrize("others", [[], ["b.png"]])
def test_a_name_cannot_leave_the_folder(folder, name, others):
    (folder / "sub").mkdir()
    os.rename("a.png", f"sub/{name}")
    pages = [f"sub/{name}", *others]
    assert cli.main(["crop", *pages, "--boxes", "b.json", "--out", "made/out"]) == 0
    assert names(folder / "sub") == [name]
    assert [path.name for path in (folder / "made").iterdir()] == ["out"]
    assert len(names(folder / "made/out")) == 2 * len(pages)


def test_names_that_would_command_a_terminal(folder, capsys):
    os.rename("a.png", "a\n\x1b[31m.png")
    assert cli.main(["colors", "a\n\x1b[31m.png", "none\n.png", "-n", "1"]) == 1
    printed = capsys.readouterr()
    assert printed.out.startswith("a\\n\\x1b[31m.png: 120 x 100\n")
    assert printed.err == "fastcv: none\\n.png: No such file or directory\n"


@linux
def test_a_name_that_is_no_text(folder):
    os.rename("a.png", b"\xff.png")
    done = run("colors", os.fsdecode(b"\xff.png"), env={**os.environ, "LC_ALL": "C.UTF-8"})
    assert done.returncode == 0
    assert done.stdout.startswith("\\udcff.png: 120 x 100")


def npy_of(shape, dtype="'<f4'"):
    header = f"{{'descr': {dtype}, 'fortran_order': False, {shape}}}\n".encode()
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + bytes(64)


BAD_BOXES = {
    "truncated.json": (b'{"boxes": [[[1, 2]', "not JSON"),
    "no.json": (b'{"words": []}', "a JSON object with the keys 'words', of none of the known"),
    "text.json": (b'"boxes"', "of none of the known formats"),
    "deep.json": (b"[" * 100_000 + b"]" * 100_000, "too deep"),
    "ragged.json": (json.dumps([QUADS[0], [[1, 2], [3]]]).encode(), "boxes[1] is not four points"),
    "flat.json": (b"[1, 2, 3]", "of none of the known formats"),
    "words.json": (b'[[["1","2"],["3","2"],["3","4"],["1","4"]]]', "of none of the known formats"),
    "truth.json": (b"[[[true,0],[9,0],[9,9],[0,9]]]", "of none of the known formats"),
    # One long text among short ones: NumPy would give each of them 4 MB.
    "long.json": (
        json.dumps(["x" * 1_000_000] + ["y"] * 8000).encode(),
        "of none of the known formats",
    ),
    "nan.json": (
        b"[[[NaN,0],[9,0],[9,9],[0,9]]]",
        "boxes[0]: [nan, 0, 9, 0, 9, 9, ...] has a number that is not finite",
    ),
    "far.json": (
        b"[[[0,0],[1e30,0],[1e30,9],[0,9]]]",
        "has a number that is not finite, or beyond",
    ),
    "huge.json": (
        b"[[[0,0],[" + b"9" * 5000 + b",0],[9,9],[0,9]]]",
        "a whole number has too many digits",
    ),
    "binary.json": (bytes(range(256)), "of none of the known formats"),
    "empty.npy": (b"", "not an array"),
    "lies.npy": (None, "not an array"),
    "pickled.npy": (None, "not an array"),
    "text.npy": (b"hello", "not an array"),
    "flat.npy": (
        npy_of("'shape': (8,)"),
        "boxes must have shape (n, 4), (n, 8), (n, 4, 2) or (n, k, 2), not (8,)",
    ),
    "overflow.npy": (npy_of(f"'shape': ({2**70}, 4, 2)"), "not an array"),
    "negative.npy": (npy_of("'shape': (-1, 4, 2)"), "not an array"),
    "nested.npy": (npy_of("'shape': " + "(" * 5000), "not an array"),
    "minus.npy": (npy_of("'shape': " + "-" * 9000 + "1"), "not an array"),
    "fields.npy": (npy_of("'shape': (1, 4, 2)", "[('a', '<f4')]"), "boxes must be numbers"),
    "complex.npy": (npy_of("'shape': (1, 4, 2)", "'<c8'"), "boxes must be numbers"),
    "zip.npy": (b"PK\x03\x04junk", "not an array"),
}


@pytest.mark.parametrize("name", BAD_BOXES)
def test_bad_boxes(folder, capsys, name):
    content, text = BAD_BOXES[name]
    if content is None:
        array = np.empty(1, object) if name == "pickled.npy" else np.array(QUADS)
        np.save(name, array, allow_pickle=True)
        content = (
            (folder / name).read_bytes().replace(b"(2, 4, 2), }    ", b"(2000000000, 4, 2), }")
        )
    (folder / name).write_bytes(content)
    assert cli.main(["crop", "a.png", "--boxes", name, "--out", "out"]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"fastcv: {name}: ")
    assert text in line
    assert not (folder / "out").exists()


BAD_IMAGES = {
    "empty.png": b"",
    "text.png": b"hello" * 100,
    "huge.png": png_of(60_000, 60_000),
    "absurd.png": png_of(2**31 - 1, 2**31 - 1),
    "truncated.jpg": (ROOT / "data/page.jpg").read_bytes()[:300],
}


@pytest.mark.parametrize("name", BAD_IMAGES)
def test_bad_images(folder, name):
    (folder / name).write_bytes(BAD_IMAGES[name])
    done = run("colors", name, LOGO, "-n", "1")
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"fastcv: {name}: ")
    assert "#182C54" in done.stdout  # the good one


@pytest.mark.parametrize("suffix", ["png", "jpg", "webp", "bmp", "tiff", "ppm", "jp2"])
@pytest.mark.parametrize("kept", [0.02, 0.5, 0.99])
def test_truncated_images(folder, capfd, suffix, kept):
    done, content = cv2.imencode(f".{suffix}", cv2.imread(PAGE)[1000:1200, 1000:1300])
    assert done
    (folder / f"cut.{suffix}").write_bytes(content[: int(len(content) * kept)])
    assert cli.main(["colors", f"cut.{suffix}", "a.png", "-n", "1"]) == 1
    printed = capfd.readouterr()
    (line,) = printed.err.splitlines()
    assert line.startswith(f"fastcv: cut.{suffix}: ")
    assert printed.out.startswith("a.png: ")


def test_a_jpg_whose_rest_opencv_would_make_grey(folder, capfd):
    content = (ROOT / "data/page.jpg").read_bytes()
    (folder / "grey.jpg").write_bytes(content[: len(content) // 2] + b"\xff\xd9")
    assert cli.main(["colors", "grey.jpg"]) == 1
    (line,) = capfd.readouterr().err.splitlines()
    assert line.startswith("fastcv: grey.jpg: a damaged image: Corrupt JPEG data")


def test_a_tiff_of_which_opencv_only_logs_that_it_is_damaged(folder):
    content = bytearray(cv2.imencode(".tiff", cv2.imread("a.png"))[1])
    middle = len(content) // 2
    content[middle : middle + 64] = bytes(64)
    (folder / "torn.tiff").write_bytes(content)
    done = run("colors", "torn.tiff", env={**os.environ, "OPENCV_LOG_LEVEL": "SILENT"})
    assert done.returncode == 1
    assert done.stderr.startswith("fastcv: torn.tiff: a damaged image: LZWDecode")
    assert len(done.stderr.splitlines()) == 1


def test_a_colour_profile_that_libpng_only_warns_of_is_no_damage(folder, capfd):
    content = (folder / "a.png").read_bytes()
    gamma = b"gAMA" + bytes(4)
    chunk = bytes([0, 0, 0, 4]) + gamma + struct.pack(">I", zlib.crc32(gamma))
    (folder / "warned.png").write_bytes(content[:33] + chunk + content[33:])
    assert cli.main(["colors", "warned.png", "-n", "1"]) == 0
    assert capfd.readouterr().err == ""


def test_a_limit_of_pixels(folder):
    done = run("colors", "a.png", LOGO, "--max-pixels", "20000")
    assert done.returncode == 1
    assert "fastcv: " + LOGO + ": an image of more pixels than are allowed" in done.stderr
    assert "a.png: 120 x 100" in done.stdout


MEASURE = """
import resource, sys
from fastcv import cli
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
status = cli.main(sys.argv[1:])
print(status, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


@pytest.mark.rest
@linux
@pytest.mark.parametrize(
    "name",
    ["lists.json", "pages.json", "long.json", "huge.png", "bomb.png", "lies.npy", "large.json"],
)
@pytest.mark.own_process
def test_memory_is_bounded(folder, name):
    content = {
        "lists.json": b'{"boxes": [' + b"[]," * 5_000_000 + b"[]]}",
        "pages.json": b"[" + b"[]," * 1_000_000 + b"1]",
        "long.json": BAD_BOXES["long.json"][0],
        "huge.png": BAD_IMAGES["huge.png"],
        "bomb.png": png_of(20_000, 20_000, bytes(60_001 * 2000)),
        "lies.npy": npy_of("'shape': (2000000000, 4, 2)"),
    }.get(name)
    with open(name, "wb") as file:
        file.write(content) if content else file.truncate(1 << 40)
    command = ["colors", name] if name.endswith("png") else ["crop", "a.png", "--boxes", name]
    command += [] if name.endswith("png") else ["--out", "out"]
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, *command], capture_output=True, text=True, timeout=60
    )
    status, used_kib = map(int, done.stdout.split())
    assert status == 1
    assert used_kib < (250_000 if name == "pages.json" else 900_000)
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("name", ["a folder", "a pipe", "/dev/zero"])
def test_what_is_no_regular_file(folder, capsys, name):
    if name == "a folder":
        (folder / name).mkdir()
    if name == "a pipe":
        os.mkfifo(name)
    assert cli.main(["colors", name]) == 1
    reason = "no pages in this folder" if name == "a folder" else "not a regular file"
    assert capsys.readouterr().err == f"fastcv: {name}: {reason}\n"


def test_a_file_that_is_too_large(folder, capsys, monkeypatch):
    monkeypatch.setattr(files, "MAX_FILE_BYTES", 1000)
    assert cli.main(["colors", "a.png"]) == 1
    assert capsys.readouterr().err == "fastcv: a.png: larger than 1,000 bytes\n"


# ---- writing ----


def test_an_output_that_cannot_be_made(folder, capsys):
    (folder / "out").write_text("a file")
    assert cli.main(["crop", "a.png", "--out", "out"]) == 1
    assert capsys.readouterr().err == "fastcv: out: File exists\n"


def test_a_failed_write_leaves_what_was_there(folder, capsys, monkeypatch):
    (folder / "out").mkdir()
    (folder / "out/a_0000.png").write_text("before")

    def fail(*arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", fail)
    assert cli.main(["crop", "a.png", "--out", "out", "--overwrite"]) == 1
    assert capsys.readouterr().err == "fastcv: out/a_0000.png: No space left on device\n"
    assert names(folder / "out") == ["a_0000.png"]
    assert (folder / "out/a_0000.png").read_text() == "before"


def test_a_folder_of_a_crops_name_leaves_what_was_there(folder, capsys):
    (folder / "out/a_0001.png").mkdir(parents=True)
    (folder / "out/a_0000.png").write_text("before")
    assert cli.main(["crop", "a.png", "--out", "out", "--overwrite"]) == 1
    assert capsys.readouterr().err == "fastcv: a.png: out/a_0001.png: Is a directory\n"
    assert (folder / "out/a_0000.png").read_text() == "before"
    assert names(folder / "out") == ["a_0000.png"]


def test_a_picture_that_cannot_be_encoded(folder, capfd):
    np.save("wide.npy", [QUADS[0], [[0, 0], [70_000, 0], [70_000, 40], [0, 40]]])
    arguments = ["crop", "a.png", "--boxes", "wide.npy", "--out", "out", "--format", "jpg"]
    assert cli.main(arguments) == 1
    (line,) = capfd.readouterr().err.splitlines()
    assert line.startswith("fastcv: a.png: OpenCV cannot write jpg of (40, 70000, 3) uint8")
    assert names(folder / "out") == []


@pytest.mark.parametrize("fails_after", [0, 1, 2, 3], ids=["first", "second", "labels", "list"])
def test_crops_appear_together_or_not_at_all(folder, monkeypatch, fails_after):
    (folder / "a.json").write_text(json.dumps({"boxes": QUADS, "texts": ["two", "words"]}))
    (folder / "out").mkdir()
    (folder / "out/a_0000.png").write_text("before")
    (folder / "out/mine.txt").write_text("mine")
    write, written = os.write, []

    def fail(descriptor, content):
        written.append(content)
        if len(written) > fails_after:
            raise OSError(errno.ENOSPC, "no")
        return write(descriptor, content)

    with monkeypatch.context() as patch:
        patch.setattr(folder_store.os, "write", fail)
        assert cli.main(["crop", "a.png", "--out", "out", "--overwrite"]) == 1
    assert names(folder / "out") == ["a_0000.png", "mine.txt"]
    assert (folder / "out/a_0000.png").read_text() == "before"
    assert (folder / "out/labels.jsonl").read_text() == ""
    assert cli.main(["crop", "a.png", "--out", "out", "--overwrite"]) == 0
    assert names(folder / "out") == ["a_0000.png", "a_0001.png", "mine.txt"]
    assert cv2.imread("out/a_0000.png") is not None


@linux
@pytest.mark.parametrize(
    "arguments", [["colors", "a.png"], ["colors", "a.png", "--json"], ["info"]], ids=str
)
def test_an_output_that_is_full(folder, arguments):
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "fastcv", *arguments],
            stdout=full, stderr=subprocess.PIPE, text=True, timeout=60,
        )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr == "fastcv: standard output: No space left on device\n"


@pytest.mark.parametrize("closed", [1, 2])
def test_a_closed_output_or_error(folder, closed):
    command = f'exec "$@" {closed}>&-'
    arguments = ["colors", "nothere.png", "a.png", "--json"]
    done = subprocess.run(
        ["sh", "-c", command, "sh", sys.executable, "-m", "fastcv", *arguments],
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 1
    if closed == 1:
        assert done.stderr == (
            "fastcv: nothere.png: No such file or directory\n"
            "fastcv: standard output: closed, so the results are lost\n"
        )
    else:
        (only,) = json.loads(done.stdout)
        assert only["file"] == "a.png"


# ---- colors ----


def test_colors_as_a_table(capsys):
    assert cli.main(["colors", LOGO, "-n", "2"]) == 0
    assert capsys.readouterr().out == (
        f"{LOGO}: 1254 x 958\n"
        "  #182C54       275,436 px   22.93%\n"
        "  #FCF8EE        75,772 px    6.31%\n"
    )


def test_colors_of_boxes(folder, capsys):
    boxes = [[[0, 0], [9, 0], [9, 4], [0, 4]], [[-9, 0], [-3, 0], [-3, 4], [-9, 4]]]
    (folder / "logo.json").write_text(json.dumps(boxes))
    logo = cv2.imread(LOGO, cv2.IMREAD_UNCHANGED)
    logo[..., 3] = 255
    cv2.imwrite("logo.png", logo)
    command = ["colors", "logo.png", "--boxes", "logo.json", "--panel", "panel.png"]
    assert cli.main([*command, "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    expected = fastcv.main_colors(logo, boxes=boxes)
    assert [[c["count"] for c in box["colors"]] for box in row["boxes"]] == [
        one.counts.tolist() for one in expected
    ]
    assert "colors" not in row
    panel = cv2.imread("panel.png")
    assert np.array_equal(panel, fastcv.extract_main_colors(logo, boxes=boxes))
    assert cli.main(["colors", "logo.png", "--boxes", ".", "-n", "1"]) == 0
    assert capsys.readouterr().out.splitlines()[1] == "  box 0"
    assert cli.main(["colors", "logo.png", "--boxes", "none.json"]) == 1
    assert "none.json" in capsys.readouterr().err
    (folder / "empty.json").write_text("[]")
    assert cli.main(["colors", "logo.png", "--boxes", "empty.json", "--panel", "none.png"]) == 1
    assert "there is no box" in capsys.readouterr().err


def test_colors_of_words(folder, capsys):
    command = ["colors", "a.png", "--boxes", "a.json", "--text", "--panel", "panel.png"]
    assert cli.main([*command, "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    found = fastcv.text_colors(cv2.imread("a.png"), QUADS)
    for box, text, sure in zip(row["boxes"], found.text, found.confidence, strict=True):
        blue, green, red = text
        assert box["text_color"] == f"#{red:02X}{green:02X}{blue:02X}"
        assert box["confidence"] == pytest.approx(sure, abs=1e-3)
    assert cv2.imread("panel.png").shape == (128, 512, 3)
    assert cli.main(["colors", "a.png", "--boxes", "a.json", "--text"]) == 0
    assert " on #" in capsys.readouterr().out
    with pytest.raises(SystemExit):
        cli.main(["colors", "a.png", "--text"])
    assert "--text needs --boxes" in capsys.readouterr().err


def test_colors_as_json(folder, capsys):
    assert cli.main(["colors", LOGO, "a.png", "nothere.png", "--json"]) == 1
    first, second = json.loads(capsys.readouterr().out)
    assert first["file"] == LOGO
    assert (first["width"], first["height"]) == (1254, 958)
    colors, counts = fastcv.main_colors(cv2.imread(LOGO, cv2.IMREAD_UNCHANGED))
    blue, green, red = colors[0]
    assert first["colors"][0]["hex"] == f"#{red:02X}{green:02X}{blue:02X}"
    assert [row["count"] for row in first["colors"]] == counts.tolist()
    assert second["file"] == "a.png"


def test_panels(folder):
    assert cli.main(["colors", LOGO, "--panel", "made/panel.png"]) == 0
    assert np.array_equal(cv2.imread("made/panel.png"), fastcv.extract_main_colors(LOGO))
    assert cli.main(["colors", LOGO, "a.png", "--panel", "panels", "-n", "3"]) == 0
    assert names(folder / "panels") == ["a.png", "logo.png"]


def test_a_panel_is_what_its_suffix_says(folder, capsys):
    assert cli.main(["colors", LOGO, "--panel", "panel.npy"]) == 0
    assert np.array_equal(np.load("panel.npy"), fastcv.extract_main_colors(LOGO))
    for name in ("panel.xyz", "panel"):
        with pytest.raises(SystemExit) as stop:
            cli.main(["colors", LOGO, "--panel", name])
        assert stop.value.code == 2
        assert "--panel must end in one of" in capsys.readouterr().err


def test_panels_of_one_name_are_refused(folder, capsys):
    (folder / "x").mkdir()
    (folder / "x/a.jpg").touch()
    with pytest.raises(SystemExit) as stop:
        cli.main(["colors", "a.png", "x/a.jpg", "--panel", "panels"])
    assert stop.value.code == 2
    assert "two files are called a, a.png and x/a.jpg" in capsys.readouterr().err


def test_colours_of_a_folder_of_a_pattern_and_of_the_pages_of_a_file(folder, capsys):
    (folder / "scans/b").mkdir(parents=True)
    for name in ("10", "9", "b/1"):
        cv2.imwrite(f"scans/{name}.png", np.zeros((9, 9, 3), np.uint8))
    cv2.imwritemulti("scans/c.tif", [np.full((8, 8, 3), value, np.uint8) for value in (0, 255)])
    options = ["--json", "--panel", "panels"]
    assert cli.main(["colors", "scans", "none", *options]) == 1
    printed = capsys.readouterr()
    assert printed.err == "fastcv: none: No such file or directory\n"
    found = [(each["file"], each.get("page")) for each in json.loads(printed.out)]
    assert found == [
        ("scans/9.png", None), ("scans/10.png", None), ("scans/c.tif", 1), ("scans/c.tif", 2),
        ("scans/b/1.png", None),
    ]  # fmt: skip
    assert names(folder / "panels") == [
        "10.png", "9.png", "b/1.png", "c_p0001.png", "c_p0002.png"
    ]  # fmt: skip
    assert cv2.imread("panels/c_p0002.png").min() == 255
    assert cli.main(["colors", "scans/*.png"]) == 0
    assert [line for line in capsys.readouterr().out.splitlines() if line[0] != " "] == [
        "scans/9.png: 9 x 9", "scans/10.png: 9 x 9"
    ]  # fmt: skip


def test_a_tiff_whose_pages_cannot_be_counted_among_others(folder, capsys):
    cv2.imwritemulti("c.tif", [np.full((8, 8, 3), value, np.uint8) for value in (0, 255)])
    content = bytearray((folder / "c.tif").read_bytes())
    content[4:8] = b"\xff\xff\xff\x7f"
    (folder / "c.tif").write_bytes(content)
    assert cli.main(["colors", "c.tif", "a.png", "-n", "1"]) == 1
    printed = capsys.readouterr()
    assert printed.err.startswith("fastcv: c.tif: a damaged image: page 1's directory")
    assert printed.out.startswith("a.png: ")


def test_a_panel_of_nothing(folder, capsys):
    cv2.imwrite("clear.png", np.zeros((9, 9, 4), np.uint8))
    assert cli.main(["colors", "clear.png", "--panel", "panel.png"]) == 1
    assert capsys.readouterr().err.startswith("fastcv: clear.png: every pixel is transparent")
    assert not (folder / "panel.png").exists()


# ---- bench, info, and the program as such ----


@pytest.mark.rest
def test_bench():
    done = run("bench", "--repeat", "1", "--json", "--threads", "2")
    assert done.returncode == 0, done.stderr
    tables = json.loads(done.stdout)
    assert [len(table["rows"]) for table in tables] == [3, 3, 3, 3, 3, 3, 4, 2]
    assert done.stderr == ""
    assert "crops of 20 words" in run("bench", "--repeat", "1", "--words", "20").stdout


def test_a_benchmark_whose_results_differ(monkeypatch, capsys):
    monkeypatch.setattr(bench, "same", lambda left, right: left is right)
    assert cli.main(["bench"]) == 1
    assert capsys.readouterr().err == (
        "fastcv: crops of 1,000 words: image_crop differs from Python loop over cv2 "
        f"{cv2.__version__}\n"
    )


def test_info(capsys):
    assert cli.main(["info"]) == 0
    assert "kernel " in capsys.readouterr().out
    assert cli.main(["info", "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["version"] == fastcv.__version__
    assert facts["threads"] == fastcv.get_num_threads()


@pytest.mark.parametrize(
    "arguments",
    [[], ["crop"], ["crop", PAGE], ["colors"], ["colors", LOGO, "-n", "0"], ["nonsense"],
     ["colors", LOGO, "--threads", "x"], ["colors", LOGO, "--threads", "1025"]],
)  # fmt: skip
def test_wrong_usage(arguments, capsys):
    with pytest.raises(SystemExit) as stop:
        cli.main(arguments)
    assert stop.value.code == 2
    assert "usage: fastcv" in capsys.readouterr().err


@pytest.mark.parametrize("command", [[], ["crop"], ["colors"], ["bench"], ["info"]])
def test_help(command, capsys):
    with pytest.raises(SystemExit) as stop:
        cli.main([*command, "--help"])
    assert stop.value.code == 0
    assert "usage: fastcv" in capsys.readouterr().out


def test_the_script_and_the_module_are_one(capsys):
    done = run("--version")
    assert done.stdout == f"fastcv {fastcv.__version__}\n"


def test_a_reader_that_has_gone():
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        [sys.executable, "-m", "fastcv", "colors", *[LOGO] * 40],
        stdout=write, stderr=subprocess.PIPE, text=True, timeout=60,
    )  # fmt: skip
    os.close(write)
    assert done.returncode == 141
    assert done.stderr == ""


@pytest.mark.alone
def test_ctrl_c(tmp_path):
    for attempt in range(10):
        out = tmp_path / str(attempt)
        out.mkdir()
        process = subprocess.Popen(
            [sys.executable, "-m", "fastcv", "crop", PAGE, "--boxes", BOXES, "--out", str(out)],
            stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        while len(names(out)) < 20:
            time.sleep(0.005)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=30)
        if process.returncode != 0:  # on a busy machine it may be done by then
            break
    assert process.returncode == 130
    assert errors == "fastcv: interrupted\n"
    assert names(out) == []
    assert run("crop", PAGE, "--boxes", BOXES, "--out", out).returncode == 0
    assert len(names(out)) == 1411


def test_a_terminal_sees_a_bar_and_a_pipe_does_not(tmp_path):
    pytest.importorskip("tqdm")
    boxes = tmp_path / "boxes.json"
    boxes.write_text(json.dumps(json.loads((ROOT / BOXES).read_text())["boxes"][:70]))
    command = [sys.executable, "-m", "fastcv", "crop", PAGE, "--boxes", str(boxes)]
    try:
        seen, terminal = pty.openpty()
    except OSError as error:
        pytest.skip(f"no pseudo-terminals: {error}")
    process = subprocess.Popen(
        [*command, "--out", str(tmp_path)], stderr=terminal, stdout=subprocess.PIPE
    )
    os.close(terminal)
    shown = io.BytesIO()
    try:
        while part := os.read(seen, 4096):
            shown.write(part)
    except OSError:  # how a terminal ends
        pass
    process.communicate(timeout=60)
    assert process.returncode == 0
    assert b"1/1" in shown.getvalue()
    assert b"crops/s" in shown.getvalue()
    piped = run(*command[3:], "--out", tmp_path, "--overwrite")
    assert piped.stderr == ""


@pytest.mark.parametrize("missing", ["cv2", "tqdm"])
def test_without_an_optional_package(tmp_path, missing):
    (tmp_path / f"{missing}.py").write_text("raise ImportError('not here')")
    path = os.pathsep.join([str(tmp_path), *filter(None, [os.environ.get("PYTHONPATH")])])
    done = run("colors", LOGO, env={**os.environ, "PYTHONPATH": path})
    if missing == "cv2":
        assert done.returncode == 1
        assert "needs OpenCV's Python package: pip install 'fastcv-ocr[io]'" in done.stderr
    else:
        assert done.returncode == 0
