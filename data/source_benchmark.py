"""The source's own benchmark: a random image and 1,528 small, slightly turned boxes."""

from __future__ import annotations

import numpy as np

HEIGHT, WIDTH = 3508, 2480
BOX_COUNT = 1528
BOX_WIDTH, BOX_HEIGHT = 80, 20
GAP_X, GAP_Y = 15, 10
MARGIN = 0.10
MAX_DEGREES = 3.0


def _box_centres() -> np.ndarray:
    """Return the centres of the first boxes of the grid, in reading order."""
    left, top = MARGIN * WIDTH, MARGIN * HEIGHT
    columns = int((WIDTH - 2 * left + GAP_X) // (BOX_WIDTH + GAP_X))
    rows = int((HEIGHT - 2 * top + GAP_Y) // (BOX_HEIGHT + GAP_Y))
    assert rows * columns >= BOX_COUNT, "the page is too small for the boxes"
    x = left + BOX_WIDTH / 2 + np.arange(columns) * (BOX_WIDTH + GAP_X)
    y = top + BOX_HEIGHT / 2 + np.arange(rows) * (BOX_HEIGHT + GAP_Y)
    return np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)[:BOX_COUNT]


def make_source_benchmark(seed: int = 42) -> tuple[np.ndarray, np.ndarray]:
    """Make the random image and the boxes of the source's benchmark.

    The image is an A4 page of uniform noise at 300 dpi. The boxes are 80 x 20 pixels. They stand in
    rows with gaps of 15 pixels (across) and 10 pixels (down), inside a margin of 10 % of the page.
    Each box is turned about its centre by a random angle of at most 3 degrees either way.

    Parameters
    ----------
    seed
        Seed of NumPy's default random generator.

    Returns
    -------
    image : numpy.ndarray
        The image, uint8, of shape (3508, 2480, 3).
    boxes : numpy.ndarray
        The corners (x, y) of each box in the order lt, rt, rb, lb, float32, of shape (1528, 4, 2).

    Examples
    --------
    >>> image, boxes = make_source_benchmark()
    >>> image.shape, boxes.shape
    ((3508, 2480, 3), (1528, 4, 2))
    """
    rng = np.random.default_rng(seed)
    image = rng.integers(0, 256, (HEIGHT, WIDTH, 3), dtype=np.uint8)
    angles = np.deg2rad(rng.uniform(-MAX_DEGREES, MAX_DEGREES, BOX_COUNT))
    cos, sin = np.cos(angles), np.sin(angles)
    turns = np.stack([np.stack([cos, -sin], axis=-1), np.stack([sin, cos], axis=-1)], axis=1)
    half = np.array([BOX_WIDTH, BOX_HEIGHT]) / 2
    corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * half
    boxes = _box_centres()[:, None, :] + corners @ turns.transpose(0, 2, 1)
    return image, boxes.astype(np.float32)


def main() -> None:
    """Print one line about the benchmark."""
    image, boxes = make_source_benchmark()
    low, high = boxes.min(axis=(0, 1)), boxes.max(axis=(0, 1))
    print(
        f"image {image.shape} {image.dtype}, mean {image.mean():.3f}; boxes {boxes.shape} "
        f"{boxes.dtype}, x {low[0]:.1f} to {high[0]:.1f}, y {low[1]:.1f} to {high[1]:.1f}"
    )


if __name__ == "__main__":
    main()
