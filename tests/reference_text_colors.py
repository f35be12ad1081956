"""The slow, obvious `text_colors`: docs/colors.md says why each step is there.

Everything is whole numbers, or float64 in a fixed order, so that C can give the same bytes.
Colours are B, G, R.
"""

from __future__ import annotations

import itertools
import math
from typing import NamedTuple

import numpy as np

MOST_SAMPLES = 1023
RING_WEIGHT = 4
LEAST_FAR = 8
BINS = 4  # candidates for a prevailing colour
PAPER_RADIUS, INK_RADIUS, LEAST_APART = 246, 143, 246  # Oklab · 4096
LUMA = np.array([29, 150, 77])


def _linear() -> np.ndarray:
    v = np.arange(256) / 255
    linear = np.where(v <= 0.04045, v / 12.92, ((v + 0.055) / 1.055) ** 2.4)
    return np.rint(linear * 65535).astype(np.int64)


LINEAR = _linear()
CUBE_ROOTS = np.rint(np.cbrt(np.arange(32, 257) / 256) * 65535).astype(np.int64)
TO_LMS = np.array([[3372, 35149, 27015], [7038, 44610, 13887], [41286, 18463, 5787]])
TO_LAB = np.array([[862, 3251, -17], [8102, -9947, 1846], [106, 3206, -3312]])


def cube_root(x: np.ndarray) -> np.ndarray:
    """65535 · (x / 65536)^(1/3), for x from 0 to 65535."""
    shift = np.zeros_like(x)
    for _ in range(5):
        small = x < 8192
        x, shift = np.where(small, x << 3, x), shift + small
    low, part = CUBE_ROOTS[np.maximum(x >> 8, 32) - 32], x & 255
    high = CUBE_ROOTS[np.maximum(x >> 8, 32) - 31]
    return np.where(x < 8192, 0, (low + ((high - low) * part >> 8)) >> shift)


def oklab(bgr: np.ndarray) -> np.ndarray:
    """Oklab · 4096 of colours (n, 3) (Ottosson, 2020)."""
    linear = LINEAR[bgr]
    lms = np.stack([(linear * row).sum(-1) for row in TO_LMS], -1) >> 16
    roots = cube_root(np.minimum(lms, 65535))
    return np.stack([(roots * row).sum(-1) for row in TO_LAB], -1) >> 16


def squared(vectors: np.ndarray) -> np.ndarray:
    """Squared lengths."""
    return (vectors * vectors).sum(-1)


class Samples(NamedTuple):
    """The pixels that are looked at."""

    pixels: np.ndarray  # (n, 3)
    weight: np.ndarray
    span: np.ndarray  # neighbours in a row share one
    line: np.ndarray
    column: np.ndarray
    step_x: int
    step_y: int


def crossings(quad: np.ndarray, y: int) -> list[float]:
    """Where the quad's edges cross a row, in ascending order."""
    found = []
    for i in range(4):
        (x0, y0), (x1, y1) = quad[i], quad[(i + 1) % 4]
        if (y0 <= y) != (y1 <= y):
            found.append((y - y0) * (x1 - x0) / (y1 - y0) + x0)
    return sorted(found)


