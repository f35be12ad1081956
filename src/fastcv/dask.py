"""Words of pages as tensors, in pipelines of Dask."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from .page_batches import PageBatcher

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from typing_extensions import Unpack

    from .conventions import CropConvention
    from .inputs import RecognizerInput
    from .word_arguments import ConventionKeywords

__all__ = ["crop_pages"]


def crop_pages(
    pages: Iterable[Mapping[str, Any]],
    convention: str | CropConvention = "rapidocr",
    *,
    input: str | RecognizerInput | None = None,
    page: str = "path",
    degenerate: Literal["raise", "skip"] = "raise",
    num_threads: int | None = None,
    **keywords: Unpack[ConventionKeywords],
) -> list[dict[str, Any]]:
    """Cut pages' words into a recogniser's tensors: a function for ``Bag.map_partitions``.

    It is as good for ``client.submit`` and ``dask.delayed``. Words of different pages share no
    tensor, so the result does not depend on the partitions.

    Parameters
    ----------
    pages : iterable of mappings
        Each page has "image": uint8, shape (height, width) or (height, width, channels), BGR; or
        "bytes": an encoded picture; or "path": its file. The first of them that there is is taken.
        Pictures are decoded with their own channels and turned as EXIF says, which needs OpenCV's
        Python package. "boxes" has shape (n, 4, 2): corners x, y in px, as `fastcv.image_crop`
        takes them.
    convention : str or CropConvention, default "rapidocr"
        How a box is cut, as for `fastcv.crop_batches`.
    input : str, RecognizerInput or None, optional
        How crops become tensors. None is the input of the convention's project.
    page : str, default "path"
        The key whose value names a page. Where there is none, a page's name is its number in
        `pages`.
    degenerate : {"raise", "skip"}, default "raise"
        What to do with a box that cannot be cut. "skip": the word is in no tensor.
    num_threads : int or None, optional
        At most this many threads. None is `fastcv.get_num_threads`, which is 1 on Dask's workers.
    **keywords
        Fields of `CropConvention` that replace the convention's, and `arithmetic`.

    Returns
    -------
    list of dict
        One a tensor: "tensor", shape (words, channels, height, width), or as the input's layout
        says; "page", the page's name; "boxes", shape (words,), int64: each word's box on its page;
        "widths", shape (words,), int32: each word's width in the tensor, in px.

    Raises
    ------
    TypeError, ValueError, OSError
        An argument is wrong, or a page cannot be read or cut. The message names the page.

    Notes
    -----
    The function needs fastcv on the workers, and does not import dask. docs/clusters.md has a
    pipeline with a model.

    Examples
    --------
    >>> import numpy as np
    >>> from fastcv.dask import crop_pages
    >>> page = {
    ...     "image": np.full((100, 400, 3), 255, np.uint8),
    ...     "boxes": [[[10, 10], [90, 10], [90, 34], [10, 34]]],
    ...     "path": "scans/1.png",
    ... }
    >>> for row in crop_pages([page], "rapidocr"):  # dask: bag.map_partitions(crop_pages)
    ...     print(row["page"], row["tensor"].shape, row["boxes"])
    scans/1.png (1, 3, 48, 320) [0]
    """
    options = {"input": input, "degenerate": degenerate, "num_threads": num_threads}
    batcher = PageBatcher("crop_pages", page, convention, {**options, **keywords})
    return [row for number, each in enumerate(pages) for row in batcher.rows(each, number)]
