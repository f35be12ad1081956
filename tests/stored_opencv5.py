"""Crops of cv2 5.0.0.93, in stored_opencv5.npz.

`python tests/stored_opencv5.py`, with that cv2 and on a CPU with AVX2, writes the file again.
"""

import itertools
from pathlib import Path

import numpy as np

PATH = Path(__file__).with_suffix(".npz")

CASES = [
    {"interpolation": interpolation, "border": border, "transform": transform, "corners": corners}
    for interpolation, border, (transform, corners) in itertools.product(
        ["nearest", "linear", "cubic"],
        ["constant", "replicate"],
        [("perspective", "w-1"), ("affine", "w")],
    )
]
BORDER_VALUE = (200, 10, 90, 33)


def load():
    """Return the page (of 4 channels), the boxes, and the file's crops, end to end."""
    with np.load(PATH) as stored:
        return stored["page"], stored["boxes"], stored["crops"]


def cut_all(cut, page, boxes):
    """Cut every case, with as many channels as its turn says, and put the crops end to end."""
    flat = []
    for index, options in enumerate(CASES):
        channels = (3, 1, 4)[index // 2 % 3]
        image = np.ascontiguousarray(page[..., :channels] if channels > 1 else page[..., 0])
        for crop in cut(image, boxes, border_value=BORDER_VALUE[:channels], **options):
            flat.append(crop.ravel())
    return np.concatenate(flat)


def main():
    from reference import convention_crop

    rng = np.random.default_rng(5)
    page = rng.integers(0, 256, (48, 64, 4), np.uint8)
    boxes = np.float32(
        [
            [[5.3, 4.1], [53.2, 6.9], [52.4, 21.5], [4.2, 19.0]],  # 48 px: whole groups of columns
            [[-7.2, 30.4], [34.0, 22.7], [38.1, 36.2], [-4.8, 43.9]],  # across the left edge
            [[60.5, 2.25], [58.0, 33.5], [47.25, 31.0], [50.0, 1.0]],  # turned by 90°
            [[40.0, 30.0], [71.0, 33.0], [66.0, 52.0], [45.0, 41.0]],  # perspective, off the corner
        ]
    )
    crops = cut_all(convention_crop, page, boxes)
    np.savez_compressed(PATH, page=page, boxes=boxes, crops=crops)


if __name__ == "__main__":
    main()
