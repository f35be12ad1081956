"""The stage around OCR's networks for ``fastcv bench``, beside plain NumPy and cv2."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from .batches import crop_batches
from .decoding import decode_ctc
from .detector import detector_input
from .detector_boxes import DetectorBoxes, detector_boxes
from .detector_inputs import DETECTOR_INPUTS
from .opencv import load_cv2

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from .bench import Ways

MOST_WORDS = 200
"""Words whose tensors are made: 37 MB."""
_CLASSES, _STEPS, _TEXTS = 6_625, 40, 60
_CELL = (16, 48)


def input_ways(rng: np.random.Generator, threads: int) -> tuple[str, Ways]:
    """A page on its way to a detector, as RapidOCR does it."""
    page = rng.integers(0, 256, (2000, 1500, 3), np.uint8)
    spec = replace(DETECTOR_INPUTS["rapidocr"], limit_type="max", limit_side_len=1536)
    ways: Ways = {}
    if cv2 := _cv2():

        def plain() -> Any:
            resized = cv2.resize(page, (1152, 1536))
            normal = (resized.astype("float32") * (1 / 255) - np.full(3, 0.5)) / np.full(3, 0.5)
            return normal.transpose(2, 0, 1)[np.newaxis].astype(np.float32)

        ways["cv2.resize, NumPy"] = plain
    run = partial(detector_input, page, spec=spec)
    return "a page of 2,000 x 1,500 px becomes a detector's tensor", {
        **ways,
        **_both("detector_input", lambda count: run(num_threads=count).tensor, threads),
    }


def boxes_ways(words: int, rng: np.random.Generator, threads: int) -> tuple[str, Ways]:
    """Words in a detector's map. They do not grow, so that cv2 is enough."""
    columns = 20
    pixels = np.zeros((math.ceil(words / columns) * _CELL[0], columns * _CELL[1]), np.float32)
    for index, (height, width) in enumerate(rng.integers([6, 20], [12, 44], (words, 2)).tolist()):
        top, left = index // columns * _CELL[0], index % columns * _CELL[1]
        pixels[top : top + height, left : left + width] = rng.uniform(0.5, 1, (height, width))
    rules = DetectorBoxes(
        dilation=False, contours="outer", max_candidates=words, rectangle="upright", mean="float32",
        unclip_ratio=0, min_grown_side=0, scaling="exact", corners="rectangle", order="found",
    )  # fmt: skip
    ways: Ways = {}
    if cv2 := _cv2():

        def plain() -> Any:
            mask = (pixels > 0.3).astype(np.uint8)
            contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
            boxes, scores = [], []
            for contour in contours:
                x, y, w, h = cv2.boundingRect(contour)
                score = pixels[y : y + h + 1, x : x + w + 1].mean()
                if min(w, h) < 3 or score < 0.5:
                    continue
                corners = np.array([[x, y], [x + w, y], [x + w, y + h], [x, y + h]])
                x, y, w, h = cv2.boundingRect(corners)  # what it has grown to: a px more
                boxes.append([[x, y], [x + w, y], [x + w, y + h], [x, y + h]])
                scores.append(score)
            return np.array(boxes, np.float32), np.array(scores, np.float64)

        ways["Python loop over cv2"] = plain
    run = partial(detector_boxes, pixels, pixels.shape, spec=rules)
    return f"{words:,} boxes from a detector's map", {
        **ways,
        **_both("detector_boxes", lambda count: tuple(run(num_threads=count)), threads),
    }


def batch_ways(words: int, rng: np.random.Generator, threads: int) -> tuple[str, Ways]:
    """Slanted words on their way to a recogniser, as RapidOCR does it."""
    page, boxes = made_words(min(words, MOST_WORDS), rng)
    ways: Ways = {}
    if cv2 := _cv2():
        ways["Python loop over cv2, NumPy"] = lambda: _plain_batches(cv2, page, boxes)
    run = partial(crop_batches, page, boxes, convention="rapidocr", arithmetic="auto")
    return f"{len(boxes)} words become a recogniser's batches", {
        **ways,
        **_both("crop_batches", lambda count: list(map(_as_pair, run(num_threads=count))), threads),
    }


