"""The oracle: what fastcv computes, written slowly and plainly.

There are two versions of a crop. `cv2_crop` is the Python loop over OpenCV that fastcv replaces.
`numpy_crop` is the arithmetic itself and also covers pages that cv2 refuses (over 32,766 px).
"""

import functools
import hashlib

import cv2
import numpy as np

INTERPOLATIONS = {
    "nearest": cv2.INTER_NEAREST,
    "linear": cv2.INTER_LINEAR,
    "cubic": cv2.INTER_CUBIC,
    "area": cv2.INTER_AREA,
    "lanczos4": cv2.INTER_LANCZOS4,
}
BORDERS = {
    "constant": cv2.BORDER_CONSTANT,
    "replicate": cv2.BORDER_REPLICATE,
    "reflect": cv2.BORDER_REFLECT,
    "reflect101": cv2.BORDER_REFLECT_101,
    "wrap": cv2.BORDER_WRAP,
}
DTYPES = ["uint8", "uint16", "int16", "float32", "float64"]


def cache_by_content(function):
    """Keep the last results: variants and thread counts are compared on the same images."""
    kept = {}

    @functools.wraps(function)
    def call(image):
        key = image.shape, hashlib.blake2b(np.ascontiguousarray(image)).digest()
        if key not in kept:
            if len(kept) >= 32:
                kept.pop(next(iter(kept)))
            kept[key] = function(image)
        return kept[key]

    return call


def crop_size(box):
    """Width and height in px: the longer of two opposite edges, each cut to whole px."""
    lt, rt, rb, lb = np.asarray(box, np.float32)
    width = max(int(np.linalg.norm(rb - lb)), int(np.linalg.norm(rt - lt)))
    height = max(int(np.linalg.norm(rt - rb)), int(np.linalg.norm(lt - lb)))
    return width, height


def crop_corners(width, height):
    return np.array(
        [[0, 0], [width - 1, 0], [width - 1, height - 1], [0, height - 1]], dtype=np.float32
    )


def cv2_crop(image, boxes, interpolation="linear", border="constant", border_value=0):
    """The function from the talk: one transform and one warp a box."""
    if np.ndim(border_value) == 0:
        border_value = (border_value,) * 4
    crops = []
    for box in np.ascontiguousarray(boxes, np.float32):
        width, height = crop_size(box)
        matrix = cv2.getPerspectiveTransform(box, crop_corners(width, height))
        crop = cv2.warpPerspective(
            image,
            matrix,
            (width, height),
            flags=INTERPOLATIONS[interpolation],
            borderMode=BORDERS[border],
            borderValue=border_value,
        )
        crops.append(crop.reshape(height, width, *image.shape[2:]))  # cv2 drops a last axis of 1
    return crops


def lengths(box, size):
    """Width and height by a rule for sizes, before they are cut to whole px."""
    box = np.float32(box) if size in ("longer", "edges") else np.float64(np.float32(box))
    dx, dy = (np.roll(box, -1, axis=0) - box).T
    top, right, bottom, left = np.sqrt(dx * dx + dy * dy)
    if size == "edges":
        return top, right
    if size == "mean":
        return (top + bottom) / 2, (left + right) / 2
    return max(top, bottom), max(left, right)


def convention_crop(
    image,
    boxes,
    *,
    size="longer",
    corners="w-1",
    transform="perspective",
    tall_ratio=None,
    grayscale=False,
    interpolation="linear",
    border="constant",
    border_value=0,
    warps=cv2,
):
    """The loop over OpenCV that fastcv's keywords stand for: quads in their given order.

    `warps` has the functions warpAffine and warpPerspective.
    """
    if grayscale:
        code = {3: cv2.COLOR_BGR2GRAY, 4: cv2.COLOR_BGRA2GRAY}
        colored = image.ndim == 3 and image.shape[2] > 1
        gray = cv2.cvtColor(image, code[image.shape[2]]) if colored else image
        image = gray.reshape(image.shape[:2])
    if np.ndim(border_value) == 0:
        border_value = (border_value,) * 4
    options = {
        "flags": INTERPOLATIONS[interpolation],
        "borderMode": BORDERS[border],
        "borderValue": border_value,
    }
    crops = []
    for box in np.ascontiguousarray(boxes, np.float32):
        far = np.array(lengths(box, size))
        width, height = map(int, far)
        if size in ("longer", "mean"):
            far = np.trunc(far)
        right, bottom = far - (corners == "w-1")
        target = np.float32([[0, 0], [right, 0], [right, bottom], [0, bottom]])
        if transform == "affine":
            matrix = cv2.getAffineTransform(box[:3], target[:3])
            crop = warps.warpAffine(image, matrix, (width, height), **options)
        else:
            matrix = cv2.getPerspectiveTransform(box, target)
            crop = warps.warpPerspective(image, matrix, (width, height), **options)
        crop = crop.reshape(height, width, *image.shape[2:])
        is_tall = tall_ratio is not None and height / width >= tall_ratio
        crops.append(np.rot90(crop) if is_tall else crop)
    return crops


