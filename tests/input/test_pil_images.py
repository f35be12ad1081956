"""PIL's images: the modes that have one reading are taken by every function, the others refused."""

import subprocess
import sys

import numpy as np
import pytest

import fastcv
from bad_inputs import BOX, detect, recognize
from fastcv.compat import easyocr

Image = pytest.importorskip("PIL.Image")

CALLS = {
    "image_crop": lambda image: fastcv.image_crop(image, [BOX]),
    "image_crop_openmp": lambda image: fastcv.image_crop_openmp(image, [BOX]),
    "main_colors": fastcv.main_colors,
    "extract_main_colors": fastcv.extract_main_colors,
    "extract_main_colors_openmp": fastcv.extract_main_colors_openmp,
    "text_colors": lambda image: fastcv.text_colors(image, [BOX]),
    "crop_batches": lambda image: tensors(fastcv.crop_batches(image, [BOX])),
    "iter_crop_batches": lambda image: tensors(fastcv.iter_crop_batches(image, [BOX])),
    "image_batches": lambda image: tensors(fastcv.image_batches([image])),
    "iter_image_batches": lambda image: tensors(fastcv.iter_image_batches([image])),
    "detector_input": lambda image: fastcv.detector_input(image).tensor,
    "read_page": lambda image: fastcv.read_page(image, detect, recognize, "-abc"),
}
REFUSED = {
    "CMYK": 'CMYK: image.convert("RGB") makes one',
    "YCbCr": 'YCbCr: image.convert("RGB") makes one',
    "HSV": 'HSV: image.convert("RGB") makes one',
    "RGBX": 'RGBX: image.convert("RGB") makes one',
    "RGBa": 'RGBa: image.convert("RGBA") makes one',
    "La": 'La: image.convert("LA") makes one',
    "LAB": "LAB",
    "I": "I",
}
ARGUMENTS = {
    "image_batches": "crops[0]", "iter_image_batches": "crops[0]", "read_page": "page",
}  # fmt: skip


def tensors(batches):
    return [batch.tensor for batch in batches]


def same(found, wanted):
    if isinstance(found, np.ndarray):
        return np.array_equal(found, wanted)
    if isinstance(found, (list, tuple)):
        return len(found) == len(wanted) and all(map(same, found, wanted))
    return found == wanted


@pytest.fixture
def rgb(rng):
    return rng.integers(0, 4, (60, 80, 3), np.uint8) * 60


def in_mode(mode, rgb):
    """An image of a mode, and the array that it stands for."""
    alpha = rgb[..., :1]
    if mode == "RGB":
        return Image.fromarray(rgb), rgb
    if mode == "RGBA":
        rgba = np.concatenate([rgb, alpha], 2)
        return Image.fromarray(rgba), rgba
    if mode == "L":
        return Image.fromarray(rgb[..., 0]), rgb[..., 0]
    if mode == "LA":
        grays = np.repeat(rgb[..., :1], 3, 2)
        return Image.fromarray(rgb[..., :2]), np.concatenate([grays, rgb[..., 1:2]], 2)
    if mode == "1":
        return Image.fromarray(rgb[..., 0] > 90), (rgb[..., 0] > 90) * np.uint8(255)
    image = Image.fromarray(rgb).quantize(64)  # 4 x 4 x 4 colours: nothing is lost
    if mode == "P":
        return image, rgb
    if mode == "P, one colour transparent":
        image.info["transparency"] = 3
        alpha = (np.asarray(image) != 3)[..., None] * np.uint8(255)
        return image, np.concatenate([rgb, alpha], 2)
    assert mode == "P, alphas in the palette"
    rgba = np.concatenate([rgb, alpha], 2)
    return Image.fromarray(rgba).quantize(64, method=Image.Quantize.FASTOCTREE), None


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "LA", "1", "P", "P, one colour transparent"])
@pytest.mark.parametrize("function", CALLS)
def test_a_mode_with_one_reading_is_that_picture(function, mode, rgb):
    image, array = in_mode(mode, rgb)

    assert same(CALLS[function](image), CALLS[function](array))


def test_a_palette_with_alphas_becomes_rgba(rgb):
    image, _ = in_mode("P, alphas in the palette", rgb)
    assert (image.mode, image.palette.mode) == ("P", "RGBA")

    (crop,) = fastcv.image_crop(image, [BOX])

    (wanted,) = fastcv.image_crop(np.asarray(image.convert("RGBA")), [BOX])
    assert np.array_equal(crop, wanted)


def test_colours_have_the_images_own_order(rgb):
    found = fastcv.main_colors(Image.new("RGB", (5, 5), (243, 239, 227)), 1)

    assert found.colors.tolist() == [[243, 239, 227]]


@pytest.mark.parametrize(("mode", "dtype"), [("I;16", "<u2"), ("I;16B", ">u2"), ("F", "f4")])
def test_deep_images_are_read_as_they_are(rng, mode, dtype):
    array = rng.integers(0, 60000, (60, 80)).astype(dtype)
    image = Image.frombytes(mode, (80, 60), array.tobytes())

    (crop,) = fastcv.image_crop(image, [BOX])

    (wanted,) = fastcv.image_crop(array, [BOX])
    assert crop.dtype == wanted.dtype
    assert np.array_equal(crop, wanted)


def test_a_mask_may_be_of_mode_1(rgb):
    mask = rgb[..., 1] > 90

    found = fastcv.main_colors(rgb, mask=Image.fromarray(mask))

    assert same(found, fastcv.main_colors(rgb, mask=mask))


@pytest.mark.parametrize("function", CALLS)
def test_other_modes_are_refused_by_name(function):
    argument = ARGUMENTS.get(function, "image")
    for mode, text in REFUSED.items():
        with pytest.raises(ValueError, match=mode) as caught:
            CALLS[function](Image.new(mode, (80, 60)))
        assert str(caught.value) == (
            f"{function}: {argument} must be a PIL image of mode 1, L, LA, P, PA, RGB, RGBA, I;16 "
            f"or F, not {text}"
        )


def test_the_projects_own_functions_take_the_same_modes(rgb):
    image, array = in_mode("P", rgb)

    found = easyocr.four_point_transform(image, BOX)

    assert np.array_equal(found, easyocr.four_point_transform(array, BOX))
    with pytest.raises(ValueError, match="not YCbCr"):
        easyocr.four_point_transform(Image.new("YCbCr", (80, 60)), BOX)


def test_small_pages_are_padded_as_their_picture(rgb):
    spec = fastcv.DetectorInput(min_side=32, pad_small=True)
    image, array = in_mode("P", rgb[:20, :20])

    found = fastcv.detector_input(image, spec=spec)

    assert same(found.tensor, fastcv.detector_input(array, spec=spec).tensor)


@pytest.mark.parametrize("change", ["mode", "info", "palette", "convert"])
def test_what_an_image_raises_is_passed_on(change):
    class Broken(Image.Image):
        pass

    def fail(*_):
        raise KeyError(change)

    image = Image.new("P", (80, 60))
    image.__class__ = Broken
    setattr(Broken, change, fail if change == "convert" else property(fail))
    with pytest.raises(KeyError, match=change):
        fastcv.image_crop(image, [BOX])


@pytest.mark.rest
def test_pil_is_not_imported():
    script = "import sys, fastcv, numpy; fastcv.main_colors(numpy.zeros((9, 9), 'u1').data); " \
             "assert not any(name.startswith('PIL') for name in sys.modules)"  # fmt: skip
    subprocess.run([sys.executable, "-c", script], check=True)
