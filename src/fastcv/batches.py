"""Words as the tensors of a recogniser: straight from the page, or from crops that exist."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from .batch_job import Batch, plan_crops, plan_images

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import ArrayLike, NDArray
    from typing_extensions import Unpack

    from .conventions import CropConvention
    from .inputs import RecognizerInput
    from .word_arguments import ConventionKeywords


def crop_batches(
    image: ArrayLike | Sequence[ArrayLike],
    boxes: ArrayLike | Sequence[ArrayLike],
    *,
    convention: str | CropConvention = "rapidocr",
    input: str | RecognizerInput | None = None,
    rotated_180: ArrayLike | Sequence[ArrayLike] | None = None,
    word_order: ArrayLike | None = None,
    degenerate: Literal["raise", "skip"] = "raise",
    num_threads: int | None = None,
    out: NDArray[Any] | Sequence[NDArray[Any]] | None = None,
    **keywords: Unpack[ConventionKeywords],
) -> list[Batch]:
    """Cut a page's words and write them as a recogniser's batches, in one pass.

    No crop is stored: a word is cut, resized, normalised and padded while it is in a core's cache.
    The tensors have the bytes of the project's own code.

    Parameters
    ----------
    image : array, or list of arrays
        uint8, shape (height, width) or (height, width, 1, 3 or 4), as `image_crop` takes it: a
        page, or a list of pages whose words share batches. The inputs' rules take channels to be in
        BGR order: pass a PIL image of mode RGB as ``numpy.asarray(image)[..., ::-1]``.
    boxes : array, or list of arrays
        The page's boxes as `image_crop` takes them. With a list of pages, a list of their boxes.
    convention : str or CropConvention, default "rapidocr"
        How a box is cut: a name of `CONVENTIONS`, or one's own.
    input : str, RecognizerInput or None, optional
        How crops become tensors: a name of `INPUTS`, or one's own. None is the input of the
        convention's project, where there is one.
    rotated_180 : array of bool, optional
        Shape (n,): the words to turn by 180°, as an angle classifier found them. With a list of
        pages, a list of these.
    word_order : array of int, optional
        The order of the words, instead of the input's `sort`: a permutation of the boxes' indices,
        shape (n,). With a list of pages, shape (n, 2): page and box. Batches are cut from it.
    degenerate : {"raise", "skip"}, default "raise"
        What to do with a box that cannot be cut. "skip": the word is in no batch.
    num_threads : int or None, optional
        At most this many threads; None is `get_num_threads`. The result does not depend on it.
    out : array or list of arrays, optional
        Where to write: one array for all batches, or one a batch. They must have the tensors'
        dtype, be C-contiguous, writeable and large enough.
    **keywords
        Fields of `CropConvention` that replace the convention's: `size`, `corners`, `transform`,
        `order`, `interpolation`, `border`, `border_value`, `tall_ratio`, `grayscale`. Also
        `arithmetic`, as in `image_crop`.

    Returns
    -------
    list of Batch
        In the project's order. `Batch.indices` tells which words a batch has.

    Raises
    ------
    TypeError
        An argument has a wrong type, or the image is not uint8.
    ValueError
        A box cannot be cut, and ``degenerate`` is "raise"; the message has its index. A name is
        unknown, or the convention has no input of its own. ``rotated_180``, ``word_order`` or
        ``out`` does not fit. The tensors would be larger than a call's output may be
        (`set_output_limits`).
    MemoryError
        The tensors cannot be allocated.

    See Also
    --------
    iter_crop_batches : The same batches one at a time, in memory that stays in cache.
    image_batches : The same from crops that exist.

    Notes
    -----
    The memory of dropped batches is used again (`set_memory_pool`). New memory costs more than
    everything else, so keep no batches that you no longer need, or pass ``out``.
    docs/batches.md has the rules of each project and their sources.

    Examples
    --------
    >>> import numpy as np
    >>> page = np.full((100, 400, 3), 255, np.uint8)
    >>> boxes = np.float32([
    ...     [[10, 10], [90, 10], [90, 34], [10, 34]],
    ...     [[10, 50], [330, 50], [330, 74], [10, 74]],
    ... ])
    >>> for batch in fastcv.crop_batches(page, boxes, convention="rapidocr"):
    ...     print(batch.tensor.shape, batch.indices, batch.widths)
    (2, 3, 48, 640) [0 1] [160 640]
    """
    job = plan_crops(
        "crop_batches", image, boxes, convention, input, rotated_180, word_order, degenerate,
        num_threads, keywords,
    )  # fmt: skip
    return job.all(out)


def iter_crop_batches(
    image: ArrayLike | Sequence[ArrayLike],
    boxes: ArrayLike | Sequence[ArrayLike],
    *,
    convention: str | CropConvention = "rapidocr",
    input: str | RecognizerInput | None = None,
    rotated_180: ArrayLike | Sequence[ArrayLike] | None = None,
    word_order: ArrayLike | None = None,
    degenerate: Literal["raise", "skip"] = "raise",
    num_threads: int | None = None,
    **keywords: Unpack[ConventionKeywords],
) -> Iterator[Batch]:
    """Write the batches of `crop_batches` one at a time.

    Everything is checked and planned at the call. Batches are written a few ahead, about 3 MB a
    thread, so that a batch is still in cache when it is used. Once it is dropped, its memory is
    used again. One who keeps batches loses nothing. Do not change the image until the last batch.

    Parameters
    ----------
    image, boxes, convention, input, rotated_180, word_order, degenerate, num_threads, **keywords
        As in `crop_batches`.

    Returns
    -------
    iterator of Batch
        The batches that `crop_batches` returns, in the same order.

    Raises
    ------
    TypeError, ValueError, MemoryError
        As `crop_batches`, at the call. MemoryError also while iterating.
    """
    job = plan_crops(
        "iter_crop_batches", image, boxes, convention, input, rotated_180, word_order, degenerate,
        num_threads, keywords,
    )  # fmt: skip
    return job.one_by_one()


def image_batches(
    crops: Sequence[ArrayLike],
    *,
    input: str | RecognizerInput = "rapidocr",
    rotated_180: ArrayLike | None = None,
    word_order: ArrayLike | None = None,
    num_threads: int | None = None,
    out: NDArray[Any] | Sequence[NDArray[Any]] | None = None,
) -> list[Batch]:
    """Write crops that exist as a recogniser's batches.

    Parameters
    ----------
    crops : sequence of arrays
        Of uint8, each of shape (height, width) or (height, width, 1, 3 or 4). Of four channels the
        first three are taken, as BGR. Any strides.
    input : str or RecognizerInput, default "rapidocr"
        How crops become tensors: a name of `INPUTS`, or one's own.
    rotated_180, word_order, num_threads, out
        As in `crop_batches`, by the crops' indices.

    Returns
    -------
    list of Batch
        As `crop_batches`.

    Raises
    ------
    TypeError, ValueError, MemoryError
        As `crop_batches`.

    Examples
    --------
    >>> import numpy as np
    >>> crops = [np.zeros((32, width, 3), np.uint8) for width in (200, 40, 90)]
    >>> fastcv.image_batches(crops, input="rapidocr")
    [<Batch: float32 (3, 3, 48, 320)>]
    """
    return plan_images(
        "image_batches", crops, input, rotated_180, word_order, num_threads
    ).all(out)  # fmt: skip


def iter_image_batches(
    crops: Sequence[ArrayLike],
    *,
    input: str | RecognizerInput = "rapidocr",
    rotated_180: ArrayLike | None = None,
    word_order: ArrayLike | None = None,
    num_threads: int | None = None,
) -> Iterator[Batch]:
    """Write the batches of `image_batches` one at a time, as `iter_crop_batches` does.

    Parameters
    ----------
    crops, input, rotated_180, word_order, num_threads
        As in `image_batches`.

    Returns
    -------
    iterator of Batch
        The batches that `image_batches` returns, in the same order.

    Raises
    ------
    TypeError, ValueError, MemoryError
        As `image_batches`, at the call. MemoryError also while iterating.
    """
    return plan_images(
        "iter_image_batches", crops, input, rotated_180, word_order, num_threads
    ).one_by_one()  # fmt: skip
