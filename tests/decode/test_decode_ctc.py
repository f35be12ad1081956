"""decode_ctc gives what a plain loop over all values gives."""

import numpy as np
import pytest

import fastcv
import reference_decode as oracle
from float_modes import MODES, call_in, needs_modes

CONFIDENCES = list(oracle.CONFIDENCES)
DTYPES = [np.float32, np.float16]
dtypes = pytest.mark.parametrize("dtype", DTYPES, ids=lambda dtype: dtype.__name__)
confidences = pytest.mark.parametrize("confidence", CONFIDENCES)
SPECIAL = [0.0, -0.0, 1.0, 0.5, 0.25, -1.0, 6e-8, 1e-40, np.inf, -np.inf, np.nan, 0.123455]


def probabilities(rng, texts, steps, classes, dtype=np.float32):
    """What a recogniser gives: half of the steps blank, neighbours often alike."""
    logits = rng.random((texts, steps, classes), np.float32) * np.float32(0.4)
    best = rng.integers(0, classes, (texts, steps)) * (rng.random((texts, steps)) < 0.5)
    best[:, 1::3] = best[:, 0 : steps - 1 : 3][:, : best[:, 1::3].shape[1]]
    highest = rng.random((texts, steps, 1), np.float32) * np.float32(0.6) + np.float32(0.4)
    np.put_along_axis(logits, best[..., np.newaxis], highest, 2)
    return logits.astype(dtype)


def anything(rng, texts, steps, classes, dtype=np.float32):
    """Few different values, so that many are equal; special ones among them."""
    few = rng.choice(SPECIAL, rng.integers(1, 5))
    with np.errstate(over="ignore", under="ignore"):
        return rng.choice(few, (texts, steps, classes)).astype(dtype)


def layouts(logits):
    """The same values in other layouts."""
    texts, steps, classes = logits.shape
    yield "as it is", logits
    yield "texts second", np.ascontiguousarray(logits.transpose(1, 0, 2)).transpose(1, 0, 2)
    yield "classes first", np.ascontiguousarray(logits.transpose(2, 0, 1)).transpose(1, 2, 0)
    yield "steps last", np.ascontiguousarray(logits.transpose(0, 2, 1)).transpose(0, 2, 1)
    yield "mirrored", logits[::-1, ::-1, ::-1].copy()[::-1, ::-1, ::-1]
    wide = np.zeros((texts, steps, 2 * classes + 1), logits.dtype)
    wide[..., 1::2] = logits
    yield "every second", wide[..., 1::2]
    odd = np.zeros(logits.nbytes + 1, np.uint8)
    odd[1:] = logits.copy().view(np.uint8).ravel()
    yield "unaligned", odd[1:].view(logits.dtype).reshape(logits.shape)
    yield "swapped", logits.astype(logits.dtype.newbyteorder())


def assert_equal(found, right):
    assert repr([tuple(each) for each in found]) == repr(right)


@dtypes
@confidences
@pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning")
def test_random_values(kernel, dtype, confidence, rng):
    for make in (probabilities, anything) * 6:
        shape = rng.integers(0, 4), rng.integers(0, 30), rng.integers(1, 90)
        logits = make(rng, *shape, dtype)
        classes = shape[2]
        options = {
            "blank": int(rng.integers(0, classes)),
            "ignore": rng.integers(0, classes, rng.integers(0, 3)).tolist(),
            "confidence": confidence,
        }
        characters = [chr(rng.choice([65, 0x4E00, 0x1F600]) + i) for i in range(classes)]
        right = oracle.decode(logits, characters, **options)
        threads = int(rng.integers(1, 3))
        found = fastcv.decode_ctc(logits, characters, **options, columns=True, num_threads=threads)
        assert_equal(found, right)
        found = fastcv.decode_ctc(logits, characters, **options)
        assert_equal(found, [(*each[:2], None, None) for each in right])


@dtypes
def test_layouts(kernel, dtype, rng):
    for texts, steps, classes in (2, 9, 70), (3, 17, 1), (1, 1, 5), (2, 8, 33):
        logits = probabilities(rng, texts, steps, classes, dtype)
        characters = [chr(48 + i) for i in range(classes)]
        right = oracle.decode(logits, characters)
        for name, view in layouts(logits):
            assert view.shape == logits.shape, name
            assert_equal(fastcv.decode_ctc(view, characters, columns=True), right)


