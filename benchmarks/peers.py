"""Other libraries that do fastcv's jobs, each used as its own documentation recommends.

Their pixels differ from cv2's, because each library interpolates in its own arithmetic. Their
colours are equal, because colours are only counted. Libraries that are not installed are left out.
"""

from __future__ import annotations

import importlib
import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from baselines import find_transform

try:
    import numba
except ImportError:
    numba = None
prange = numba.prange if numba else range

Cutter = Callable[[np.ndarray], Sequence[np.ndarray]]


def find_peers() -> tuple[list[str], list[str]]:
    """Return the names of the installed libraries, and of the missing ones."""
    here, missing = [], []
    for name, module in (("numba", "numba"), ("kornia-rs", "kornia_rs"), ("Pillow", "PIL")):
        try:
            importlib.import_module(module)
            here.append(name)
        except ImportError:
            missing.append(name)
    return here, missing


def make_cutter(name: str, image: np.ndarray, threads: int) -> Cutter:
    """Return a function that cuts boxes out of the image; work per page happens here, untimed."""
    if name == "numba":
        return _make_numba_cutter(image, threads)
    return _make_kornia_cutter(image) if name == "kornia-rs" else _make_pillow_cutter(image)


def _make_kornia_cutter(image: np.ndarray) -> Cutter:
    """kornia-rs: one warp per box."""
    from kornia_rs.imgproc import warp_perspective

    def cut(boxes: np.ndarray) -> list[np.ndarray]:
        crops = []
        for box in boxes:
            matrix, (width, height) = find_transform(box)
            crops.append(
                warp_perspective(image, tuple(matrix.ravel()), (height, width), "bilinear")
            )
        return crops

    return cut


def _make_pillow_cutter(image: np.ndarray) -> Cutter:
    """Pillow: one transform per box. Its pixel centres lie at halves, cv2's at whole numbers."""
    from PIL import Image

    picture = Image.fromarray(image)
    half = np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1]])
    minus_half = np.linalg.inv(half)

    def cut(boxes: np.ndarray) -> list[Any]:
        crops = []
        for box in boxes:
            matrix, size = find_transform(box)
            to_page = half @ np.linalg.inv(matrix) @ minus_half
            to_page /= to_page[2, 2]
            crops.append(
                picture.transform(
                    size,
                    Image.Transform.PERSPECTIVE,
                    to_page.ravel()[:8],
                    Image.Resampling.BILINEAR,
                )
            )
        return crops

    return cut


def _make_numba_cutter(image: np.ndarray, threads: int) -> Cutter:
    """numba: all transforms in one NumPy call, then a compiled loop with the boxes on threads."""
    warp = _compile(_warp_boxes)

    def cut(boxes: np.ndarray) -> list[np.ndarray]:
        numba.set_num_threads(threads)
        sizes = _find_sizes(boxes)
        ends = np.cumsum(sizes.prod(axis=1) * image.shape[2])
        out = np.empty(ends[-1], np.uint8)
        warp(image, _find_inverses(boxes, sizes), sizes, ends, out)
        parts = np.split(out, ends[:-1])
        return [
            part.reshape(height, width, image.shape[2])
            for part, (width, height) in zip(parts, sizes, strict=True)
        ]

    return cut


def _find_sizes(boxes: np.ndarray) -> np.ndarray:
    """Return every crop's (width, height)."""
    sides = np.linalg.norm(boxes - np.roll(boxes, -1, axis=1), axis=2).astype(np.int64)
    return np.stack([sides[:, 0::2].max(axis=1), sides[:, 1::2].max(axis=1)], axis=-1)


