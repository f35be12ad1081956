"""The help of named tuples: their docstring, without the members of tuple."""

from __future__ import annotations

from typing import TypeVar, cast

_Tuple = TypeVar("_Tuple", bound=tuple[object, ...])


class _WithoutMembers(type):
    def __dir__(cls) -> list[str]:
        return []


def short_help(cls: type[_Tuple]) -> type[_Tuple]:
    """Make ``help(cls)`` of a NamedTuple show only the docstring, which describes the fields."""
    cls.__new__.__annotations__ = {}
    short = _WithoutMembers(cls.__name__, cls.__bases__, dict(vars(cls)))
    return cast("type[_Tuple]", short)
