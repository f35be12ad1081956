"""Turn a recogniser's output into texts: CTC's best path."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from . import _core
from .checks import check_bool, check_choice
from .tuple_help import short_help

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import ArrayLike

_CONFIDENCES = ("rapidocr", "paddleocr", "easyocr", "doctr")


@short_help
class DecodedText(NamedTuple):
    """A text, how sure the recogniser is of it, and where its characters were found.

    Attributes
    ----------
    text : str
        All characters that were kept.
    confidence : float
        How sure the recogniser is of the text.
    columns : list of int, or None
        The steps that were kept, one a character; None unless ``columns=True``.
    confidences : list of float, or None
        The kept steps' confidences; None unless ``columns=True``.
    """

    text: str
    confidence: float
    columns: list[int] | None
    confidences: list[float] | None


def decode_ctc(
    logits: ArrayLike,
    characters: Sequence[str],
    *,
    blank: int = 0,
    ignore: Iterable[int] = (),
    confidence: str = "rapidocr",
    columns: bool = False,
    num_threads: int | None = None,
) -> list[DecodedText]:
    """Decode a recogniser's output greedily, as the OCR projects do.

    Each step's class is the one with the largest value, the first of equal ones. A class that
    repeats the step before is dropped, then blanks and ignored classes are. The other classes'
    characters, joined, are the text.

    Parameters
    ----------
    logits : array, shape (texts, steps, classes)
        float32 or float16, best as probabilities: confidences are these values. For an output of
        shape (steps, texts, classes) pass ``logits.transpose(1, 0, 2)``. Views are not copied,
        unless their values are unaligned or in the other byte order. At most 2^20 steps a text and
        2^20 classes.
    characters : sequence of str
        The characters by class. Blank has an entry too, whatever it is, unless it is the last
        class. An entry may be empty or have several characters. There may be more entries than
        classes. Only entries that a text needs are looked at.
    blank : int, default 0
        CTC's blank class. docTR and OnnxTR: ``len(vocab)``.
    ignore : iterable of int, optional
        More classes that give no character.
    confidence : {"rapidocr", "paddleocr", "easyocr", "doctr"}, default "rapidocr"
        Whose confidence. 0 where it would be that of no step.

        - ``"rapidocr"``: the mean of the kept steps' values in float64, each rounded to 5 digits
          before and the mean after. ``confidences`` are the rounded values.
        - ``"paddleocr"``: the mean of the kept steps' values in float32, rounded to the logits'
          dtype; also PaddleX's and OpenOCR's.
        - ``"easyocr"``: over all steps that are not blank, repeated and ignored ones too, the
          product of their values to the power of 2 / sqrt(number of steps).
        - ``"doctr"``: the smallest value of all steps; also OnnxTR's.
    columns : bool, default False
        Whether to return ``columns`` and ``confidences``, which word boxes are made from.
    num_threads : int or None, optional
        At most this many threads; None is `get_num_threads`. The result does not depend on it.

    Returns
    -------
    list of DecodedText
        Named tuples ``(text, confidence, columns, confidences)``, one a text.

    Raises
    ------
    TypeError
        ``logits`` is not a float32 or float16 array, or is a masked one; ``characters`` is no
        sequence; an entry that a text needs is not a str; another argument has a wrong
        type.
    ValueError
        ``logits`` is not 3-D, has no class, or has too many steps or classes; ``blank`` or an
        ignored class is not among the classes; a class that is neither blank nor ignored has no
        entry in ``characters``; the result would be larger than a call's output may be
        (`set_output_limits`); ``confidence`` or ``num_threads`` has a wrong value.

    Notes
    -----
    Texts and confidences have the bits of RapidOCR 3.10's ``CTCLabelDecode``, PaddleOCR 2.10's and
    PaddleX 3.7's, and of EasyOCR 1.7's ``decode_greedy`` and ``custom_mean``. EasyOCR sets ignored
    classes to 0 before it looks for the largest, and docTR and OnnxTR apply softmax to their
    logits for the confidence: do that to ``logits`` first.

    NaN is larger than every number, as in ``numpy.argmax``: a step's class is that of its first
    NaN, and the step's value is NaN.

    Examples
    --------
    >>> import numpy as np
    >>> logits = np.float32([[[0.1, 0.9, 0], [0.1, 0.9, 0], [0.8, 0.1, 0.1], [0, 0.25, 0.75]]])
    >>> fastcv.decode_ctc(logits, ["blank", "a", "b"], columns=True)
    [DecodedText(text='ab', confidence=0.825, columns=[0, 3], confidences=[0.9, 0.75])]
    """
    check_choice("decode_ctc: confidence", confidence, _CONFIDENCES)
    check_bool("decode_ctc: columns", columns)
    rule = _CONFIDENCES.index(confidence)
    found = _core._decode_ctc(logits, characters, blank, ignore, rule, columns, num_threads)
    return [DecodedText(*each) for each in found]
