"""The oracle of OpenCV 5's arithmetic: what cv2 5.0.0's AVX2 code computes, in plain NumPy.

`make test-opencv5` compares it with cv2 5 itself. Other tests compare fastcv's kernels with it, by
`reference.convention_crop`, which takes `warpPerspective` and `warpAffine` from here in place of
cv2's. uint8 pages with 1, 3 or 4 channels only.
"""

import numpy as np

import reference

F32 = np.float32
OUTSIDE = -(2**31)  # what x86 converts floats to that no int32 holds
A = F32(-0.75)  # of the bicubic weights


def fma(a, b, c):
    """a·b + c of float32, rounded once.

    The product is exact in float64. Their sum may not be: it is then rounded to odd, so that
    rounding it again to float32 gives what one rounding would have given.
    """
    a, b, c = (np.asarray(value, F32).astype(np.float64) for value in (a, b, c))
    with np.errstate(all="ignore"):
        product = a * b
        total = product + c
        back = total - product
        error = (product - (total - back)) + (c - back)
        is_even = total.view(np.int64) & 1 == 0
        moves = is_even & (error != 0) & np.isfinite(error)
        toward = np.where(error > 0, np.inf, -np.inf)
        return np.where(moves, np.nextafter(total, toward), total).astype(F32)


def to_int(value):
    """Convert whole floats to int32 as x86 does."""
    with np.errstate(invalid="ignore"):
        fits = (value >= -(2.0**31)) & (value < 2.0**31)
        return np.where(fits, value, OUTSIDE).astype(np.int64)


def to_byte(value):
    """Round half to even and saturate."""
    return np.clip(to_int(np.rint(value)), 0, 255).astype(np.uint8)


def row_starts(inverse, height):
    """The float32 matrix's columns for x, and what its other columns add in every row."""
    m = np.asarray(inverse, np.float64).astype(F32).reshape(3, 3)
    y = np.arange(height, dtype=F32)[:, None]
    return m[:, 0], [y * q for q in m[:, 1]], m[:, 2]


def positions(inverse, width, height, image):
    """Where each crop pixel lies on the page, for nearest and linear, which read all of it.

    OpenCV computes columns in sixteens, and rounds the last few of a row differently.
    """
    x = np.arange(width, dtype=F32)[None, :]
    in_sixteens = x < width // 16 * 16
    with np.errstate(all="ignore"):
        px, py, pw = (
            np.where(in_sixteens, fma(p, x, start + r), fma(p, x, start) + r)
            for p, start, r in zip(*row_starts(inverse, height), strict=True)
        )
        return px / pw, py / pw


def end_near_page(image, x, y):
    """Where cubic positions end; one that is no number ends left of or above the page."""
    sides = [max(side, 16) for side in image.shape[1::-1]]
    return [
        np.fmax(np.minimum(position, F32(2 * side)), F32(-side))
        for position, side in zip((x, y), sides, strict=True)
    ]


def cubic_positions(inverse, width, height, image):
    """The same for cubic."""
    x = np.arange(width, dtype=np.float64)[None, :]
    with np.errstate(all="ignore"):
        px, py, pw = (
            (start + r).astype(np.float64) + np.float64(p) * x
            for p, start, r in zip(*row_starts(inverse, height), strict=True)
        )
        scale = 1 / pw
        return end_near_page(image, (px * scale).astype(F32), (py * scale).astype(F32))


def affine_cubic_positions(inverse, width, height, image):
    """The same for cubic, where the map is affine."""
    x = np.arange(width, dtype=F32)[None, :]
    px, py, _ = (
        p * x + (start + r) for p, start, r in zip(*row_starts(inverse, height), strict=True)
    )
    return end_near_page(image, px, py)


POSITIONS = {  # by whether it is cubic, and whether the map is affine
    (False, False): positions,
    (False, True): positions,
    (True, False): cubic_positions,
    (True, True): affine_cubic_positions,
}


