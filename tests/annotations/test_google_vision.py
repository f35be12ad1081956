"""Google Vision: responses for images and files, as the service and its clients write them."""

import re

import pytest
from annotated import Folder, box, texts_of, words_of

CORNERS = box(1, 2, 30, 12)


@pytest.fixture
def google(tmp_path):
    return Folder(tmp_path, "google_vision", "json")


def vertices(corners):
    """As the service writes them: an x or y of 0 is left out."""
    return [
        {key: value for key, value in zip("xy", point, strict=True) if value} for point in corners
    ]


def word(text="a", corners=CORNERS, kind="vertices"):
    return {"boundingBox": {kind: vertices(corners)}, "symbols": [{"text": each} for each in text]}


def full(*words, **size):
    blocks = [{"blockType": "TEXT", "paragraphs": [{"words": [each]} for each in words]}, {}]
    return {"fullTextAnnotation": {"pages": [{**size, "blocks": blocks}], "text": "a b\n"}}


def entities(*texts):
    return [
        {"description": text, "boundingPoly": {"vertices": vertices(CORNERS)}} for text in texts
    ]


def snake_case(value):
    """As the Python client's to_dict writes it, with every field."""
    if isinstance(value, list):
        return [snake_case(each) for each in value]
    if not isinstance(value, dict):
        return value
    found = {
        re.sub("[A-Z]", lambda m: "_" + m[0].lower(), k): snake_case(v) for k, v in value.items()
    }
    if "vertices" in found:
        found["vertices"] = [{"x": 0, "y": 0, **each} for each in found["vertices"]]
        found["normalized_vertices"] = []
    return found


WORDS = [word("R&D", box(0, 2, 30, 12)), word("é", [[5, 0], [9, 1], [8, 9], [4, 8]])]
EXPECTED = [
    ("R&D", box(0, 2, 30, 12), False),
    ("é", [[5, 0], [9, 1], [8, 9], [4, 8]], False),
]
RESPONSE = {**full(*WORDS, width=200, height=100), "textAnnotations": entities("R&D é", "no")}


@pytest.mark.parametrize(
    "content",
    [
        RESPONSE,
        [RESPONSE],
        {"responses": [RESPONSE]},
        snake_case(RESPONSE),
        {"responses": [snake_case(RESPONSE)]},
        {"error": None, "faceAnnotations": [], **RESPONSE},
    ],
)
def test_words_of_an_image(google, content):
    found = google.read_page(content)
    assert words_of(found) == EXPECTED
    assert (found.page, found.number, found.size) == (None, None, (100, 200))
    assert not found.relative


def test_the_first_text_is_that_of_the_page(google):
    found = google.read_page({"textAnnotations": entities("two words", "two", "words")})
    assert words_of(found) == [("two", CORNERS, False), ("words", CORNERS, False)]
    assert found.size is None


@pytest.mark.parametrize(
    "content",
    [
        {"responses": [{}]},
        {"textAnnotations": []},
        {"fullTextAnnotation": {"pages": [], "text": ""}, "textAnnotations": []},
        snake_case({"fullTextAnnotation": {"pages": []}, "error": {"code": 0, "message": ""}}),
        full(),
    ],
)
def test_nothing_found(google, content):
    assert google.read_page(content).words == []


def test_pages_of_a_file(google):
    """Of a PDF file, boxes are shares of the page."""
    pages = [
        {
            **full(word("a", box(0, 0.25, 0.5, 0.75), "normalizedVertices"), width=612, height=792),
            "context": {"uri": "gs://bucket/a.pdf", "pageNumber": number},
        }
        for number in (3, 4)
    ]
    batch = {"inputConfig": {"mimeType": "application/pdf"}, "responses": pages}
    for content in (batch, {"responses": [batch]}, pages):
        found = google.read(content)
        assert [(page.page, page.number) for page in found] == [
            ("gs://bucket/a.pdf", 2),
            ("gs://bucket/a.pdf", 3),
        ]
        assert words_of(found[0]) == [("a", box(0, 0.25, 0.5, 0.75), False)]
        assert (found[0].relative, found[0].size) == (True, None)


def test_images_of_a_batch_have_names(google):
    found = google.read(
        {"responses": [{"context": {"uri": f"gs://b/{name}"}, **RESPONSE} for name in ("a", "b")]}
    )
    assert [(page.page, page.number) for page in found] == [("gs://b/a", None), ("gs://b/b", None)]


def test_a_word_without_symbols(google):
    assert texts_of(google.read_page(full(word("")))) == [None]


WORD = "fullTextAnnotation.pages[0].blocks[0].paragraphs[0].words[0]"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (full({"symbols": []}), f"{WORD}.boundingBox: must be an object, and is missing"),
        (
            full({"boundingBox": {}}),
            f"{WORD}.boundingBox.normalizedVertices: must be points, a fini",
        ),
        (
            full(word(corners=CORNERS[:3])),
            f"{WORD}.boundingBox.vertices: must be four points or more",
        ),
        (full(word(corners=[["1", 2]] * 4)), f"{WORD}.boundingBox.vertices: must be points"),
        (
            full(word(corners=[[float("nan"), 2]] * 4)),
            "vertices: must be points, a finite x and y each",
        ),
        (full(word(corners=[[10**400, 2]] * 4)), "vertices: must be points, a finite x and y each"),
        (
            full({**word(), "symbols": [{"text": 7}]}),
            f"{WORD}.symbols[0].text: must be a text, not 7",
        ),
        (full({**word(), "symbols": 7}), f"{WORD}.symbols: must be a list, not 7"),
        (full(word("\ud800")), "is not Unicode"),
        (
            full(word(), word(kind="normalizedVertices")),
            "boundingBox: is in other units than those",
        ),
        (
            full(word(), width=-1, height=9),
            "pages[0].width: must be a number greater than 0, not -1",
        ),
        ({"error": {"code": 7, "message": "quota"}, **full()}, "error: quota"),
        (
            {"responses": [RESPONSE, RESPONSE]},
            "responses[0]: must have a context.uri or context.pag",
        ),
        ({"responses": [{"context": {"uri": "a"}}, RESPONSE]}, "responses[1]: must have a context"),
        (
            {"context": {"pageNumber": 1.5}, **full()},
            "context.pageNumber: must be a whole number from",
        ),
        ({"responses": 7}, "must have fullTextAnnotation or textAnnotations"),
        ({"labelAnnotations": []}, "must have fullTextAnnotation or textAnnotations"),
    ],
)
def test_refusals(google, content, reason):
    google.refuses(content, reason)
