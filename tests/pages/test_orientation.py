"""Pages are turned as EXIF says: as cv2.imread and Pillow turn them."""

import io
import struct

import cv2
import numpy as np
import pytest
from PIL import Image, ImageOps

import fastcv
from fastcv.pages import read_page
from fastcv.pages.orientation import orientation_of
from made_pages import (
    blocks,
    exif,
    jpeg_with,
    png_chunk,
    png_with,
    riff_chunk,
    segment,
    tiff,
    turned,
    webp_with,
)  # fmt: skip

ORIENTATIONS = range(1, 9)


def app1(block):
    return segment(0xE1, b"Exif\0\0" + block)


MAKERS = {
    "jpg": lambda image, orientation: jpeg_with(image, app1(exif(orientation))),
    "png": lambda image, orientation: png_with(image, png_chunk(b"eXIf", exif(orientation))),
    "webp": lambda image, orientation: webp_with(image, exif(orientation)),
    "tiff": lambda image, orientation: tiff([image], orientation),
}
KINDS = [
    *((suffix, 3, np.uint8) for suffix in MAKERS),
    ("jpg", 1, np.uint8), ("png", 1, np.uint8), ("png", 4, np.uint8), ("png", 3, np.uint16),
    ("png", 4, np.uint16), ("png", 1, np.uint16), ("webp", 4, np.uint8), ("tiff", 1, np.uint16),
    ("tiff", 3, np.uint16),
]  # fmt: skip


def lie_alike(one, other, suffix):
    """Whether two pictures are equal, or in a lossy format nearly so."""
    if one.shape != other.shape or one.dtype != other.dtype:
        return False
    most = 24 if suffix == "jpg" else 0
    return np.abs(one.astype(int) - other.astype(int)).mean() <= most


def read_by_opencv(path, is_lying_tiff):
    """Read by cv2.imread. That of OpenCV 4.14 fails for a TIFF that lies; cv2.imdecode does not."""
    flags = cv2.IMREAD_ANYDEPTH | cv2.IMREAD_ANYCOLOR
    if is_lying_tiff:
        return cv2.imdecode(np.fromfile(path, np.uint8), flags)
    return cv2.imread(str(path), flags)


def opened_by_pillow(content):
    """The picture upright, in OpenCV's order of channels."""
    pixels = np.asarray(ImageOps.exif_transpose(Image.open(io.BytesIO(content))))
    return pixels[:, :, [2, 1, 0, 3][: pixels.shape[2]]] if pixels.ndim == 3 else pixels


@pytest.mark.parametrize("orientation", ORIENTATIONS)
@pytest.mark.parametrize(("suffix", "channels", "dtype"), KINDS)
def test_all_eight_in_each_format(tmp_path, rng, suffix, channels, dtype, orientation):
    image = blocks(rng, channels, dtype)
    path = tmp_path / f"page.{suffix}"
    path.write_bytes(MAKERS[suffix](image, orientation))
    page = read_page(path)
    assert lie_alike(page, np.ascontiguousarray(turned(image, orientation)), suffix)
    assert page.flags.c_contiguous
    others = read_by_opencv(path, suffix == "tiff" and orientation >= 5)
    assert np.array_equal(page[:, :, :3] if channels == 4 else page, others)
    if channels == 1 or dtype == np.uint8:  # Pillow has no 16 bits of colour
        assert lie_alike(page, opened_by_pillow(path.read_bytes()), suffix)
    stored = turned(image, orientation) if suffix == "tiff" else image
    assert lie_alike(read_page(path, exif=False), np.ascontiguousarray(stored), suffix)


@pytest.mark.parametrize("suffix", MAKERS)
def test_main_colors_are_of_the_picture_as_it_is_stored(tmp_path, rng, suffix):
    image = blocks(rng)
    panels = []
    for orientation in ORIENTATIONS:
        path = tmp_path / f"{orientation}.{suffix}"
        path.write_bytes(MAKERS[suffix](image, orientation))
        panels.append(fastcv.extract_main_colors(path))
    for panel in panels[1:]:
        assert np.array_equal(panel, panels[0])


