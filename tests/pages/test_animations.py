"""Frames of animations: counted by fastcv, decoded by OpenCV, compared with Pillow."""

import io
import struct

import cv2
import numpy as np
import pytest
from PIL import Image

from fastcv.pages import animation, count_pages, list_pages, read_one_of, read_page
from fastcv.pages.animation import count_frames
from made_pages import blocks, png_with, tiff
from shell import forget_settings

SUFFIXES = ["gif", "webp", "png", "avif"]


@pytest.fixture(autouse=True)
def environment(tmp_path, monkeypatch):
    forget_settings(monkeypatch)
    monkeypatch.chdir(tmp_path)


def animated(rng, suffix, count=5, **options):
    """An animation whose frames differ in a corner only, as encoders like to store them."""
    still = rng.integers(0, 256, (32, 40, 3), np.uint8)
    frames = []
    for k in range(count):
        frame = still.copy()
        frame[4 * k : 4 * k + 4, 5:20] = 25 * k
        frames.append(Image.fromarray(frame))
    file = io.BytesIO()
    options = {"lossless": True, "quality": 100, "duration": 40, **options}
    frames[0].save(file, suffix, save_all=True, append_images=frames[1:], **options)
    return file.getvalue()


def frame_by_pillow(content, number):
    image = Image.open(io.BytesIO(content))
    image.seek(number)
    return np.asarray(image.convert("RGB"))[..., ::-1]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_every_frame_is_pillows(tmp_path, rng, suffix):
    content = animated(rng, suffix)
    path = tmp_path / f"a.{suffix}"
    path.write_bytes(content)

    for number in range(5):
        image, frames = read_one_of(path, number)
        assert frames == 5
        wanted = frame_by_pillow(content, number)
        tolerance = 3 if suffix == "avif" else 0
        assert np.abs(image[..., :3].astype(int) - wanted).max() <= tolerance
    assert np.array_equal(read_page(path), read_page(path, 0))
    assert count_pages(path) == 1
    with pytest.raises(ValueError, match="there is no page 6: the file has 5"):
        read_page(path, 5)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_frames_are_counted_as_pillow_counts_them(rng, suffix):
    for count in (1, 3):
        content = animated(rng, suffix, count)
        assert count_frames(content) == getattr(Image.open(io.BytesIO(content)), "n_frames", 1)


def test_gifs_of_all_kinds_are_counted(rng):
    for options in ({"comment": b"text " * 200}, {"optimize": True}, {"disposal": 2}, {"loop": 3}):
        assert count_frames(animated(rng, "gif", 4, **options)) == 4


@pytest.mark.parametrize("suffix", [*SUFFIXES, "jpg", "bmp"])
def test_stills_have_one_frame(rng, suffix):
    ok, content = cv2.imencode(f".{suffix}", blocks(rng, height=64, width=64))
    assert ok
    assert count_frames(content.tobytes()) == 1


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_damage_never_stops_the_count(rng, suffix):
    content = animated(rng, suffix)
    for size in range(0, len(content), 7):
        assert 1 <= count_frames(content[:size]) <= 5
    damaged = bytearray(content)
    for _ in range(300):
        damaged[rng.integers(len(damaged))] = rng.integers(256)
        assert count_frames(bytes(damaged)) >= 1


@pytest.mark.parametrize("rubbish", [b"\1\1", b"\0\x21\xfe"])
def test_a_gif_of_tiny_blocks_is_not_walked_for_ever(monkeypatch, rubbish):
    monkeypatch.setattr(animation, "_MOST_BLOCKS", 1000)
    frame = b"\x2c" + bytes(10)
    content = b"GIF89a" + bytes(7) + frame + rubbish * 900 + b"\0" + frame + b"\0"
    longer = content.replace(rubbish * 900, rubbish * 1100)

    assert (count_frames(content), count_frames(longer)) == (2, 1)


def test_a_count_that_lies_is_no_frame(tmp_path, rng):
    control = struct.pack(">II", 1000, 0)
    chunk = png_with(blocks(rng), before=chunk_of(b"acTL", control))
    path = tmp_path / "a.png"
    path.write_bytes(chunk)

    with pytest.raises(ValueError):  # noqa: PT011, OpenCV's words
        read_page(path, 900)


def chunk_of(name, data):
    import zlib

    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def test_many_large_frames_are_refused_before_they_are_decoded(tmp_path, rng, monkeypatch):
    path = tmp_path / "a.gif"
    path.write_bytes(animated(rng, "gif"))
    monkeypatch.setenv("OPENCV_IO_MAX_IMAGE_PIXELS", str(3 * 32 * 40))

    read_page(path, 2)
    with pytest.raises(ValueError, match="frame 4: an image of more pixels than are allowed"):
        read_page(path, 3)


def test_one_page_is_listed_of_each_file(rng):
    with open("a.tif", "wb") as file:
        file.write(tiff([blocks(rng) for _ in range(3)]))
    cv2.imwrite("b.png", blocks(rng))

    assert [page[1:] for page in list_pages("a.tif", 2)] == [(1, "a_p0002")]
    assert [page[1:] for page in list_pages("a.tif", 9)] == [(8, "a_p0009")]
    assert [page[1:] for page in list_pages("b.png", 2)] == [(None, "b")]
    assert [page[1:] for page in list_pages(".", 1)] == [(0, "a_p0001"), (None, "b")]


def test_a_tiff_tells_how_many_pages_it_has(rng):
    with open("a.tif", "wb") as file:
        file.write(tiff([blocks(rng) for _ in range(3)]))
    assert read_one_of("a.tif", 1)[1] == 3
