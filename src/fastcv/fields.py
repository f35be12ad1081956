"""Check the fields of `RecognizerInput`: TypeError or ValueError with the field and its value."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import Any

import numpy as np

MOST_PX = (1 << 31) - 1
"""The widest tensor that can be planned. `set_output_limits` sets what can be written."""

_FLOAT32_MAX = float(np.finfo(np.float32).max)


def type_error(text: str) -> TypeError:
    return TypeError(f"RecognizerInput: {text}")


def value_error(text: str) -> ValueError:
    return ValueError(f"RecognizerInput: {text}")


def check_choice(name: str, value: Any, values: Sequence[str | None]) -> None:
    if not isinstance(value, str) and not (value is None and None in values):
        raise type_error(f"{name} must be a str, not {type(value).__name__}")
    if value not in values:
        names = " or ".join(map(repr, values))
        raise value_error(f"{name} must be {names}, not {value!r}")


def check_bool(name: str, value: Any) -> None:
    if not isinstance(value, bool):
        raise type_error(f"{name} must be a bool, not {type(value).__name__}")


def whole(name: str, value: Any, most: int = MOST_PX) -> int:
    """A whole number from 1 to `most`."""
    try:
        number = operator.index(value)
    except TypeError:
        number = None
    if number is None or isinstance(value, bool):
        raise type_error(f"{name} must be an int, not {type(value).__name__}")
    if not 1 <= number <= most:
        raise value_error(f"{name} must be from 1 to {most}, not {number}")
    return number


def number(name: str, value: Any) -> float:
    """A number within float32's range."""
    if isinstance(value, (bool, str, bytes)):
        raise type_error(f"{name} must be a number, not {type(value).__name__}")
    try:
        result = float(value)
    except OverflowError:
        result = float("inf")
    except (TypeError, ValueError):
        raise type_error(f"{name} must be a number, not {type(value).__name__}") from None
    if not abs(result) <= _FLOAT32_MAX:
        raise value_error(f"{name} must be a finite number within float32, not {result:g}")
    return result


def is_sequence(value: Any) -> bool:
    return isinstance(value, (Sequence, np.ndarray)) and not isinstance(value, (str, bytes))
