"""decode_ctc gives what the OCR projects' own decoders give."""

from itertools import groupby

import numpy as np
import pytest

import fastcv
import projects

LETTERS = [chr(0x4E00 + i) for i in range(200)]


def outputs(dtype=np.float32):
    """Recognisers' outputs: usual ones, empty ones, unsure ones, one with many classes."""
    rng = np.random.default_rng(11)
    for texts, steps, classes in (6, 40, 202), (1, 1, 202), (3, 0, 202), (20, 160, 202):
        logits = rng.random((texts, steps, classes), np.float32) * np.float32(0.4)
        best = rng.integers(0, classes, (texts, steps)) * (rng.random((texts, steps)) < 0.6)
        best[: texts // 3] = 0
        np.put_along_axis(
            logits, best[..., None], rng.random((texts, steps, 1), np.float32) * 0.6 + 0.4, 2
        )
        yield logits.astype(dtype)
        yield (logits / (logits.sum(2, keepdims=True) + np.float32(1e-9))).astype(dtype)


@pytest.mark.parametrize("dtype", [np.float32, np.float16])
def test_rapidocr(dtype):
    utils = pytest.importorskip("rapidocr.ch_ppocr_rec.utils")

    decoder = utils.CTCLabelDecode(list(LETTERS))
    for logits in outputs(dtype):
        right, _ = decoder(logits)
        found = fastcv.decode_ctc(logits, decoder.character)
        assert [each[:2] for each in found] == right


def test_rapidocr_word_boxes():
    """What its get_word_info takes comes from the columns."""
    utils = pytest.importorskip("rapidocr.ch_ppocr_rec.utils")

    decoder = utils.CTCLabelDecode(list("ab中文 0123456789-" * 13 + "xyzuvwst"))
    for logits in outputs():
        ratios = np.linspace(1, 9, len(logits))
        right, words = decoder(logits, return_word_box=True, wh_ratio_list=ratios, max_wh_ratio=9.0)
        found = fastcv.decode_ctc(logits, decoder.character, columns=True)
        assert [each[:2] for each in found] == right
        for text, word, ratio in zip(found, words, ratios, strict=True):
            selection = np.zeros(logits.shape[1], bool)
            selection[text.columns] = True
            made = decoder.get_word_info(text.text, selection)
            made.line_txt_len = logits.shape[1] * ratio / 9.0
            made.confs = text.confidences or [0]
            assert made == word


def paddle_decoder(package):
    if package == "paddlex":
        kind = projects.take(
            "paddlex", "inference/models/text_recognition/processors.py", "CTCLabelDecode",
            "BaseRecLabelDecode", benchmark=type("", (), {"timeit": staticmethod(lambda f: f)}),
        )  # fmt: skip
        decoder = kind(list(LETTERS))
        return decoder, lambda logits: list(zip(*decoder([logits]), strict=True))
    module = {
        "paddleocr": ("paddleocr", "ppocr/postprocess/rec_postprocess.py"),
        "openocr": ("openocr", "openrec/postprocess/ctc_postprocess.py"),
    }[package]
    paddle = type("", (), {"Tensor": type("Tensor", (), {})})
    decoder = projects.take(*module, "CTCLabelDecode", "BaseRecLabelDecode", paddle=paddle)()
    decoder.character = ["blank", *LETTERS, " "]
    options = {"torch_tensor": False} if package == "openocr" else {}
    return decoder, lambda logits: decoder(logits, **options)


@pytest.mark.parametrize("dtype", [np.float32, np.float16])
@pytest.mark.filterwarnings("ignore:invalid escape sequence:DeprecationWarning")
@pytest.mark.parametrize("package", ["paddleocr", "paddlex", "openocr"])
def test_paddle(package, dtype):
    decoder, decode = paddle_decoder(package)
    for logits in outputs(dtype):
        found = fastcv.decode_ctc(logits, decoder.character, confidence="paddleocr")
        assert [each[:2] for each in found] == decode(logits)


def test_easyocr():
    custom_mean = projects.take("easyocr", "recognition.py", "custom_mean")
    kind = projects.take("easyocr", "utils.py", "CTCLabelConverter", os=None, io=None, torch=None)
    decoder = kind([*LETTERS, "!"], {"ab": [LETTERS[3], LETTERS[7]]}, {})
    assert decoder.ignore_idx == [0, 1, 2]
    for logits in outputs():
        classes = logits.argmax(2)
        right = []
        texts = decoder.decode_greedy(classes.ravel(), [logits.shape[1]] * len(logits))
        for text, values, chosen in zip(texts, logits.max(2), classes, strict=True):
            kept = values[chosen != 0]
            right.append((text, custom_mean(kept if len(kept) else np.array([0]))))
        found = fastcv.decode_ctc(
            logits, decoder.character, ignore=decoder.ignore_idx, confidence="easyocr"
        )
        assert [each[:2] for each in found] == right


@pytest.mark.parametrize("model", ["crnn", "viptr"])
def test_onnxtr(model):
    scipy = pytest.importorskip("scipy.special")
    kind = {"crnn": "CRNNPostProcessor", "viptr": "VIPTRPostProcessor"}[model]
    vocabulary = "".join(LETTERS) + "!"
    decoder = projects.take(
        "onnxtr", f"models/recognition/models/{model}.py", kind, softmax=scipy.softmax,
        groupby=groupby, RecognitionPostProcessor=object,
    )(vocabulary)  # fmt: skip
    for logits in outputs():
        if not logits.shape[1]:
            continue
        found = fastcv.decode_ctc(
            scipy.softmax(logits, axis=-1), vocabulary, blank=201, confidence="doctr"
        )
        assert [each[:2] for each in found] == decoder(logits)
