"""Random pages and boxes, cut by fastcv and by cv2 5."""

import numpy as np

import fastcv
import quads
import reference
from conftest import using_kernel
from reference import convention_crop

INTERPOLATIONS = ("nearest", "linear", "area", "cubic")
BORDERS = ("constant", "replicate")
KINDS = {**quads.KINDS, **quads.HARD_KINDS}


def long_and_thin(rng, n, width, height):
    """Crops of up to 5,000 px."""
    length, thickness = rng.uniform(1000, 5000, n), rng.uniform(2, 30, n)
    corners = np.array([[0, 0], [1, 0], [1, 1], [0, 1]])
    size = np.stack([length, thickness], 1)[:, None]
    return np.float32(rng.uniform(-500, [width, height], (n, 1, 2)) + corners * size)


def whole(rng, n, width, height):
    """Upright boxes with whole coordinates: with the corners "w" they are copies."""
    start = rng.integers([-30, -30], [width, height], (n, 1, 2))
    corners = np.array([[0, 0], [1, 0], [1, 1], [0, 1]])
    return np.float32(start + corners * rng.integers([2, 2], [120, 40], (n, 1, 2)))


KINDS |= {"long_and_thin": long_and_thin, "whole": whole, "on_grid": quads.on_grid}


def random_page(rng, most=600):
    """Noise of any shape, often in an array with other strides."""
    width, height = rng.integers(1, [most, most * 2 // 3])
    channels = rng.choice([0, 1, 3, 4])
    shape = (height, width + 7, channels) if channels else (height, width + 7)
    return rng.integers(0, 256, shape, np.uint8)[:, 3 : width + 3]


def random_options(rng, page):
    channels = page.shape[2] if page.ndim == 3 else 1
    return {
        "interpolation": str(rng.choice(INTERPOLATIONS)),
        "border": str(rng.choice(BORDERS)),
        "border_value": tuple(rng.integers(0, 256, channels).tolist()),
        "corners": str(rng.choice(["w-1", "w"])),
        "transform": "affine" if rng.random() < 0.2 else "perspective",
        "tall_ratio": 1.5 if rng.random() < 0.3 else None,
    }


def has_crop(box, options):
    """Whether fastcv and cv2 cut it by the same matrix: OpenCV takes a few from an SVD."""
    width, height = reference.crop_size(box)
    if width * height > 1 << 22:
        return False
    if options["transform"] == "affine":
        return True
    inset = options["corners"] == "w-1"
    right, bottom = width - inset, height - inset
    corners = np.float32([[0, 0], [right, 0], [right, bottom], [0, bottom]])
    return reference.direct_transform(box, corners) is not None


def boxes_of(rng, kind, page, count, options):
    """Boxes of a kind that have crops."""
    width, height = page.shape[1::-1]
    boxes = KINDS[kind](rng, count, max(width, 60), max(height, 60))
    geometry = {name: options[name] for name in ("corners", "transform")}
    shapes = fastcv.crop_shapes(boxes, degenerate="empty", **geometry)
    return [box for box in boxes[shapes.any(axis=1)] if has_crop(box, options)]


def differences(rng, kernel, kind, count=12, **more):
    """Cut some boxes both ways. Return how many values were compared, and where they differ."""
    page = random_page(rng)
    options = random_options(rng, page) | more
    boxes = boxes_of(rng, kind, page, count, options)
    with using_kernel(kernel):
        crops = fastcv.image_crop(page, boxes, arithmetic="opencv5", **options) if boxes else []
    values, found = 0, []
    plain = np.ascontiguousarray(page)
    for box, crop in zip(boxes, crops, strict=True):
        (expected,) = convention_crop(plain, [box], **options)
        values += crop.size
        different = int(np.count_nonzero(crop != expected))
        if different:
            found.append((kernel, kind, box.tolist(), page.shape, crop.shape, options, different))
    return values, found
