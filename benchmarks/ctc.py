"""How fast does a recogniser's output become texts? RapidOCR's CTCLabelDecode against fastcv.

The baseline is RapidOCR's own class where it is installed, and otherwise a loop with the same
calls of NumPy. Below it is what one reading of the values takes: their maximum as integers, which
NumPy finds with vectors. Texts and confidences must be equal.

Usage::

    python benchmarks/ctc.py
    python benchmarks/ctc.py --repeat 200 --json ctc.json
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from charts import begin, finish
from harness import (
    Row,
    add_options,
    fastcv,
    make_rows,
    measure,
    name_threads,
    print_table,
)

SHAPES = {
    "PP-OCRv6, a batch of short words": (6, 40, 18_710),
    "PP-OCRv6, one line": (1, 160, 18_710),
    "PP-OCRv4 Chinese": (6, 40, 6_625),
    "English": (6, 40, 97),
}
READING = "reading the values once"


class CTCLabelDecode:
    """The calls of RapidOCR 3.10's class, for environments without RapidOCR."""

    def __init__(self, characters: list[str]) -> None:
        self.character = ["blank", *characters, " "]

    def __call__(self, logits: np.ndarray) -> tuple[list[tuple[str, float]], list[Any]]:
        texts = []
        for classes, values in zip(logits.argmax(axis=2), logits.max(axis=2), strict=True):
            is_kept = np.ones(len(classes), bool)
            is_kept[1:] = classes[1:] != classes[:-1]
            is_kept &= classes != 0
            confidences = [round(value, 5) for value in values[is_kept].tolist()] or [0]
            text = "".join([self.character[index] for index in classes[is_kept]])
            texts.append((text, np.mean(confidences).round(5).tolist()))
        return texts, []


def find_baseline() -> tuple[str, Any]:
    """Return RapidOCR's class, or the one above."""
    try:
        from rapidocr.ch_ppocr_rec.utils import CTCLabelDecode as Own
    except ImportError:
        return "RapidOCR's calls of NumPy", CTCLabelDecode
    return "RapidOCR's CTCLabelDecode", Own


def make_logits(texts: int, steps: int, classes: int, share: float = 0.5) -> np.ndarray:
    """Make probabilities: a share of the steps has one class far ahead, the others are blank."""
    rng = np.random.default_rng(5)
    logits = rng.random((texts, steps, classes), np.float32) * np.float32(0.4 / classes)
    best = rng.integers(1, classes, (texts, steps)) * (rng.random((texts, steps)) < share)
    highest = rng.random((texts, steps, 1), np.float32) * np.float32(0.4) + np.float32(0.6)
    np.put_along_axis(logits, best[..., np.newaxis], highest, 2)
    return logits


def list_ways(
    baseline: str, decoder: Any, logits: np.ndarray, threads: list[int]
) -> dict[str, Callable[[], Any]]:
    """Return the ways from logits to texts."""
    bits = logits.ravel().view(np.int32)
    characters, short = decoder.character, logits.astype(np.float16)
    ways: dict[str, Callable[[], Any]] = {
        baseline: lambda: decoder(logits),
        READING: bits.max,
    }
    for count in threads:
        for name, given in {"float32": logits, "float16": short}.items():
            ways[f"decode_ctc, {name}, {name_threads(count)}"] = lambda g=given, c=count: (
                fastcv.decode_ctc(g, characters, num_threads=c)
            )
        ways[f"decode_ctc with columns, {name_threads(count)}"] = lambda c=count: fastcv.decode_ctc(
            logits, characters, columns=True, num_threads=c
        )
    return ways


def check_texts(results: dict[str, Any]) -> None:
    """End the run where texts or confidences differ from the baseline's."""
    (baseline, (right, _)), *others = results.items()
    for name, found in others:
        if name == READING:
            continue
        same = [tuple(each[:2]) for each in found] == right
        if "float16" in name:  # another value
            same = [each.text for each in found] == [text for text, _ in right]
        if not same:
            sys.exit(f"DIFFERENT: {name} from {baseline}.")


def parse_arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    add_options(parser, 50)
    return parser.parse_args()


def main() -> None:
    """Print a table for each shape."""
    arguments = parse_arguments()
    machine = begin(arguments)
    baseline, kind = find_baseline()
    threads = sorted({1, arguments.threads})
    tables: dict[str, list[Row]] = {}
    for name, shape in SHAPES.items():
        decoder = kind([chr(0x4E00 + i) for i in range(shape[2] - 2)])
        logits = make_logits(*shape)
        ways = list_ways(baseline, decoder, logits, threads)
        title = f"{name}: {shape}, {logits.nbytes / 1e6:.1f} MB"
        rows = make_rows(measure(ways, arguments.repeat, check_texts), logits.size, "value")
        tables[title] = rows
        print_table(title, rows)
    finish(arguments, machine, tables)


if __name__ == "__main__":
    main()
