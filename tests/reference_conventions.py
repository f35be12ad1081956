"""The oracles of the OCR projects' conventions: one plain function a project, over cv2 and NumPy.

Written from the rules in docs/conventions.md. A crop of width or height 0 is not the oracles'
business: cv2 makes an image of the page's size of it.
"""

import cv2
import numpy as np

import reference

PADDLEOCR = {"flags": cv2.INTER_CUBIC, "borderMode": cv2.BORDER_REPLICATE}


def gray(image):
    """The page as EasyOCR reads it. Of four channels, the first three count, as B, G, R."""
    if image.ndim == 2 or image.shape[2] == 1:
        return image.reshape(image.shape[:2])
    return cv2.cvtColor(np.ascontiguousarray(image[..., :3]), cv2.COLOR_BGR2GRAY)


def warp(image, box, corners, size, **options):
    """Move the box's corners to these corners of a crop of this width and height."""
    matrix = cv2.getPerspectiveTransform(np.float32(box), np.float32(corners))
    crop = cv2.warpPerspective(image, matrix, size, **options)
    return crop.reshape(size[1], size[0], *image.shape[2:])  # cv2 drops a last axis of 1


def rectangle(width, height):
    return [[0, 0], [width, 0], [width, height], [0, height]]


def turn_if_tall(crop):
    height, width = crop.shape[:2]
    return np.rot90(crop) if height / width >= 1.5 else crop


def lengths(box):
    """The edges p0p1, p1p2, p2p3 and p3p0, in float64."""
    box = np.float64(box)
    dx, dy = (np.roll(box, -1, axis=0) - box).T
    return np.sqrt(dx * dx + dy * dy)


def paddleocr(image, boxes):
    """PaddleOCR 2.x, RapidOCR and OpenOCR."""
    crops = []
    for box in boxes:
        size = reference.crop_size(box)
        crops.append(turn_if_tall(warp(image, box, rectangle(*size), size, **PADDLEOCR)))
    return crops


def least_rectangle(points):
    """The rectangle of least area around points in whole px: PaddleX's corners, in its order."""
    corners = cv2.boxPoints(cv2.minAreaRect(np.asarray(points).astype(np.int32)))
    corners = corners[np.argsort(corners[:, 0], kind="stable")]
    left, right = corners[:2], corners[2:]
    if left[1][1] <= left[0][1]:
        left = left[::-1]
    if right[1][1] <= right[0][1]:
        right = right[::-1]
    return np.array([left[0], right[0], right[1], left[1]])


def paddlex(image, polygons):
    """PaddleX, and PaddleOCR 3.x, which uses it."""
    return paddleocr(image, [least_rectangle(points) for points in polygons])


def easyocr(image, boxes):
    """EasyOCR's free boxes."""
    page, crops = gray(image), []
    for box in boxes:
        width, height = reference.crop_size(box)
        crops.append(warp(page, box, rectangle(width - 1, height - 1), (width, height)))
    return crops


def part(image, x1, y1, x2, y2):
    """The px of the page from x1, y1 to before x2, y2. There may be none."""
    return image[max(y1, 0) : max(y2, 0), max(x1, 0) : max(x2, 0)]


def easyocr_upright(image, boxes):
    """EasyOCR's horizontal boxes, as x1, y1, x2, y2."""
    page = gray(image)
    return [part(page, *map(int, box)) for box in boxes]


def doctr(image, boxes):
    """docTR's and OnnxTR's rotated boxes, in px."""
    crops = []
    for box in np.float32(boxes):
        start, right, corner = box[:3]
        width, height = (np.linalg.norm(edge) for edge in (right - start, corner - right))
        corners = np.float32([[0, 0], [width - 1, 0], [width - 1, height - 1]])
        matrix = cv2.getAffineTransform(box[:3], corners)
        crop = cv2.warpAffine(image, matrix, (int(width), int(height)))
        crops.append(crop.reshape(int(height), int(width), *image.shape[2:]))
    return crops


def doctr_upright(image, boxes):
    """docTR's and OnnxTR's straight boxes, as x1, y1, x2, y2 in px."""
    crops = []
    for box in boxes:
        x1, y1, x2, y2 = (round(float(value)) for value in box)  # half to even
        crops.append(part(image, x1, y1, x2 + 1, y2 + 1))
    return crops


def clockwise(points):
    """MMOCR's order: by angle around the mean, from the corner nearest the left top."""
    points = np.float32(points)
    from_mean = points - np.mean(points, axis=0)
    points = points[np.argsort(np.arctan2(from_mean[:, 1], from_mean[:, 0]), kind="stable")]
    to_left_top = np.linalg.norm(points.min(axis=0) - points, axis=1)
    return np.roll(points, -np.argmin(to_left_top), axis=0)


def mmocr(image, boxes):
    """MMOCR's quads. It also moves points outside the page to the page's edge first."""
    crops = []
    for box in map(clockwise, boxes):
        top, right, bottom, left = lengths(box)
        width, height = max(top, bottom), max(right, left)
        crops.append(warp(image, box, rectangle(width, height), (int(width), int(height))))
    return crops


def mmocr_upright(image, boxes):
    """MMOCR's padded slices, of x1, y1, x2, y2."""
    height, width = image.shape[:2]
    crops = []
    for box in np.float64(boxes):
        x, y = np.clip(box[0::2], 0, width), np.clip(box[1::2], 0, height)
        box_width, box_height = np.ptp(x), np.ptp(y)
        shorter = min(box_width, box_height)
        along_x, along_y = (0.4, 0.2) if box_height < box_width else (0.2, 0.4)
        left, right = min(x) - along_x * shorter, max(x) + along_x * shorter
        top, bottom = min(y) - along_y * shorter, max(y) + along_y * shorter
        crops.append(part(image, *map(int, (left, top, right, bottom))))
    return crops


def keras_ocr(image, boxes):
    """keras-ocr's boxes, which are rectangles whose corners are in order already."""
    crops = []
    for box in boxes:
        top, right, bottom, left = lengths(box)
        size = int((top + bottom) / 2), int((left + right) / 2)
        crops.append(warp(image, box, rectangle(*size), size))
    return crops


QUADS = {
    "fastcv": reference.cv2_crop,
    "paddleocr": paddleocr,
    "rapidocr": paddleocr,
    "openocr": paddleocr,
    "paddlex": paddlex,
    "easyocr": easyocr,
    "doctr": doctr,
    "onnxtr": doctr,
    "mmocr": mmocr,
    "keras_ocr": keras_ocr,
}
"""The oracle of each convention for quads, shape (n, 4, 2)."""

UPRIGHT = {
    "easyocr": easyocr_upright,
    "doctr": doctr_upright,
    "onnxtr": doctr_upright,
    "mmocr": mmocr_upright,
}
"""The oracle of each convention that slices upright boxes, shape (n, 4): x1, y1, x2, y2."""