def entry(tag, kind, count, value, order="<"):
    return struct.pack(f"{order}HHII", tag, kind, count, value)


XMP = segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0<x/>")
BIG_ENDIAN = exif(6, ">")
WHERE = {
    "big-endian": (jpeg_with, [app1(BIG_ENDIAN)], 6),
    "after other tags": (jpeg_with, [app1(exif(6, before=[entry(0x100, 4, 1, 9)] * 3))], 6),
    "after XMP": (jpeg_with, [XMP, app1(exif(6))], 6),
    "after a comment": (jpeg_with, [segment(0xFE, b"hello"), app1(exif(6))], 6),
    "after a byte to fill up": (jpeg_with, [b"\xff\xff" + app1(exif(6))], 6),
    "two, the first": (jpeg_with, [app1(exif(6)), app1(exif(3))], 6),
    "orientation 0": (jpeg_with, [app1(exif(0))], 1),
    "orientation 9": (jpeg_with, [app1(exif(9))], 1),
    "cut": (jpeg_with, [app1(exif(6)[:14])], 1),
    "no order": (jpeg_with, [app1(b"XX" + exif(6)[2:])], 1),
    "a directory far away": (jpeg_with, [app1(exif(6)[:4] + b"\xff\xff\xff\x7f")], 1),
    "png, after the picture": (png_with, [b"", png_chunk(b"eXIf", exif(6))], 6),
    "png, two": (png_with, [png_chunk(b"eXIf", exif(6)) + png_chunk(b"eXIf", exif(3))], 6),
    "png, a wrong checksum": (png_with, [png_chunk(b"eXIf", exif(6))[:-1] + b"x"], 1),
    "webp, before the picture": (webp_with, [exif(6), 8, True], 6),
    "webp, without its flag": (webp_with, [exif(6), 0], 1),
}


@pytest.mark.opencv4
@pytest.mark.parametrize("where", WHERE)
def test_where_the_orientation_is(tmp_path, rng, where):
    make, arguments, expected = WHERE[where]
    image = blocks(rng)
    content = make(image, *arguments)
    assert orientation_of(content) == expected
    path = tmp_path / "page"
    path.write_bytes(content)
    assert np.array_equal(read_page(path), cv2.imread(str(path)))


@pytest.mark.parametrize("make", [
    lambda image, block: jpeg_with(image, app1(block)),
    lambda image, block: png_with(image, png_chunk(b"eXIf", block)),
    lambda image, block: webp_with(image, block),
])  # fmt: skip
def test_damaged_exif_never_raises(rng, make):
    content = make(blocks(rng), exif(6, before=[entry(0x100, 4, 1, 9)]))
    end = min(content.index(b"II*\0") + 40, len(content))
    for _ in range(3000):
        changed = bytearray(content)
        for _ in range(rng.integers(1, 4)):
            changed[rng.integers(0, end)] = rng.integers(0, 256)
        assert 1 <= orientation_of(bytes(changed)) <= 8
        assert 1 <= orientation_of(content[: rng.integers(0, len(content))]) <= 8


def test_a_changed_orientation_is_what_opencv_reads(rng, capfd):
    """Any entry whose bytes are noise, beside the orientation, in both orders of bytes."""
    image = blocks(rng)
    for order in "<>":
        for _ in range(300):
            tags = rng.choice([0x112, 0x100, 0x111, 0x9000], rng.integers(0, 4))
            values = [entry(int(tag), 3, 1, int(rng.integers(0, 2**32)), order) for tag in tags]
            content = jpeg_with(image, app1(exif(int(rng.integers(0, 12)), order, values)))
            expected = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)
            found = turned(cv2.imdecode(np.frombuffer(content, np.uint8), -1),
                           orientation_of(content))  # fmt: skip
            assert np.array_equal(found, expected), (order, values)


def test_exif_after_many_chunks():
    body = b"WEBP" + riff_chunk(b"VP8X", bytes([8]) + bytes(9)) + riff_chunk(b"JUNK", b"") * 1000
    content = b"RIFF" + struct.pack("<I", len(body)) + body + riff_chunk(b"EXIF", exif(6))
    assert orientation_of(content) == 6
