"""Words of pages as tensors, in pipelines of Ray Data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from .page_batches import PageBatcher

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from typing_extensions import Unpack

    from .conventions import CropConvention
    from .inputs import RecognizerInput
    from .word_arguments import ConventionKeywords

__all__ = ["CropPages"]


class CropPages:
    """Cut pages' words into a recogniser's tensors: a function for ``Dataset.map_batches``.

    A row is a page, and becomes a row a tensor. Words of different pages share no tensor, so the
    result does not depend on how Ray groups the rows.

    Parameters
    ----------
    convention : str or CropConvention, default "rapidocr"
        How a box is cut, as for `fastcv.crop_batches`.
    input : str, RecognizerInput or None, optional
        How crops become tensors. None is the input of the convention's project.
    page : str, default "path"
        The column that names pages. Where there is none, a page's name is its row's number in the
        rows that Ray gives at once.
    degenerate : {"raise", "skip"}, default "raise"
        What to do with a box that cannot be cut. "skip": the word is in no tensor.
    num_threads : int or None, optional
        At most this many threads. None is `fastcv.get_num_threads`, which is the ``num_cpus`` that
        Ray gives a task.
    **keywords
        Fields of `CropConvention` that replace the convention's, and `arithmetic`.

    Raises
    ------
    TypeError, ValueError
        An argument is wrong, as for `fastcv.crop_batches`.

    Notes
    -----
    Columns of the input:

    - "image": uint8, shape (height, width) or (height, width, channels), BGR; or "bytes": an
      encoded picture; or "path": its file. The first of them that there is is taken. Pictures are
      decoded with their own channels and turned as EXIF says, which needs OpenCV's Python package.
    - "boxes": shape (n, 4, 2), corners x, y in px, as `fastcv.image_crop` takes them.

    Columns of the output:

    - "tensor": shape (words, channels, height, width), or as the input's layout says.
    - "page": the page's name.
    - "boxes": shape (words,), int64: each word's box on its page.
    - "widths": shape (words,), int32: each word's width in the tensor, in px. The rest is padding.

    What is wrong with a page is a ValueError or a TypeError that names it, or an OSError.

    The function needs fastcv on the nodes, and does not import ray. It is copied by its options'
    values. docs/clusters.md has a pipeline with a model.

    Examples
    --------
    >>> import numpy as np
    >>> from fastcv.ray import CropPages
    >>> rows = {
    ...     "image": [np.full((100, 400, 3), 255, np.uint8)],
    ...     "boxes": [[[[10, 10], [90, 10], [90, 34], [10, 34]]]],
    ...     "path": ["scans/1.png"],
    ... }
    >>> for batch in CropPages("rapidocr")(rows):  # ray.data: ds.map_batches(CropPages("rapidocr"))
    ...     print(batch["page"], batch["tensor"][0].shape, batch["boxes"][0])
    ['scans/1.png'] (1, 3, 48, 320) [0]
    """

    def __init__(
        self,
        convention: str | CropConvention = "rapidocr",
        *,
        input: str | RecognizerInput | None = None,
        page: str = "path",
        degenerate: Literal["raise", "skip"] = "raise",
        num_threads: int | None = None,
        **keywords: Unpack[ConventionKeywords],
    ) -> None:
        options = {"input": input, "degenerate": degenerate, "num_threads": num_threads}
        self._batcher = PageBatcher("CropPages", page, convention, {**options, **keywords})

    def __call__(self, rows: Mapping[str, Any]) -> Iterator[dict[str, list[Any]]]:
        """Cut pages, given as columns, and yield the columns of a tensor at a time."""
        for number, values in enumerate(zip(*rows.values(), strict=True)):
            for row in self._batcher.rows(dict(zip(rows, values, strict=True)), number):
                yield {name: [value] for name, value in row.items()}