def system_rows(source, target):
    """The 8×8 system and its right-hand side, with the rows in OpenCV's order."""
    rows = []
    for axis in (0, 1):
        for (x, y), point in zip(source, target, strict=True):
            t = point[axis]
            place, zeros = [x, y, 1], [0, 0, 0]
            left = place + zeros if axis == 0 else zeros + place
            rows.append([float(v) for v in [*left, -x * t, -y * t, t]])
    return rows


def eliminate(rows):
    """Solve with partial pivoting, in OpenCV's order of operations; None if singular."""
    rows = [list(row) for row in rows]
    for i in range(8):
        pivot = max(range(i, 8), key=lambda r: (abs(rows[r][i]), -r))
        rows[i], rows[pivot] = rows[pivot], rows[i]
        if not abs(rows[i][i]) >= 100 * np.finfo(float).eps:
            return None
        scale = -1 / rows[i][i]
        for j in range(i + 1, 8):
            factor = rows[j][i] * scale
            for k in range(i + 1, 9):
                rows[j][k] += factor * rows[i][k]
    solution = [0.0] * 8
    for i in reversed(range(8)):
        rest = rows[i][8]
        for k in range(i + 1, 8):
            rest -= rows[i][k] * solution[k]
        solution[i] = rest / rows[i][i]
    return solution


def direct_transform(box, corners):
    """The matrix whose last element is 1, or None if OpenCV falls back to an SVD."""
    rows = system_rows(np.asarray(box, np.float32), np.asarray(corners, np.float32))
    solution = eliminate(rows)
    if solution is None:
        return None
    rest = []
    for row in rows:  # summed in cv2.gemm's order
        p = [a * x for a, x in zip(row, solution, strict=False)]
        even, odd = (p[0] + p[2]) + (p[4] + p[6]), (p[1] + p[3]) + (p[5] + p[7])
        rest.append((even + odd) - row[8])
    return [*solution, 1.0] if np.linalg.norm(rest) < 1e-8 else None


def is_solved_directly(box):
    """Whether OpenCV computes the box's matrix as fastcv does, without an SVD."""
    return direct_transform(box, crop_corners(*crop_size(box))) is not None


def perspective_transform(box, corners):
    matrix = direct_transform(box, corners)
    if matrix is not None:
        return matrix
    shifted = np.asarray(box, np.float64) - np.asarray(box, np.float64)[0]
    m = [*eliminate(system_rows(shifted, np.asarray(corners, np.float64))), 1.0]
    x0, y0 = map(float, box[0])
    for row in (0, 3, 6):
        m[row + 2] -= m[row] * x0 + m[row + 1] * y0
    return m


def inverse(m):
    a, b, c, d, e, f, g, h, i = m
    scale = 1 / (a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g))
    return [
        v * scale
        for v in [
            *(e * i - f * h, c * h - b * i, b * f - c * e),
            *(f * g - d * i, a * i - c * g, c * d - a * f),
            *(d * h - e * g, b * g - a * h, a * e - b * d),
        ]
    ]


def crop_inverse(box):
    """The matrix that maps px of the crop to px of the page."""
    return inverse(perspective_transform(box, crop_corners(*crop_size(box))))


