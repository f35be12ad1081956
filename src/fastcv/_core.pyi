from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, Protocol, TypeVar, final, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .conventions import CropConvention

_Interpolation = Literal["linear", "nearest", "cubic", "area", "lanczos4"] | int
_Border = Literal["constant", "replicate", "reflect", "reflect101", "wrap"] | int
_Order = Literal["given", "clockwise", "min_area_rect"]
_Size = Literal["longer", "edges", "longer_edges", "mean"]
_Corners = Literal["w-1", "w"]
_Transform = Literal["perspective", "affine"]
_Arithmetic = Literal["opencv4", "opencv5", "auto"]
_Degenerate = Literal["raise", "empty"]
_Point = TypeVar("_Point")

class _Polygon(Protocol):
    @property
    def x(self) -> ArrayLike: ...
    @property
    def y(self) -> ArrayLike: ...

_Polygons = ArrayLike | Iterable[_Polygon | ArrayLike]

@overload
def image_crop(
    image: ArrayLike,
    boxes: ArrayLike,
    *,
    convention: str | CropConvention = "fastcv",
    size: _Size = "longer",
    corners: _Corners = "w-1",
    transform: _Transform = "perspective",
    order: _Order = "given",
    tall_ratio: float | None = None,
    grayscale: bool = False,
    interpolation: _Interpolation = "linear",
    border: _Border = "constant",
    border_value: float | Sequence[float] = 0,
    arithmetic: _Arithmetic | None = None,
    degenerate: _Degenerate = "raise",
    out: NDArray[Any] | None = None,
) -> list[NDArray[Any]]: ...
@overload
def image_crop(
    image: ArrayLike,
    boxes: ArrayLike,
    *,
    convention: str | CropConvention = "fastcv",
    size: _Size = "longer",
    corners: _Corners = "w-1",
    transform: _Transform = "perspective",
    order: _Order = "given",
    tall_ratio: float | None = None,
    grayscale: bool = False,
    interpolation: _Interpolation = "linear",
    border: _Border = "constant",
    border_value: float | Sequence[float] = 0,
    arithmetic: _Arithmetic | None = None,
    degenerate: Literal["skip"],
    out: NDArray[Any] | None = None,
) -> tuple[list[NDArray[Any]], NDArray[np.intp]]: ...
@overload
def image_crop_openmp(
    image: ArrayLike,
    boxes: ArrayLike,
    *,
    num_threads: int | None = None,
    convention: str | CropConvention = "fastcv",
    size: _Size = "longer",
    corners: _Corners = "w-1",
    transform: _Transform = "perspective",
    order: _Order = "given",
    tall_ratio: float | None = None,
    grayscale: bool = False,
    interpolation: _Interpolation = "linear",
    border: _Border = "constant",
    border_value: float | Sequence[float] = 0,
    arithmetic: _Arithmetic | None = None,
    degenerate: _Degenerate = "raise",
    out: NDArray[Any] | None = None,
) -> list[NDArray[Any]]: ...
@overload
def image_crop_openmp(
    image: ArrayLike,
    boxes: ArrayLike,
    *,
    num_threads: int | None = None,
    convention: str | CropConvention = "fastcv",
    size: _Size = "longer",
    corners: _Corners = "w-1",
    transform: _Transform = "perspective",
    order: _Order = "given",
    tall_ratio: float | None = None,
    grayscale: bool = False,
    interpolation: _Interpolation = "linear",
    border: _Border = "constant",
    border_value: float | Sequence[float] = 0,
    arithmetic: _Arithmetic | None = None,
    degenerate: Literal["skip"],
    out: NDArray[Any] | None = None,
) -> tuple[list[NDArray[Any]], NDArray[np.intp]]: ...
@overload
def crop_shapes(
    boxes: ArrayLike,
    *,
    convention: str | CropConvention = "fastcv",
    size: _Size = "longer",
    corners: _Corners = "w-1",
    transform: _Transform = "perspective",
    order: _Order = "given",
    tall_ratio: float | None = None,
    grayscale: bool = False,
    interpolation: _Interpolation = "linear",
    border: _Border = "constant",
    border_value: float | Sequence[float] = 0,
    arithmetic: _Arithmetic | None = None,
    degenerate: _Degenerate = "raise",
    image_shape: tuple[int, ...] | list[int] | None = None,
) -> NDArray[np.intp]: ...
@overload
def crop_shapes(
    boxes: ArrayLike,
    *,
    convention: str | CropConvention = "fastcv",
    size: _Size = "longer",
    corners: _Corners = "w-1",
    transform: _Transform = "perspective",
    order: _Order = "given",
    tall_ratio: float | None = None,
    grayscale: bool = False,
    interpolation: _Interpolation = "linear",
    border: _Border = "constant",
    border_value: float | Sequence[float] = 0,
    arithmetic: _Arithmetic | None = None,
    degenerate: Literal["skip"],
    image_shape: tuple[int, ...] | list[int] | None = None,
) -> tuple[NDArray[np.intp], NDArray[np.intp]]: ...
def main_colors(
    image: ArrayLike,
    n: int,
    boxes: Any,
    mask: Any,
    bits: int,
    num_threads: int | None,
    result: type[tuple[Any, ...]],
    /,
) -> Any: ...
def extract_main_colors(
    image: ArrayLike,
    n: int,
    boxes: Any,
    mask: Any,
    bits: int,
    num_threads: int | None,
    result: type[tuple[Any, ...]],
    /,
) -> Any: ...
def extract_main_colors_openmp(
    image: ArrayLike,
    n: int,
    boxes: Any,
    mask: Any,
    bits: int,
    num_threads: int | None,
    result: type[tuple[Any, ...]],
    /,
) -> Any: ...
def text_colors(
    image: ArrayLike, boxes: ArrayLike, num_threads: int | None, /
) -> tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.uint8], NDArray[np.float32]]: ...
def cumulative_sum(n: int, /) -> int: ...
def find_close_polygons(polygons: _Polygons, point: ArrayLike, max_dist: float) -> list[Any]: ...
def select_best_polygon(
    polygon_sets: Iterable[tuple[_Point, _Polygons]],
) -> list[tuple[_Point, Any]]: ...
def match_polygons(
    polygons: _Polygons | PolygonIndex,
    points: ArrayLike,
    max_dist: float,
    *,
    num_threads: int | None = 1,
) -> NDArray[np.intp]: ...

