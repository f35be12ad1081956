"""How fast is all that OCR does on the CPU around its networks? RapidOCR's own code against fastcv.

Stage by stage and as a whole: detector's input, boxes, crops, recogniser's input, decoding. Both
sides get the same outputs of networks, which are made and not inferred: the detector's map has the
page's words, and the recogniser's probabilities are random. So no inference is timed. RapidOCR's
side is its own functions, in the loops of its engine. Tensors, boxes, crops, texts and confidences
must be equal. It needs RapidOCR 3.10, which the environment of make test-compat has.

Usage::

    make bench-ocr
    PYTHONPATH=src .venv-compat/bin/python benchmarks/ocr_stage.py --side 960 --repeat 21
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np

from charts import begin, finish
from ctc import make_logits
from harness import (
    DATA,
    Row,
    add_options,
    cv2,
    digits,
    fastcv,
    make_rows,
    measure,
    name_threads,
    positive_int,
    print_table,
    read_boxes,
    read_image,
    say,
)
from made_images import UNCLIP, make_map

try:
    from rapidocr.ch_ppocr_det.main import TextDetector
    from rapidocr.ch_ppocr_det.utils import DBPostProcess, DetPreProcess
    from rapidocr.ch_ppocr_rec.main import TextRecognizer
    from rapidocr.ch_ppocr_rec.utils import CTCLabelDecode
    from rapidocr.main import RapidOCR
except ImportError as error:
    sys.exit(f"This benchmark needs {error.name} (make test-compat has it): {error}")

BASELINE = "RapidOCR"
CLASSES = 18_710
"""PP-OCRv6's."""
PX_A_STEP = 8
"""How many px of a recogniser's input become one step of its output."""
LETTERS_A_STEP = 0.15
"""English words: six letters in 40 steps."""
SHIFTS = 24
"""Each batch's probabilities begin at one of so many rows: batches get other texts."""
BATCH, HEIGHT, LEAST_WIDTH = 6, 48, 320
CANDIDATES = 5000
"""Most contours: RapidOCR's default of 1,000 would drop words of the dense page."""
MAP_THRESHOLDS = {"thresh": 0.3, "box_thresh": 0.5, "unclip_ratio": UNCLIP, "use_dilation": True}


class Network:
    """Stands in for a recogniser: made probabilities, in the same memory for each batch.

    ONNX Runtime too gets the last output's memory again once that is dropped, and has just written
    it. With more buffers the probabilities come from memory, not from the CPU's cache.
    """

    def __init__(self, most_steps: int, buffers: int) -> None:
        rows = make_logits(1, BATCH * most_steps + SHIFTS, CLASSES, LETTERS_A_STEP)[0]
        self._buffers = [np.roll(rows, index, axis=0) for index in range(buffers)]

    def __call__(self, index: int, shape: Sequence[int]) -> np.ndarray:
        """Return what a batch's tensor of this shape would become."""
        texts, steps = shape[0], shape[3] // PX_A_STEP
        first = index % SHIFTS
        rows = self._buffers[index % len(self._buffers)][first : first + texts * steps]
        return rows.reshape(texts, steps, CLASSES)


# ---- RapidOCR's side ----


class Own:
    """RapidOCR's functions with the settings of its engine, without its models."""

    def __init__(self, side: int) -> None:
        self.detector_input = DetPreProcess(side, "max")
        self._boxes = DBPostProcess(**MAP_THRESHOLDS, max_candidates=CANDIDATES)
        self._rules = SimpleNamespace(rec_image_shape=[3, HEIGHT, LEAST_WIDTH])
        self._decoder = CTCLabelDecode([chr(0x4E00 + index) for index in range(CLASSES - 2)])
        self.characters = self._decoder.character

    def boxes(self, probabilities: np.ndarray, page: np.ndarray) -> np.ndarray:
        found, _ = self._boxes(probabilities, page.shape[:2])
        return TextDetector.sorted_boxes(found)

    def crops(self, page: np.ndarray, boxes: np.ndarray) -> list[np.ndarray]:
        crops: list[np.ndarray] = RapidOCR.crop_text_regions(None, page, boxes)
        return crops

    def batches(self, crops: list[np.ndarray]) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Yield tensors and the words that they hold, in the loop of `TextRecognizer`."""
        order = np.argsort(np.array([crop.shape[1] / float(crop.shape[0]) for crop in crops]))
        for first in range(0, len(crops), BATCH):
            chosen = order[first : first + BATCH]
            ratios = [crops[index].shape[1] * 1.0 / crops[index].shape[0] for index in chosen]
            ratio = max(LEAST_WIDTH / HEIGHT, *ratios)
            planes = [
                TextRecognizer.resize_norm_img(self._rules, crops[index], ratio)[np.newaxis, :]
                for index in chosen
            ]
            yield np.concatenate(planes).astype(np.float32), chosen

    def decode(self, logits: np.ndarray) -> list[tuple[str, float]]:
        texts: list[tuple[str, float]] = self._decoder(logits)[0]
        return texts

    def read(self, page: np.ndarray, probabilities: np.ndarray, network: Network) -> list[Any]:
        """Do the whole stage: return each word's text and confidence."""
        self.detector_input(page)
        crops = self.crops(page, self.boxes(probabilities, page))
        found: list[Any] = [None] * len(crops)
        for index, (tensor, words) in enumerate(self.batches(crops)):
            texts = self.decode(network(index, tensor.shape))
            for word, text in zip(words, texts, strict=True):
                found[word] = text
        return found


