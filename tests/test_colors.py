"""Main colours are exact, ordered, and drawn."""

import builtins
import os
import resource
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import fastcv
from conftest import linux, run_python
from reference import main_colors as slow_main_colors

PANELS = [fastcv.extract_main_colors, fastcv.extract_main_colors_openmp]
panels = pytest.mark.parametrize("extract", PANELS, ids=lambda f: f.__name__)


def assert_exact(image, n=6, **options):
    colors, counts = fastcv.main_colors(image, n, **options)
    expected_colors, expected_counts = slow_main_colors(image, n)
    assert (colors.dtype, counts.dtype) == (np.uint8, np.int64)
    np.testing.assert_array_equal(counts, expected_counts)
    np.testing.assert_array_equal(colors, expected_colors)


@pytest.mark.parametrize("n", [1, 6, 17, 1000])
@pytest.mark.parametrize("num_threads", [1, 2, 5, None])
def test_the_shipped_pictures(page, logo, n, num_threads):
    assert_exact(page, n, num_threads=num_threads)
    assert_exact(logo, n, num_threads=num_threads)


@pytest.mark.parametrize("shape", [(50, 70), (50, 70, 1), (50, 70, 3), (50, 70, 4), (1, 1, 3)])
@pytest.mark.parametrize("levels", [1, 2, 5, 256])
def test_random_images(rng, shape, levels):
    image = rng.integers(0, levels, shape, np.uint8)
    for n in (1, 2, 6, 40, 10**6, sys.maxsize, 10**30):
        assert_exact(image, min(n, 10**7) if n < 10**7 else 10**7)
        assert len(fastcv.main_colors(image, n).counts) == len(
            slow_main_colors(image, 10**7)[1][:n]
        )


def test_every_pixel_of_another_colour(rng):
    packed = rng.permutation(1 << 20).astype(np.uint32).reshape(1024, 1024)
    image = np.ascontiguousarray(packed.view(np.uint8).reshape(1024, 1024, 4)[..., :3])
    assert_exact(image, 50)
    assert_exact(image, 50, num_threads=3)