@final
class PolygonIndex:
    def __new__(cls, polygons: _Polygons) -> PolygonIndex: ...
    def __len__(self) -> int: ...
    @property
    def centers(self) -> NDArray[np.float64]: ...
    @property
    def areas(self) -> NDArray[np.float64]: ...
    def match(
        self, points: ArrayLike, max_dist: float, *, num_threads: int | None = 1
    ) -> NDArray[np.intp]: ...
    def find_close(self, point: ArrayLike, max_dist: float) -> NDArray[np.intp]: ...
    def __reduce__(self) -> tuple[Any, ...]: ...

def _restore_polygon_index(
    version: int, centers: NDArray[np.float64], areas: NDArray[np.float64], /
) -> PolygonIndex: ...
def set_num_threads(num_threads: int | None, /) -> None: ...
def get_num_threads() -> int: ...
def set_output_limits(*, crop_bytes: int | None = None, call_bytes: int | None = None) -> None: ...
def get_output_limits() -> tuple[int, int]: ...
def set_memory_pool(max_bytes: int, /) -> None: ...
def memory_pool_info() -> dict[str, int]: ...
def empty_memory_pool() -> None: ...
def build_info() -> dict[str, Any]: ...

@final
class _Words:
    """Crops on their way into batches."""

    def __len__(self) -> int: ...
    @property
    def shapes(self) -> NDArray[np.intp]: ...
    @property
    def pages(self) -> NDArray[np.intp]: ...
    @property
    def boxes(self) -> NDArray[np.intp]: ...

@final
class _TensorFormat:
    def __new__(
        cls,
        channels: str,
        dtype: np.dtype[Any],
        layout: str,
        table: NDArray[np.float32] | None,
        pad: Sequence[float] | None,
        filter: str,
    ) -> _TensorFormat: ...

def _plan_words(
    function: str,
    images: Any,
    boxes: Any,
    convention: Mapping[str, Any],
    degenerate: Any,
    num_threads: Any,
    /,
) -> _Words: ...
def _words_of(
    function: str, crops: Any, name: str, is_list: bool, num_threads: Any, /
) -> _Words: ...
def _write_batches(
    function: str,
    words: _Words,
    format: _TensorFormat,
    height: int,
    order: NDArray[np.intp],
    sizes: NDArray[np.int32],
    offsets: NDArray[np.int32] | None,
    ends: NDArray[np.intp],
    widths: NDArray[np.int32],
    rotated_180: NDArray[np.bool_] | None,
    out: Any,
    keep: bool,
    num_threads: Any,
    /,
) -> list[NDArray[Any]]: ...
def _decode_ctc(
    logits: Any,
    characters: Any,
    blank: Any,
    ignore: Any,
    confidence: int,
    columns: bool,
    num_threads: Any,
    /,
) -> list[tuple[str, float, list[int] | None, list[float] | None]]: ...
def _detector_boxes(
    function: str,
    probabilities: NDArray[np.float32],
    page_height: Any,
    page_width: Any,
    threshold: float,
    inclusive: bool,
    opening: bool,
    dilation: bool,
    contours: str,
    max_candidates: int,
    min_extent: int,
    rectangle: str,
    min_side: float,
    score: str,
    mean: str,
    box_threshold: float,
    measure: str,
    unclip_ratio: float,
    min_grown_side: float,
    scaling: str,
    corners: str,
    min_page_side: int,
    order: str,
    num_threads: Any,
    /,
) -> tuple[NDArray[np.float32], NDArray[np.float64]]: ...
def _craft_boxes(
    function: str,
    region: NDArray[np.float32],
    link: NDArray[np.float32],
    text_threshold: float,
    link_threshold: float,
    low_text: float,
    ratio_h: float,
    ratio_w: float,
    num_threads: Any,
    /,
) -> tuple[NDArray[np.float32], NDArray[np.int32]]: ...
def _from_pil(function: str, argument: str, object: Any, /) -> Any: ...
def _png_rows(images: tuple[NDArray[Any], ...], /) -> list[bytes]: ...
def _quads_to_json(quads: NDArray[np.float64], /) -> list[str]: ...
def _box_problems(
    boxes: Any, are_polygons: bool, height: int, width: int, corner_problems: int, /
) -> tuple[NDArray[np.float32], NDArray[np.uint16], int]: ...
def _tar_members(paths: tuple[bytes, ...], contents: tuple[bytes, ...], /) -> bytes: ...
def _set_conventions(conventions: Mapping[str, CropConvention], /) -> None: ...
def _set_kernel(name: str, /) -> None: ...
def _cgroup_cpus(root: str, /) -> int: ...