# ---- fastcv's side ----


class Fast:
    """fastcv's functions with the same settings, on so many threads."""

    def __init__(self, side: int, characters: list[str], threads: int) -> None:
        self._input = replace(
            fastcv.DETECTOR_INPUTS["rapidocr"], limit_type="max", limit_side_len=side
        )
        self._boxes = replace(fastcv.DETECTOR_BOXES["rapidocr"], max_candidates=CANDIDATES)
        self._characters = characters
        self._on: dict[str, Any] = {"num_threads": threads}

    def detector_input(self, page: np.ndarray) -> np.ndarray:
        return fastcv.detector_input(page, spec=self._input, **self._on).tensor

    def boxes(self, probabilities: np.ndarray, page: np.ndarray) -> np.ndarray:
        return fastcv.detector_boxes(probabilities, page, spec=self._boxes, **self._on).boxes

    def crops(self, page: np.ndarray, boxes: np.ndarray) -> list[np.ndarray]:
        return fastcv.image_crop_openmp(page, boxes, convention="rapidocr", **self._on)

    def batches(self, crops: list[np.ndarray]) -> Iterator[Any]:
        return fastcv.iter_image_batches(crops, input="rapidocr", **self._on)

    def crop_batches(self, page: np.ndarray, boxes: np.ndarray) -> Iterator[Any]:
        return fastcv.iter_crop_batches(page, boxes, convention="rapidocr", **self._on)

    def decode(self, logits: np.ndarray) -> list[tuple[str, float]]:
        texts = fastcv.decode_ctc(logits, self._characters, **self._on)
        return [(text, confidence) for text, confidence, _, _ in texts]

    def read(self, page: np.ndarray, probabilities: np.ndarray, network: Network) -> list[Any]:
        """Do the whole stage. Words go from the page into batches, without crops."""
        self.detector_input(page)
        boxes = self.boxes(probabilities, page)
        found: list[Any] = [None] * len(boxes)
        for index, batch in enumerate(self.crop_batches(page, boxes)):
            texts = self.decode(network(index, batch.tensor.shape))
            for word, text in zip(batch.indices.tolist(), texts, strict=True):
                found[word] = text
        return found


# ---- stages ----

Ways = dict[str, Callable[[], Any]]