def decoding_ways(rng: np.random.Generator, threads: int) -> tuple[str, Ways]:
    """A recogniser's output becomes texts, as RapidOCR's do."""
    values = rng.random((_TEXTS, _STEPS, _CLASSES), np.float32) * 0.5
    best = rng.integers(0, _CLASSES, (_TEXTS, _STEPS)) * (rng.random((_TEXTS, _STEPS)) < 0.3)
    np.put_along_axis(values, best[..., np.newaxis], rng.uniform(0.6, 1, (*best.shape, 1)), 2)
    characters = ["blank", *map(chr, range(0x4E00, 0x4E00 + _CLASSES - 1))]

    def plain() -> Any:
        classes, most = values.argmax(2), values.max(2)
        texts = []
        for indices, steps in zip(classes, most, strict=True):
            kept = np.ones(len(indices), bool)
            kept[1:] = indices[1:] != indices[:-1]
            kept &= indices != 0
            text = "".join(characters[index] for index in indices[kept])
            each = [round(float(value), 5) for value in steps[kept]]
            texts.append((text, np.mean(each or [0]).round(5).tolist()))
        return texts

    def run(count: int) -> Any:
        return [found[:2] for found in decode_ctc(values, characters, num_threads=count)]

    return f"{_TEXTS} texts from a recogniser's output of {_CLASSES:,} classes", {
        "NumPy": plain,
        **_both("decode_ctc", run, threads),
    }


def made_words(words: int, rng: np.random.Generator) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return a page of noise, and slanted boxes on it."""
    page = rng.integers(0, 256, (2000, 1500, 3), np.uint8)
    places = rng.uniform([20, 40], [1380, 1940], (words, 1, 2))
    word = np.array([[0, 0], [90, -4], [91, 22], [1, 26]])
    return page, (places + word + rng.uniform(-1, 1, (words, 4, 2))).astype(np.float32)


def crop_size(box: NDArray[Any]) -> tuple[int, int]:
    """Return the width and height of a box's crop."""
    lt, rt, rb, lb = box
    w = max(int(np.linalg.norm(rb - lb)), int(np.linalg.norm(rt - lt)))
    h = max(int(np.linalg.norm(rt - rb)), int(np.linalg.norm(lt - lb)))
    return w, h


def _plain_batches(cv2: Any, page: NDArray[Any], boxes: NDArray[Any]) -> list[Any]:
    crops = []
    for box in boxes:
        w, h = crop_size(box)
        target = np.array([[0, 0], [w, 0], [w, h], [0, h]], np.float32)
        matrix = cv2.getPerspectiveTransform(box, target)
        crops.append(
            cv2.warpPerspective(
                page, matrix, (w, h), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
            )
        )
    ratios = np.array([crop.shape[1] / crop.shape[0] for crop in crops])
    order = np.argsort(ratios)
    batches = []
    for start in range(0, len(crops), 6):
        indices = order[start : start + 6]
        width = int(48 * max(320 / 48, *ratios[indices]))
        tensor = np.zeros((len(indices), 3, 48, width), np.float32)
        for row, index in zip(tensor, indices, strict=True):
            least = min(math.ceil(48 * ratios[index]), width)
            resized = cv2.resize(crops[index], (least, 48)).astype(np.float32)
            row[:, :, :least] = (resized.transpose(2, 0, 1) / 255 - 0.5) / 0.5
        batches.append((tensor, indices))
    return batches


def _as_pair(batch: Any) -> Any:
    return batch.tensor, batch.indices


def _cv2() -> Any:
    try:
        return load_cv2()
    except ImportError:
        return None


def _both(name: str, run: Callable[[int], Any], threads: int) -> Ways:
    """Return ways on one thread and on all of them."""
    counts = sorted({1, threads})
    return {
        f"{name}, {count} thread{'s' if count > 1 else ''}": partial(run, count) for count in counts
    }
