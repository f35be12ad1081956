"""The oracle of a detector's boxes: the projects' rules step by step, with cv2 and Python."""

import math

import cv2
import numpy as np


def boxes(pixels, page_shape, rules):
    """The boxes (n, 4, 2) float32 and scores that `rules`, a DetectorBoxes, make of a map."""
    pixels = np.where(np.isfinite(pixels), pixels, 0).astype(np.float32)
    compare = np.greater_equal if rules.inclusive else np.greater
    mask = compare(pixels, np.float32(rules.threshold)).astype(np.uint8)
    if rules.opening:
        mask = cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    if rules.dilation:
        mask = cv2.dilate(mask, np.ones((2, 2), np.uint8))
    mode = cv2.RETR_EXTERNAL if rules.contours == "outer" else cv2.RETR_LIST
    contours, _ = cv2.findContours(mask, mode, cv2.CHAIN_APPROX_SIMPLE)
    found, scores = [], []
    for contour in contours[: rules.max_candidates]:
        if min(cv2.boundingRect(contour)[2:]) < rules.min_extent:
            continue
        corners, sides = find_rectangle(contour, rules)
        if min(sides) < rules.min_side:
            continue
        score = find_score(pixels, contour, corners, rules)
        if score < rules.box_threshold:
            continue
        grown = np.array(offset(corners, distance(corners, sides, rules)), np.int32)
        corners, sides = find_rectangle(grown, rules)
        if min(sides) < rules.min_grown_side:
            continue
        box = on_page(corners, pixels.shape, page_shape, rules)
        if box is not None:
            found.append(box)
            scores.append(score)
    order = reading_order(found, rules.order)
    found = np.array([found[i] for i in order], np.float32).reshape(-1, 4, 2)
    return found, [scores[i] for i in order]


def rectangle(points):
    """The least rectangle's corners lt, rt, rb, lb, and its shorter side."""
    rect = cv2.minAreaRect(points)
    corners = sorted(cv2.boxPoints(rect), key=lambda corner: corner[0])
    (lt, lb), (rt, rb) = (
        pair if pair[1][1] > pair[0][1] else pair[::-1] for pair in (corners[:2], corners[2:])
    )
    return np.array([lt, rt, rb, lb]), min(rect[1])


def find_rectangle(points, rules):
    """A rectangle's corners and sides."""
    if rules.rectangle == "upright":
        x, y, w, h = cv2.boundingRect(points)
        return np.float32([[x, y], [x + w, y], [x + w, y + h], [x, y + h]]), (w, h)
    rect = cv2.minAreaRect(points)
    if rules.corners == "by_angle":
        return cv2.boxPoints(rect), rect[1]
    return rectangle(points)[0], rect[1]


def find_score(pixels, contour, corners, rules):
    """A box's score: of the type that is compared with the threshold."""
    if rules.score == "box" and rules.rectangle == "upright":
        (left, top), (right, bottom) = corners[0].astype(int), corners[2].astype(int)
        inside = pixels[top : bottom + 1, left : right + 1]
        return inside.mean() if rules.mean == "float32" else mean(inside.ravel())
    inside = values_in(pixels, corners if rules.score == "box" else contour.reshape(-1, 2))
    return mean(inside) if rules.mean == "float64" else float(inside.mean()) if len(inside) else 0.0


def values_in(pixels, polygon):
    """What cv2.fillPoly selects."""
    height, width = pixels.shape
    polygon = polygon.astype(np.float32)
    low = np.clip(np.floor(polygon.min(0)), 0, [width - 1, height - 1]).astype(int)
    high = np.clip(np.ceil(polygon.max(0)), 0, [width - 1, height - 1]).astype(int)
    mask = np.zeros((high - low + 1)[::-1], np.uint8)
    cv2.fillPoly(mask, [(polygon - low.astype(np.float32)).astype(np.int32)], 1)
    return pixels[low[1] : high[1] + 1, low[0] : high[0] + 1][mask > 0]


def mean(values):
    """cv2.mean, as one sum in float64 from pixel to pixel."""
    total = 0.0
    for value in values.astype(np.float64).tolist():
        total += value
    return total * (1.0 / len(values)) if len(values) else 0.0


def distance(corners, sides, rules):
    if rules.unclip_measure == "sides":
        w, h = sides
        area, length = (w + 1) * (1 + h), 2 * (w + h) + 2
    elif rules.unclip_measure == "opencv":
        area, length = cv2.contourArea(corners), cv2.arcLength(corners, closed=True)
    else:
        (x, y), after = corners.astype(np.float64).T, np.roll(corners, -1, 0).astype(np.float64)
        y_before, origin = np.roll(y, 1), x[0]
        area = 0.0
        for i in (1, 2, 3):
            area += (x[i] - origin) * (y_before[i] - after[i, 1])
        area = abs(area / 2)
        length = 0.0
        for i in range(4):
            dx, dy = after[i] - (x[i], y[i])
            length += math.sqrt(dx * dx + dy * dy)
    return area * rules.unclip_ratio / length


def rounded(value):
    return int(value - 0.5) if value < 0 else int(value + 0.5)


def cross(a, b, c):
    return (b[0] - a[0]) * (c[1] - b[1]) - (b[1] - a[1]) * (c[0] - b[0])