def _find_inverses(boxes: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """Return the matrices that map crops to the page, each as a row of nine numbers."""
    count = len(boxes)
    x, y = np.zeros((2, count, 4))
    x[:, 1:3] = sizes[:, :1] - 1
    y[:, 2:] = sizes[:, 1:] - 1
    u, v = boxes[..., 0].astype(float), boxes[..., 1].astype(float)
    one, zero = np.ones_like(x), np.zeros_like(x)
    for_u = np.stack([x, y, one, zero, zero, zero, -u * x, -u * y], axis=-1)
    for_v = np.stack([zero, zero, zero, x, y, one, -v * x, -v * y], axis=-1)
    system = np.concatenate([for_u, for_v], axis=1)
    right = np.concatenate([u, v], axis=1)[..., np.newaxis]
    return np.concatenate([np.linalg.solve(system, right)[..., 0], np.ones((count, 1))], axis=1)


def _warp_boxes(image, inverses, sizes, ends, out):  # numba finds the types
    """Interpolate every pixel of every crop; pixels outside the page are 0."""
    page_height, page_width, channels = image.shape
    for n in prange(len(sizes)):
        m0, m1, m2, m3, m4, m5, m6, m7, m8 = inverses[n]
        width, height = sizes[n]
        crop = out[ends[n] - width * height * channels : ends[n]].reshape(height, width, channels)
        for y in range(height):
            for x in range(width):
                scale = 1 / (m6 * x + m7 * y + m8)
                u, v = (m0 * x + m1 * y + m2) * scale, (m3 * x + m4 * y + m5) * scale
                left, top = math.floor(u), math.floor(v)
                i, j = np.float32(u - left), np.float32(v - top)
                if 0 <= left < page_width - 1 and 0 <= top < page_height - 1:
                    for channel in range(channels):
                        a, b = image[top, left, channel], image[top, left + 1, channel]
                        c, d = image[top + 1, left, channel], image[top + 1, left + 1, channel]
                        crop[y, x, channel] = _blend(a, b, c, d, i, j)
                else:
                    for channel in range(channels):
                        a, b = _tap(image, left, top, channel), _tap(image, left + 1, top, channel)
                        c = _tap(image, left, top + 1, channel)
                        d = _tap(image, left + 1, top + 1, channel)
                        crop[y, x, channel] = _blend(a, b, c, d, i, j)


def _blend(a, b, c, d, i, j):
    """Interpolate between two rows of two values."""
    a, b, c, d = np.float32(a), np.float32(b), np.float32(c), np.float32(d)
    upper, lower = a + i * (b - a), c + i * (d - c)
    return np.uint8(upper + j * (lower - upper) + np.float32(0.5))


def _tap(image, x, y, channel):
    """Return a value of the page, or 0 outside the page."""
    if 0 <= x < image.shape[1] and 0 <= y < image.shape[0]:
        return image[y, x, channel]
    return np.uint8(0)


def colors_numba(image: np.ndarray, n: int, threads: int) -> tuple[np.ndarray, np.ndarray]:
    """Partition pixels by their upper 12 bits, then count each part's lower 12 bits in a table."""
    numba.set_num_threads(threads)
    channels = 1 if image.ndim == 2 else image.shape[2]
    keys = _compile(_rank_colors)(image.reshape(-1, channels), n, threads).ravel()
    best = np.sort(keys[keys > 0])[::-1][:n]
    values = best & 0xFFFFFF
    colors = np.stack([values >> 16, values >> 8, values], axis=-1).astype(np.uint8)
    return colors, best >> 24


def _rank_colors(pixels, n, chunks):
    """Return count << 24 | colour of each part's n most frequent colours, or 0 if it has fewer."""
    size, channels = pixels.shape
    green, red = (1, 2) if channels > 1 else (0, 0)
    step = (size + chunks - 1) // chunks
    starts = np.zeros((4096, chunks), np.int64)  # counts at first, then each chunk's write position
    for chunk in prange(chunks):
        for i in range(chunk * step, min(size, (chunk + 1) * step)):
            if channels < 4 or pixels[i, 3] > 0:
                starts[np.int64(pixels[i, 0]) << 4 | pixels[i, green] >> 4, chunk] += 1
    total = 0
    for part in range(4096):
        for chunk in range(chunks):
            count = starts[part, chunk]
            starts[part, chunk] = total
            total += count
    lower = np.empty(total, np.uint16)
    for chunk in prange(chunks):
        for i in range(chunk * step, min(size, (chunk + 1) * step)):
            if channels < 4 or pixels[i, 3] > 0:
                part = np.int64(pixels[i, 0]) << 4 | pixels[i, green] >> 4
                lower[starts[part, chunk]] = (pixels[i, green] & 15) << 8 | pixels[i, red]
                starts[part, chunk] += 1
    keys = np.zeros((4096, n), np.int64)
    for part in prange(4096):
        begin = starts[part - 1, chunks - 1] if part else 0  # starts now holds the parts' ends
        end = starts[part, chunks - 1]
        if begin < end:
            counts = np.zeros(4096, np.int64)
            for i in range(begin, end):
                counts[lower[i]] += 1
            for value in range(4096):
                if counts[value]:
                    _keep_largest(keys[part], counts[value] << 24 | part << 12 | value)
    return keys


def _keep_largest(keys, key):
    """Insert a key into the largest keys, which are sorted in descending order."""
    place = len(keys)
    while place > 0 and keys[place - 1] < key:
        if place < len(keys):
            keys[place] = keys[place - 1]
        place -= 1
    if place < len(keys):
        keys[place] = key


def _compile(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile one of the functions above, once."""
    if function.__name__ not in _compiled:
        _compiled[function.__name__] = numba.njit(parallel=True)(function)
    return _compiled[function.__name__]


_compiled: dict[str, Callable[..., Any]] = {}
if numba:
    _blend, _tap, _keep_largest = map(numba.njit, (_blend, _tap, _keep_largest))
