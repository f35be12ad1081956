"""The baselines that fastcv is compared with: the same jobs in Python, NumPy and cv2.

The decorator ``profile`` marks functions for ``kernprof -l -v``, which shows the time of each line.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache

import numpy as np

from harness import cv2, profile


@profile
def find_transform(box: np.ndarray) -> tuple[np.ndarray, tuple[int, int]]:
    """Return the matrix that maps a box (corners lt, rt, rb, lb) to its crop, and the size."""
    lt, rt, rb, lb = box
    width = max(int(np.linalg.norm(rb - lb)), int(np.linalg.norm(rt - lt)))
    height = max(int(np.linalg.norm(rt - rb)), int(np.linalg.norm(lt - lb)))
    target = np.array(
        [[0, 0], [width - 1, 0], [width - 1, height - 1], [0, height - 1]], np.float32
    )
    return cv2.getPerspectiveTransform(box, target), (width, height)


@profile
def crop_loop(
    image: np.ndarray,
    boxes: Iterable[np.ndarray],
    interpolation: int = cv2.INTER_LINEAR,
    border: int = cv2.BORDER_CONSTANT,
) -> list[np.ndarray]:
    """Cut boxes out of a page, one warp per box."""
    crops = []
    for box in boxes:
        matrix, size = find_transform(box)
        crop = cv2.warpPerspective(image, matrix, size, flags=interpolation, borderMode=border)
        crops.append(crop)
    return crops


@profile
def find_sizes(boxes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the widths and heights of all crops; calls NumPy once, not eight times per box."""
    edges = np.linalg.norm(boxes - np.roll(boxes, -1, axis=1), axis=2).astype(int)
    return np.maximum(edges[:, 0], edges[:, 2]), np.maximum(edges[:, 1], edges[:, 3])


@profile
def find_targets(widths: np.ndarray, heights: np.ndarray) -> np.ndarray:
    """Return the corners of all boxes in their crops, shape (n, 4, 2)."""
    targets = np.zeros((len(widths), 4, 2), np.float32)
    targets[:, 1:3, 0] = widths[:, np.newaxis] - 1
    targets[:, 2:, 1] = heights[:, np.newaxis] - 1
    return targets


@profile
def crop_batched(
    image: np.ndarray,
    boxes: np.ndarray,
    interpolation: int = cv2.INTER_LINEAR,
    border: int = cv2.BORDER_CONSTANT,
    each: Callable[..., Iterable[np.ndarray]] = map,
) -> list[np.ndarray]:
    """Compute all sizes and corners at once; cv2 still solves and warps box by box.

    np.linalg.solve could compute all matrices at once, but they would differ from cv2's in the last
    bits, and a few crops would have other pixels.
    """
    widths, heights = find_sizes(boxes)

    def cut(box: np.ndarray, target: np.ndarray, size: tuple[int, int]) -> np.ndarray:
        matrix = cv2.getPerspectiveTransform(box, target)
        return cv2.warpPerspective(image, matrix, size, flags=interpolation, borderMode=border)

    sizes = zip(widths.tolist(), heights.tolist(), strict=True)
    return list(each(cut, boxes, find_targets(widths, heights), sizes))


def crop_pooled(
    pool: ThreadPoolExecutor,
    image: np.ndarray,
    boxes: np.ndarray,
    interpolation: int = cv2.INTER_LINEAR,
    border: int = cv2.BORDER_CONSTANT,
) -> list[np.ndarray]:
    """Pass every box to a pool of Python threads; only cv2's own calls release the GIL."""
    return crop_batched(image, boxes, interpolation, border, pool.map)


def warp_loop(
    image: np.ndarray,
    transforms: Iterable[tuple[np.ndarray, tuple[int, int]]],
    interpolation: int = cv2.INTER_LINEAR,
    border: int = cv2.BORDER_CONSTANT,
) -> list[np.ndarray]:
    """Do the work of `crop_loop` with precomputed transforms: cv2's warps and nothing more."""
    return [
        cv2.warpPerspective(image, matrix, size, flags=interpolation, borderMode=border)
        for matrix, size in transforms
    ]


@profile
def cut_lines(image: np.ndarray, boxes: Iterable[np.ndarray]) -> list[np.ndarray]:
    """Cut boxes out of a page by the rule of PaddleOCR 2.x and RapidOCR, one warp per box."""
    crops = []
    for box in boxes:
        lt, rt, rb, lb = box
        width = int(max(np.linalg.norm(lt - rt), np.linalg.norm(rb - lb)))
        height = int(max(np.linalg.norm(lt - lb), np.linalg.norm(rt - rb)))
        target = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
        crop = cv2.warpPerspective(
            image,
            cv2.getPerspectiveTransform(box, target),
            (width, height),
            flags=cv2.INTER_CUBIC,
            borderMode=cv2.BORDER_REPLICATE,
        )
        crops.append(np.rot90(crop) if height / width >= 1.5 else crop)
    return crops


