"""CTC's best path, one value after the other: the oracle for `fastcv.decode_ctc`."""

import math

import numpy as np


def largest(step):
    """The index and value of the first largest number, or of the first NaN."""
    best = 0
    for index, value in enumerate(step):
        if math.isnan(value):
            return index, value
        if value > step[best]:
            best = index
    return best, step[best]


def decode(logits, characters, *, blank=0, ignore=(), confidence="rapidocr"):
    """Return (text, confidence, columns, confidences) for each text."""
    rule = CONFIDENCES[confidence]
    return [
        decode_one(text.tolist(), logits.dtype, characters, {blank, *ignore}, blank, rule)
        for text in logits
    ]


def decode_one(steps, dtype, characters, dropped, blank, rule):
    found = [largest(step) for step in steps]
    kept = []
    for column, (index, value) in enumerate(found):
        is_repeated = column > 0 and index == found[column - 1][0]
        if not is_repeated and index not in dropped:
            kept.append((column, index, value))
    text = "".join(characters[index] for _, index, _ in kept)
    every = [value for _, value in found]
    not_blank = [value for index, value in found if index != blank]
    values = [value for *_, value in kept]
    if rule is rapidocr:
        values = [round(value, 5) for value in values]
    confidence = rule(values, not_blank, every, dtype)
    return text, confidence, [column for column, *_ in kept], values


def rapidocr(rounded, not_blank, every, dtype):
    return np.mean(rounded or [0]).round(5).tolist()


def paddleocr(kept, not_blank, every, dtype):
    return np.mean(np.array(kept, dtype)).tolist() if kept else 0.0


def easyocr(kept, not_blank, every, dtype):
    values = np.array(not_blank, dtype)
    return (values.prod() ** (2.0 / np.sqrt(len(values)))).tolist() if not_blank else 0.0


def doctr(kept, not_blank, every, dtype):
    return np.array(every, dtype).min().tolist() if every else 0.0


CONFIDENCES = {rule.__name__: rule for rule in (rapidocr, paddleocr, easyocr, doctr)}