def positions(box, scale):
    """Where each crop pixel lies on the page, as integers in 1/scale px."""
    width, height = crop_size(box)
    m = crop_inverse(box)
    block = min(1024 // min(16, height), width)  # OpenCV restarts its sums here
    x, y = np.arange(width)[None, :], np.arange(height, dtype=np.float64)[:, None]
    start, offset = (x // block * block).astype(np.float64), (x % block).astype(np.float64)

    def homogeneous(p, q, r):
        return ((p * start + q * y) + r) + p * offset

    w = homogeneous(*m[6:9])
    with np.errstate(divide="ignore"):
        w = np.where(w != 0, scale / w, 0)
    limits = (-(2.0**31), 2.0**31 - 1)
    px = np.rint(np.clip(homogeneous(*m[0:3]) * w, *limits)).astype(np.int64)
    py = np.rint(np.clip(homogeneous(*m[3:6]) * w, *limits)).astype(np.int64)
    return px, py


def as_opencv_keeps_them(image, *coordinates):
    """OpenCV keeps positions in int16. fastcv has no such limit on pages beyond it."""
    if max(image.shape[:2]) > 32766:
        return coordinates
    return [np.clip(c, -(2**15), 2**15 - 1) for c in coordinates]


def fold(index, length, border):
    """Map an index beyond the page's edge to one on the page; the caller fills constant borders."""
    if border in ("constant", "replicate"):
        return np.clip(index, 0, length - 1)
    if border == "wrap":
        return index % length
    if length == 1:
        return np.zeros_like(index)
    period = 2 * length if border == "reflect" else 2 * length - 2
    index = index % period
    mirrored = period - index - (1 if border == "reflect" else 0)
    return np.where(index < length, index, mirrored)


def tap(image, x, y, border, border_value):
    height, width = image.shape[:2]
    values = image[fold(y, height, border), fold(x, width, border)].astype(np.int64)
    if border == "constant":
        outside = (x < 0) | (x >= width) | (y < 0) | (y >= height)
        values[outside] = border_value
    return values


def numpy_crop(image, boxes, interpolation="linear", border="constant", border_value=0):
    """Crops of uint8 pages, nearest and linear only."""
    crops = []
    for box in boxes:
        if interpolation == "nearest":
            x, y = as_opencv_keeps_them(image, *positions(box, 1))
            crops.append(tap(image, x, y, border, border_value).astype(np.uint8))
            continue
        px, py = positions(box, 32)
        x, y = as_opencv_keeps_them(image, px >> 5, py >> 5)
        i, j = px & 31, py & 31
        if image.ndim == 3:
            i, j = i[..., None], j[..., None]
        total = 512
        for dy, wy in ((0, 32 - j), (1, j)):
            for dx, wx in ((0, 32 - i), (1, i)):
                total = total + wx * wy * tap(image, x + dx, y + dy, border, border_value)
        crops.append((total >> 10).astype(np.uint8))
    return crops


@cache_by_content
def sorted_colors(image):
    """(packed colours, counts) of every colour, the most frequent first."""
    if image.ndim == 2 or image.shape[2] == 1:
        image = np.repeat(image.reshape(*image.shape[:2], 1), 3, axis=2)
    pixels = image.reshape(-1, image.shape[2])
    if pixels.shape[1] == 4:
        pixels = pixels[pixels[:, 3] >= 1]
    packed = pixels[:, :3].astype(np.int64) @ [1 << 16, 1 << 8, 1]
    values, counts = np.unique(packed, return_counts=True)
    order = np.lexsort((values, counts))[::-1]
    return values[order], counts[order]


def main_colors(image, n):
    """(colors, counts) by sorting every pixel."""
    values, counts = (array[:n].copy() for array in sorted_colors(np.asarray(image)))
    colors = np.stack([values >> 16, values >> 8 & 255, values & 255], axis=1).astype(np.uint8)
    return colors, counts


def assert_same(actual, expected):
    assert len(actual) == len(expected)
    for index, (a, b) in enumerate(zip(actual, expected, strict=True)):
        assert a.shape == b.shape, f"crop {index}: shape {a.shape}, expected {b.shape}"
        assert a.dtype == b.dtype, f"crop {index}: {a.dtype}, expected {b.dtype}"
        different = int(np.count_nonzero(a != b))
        assert a.tobytes() == b.tobytes(), f"crop {index}: {different} of {a.size} values differ"