@profile
def resize_and_pad(crop: np.ndarray, width: int, height: int = 48) -> np.ndarray:
    """Turn a crop into a float32 plane a channel, (v / 255 - 0.5) / 0.5, padded on the right."""
    ratio = crop.shape[1] / float(crop.shape[0])
    resized_width = min(math.ceil(height * ratio), width)
    planes = cv2.resize(crop, (resized_width, height)).astype("float32").transpose(2, 0, 1) / 255
    planes -= 0.5
    planes /= 0.5
    padded = np.zeros((planes.shape[0], height, width), np.float32)
    padded[:, :, :resized_width] = planes
    return padded


@profile
def make_batches(
    crops: Sequence[np.ndarray], size: int = 6, height: int = 48, least_width: int = 320
) -> Iterator[np.ndarray]:
    """Yield the recogniser's batches, sorted by ratio, as RapidOCR and PaddleOCR 2.x make them."""
    order = np.argsort([crop.shape[1] / float(crop.shape[0]) for crop in crops])
    for first in range(0, len(crops), size):
        batch = [crops[index] for index in order[first : first + size]]
        ratios = [crop.shape[1] / float(crop.shape[0]) for crop in batch]
        width = int(height * max(least_width / height, *ratios))
        planes = [resize_and_pad(crop, width, height)[np.newaxis] for crop in batch]
        yield np.concatenate(planes)


