"""Made probability maps of text detectors."""

import cv2
import numpy as np

KINDS = ("words", "noise", "rings", "clouds", "flat", "specks", "strokes", "grid")


def words(rng, width, height):
    """Tilted and upright words, touching, at edges and beyond them, blurred."""
    pixels = np.zeros((height, width), np.float32)
    for _ in range(rng.integers(0, 12)):
        center = (float(rng.random() * width), float(rng.random() * height))
        size = (float(rng.random() * 80), float(rng.random() * 25))
        angle = float(rng.random() * 180) if rng.random() < 0.7 else 0.0
        corners = cv2.boxPoints((center, size, angle)).astype(np.int32)
        cv2.fillPoly(pixels, [corners], float(rng.random()))
    return cv2.GaussianBlur(pixels, (0, 0), float(rng.random() * 2 + 0.1))


def noise(rng, width, height):
    return rng.random((height, width)) ** rng.integers(1, 5)


def rings(rng, width, height):
    pixels = np.zeros((height, width), np.float32)
    for _ in range(rng.integers(1, 6)):
        center = (int(rng.integers(0, width)), int(rng.integers(0, height)))
        axes = (int(rng.integers(1, 50)), int(rng.integers(1, 30)))
        thickness = int(rng.integers(1, 9)) if rng.random() < 0.8 else -1
        value, angle = float(rng.random()), float(rng.random() * 180)
        cv2.ellipse(pixels, center, axes, angle, 0, 360, value, thickness)
    return pixels


def clouds(rng, width, height):
    pixels = cv2.GaussianBlur(rng.random((height, width)), (0, 0), float(rng.random() * 4 + 0.3))
    pixels = (pixels - pixels.min()) / (np.ptp(pixels) + 1e-9)
    return pixels ** float(rng.random() * 3 + 0.3)


def flat(rng, width, height):
    return np.full((height, width), rng.choice([0, 0.2999999, 0.3, 0.30000004, 0.5, 1]))


def specks(rng, width, height):
    return (rng.random((height, width)) < rng.random() * 0.3) * rng.random()


def strokes(rng, width, height):
    """Lines of one or a few px."""
    pixels = np.zeros((height, width), np.float32)
    for _ in range(rng.integers(1, 10)):
        ends = [(int(rng.integers(0, width)), int(rng.integers(0, height))) for _ in range(2)]
        cv2.line(pixels, *ends, float(rng.random()), int(rng.integers(1, 6)))
    return pixels


def grid(rng, width, height):
    """Lines of equal boxes: ties in every order."""
    pixels = np.zeros((height, width), np.float32)
    step = int(rng.integers(8, 30))
    side = int(rng.integers(3, step))
    for top in range(0, height, step):
        for left in range(0, width, step):
            pixels[top : top + side, left : left + side] = 0.3 + 0.7 * rng.random()
    return pixels


def made(rng, kind, most=160):
    """A map of one of `KINDS`, and the shape of its page."""
    width, height = (int(side) for side in rng.integers(1, most, 2))
    pixels = np.ascontiguousarray(globals()[kind](rng, width, height), np.float32)
    if rng.random() < 0.3:  # tiny values: sums in float64 are rounded, and depend on their order
        tiny = (rng.random(pixels.shape) ** 40).astype(np.float32)
        pixels = np.where(rng.random(pixels.shape) < 0.3, tiny, pixels)
    return pixels, tuple(int(side) for side in rng.integers(1, 400, 2))


def page(boxes, page_shape, side=1536):
    """The map of a page with words at these boxes: shrunk as DB shrinks them, with soft edges."""
    height, width = page_shape[:2]
    scale = side / max(height, width)
    size = [round(extent * scale / 32) * 32 for extent in (width, height)]
    pixels = np.zeros(size[::-1], np.float32)
    for box in np.asarray(boxes, np.float32):
        corners = box * np.float32([size[0] / width, size[1] / height])
        shrink = 0.4 * min(np.ptp(corners[:, 0]), np.ptp(corners[:, 1])) / 2
        inner = corners + np.float32(
            [[shrink, shrink], [-shrink, shrink], [-shrink, -shrink], [shrink, -shrink]]
        )
        cv2.fillPoly(pixels, [np.round(inner).astype(np.int32)], 1.0)
    return cv2.GaussianBlur(pixels, (0, 0), 0.8) * np.float32(0.95)


def letters(rng, width, height):
    """CRAFT's two maps of lines of words: a spot a letter, and a spot a gap between letters."""
    region, link = np.zeros((2, height, width), np.float32)
    y = float(rng.random() * 10)
    while y < height:
        x, tall = float(rng.random() * 10), float(rng.random() * 16 + 4)
        pitch, slope = tall * float(rng.random() + 0.4), float(rng.random() * 0.3 - 0.1)
        while x < width:
            across, down = np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32)
            for pixels, middle in ((region, x), (link, x + pitch / 2)):
                columns = np.exp(-6 * ((across - middle) / pitch) ** 2)
                rows = np.exp(-6 * ((down - y - slope * middle) / tall) ** 2)
                np.maximum(pixels, rows[:, None] * columns, out=pixels)
            x += pitch * (1 if rng.random() < 0.8 else 2)
        y += tall * float(rng.random() + 0.8)
    return region, link


def craft(rng, kind, most=160):
    """A region and a link map: "letters", or two maps of one size, the first of one of `KINDS`."""
    if kind == "letters":
        return letters(rng, *(int(side) for side in rng.integers(1, most, 2)))
    region, _ = made(rng, kind, most)
    other = globals()[KINDS[rng.integers(len(KINDS))]]
    return region, np.ascontiguousarray(other(rng, *region.shape[::-1]), np.float32)
