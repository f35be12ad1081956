"""A page's words as text: all that OCR does around its two networks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from . import _core
from .batches import iter_crop_batches
from .checks import as_array, check_real, check_rules, explained, type_name
from .decoding import decode_ctc
from .detector import detector_input
from .detector_boxes import DETECTOR_BOXES, DetectorBoxes, detector_boxes
from .detector_inputs import DETECTOR_INPUTS, DetectorInput
from .tuple_help import short_help
from .word_arguments import choose_input

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import numpy as np
    from numpy.typing import ArrayLike, NDArray

    from .conventions import CropConvention
    from .inputs import RecognizerInput

_FUNCTION = "read_page"


@short_help
class ReadWord(NamedTuple):
    """A word of a page, as `read_page` returns it.

    Attributes
    ----------
    text : str
        What the recogniser read.
    confidence : float
        How sure it is, as `decode_ctc` computes it.
    box : ndarray, shape (4, 2), float32
        Corners x, y in px of the page: left-top, right-top, right-bottom, left-bottom.
    """

    text: str
    confidence: float
    box: NDArray[np.float32]


def read_page(
    page: ArrayLike,
    detector: Callable[[NDArray[Any]], ArrayLike],
    recognizer: Callable[[NDArray[Any]], ArrayLike],
    characters: list[str] | tuple[str, ...] | str,
    *,
    detector_spec: str | DetectorInput = "rapidocr",
    boxes_spec: str | DetectorBoxes = "rapidocr",
    convention: str | CropConvention = "rapidocr",
    input: str | RecognizerInput | None = None,
    blank: int = 0,
    ignore: Iterable[int] = (),
    confidence: str = "rapidocr",
    min_confidence: float = 0.5,
    arithmetic: Literal["opencv4", "opencv5", "auto"] | None = None,
    num_threads: int | None = None,
) -> list[ReadWord]:
    """Read a page's words with a text detector and a recogniser.

    fastcv does all that is not inference: `detector_input`, `detector_boxes`, `iter_crop_batches`
    and `decode_ctc`. The defaults are RapidOCR's rules.

    Parameters
    ----------
    page : array
        uint8, shape (height, width) or (height, width, 1, 3 or 4), in BGR order: a PIL image of
        mode RGB is passed as ``numpy.asarray(image)[..., ::-1]``.
    detector : callable
        A DB text detector: takes a tensor (1, channels, H, W) of `detector_spec`, and returns its
        probability map (1, 1, H, W) of float32 or float16.
    recognizer : callable
        A CTC recogniser: takes a batch (n, channels, height, width) of `input`, and returns
        (n, steps, classes) of float32 or float16, best as probabilities.
    characters : list of str, tuple of str, or str
        The recogniser's characters by class, blank included, as `decode_ctc` takes them.
    detector_spec : str or DetectorInput, default "rapidocr"
        How the page becomes the detector's tensor: a name of `DETECTOR_INPUTS`, or one's own. One
        that pads pages has no boxes in px of the page, and is refused.
    boxes_spec : str or DetectorBoxes, default "rapidocr"
        How the map becomes boxes: a name of `DETECTOR_BOXES`, or one's own.
    convention : str or CropConvention, default "rapidocr"
        How a box is cut: a name of `CONVENTIONS`, or one's own.
    input : str, RecognizerInput or None, optional
        How crops become batches: a name of `INPUTS`, or one's own. None is the convention's.
    blank, ignore, confidence
        As in `decode_ctc`.
    min_confidence : float, default 0.5
        From 0 to 1. Words with a lower confidence are left out.
    arithmetic : {"opencv4", "opencv5", "auto"}, optional
        Whose pixels the words have, as in `image_crop`.
    num_threads : int or None, optional
        At most this many threads; None is `get_num_threads`. The result does not depend on it.

    Returns
    -------
    list of ReadWord
        Named tuples ``(text, confidence, box)`` in the order of `boxes_spec`: top to bottom, and
        left to right within a line.

    Raises
    ------
    TypeError, ValueError
        An argument has a wrong type or value, or a network returned something else than described.
        Messages name the function that refused it. What a network raises is passed on.
    MemoryError
        A tensor cannot be allocated.

    Notes
    -----
    The page is taken as it is. RapidOCR also shrinks pages whose longer side exceeds 2,000 px,
    enlarges those whose shorter side is under 30 px, pads flat ones, and turns words that its angle
    classifier finds upside down. A box that cannot be cut is left out.

    docs/recognize.py is a whole program.

    Examples
    --------
    With ONNX Runtime and the models of RapidOCR:

    >>> import onnxruntime  # doctest: +SKIP
    >>> det, rec = (
    ...     onnxruntime.InferenceSession(f"PP-OCRv6_{name}_small.onnx") for name in ("det", "rec")
    ... )  # doctest: +SKIP
    >>> def runner(session):
    ...     (given,) = session.get_inputs()
    ...     return lambda tensor: session.run(None, {given.name: tensor})[0]
    >>> letters = rec.get_modelmeta().custom_metadata_map["character"]  # doctest: +SKIP
    >>> characters = ["", *letters.splitlines(), " "]  # doctest: +SKIP
    >>> for word in fastcv.read_page(
    ...     cv2.imread("page.png"), runner(det), runner(rec), characters
    ... ):  # doctest: +SKIP
    ...     print(word.text, word.confidence)
    """
    tensor_rules = check_rules(
        f"{_FUNCTION}: detector_spec", detector_spec, DetectorInput, DETECTOR_INPUTS
    )
    box_rules = check_rules(f"{_FUNCTION}: boxes_spec", boxes_spec, DetectorBoxes, DETECTOR_BOXES)
    word_rules = choose_input(_FUNCTION, input, convention)
    least = check_real(f"{_FUNCTION}: min_confidence", min_confidence, "a number")
    if not 0 <= least <= 1:
        raise ValueError(f"{_FUNCTION}: min_confidence must be from 0 to 1, got {least:g}")
    for name, value in (("detector", detector), ("recognizer", recognizer)):
        if not callable(value):
            raise TypeError(f"{_FUNCTION}: {name} must be callable, not {type_name(value)}")
    try:
        ignored = tuple(ignore)  # each batch needs it
    except TypeError:
        raise TypeError(f"{_FUNCTION}: ignore must be ints, not {type_name(ignore)}") from None
    page = _core._from_pil(_FUNCTION, "page", page)
    label = f"{_FUNCTION}: page"
    pixels = as_array(label, page, "u", "an array of uint8", "image")
    if pixels.dtype.itemsize != 1:
        raise TypeError(f"{label} must be an array of uint8, not {pixels.dtype}")
    if pixels.ndim not in (2, 3) or pixels.size == 0:
        refusal = (
            f"{label} must be (height, width) or (height, width, channels) with at least one "
            f"pixel, not shape {pixels.shape}"
        )
        raise explained(label, page, ValueError(refusal), "image")

    tensor = detector_input(pixels, spec=tensor_rules, num_threads=num_threads).tensor
    height, width = pixels.shape[:2]
    place = tensor_rules.geometry(height, width)
    if place.content != place.tensor:
        raise ValueError(f"{_FUNCTION}: detector_spec must not pad the page")
    probabilities = detector(tensor)
    boxes = detector_boxes(
        probabilities, (height, width), spec=box_rules, num_threads=num_threads
    ).boxes
    words: dict[int, ReadWord] = {}
    for batch in iter_crop_batches(
        pixels, boxes, convention=convention, input=word_rules, degenerate="skip",
        arithmetic=arithmetic, num_threads=num_threads,
    ):  # fmt: skip
        texts = decode_ctc(
            recognizer(batch.tensor), characters, blank=blank, ignore=ignored,
            confidence=confidence, num_threads=num_threads,
        )  # fmt: skip
        if len(texts) != len(batch):
            raise ValueError(
                f"{_FUNCTION}: recognizer must return one text a word, "
                f"got {len(texts)} for {len(batch)} words"
            )
        for index, text in zip(batch.indices.tolist(), texts, strict=True):
            if not text.confidence < least:
                words[index] = ReadWord(text.text, text.confidence, boxes[index])
    return [word for _, word in sorted(words.items())]
