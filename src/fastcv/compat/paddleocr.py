"""PaddleOCR 2.x: the crops of ``tools.infer.utility``, and what ``ppocr`` has around its models.

>>> from fastcv.compat.paddleocr import CTCLabelDecode, DBPostProcess, get_rotate_crop_image
>>> from fastcv.compat.paddleocr import DetResizeForTest, NormalizeImage
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import image_crop_openmp
from .images import without_last_axis
from .opencv5 import arithmetic_for
from .paddle import DBSettings, LabelDecoder, group_characters, reverse_arabic
from .paddleocr_detector import DetResizeForTest as DetResizeForTest
from .paddleocr_detector import NormalizeImage as NormalizeImage

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import ArrayLike, NDArray


def get_rotate_crop_image(img: ArrayLike, points: ArrayLike) -> NDArray[Any]:
    """Cut one word as PaddleOCR does. Tall words are turned 90° counter-clockwise.

    Parameters
    ----------
    img : array, shape (height, width) or (height, width, channels)
        As for `fastcv.image_crop`.
    points : array, shape (4, 2)
        Left-top, right-top, right-bottom, left-bottom, in px.

    Returns
    -------
    array
        The crop, with the page's dtype and channels.

    Raises
    ------
    ValueError
        ``points`` is not four points, or the box is degenerate. PaddleOCR returns a crop of the
        page's size for a box under 1 px wide or high.
    """
    page = without_last_axis(img)
    boxes = np.asarray(points)[None]
    return _crops(page, boxes, arithmetic_for("PaddleOCR", page), num_threads=1)[0]


def get_rotate_crop_images(
    img: ArrayLike, boxes: ArrayLike, *, num_threads: int | None = None
) -> list[NDArray[Any]]:
    """Cut all words of a page as `get_rotate_crop_image` does, on several threads.

    Parameters
    ----------
    img : array, shape (height, width) or (height, width, channels)
        As for `fastcv.image_crop`.
    boxes : array, shape (n, 4, 2)
        Left-top, right-top, right-bottom, left-bottom of each word, in px.
    num_threads : int or None, default None
        At most this many threads; None is `fastcv.get_num_threads`.

    Returns
    -------
    list of array
        The crops, in the boxes' order.

    Raises
    ------
    ValueError
        A box is degenerate. The message has its index.
    """
    page = without_last_axis(img)
    return _crops(page, boxes, arithmetic_for("PaddleOCR", page), num_threads)


def _crops(page: Any, boxes: Any, arithmetic: Any, num_threads: int | None) -> list[NDArray[Any]]:
    return image_crop_openmp(
        page,
        boxes,
        convention="paddleocr",
        arithmetic=arithmetic,
        num_threads=num_threads,
    )


class DBPostProcess(DBSettings):
    """Find boxes in DB's maps as ``ppocr.postprocess.db_postprocess`` does.

    Parameters
    ----------
    thresh, box_thresh, max_candidates, unclip_ratio, use_dilation, score_mode
        `fastcv.DetectorBoxes` has them as threshold, box_threshold, max_candidates, unclip_ratio,
        dilation and score ("fast": "box", "slow": "contour").
    box_type : {"quad", "poly"}, default "quad"
        "poly" follows curved text. That is PaddleOCR's own code, which is imported then.

    Raises
    ------
    ValueError
        A setting has a wrong value.
    ImportError
        ``box_type`` is "poly" and PaddleOCR is not installed.
    """

    project = "paddleocr"
    source = "paddleocr.ppocr.postprocess.db_postprocess"

    def __call__(
        self, outs_dict: Mapping[str, Any], shape_list: Sequence[Any]
    ) -> list[dict[str, Any]]:
        """Return the boxes of each map.

        Parameters
        ----------
        outs_dict : mapping
            "maps": array (n, 1, H, W) of float32 or float16, or a tensor.
        shape_list : sequence
            Each page's height, width, and two more numbers that are not needed.

        Returns
        -------
        list of dict
            "points": array (k, 4, 2) of int32, in the contours' order.
        """
        if self._own is not None:
            own: list[dict[str, Any]] = self._own(outs_dict, shape_list)
            return own
        found = []
        for index, pixels in enumerate(np.asanyarray(outs_dict["maps"])[:, 0]):
            height, width = shape_list[index][:2]
            is_wide = np.result_type(np.float32, width) == np.float64
            boxes, _ = self.find(pixels, (height, width), scaling="mixed" if is_wide else "float32")
            found.append(
                {"points": boxes.astype(np.int32) if len(boxes) else np.empty(0, np.int32)}
            )
        return found


class CTCLabelDecode(LabelDecoder):
    """Decode a recogniser's output as ``ppocr.postprocess.rec_postprocess`` does.

    Parameters
    ----------
    character_dict_path : str or path, optional
        A file with a character a line. None: digits and small Latin letters. With "arabic" in the
        path, texts are reversed.
    use_space_char : bool, default False
        Whether the file's characters are followed by a space.
    """

    def __init__(
        self, character_dict_path: str | None = None, use_space_char: bool = False, **kwargs: Any
    ) -> None:
        letters = list("0123456789abcdefghijklmnopqrstuvwxyz")
        if character_dict_path is not None:
            lines = Path(character_dict_path).read_bytes().decode().split("\n")
            lines = lines[:-1] if lines[-1] == "" else lines
            letters = [line.strip("\r") for line in lines]
            if use_space_char:
                letters.append(" ")
        super().__init__(letters)
        self.reverse = "arabic" in str(character_dict_path)

    def __call__(
        self,
        preds: Any,
        label: ArrayLike | None = None,
        return_word_box: bool = False,
        *args: Any,
        **kwargs: Any,
    ) -> Any:
        """Return (text, confidence) of each text.

        Parameters
        ----------
        preds : array (texts, steps, classes), or list or tuple whose last one is it
            float32 or float16.
        label : array of int (texts, steps), optional
            Classes to decode as well.
        return_word_box : bool, default False
            Whether a third value has the words: number of steps · wh_ratio / max_wh_ratio,
            characters of each word, their columns, and each word's kind.
        **kwargs
            ``wh_ratio_list`` and ``max_wh_ratio``, with `return_word_box`.

        Returns
        -------
        list of tuple, or two lists with `label`
        """
        preds = np.asanyarray(preds[-1] if isinstance(preds, (tuple, list)) else preds)
        found: list[Any] = []
        for index, text in enumerate(self.texts(preds, return_word_box)):
            words: tuple[Any, ...] = ()
            if return_word_box:
                length = preds.shape[1] * (kwargs["wh_ratio_list"][index] / kwargs["max_wh_ratio"])
                words = ([length, *_without_splitters(text.text, text.columns or [])],)
            found.append((text.text, text.confidence, *words))
        return found if label is None else (found, self._decode_label(label))

    def _decode_label(self, label: ArrayLike) -> list[tuple[str, float]]:
        texts = []
        for classes in np.asarray(label):
            text = "".join(self.character[each] for each in classes if each != 0)
            texts.append((reverse_arabic(text) if self.reverse else text, float(len(classes) > 0)))
        return texts


def _without_splitters(text: str, columns: Sequence[int]) -> list[list[Any]]:
    parts = zip(*group_characters(text, columns, "splitter"), strict=True)
    kept = [part for part in parts if part[2] != "splitter"]
    return [[part[index] for part in kept] for index in range(3)]
