"""Makers of boxes, a function a kind. Each returns (n, 4, 2) float32, in px of the page."""

import numpy as np


def upright(rng, n, width, height, size=(60, 20)):
    x = rng.uniform(0, width - size[0], n)
    y = rng.uniform(0, height - size[1], n)
    corners = np.array([[0, 0], [1, 0], [1, 1], [0, 1]]) * size
    return (np.stack([x, y], 1)[:, None] + corners).astype(np.float32)


def turned(rng, n, width, height, degrees=180, size=(60, 20)):
    """Boxes turned about their centres by up to ±degrees. Many reach beyond the page."""
    centre = rng.uniform(0, [width, height], (n, 1, 2))
    angle = np.radians(rng.uniform(-degrees, degrees, n))
    corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * size / 2.0
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return (centre + np.einsum("ijn,kj->nki", turn, corners)).astype(np.float32, order="C")


def perspective(rng, n, width, height):
    """Strong perspective: corners move by up to 40 % of the size, the vanishing line is near."""
    boxes = turned(rng, n, width, height, size=(70, 40))
    return (boxes + rng.uniform(-16, 16, boxes.shape)).astype(np.float32)


def mirrored(rng, n, width, height):
    return np.ascontiguousarray(turned(rng, n, width, height)[:, [1, 0, 3, 2]])


def uncrossed(boxes):
    """Boxes that cross themselves, with two corners swapped; the others as they are."""
    edges = np.roll(boxes, -1, 1) - boxes.astype(np.float64)
    before = np.roll(edges, 1, 1)
    turns = np.sign(before[..., 0] * edges[..., 1] - before[..., 1] * edges[..., 0])
    is_crossed = turns.sum(1) == 0
    other = np.where(turns[:, 1] == turns[:, 2], 2, 0)
    order = np.tile(np.arange(4), (len(boxes), 1))
    rows = np.flatnonzero(is_crossed)
    order[rows, 1], order[rows, other[rows]] = other[rows], 1
    return np.take_along_axis(boxes, order[..., None], 1)


def wild(rng, n, width, height):
    """Any four points on or near the page: mirrored, concave, or across the vanishing line."""
    low, high = np.array([[-width / 2, -height / 2], [width * 1.5, height * 1.5]])
    return uncrossed(rng.uniform(low, high, (n, 4, 2)).astype(np.float32))


def tiny(rng, n, width, height):
    size = rng.integers(2, 6, (n, 1, 2)).astype(np.float64)
    start = rng.uniform(-2, [width, height], (n, 1, 2))
    corners = np.array([[0, 0], [1, 0], [1, 1], [0, 1]])
    return (start + corners * (size + 0.25)).astype(np.float32)


def thin(rng, n, width, height):
    """Boxes 2 px high and up to 700 px long, which have x-blocks wider than 64 px."""
    length = rng.uniform(80, 700, n)
    corners = np.array([[0, 0], [1, 0], [1, 1], [0, 1]])
    size = np.stack([length, np.full(n, 2.4)], 1)[:, None]
    return (rng.uniform(0, [width / 2, height], (n, 1, 2)) + corners * size).astype(np.float32)


def outside(rng, n, width, height):
    boxes = turned(rng, n, width, height)
    return (boxes + rng.choice([-1, 1], (n, 1, 2)) * [width, height] * 1.5).astype(np.float32)


def on_ties(rng, n, width, height):
    """Corners on multiples of 1/64 px, so that positions are ties of the rounding to 1/32 px.

    Boxes are upright or sheared. Some have corners moved by another multiple."""
    x, y = rng.integers(-20 * 64, [[(width + 20) * 64], [(height + 20) * 64]], (2, n)) / 64
    w, h = rng.integers([[8], [3]], [[140], [60]], (2, n))
    down, right = rng.integers(-8 * 64, 8 * 64, (2, n)) / 64 * rng.integers(0, 2, (2, n))
    boxes = np.stack(
        [[x, y], [x + w, y + down], [x + w + right, y + h + down], [x + right, y + h]]
    ).transpose(2, 0, 1)
    moves = rng.integers(-6 * 64, 6 * 64, (n, 4, 2)) / 64 * rng.integers(0, 2, (n, 4, 1))
    boxes += moves * rng.integers(0, 2, (n, 1, 1))
    return np.roll(boxes, rng.integers(0, 4), 1).astype(np.float32)


def nearly_degenerate(rng, n, width, height):
    """Three corners nearly on a line: W is nearly 0 at a corner."""
    size = rng.integers([8, 8], [300, 80])
    boxes = turned(rng, n, width, height, size=size).astype(np.float64)
    corner, between = rng.integers(4), rng.uniform(0, 1, (n, 1))
    line = between * boxes[:, corner - 1] + (1 - between) * boxes[:, (corner + 1) % 4]
    boxes[:, corner] = line + 10 ** rng.uniform(-6, 1, (n, 1)) * rng.normal(size=(n, 2))
    return boxes.astype(np.float32)


def of_any_size(rng, n, width, height):
    size = rng.integers([2, 2], [400, 150])
    return turned(rng, n, width, height, degrees=rng.choice([0.5, 5, 180]), size=size)


def far_off(rng, n, width, height):
    return (perspective(rng, n, width, height) + rng.uniform(-1e5, 1e5, (n, 1, 2))).astype(
        np.float32
    )


def on_grid(rng, n, width, height):
    """Any four points with whole coordinates."""
    return uncrossed(rng.integers(0, [width, height], (n, 4, 2)).astype(np.float32))


KINDS = {
    kind.__name__: kind
    for kind in (upright, turned, perspective, mirrored, wild, tiny, thin, outside)
}


HARD_KINDS = {
    kind.__name__: kind
    for kind in (on_ties, nearly_degenerate, of_any_size, far_off, perspective, wild, tiny, thin)
}


def well_formed(boxes):
    """The boxes that are not degenerate, for which OpenCV's own arithmetic has a transform."""
    import fastcv

    dot = np.zeros((4, 4), np.uint8)
    crops = fastcv.image_crop(dot, boxes, degenerate="empty")
    return boxes[[crop.size > 0 for crop in crops]]