@profile
def colors_loop(image: np.ndarray, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Count pixel by pixel in a dictionary."""
    counts: dict[int, int] = {}
    blue, green, red = (plane.tobytes() for plane in _visible_pixels(image).T)
    for b, g, r in zip(blue, green, red, strict=True):
        value = b << 16 | g << 8 | r
        counts[value] = counts.get(value, 0) + 1
    largest = sorted(counts.items(), key=lambda item: (item[1], item[0]), reverse=True)[:n]
    return _unpack(np.array([value for value, _ in largest])), np.array([c for _, c in largest])


@profile
def colors_naive(image: np.ndarray, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Count whole pixel rows."""
    colors, counts = np.unique(_visible_pixels(image), axis=0, return_counts=True)
    order = _most_frequent(counts, n)
    return colors[order], counts[order]


@profile
def colors_fast(image: np.ndarray, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Pack each pixel into one number, then count numbers."""
    packed = _pack_by_shifts(_visible_pixels(image))
    values, counts = np.unique(packed, return_counts=True)
    order = _most_frequent(counts, n)
    return _unpack(values[order]), counts[order]


@profile
def colors_faster(image: np.ndarray, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Pack and sort in place, then measure the runs of equal numbers."""
    packed = _pack_in_place(_visible_pixels(image))
    packed.sort()
    is_start = np.ones(packed.size, bool)
    np.not_equal(packed[1:], packed[:-1], out=is_start[1:])
    starts = np.flatnonzero(is_start)
    counts = np.diff(starts, append=packed.size)
    order = _most_frequent(counts, n)
    return _unpack(packed[starts[order]]), counts[order]


@profile
def colors_cv2_pack(image: np.ndarray, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Let cv2 pack (the four bytes of a pixel are one number), then count numbers."""
    channels = 1 if image.ndim == 2 else image.shape[2]
    to_rgba = {1: cv2.COLOR_GRAY2RGBA, 3: cv2.COLOR_BGR2RGBA, 4: cv2.COLOR_BGRA2RGBA}[channels]
    packed = cv2.cvtColor(image, to_rgba).view("<u4").ravel()  # alpha is the highest byte
    if channels == 4:
        packed = packed[packed >= 1 << 24] & 0xFFFFFF
    values, counts = np.unique(packed, return_counts=True)
    order = _most_frequent(counts, n)
    return _unpack(values[order]), counts[order]


def colors_table(
    count: Callable[[np.ndarray, np.ndarray], None], image: np.ndarray, n: int
) -> tuple[np.ndarray, np.ndarray]:
    """Let a compiled loop count into a table of all colours, then find the largest counts.

    All calls share one table, because 64 MiB of new memory would take longer than the loop.
    """
    counts = _all_colors()
    counts.fill(0)
    count(np.ascontiguousarray(_visible_pixels(image)), counts)
    values = np.flatnonzero(counts)
    counts = counts[values]
    order = _most_frequent(counts, n)
    return _unpack(values[order]), counts[order]


@lru_cache
def _all_colors() -> np.ndarray:
    """Return a table with an entry for each of the 16.8 million colours."""
    return np.empty(1 << 24, np.uint32)


def _visible_pixels(image: np.ndarray) -> np.ndarray:
    """Return the B, G, R of each pixel that is counted, shape (m, 3)."""
    channels = 1 if image.ndim == 2 else image.shape[2]
    pixels = image.reshape(-1, channels)
    if channels == 1:
        return np.repeat(pixels, 3, axis=1)
    return pixels if channels == 3 else pixels[pixels[:, 3] >= 1, :3]


def _pack_by_shifts(pixels: np.ndarray) -> np.ndarray:
    """Return B<<16 | G<<8 | R of each pixel."""
    blue, green, red = (pixels[:, channel].astype(np.uint32) for channel in range(3))
    return blue << 16 | green << 8 | red


def _pack_in_place(pixels: np.ndarray) -> np.ndarray:
    """Return the result of `_pack_by_shifts`, made in one buffer."""
    packed = pixels[:, 0].astype(np.uint32)
    for channel in (1, 2):
        packed <<= 8
        packed |= pixels[:, channel]
    return packed


def _unpack(values: np.ndarray) -> np.ndarray:
    """Return the B, G, R of packed values, shape (k, 3)."""
    return np.stack([values >> 16, values >> 8, values], axis=-1).astype(np.uint8)


def _most_frequent(counts: np.ndarray, n: int) -> np.ndarray:
    """Return the indices of the n largest counts; among equal counts, the last comes first."""
    return np.argsort(counts, kind="stable")[::-1][:n]


# ---- from page to detector ----

IMAGENET = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


def limit_sides(page: np.ndarray, limit: int, kind: str) -> tuple[int, int]:
    """Return a page's sides by RapidOCR's limit rules, multiples of 32."""
    side = min(page.shape[:2]) if kind == "min" else max(page.shape[:2])
    is_beyond = side < limit if kind == "min" else side > limit
    ratio = limit / side if is_beyond else 1.0
    height, width = (round(int(each * ratio) / 32) * 32 for each in page.shape[:2])
    return height, width


def resize_by_limit(page: np.ndarray, limit: int, kind: str) -> np.ndarray:
    """Resize a page by RapidOCR's limit rules."""
    height, width = limit_sides(page, limit, kind)
    return cv2.resize(page, (width, height))


@profile
def rapidocr_input(page: np.ndarray, limit: int, kind: str) -> np.ndarray:
    """Return the detector's tensor as RapidOCR 3.10 makes it: mean and std are float64."""
    mean, std = np.array([0.5, 0.5, 0.5]), np.array([0.5, 0.5, 0.5])
    values = (resize_by_limit(page, limit, kind).astype("float32") * (1 / 255.0) - mean) / std
    return np.expand_dims(values.transpose(2, 0, 1), axis=0).astype(np.float32)


@profile
def paddleocr_input(page: np.ndarray, limit: int, kind: str) -> np.ndarray:
    """Return the detector's tensor as PaddleOCR 2.10 makes it: all in float32."""
    mean, std = (np.array(each, np.float32) for each in IMAGENET)
    pixels = resize_by_limit(page, limit, kind)
    values = (pixels.astype("float32") * np.float32(1 / 255.0) - mean) / std
    return np.expand_dims(values.transpose(2, 0, 1), axis=0).copy()


@profile
def paddlex_input(page: np.ndarray, limit: int, kind: str) -> np.ndarray:
    """Return the detector's tensor as PaddleX 3.7 makes it: channel by channel."""
    planes = list(cv2.split(resize_by_limit(page, limit, kind)))
    for c, (mean, std) in enumerate(zip(*IMAGENET, strict=True)):
        planes[c] = planes[c].astype(np.float32)
        planes[c] *= 1 / 255 / std
        planes[c] += -mean / std
    return np.stack([cv2.merge(planes).transpose(2, 0, 1)], axis=0)


@profile
def easyocr_input(page: np.ndarray, canvas: int) -> np.ndarray:
    """Return CRAFT's tensor as EasyOCR 1.7 makes it: padded to multiples of 32."""
    ratio = min(max(page.shape[:2]), canvas) / max(page.shape[:2])
    height, width = (int(each * ratio) for each in page.shape[:2])
    padded = np.zeros((-(-height // 32) * 32, -(-width // 32) * 32, 3), np.float32)
    padded[:height, :width] = cv2.resize(page, (width, height))
    mean, std = (np.array([each * 255.0 for each in numbers], np.float32) for numbers in IMAGENET)
    values = padded.copy().astype(np.float32)
    values -= mean
    values /= std
    return np.array([values.transpose(2, 0, 1)])
