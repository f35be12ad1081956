"""Pages: find their files, count what is in a file, and read one, turned as EXIF says."""

from __future__ import annotations

from .find import PageFile, find_pages, list_all, list_pages
from .read import count_pages, read_chosen, read_one_of, read_page

__all__ = [
    "PageFile",
    "count_pages",
    "find_pages",
    "list_all",
    "list_pages",
    "read_chosen",
    "read_one_of",
    "read_page",
]
