"""A call's words from arguments to batches: planned at once, written all together or in groups."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from . import _core
from .batch_plan import BatchPlan, plan_batches
from .normalization import tensor_format
from .word_arguments import check_rotated, check_word_order, choose_input

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import DTypeLike, NDArray

    from .inputs import RecognizerInput

_GROUP_BYTES = 3 << 20
"""How much a thread writes ahead while batches are taken one at a time. It stays in cache."""


@dataclass(eq=False, repr=False, slots=True)
class Batch:
    """A tensor of words for a recogniser, and which words they are.

    ``numpy.asarray(batch)`` and ``torch.from_dlpack(batch)`` give the tensor without a copy.
    """

    tensor: NDArray[Any]
    """Shape (n, channels, height, width), or (n, height, width, channels) with layout "NHWC"."""
    indices: NDArray[np.intp]
    """Shape (n,): each word's box or crop. (n, 2) for lists of pages: page and box."""
    widths: NDArray[np.int32]
    """Shape (n,): each word's width in the tensor, in px. The rest is padding."""
    ratios: NDArray[np.float64]
    """Shape (n,): width / height of each word's crop."""
    max_ratio: float
    """The greatest of `ratios`, and at least ``min_width / height`` of the input. The width of
    RapidOCR's tensors is int(height · max_ratio)."""

    def __len__(self) -> int:
        return len(self.tensor)

    def __repr__(self) -> str:
        return f"<Batch: {self.tensor.dtype} {self.tensor.shape}>"

    def __array__(self, dtype: DTypeLike | None = None, copy: bool | None = None) -> NDArray[Any]:
        if copy is None:
            return np.asarray(self.tensor, dtype)
        return np.array(self.tensor, dtype, copy=copy)

    def __dlpack__(self, **options: Any) -> Any:
        return self.tensor.__dlpack__(**options)

    def __dlpack_device__(self) -> tuple[int, int]:
        return self.tensor.__dlpack_device__()


@dataclass(frozen=True)
class BatchJob:
    """The plan of a call's batches, ready to be written."""

    function: str
    words: _core._Words
    rules: RecognizerInput
    format: _core._TensorFormat
    plan: BatchPlan
    indices: NDArray[np.intp]
    rotated_180: NDArray[np.bool_] | None
    num_threads: int | None

    def all(self, out: Any) -> list[Batch]:
        """Write all batches."""
        tensors = self._write(0, len(self.plan.ends), self.num_threads, keep=True, out=out)
        rest = self._words_of(0, len(tensors))
        return [Batch(tensor, *words) for tensor, words in zip(tensors, rest, strict=True)]

    def one_by_one(self) -> Iterator[Batch]:
        """Check that each batch may be written, and hand them over one at a time."""
        counts = np.diff(self.plan.ends, prepend=0)
        sizes = (counts * self.plan.widths * self.rules.column_bytes()).tolist()
        limit = _core.get_output_limits()[1]
        for k, size in enumerate(sizes):
            if size > limit:
                raise ValueError(
                    f"{self.function}: batch {k} takes {size} bytes, over the limit of {limit} "
                    "bytes a call (set_output_limits)"
                )
        return self._iterate(sizes)

    def _iterate(self, sizes: list[int]) -> Iterator[Batch]:
        """Write a few batches, hand them over one at a time, and so on.

        Nothing here refers to a batch that was handed over, so its memory is free once the
        consumer drops it.
        """
        num_threads = self.num_threads or _core.get_num_threads()
        for first, last in _groups(sizes, _GROUP_BYTES * num_threads):
            tensors = self._write(first, last, num_threads, keep=False)[::-1]
            for words in self._words_of(first, last):
                yield Batch(tensors.pop(), *words)

    def _write(
        self, first: int, last: int, num_threads: int | None, keep: bool, out: Any = None
    ) -> list[NDArray[Any]]:
        """Write batches `first` to `last` - 1. `keep`: they will not be used at once."""
        plan = self.plan
        start = plan.ends[first - 1] if first else 0
        stop = plan.ends[last - 1] if last else 0
        return _core._write_batches(
            self.function,
            self.words,
            self.format,
            self.rules.height,
            plan.order[start:stop],
            plan.sizes[start:stop],
            None,
            plan.ends[first:last] - start,
            plan.widths[first:last],
            self.rotated_180,
            out,
            keep,
            num_threads,
        )

    def _words_of(self, first: int, last: int) -> Iterator[tuple[Any, Any, Any, float]]:
        """Yield what `Batch` tells of the words of batches `first` to `last` - 1."""
        plan = self.plan
        indices, widths, ratios = self.indices, plan.sizes[:, 1], plan.ratios
        start = int(plan.ends[first - 1]) if first else 0
        ends, greatest = plan.ends[first:last].tolist(), plan.max_ratios[first:last].tolist()
        for end, max_ratio in zip(ends, greatest, strict=True):
            yield indices[start:end], widths[start:end], ratios[start:end], max_ratio
            start = end


def _groups(sizes: list[int], room: int) -> Iterator[tuple[int, int]]:
    """Yield ranges of batches: as many as fit into `room` bytes, and at least one."""
    first, filled = 0, 0
    for k, size in enumerate(sizes):
        if k > first and filled + size > room:
            yield first, k
            first, filled = k, 0
        filled += size
    if first < len(sizes):
        yield first, len(sizes)


def plan_crops(
    function: str,
    image: Any,
    boxes: Any,
    convention: Any,
    input: Any,
    rotated_180: Any,
    word_order: Any,
    degenerate: Any,
    num_threads: Any,
    keywords: Mapping[str, Any],
) -> BatchJob:
    """Plan `crop_batches`."""
    arguments = {"convention": convention, **keywords}
    words = _core._plan_words(function, image, boxes, arguments, degenerate, num_threads)
    rules = choose_input(function, input, convention)
    pages = len(image) if isinstance(image, (list, tuple)) else None
    return _plan(function, words, rules, rotated_180, word_order, num_threads, pages)


def plan_images(
    function: str, crops: Any, input: Any, rotated_180: Any, word_order: Any, num_threads: Any
) -> BatchJob:
    """Plan `image_batches`."""
    if isinstance(crops, np.ndarray) and crops.ndim != 4:
        raise ValueError(
            f"{function}: crops must be a list of arrays, or one array of shape (n, height, width, "
            f"channels), not {crops.shape}"
        )
    words = _core._words_of(function, crops, "crops", True, num_threads)
    rules = choose_input(function, input)
    return _plan(function, words, rules, rotated_180, word_order, num_threads, None)


def _plan(
    function: str,
    words: _core._Words,
    rules: RecognizerInput,
    rotated_180: Any,
    word_order: Any,
    num_threads: Any,
    pages: int | None,
) -> BatchJob:
    rotated = check_rotated(function, rotated_180, words, pages)
    plan = plan_batches(words.shapes, rules, check_word_order(function, word_order, words, pages))
    indices = plan.order
    if pages is not None:
        indices = np.stack([words.pages[plan.order], words.boxes[plan.order]], axis=1)
    form = tensor_format(rules)
    return BatchJob(function, words, rules, form, plan, indices, rotated, num_threads)