@pytest.mark.parametrize("num_threads", [1, 2, 5])
def test_counts_about_a_byte_among_many_colours(rng, num_threads):
    """Past some thousand colours counts are kept in bytes, and what goes beyond them elsewhere."""
    counts = np.array([*range(250, 262), *range(508, 516), 1024, 65536, 65537, 1, 1, 2, 3])
    often = rng.permutation(1 << 24)[: len(counts)]
    once = rng.permutation(1 << 24)[:60_000]
    rest = np.tile(once, 18)
    packed = rng.permutation(np.concatenate([np.repeat(often, counts), rest])).astype("<u4")
    packed = np.resize(packed, (1000, len(packed) // 1000))
    assert packed.size >= 1 << 20
    image = np.ascontiguousarray(packed.view(np.uint8).reshape(*packed.shape, 4)[..., :3])
    for n in (1, 5, 20, 40, 100_000):
        assert_exact(image, n, num_threads=num_threads)


@pytest.mark.parametrize("num_threads", [2, 3, 8])
def test_few_colours_in_some_rows_and_many_in_others(rng, num_threads):
    """Some threads keep a hash and some turn to bytes."""
    image = np.zeros((1600, 700, 3), np.uint8)
    image[::7] = 9
    image[500:640] = rng.integers(0, 256, (140, 700, 3))
    for rows in (image, image[::-1], np.roll(image, 600, axis=0)):
        assert_exact(rows, 40, num_threads=num_threads)
        assert_exact(rows, 10**6, num_threads=num_threads)


@pytest.mark.parametrize("shape", [(1, 300_000, 3), (300_000, 1, 3), (3, 200_001, 4)])
def test_long_rows_and_columns(rng, shape):
    image = rng.integers(0, 3, shape, np.uint8)
    assert_exact(image, 30)
    assert_exact(image, 30, num_threads=4)


def test_equal_counts_are_ordered_by_value_largest_first():
    image = np.arange(40, dtype=np.uint8)[None, :, None].repeat(3, axis=2)
    colors, counts = fastcv.main_colors(image, 20)
    np.testing.assert_array_equal(colors[:, 0], np.arange(39, 19, -1))
    assert (counts == 1).all()


def test_three_channels_count_pixels_with_any_value_zero():
    image = np.zeros((4, 4, 3), np.uint8)
    image[0] = (255, 0, 0)
    result = fastcv.main_colors(image)
    assert result.colors.tolist() == [[0, 0, 0], [255, 0, 0]]
    assert result.counts.tolist() == [12, 4]


def test_transparent_pixels_do_not_count_and_faint_ones_do():
    image = np.zeros((2, 3, 4), np.uint8)
    image[0] = (1, 2, 3, 1)
    image[1, 0] = (9, 9, 9, 255)
    result = fastcv.main_colors(image)
    assert result.colors.tolist() == [[1, 2, 3], [9, 9, 9]]
    assert result.counts.tolist() == [3, 1]


def test_an_image_that_is_all_transparent_has_no_colours():
    colors, counts = fastcv.main_colors(np.zeros((5, 5, 4), np.uint8))
    assert colors.shape == (0, 3)
    assert counts.shape == (0,)
    assert fastcv.extract_main_colors(np.zeros((5, 5, 4), np.uint8)).shape == (0, 512, 3)


def test_layouts(page):
    view = page[10:400:3, ::-2, ::-1]
    assert_exact(view)
    assert_exact(page[:200, :300, 0])
    assert_exact(page[5:300, 7:450])


@settings(max_examples=200, deadline=None)
@given(
    hnp.arrays(
        np.uint8,
        st.sampled_from([(3, 5), (4, 4, 3), (2, 9, 4), (6, 1, 1)]),
        elements=st.integers(0, 3),
    ),
    st.integers(1, 100),
)
def test_any_small_image(image, n):
    assert_exact(image, n)


@linux
@pytest.mark.parametrize("spare_mib", [1, 2, 4, 8, 12, 16, 20, 30, 60])
def test_scarce_memory_gives_the_right_counts_or_a_memory_error(spare_mib):
    """The hash, the bytes or both may be refused; nothing may be lost in silence."""
    out = run_python(
        f"""
        import resource
        import numpy as np, fastcv
        rng = np.random.default_rng(0)
        image = rng.integers(0, 256, (1100, 1000, 3), np.uint8) & 0xF8
        expected = fastcv.main_colors(image, 40_000)
        with open("/proc/self/statm") as statm:
            used = int(statm.read().split()[0]) * resource.getpagesize()
        limit = used + ({spare_mib} << 20)
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
        try:
            found = fastcv.main_colors(image, 40_000)
        except MemoryError:
            print("refused")
        else:
            assert (found.counts == expected.counts).all()
            assert (found.colors == expected.colors).all()
            print("counted", found.counts.sum())
        """,
        OPENBLAS_NUM_THREADS="1",
    )
    assert out in ("refused", "counted 1100000")


# ---- panels ----


@panels
def test_a_panel_has_a_band_a_colour(extract, logo):
    panel = extract(logo, 4)
    colors, _ = slow_main_colors(logo, 4)
    assert panel.shape == (4 * 64, 512, 3)
    assert panel.dtype == np.uint8
    assert panel.flags.c_contiguous
    assert panel.flags.writeable
    for i, color in enumerate(colors):
        assert (panel[64 * i : 64 * (i + 1)] == color).all()


@panels
def test_a_panel_of_few_colours_is_not_padded(extract):
    assert extract(np.zeros((3, 3), np.uint8)).shape == (64, 512, 3)


@panels
@pytest.mark.parametrize("kind", [str, Path])
def test_paths(extract, logo, kind, tmp_path):
    path = tmp_path / "größe.png"
    cv2.imwrite(str(path), logo)
    np.testing.assert_array_equal(extract(kind(path)), extract(logo))


@panels
def test_a_missing_file(extract, tmp_path):
    with pytest.raises(FileNotFoundError, match=r"none\.png") as caught:
        extract(tmp_path / "none.png")
    assert extract.__name__ in str(caught.value)
    assert caught.value.filename == os.fspath(tmp_path / "none.png")


@panels
@pytest.mark.parametrize("content", [b"", b"not an image", b"\x89PNG\r\n\x1a\n"])
def test_a_file_that_is_no_image(extract, content, tmp_path):
    path = tmp_path / "text.png"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"not an image that OpenCV can read: '.*text\.png'"):
        extract(path)


@panels
def test_a_file_of_16_bits_a_channel(extract, tmp_path):
    path = tmp_path / "deep.png"
    cv2.imwrite(str(path), np.zeros((4, 4, 3), np.uint16))
    with pytest.raises(TypeError, match=r"image must be uint8, not uint16: '.*deep\.png'"):
        extract(path)


@panels
def test_a_folder(extract, tmp_path):
    with pytest.raises(IsADirectoryError, match=extract.__name__):
        extract(tmp_path)


@panels
def test_without_opencv_a_path_names_the_extra(extract, monkeypatch):
    real_import = builtins.__import__

    def no_cv2(name, *rest):
        if name == "cv2":
            raise ImportError(name)
        return real_import(name, *rest)

    monkeypatch.setattr(builtins, "__import__", no_cv2)
    with pytest.raises(ImportError, match=r"pip install 'fastcv\[io\]'"):
        extract("logo.png")


def test_a_panel_beyond_the_limit_is_refused():
    image = np.arange(1 << 16, dtype=np.uint32).view(np.uint8).reshape(256, 256, 4)[..., :3]
    with pytest.raises(ValueError, match="N makes a panel of 65536 colours, 6442450944 bytes"):
        fastcv.extract_main_colors(image, 1 << 16)


# ---- refusals ----

FUNCTIONS = {
    "main_colors": ("n", fastcv.main_colors),
    "extract_main_colors": ("N", fastcv.extract_main_colors),
    "extract_main_colors_openmp": ("N", fastcv.extract_main_colors_openmp),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_wrong_arguments_are_refused_by_name(name, rng):
    argument, function = FUNCTIONS[name]
    image = rng.integers(0, 255, (4, 4, 3), np.uint8)
    wrong = [
        (TypeError, "image must be an array of uint8, not uint16", (image.astype(np.uint16),)),
        (TypeError, "image must be an array of uint8, not NoneType", (None,)),
        (TypeError, "masked", (np.ma.masked_array(image),)),
        (ValueError, "1, 3 or 4 channels, not 2", (image[..., :2],)),
        (ValueError, "at least one pixel", (image[:0],)),
        (ValueError, "not shape", (image[None],)),
        (ValueError, f"{argument} must be at least 1, got 0", (image, 0)),
        (ValueError, f"{argument} must be at least 1, got -3", (image, -3)),
        (ValueError, f"{argument} must be at least 1, got -9", (image, -(10**5000))),
        (TypeError, f"{argument} must be an int, not float", (image, 2.0)),
        (TypeError, f"{argument} must be an int, not NoneType", (image, None)),
    ]
    for error, text, arguments in wrong:
        with pytest.raises(error, match=text) as caught:
            function(*arguments)
        assert str(caught.value).startswith(f"{name}: ")


def test_references_and_memory_stay_flat(rng):
    image = rng.integers(0, 9, (50, 50, 4), np.uint8)

    def calls(n):
        for _ in range(n):
            fastcv.main_colors(image)
            fastcv.main_colors(image[::-1], num_threads=2)
            with pytest.raises(ValueError, match="at least 1"):
                fastcv.main_colors(image, 0)

    calls(300)
    count = sys.getrefcount(image)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    calls(10_000)
    assert sys.getrefcount(image) == count
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - peak < 2048  # KiB
