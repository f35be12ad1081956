"""The pages of a PDF file, drawn by PDFium through pypdfium2.

PDFium is not thread-safe. All of it runs under the lock under which pictures are decoded, so that
``os.fork`` waits for it too.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import closing, contextmanager
from importlib import import_module
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np

from ..files import TOO_MANY_PIXELS
from ..forks import LOCK
from ..opencv import most_pixels

if TYPE_CHECKING:
    from numpy.typing import NDArray

_POINTS_PER_INCH = 72
_MAGIC = b"%PDF-"


def is_pdf(head: bytes, suffix: str) -> bool:
    """Whether a file that begins like this is a PDF. Some have up to 1 KiB of rubbish before."""
    return head.startswith(_MAGIC) or (suffix.lower() == ".pdf" and _MAGIC in head[:1024])


def count_pdf_pages(file: BinaryIO) -> int:
    """Count the pages."""
    with _open(file) as (_, document):
        return len(document)


def read_pdf_page(file: BinaryIO, number: int, dpi: float) -> tuple[NDArray[np.uint8], int]:
    """Draw a page, counted from 0, on white: BGR, with its annotations and its forms' fields.

    Return it and the number of pages.
    """
    with _open(file) as (pdfium, document):
        if number >= len(document):
            raise ValueError(f"there is no page {number + 1}: the file has {len(document)}")
        if document.get_formtype():
            document.init_forms()
        scale = dpi / _POINTS_PER_INCH
        with closing(document[number]) as page:
            width, height = (math.ceil(side * scale) for side in page.get_size())
            if width * height > most_pixels():
                raise ValueError(TOO_MANY_PIXELS)
            with closing(
                page.render(scale=scale, force_bitmap_format=pdfium.raw.FPDFBitmap_BGR)
            ) as bitmap:
                return np.array(bitmap.to_numpy(), np.uint8, order="C"), len(document)


@contextmanager
def _open(file: BinaryIO) -> Iterator[tuple[Any, Any]]:
    """Open a document. Yield pypdfium2 and the document."""
    try:
        pdfium = import_module("pypdfium2")  # it has no types
    except ImportError as error:
        raise ImportError("PDF needs pypdfium2: pip install 'fastcv-ocr[pdf]'") from error
    with LOCK:
        try:
            with closing(pdfium.PdfDocument(file)) as document:
                yield pdfium, document
        except pdfium.PdfiumError as error:
            code = getattr(error, "err_code", None)
            if code == pdfium.raw.FPDF_ERR_PASSWORD:
                raise ValueError("an encrypted PDF, which needs a password") from None
            raise ValueError(f"a damaged PDF: {error}") from None