def tap(image, x, y, border, border_value):
    """The page's values at whole px, as float32."""
    height, width = image.shape[:2]
    values = image[np.clip(y, 0, height - 1), np.clip(x, 0, width - 1)].astype(F32)
    if border == "constant":
        values[(x < 0) | (x >= width) | (y < 0) | (y >= height)] = border_value
    return values


def split(image, x, y):
    """Whole px and the fractions, which are the same for all channels."""
    whole = [to_int(np.floor(v)) for v in (x, y)]
    with np.errstate(all="ignore"):
        fractions = [v - w.astype(F32) for v, w in zip((x, y), whole, strict=True)]
    if image.ndim == 3:
        fractions = [f[..., None] for f in fractions]
    return *whole, *fractions


def are_skipped(beyond):
    """Where OpenCV writes the border's value and does not interpolate.

    That matters for positions that are not finite: of sixteen, all must lie beyond the page.
    """
    skipped = beyond.copy()
    body = beyond[:, : beyond.shape[1] // 16 * 16]
    groups = body.reshape(len(beyond), -1, 16).all(axis=2)
    skipped[:, : body.shape[1]] = np.repeat(groups, 16, axis=1)
    return skipped


def nearest(image, where, border, border_value):
    x, y = (to_int(np.rint(v)) for v in where)
    return tap(image, x, y, border, border_value).astype(np.uint8)


def linear(image, where, border, border_value):
    x, y, a, b = split(image, *where)
    upper, lower = (
        fma(a, tap(image, x + 1, row, border, border_value) - left, left)
        for row in (y, y + 1)
        for left in [tap(image, x, row, border, border_value)]
    )
    result = to_byte(fma(b, lower - upper, upper))
    if border == "constant":
        height_px, width_px = image.shape[:2]
        beyond = (x < -1) | (x >= width_px) | (y < -1) | (y >= height_px)
        result[beyond & are_skipped(beyond)] = border_value
    return result


def weights(a):
    """The four bicubic weights of a fraction."""
    b = F32(1) - a
    w0, w3 = A * (a * (b * b)), A * (a * a * b)
    w1 = fma(a * a, fma(A + F32(2), a, -(A + F32(3))), F32(1))
    return w0, w1, ((F32(1) - w0) - w1) - w3, w3


def cubic(image, where, border, border_value):
    x, y, a, b = split(image, *where)
    total = F32(0)
    for j, down in enumerate(weights(b)):
        row = F32(0)
        for i, across in enumerate(weights(a)):
            row = fma(tap(image, x + i - 1, y + j - 1, border, border_value), across, row)
        total = fma(row, down, total)
    return to_byte(total)


CONSTANT, REPLICATE = 0, 1  # cv2.BORDER_CONSTANT and BORDER_REPLICATE
KINDS = {0: nearest, 1: linear, 2: cubic, 3: linear}  # by cv2.INTER_NEAREST, LINEAR, CUBIC, AREA


def warp(image, inverse, size, flags, border_mode, border_value, is_affine):
    border = {CONSTANT: "constant", REPLICATE: "replicate"}[border_mode]
    value = np.float32(border_value[: image.shape[2]] if image.ndim == 3 else border_value[0])
    positions_of = POSITIONS[flags == 2, is_affine]
    where = positions_of(inverse, *size, image)
    return KINDS[flags](image, where, border, value)


def warpPerspective(image, matrix, size, *, flags, borderMode, borderValue):
    """As `cv2.warpPerspective`."""
    inverse = reference.inverse(np.asarray(matrix, np.float64).ravel().tolist())
    return warp(image, inverse, size, flags, borderMode, borderValue, False)


def warpAffine(image, matrix, size, *, flags, borderMode, borderValue):
    """As `cv2.warpAffine`."""
    a, b, c, d, e, f = np.asarray(matrix, np.float64).ravel().tolist()
    scale = 1 / (a * e - b * d)
    a, b, d, e = e * scale, b * -scale, d * -scale, a * scale
    inverse = [a, b, -a * c - b * f, d, e, -d * c - e * f, 0, 0, 1]
    return warp(image, inverse, size, flags, borderMode, borderValue, True)
