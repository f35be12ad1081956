"""read_page with networks that are functions: which word gets which text, in which order."""

from dataclasses import replace

import numpy as np
import pytest

import fastcv

SIZE = (640, 960)
LETTERS = "".join(chr(0x4E00 + index) for index in range(64))


def lay_out(rng):
    """Words in lines of one shade each, which is the class of their only letter: page, boxes."""
    page, boxes = np.zeros((*SIZE, 3), np.uint8), []
    for top in range(20, 600, 60):
        left = int(rng.integers(5, 60))
        while left < 780:
            width = int(rng.integers(50, 160))
            boxes.append((left, top, left + width, top + 30))
            page[top - 12 : top + 42, left - 12 : left + width + 12] = 4 * len(boxes)
            left += width + 40
    return page, boxes


class Networks:
    def __init__(self, boxes, steps=5, dtype=np.float32):
        self.boxes, self.steps, self.dtype, self.seen = boxes, steps, dtype, []

    def detect(self, tensor):
        height, width = tensor.shape[2:]
        pixels = np.zeros((1, 1, height, width), self.dtype)
        scale = np.array([width / SIZE[1], height / SIZE[0]] * 2)
        for box in self.boxes:
            left, top, right, bottom = np.rint(box * scale).astype(int)
            pixels[0, 0, top + 9 : bottom - 9, left + 9 : right - 9] = 0.9
        return pixels

    def recognize(self, tensor):
        self.seen.append(tensor.shape)
        shades = np.rint((tensor[:, 0, 24, 20] * 0.5 + 0.5) * 255 / 4).astype(int)
        logits = np.zeros((len(tensor), self.steps, len(LETTERS) + 1), self.dtype)
        logits[:, :, 0] = 0.5
        logits[np.arange(len(tensor)), 2, shades] = 0.75 + shades / 1000
        return logits


@pytest.mark.parametrize("dtype", [np.float32, np.float16])
@pytest.mark.parametrize("threads", [1, 2])
def test_each_word_gets_its_text_in_reading_order(dtype, threads):
    page, boxes = lay_out(np.random.default_rng(1))
    networks = Networks(boxes, dtype=dtype)
    words = fastcv.read_page(
        page, networks.detect, networks.recognize, "-" + LETTERS, num_threads=threads
    )
    assert "".join(word.text for word in words) == LETTERS[: len(boxes)]
    for number, (word, box) in enumerate(zip(words, boxes, strict=True), 1):
        assert word.confidence == pytest.approx(0.75 + number / 1000, abs=1e-3)
        assert word.box.shape == (4, 2)
        assert word.box.dtype == np.float32
        assert np.abs(word.box[[0, 2]].ravel() - box).max() <= 12
    assert [shape[0] for shape in networks.seen[:-1]] == [6] * (len(networks.seen) - 1)


def test_it_is_the_four_functions_in_a_row():
    page, boxes = lay_out(np.random.default_rng(2))
    networks = Networks(boxes)
    rules = {
        "detector_spec": replace(fastcv.DETECTOR_INPUTS["paddlex"], limit_side_len=320),
        "boxes_spec": replace(fastcv.DETECTOR_BOXES["paddlex"], max_candidates=9),
        "convention": "paddlex",
        "input": replace(fastcv.INPUTS["paddlex"], batch_size=4),
    }
    found = fastcv.read_page(
        page, networks.detect, networks.recognize, "-" + LETTERS, confidence="paddleocr",
        ignore=iter([1, 60]), **rules,
    )  # fmt: skip
    tensor = fastcv.detector_input(page, spec=rules["detector_spec"]).tensor
    quads, _ = fastcv.detector_boxes(networks.detect(tensor), page, spec=rules["boxes_spec"])
    expected = {}
    for batch in fastcv.crop_batches(page, quads, convention="paddlex", input=rules["input"]):
        texts = fastcv.decode_ctc(
            networks.recognize(batch.tensor), "-" + LETTERS, confidence="paddleocr", ignore=[1, 60]
        )
        expected.update(zip(batch.indices.tolist(), texts, strict=True))
    assert len(found) == 9 - sum(not text.text for text in expected.values())
    kept = [index for index in range(9) if expected[index].confidence >= 0.5]
    assert [word[:2] for word in found] == [expected[index][:2] for index in kept]
    assert np.array_equal([word.box for word in found], quads[kept])


def test_unsure_words_are_left_out():
    page, boxes = lay_out(np.random.default_rng(3))
    networks = Networks(boxes)
    given = (page, networks.detect, networks.recognize, "-" + LETTERS)
    assert len(fastcv.read_page(*given, min_confidence=0)) == len(boxes)
    assert len(fastcv.read_page(*given, min_confidence=0.7555)) == len(boxes) - 5
    assert fastcv.read_page(*given, min_confidence=1) == []


def test_a_page_without_words():
    networks = Networks([])
    page = np.zeros((*SIZE, 1), np.uint8)
    assert fastcv.read_page(page, networks.detect, networks.recognize, "-a") == []
    assert networks.seen == []


def test_what_a_network_raises_is_passed_on():
    page, boxes = lay_out(np.random.default_rng(4))

    def fail(tensor):
        raise RuntimeError("out of GPU memory")

    networks = Networks(boxes)
    for functions in ((fail, networks.recognize), (networks.detect, fail)):
        with pytest.raises(RuntimeError, match="out of GPU memory"):
            fastcv.read_page(page, *functions, "-" + LETTERS)


def test_a_network_that_returns_something_else():
    page, boxes = lay_out(np.random.default_rng(4))
    networks = Networks(boxes)
    with pytest.raises(ValueError, match="detector_boxes: probabilities must be"):
        fastcv.read_page(page, lambda tensor: tensor, networks.recognize, "-" + LETTERS)
    with pytest.raises(ValueError, match="decode_ctc: logits"):
        fastcv.read_page(page, networks.detect, lambda tensor: tensor, "-" + LETTERS)