@dtypes
def test_many_classes(kernel, dtype, rng):
    """The largest value in each part of a long row, alone and with an equal one after it."""
    classes = 18_710
    steps = [*range(0, 4200, 61), *range(classes - 70, classes)]
    logits = (rng.random((1, len(steps), classes), np.float32) * np.float32(0.5)).astype(dtype)
    for step, index in enumerate(steps):
        logits[0, step, index] = 0.75
        logits[0, step, rng.integers(index, classes)] = 0.75
        if step % 7 == 6:
            logits[0, step, [index, min(index + 99, classes - 1)]] = np.nan
    with_nan = np.isnan(logits).any()
    assert with_nan
    assert logits.argmax(2)[0].tolist() == steps
    characters = [f"<{i}>" for i in range(classes)]
    [found] = fastcv.decode_ctc(logits, characters, columns=True)
    assert found.columns == [i for i, index in enumerate(steps) if index != 0]
    assert found.text == "".join(characters[index] for index in steps if index != 0)
    np.testing.assert_array_equal(found.confidences, logits.astype(float).max(2)[0, 1:])


def alternating(values):
    """One text that keeps every step, with these confidences."""
    logits = np.full((1, len(values), 3), -np.inf, values.dtype)
    logits[0, np.arange(len(values)), 1 + np.arange(len(values)) % 2] = values
    return logits


@pytest.fixture
def sums_in_one_piece():
    """NumPy before 2.3 adds as many numbers at a time as its buffer holds, by default 8,192."""
    before = np.setbufsize(1 << 15)
    yield
    np.setbufsize(before)


@dtypes
@confidences
@pytest.mark.usefixtures("sums_in_one_piece")
def test_long_texts(dtype, confidence, rng):
    """Confidences have NumPy's bits however many steps there are."""
    for count in 1, 7, 8, 9, 127, 128, 129, 136, 1000, 8192, 8193, 20_000:
        values = (10 ** rng.uniform(-4, 0, count)).astype(dtype)
        [found] = fastcv.decode_ctc(alternating(values), "-ab", confidence=confidence)
        [right] = oracle.decode(alternating(values), "-ab", confidence=confidence)
        assert repr(found.confidence) == repr(right[1]), count


def test_rounding(rng):
    """Values are rounded as Python's round does, at ties and at any magnitude."""
    ties = (np.arange(-500, 500) + np.float32(0.5)) / 32
    scaled = rng.choice([-1, 1], 20_000) * 10.0 ** rng.uniform(-44, 38, 20_000)
    values = np.concatenate([ties, rng.random(20_000), scaled, [np.inf]]).astype(np.float32)
    [found] = fastcv.decode_ctc(alternating(values), "-ab", columns=True)
    assert repr(found.confidences) == repr([round(value, 5) for value in values.tolist()])


def test_every_float16(kernel):
    """Each of the 65,536 values against 0, as the first class and as the second."""
    values = np.arange(1 << 16, dtype=np.uint16).view(np.float16)
    for column in 0, 1:
        logits = np.full((1, 1 << 17, 3), -np.inf, np.float16)
        logits[0, 0::2, :2] = 0
        logits[0, 0::2, column] = values
        logits[0, 1::2, 2] = 1  # a blank between two of them
        [found] = fastcv.decode_ctc(logits, "01", blank=2, columns=True, confidence="doctr")
        best = logits[0, 0::2].argmax(1)
        assert found.text == "".join(map(str, best))
        right = logits[0, np.arange(0, 1 << 17, 2), best]
        np.testing.assert_array_equal(np.float16(found.confidences), right)


def test_threads(rng):
    logits = probabilities(rng, 7, 40, 3000)
    characters = [chr(0x4E00 + i) for i in range(3000)]
    alone = fastcv.decode_ctc(logits, characters, columns=True, num_threads=1)
    for view in logits, np.asfortranarray(logits):
        for threads in 2, 3, None:
            again = fastcv.decode_ctc(view, characters, columns=True, num_threads=threads)
            assert again == alone


