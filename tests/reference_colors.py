"""Colours of boxes, in NumPy: which pixels count, and what they are."""

import numpy as np

import reference

ONE = 1 << 16
"""A pixel, in the units that corners are rounded to."""


def inside(shape, box):
    """Return a bool a pixel: whether an odd number of the box's edges lie left of its centre."""
    corners = np.rint(np.float32(corners_of(box)).astype(np.float64) * ONE).astype(np.int64)
    rows, columns = np.ogrid[: shape[0], : shape[1]]
    if np.abs(corners).max() > 1 << 29:  # products go beyond 64 bits: Python's ints
        corners, rows, columns = (array.astype(object) for array in (corners, rows, columns))
    rows, columns = rows * ONE, columns * ONE
    is_inside = np.zeros(shape[:2], bool)
    for (x0, y0), (x1, y1) in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        if y0 > y1:
            x0, y0, x1, y1 = x1, y1, x0, y0
        covers = (rows >= y0) & (rows < y1)
        is_left = (columns - x0) * (y1 - y0) >= (rows - y0) * (x1 - x0)
        is_inside ^= (covers & is_left).astype(bool)
    return is_inside


def corners_of(box):
    """Return a box of any accepted shape as corners, shape (m, 2)."""
    box = np.asarray(box)
    if box.shape == (4,):
        x1, y1, x2, y2 = box
        return np.array([[x1, y1], [x2, y1], [x2, y2], [x1, y2]])
    return box.reshape(-1, 2)


def main_colors(image, n, *, box=None, mask=None, bits=8):
    """(colors, counts) of a box, or of the whole image, by sorting every pixel."""
    image = np.asarray(image)
    counts = np.ones(image.shape[:2], bool) if box is None else inside(image.shape, box)
    if mask is not None:
        counts &= np.asarray(mask).reshape(image.shape[:2]) != 0
    values, counts = reference.sorted_colors(image[counts][np.newaxis])
    if bits < 8:
        values, counts = coarser(values, counts, bits)
    values, counts = values[:n], counts[:n]
    colors = np.stack([values >> 16, values >> 8 & 255, values & 255], axis=1).astype(np.uint8)
    return colors, counts


def coarser(values, counts, bits):
    """Put sorted colours that agree in the upper bits together, under the first of them."""
    bins = {}
    upper = (0xFF00 >> bits & 0xFF) * 0x010101
    for value, count in zip(values.tolist(), counts.tolist(), strict=True):
        first, total = bins.get(value & upper, (value, 0))
        bins[value & upper] = first, total + count
    found = sorted(bins.values(), key=lambda found: (found[1], found[0]), reverse=True)
    return np.array(found, np.int64).reshape(-1, 2).T
