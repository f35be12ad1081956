"""The OCR projects' inputs. docs/batches.md tells where each rule is from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from .inputs import RecognizerInput

_MMOCR = RecognizerInput(divisor=1, mean=127.5, std=127.5, batch_size=1, sort=None)
_MMOCR_IMAGENET = replace(_MMOCR, mean=(123.675, 116.28, 103.53), std=(58.395, 57.12, 57.375))
_MMOCR_127 = replace(_MMOCR, mean=127, std=127)


def _mmocr_fixed(rules: RecognizerInput, width: int, height: int) -> RecognizerInput:
    """Mean and std with the rule of MMOCR's ``Resize``: every word gets this size."""
    return replace(rules, height=height, min_width=width, max_width=width, fit="stretch")


def _mmocr_padded(rules: RecognizerInput, height: int, multiple: int) -> RecognizerInput:
    """Mean and std with the rules of MMOCR's ``RescaleToHeight`` and ``PadToWidth``, 160 px."""
    return replace(
        rules,
        height=height,
        min_width=160,
        max_width=160,
        word_rounding="ceil_scaled",
        word_min_width=height,
        word_multiple=multiple,
        pad_before_normalization=True,
    )


INPUTS: Mapping[str, RecognizerInput] = MappingProxyType({
    "rapidocr": RecognizerInput(),
    "paddleocr": RecognizerInput(),
    "paddlex": RecognizerInput(max_width=3200, width_by="word", sort="stable"),
    "mineru": RecognizerInput(
        max_width=2560, word_min_width=16, normalization="float64", divisor=127.5, mean=1, std=1
    ),
    "mmocr_abinet": _mmocr_fixed(_MMOCR_IMAGENET, 128, 32),
    "mmocr_aster": _mmocr_fixed(_MMOCR, 256, 64),
    "mmocr_crnn": replace(
        _MMOCR_127,
        height=32,
        min_width=None,
        width_rounding="word",
        word_rounding="ceil_scaled",
        word_min_width=32,
        word_multiple=16,
        channels="gray",
    ),
    "mmocr_master": _mmocr_padded(_MMOCR, 48, 16),
    "mmocr_nrtr": _mmocr_padded(_MMOCR_IMAGENET, 32, 16),
    "mmocr_robust_scanner": _mmocr_padded(_MMOCR_127, 48, 4),
    "mmocr_sar": _mmocr_padded(_MMOCR_127, 48, 4),
    "mmocr_satrn": _mmocr_fixed(_MMOCR_IMAGENET, 100, 32),
    "mmocr_svtr": _mmocr_fixed(_MMOCR, 256, 64),
    "onnxtr": RecognizerInput(
        height=32,
        min_width=128,
        max_width=128,
        fit="contain",
        filter="pillow_bilinear",
        channels="rgb",
        mean=(0.694, 0.695, 0.693),
        std=(0.299, 0.296, 0.301),
        pad_before_normalization=True,
        batch_size=128,
        sort=None,
    ),
})  # fmt: skip
"""The inputs of OCR projects by name, read-only."""
