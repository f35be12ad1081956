"""Which words go into which batch, and how wide everything is: pure functions of crops' shapes."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from .checks import INT32_MAX

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .inputs import RecognizerInput

    _Floats = NDArray[np.float64]
    _Indices = NDArray[np.intp]


class BatchPlan(NamedTuple):
    """Batch k has the words ``order[ends[k - 1] : ends[k]]``."""

    order: _Indices
    """Shape (m,): the words of all batches, as indices into the crops."""
    sizes: NDArray[np.int32]
    """Shape (m, 2): resized height and width of each word, in the order of `order`."""
    ratios: _Floats
    """Shape (m,): width / height of each word's crop, in the order of `order`."""
    ends: _Indices
    """Shape (b,)."""
    widths: NDArray[np.int32]
    """Shape (b,): width of each tensor."""
    max_ratios: _Floats
    """Shape (b,): the greatest ratio of each batch, at least that of the least width."""


def plan_batches(
    shapes: _Indices, rules: RecognizerInput, word_order: _Indices | None = None
) -> BatchPlan:
    """Plan the batches of crops, shape (n, 2): height, width. Crops of no size are left out.

    Numbers are computed in double, operation by operation as the projects do.
    """
    words = np.arange(len(shapes)) if word_order is None else word_order
    words = words[shapes[words, 0] > 0]
    heights, widths = shapes[words].T
    ratios = widths / heights
    if word_order is None and rules.sort is not None:
        by_ratio = np.argsort(ratios, kind=rules.sort)
        words, ratios = words[by_ratio], ratios[by_ratio]
        heights, widths = heights[by_ratio], widths[by_ratio]
    wanted = _word_widths(rules, heights, widths, ratios)
    if rules.buckets is None:
        starts = np.arange(0, len(words), rules.batch_size)
        limits, tensor_widths = _limits(rules, ratios, wanted, starts)
    else:
        limits = _bucket_widths(rules, ratios, wanted)
        by_bucket = np.argsort(limits, kind="stable")
        words, ratios, wanted = words[by_bucket], ratios[by_bucket], wanted[by_bucket]
        heights, widths, limits = heights[by_bucket], widths[by_bucket], limits[by_bucket]
        starts = _bucket_starts(limits, rules.batch_size)
        tensor_widths = limits[starts]
    sizes = np.empty((len(words), 2), np.int32)
    if rules.fit == "contain":
        sizes[:] = _contained_sizes(rules.height, limits, heights, widths)
    else:
        sizes[:, 0] = rules.height
        sizes[:, 1] = limits if rules.fit == "stretch" else np.minimum(wanted, limits)
    ends = np.append(starts[1:], len(words)) if len(words) else starts
    max_ratios = np.maximum(_greatest(ratios, starts), (rules.min_width or 0) / rules.height)
    return BatchPlan(words, sizes, ratios, ends, tensor_widths.astype(np.int32), max_ratios)


def _word_widths(
    rules: RecognizerInput, heights: _Indices, widths: _Indices, ratios: _Floats
) -> _Floats:
    """Return the widths to which words are resized where no tensor limits them."""
    if rules.word_rounding == "ceil_scaled":
        px = np.ceil(rules.height / heights * widths)
    else:
        px = _rounded(rules.height * ratios, rules.word_rounding)
    px = np.clip(px, rules.word_min_width, INT32_MAX)
    if rules.word_multiple > 1:
        multiple = rules.word_multiple
        px = np.maximum(np.rint(px / multiple) * multiple, multiple)
    return px


def _limits(
    rules: RecognizerInput, ratios: _Floats, wanted: _Floats, starts: _Indices
) -> tuple[_Floats, _Floats]:
    """Return the width that each word may have at most, and the width of each tensor."""
    if not len(starts):
        return wanted, wanted
    if rules.width_by == "word":
        limits = _tensor_widths(rules, ratios, wanted)
        return limits, _greatest(limits, starts)
    if rules.width_by == "call":
        widths = _tensor_widths(rules, ratios.max(keepdims=True), wanted.max(keepdims=True))
        widths = np.repeat(widths, len(starts))
    else:
        widths = _tensor_widths(rules, _greatest(ratios, starts), _greatest(wanted, starts))
    return np.repeat(widths, np.diff(starts, append=len(ratios))), widths


def _tensor_widths(rules: RecognizerInput, ratios: _Floats, wanted: _Floats) -> _Floats:
    """Return the widths of tensors by their words' greatest ratios and wanted widths."""
    px = wanted
    if rules.width_rounding != "word":
        px = _rounded(rules.height * ratios, rules.width_rounding)
    px = np.maximum(px, max(rules.min_width or 1, rules.word_min_width))
    px = np.ceil(px / rules.width_multiple) * rules.width_multiple
    return np.minimum(px, rules.max_width or INT32_MAX)


def _bucket_widths(rules: RecognizerInput, ratios: _Floats, wanted: _Floats) -> _Floats:
    """Return the width of each word's bucket."""
    px = _tensor_widths(rules, ratios, wanted)
    if isinstance(rules.buckets, int):
        px = np.ceil(px / rules.buckets) * rules.buckets
        return np.minimum(px, rules.max_width or INT32_MAX)
    buckets = np.array(rules.buckets, np.float64)
    return buckets[np.minimum(np.searchsorted(buckets, px), len(buckets) - 1)]


def _bucket_starts(limits: _Floats, batch_size: int) -> _Indices:
    """Return where batches start if none has words of two buckets."""
    places = np.arange(len(limits))
    is_first = np.diff(limits, prepend=0) != 0
    first = np.maximum.accumulate(np.where(is_first, places, 0))
    return np.flatnonzero((places - first) % batch_size == 0)


def _contained_sizes(height: int, limits: _Floats, heights: _Indices, widths: _Indices) -> _Floats:
    """Return the largest sizes within `height` and `limits` with each word's aspect ratio."""
    aspects, frames = heights / widths, height / limits
    wide = np.maximum(np.floor(limits * aspects), 1)
    tall = np.maximum(np.floor(height / aspects), 1)
    return np.stack(
        [
            np.where(aspects < frames, wide, height),
            np.where(aspects > frames, tall, limits),
        ],
        axis=1,
    )


def _rounded(px: _Floats, rounding: str) -> _Floats:
    return np.ceil(px) if rounding == "ceil" else np.floor(px)


def _greatest(values: _Floats, starts: _Indices) -> _Floats:
    return np.maximum.reduceat(values, starts) if len(starts) else values
