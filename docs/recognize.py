"""Read a page: its words' texts and confidences, with ONNX Runtime and the models of RapidOCR.

Usage::

    pip install 'fastcv-ocr[io]' rapidocr==3.10.0 onnxruntime
    python docs/recognize.py page.png
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import onnxruntime
import rapidocr

import fastcv

Network = Callable[[np.ndarray], np.ndarray]


def load_model(name: str) -> tuple[onnxruntime.InferenceSession, Network]:
    """Return a model of RapidOCR, and a function of its input that returns its output."""
    folder = Path(rapidocr.__file__).parent / "models"
    session = onnxruntime.InferenceSession(folder / f"PP-OCRv6_{name}_small.onnx")
    (given,) = session.get_inputs()
    return session, lambda tensor: session.run(None, {given.name: tensor})[0]


def read(page: np.ndarray) -> list[fastcv.ReadWord]:
    """Return a page's words in reading order."""
    _, detector = load_model("det")
    session, recognizer = load_model("rec")
    letters = session.get_modelmeta().custom_metadata_map["character"].splitlines()
    characters = ["", *letters, " "]  # class 0 is the blank
    return fastcv.read_page(page, detector, recognizer, characters)


if __name__ == "__main__":
    (path,) = sys.argv[1:]
    for word in read(cv2.imread(path)):
        print(f"{word.confidence:.3f}  {word.text}")