def offset(corners, distance):
    """Clipper's offset of a convex quad, cut to whole px, and the union after it."""
    corners = [(int(x), int(y)) for x, y in corners]
    if cross(*corners[:3]) + cross(*corners[2:], corners[0]) < 0:
        corners.reverse()
    if distance < 1e-20:
        return simplified(corners)
    tolerance = min(0.25, 0.25 * distance)
    steps = min(math.pi / math.acos(1 - tolerance / distance), distance * math.pi)
    sine, cosine = math.sin(2 * math.pi / steps), math.cos(2 * math.pi / steps)
    normals = []
    for i, (x, y) in enumerate(corners):
        dx, dy = corners[(i + 1) % 4][0] - x, corners[(i + 1) % 4][1] - y
        scale = 1.0 / math.sqrt(dx * dx + dy * dy)
        normals.append((dy * scale, -(dx * scale)))
    points, edge = [], 3
    for i, (x, y) in enumerate(corners):
        (a, b), (c, d) = normals[edge], normals[i]
        turn, along = a * d - c * b, a * c + d * b
        points.append((rounded(x + a * distance), rounded(y + b * distance)))
        if abs(turn * distance) < 1 and along > 0:
            continue  # Clipper goes on with the same edge, so the next turn may go inwards
        if turn * distance < 0:
            points += [(x, y), (rounded(x + c * distance), rounded(y + d * distance))]
            edge = i
            continue
        angle = math.atan2(max(-1.0, min(turn, 1.0)), a * c + b * d)
        for _ in range(max(rounded(steps / (2 * math.pi) * abs(angle)), 1) - 1):
            a, b = a * cosine - sine * b, a * sine + b * cosine
            points.append((rounded(x + a * distance), rounded(y + b * distance)))
        points.append((rounded(x + c * distance), rounded(y + d * distance)))
        edge = i
    return simplified(points)


def simplified(points):
    """The points that turn, from after the right one of the highest on."""
    points = list(points)
    i = 0
    while i < len(points):
        if cross(points[i - 1], points[i], points[(i + 1) % len(points)]) == 0:
            del points[i]
            i = 0
        else:
            i += 1
    last = min(range(len(points)), key=lambda i: (points[i][1], -points[i][0]))
    return points[last + 1 :] + points[: last + 1]


def on_page(corners, map_shape, page_shape, rules):
    """The box on the page, or None if it is too small."""
    if rules.corners == "by_angle":
        corners = by_angle(corners)
    sizes = [(map_shape[1], page_shape[1]), (map_shape[0], page_shape[0])]
    box = np.empty((4, 2), np.float32)
    for axis, (size, page) in enumerate(sizes):
        values = corners[:, axis]
        if rules.scaling == "float32":
            values = values / np.float32(size) * np.float32(page)
        elif rules.scaling == "mixed":
            values = (values / np.float32(size)).astype(np.float64) * page
        elif rules.scaling == "float64":
            values = values.astype(np.float64) * (page / size)
        else:
            values = values.astype(np.float64) * page / size
        if rules.scaling != "exact":
            values = np.round(values)
        box[:, axis] = np.clip(values, 0, page)
    if rules.corners in ("rectangle", "by_angle"):
        return box
    if rules.corners == "by_x":
        by_x = sorted(box.tolist(), key=lambda corner: corner[0])
        (lt, lb), (rt, rb) = (sorted(pair, key=lambda c: c[1]) for pair in (by_x[:2], by_x[2:]))
    else:
        corners = box.tolist()
        lt, rb = (pick(corners, key=sum) for pick in (min, max))
        rest = list(corners)
        del (
            rest[corners.index(rb)],
            rest[corners.index(lt) - (corners.index(rb) < corners.index(lt))],
        )
        rt, lb = (pick(rest, key=lambda c: c[1] - c[0]) for pick in (min, max))
    box = np.minimum(
        np.float32([lt, rt, rb, lb]), np.float32([page_shape[1] - 1, page_shape[0] - 1])
    )
    sides = [int(np.linalg.norm(box[0] - box[k])) for k in (1, 3)]
    return None if min(sides) < rules.min_page_side else box


def by_angle(corners):
    """From the least x + y on, clockwise; in float32 throughout."""
    (center_x, center_y), (x, y) = corners.mean(0), corners.T
    corners = corners[np.argsort(np.arctan2(y - center_y, x - center_x))]
    corners = np.roll(corners, -np.argmin(corners.sum(1)), 0)
    x, y = corners.T
    area = np.sum(x * np.roll(y, -1) - y * np.roll(x, -1))
    return corners[[0, 3, 2, 1]] if area < 0 else corners


def reading_order(found, order):
    xy = [box[0].tolist() for box in found]
    ranks = list(range(len(found)))
    if order == "lines":
        ranks.sort(key=lambda i: xy[i][1])
        lines, line = {}, 0
        for before, i in zip([*ranks[:1], *ranks], ranks, strict=False):
            line += xy[i][1] - xy[before][1] >= 10
            lines[i] = line
        ranks.sort(key=lambda i: (lines[i], xy[i][0]))
    elif order == "bubbles":
        ranks.sort(key=lambda i: xy[i][::-1])
        for i in range(len(ranks) - 1):
            for j in range(i, -1, -1):
                (x0, y0), (x1, y1) = xy[ranks[j]], xy[ranks[j + 1]]
                if abs(y1 - y0) >= 10 or x1 >= x0:
                    break
                ranks[j], ranks[j + 1] = ranks[j + 1], ranks[j]
    return ranks
