"""Parquet files that Hugging Face's datasets and pyarrow load, with the pictures in them."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from pathlib import Path
from typing import Any

from ...outputs import named
from ..task import CutPage
from . import labels
from .base import GrowingFile, Options, Shards, State, import_package

_GROUP_BYTES = 16 << 20
"""Rows of so many bytes are written together. A reader of one row reads its group."""


class ParquetStore:
    """Shards ``crops-000000.parquet``, a row for each crop.

    Columns: image (bytes and path), text (or null), page, number (or null), box, quad (x, y of
    four corners in px), height, width.
    """

    def __init__(self, folder: Path, state: State | None, suffix: str, options: Options) -> None:
        self._arrow = import_package("pyarrow")
        self._parquet = import_package("pyarrow.parquet")
        counts = state or {}
        self._suffix = suffix
        self._schema = _schema(self._arrow)
        self._shards = Shards(folder, "parquet", counts.get("shards"), options)
        self._labels = GrowingFile(folder / labels.NAME, counts.get("labels"), options.guard)
        self._writer: Any = None
        self._rows: list[dict[str, Any]] = []
        self._row_bytes = 0
        self._lines: list[bytes] = []
        self._shard_bytes = options.shard_bytes
        self._bytes = 0
        self._added = 0

    def add(self, page: CutPage) -> None:
        """Keep a page's crops, and write rows that are enough for a group."""
        labels.texts(page)  # refuses what is not Unicode
        key = labels.key_of(page)
        endings = [f"_{box:04}.{self._suffix}" for box in page.crops.boxes]
        start = labels.start(self._shards.name, key)
        self._lines.append(labels.lines(start, endings, labels.origins(page), page))
        origin = {"page": _utf8(page.path), "number": page.number}
        path = _utf8(key)
        for ending, crop in zip(endings, page.crops, strict=True):
            row = {
                "image": {"bytes": crop.content, "path": path + ending},
                "text": crop.text,
                **origin,
                "box": crop.box,
                "quad": [value for corner in crop.quad for value in corner],
                "height": crop.height,
                "width": crop.width,
            }
            self._rows.append(row)
            self._row_bytes += len(crop.content)
        self._added += 1
        if self._row_bytes >= min(_GROUP_BYTES, self._shard_bytes):
            self._write_group()

    def _write_group(self) -> None:
        try:
            if self._writer is None:
                self._writer = self._parquet.ParquetWriter(
                    str(self._shards.begin()),
                    self._schema,
                    use_dictionary=["page"],
                    compression=_COMPRESSION,
                    write_statistics=["number", "box", "height", "width"],
                )
            table = self._arrow.Table.from_pylist(self._rows, self._schema)
            self._writer.write_table(table, row_group_size=len(self._rows))
        except OSError as error:
            raise named(error, self._shards.target) from None
        self._bytes += self._row_bytes
        self._rows.clear()
        self._row_bytes = 0

    def pending(self) -> bool:
        return self._added > 0

    def full(self) -> bool:
        return self._bytes + self._row_bytes >= self._shard_bytes

    def commit(self) -> State:
        """Finish the shard that is open."""
        if self._rows:
            self._write_group()
        if self._writer is not None:
            try:
                self._writer.close()
                _sync(self._shards.begin())
            except OSError as error:
                raise named(error, self._shards.target) from None
            self._writer = None
            self._shards.finish()
        self._labels.append(b"".join(self._lines))
        self._labels.sync()
        self._lines.clear()
        self._bytes = self._added = 0
        return {"labels": self._labels.size, "shards": self._shards.count}

    def close(self) -> None:
        if self._writer is not None:
            with suppress(OSError):  # it writes the file's end
                self._writer.close()
        self._labels.close()
        self._shards.close()


def _schema(arrow: Any) -> Any:
    image = arrow.struct({"bytes": arrow.binary(), "path": arrow.string()})
    types = {
        "image": image,
        "text": arrow.string(),
        "page": arrow.string(),
        "number": arrow.int64(),
        "box": arrow.int64(),
        "quad": arrow.list_(arrow.float64(), 8),
        "height": arrow.int64(),
        "width": arrow.int64(),
    }
    return arrow.schema(
        types, metadata={"huggingface": json.dumps({"info": {"features": _FEATURES}})}
    )


def _value(dtype: str) -> dict[str, str]:
    return {"dtype": dtype, "_type": "Value"}


_FEATURES = {
    "image": {"_type": "Image"},
    "text": _value("string"),
    "page": _value("string"),
    "number": _value("int64"),
    "box": _value("int64"),
    "quad": {"feature": _value("float64"), "length": 8, "_type": "Sequence"},
    "height": _value("int64"),
    "width": _value("int64"),
}
"""What the columns are to Hugging Face's datasets: the image is decoded."""


_COMPRESSION = {
    "image.bytes": "none",  # it is compressed already
    **dict.fromkeys(["image.path", "text", "page", "quad.list.element"], "snappy"),
}


def _utf8(text: str) -> str:
    """Escape the bytes of a file's name that are not UTF-8."""
    return os.fsencode(text).decode(errors="backslashreplace")


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
