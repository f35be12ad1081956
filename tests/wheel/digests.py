"""Prints a digest of crops for each dtype, interpolation and border, to compare two builds."""

import hashlib

import numpy as np

import fastcv

DTYPES = "uint8", "uint16", "int16", "float32", "float64"
INTERPOLATIONS = "nearest", "linear", "cubic", "area", "lanczos4"
BORDERS = "constant", "replicate", "reflect", "reflect101", "wrap"


def make_boxes(rng):
    """Slanted words inside, across the edge and outside."""
    places = rng.uniform([-40, -40], [340, 240], (60, 1, 2))
    word = np.array([[0, 0], [50, -4], [52, 22], [1, 26]])
    return (places + word + rng.uniform(-6, 6, (60, 4, 2))).astype(np.float32)


def digest(arrays):
    sha = hashlib.sha256()
    for array in arrays:
        sha.update(repr(array.shape).encode() + array.tobytes())
    return sha.hexdigest()[:16]


def main():
    rng = np.random.default_rng(2023)
    boxes = make_boxes(rng)
    page = rng.integers(0, 256, (240, 340, 4), np.uint8)
    for dtype in DTYPES:
        for channels in 1, 3, 4:
            image = page[..., :channels].astype(dtype)
            for interpolation in INTERPOLATIONS:
                for border in BORDERS:
                    crops = fastcv.image_crop(
                        image, boxes, interpolation=interpolation, border=border
                    )
                    print(dtype, channels, interpolation, border, digest(crops))
    for name in ("rapidocr", "paddlex", "easyocr", "doctr", "mmocr"):
        crops = fastcv.image_crop(page[..., :3].copy(), boxes, convention=name, degenerate="empty")
        print("uint8 3", name, digest(crops))
    colors, counts = fastcv.main_colors(page // 64, n=50)
    print("uint8 4 main_colors", digest([colors, counts]))


if __name__ == "__main__":
    main()
