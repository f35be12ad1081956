"""Rows of annotated pages to rows of tensors, for pipelines of Ray Data and Dask."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np

from .batch_job import plan_crops
from .batches import iter_crop_batches

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray


class PageBatcher:
    """Cuts pages with the same options of `crop_batches`, which are checked at once."""

    def __init__(self, function: str, page: str, convention: Any, options: dict[str, Any]) -> None:
        self._function = function
        self._page = page
        self._options = {"convention": convention, **options}
        rest = dict(options)
        plan_crops(
            function, np.zeros((1, 1, 3), np.uint8), [], convention, rest.pop("input"), None, None,
            rest.pop("degenerate"), rest.pop("num_threads"), rest,
        )  # fmt: skip

    def rows(self, row: Mapping[str, Any], number: int) -> Iterator[dict[str, Any]]:
        """Yield a row a tensor of a page, which is the row of this number."""
        name = row.get(self._page, number)
        try:
            for batch in iter_crop_batches(_image(row), _boxes(row), **self._options):
                yield {
                    "tensor": batch.tensor,
                    "page": name,
                    "boxes": batch.indices,
                    "widths": batch.widths,
                }
        except (ValueError, TypeError, MemoryError) as error:
            self._fail(name, error)

    def _fail(self, name: Any, error: Exception) -> NoReturn:
        """Raise the same kind of error, which names the page."""
        kind = next(
            each for each in (ValueError, TypeError, MemoryError) if isinstance(error, each)
        )
        reason = str(error).removeprefix("iter_crop_batches: ")
        raise kind(f"{self._function}: page {name}: {reason}") from error


def _image(row: Mapping[str, Any]) -> Any:
    """Take the picture of a row, or decode it, turned as EXIF says."""
    if "image" in row:
        return row["image"]
    # These need OpenCV's Python package.
    from .files import decode
    from .pages import read_page
    from .pages.orientation import orientation_of, turn

    if "bytes" in row:
        content = row["bytes"]
        return turn(decode(np.frombuffer(content, np.uint8)), orientation_of(content))
    if "path" in row:
        return read_page(row["path"])
    raise ValueError(f"one of the columns image, bytes and path is needed, not {', '.join(row)}")


def _boxes(row: Mapping[str, Any]) -> Any:
    if "boxes" not in row:
        raise ValueError("the column boxes is missing")
    boxes = row["boxes"]
    return np.array(_plain(boxes), np.float64) if _is_nested(boxes) else boxes


def _plain(values: Any) -> Any:
    """Arrow's nested lists are arrays of arrays."""
    return [_plain(each) for each in values] if _is_nested(values) else values


def _is_nested(values: Any) -> bool:
    found: NDArray[Any] | Any = values
    return isinstance(found, np.ndarray) and found.dtype == object
