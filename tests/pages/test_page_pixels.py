"""Pages of TIFF and PDF files, and what is refused."""

import os
import sys
import threading
from contextlib import suppress

import cv2
import numpy as np
import pytest
from PIL import Image

from conftest import ROOT, linux
from fastcv import files
from fastcv.pages import count_pages, find_pages, read_page
from made_pages import blocks, pdf, png_with, tiff, turned
from shell import forget_settings

PAGE = ROOT / "data/page.jpg"


@pytest.fixture(autouse=True)
def environment(tmp_path, monkeypatch):
    forget_settings(monkeypatch)
    monkeypatch.chdir(tmp_path)


def write(path, content):
    with open(path, "wb") as file:
        file.write(content)
    return path


# ---- pictures ----


@pytest.mark.parametrize("suffix", ["png", "jpg", "webp", "bmp", "ppm", "jp2", "gif"])
def test_a_picture_is_read_as_opencv_reads_it(rng, suffix):
    cv2.imwrite(f"a.{suffix}", blocks(rng, height=64, width=72))
    expected = cv2.imread(f"a.{suffix}", cv2.IMREAD_UNCHANGED)
    assert np.array_equal(read_page(f"a.{suffix}"), expected)
    assert np.array_equal(read_page(f"a.{suffix}", 0), expected)
    assert count_pages(f"a.{suffix}") == 1
    with pytest.raises(ValueError, match="there is no page 2: the file has 1"):
        read_page(f"a.{suffix}", 1)


def test_alpha_and_depth_stay(rng):
    deep = blocks(rng, 4, np.uint16)
    cv2.imwrite("a.png", deep)
    assert np.array_equal(read_page("a.png"), deep)


@pytest.mark.parametrize("suffix", ["gif", "webp", "png"])
def test_an_animation_is_its_first_frame(rng, suffix):
    frames = [Image.fromarray(np.full((20, 30, 3), value, np.uint8)) for value in (0, 255)]
    frames[0].save(f"a.{suffix}", save_all=True, append_images=frames[1:], lossless=True)
    page = read_page(f"a.{suffix}")
    assert page.shape[:2] == (20, 30)
    assert not page[:, :, :3].any()
    assert count_pages(f"a.{suffix}") == 1


