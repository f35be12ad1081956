"""Azure: Read 2 and 3, Document Intelligence, Image Analysis 4."""

import numpy as np
import pytest
from annotated import Folder, texts_of, words_of

CORNERS = [[5, 2], [9, 3], [8, 9], [4, 8]]
FLAT = [5, 2, 9, 3, 8, 9, 4, 8]
OBJECTS = [{"x": x, "y": y} for x, y in CORNERS]


@pytest.fixture
def azure(tmp_path):
    return Folder(tmp_path, "azure_read", "json")


def read_page(*texts, page=1, unit="pixel", **more):
    """A page of Read."""
    words = [{"boundingBox": FLAT, "text": text, "confidence": 0.9} for text in texts]
    line = {"boundingBox": FLAT, "text": " ".join(texts), "words": words}
    return {
        "page": page,
        "angle": 1.5,
        "width": 20,
        "height": 10,
        "unit": unit,
        "lines": [line],
        **more,
    }


def document_page(*texts, box="polygon", points=FLAT, page=1, **more):
    """A page of Document Intelligence."""
    words = [{"content": text, box: points, "span": {"offset": 0, "length": 1}} for text in texts]
    lines = [{"content": " ".join(texts), box: points, "spans": []}]
    size = {"angle": 0, "width": 20, "height": 10}
    return {"pageNumber": page, **size, "words": words, "lines": lines, **more}


def snake_case(page):
    """As the older Python client's to_dict writes it."""
    page = dict(page)
    page["page_number"] = page.pop("pageNumber")
    return page


def image(*texts):
    """A result of Image Analysis 4."""
    words = [{"text": text, "boundingPolygon": OBJECTS, "confidence": 0.9} for text in texts]
    line = {"text": " ".join(texts), "boundingPolygon": OBJECTS, "words": words}
    blocks = [{"lines": [line]}, {"lines": []}]
    return {
        "modelVersion": "2023-10-01",
        "metadata": {"width": 20, "height": 10},
        "readResult": {"blocks": blocks},
    }


PAGE = document_page("a", "b")
KINDS = {
    "Read 3": {"status": "succeeded", "analyzeResult": {"readResults": [read_page("a", "b")]}},
    "Read 3, a client": {"analyze_result": {"read_results": [read_page("a", "b")]}},
    "Read 2": {"status": "Succeeded", "recognitionResults": [read_page("a", "b")]},
    "Document Intelligence": {"analyzeResult": {"pages": [{**PAGE, "unit": "pixel"}]}},
    "Document Intelligence, a client": {"modelId": "prebuilt-read", "content": "", "pages": [PAGE]},
    "Form Recognizer, a client": {
        "model_id": "prebuilt-read",
        "pages": [snake_case(document_page("a", "b", points=OBJECTS))],
    },
    "Image Analysis, a preview": {
        "readResult": {"content": "", "pages": [document_page("a", "b", box="boundingBox")]}
    },
    "Image Analysis": image("a", "b"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_words_of_an_image(azure, kind):
    found = azure.read_page(KINDS[kind])
    assert words_of(found) == [("a", CORNERS, False), ("b", CORNERS, False)]
    assert (found.page, found.number) == (None, None if kind == "Image Analysis" else 0)
    assert (found.size, found.relative) == ((10, 20), False)


def test_inches_are_shares_of_the_page(azure):
    pages = [read_page("a", page=3, unit="inch", width=8.5, height=11)]
    found = azure.read_page({"analyzeResult": {"readResults": pages}})
    np.testing.assert_allclose(found.words[0].points * (8.5, 11), CORNERS)
    assert (found.number, found.size, found.relative) == (2, None, True)
    assert found.place == f"{azure.path}: analyzeResult.readResults[0]"


def test_lines_of_a_page_without_words(azure):
    line = {"boundingBox": FLAT, "text": "a b"}
    found = azure.read_page({"recognitionResults": [read_page(lines=[line])]})
    assert words_of(found) == [("a b", CORNERS, False)]


def test_pages(azure):
    pages = [document_page("a"), document_page(page=5, lines=[], unit="pixel")]
    found = azure.read({"analyzeResult": {"pages": pages}})
    assert [(page.number, texts_of(page)) for page in found] == [(0, ["a"]), (4, [])]


@pytest.mark.parametrize(
    ("page", "reason"),
    [
        (read_page("a", unit="mm"), "readResults[0].unit: must be pixel or inch, not 'mm'"),
        (
            read_page("a", width=None),
            "readResults[0].width: must be a number greater than 0, and is",
        ),
        (read_page("a", height=0), "readResults[0].height: must be a number greater than 0, not 0"),
        (
            read_page("a", page="1"),
            "readResults[0].page: must be a whole number from 1 on, not '1'",
        ),
        (read_page("a", lines={}), "readResults[0].lines: must be a list, not {}"),
        (read_page("a", lines=[7]), "readResults[0].lines[0]: must be an object, not 7"),
        (
            read_page(lines=[{"text": "a"}]),
            "lines[0].polygon: must be points, a finite x and y each, and",
        ),
        (
            read_page(lines=[{"text": 7, "boundingBox": FLAT}]),
            "readResults[0].lines[0].text: must be a text, not 7",
        ),
        (
            read_page(lines=[{"text": "a", "boundingBox": FLAT[:7]}]),
            "readResults[0].lines[0].boundingBox: must be points, a finite x and y each, not [5, 2",
        ),
        (
            read_page(lines=[{"text": "a", "boundingBox": FLAT[:6]}]),
            "readResults[0].lines[0].boundingBox: must be four points or more",
        ),
    ],
)
def test_refusals(azure, page, reason):
    azure.refuses({"analyzeResult": {"readResults": [page]}}, reason)


def test_refusals_of_an_image(azure):
    content = image("a")
    del content["metadata"]
    azure.refuses(content, "metadata: must be an object, and is missing")


@pytest.mark.parametrize(
    "content",
    [
        {},
        [],
        {"status": "failed", "analyzeResult": {}},
        {"analyzeResult": {"readResults": []}},
        {"analyzeResult": 7},
        {"readResult": {"blocks": []}},
        {"pages": [{"page_idx": 0}]},
    ],
)
def test_what_has_no_pages(azure, content):
    azure.refuses(content, "must have pages in analyzeResult or readResult")
