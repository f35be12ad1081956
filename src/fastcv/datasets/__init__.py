"""Annotated pages in, training crops out: what ``fastcv crop`` does, for programs."""

from .crop import crop_pages
from .cut import cut_page
from .run import Summary
from .task import Crop, CropRules, Crops, CutPage, FailedPage, PageTask

__all__ = [
    "Crop",
    "CropRules",
    "Crops",
    "CutPage",
    "FailedPage",
    "PageTask",
    "Summary",
    "crop_pages",
    "cut_page",
]
