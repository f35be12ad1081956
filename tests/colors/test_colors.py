"""Main colours are exact, ordered, and drawn."""

import builtins
import os
import resource
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import fastcv
import reference_colors
from conftest import linux, run_python
from fastcv import _core, files
from reference import main_colors as slow_main_colors

PANELS = [fastcv.extract_main_colors, fastcv.extract_main_colors_openmp]
panels = pytest.mark.parametrize("extract", PANELS, ids=lambda f: f.__name__)


def assert_exact(image, n=6, **options):
    colors, counts = fastcv.main_colors(image, n, **options)
    expected_colors, expected_counts = slow_main_colors(image, n)
    assert (colors.dtype, counts.dtype) == (np.uint8, np.int64)
    np.testing.assert_array_equal(counts, expected_counts)
    np.testing.assert_array_equal(colors, expected_colors)


@pytest.fixture(params=fastcv.build_info()["kernels"])
def kernel(request):
    before = fastcv.build_info()["kernel"]
    _core._set_kernel(request.param)
    yield
    _core._set_kernel(before)


def noise(rng, height, width):
    return rng.integers(0, 256, (height, width, 3), np.uint8)


@pytest.mark.parametrize("name", ["page", "logo"])
def test_the_shipped_pictures(request, name):
    image = request.getfixturevalue(name)
    expected_colors, expected_counts = slow_main_colors(image, 1000)
    for n in (1, 6, 17, 1000):
        for num_threads in (1, 2, 5, None):
            colors, counts = fastcv.main_colors(image, n, num_threads=num_threads)
            np.testing.assert_array_equal(counts, expected_counts[:n])
            np.testing.assert_array_equal(colors, expected_colors[:n])


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