def spans(quad: np.ndarray, shape: tuple[int, ...], step_x: int, step_y: int):
    """The rows' parts in the quad as (line, y, first column, last column), in steps."""
    first = -(-max(0, math.ceil(quad[:, 1].min())) // step_y)
    last = min(shape[0] - 1, math.ceil(quad[:, 1].max()) - 1) // step_y
    for line in range(first, last + 1):
        xs = crossings(quad, line * step_y)
        for left, right in zip(xs[::2], xs[1::2], strict=True):
            start = -(-max(0, math.ceil(left)) // step_x)
            end = min(shape[1] - 1, math.ceil(right) - 1) // step_x
            if start <= end:
                yield line - first, last - line, line * step_y, start, end


def ring_of(step: int) -> int:
    """How many samples are border."""
    return 2 if step < 4 else 1


def take_samples(page: np.ndarray, quad: np.ndarray) -> Samples:
    """All pixels in the quad, or every so many of them."""
    quad = quad.astype(np.float64)
    step_x = step_y = 1
    while True:
        found = list(spans(quad, page.shape, step_x, step_y))
        if sum(end - start + 1 for *_, start, end in found) <= MOST_SAMPLES:
            break
        if step_x < step_y:
            step_x += 1
        else:
            step_y += 1
    pixels, weights, numbers, lines, columns = [], [], [], [], []
    number = 0
    for line, lines_left, y, start, end in found:
        row = page[y, start * step_x : end * step_x + 1 : step_x]
        was_seen = False
        for i, pixel in enumerate(row):
            if len(pixel) == 4 and pixel[3] == 0:
                number += was_seen
                was_seen = False
                continue
            was_seen = True
            is_ring = min(line, lines_left) < ring_of(step_y)
            is_ring |= min(i, len(row) - 1 - i) < ring_of(step_x)
            pixels.append(np.resize(pixel[:3], 3).astype(int))
            weights.append(RING_WEIGHT if is_ring else 1)
            numbers.append(number)
            lines.append(line)
            columns.append(start + i)
        number += was_seen
    if not pixels:
        empty = np.zeros(0, int)
        return Samples(np.zeros((0, 3), int), empty, empty, empty, empty, step_x, step_y)
    column = np.array(columns)
    return Samples(
        np.array(pixels),
        np.array(weights),
        np.array(numbers),
        np.array(lines),
        column - column.min(),
        step_x,
        step_y,
    )


def median(values: np.ndarray, weight: np.ndarray | None = None) -> np.ndarray:
    """Per channel: the least value that more than half of the weight does not exceed."""
    weight = np.ones(len(values), int) if weight is None else weight
    middles = []
    for channel in values.T:
        order = np.argsort(channel, kind="stable")
        total = np.cumsum(weight[order])
        middles.append(channel[order][np.searchsorted(total, total[-1] // 2, side="right")])
    return np.array(middles)


def key_of(pixels: np.ndarray) -> np.ndarray:
    """A bin for each 16 values a channel."""
    b, g, r = (pixels >> 4).T
    return b << 8 | g << 4 | r


class Cluster(NamedTuple):
    """A prevailing colour."""

    keys: np.ndarray
    mass: int
    color: np.ndarray
    far: int


def prevailing(
    pixels: np.ndarray, weight: np.ndarray, radius: int, apart_from: list[np.ndarray]
) -> Cluster:
    """The bin with the most weight around it, times its distance from other colours."""
    key = key_of(pixels)
    count = np.bincount(key, weight, 4096).astype(np.int64)
    total = np.stack([np.bincount(key, weight * c, 4096) for c in pixels.T], 1).astype(np.int64)
    keys = np.flatnonzero(count)
    count, total = count[keys], total[keys]
    lab = oklab(total // count[:, None])
    far = np.ones(len(keys), np.int64)
    if apart_from:
        far = np.min([squared(lab - oklab(c[None])) for c in apart_from], 0)
    order = np.argsort(-(count * count * far), kind="stable")[:BINS]
    best, best_score = -1, -1
    for i in order:
        near = squared(lab - lab[i]) <= radius * radius
        score = int(count[near].sum()) ** 2 * int(far[i])
        if score > best_score:
            best, best_score = i, score
    near = squared(lab - lab[best]) <= radius * radius
    mass = int(count[near].sum())
    return Cluster(keys[near], mass, total[near].sum(0) // mass, int(far[best]))


def noise_of(samples: Samples) -> int:
    """The median step of luma from pixel to pixel of every second row, in quarters."""
    luma = (samples.pixels * LUMA).sum(1) >> 6
    is_step = (np.diff(samples.span) == 0) & (samples.span[1:] % 2 == 0)
    steps = np.sort(np.abs(np.diff(luma))[is_step])
    return int(steps[len(steps) // 2]) if len(steps) else 0


def fit_plane(samples: Samples, use: np.ndarray) -> np.ndarray | None:
    """Each sample's paper, if the paper's colour changes along the box; None if it does not."""
    in_span = np.arange(len(use)) - np.searchsorted(samples.span, samples.span)
    block = samples.column - in_span % 8
    x, y, pixels = block[use], samples.line[use], samples.pixels[use]
    n, sx, sy = float(len(x)), float(x.sum()), float(y.sum())
    xx = n * float((x * x).sum()) - sx * sx + 100 * n
    yy = n * float((y * y).sum()) - sy * sy + 100 * n
    xy = n * float((x * y).sum()) - sx * sy
    det = xx * yy - xy * xy
    width, height = float(samples.column.max()), float(samples.line.max())
    planes, is_flat = [], True
    for c in pixels.T:
        sc = float(c.sum())
        xc, yc = n * float((x * c).sum()) - sx * sc, n * float((y * c).sum()) - sy * sc
        a, b = (xc * yy - yc * xy) / det, (yc * xx - xc * xy) / det
        is_flat = is_flat and abs(a) * width + abs(b) * height < 8
        at_0 = (sc - a * sx - b * sy) / n
        a, b, at_0 = (math.floor(v * 65536 + 0.5) for v in (a, b, at_0))
        planes.append(at_0 + a * samples.column + b * samples.line + 32768 >> 16)
    return None if is_flat else np.clip(np.stack(planes, 1), 0, 255)


def neighbours(samples: Samples) -> np.ndarray:
    """Numbers of the samples left, right, above and below of each; -1 where there is none."""
    place = {}
    for number, at in enumerate(zip(samples.line, samples.column, strict=True)):
        place[at] = number
    found = []
    for number, (line, column) in enumerate(zip(samples.line, samples.column, strict=True)):
        left = number - 1 if number and samples.span[number - 1] == samples.span[number] else -1
        is_last = number + 1 == len(samples.span)
        right = -1 if is_last or samples.span[number + 1] != samples.span[number] else number + 1
        found.append(
            [left, right, place.get((line - 1, column), -1), place.get((line + 1, column), -1)]
        )
    return np.array(found)


def shortest_side(quad: np.ndarray) -> int:
    """In px."""
    quad = quad.astype(np.float64)
    x, y = (np.roll(quad, -1, 0) - quad).T
    return int(min(1 << 20, *np.sqrt(x * x + y * y).tolist()))


def letters_px(samples: Samples, far: np.ndarray, side_px: int) -> int:
    """How tall the letters are."""
    lines = samples.line[far]
    return min(int(lines[-1] - lines[0] + 1) * samples.step_y, side_px)


def unit(vector: np.ndarray) -> np.ndarray:
    """256 times the vector of length 1."""
    length = math.sqrt(float(squared(vector)))
    return np.array([math.floor(256.0 * float(v) / length + 0.5) for v in vector])


def chroma(vector: np.ndarray) -> np.ndarray:
    """256 times what is left of differences of colour without that of luma."""
    return 256 * vector - (vector * LUMA).sum(-1)[..., None]


def has_hue_of(one: np.ndarray, other: np.ndarray) -> bool:
    """Whether two differences have one hue."""
    one, other = chroma(one), chroma(other)
    both = float(int((one * other).sum()))
    return both > 0 and both * both >= 0.9 * float(int(squared(one))) * float(int(squared(other)))


def cores(
    samples: Samples,
    near: np.ndarray,
    start: np.ndarray,
    end: np.ndarray,
    axis: np.ndarray,
    noise: int,
    tall_px: int,
) -> tuple[np.ndarray, float]:
    """The colour of strokes' cores, pixels that reach as far as their neighbours, and its doubt."""
    count = int(near.sum())
    along = ((samples.pixels - start) * axis).sum(1)
    reach = int(((end - start) * axis).sum())
    around = np.append(along, -(1 << 30))[neighbours(samples)].max(1)
    is_far = near & (2 * along > reach)
    is_core = is_far & (along >= around - (64 * noise + reach // 16))
    if is_core.sum() < 3:
        is_core = is_far
    if not is_core.any():
        return end, 8 + count / 4.0
    level = along >> 8
    levels = np.sort(level[is_core])
    larger = min(max(tall_px, 12), 28) - 12
    is_luma = (np.abs(axis) == LUMA).all()
    share = 304 - 9 * larger if is_luma else 272 - 7 * larger  # of 320
    middle = levels[(share * (len(levels) - 1) + 160) // 320]
    window = 4 + (noise >> 2) + reach // 12800
    color = median(samples.pixels[is_core & (np.abs(level - middle) <= window)])
    n = len(levels)
    spread = float(levels[95 * (n - 1) // 100] - levels[n // 2])
    return color, 512.0 * spread / reach + 8.0 / (n + 1) + count / (4.0 * n)


def end_of(paper: np.ndarray, product: list[int], norm: int, reach: float) -> np.ndarray:
    """The end of a line of these slopes."""
    steps = [float(p) * reach / float(norm) if norm else 0.0 for p in product]
    ends = [int(p) + math.floor(s + 0.5) for p, s in zip(paper, steps, strict=True)]
    return np.clip(ends, 0, 255)


def end_of_cells(
    samples: Samples, rest: np.ndarray, paper: np.ndarray, axis: np.ndarray, reach: int
) -> np.ndarray | None:
    """The end of the line from paper to ink: its slopes over cells of 8 px."""
    width, height = (8 if step == 1 else 4 for step in (samples.step_x, samples.step_y))
    is_in = samples.column < 1024
    along, rest = (rest * axis).sum(1)[is_in], rest[is_in]
    cell = (samples.line // height * 1024 + samples.column // width)[is_in]
    _, cell = np.unique(cell, return_inverse=True)
    count = int(cell.max()) + 1
    one, many = np.zeros(count, np.int64), np.zeros((count, 3), np.int64)
    np.add.at(one, cell, along)
    np.add.at(many, cell, rest)
    norm = int((one * one).sum())
    if norm == 0:
        return None
    return end_of(paper, [int((one * c).sum()) for c in many.T], norm, float(reach))


def is_sharp(
    samples: Samples, paper: np.ndarray, axis: np.ndarray, end: np.ndarray, reach: int
) -> bool:
    """Whether single pixels have eleven twelfths of the chroma that cells have."""
    rest = samples.pixels - paper
    level = (rest * axis).sum(1) >> 8
    product = [int((level * c).sum()) for c in rest.T]
    pixels = end_of(paper, product, int((level * level).sum()), reach / 256)
    mixed = chroma(end - paper)
    return 12 * int((chroma(pixels - paper) * mixed).sum()) > 11 * int(squared(mixed))


def unmix(
    samples: Samples, rest: np.ndarray, paper: np.ndarray, axis: np.ndarray, core: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The end of the line on which paper and ink mix, and the ink."""
    reach = int(((core - paper) * axis).sum())
    end = end_of_cells(samples, rest, paper, axis, reach)
    if end is None:
        return core, core
    if not has_hue_of(end - paper, core - paper):
        return end, core
    if (np.abs(axis) != LUMA).any():
        return end, end
    if squared(chroma(end - paper)) <= squared(chroma(core - paper)):
        return end, core
    return end, (end + core + 1) // 2 if is_sharp(samples, paper, axis, end, reach) else end


def off_plane(pixels: np.ndarray, paper: np.ndarray, ink: np.ndarray, limit: float) -> np.ndarray:
    """Which colours are no mixture of paper and ink, though luma and chroma may mix differently."""
    luma = ((pixels - paper) * LUMA).sum(1)
    whole = int(((ink - paper) * LUMA).sum())
    margin = 3 * abs(whole) // 20
    beyond = np.maximum(min(0, whole) - margin - luma, luma - max(0, whole) - margin)
    beyond = np.maximum(beyond, 0).astype(float)
    c, c_ink = chroma(pixels - paper), chroma(ink - paper)
    share = (c * c_ink).sum(1).astype(float) / float(max(int(squared(c_ink)), 1))
    share = np.minimum(np.maximum(share, -0.15), 1.15)
    e0, e1, e2 = (c[:, k].astype(float) - share * float(c_ink[k]) for k in range(3))
    return 3 * (beyond * beyond) + (e0 * e0 + e1 * e1 + e2 * e2) > limit * limit


class Third(NamedTuple):
    """A third colour: letters in an outline, or something else."""

    text: np.ndarray
    outline: np.ndarray | None


def count_touches(
    samples: Samples,
    far: np.ndarray,
    is_ink: np.ndarray,
    paper: np.ndarray,
    is_far: np.ndarray,
    ink: np.ndarray,
    other: np.ndarray,
    tolerance: int,
) -> tuple[int, int, int]:
    """How often two of ink, paper and another colour are neighbours in the list of samples."""
    to_ink, to_other = (squared(samples.pixels - c) for c in (ink, other))
    apart = min(int(squared(ink - paper)), int(squared(ink - other)))
    is_other = far & (to_other <= max(9 * tolerance**2 // 64, 9 * apart // 100))
    is_other &= (to_other < to_ink) | ~is_ink
    label = np.where(is_other, 2, np.where(is_ink, 1, np.where(is_far, 3, 0)))
    pairs = [tuple(sorted(pair)) for pair in itertools.pairwise(label.tolist())]
    return pairs.count((0, 1)), pairs.count((0, 2)), pairs.count((1, 2))


def enclosed_samples(far: np.ndarray, is_ink: np.ndarray) -> np.ndarray:
    """Numbers of the samples between two of ink, with nothing but what is far between them."""
    found, since = [], None
    for i in range(len(far)):
        if not far[i]:
            since = None
        elif is_ink[i]:
            found += since or []
            since = []
        elif since is not None:
            since.append(i)
    return np.array(found, int)


def third_color(
    samples: Samples,
    far: np.ndarray,
    is_far: np.ndarray,
    paper: np.ndarray,
    ink: np.ndarray,
    tolerance: int,
) -> Third | None:
    """Ink and outline, if there is a third colour."""
    pixels, least_apart = samples.pixels, LEAST_APART**2
    radius = max(9 * tolerance**2 // 64, 9 * int(squared(ink - paper)) // 100)
    is_ink = far & (squared(pixels - ink) <= radius)
    off = far & ~is_ink & off_plane(pixels, paper, ink, 64.0 * tolerance + 2560.0)
    if 10 * off.sum() >= far.sum():
        other = prevailing(pixels[off], np.ones(off.sum(), int), INK_RADIUS, [ink, paper])
        if 10 * other.mass >= far.sum() and other.far >= least_apart:
            ink_paper, other_paper, both = count_touches(
                samples, far, is_ink, paper, is_far, ink, other.color, tolerance
            )
            ink_all, other_all = max(ink_paper + both, 1), max(other_paper + both, 1)
            if ink_paper * other_all > other_paper * ink_all:
                return Third(other.color, ink if 3 * other_paper < other_all else None)
            return Third(ink, other.color if 3 * ink_paper < ink_all else None)
    inner = enclosed_samples(far, is_ink)
    if 10 * len(inner) < far.sum():
        return None
    other = prevailing(pixels[inner], np.ones(len(inner), int), INK_RADIUS, [ink])
    if 20 * other.mass < far.sum() or other.far < least_apart:
        return None
    _, other_paper, both = count_touches(
        samples, far, is_ink, paper, is_far, ink, other.color, tolerance
    )
    return Third(other.color, ink) if 3 * other_paper < both else None


def word_colors(page: np.ndarray, quad: np.ndarray):
    """Text, background, outline and confidence of one box."""
    samples = take_samples(page, quad)
    pixels = samples.pixels
    if not len(pixels):
        nothing = np.zeros(3, int)
        return nothing, nothing, nothing, 0.0
    cluster = prevailing(pixels, samples.weight, PAPER_RADIUS, [])
    inside = np.isin(key_of(pixels), cluster.keys)
    paper = median(pixels[inside], samples.weight[inside] ** 2)
    noise = noise_of(samples)
    tolerance = 48 + 3 * noise // 2  # in quarters
    sheet, is_plane = np.tile(paper, (len(pixels), 1)), False
    for limit in (tolerance * 3 // 2, tolerance, tolerance):
        use = 16 * squared(pixels - sheet) <= limit * limit
        plane = fit_plane(samples, use) if use.sum() >= 8 else None
        if plane is None:
            break
        sheet, is_plane = plane, True
    is_far = 16 * squared(pixels - sheet) > tolerance * tolerance
    far = is_far & (samples.weight == 1)  # rules and frames are at the border
    if far.sum() < LEAST_FAR:
        far = is_far
    count = 0 if is_far.all() else int(far.sum())
    shift = np.zeros(3, int)
    if is_plane and count:
        shift = median((pixels - sheet)[~is_far])
        paper = np.clip(sheet[far].sum(0) // count + shift, 0, 255)
    if count < 3:
        return paper, paper, paper, 0.0
    rest = pixels - sheet - shift
    ink = prevailing(pixels[far], np.ones(count, int), INK_RADIUS, [paper]).color
    if (ink == paper).all():
        return paper, paper, paper, 0.0
    much = 6.0 * count / len(pixels)
    tall_px = letters_px(samples, far, shortest_side(quad))
    third = third_color(samples, far, is_far, paper, ink, tolerance)
    if third and third.outline is not None:
        text, outline = third
        axis = unit(text - outline)
        along = ((pixels - outline) * axis).sum(1)
        beside = 65536 * squared(pixels - outline) - along * along
        near = far & (beside < (64 * tolerance + 2560) ** 2)
        text, doubt = cores(samples, near, outline, text, axis, noise, tall_px)
        return text, paper, outline, 3 / (3 + (much + doubt))
    luma = int(((ink - paper) * LUMA).sum())
    axis = LUMA if 32 * luma * luma >= squared(chroma(ink - paper)) else unit(ink - paper)
    if ((ink - paper) * axis).sum() < 0:
        axis = -axis
    core, doubt = cores(samples, far, paper, ink, axis, noise, tall_px)
    end, mixed = unmix(samples, rest, paper, axis, core)
    text = core if third else mixed
    contrast = float(max(int(squared(text - paper)), 1))
    doubt += 10 * math.sqrt(float(squared(end - core)) / contrast)
    return text, paper, text, 3 / (3 + (much + doubt))


def text_colors(page: np.ndarray, boxes: np.ndarray):
    """As `fastcv.text_colors`, for a uint8 page and boxes (n, 4, 2) float32."""
    page = page[..., None] if page.ndim == 2 else page
    results = [word_colors(page, box) for box in boxes]
    colors = [np.array([r[k] for r in results], np.uint8).reshape(-1, 3) for k in range(3)]
    return (*colors, np.array([r[3] for r in results], np.float32))
