"""Pictures to files: the same pixels come back, or the format is refused."""

import io

import cv2
import numpy as np
import pytest
from PIL import Image

from conftest import random_image
from fastcv import _core
from fastcv.datasets import encode, png
from fastcv.datasets.encode import DTYPES, encode_all

SHAPES = [(1, 1), (1, 9), (9, 1), (20, 30), (257, 3)]
CHANNELS = [(), (1,), (3,), (4,)]


def read(content):
    return cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_UNCHANGED)


@pytest.fixture(params=["isal", "cv2"])
def encoder(request, monkeypatch):
    if request.param == "cv2":
        monkeypatch.setattr(png, "isal_zlib", None)
    return request.param


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("channels", CHANNELS, ids=str)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_png_keeps_the_pixels(encoder, rng, shape, channels, dtype):
    image = random_image(rng, shape + channels, dtype)
    flat = np.full_like(image, 7)
    for each, content in zip([image, flat], encode_all([image, flat], "png"), strict=True):
        assert np.array_equal(read(content), each.squeeze(2) if channels == (1,) else each)


@pytest.mark.parametrize("channels", [(), (3,), (4,)], ids=str)
def test_pillow_reads_the_same_pixels(encoder, rng, channels):
    image = random_image(rng, (20, 30, *channels), np.uint8)
    (content,) = encode_all([image], "png")
    with Image.open(io.BytesIO(content)) as picture:
        picture.load()
        pixels = np.asarray(picture)
    assert np.array_equal(pixels[..., [2, 1, 0, *range(3, pixels.shape[-1])]]
                          if channels else pixels, image)  # fmt: skip


@pytest.mark.parametrize(
    "view",
    [lambda i: i[::-1], lambda i: i[:, ::-1], lambda i: i[2:9, 3:8], lambda i: i[::3, ::2],
     lambda i: i.transpose(1, 0, 2), np.asfortranarray, lambda i: i[..., ::-1]],
)  # fmt: skip
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_png_of_views(rng, view, channels):
    image = view(random_image(rng, (40, 50, channels), np.uint8))
    before = image.copy()
    (content,) = encode_all([image], "png")
    assert np.array_equal(read(content).reshape(image.shape), image)
    assert np.array_equal(image, before)


def test_png_of_other_byte_orders(rng):
    image = random_image(rng, (20, 30), np.uint16)
    assert png.can_encode(image)
    assert not png.can_encode(image.astype(">u2"))


@pytest.mark.parametrize(
    ("images", "kind", "text"),
    [([np.zeros((5, 5), np.uint8)], TypeError, "images must be a tuple"),
     ((np.zeros((5, 5), np.uint8), np.zeros((5, 5, 2), np.uint8)), ValueError,
      "images must have 1, 3 or 4 channels"),
     ((np.zeros((5, 5), np.float32),), TypeError,
      "images must be an array of uint8 or uint16, not float32")],
)  # fmt: skip
def test_rows_that_cannot_be_made(images, kind, text):
    with pytest.raises(kind, match=f"^_png_rows: {text}$"):
        _core._png_rows(images)


def test_words_take_no_more_bytes_than_by_opencv(page, page_boxes, monkeypatch):
    import fastcv

    crops = fastcv.image_crop(page, page_boxes[::10])
    by_isal = sum(map(len, encode_all(crops, "png")))
    monkeypatch.setattr(png, "isal_zlib", None)
    assert by_isal < sum(map(len, encode_all(crops, "png")))


def test_the_same_picture_gives_the_same_bytes(rng):
    image = random_image(rng, (20, 30, 3), np.uint8)
    assert len(set(encode_all([image, image.copy()], "png"))) == 1


@pytest.mark.parametrize("format", ["webp", "bmp", "tiff", "npy"])
def test_other_formats_without_loss(rng, format):
    images = [random_image(rng, (20, 30, 3), np.uint8) for _ in range(3)]
    for image, content in zip(images, encode_all(images, format), strict=True):
        found = np.load(io.BytesIO(content)) if format == "npy" else read(content)
        assert np.array_equal(found, image)


@pytest.mark.parametrize("format", ["jpg", "webp"])
def test_quality(page, format):
    few, many = (encode_all([page[:300, :400]], format, quality)[0] for quality in (10, 95))
    assert len(few) < len(many)
    difference = np.abs(read(many).astype(int) - page[:300, :400]).mean()
    assert difference < np.abs(read(few).astype(int) - page[:300, :400]).mean()


def test_default_quality_is_that_of_opencv(page):
    image = page[:300, :400]
    assert encode_all([image], "jpg")[0] == cv2.imencode(".jpg", image)[1].tobytes()
    assert encode_all([image], "jpg", 95) == encode_all([image], "jpg")


@pytest.mark.parametrize(
    ("format", "quality", "kind", "text"),
    [("png", 50, ValueError, "png has no quality: use jpg or webp"),
     ("jpg", 0, ValueError, "quality must be from 1 to 100, got 0"),
     ("webp", 101, ValueError, "quality must be from 1 to 100, got 101"),
     ("jpg", 9.5, TypeError, "quality must be an int, not float")],
)  # fmt: skip
def test_wrong_qualities(image, format, quality, kind, text):
    with pytest.raises(kind, match=f"^{text}$"):
        encode_all([image], format, quality)


@pytest.mark.parametrize("format", DTYPES)
def test_what_a_format_does_not_hold_is_refused(rng, format):
    for dtype in ("uint8", "uint16", "int16", "int32", "float32", "float64"):
        image = rng.integers(0, 100, (9, 9)).astype(dtype)
        if dtype in DTYPES[format]:
            assert len(encode_all([image], format)) == 1
        else:
            with pytest.raises(TypeError, match=f"^{format} does not hold {dtype}"):
                encode_all([rng.integers(0, 9, (5, 5), np.uint8), image], format)


def test_alpha_is_refused_in_a_jpg(rng):
    with pytest.raises(ValueError, match=r"^jpg does not hold alpha"):
        encode_all([random_image(rng, (5, 5, 4), np.uint8)], "jpg")


@pytest.mark.parametrize("shape", [(0, 5, 3), (5, 0), (5, 5, 2), (5, 5, 5)], ids=str)
def test_a_png_that_cannot_be_written(encoder, shape):
    with pytest.raises(ValueError, match=r"^OpenCV cannot write png of \("):
        encode_all([np.zeros((5, 5), np.uint8), np.zeros(shape, np.uint8)], "png")


def test_decoders_are_listened_to_once_a_page(image, monkeypatch):
    listen, calls = encode.listen, []
    monkeypatch.setattr(encode, "listen", lambda: calls.append(1) or listen())
    encode_all([image] * 10, "jpg")
    assert calls == [1]
    encode_all([image] * 10, "png")
    assert calls == [1] * (1 if png.isal_zlib else 2)


def test_no_pictures():
    assert [encode_all([], format) for format in DTYPES] == [[]] * len(DTYPES)
