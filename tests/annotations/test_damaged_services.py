"""Damaged files of OCR engines and services: a ValueError that names the file, or sound pages."""

import json
import random

import numpy as np
import pytest
import test_alto
import test_azure_read
import test_doctr
import test_google_vision
import test_hocr
import test_page_xml
import test_tesseract_tsv
import test_textract

from fastcv import annotations

HOCR = test_hocr.page(test_hocr.word("<b>a</b>b") + test_hocr.word("c", "poly 1 1 5 0 9 2 9 9"))
STRING = test_alto.string("b", shape=test_alto.polygon("1,2 9,1 30,4 30,12 1,12"))
BLOCKS = [test_textract.block(kind, "a", 1) for kind in ("PAGE", "LINE", "WORD")]
WORDS = [test_doctr.word("a"), test_doctr.word("é", test_doctr.ROTATED)]

EXAMPLES = {
    "hocr": test_hocr.document(HOCR, HOCR),
    "alto": test_alto.document(test_alto.page(test_alto.string() + STRING), unit="mm10"),
    "page_xml": test_page_xml.document(test_page_xml.WORD),
    "tesseract_tsv": test_tesseract_tsv.document(test_tesseract_tsv.PAGE, test_tesseract_tsv.WORD),
    "google_vision": {"responses": [test_google_vision.RESPONSE]},
    "textract": test_textract.response(*BLOCKS),
    "azure_read": test_azure_read.KINDS["Read 3"],
    "doctr": {"pages": [test_doctr.page(*WORDS)]},
}
SNIPPETS = (
    b"-1", b"0", b"nan", b"1e999", b"9" * 400, b"null", b"[]", b"{}", b'""', b"true", b"\xff",
    b"\0", b"<", b">", b"&x;", b"<![", b"<!--", b"]]>", b'"', b"'", b"\t", b"\n",
    b"\\ud800", b"[" * 2000,
)  # fmt: skip


def damage(content, draw):
    """Cut out, repeat, replace or insert a piece, or cut off the end."""
    start, end = sorted(draw.randrange(len(content) + 1) for _ in range(2))
    end = min(end, start + draw.choice([1, 3, 20, 10**6]))
    piece = draw.choice([b"", content[start:end] * 2, draw.choice(SNIPPETS)])
    rest = draw.choice([content[end:], content[end:], content[start:], b""])
    return content[:start] + piece + rest


def check(pages):
    for page in pages:
        assert page.number is None or page.number >= 0
        assert page.size is None or min(page.size) > 0
        for word in page.words:
            assert np.isfinite(word.points).all()
            assert word.points.shape[0] >= 4
            assert word.points.shape[1] == 2
            assert word.text is None or word.text.strip().encode()


@pytest.mark.parametrize("format", EXAMPLES)
def test_damaged_files(tmp_path, format):
    example = EXAMPLES[format]
    whole = (example if isinstance(example, str) else json.dumps(example)).encode()
    draw = random.Random(format)
    path = tmp_path / "page.txt"
    refused = 0
    for _ in range(300):
        content = whole
        for _ in range(draw.choice([1, 1, 3])):
            content = damage(content, draw)
        path.write_bytes(content)
        for name in (format, None):
            refused += bool(refusal(path, name))
    assert refused > 100


def refusal(path, format):
    """Why the file is refused. If it is not, its pages are sound."""
    try:
        check(annotations.read(path, format))
    except ValueError as error:
        reason = str(error)
    else:
        return ""
    assert reason.startswith(f"{path}: ")
    assert "\n" not in reason
    assert len(reason) < 1000
    return reason


@pytest.mark.parametrize("content", [b"", b"\0", b"\xff\xfe", b"<", b"{", b"[[", b"<a>" * 100_000])
@pytest.mark.parametrize("format", EXAMPLES)
def test_files_of_another_kind(tmp_path, format, content):
    path = tmp_path / "page.txt"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"page\.txt: "):
        list(annotations.read(path, format))


@pytest.mark.parametrize("format", EXAMPLES)
def test_a_format_is_not_read_as_another(tmp_path, format):
    example = EXAMPLES[format]
    path = tmp_path / "page.txt"
    path.write_text(example if isinstance(example, str) else json.dumps(example))
    for other in EXAMPLES:
        if other != format:
            with pytest.raises(ValueError, match=r"page\.txt: "):
                list(annotations.read(path, other))