@pytest.mark.parametrize(
    "num_threads", [2, *(pytest.param(n, marks=pytest.mark.rest) for n in (1, 5))]
)
def test_counts_about_a_byte_among_many_colours(rng, num_threads):
    """With more than 4,096 colours, bytes hold counts modulo 256 and a hash holds the rest."""
    counts = np.array([*range(250, 262), *range(508, 516), 1024, 65536, 65537, 1, 1, 2, 3])
    often = rng.permutation(1 << 24)[: len(counts)]
    once = rng.permutation(1 << 24)[:60_000]
    rest = np.tile(once, 18)
    packed = rng.permutation(np.concatenate([np.repeat(often, counts), rest])).astype("<u4")
    packed = np.resize(packed, (1000, len(packed) // 1000))
    assert packed.size >= 1 << 20
    image = np.ascontiguousarray(packed.view(np.uint8).reshape(*packed.shape, 4)[..., :3])
    expected_colors, expected_counts = slow_main_colors(image, 100_000)
    for n in (1, 20, 100_000):
        colors, counts = fastcv.main_colors(image, n, num_threads=num_threads)
        np.testing.assert_array_equal(counts, expected_counts[:n])
        np.testing.assert_array_equal(colors, expected_colors[:n])


@pytest.mark.parametrize("channels", [3, 4])
def test_few_pixels_of_many_colours(kernel, rng, channels):
    """From 1,024 colours on, fewer than 524,288 px are sorted by blue instead of hashed."""
    image = rng.integers(0, 256, (90, 70, channels), np.uint8)
    image[30:50, ::2] = 7
    image[..., -1] &= rng.choice(np.uint8([0, 255]), (90, 70))  # with 4 channels, alpha
    mask = rng.integers(0, 2, (90, 70), np.uint8)
    for view in (image, image[::-1, 3:-2], image[:, ::2], np.asfortranarray(image)):
        for n in (1, 6, 5000):
            assert_exact(view, n)
    for n in (1, 6, 5000):
        found = fastcv.main_colors(image, n, mask=mask)
        expected = reference_colors.main_colors(image, n, mask=mask)
        np.testing.assert_array_equal(found.colors, expected[0])
        np.testing.assert_array_equal(found.counts, expected[1])


def test_as_few_colours_as_a_hash_takes_and_one_more():
    for colors in (1023, 1024, 1025, 2048, 2049):
        packed = np.resize(np.arange(colors) * 9_874_321 % (1 << 24), 4096).astype("<u4")
        image = packed.view(np.uint8).reshape(64, 64, 4)[..., :3]
        assert_exact(image, 3000)


def test_a_large_box_of_many_colours(rng):
    """Its pixels are gathered row by row, between slanted edges."""
    image = noise(rng, 400, 420)
    box = np.float32([[10, 3], [415, 20], [400, 396], [2, 380]])
    (found,) = fastcv.main_colors(image, 9, boxes=[box])
    expected = reference_colors.main_colors(image, 9, box=box)
    np.testing.assert_array_equal(found.colors, expected[0])
    np.testing.assert_array_equal(found.counts, expected[1])


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_long_runs_and_single_pixels_in_turn(kernel, rng, channels):
    """Pixels are counted run by run in some pieces of 1,024 px, and singly in others."""
    image = rng.integers(0, 20, (900, 1100, channels), np.uint8)
    image += np.repeat(np.arange(0, 225, dtype=np.uint8), 4)[:, np.newaxis, np.newaxis]
    image[200:450] = 9
    image[500:510, :, 0] = 3
    assert_exact(image, 40)
    assert_exact(image[:, 1:-1], 40, num_threads=2)


@pytest.mark.parametrize("num_threads", [2, 3, 8])
def test_few_colours_in_some_rows_and_many_in_others(rng, num_threads):
    """Some threads keep a hash, others turn to bytes."""
    image = np.zeros((1600, 700, 3), np.uint8)
    image[::7] = 9
    image[500:640] = rng.integers(0, 256, (140, 700, 3))
    for rows in (image, image[::-1], np.roll(image, 600, axis=0)):
        assert_exact(rows, 40, num_threads=num_threads)
        assert_exact(rows, 10**6, num_threads=num_threads)


@pytest.mark.parametrize("shape", [(1, 1_200_000, 3), (1_200_000, 1, 3), (3, 400_001, 4)])
def test_long_rows_and_columns(rng, shape):
    image = rng.integers(0, 3, shape, np.uint8)
    assert_exact(image, 30)
    assert_exact(image, 30, num_threads=4)


# ---- runs: every variant against the oracle ----


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_rows_of_every_length(kernel, rng, channels):
    """Rows begin at any address, and memory ends with them."""
    for width in range(1, 100):
        for shape in ((width, channels), (2, width, channels)):
            for levels in (1, 2, 4):
                values = rng.integers(0, levels, int(np.prod(shape)) + 3, np.uint8)
                row = values[-int(np.prod(shape)) :].reshape(-1, width, channels)
                assert_exact(row, 100)


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_a_change_at_every_place(kernel, channels):
    for width in (1, 7, 8, 9, 31, 32, 33, 34, 64, 65, 97, 1023, 1024, 1025):
        for place in {*range(min(width, 70)), *range(max(0, width - 40), width)}:
            row = np.full((1, width, channels), 200, np.uint8)
            row[0, place, channels // 2] = 100
            assert_exact(row)


def test_transparent_pixels_at_every_place(kernel, rng):
    """Transparent pixels do not count, and alpha is not part of a colour."""
    for begin in range(45):
        for length in (1, 2, 7, 8, 9, 31, 32, 33, 40):
            row = rng.integers(0, 2, (1, 90, 4), np.uint8)
            row[..., 3] = rng.choice([1, 127, 128, 255], 90)
            row[0, begin : begin + length, 3] = 0
            assert_exact(row, 20)
            row[..., :3] = 5
            assert_exact(row)


@pytest.mark.parametrize("channels", [1, 3, 4])
@pytest.mark.parametrize("num_threads", [1, 2, 3, 4, 5])
def test_long_runs_and_alternating_pixels(kernel, channels, num_threads):
    image = np.full((1300, 1100, channels), 255, np.uint8)
    image[300, 7:9] = image[301:303] = 1
    image[700:800, ::2] = 3
    for view in (image, image[:, 3:-4], image[::2], image[:, ::-1]):
        assert_exact(view, num_threads=num_threads)


@pytest.mark.parametrize("num_threads", [1, 2, 3, 4, 5])
def test_runs_of_every_kind_in_large_images(kernel, rng, num_threads):
    lengths = rng.geometric(0.02, 40_000)
    for levels in (3, 90):
        colors = rng.integers(0, levels, (len(lengths), 4), np.uint8)
        row = np.repeat(colors, lengths, axis=0)[: 1300 * 1000]
        image = row.reshape(1300, 1000, 4)
        assert_exact(image, 50, num_threads=num_threads)
        assert_exact(image[..., :3], 50, num_threads=num_threads)
        assert_exact(image[:, 5:-6], 50, num_threads=num_threads)


# ---- order ----


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


# ---- memory ----


@pytest.mark.rest
@linux
@pytest.mark.parametrize("is_warm", [False, True])
@pytest.mark.parametrize("spare_mib", [1, 2, 4, 8, 12, 16, 20, 30, 60])
@pytest.mark.own_process
def test_scarce_memory_gives_the_right_counts_or_a_memory_error(spare_mib, is_warm):
    """The system may refuse the hash, the bytes or both; no count may be lost silently."""
    out = run_python(
        f"""
        import resource
        import numpy as np, fastcv
        rng = np.random.default_rng(0)
        image = rng.integers(0, 256, (1100, 1000, 3), np.uint8) & 0xF8
        packed = image.reshape(-1, 3).astype(int) @ [1 << 16, 1 << 8, 1]
        values, counts = np.unique(packed, return_counts=True)
        order = np.lexsort((values, counts))[::-1]
        values, counts = values[order], counts[order]
        colors = np.stack([values >> 16, values >> 8 & 255, values & 255], axis=1)
        del packed, values, order
        if {is_warm}:
            fastcv.main_colors(image)
        with open("/proc/self/statm") as statm:
            used = int(statm.read().split()[0]) * resource.getpagesize()
        limit = used + ({spare_mib} << 20)
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
        try:
            found = fastcv.main_colors(image, 40_000)
        except MemoryError:
            print("refused")
        else:
            assert (found.counts == counts).all()
            assert (found.colors == colors).all()
            print("counted", found.counts.sum())
        """,
        OPENBLAS_NUM_THREADS="1",
    )
    assert out in ("refused", "counted 1100000")
    if spare_mib == 60 or (is_warm and spare_mib >= 8):
        assert out != "refused"


def test_many_callers_at_once_share_no_counts(rng):
    """Tables go from call to call, always zero and never to two calls at once."""
    images = [noise(rng, 760, 700) // (1 + i) for i in range(6)]
    expected = [slow_main_colors(image, 50) for image in images]

    def check(i):
        for num_threads in (1, 2):
            found = fastcv.main_colors(images[i % 6], 50, num_threads=num_threads)
            np.testing.assert_array_equal(found.colors, expected[i % 6][0])
            np.testing.assert_array_equal(found.counts, expected[i % 6][1])

    with ThreadPoolExecutor(7) as callers:
        list(callers.map(check, range(60)))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
@pytest.mark.alone
def test_a_forked_child_counts_like_its_parent(rng):
    image = noise(rng, 760, 700)
    expected = fastcv.main_colors(image, 50)
    child = os.fork()
    if child == 0:
        found = fastcv.main_colors(image, 50, num_threads=1)
        os._exit(0 if np.array_equal(found.counts, expected.counts) else 1)
    assert_exact(image[::-1], 50)
    assert os.waitpid(child, 0)[1] == 0


@pytest.mark.rest
@linux
@pytest.mark.alone
def test_an_interrupted_count_leaves_no_counts_behind(rng):
    out = run_python(
        """
        import signal
        import numpy as np, fastcv
        image = np.random.default_rng(0).integers(0, 256, (1000, 1000, 3), np.uint8)
        expected = fastcv.main_colors(image, 50)
        large = np.tile(image, (60, 1, 1))
        class Stop(Exception):
            pass
        def stop(*_):
            raise Stop
        signal.signal(signal.SIGALRM, stop)
        stopped = 0
        for num_threads in (1, 2):
            for delay in (0.06, 0.09):
                signal.setitimer(signal.ITIMER_REAL, delay)
                try:
                    fastcv.main_colors(large, num_threads=num_threads)
                except Stop:
                    stopped += 1
                signal.setitimer(signal.ITIMER_REAL, 0)
                found = fastcv.main_colors(image, 50)
                assert (found.counts == expected.counts).all()
                assert (found.colors == expected.colors).all()
        assert stopped
        """
    )
    assert out == ""


# ---- panels ----


def test_a_result_cannot_be_hashed():
    image = np.zeros((4, 4, 3), np.uint8)
    for found in (fastcv.main_colors(image), *fastcv.main_colors(image, boxes=[[0, 0, 4, 4]])):
        with pytest.raises(TypeError, match="unhashable"):
            hash(found)


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
def test_without_opencv_a_path_names_the_extra(extract, monkeypatch):
    real_import = builtins.__import__

    def no_cv2(name, *rest):
        if name == "cv2":
            raise ImportError(name)
        return real_import(name, *rest)

    monkeypatch.setattr(builtins, "__import__", no_cv2)
    with pytest.raises(ImportError, match=r"pip install 'fastcv-ocr\[io\]'"):
        extract("logo.png")


@pytest.mark.rest
@pytest.mark.alone
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


def test_a_file_that_is_too_large(tmp_path, monkeypatch):
    cv2.imwrite(str(tmp_path / "page.png"), np.zeros((9, 9, 3), np.uint8))
    monkeypatch.setattr(files, "MAX_FILE_BYTES", 10)
    with pytest.raises(
        ValueError, match=r"extract_main_colors: larger than 10 bytes: '.*page.png'"
    ):
        fastcv.extract_main_colors(tmp_path / "page.png")
