"""Check arguments: a TypeError or ValueError in one sentence that starts with `name`.

`name` is the function and the argument, such as "crop_batches: input".
"""

from __future__ import annotations

import operator
from collections.abc import Mapping, Sequence
from numbers import Real
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

INT32_MAX = (1 << 31) - 1
FLOAT32_MAX = float(np.finfo(np.float32).max)

Rules = TypeVar("Rules")


def type_name(value: Any) -> str:
    kind = type(value)
    return f"numpy.{kind.__name__}" if kind.__module__ == "numpy" else kind.__name__


def check_choice(name: str, value: Any, choices: Sequence[str | None]) -> None:
    if not isinstance(value, str) and not (value is None and None in choices):
        wanted = "a str or None" if None in choices else "a str"
        raise TypeError(f"{name} must be {wanted}, not {type_name(value)}")
    if value not in choices:
        listed = ["None" if each is None else f'"{each}"' for each in choices]
        *others, last = listed
        wanted = f"{', '.join(others)} or {last}" if others else last
        raise ValueError(f"{name} must be {wanted}, got {value!r:.200}")


def check_rules(name: str, value: Any, kind: type[Rules], known: Mapping[str, Rules]) -> Rules:
    """Return rules that are given as they are, or by their name."""
    if isinstance(value, kind):
        return value
    if not isinstance(value, str):
        raise TypeError(f"{name} must be a str or a {kind.__name__}, not {type_name(value)}")
    check_choice(name, value, tuple(known))
    return known[value]


def check_bool(name: str, value: Any) -> None:
    if not isinstance(value, bool):
        raise TypeError(f"{name} must be True or False, not {type_name(value)}")


def check_int(
    name: str, value: Any, most: int = INT32_MAX, wanted: str = "an int", least: int = 1
) -> int:
    """Return a whole number from `least` to `most`."""
    try:
        number = operator.index(value)
    except TypeError:
        number = None
    if number is None or isinstance(value, bool):
        raise TypeError(f"{name} must be {wanted}, not {type_name(value)}")
    if not least <= number <= most:
        shown = number if abs(number) < 10**300 else "an int beyond float64"
        raise ValueError(f"{name} must be from {least} to {most}, got {shown}")
    return number


def check_real(name: str, value: Any, wanted: str) -> float:
    """Return a number that float64 can hold."""
    if isinstance(value, bool) or not isinstance(value, Real):
        raise TypeError(f"{name} must be {wanted}, not {type_name(value)}")
    try:
        return float(value)
    except OverflowError:
        raise ValueError(f"{name} is beyond float64") from None


def check_number(name: str, value: Any, wanted: str = "a number") -> float:
    """Return a number that float32 can hold."""
    number = check_real(name, value, wanted)
    if not abs(number) <= FLOAT32_MAX:
        raise ValueError(f"{name} must be finite in float32, got {number:g}")
    return number


def is_sequence(value: Any) -> bool:
    """Whether this has items, and is no text."""
    if isinstance(value, np.ndarray):
        return value.ndim > 0
    return isinstance(value, Sequence) and not isinstance(value, (str, bytes))


def page_sides(name: str, value: Any) -> tuple[Any, Any]:
    """Return a page's height and width, still to be checked."""
    shape = getattr(value, "shape", None)
    if isinstance(shape, tuple) and len(shape) >= 2:
        return shape[0], shape[1]
    if not is_sequence(value):
        raise TypeError(f"{name} must be (height, width) or an array, not {type_name(value)}")
    if len(value) < 2:
        raise ValueError(f"{name} must be (height, width), got {len(value)} numbers")
    return value[0], value[1]


def plain_array(value: Any) -> NDArray[Any]:
    """Return NumPy's array of any object, also of one that offers only DLPack."""
    if hasattr(value, "__dlpack__") and not hasattr(value, "__array__"):
        return np.from_dlpack(value)
    return np.asarray(value)


def explained(name: str, value: Any, error: Exception, kind: str = "array") -> Exception:
    """Return the error, or a better one: see `hints.explain`."""
    from .hints import explain

    function, _, argument = name.partition(": ")
    try:
        return explain(kind, function, argument, value, error)
    except Exception:  # of the value's own methods
        return error


def _unread(name: str, value: Any, error: Exception, wanted: str, hints: str) -> Exception:
    better = explained(name, value, error, hints)
    if better is not error:
        return better
    refusal = TypeError(f"{name} must be {wanted}, not {type_name(value)}")
    return explained(name, value, refusal, hints)


def as_array(name: str, value: Any, kinds: str, wanted: str, hints: str = "array") -> NDArray[Any]:
    """Return an array of one of the kinds of dtypes, without a copy if it is one.

    `hints` is the kind of value, for `hints.explain`.
    """
    if isinstance(value, np.ma.MaskedArray):
        raise TypeError(f"{name} must be a plain array, not a masked one: fill or drop its mask")
    try:
        array = plain_array(value)
    except MemoryError:
        raise
    except Exception as error:  # whatever the object's own methods raise
        raise _unread(name, value, error, wanted, hints) from None
    if array.size == 0 and is_sequence(value) and array.dtype == np.float64:
        return array.astype(np.dtype(kinds[0] + "1"))  # [] has no kind of its own
    if array.dtype.kind not in kinds:
        is_array = isinstance(value, np.ndarray) or is_sequence(value)
        of = array.dtype if is_array else type_name(value)
        raise explained(name, value, TypeError(f"{name} must be {wanted}, not {of}"), hints)
    return array


def as_map(name: str, value: Any) -> NDArray[np.float32]:
    """Return a detector's map as (H, W) of float32, without a copy if it holds float32."""
    wanted = "an array of float32 or float16"
    array = as_array(name, value, "f", wanted)
    if array.dtype.itemsize > 4:
        raise TypeError(f"{name} must be {wanted}, not {array.dtype}")
    shape = array.shape
    if array.ndim not in (2, 3, 4) or any(side != 1 for side in shape[:-2]):
        raise ValueError(f"{name} must be (H, W), (1, H, W) or (1, 1, H, W), not shape {shape}")
    array = array[(0,) * (array.ndim - 2)]
    float32: NDArray[np.float32] = array if array.dtype.itemsize == 4 else array.astype(np.float32)
    return float32
