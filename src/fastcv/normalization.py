"""What recognisers' and detectors' inputs share: above all what a pixel's 256 values become."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from . import _core
from .checks import FLOAT32_MAX, as_array, check_choice, check_number, is_sequence
from .pickling import PickledByValue

if TYPE_CHECKING:
    from numpy.typing import NDArray

Table: TypeAlias = tuple[tuple[float, ...], ...]
ARITHMETIC = ("divide", "multiply", "float64", "multiply_float64", "scale_shift")
_NOT_FINITE = "must give finite values in float32"
CHANNELS: Mapping[str, int] = MappingProxyType({"bgr": 3, "rgb": 3, "gray": 1})


class TensorRules(PickledByValue):
    """What recognisers' and detectors' inputs share: how values are normalised, and the tensor's
    kind. The inputs are dataclasses with these fields."""

    channels: Any
    divisor: Any
    mean: Any
    std: Any
    normalization: Any
    dtype: Any
    layout: Any
    filter: Any

    def __repr__(self) -> str:
        """Show the fields that are not the defaults."""
        changed = []
        for name, field in self.__dataclass_fields__.items():  # type: ignore[attr-defined]
            value = getattr(self, name)
            if value != field.default:
                is_table = name == "normalization" and value not in ARITHMETIC
                changed.append(f"{name}=<table>" if is_table else f"{name}={value!r}")
        return f"{type(self).__name__}({', '.join(changed)})"

    def _set(self, name: str, value: Any) -> None:
        object.__setattr__(self, name, value)

    def _check_normalization(self, field: Callable[[str], str]) -> None:
        """Check the fields that say what values become; `field` names one in a message."""
        channels = CHANNELS[self.channels]
        self._set("divisor", check_number(field("divisor"), self.divisor))
        for name in ("mean", "std"):
            self._set(name, _check_per_channel(field(name), getattr(self, name), channels))
        name = field("normalization")
        self._set("normalization", _check_order(name, self.normalization, channels))
        if isinstance(self.normalization, str) and self.dtype != "uint8":
            _check_finite(name, self.divisor, self.mean, self.std)

    def table(self) -> NDArray[np.float32] | None:
        """Return the normalised value of every pixel value, shape (channels, 256). None: uint8."""
        if self.dtype == "uint8":
            return None
        kind = self.normalization
        if not isinstance(kind, str):
            return np.array(kind, np.float32)
        values = _NORMAL_VALUES[kind](self.divisor, _column(self.mean), _column(self.std))
        shape = CHANNELS[self.channels], 256
        return np.ascontiguousarray(np.broadcast_to(values.astype(np.float32), shape))

    def padding(self) -> tuple[float, ...] | None:
        """Return what each channel's padding holds in the tensor. None: the last column."""
        raise NotImplementedError


def _make_format(rules: TensorRules) -> _core._TensorFormat:
    return _core._TensorFormat(
        channels=rules.channels,
        dtype=np.dtype(rules.dtype),
        layout=rules.layout,
        table=rules.table(),
        pad=rules.padding(),
        filter=rules.filter,
    )


tensor_format = lru_cache(maxsize=64)(_make_format)
"""What C needs to know of an input."""


def _column(numbers: float | tuple[float, ...]) -> NDArray[np.float64]:
    return np.array(numbers, np.float64).reshape(-1, 1)


def _divide(divisor: float, mean: Any, std: Any) -> Any:
    values = np.arange(256, dtype=np.float32) / np.float32(divisor)
    return (values - mean.astype(np.float32)) / std.astype(np.float32)


def _multiply(divisor: float, mean: Any, std: Any) -> Any:
    values = np.arange(256, dtype=np.float32) * np.float32(_reciprocal(divisor))
    return (values - mean.astype(np.float32)) / std.astype(np.float32)


def _float64(divisor: float, mean: Any, std: Any) -> Any:
    return (np.arange(256, dtype=np.float64) / np.float64(divisor) - mean) / std


def _multiply_float64(divisor: float, mean: Any, std: Any) -> Any:
    values = np.arange(256, dtype=np.float32) * np.float32(_reciprocal(divisor))
    return (values.astype(np.float64) - mean) / std


def _scale_shift(divisor: float, mean: Any, std: Any) -> Any:
    scale, shift = _reciprocal(divisor) / std, -mean / std
    values = np.arange(256, dtype=np.float32) * scale.astype(np.float32)
    return values + shift.astype(np.float32)


def _reciprocal(divisor: float) -> np.float64:
    return np.float64(1) / np.float64(divisor)


_NORMAL_VALUES = {
    "divide": _divide,
    "multiply": _multiply,
    "float64": _float64,
    "multiply_float64": _multiply_float64,
    "scale_shift": _scale_shift,
}


# ---- fields of an input ----


def _check_order(name: str, value: Any, channels: int) -> str | Table:
    """Return an order of arithmetic, or a table as tuples, so that the input is hashable."""
    if isinstance(value, str):
        check_choice(name, value, ARITHMETIC)
        return value
    table = as_array(name, value, "iuf", "a str or an array of numbers")
    if table.shape not in ((256,), (1, 256), (channels, 256)):
        raise ValueError(f"{name} must have shape ({channels}, 256) or (256,), not {table.shape}")
    if not (np.abs(table) <= FLOAT32_MAX).all():  # nor NaN
        raise ValueError(f"{name} {_NOT_FINITE}")
    table = np.broadcast_to(table.astype(np.float32), (channels, 256))
    return tuple(map(tuple, table.tolist()))


def _check_finite(
    name: str, divisor: float, mean: float | tuple[float, ...], std: float | tuple[float, ...]
) -> None:
    """Refuse numbers with which a value would be beyond float32, by whichever arithmetic."""
    least, largest = math.inf, 0.0  # of the divisors in float32; of the means
    for number in std if isinstance(std, tuple) else (std,):
        least = min(least, abs(float(np.float32(number))))
    for number in mean if isinstance(mean, tuple) else (mean,):
        largest = max(largest, abs(number))
    first = abs(float(np.float32(divisor)))
    if not (first and least and (255 / first + largest) / min(least, 1.0) <= FLOAT32_MAX):
        raise ValueError(f"{name} {_NOT_FINITE}")


def _check_per_channel(name: str, value: Any, channels: int) -> float | tuple[float, ...]:
    """Return one number, or one for each channel."""
    wanted = "a number or one number a channel"
    if not is_sequence(value):
        return check_number(name, value, wanted)
    if len(value) not in (1, channels):
        raise ValueError(f"{name} must be {wanted}, got {len(value)} numbers")
    numbers = []  # no comprehension: CPython 3.11 loses arguments when it is refused a cell
    for each in value:
        numbers.append(check_number(name, each, wanted))
    return tuple(numbers)