def list_stages(
    page: np.ndarray, probabilities: np.ndarray, own: Own, fast: dict[str, Fast], buffers: int
) -> dict[str, Ways]:
    """Return each stage's ways: RapidOCR's, then fastcv's."""
    boxes = own.boxes(probabilities, page)
    crops = own.crops(page, boxes)
    shapes = [tensor.shape for tensor, _ in own.batches(crops)]
    network = Network(max(shape[3] for shape in shapes) // PX_A_STEP, buffers)
    sides: dict[str, Any] = {BASELINE: own, **fast}

    def ways(function: Callable[[Any], Any]) -> Ways:
        return {name: lambda s=side: function(s) for name, side in sides.items()}

    both = "page to recogniser's input, fused"
    stages = {
        "detector's input": ways(lambda side: side.detector_input(page)),
        "boxes": ways(lambda side: side.boxes(probabilities, page)),
        "crops": ways(lambda side: side.crops(page, boxes)),
        "recogniser's input": ways(lambda side: count(side.batches(crops))),
        both: {BASELINE: lambda: count(own.batches(own.crops(page, boxes)))},
        "decoding": ways(
            lambda side: [
                text
                for index, shape in enumerate(shapes)
                for text in side.decode(network(index, shape))
            ]
        ),
        "the whole stage": ways(lambda side: side.read(page, probabilities, network)),
    }
    for name, side in fast.items():
        stages[both][name] = lambda s=side: count(s.crop_batches(page, boxes))
    check_tensors(own, fast, page, boxes, crops)
    return stages


def count(batches: Iterator[Any]) -> int:
    """Take batches one at a time, as an engine does."""
    return sum(1 for _ in batches)


def check_tensors(
    own: Own, fast: dict[str, Fast], page: np.ndarray, boxes: np.ndarray, crops: list[np.ndarray]
) -> None:
    """End the run where a batch has other words or bytes than RapidOCR's."""
    for name, side in fast.items():
        for ways in (side.batches(crops), side.crop_batches(page, boxes)):
            for (tensor, words), batch in zip(own.batches(crops), ways, strict=True):
                if not np.array_equal(words, batch.indices) or not np.array_equal(
                    tensor, batch.tensor
                ):
                    sys.exit(f"DIFFERENT: a batch of {name}.")


def check_equal(results: dict[str, Any]) -> None:
    """End the run where a result differs from RapidOCR's."""
    right = results[BASELINE]
    for name, found in results.items():
        if isinstance(right, np.ndarray):
            same = np.array_equal(found, right)
        elif isinstance(right, list) and isinstance(right[0], np.ndarray):
            same = len(found) == len(right) and all(map(np.array_equal, found, right))
        else:
            same = found == right
        if not same:
            sys.exit(f"DIFFERENT: {name}")


def print_summary(title: str, tables: dict[str, list[Row]]) -> None:
    """Print a line for each stage: the minima, and how many times faster fastcv is."""
    names = [row.name for row in next(iter(tables.values()))]
    width = max(map(len, tables))
    head = "".join(f"{name + ' ms':>{max(len(name) + 5, 14)}}{'ratio':>8}" for name in names[1:])
    print(f"\n{title}, minima\n  {'stage':<{width}}{BASELINE + ' ms':>14}{head}")
    print(f"  {'-' * (width + 14 + len(head))}")
    for stage, (baseline, *rows) in tables.items():
        cells = "".join(
            f"{digits(row.min_ms):>{max(len(row.name) + 5, 14)}}{row.ratio:>7.1f}x" for row in rows
        )
        print(f"  {stage:<{width}}{digits(baseline.min_ms):>14}{cells}")


def parse_arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=(__doc__ or "").partition("\n")[0],
        epilog="It needs RapidOCR 3.10, which make bench-ocr has.",
    )
    parser.add_argument(
        "--side", type=positive_int, default=1536, metavar="PX",
        help="longer side of the detector's input (default: %(default)s)",
    )  # fmt: skip
    parser.add_argument(
        "--buffers", type=positive_int, default=1, metavar="N",
        help="memory for so many outputs of the recogniser (default: %(default)s)",
    )  # fmt: skip
    add_options(parser, repeat=9)
    return parser.parse_args()


def main() -> None:
    """Run the benchmark."""
    arguments = parse_arguments()
    machine = begin(arguments)
    cv2.setNumThreads(1)  # a second thread of cv2 gains nothing here
    machine["cv2"] = f"{cv2.__version__}, 1 thread"
    page, _ = read_image(DATA / "page.jpg")
    probabilities = make_map(read_boxes(DATA / "page_boxes.json"), page.shape, arguments.side)
    own = Own(arguments.side)
    threads = sorted({1, arguments.threads})
    fast = {
        f"fastcv, {name_threads(count)}": Fast(arguments.side, own.characters, count)
        for count in threads
    }
    words = len(own.boxes(probabilities, page))
    title = f"data/page.jpg, {words:,} words found, detector at {arguments.side:,} px"
    say(f"{title}, {CLASSES:,} classes")
    tables: dict[str, list[Row]] = {}
    for stage, ways in list_stages(page, probabilities, own, fast, arguments.buffers).items():
        tables[stage] = make_rows(measure(ways, arguments.repeat, check_equal), words, "word")
        print_table(stage, tables[stage])
    print_summary(title, tables)
    finish(arguments, machine, tables)


if __name__ == "__main__":
    main()
