"""Rules go to workers by value, and what arrives is checked as arguments are."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

VERSION = 1
"""The state's. It stays when a field with a default is added, which old states leave out."""


class PickledByValue:
    """A frozen dataclass whose copies are made from its fields, by its own checks."""

    def __reduce__(self) -> tuple[Any, ...]:
        names = [field.name for field in fields(self)]  # type: ignore[arg-type]
        return _restore, (type(self), VERSION, {name: getattr(self, name) for name in names})


def _restore(kind: Any, version: int, values: dict[str, Any]) -> Any:
    """Make rules from a state. Pickles name this function."""
    if not (isinstance(kind, type) and issubclass(kind, PickledByValue)):
        raise TypeError(f"unpickling rules of fastcv: {kind!r:.200} is not a class of such rules")
    if version != VERSION:
        raise ValueError(
            f"{kind.__name__}, unpickled: its state has version {version!r:.200}, and this fastcv "
            f"reads version {VERSION}"
        )
    return kind(**values)
