"""Recognise the words of a page: boxes in, text out, with ONNX Runtime and a model of RapidOCR.

Usage::

    pip install 'fastcv[io]' rapidocr==3.10.0 onnxruntime
    python docs/recognize.py page.png boxes.json
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import cv2
import numpy as np
import onnxruntime
import rapidocr

import fastcv

BLANK = 0


def load_model() -> tuple[onnxruntime.InferenceSession, list[str]]:
    """Return the recogniser and its characters; class 0 is the blank, the last one a space."""
    folder = Path(rapidocr.__file__).parent / "models"
    session = onnxruntime.InferenceSession(folder / "PP-OCRv6_rec_small.onnx")
    characters = session.get_modelmeta().custom_metadata_map["character"].splitlines()
    return session, ["", *characters, " "]


def decode(scores: np.ndarray, characters: list[str]) -> str:
    """Return a word's text: the best class of each step, without repeats and blanks."""
    classes = scores.argmax(axis=1)
    is_new = np.append(True, classes[1:] != classes[:-1])
    return "".join(characters[c] for c in classes[is_new & (classes != BLANK)])


def recognize(page: np.ndarray, boxes: np.ndarray) -> list[str]:
    """Return the text of each box."""
    session, characters = load_model()
    (name,) = (given.name for given in session.get_inputs())
    texts = [""] * len(boxes)
    for batch in fastcv.iter_crop_batches(page, boxes, convention="rapidocr"):
        (scores,) = session.run(None, {name: batch.tensor})
        for index, word in zip(batch.indices.tolist(), scores, strict=True):
            texts[index] = decode(word, characters)
    return texts


if __name__ == "__main__":
    page_path, boxes_path = sys.argv[1:]
    boxes = np.float32(json.loads(Path(boxes_path).read_text())["boxes"])
    print("\n".join(recognize(cv2.imread(page_path), boxes)))
