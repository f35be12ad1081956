"""What a pixel's 256 values become in a tensor, and checks that recognisers' and detectors' inputs
share."""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from .checks import FLOAT32_MAX, as_array, check_choice, check_number, is_sequence

if TYPE_CHECKING:
    from numpy.typing import NDArray

Table: TypeAlias = tuple[tuple[float, ...], ...]
ARITHMETIC = ("divide", "multiply", "float64", "multiply_float64", "scale_shift")
_NOT_FINITE = "must give finite values in float32"
CHANNELS: Mapping[str, int] = MappingProxyType({"bgr": 3, "rgb": 3, "gray": 1})


def normal_table(
    kind: str | Table,
    divisor: float,
    mean: float | tuple[float, ...],
    std: float | tuple[float, ...],
    channels: int,
) -> NDArray[np.float32]:
    """Return the normalised value of every pixel value, shape (channels, 256)."""
    if not isinstance(kind, str):
        return np.array(kind, np.float32)
    values = _NORMAL_VALUES[kind](divisor, _column(mean), _column(std)).astype(np.float32)
    return np.ascontiguousarray(np.broadcast_to(values, (channels, 256)))


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


def check_normalization(name: str, value: Any, channels: int) -> str | Table:
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


def check_finite(
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


def check_per_channel(name: str, value: Any, channels: int) -> float | tuple[float, ...]:
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


def show_fields(spec: Any) -> str:
    """Return the dataclass's name and the fields that are not the defaults."""
    changed = []
    for name, field in spec.__dataclass_fields__.items():
        value = getattr(spec, name)
        if value != field.default:
            is_table = name == "normalization" and value not in ARITHMETIC
            changed.append(f"{name}=<table>" if is_table else f"{name}={value!r}")
    return f"{type(spec).__name__}({', '.join(changed)})"
