"""The oracle of CRAFT's boxes: EasyOCR's rules step by step, with cv2 and NumPy."""

import math

import cv2
import numpy as np


def boxes(region, link, *, text_threshold=0.7, link_threshold=0.4, low_text=0.4, ratio=2):
    """The boxes (n, 4, 2) float32 and the numbers of their components, from 1."""
    text = region > np.float32(low_text)
    linked = link > np.float32(link_threshold)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(
        (text | linked).astype(np.uint8), connectivity=4
    )
    found, numbers = [], []
    for k in range(1, count):
        inside = labels == k
        if stats[k, cv2.CC_STAT_AREA] < 10 or region[inside].max() < np.float32(text_threshold):
            continue  # a maximum of NaN is not less
        found.append(box_of(inside & text, [int(number) for number in stats[k]]))
        numbers.append(k)
    return on_page(np.array(found, np.float32).reshape(-1, 4, 2), ratio), numbers


def box_of(text, stats):
    """A component's box from its pixels of text, in px of the map."""
    points = grown(text, *stats)
    if not len(points):
        return np.zeros((4, 2), np.float32)
    box = cv2.boxPoints(cv2.minAreaRect(points))
    width, height = length(box[0] - box[1]), length(box[1] - box[2])
    ratio = max(width, height) / (min(width, height) + np.float32(1e-5))
    if abs(np.float32(1) - ratio) <= np.float32(0.1):
        (left, top), (right, bottom) = points.min(0), points.max(0)
        box = np.float32([[left, top], [right, top], [right, bottom], [left, bottom]])
    sums = box[:, 0] + box[:, 1]
    return np.roll(box, -int(sums.argmin()), 0)


def grown(text, left, top, width, height, area):
    """The pixels x, y of the text, dilated around the component; the map cuts them off."""
    grow = int(math.sqrt(area * min(width, height) / (width * height)) * 2)
    rows = slice(max(top - grow, 0), top + height + grow + 1)
    columns = slice(max(left - grow, 0), left + width + grow + 1)
    kernel = np.ones((grow + 1, grow + 1), np.uint8)
    part = cv2.dilate(text[rows, columns].astype(np.uint8), kernel)
    return np.int32(np.argwhere(part)[:, ::-1] + [columns.start, rows.start])


def length(edge):
    """In float32, each operation rounded."""
    x, y = edge
    return np.sqrt(x * x + y * y)


def on_page(found, ratio):
    """Maps have half the tensor's sides."""
    ratio_h, ratio_w = np.broadcast_to(np.float64(ratio), 2)
    return (found.astype(np.float64) * [1 / ratio_w * 2, 1 / ratio_h * 2]).astype(np.float32)