@needs_modes
@pytest.mark.parametrize("mode", MODES)
@confidences
def test_modes_of_floating_point(kernel, mode, confidence):
    logits = np.float32([[[0, 1e-40, 2e-40], [0.123455, 0, 0.5], [0, 0.987654, 0], [1, 0, 0]]])
    for given in logits, (logits * 1e-5).astype(np.float16):
        options = {"columns": True, "confidence": confidence}
        right = oracle.decode(given, "abc", confidence=confidence)
        found = call_in(mode, lambda g=given, o=options: fastcv.decode_ctc(g, "abc", **o))
        assert_equal(found, right)


# ---- characters ----

EYE = np.eye(4, dtype=np.float32)[np.newaxis]


@pytest.mark.parametrize(
    ("characters", "text"),
    [
        (["blank", "a", "b", "c"], "abc"),
        (("", "ab", "", "\0c"), "ab\0c"),
        ("-é\U0001f600\ud800", "é\U0001f600\ud800"),
        (["-", "x", "中", "y", "more", "entries"], "x中y"),
        ([None, "a", "b", "c"], "abc"),
        (np.array(["-", "a", "b", "c"]), "abc"),
        ([*"-ab", type("Text", (str,), {})("c")], "abc"),
    ],
    ids=repr,
)
def test_characters(characters, text):
    [found] = fastcv.decode_ctc(EYE, characters)
    assert found == (text, 1.0, None, None)
    assert type(found.text) is str


def test_blank_may_have_no_entry():
    """docTR's vocabularies have none, and blank is the class after them."""
    assert fastcv.decode_ctc(EYE, "abc", blank=3)[0].text == "abc"
    assert fastcv.decode_ctc(EYE, "ab", blank=2, ignore=[3])[0].text == "ab"
    assert fastcv.decode_ctc(EYE, "", ignore=range(4))[0] == ("", 0, None, None)


def test_repeats_across_ignored_classes():
    logits = np.eye(4, dtype=np.float32)[[1, 1, 2, 1, 3, 3, 0, 3]][np.newaxis]
    assert fastcv.decode_ctc(logits, "-abc")[0].text == "abacc"
    [found] = fastcv.decode_ctc(logits, "-abc", ignore=iter([2]), columns=True)
    assert found == ("aacc", 1.0, [0, 3, 4, 7], [1.0] * 4)


def test_no_texts_and_no_steps():
    assert fastcv.decode_ctc(np.zeros((0, 5, 3), np.float32), "-ab") == []
    for confidence in CONFIDENCES:
        found = fastcv.decode_ctc(np.zeros((2, 0, 3), np.float32), "-ab", confidence=confidence)
        assert found == [("", 0.0, None, None)] * 2


def test_characters_that_shrink():
    class Shrinking(list):
        def __getitem__(self, index):
            if len(self) > 2:
                self.pop()
            return list.__getitem__(self, index)

    with pytest.raises(ValueError, match="decode_ctc: characters became shorter during the call"):
        fastcv.decode_ctc(EYE, Shrinking("-abc"))


def test_limit_of_the_result():
    logits = np.tile(EYE, (1, 1000, 1))
    before = fastcv.get_output_limits()
    try:
        fastcv.set_output_limits(call_bytes=1 << 20)
        assert (
            fastcv.decode_ctc(logits, ["-", "a" * 100, "b", "c"])[0].text[:101] == "a" * 100 + "b"
        )
        for characters, shape in (
            (["-", "a" * 2000, "b", "c"], (1, 4000, 4)),
            ("-abc", (90, 4000, 4)),
        ):
            with pytest.raises(ValueError, match="larger than the limit of 1048576 bytes a call"):
                fastcv.decode_ctc(np.broadcast_to(logits, shape), characters)
    finally:
        fastcv.set_output_limits(crop_bytes=before[0], call_bytes=before[1])


def test_a_view_of_one_value_is_not_copied():
    """A step that is repeated without memory of its own."""
    logits = np.broadcast_to(np.float32([[[0.1, 0.9]]]), (3, 500, 2))
    assert fastcv.decode_ctc(logits, "-a", columns=True) == [("a", 0.9, [0], [0.9])] * 3