@pytest.mark.parametrize("exif", [True, False])
def test_a_damaged_picture_is_refused(exif):
    content = PAGE.read_bytes()
    write("cut.jpg", content[: len(content) // 2] + b"\xff\xd9")
    with pytest.raises(ValueError, match="a damaged image: Corrupt JPEG data"):
        read_page("cut.jpg", exif=exif)


def test_what_is_no_picture(monkeypatch):
    write("text.png", b"hello" * 100)
    with pytest.raises(ValueError, match="not an image"):
        read_page("text.png")
    os.mkfifo("pipe")
    for call in (read_page, count_pages):
        with pytest.raises(ValueError, match="not a regular file"):
            call("pipe")
        with pytest.raises(FileNotFoundError):
            call("none.png")
        with pytest.raises(IsADirectoryError):
            call(".")
    monkeypatch.setattr(files, "MAX_FILE_BYTES", 100)
    with pytest.raises(ValueError, match="larger than 100 bytes"):
        read_page("text.png")


@pytest.mark.parametrize(
    ("arguments", "error", "reason"),
    [
        ({"number": -1}, ValueError, "number must be at least 0, not -1"),
        ({"number": 1.5}, TypeError, "float"),
        ({"dpi": 0}, ValueError, "dpi must be above 0 and finite, not 0"),
        ({"dpi": float("nan")}, ValueError, "dpi must be above 0 and finite, not nan"),
        ({"dpi": float("inf")}, ValueError, "dpi must be above 0 and finite, not inf"),
        ({"dpi": "150"}, TypeError, "dpi must be a number, not str"),
        ({"dpi": True}, TypeError, "dpi must be a number, not bool"),
    ],
)
def test_wrong_arguments(arguments, error, reason):
    write("a.pdf", pdf([(72, 72, "", "")]))
    with pytest.raises(error, match=reason):
        read_page("a.pdf", **arguments)


# ---- TIFF ----


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("big", [False, True])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_pages_of_a_tiff(rng, order, big, dtype):
    sizes = [(24, 40, 3), (16, 8, 1), (8, 80, 3)]
    images = [blocks(rng, c, dtype, height, width) for height, width, c in sizes]
    write("a.tiff", tiff(images, order=order, big=big))
    assert count_pages("a.tiff") == 3
    for number, image in enumerate(images):
        assert np.array_equal(read_page("a.tiff", number), image)
    assert np.array_equal(read_page("a.tiff"), images[0])
    with pytest.raises(ValueError, match="there is no page 4: the file has 3"):
        read_page("a.tiff", 3)


@pytest.mark.parametrize("compression", ["raw", "tiff_lzw", "tiff_adobe_deflate", "jpeg", "group4"])
def test_pages_of_a_tiff_are_those_that_others_see(rng, compression):
    mode = "1" if compression == "group4" else "RGB"
    pictures = [Image.fromarray(blocks(rng, height=8 * side)).convert(mode) for side in (2, 5, 9)]
    pictures[0].save("a.tif", save_all=True, append_images=pictures[1:], compression=compression)
    done, expected = cv2.imreadmulti("a.tif", flags=cv2.IMREAD_UNCHANGED)
    assert done
    with Image.open("a.tif") as opened:
        assert count_pages("a.tif") == len(expected) == opened.n_frames == 3
    for number, image in enumerate(expected):
        assert np.array_equal(read_page("a.tif", number), image)


def test_a_turned_page_of_a_tiff(rng):
    images = [blocks(rng), blocks(rng)]
    write("a.tif", tiff(images, orientation=6))
    assert np.array_equal(read_page("a.tif", 1), turned(images[1], 6))


def test_a_damaged_page_of_a_tiff(rng):
    images = [Image.fromarray(rng.integers(0, 256, (100, 120, 3), np.uint8)) for _ in range(2)]
    images[0].save("a.tif", save_all=True, append_images=images[1:], compression="tiff_lzw")
    with Image.open("a.tif") as opened:
        opened.seek(1)
        place = opened.tag_v2[273][0]
    with open("a.tif", "r+b") as file:
        file.seek(place + 1000)
        file.write(b"\xff" * 64)
    assert read_page("a.tif", 0).shape == (100, 120, 3)
    with pytest.raises(ValueError, match="a damaged image"):
        read_page("a.tif", 1)


def lead_back(content):
    first = content[4:8]
    return content[:-4] + first


BAD_CHAINS = {
    "a loop": (lead_back, "after page 2 comes an earlier page"),
    "cut": (lambda content: content[:-4], "page 2's directory lies beyond the file's end"),
    "far": (lambda content: content[:-4] + b"\xff" * 4, "page 3's directory lies beyond"),
    "empty": (lambda content: content[:-4] + b"\x0a\0\0\0", "page 3 has no valid directory"),
    "a head only": (lambda content: content[:4], "page 1's directory lies beyond the file's end"),
}


@pytest.mark.parametrize("name", BAD_CHAINS)
def test_a_tiff_whose_pages_cannot_all_be_reached(name):
    change, reason = BAD_CHAINS[name]
    blank = np.zeros((8, 8), np.uint8)
    write("a.tif", change(tiff([blank, blank])))
    for call in (count_pages, read_page):
        with pytest.raises(ValueError, match=reason):
            call("a.tif")
    (page,) = find_pages(["a.tif"])  # the error comes when it is read
    assert page.number is None


def test_a_tiff_without_pages():
    write("a.tif", b"II*\0" + bytes(4))
    assert count_pages("a.tif") == 0
    with pytest.raises(ValueError, match="there is no page 1: the file has 0"):
        read_page("a.tif")


@pytest.mark.parametrize("big", [False, True])
def test_a_tiff_of_noise_never_does_worse_than_a_value_error(rng, capfd, big):
    content = tiff([np.zeros((8, 8), np.uint8)] * 3, big=big)
    for _ in range(100):
        changed = bytearray(content)
        for _ in range(rng.integers(1, 5)):
            changed[rng.integers(4, len(changed))] = rng.integers(0, 256)
        write("a.tif", bytes(changed))
        for number in (None, 1, 2):
            with suppress(ValueError, MemoryError):
                read_page("a.tif", number)
    assert capfd.readouterr().err == ""


# ---- PDF ----

RED_BELOW = "1 0 0 rg 0 0 72 36 re f"
"""The lower half of a page of an inch is red: PDF counts from below."""


@pytest.mark.parametrize(("dpi", "side"), [(72, 72), (150, 150), (100.5, 101), (36, 36)])
def test_pages_of_a_pdf(dpi, side):
    write("a.pdf", pdf([(72, 72, RED_BELOW, ""), (144, 72, "", "")]))
    assert count_pages("a.pdf") == 2
    page = read_page("a.pdf", dpi=dpi)
    assert page.shape == (side, side, 3)
    assert page.dtype == np.uint8
    assert page.flags.c_contiguous
    assert page.flags.writeable
    assert page[side // 4, side // 2].tolist() == [255, 255, 255]
    assert page[side * 3 // 4, side // 2].tolist() == [0, 0, 255]  # B, G, R
    assert read_page("a.pdf", 1, dpi=72).shape == (72, 144, 3)
    with pytest.raises(ValueError, match="there is no page 3: the file has 2"):
        read_page("a.pdf", 2)


def test_a_turned_page_of_a_pdf():
    write("a.pdf", pdf([(72, 144, "1 0 0 rg 0 0 72 36 re f", "/Rotate 90")]))
    page = read_page("a.pdf", dpi=72)
    assert page.shape == (72, 144, 3)
    assert page[36, 10].tolist() == [0, 0, 255]
    assert page[36, 100].tolist() == [255, 255, 255]


def test_a_filled_form_is_drawn():
    field = (
        "<< /Type /Annot /Subtype /Widget /FT /Tx /T (a) /Rect [0 0 72 72] /F 4 "
        "/MK << /BG [0 0 1] >> /AP << /N 4 0 R >> >>"
    )
    write("a.pdf", pdf(
        [(72, 72, "0 0 1 rg 0 0 72 72 re f", f"/Annots [{field}]")],
        more="/AcroForm << /Fields [] >>",
    ))  # fmt: skip
    assert read_page("a.pdf", dpi=72)[36, 36].tolist() == [255, 0, 0]


def test_a_pdf_that_needs_a_password():
    zeros = "<" + "00" * 32 + ">"
    encrypted = f"/Encrypt << /Filter /Standard /V 1 /R 2 /O {zeros} /U {zeros} /P -4 >>"
    write("a.pdf", pdf([(72, 72, "", "")], trailer=f"{encrypted} /ID [<00> <00>]"))
    for call in (count_pages, read_page):
        with pytest.raises(ValueError, match="an encrypted PDF, which needs a password"):
            call("a.pdf")
    assert find_pages(["a.pdf"])[0].number is None


@pytest.mark.parametrize("content", [b"%PDF-1.4\n", b"%PDF-1.4\n" + bytes(5000)])
def test_a_damaged_pdf(content):
    write("a.pdf", content)
    for call in (count_pages, read_page):
        with pytest.raises(ValueError, match="a damaged PDF: "):
            call("a.pdf")


def test_a_pdf_of_noise_never_does_worse_than_a_value_error(rng):
    content = pdf([(72, 72, RED_BELOW, ""), (144, 72, "", "")])
    for _ in range(200):
        changed = bytearray(content)
        for _ in range(rng.integers(1, 20)):
            changed[rng.integers(0, len(changed))] = rng.integers(0, 256)
        write("a.pdf", bytes(changed))
        with suppress(ValueError, MemoryError):
            read_page("a.pdf", 1, dpi=20)


def test_a_pdf_is_known_by_its_content():
    write("a.dat", pdf([(72, 72, "", "")]))
    assert read_page("a.dat", dpi=72).shape == (72, 72, 3)
    write("b.pdf", b"rubbish\n" + pdf([(72, 72, "", "")]))
    assert read_page("b.pdf", dpi=72).shape == (72, 72, 3)


@pytest.mark.parametrize(
    ("limit", "is_read"),
    [("5184", True), ("5183", False), ("6KB", True), ("5KB", False), ("1MB", True), ("0", False)],
)
def test_a_limit_of_pixels(monkeypatch, limit, is_read):
    write("a.pdf", pdf([(72, 72, "", "")]))
    monkeypatch.setenv("OPENCV_IO_MAX_IMAGE_PIXELS", limit)
    if is_read:
        assert read_page("a.pdf", dpi=72).shape == (72, 72, 3)
    else:
        with pytest.raises(ValueError, match="an image of more pixels than are allowed"):
            read_page("a.pdf", dpi=72)


def test_a_page_without_end_is_refused_without_a_limit():
    write("a.pdf", pdf([(14400, 14400, "", "")]))
    with pytest.raises(ValueError, match="more pixels than are allowed"):
        read_page("a.pdf", dpi=1e6)


def test_threads_draw_pages_at_once():
    write("a.pdf", pdf([(72, 72, RED_BELOW, "")] * 8))
    expected = read_page("a.pdf")
    wrong = []

    def draw(number):
        for _ in range(5):
            if not np.array_equal(read_page("a.pdf", number), expected):
                wrong.append(number)

    threads = [threading.Thread(target=draw, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_without_pypdfium2(monkeypatch):
    monkeypatch.setitem(sys.modules, "pypdfium2", None)
    write("a.pdf", pdf([(72, 72, "", "")] * 2))
    for call in (count_pages, read_page):
        with pytest.raises(
            ImportError, match=r"PDF needs pypdfium2: pip install 'fastcv-ocr\[pdf\]'"
        ):
            call("a.pdf")
    assert find_pages(["a.pdf"])[0].number is None


@linux
def test_no_file_stays_open(rng):
    cv2.imwrite("a.png", blocks(rng))
    write("a.tif", tiff([blocks(rng)] * 2))
    write("a.pdf", pdf([(72, 72, RED_BELOW, "")]))
    write("bad.pdf", b"%PDF-1.4\n")
    write("exif.png", png_with(blocks(rng)))
    before = len(os.listdir("/proc/self/fd"))
    for name in ("a.png", "a.tif", "a.pdf", "exif.png"):
        read_page(name)
        count_pages(name)
    with pytest.raises(ValueError, match="damaged"):
        read_page("bad.pdf")
    for thread in threading.enumerate():
        if thread.name == "fastcv-listener":
            thread.join()
    assert len(os.listdir("/proc/self/fd")) == before
