"""The oracle of detectors' inputs: the OCR projects' code from page to tensor, written slowly and
plainly with cv2 and NumPy.

Each function of `PROJECTS` takes a page of three channels as its project does and returns the
tensor and (ratio_h, ratio_w).
"""

import math

import cv2
import numpy as np

from reference_batches import pillow_bilinear

IMAGENET = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


def as_tensor(pixels):
    return np.ascontiguousarray(pixels.transpose(2, 0, 1)[np.newaxis]).astype(np.float32)


# ---- sizes ----


def limited(height, width, limit, kind):
    """The sides by PaddleOCR's limit rules, before they are rounded."""
    ratio = 1.0
    if kind == "max" and max(height, width) > limit:
        ratio = float(limit) / max(height, width)
    if kind == "min" and min(height, width) < limit:
        ratio = float(limit) / min(height, width)
    if kind == "resize_long":
        ratio = float(limit) / max(height, width)
    return int(height * ratio), int(width * ratio)


def nearest(side, multiple=32):
    return int(round(side / multiple) * multiple)


def blackened(page):
    """PaddleOCR's image_padding of pages that are small."""
    height, width = page.shape[:2]
    if height + width >= 64:
        return page
    padded = np.zeros((max(32, height), max(32, width), page.shape[2]), np.uint8)
    padded[:height, :width] = page
    return padded


def resized(page, height, width):
    pixels = cv2.resize(page, (width, height)).reshape(height, width, -1)
    return pixels, (height / page.shape[0], width / page.shape[1])


# ---- projects ----


def rapidocr(page, limit=736, kind="min", mean=(0.5, 0.5, 0.5), std=(0.5, 0.5, 0.5)):
    height, width = limited(*page.shape[:2], limit, kind)
    pixels, ratio = resized(page, nearest(height), nearest(width))
    values = pixels.astype(np.float32) * (1 / 255.0) - np.array(mean)
    return as_tensor(values / np.array(std)), ratio


def paddle_pixels(page, limit, kind, most):
    page = blackened(page)
    height, width = limited(*page.shape[:2], limit, kind)
    if max(height, width) > most:
        ratio = float(most) / max(height, width)
        height, width = int(height * ratio), int(width * ratio)
    return resized(page, max(nearest(height), 32), max(nearest(width), 32))


def paddleocr(page, limit=960, kind="max"):
    pixels, ratio = paddle_pixels(page, limit, kind, math.inf)
    mean, std = (np.float32(each) for each in IMAGENET)
    return as_tensor((pixels.astype(np.float32) * np.float32(1.0 / 255.0) - mean) / std), ratio


def paddlex(page, limit=64, kind="min", most=4000):
    pixels, ratio = paddle_pixels(page, limit, kind, most)
    values = pixels.astype(np.float32)
    for c, (mean, std) in enumerate(zip(*IMAGENET, strict=True)):
        values[:, :, c] *= np.float32(1.0 / 255.0 / std)
        values[:, :, c] += np.float32(-mean / std)
    return as_tensor(values), ratio


def paddle_fixed(page, height, width, keep_ratio=False):
    """DetResizeForTest with image_shape, and NormalizeImage of PaddleOCR."""
    page = blackened(page)
    if keep_ratio:
        width = math.ceil(page.shape[1] * height / page.shape[0] / 32) * 32
    return resized(page, height, width)


def paddle_long(page, side, multiple=128):
    """DetResizeForTest with resize_long: sides go up to the next multiple."""
    page = blackened(page)
    sides = limited(*page.shape[:2], side, "resize_long")
    return resized(page, *((each + multiple - 1) // multiple * multiple for each in sides))


def easyocr(page, canvas=2560, magnification=1.0):
    page = np.ascontiguousarray(page[:, :, ::-1])
    height, width = page.shape[:2]
    target = min(magnification * max(height, width), canvas)
    ratio = target / max(height, width)
    height, width = int(height * ratio), int(width * ratio)
    padded = np.zeros((math.ceil(height / 32) * 32, math.ceil(width / 32) * 32, 3), np.float32)
    padded[:height, :width] = cv2.resize(page, (width, height))
    mean, std = ([each * 255.0 for each in numbers] for numbers in IMAGENET)
    padded -= np.float32(mean)
    padded /= np.float32(std)
    return as_tensor(padded), (ratio, ratio)


def onnxtr(page, height=1024, width=1024):
    page = page[:, :, ::-1]
    aspect = page.shape[0] / page.shape[1]
    inner = height, width
    if aspect > height / width:
        inner = height, max(int(height / aspect), 1)
    elif aspect < height / width:
        inner = max(int(width * aspect), 1), width
    top, left = math.ceil((height - inner[0]) / 2), math.ceil((width - inner[1]) / 2)
    pixels = np.zeros((height, width, 3), np.uint8)
    content = pillow_bilinear(page, inner[1], inner[0])
    pixels[top : top + inner[0], left : left + inner[1]] = content
    mean, std = np.float32((0.798, 0.785, 0.772)), np.float32((0.264, 0.2749, 0.287))
    values = (pixels.astype(np.float32) / np.float32(255.0) - mean) / std
    return as_tensor(values), (inner[0] / page.shape[0], inner[1] / page.shape[1])


PROJECTS = {
    "rapidocr": rapidocr,
    "paddleocr": paddleocr,
    "paddlex": paddlex,
    "easyocr": easyocr,
    "onnxtr": onnxtr,
}
