"""Where crops go: a folder of files, shards, or a database."""

from __future__ import annotations

from .base import Options, State, Store
from .folder import FolderStore
from .lmdb import LmdbStore
from .parquet import ParquetStore
from .webdataset import WebDatasetStore

__all__ = ["STORES", "Options", "State", "Store"]

STORES: dict[str, type[Store]] = {
    "folder": FolderStore,
    "webdataset": WebDatasetStore,
    "lmdb": LmdbStore,
    "parquet": ParquetStore,
}
"""Stores by their names. Packages that a store needs are imported when it is opened."""
