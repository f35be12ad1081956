"""Values of a JSON file that know their place in it. What services write is read through them."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np

from .source import Source, shown
from .values import checked, is_number

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Node:
    """A value, and how it is reached from the file's root."""

    __slots__ = ("_key", "_parent", "_source", "value")

    def __init__(self, source: Source, value: Any, key: str = "", parent: Node | None = None):
        self.value = value
        self._source = source
        self._key = key
        self._parent = parent

    def __bool__(self) -> bool:
        """Whether the value is there. An empty list is, null is not."""
        return self.value is not None

    @property
    def place(self) -> str:
        """Such as pages[0].words[3].text."""
        above = self._parent.place if self._parent else ""
        return f"{above}{self._key}" if self._key[:1] == "[" else f"{above}.{self._key}".strip(".")

    def fail(self, reason: str) -> NoReturn:
        """Raise a ValueError that names the file and the place."""
        self._source.fail(reason, self.place)

    def want(self, wanted: str) -> NoReturn:
        """Raise a ValueError: the value must be as wanted."""
        self.fail(f"must be {wanted}, {f'not {shown(self.value)}' if self else 'and is missing'}")

    def get(self, *names: str) -> Node:
        """Return the first of these members that is there. Clients write them in snake_case too."""
        if not isinstance(self.value, dict):
            self.want("an object")
        for name in names:
            for spelling in (name, snake_case(name)):
                if (value := self.value.get(spelling)) is not None:
                    return Node(self._source, value, spelling, self)
        return Node(self._source, None, names[0], self)

    def has(self, *names: str) -> bool:
        """Whether the value is an object with one of these members."""
        return isinstance(self.value, dict) and any(map(self.get, names))

    def members(self) -> Iterator[Node]:
        """The members of an object."""
        if not isinstance(self.value, dict):
            self.want("an object")
        for name, value in self.value.items():
            yield Node(self._source, value, name, self)

    def items(self) -> Iterator[Node]:
        """The items of a list. One that is missing has none."""
        for index, value in enumerate(self._list()):
            yield Node(self._source, value, f"[{index}]", self)

    def _list(self) -> list[Any]:
        if self and not isinstance(self.value, list):
            self.want("a list")
        return self.value or []

    def text(self) -> str | None:
        """A text. None if it is missing or blank."""
        if not self:
            return None
        if not isinstance(self.value, str):
            self.want("a text")
        return checked(self._source, self.place, self.value) if self.value.strip() else None

    def whole(self, least: int) -> int:
        """A whole number, at least so large."""
        if type(self.value) is not int or self.value < least:
            self.want(f"a whole number from {least} on")
        return self.value

    def number(self) -> float:
        """A finite number greater than 0."""
        if not _is_finite(self.value) or self.value <= 0:
            self.want("a number greater than 0")
        return float(self.value)

    def points(self, absent: float | None = None) -> NDArray[np.float64]:
        """Points: [x, y, x, y, …], [[x, y], …], or [{"x": x, "y": y}, …].

        `absent` is for an x or y that an object does not have.
        """
        values: list[Any] = []
        for item in self._list():
            if isinstance(item, dict):
                values += item.get("x", item.get("X", absent)), item.get("y", item.get("Y", absent))
            elif isinstance(item, list) and len(item) == 2:
                values += item
            else:
                values.append(item)
        if len(values) < 4 or len(values) % 2 or not all(map(_is_finite, values)):
            self.want("points, a finite x and y each")
        return np.array(values, np.float64).reshape(-1, 2)

    def corners(self, absent: float | None = None) -> NDArray[np.float64]:
        """Four points or more."""
        found = self.points(absent)
        if len(found) < 4:
            self.want("four points or more")
        return found


def walk(source: Source, *names: str) -> Iterator[Node]:
    """The items of a list, under the file's members of these names. A large file is streamed."""
    for place in dict.fromkeys([".".join(names), snake_case(".".join(names))]):
        found = False
        for index, value in enumerate(source.items(f"{place}.item".strip("."))):
            found = True
            yield Node(source, value, f"{place}[{index}]")
        if found:
            return


def first(source: Source, *names: str) -> Node:
    """The first item that `walk` finds. A missing one, if there is none."""
    return next(walk(source, *names), Node(source, None, ".".join(names)))


def _to_snake_case(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()


snake_case = cache(_to_snake_case)


def _is_finite(value: Any) -> bool:
    return is_number(value) and math.isfinite(value)
