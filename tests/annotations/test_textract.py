"""AWS Textract: blocks of words and lines, shares of the page."""

import pytest
from annotated import Folder, texts_of, words_of

CORNERS = [[0.25, 0.5], [0.75, 0.4375], [0.78125, 0.5625], [0.28125, 0.625]]


@pytest.fixture
def textract(tmp_path):
    return Folder(tmp_path, "textract", "json")


def block(kind, text=None, page=None, corners=CORNERS):
    polygon = [{"X": x, "Y": y} for x, y in corners]
    return {
        "BlockType": kind,
        "Geometry": {
            "BoundingBox": {"Width": 1, "Height": 1, "Left": 0, "Top": 0},
            "Polygon": polygon,
        },
        "Id": "0",
        "Page": page,
        **({} if text is None else {"Text": text}),
    }


def response(*blocks, pages=1):
    return {"DocumentMetadata": {"Pages": pages}, "Blocks": list(blocks), "NextToken": None}


@pytest.mark.parametrize("page", [None, 1])
def test_words_of_an_image(textract, page):
    blocks = [block("PAGE", page=page), block("LINE", "a b", page), block("WORD", "a", page)]
    blocks += [block("WORD", "b", page), block("KEY_VALUE_SET", page=page), {"BlockType": "QUERY"}]
    found = textract.read_page(response(*blocks))
    assert words_of(found) == [("a", CORNERS, False), ("b", CORNERS, False)]
    assert (found.page, found.number, found.size) == (None, 0, None)
    assert found.relative
    assert found.place == f"{textract.path}: page 1"


def test_lines_of_a_page_without_words(textract):
    blocks = [block("PAGE", page=1), block("LINE", "a b", 1), block("PAGE", page=2)]
    found = textract.read(
        response(*blocks, block("LINE", "c d", 2), block("WORD", "c", 2), pages=2)
    )
    assert [texts_of(page) for page in found] == [["a b"], ["c"]]


def test_responses_of_a_document_go_together(textract):
    found = textract.read(
        [
            response(block("PAGE", page=1), block("WORD", "a", 1), pages=3),
            response(block("WORD", "b", 1), block("PAGE", page=3), block("WORD", "c", 3), pages=3),
            response(block("PAGE", page=2), pages=3),
        ]
    )
    assert [(page.number, texts_of(page)) for page in found] == [
        (0, ["a", "b"]),
        (1, []),
        (2, ["c"]),
    ]


def test_responses_of_several_documents(textract):
    each = response(block("PAGE"), block("WORD", "a"))
    textract.refuses([each, each], "[1].Blocks[0]: page 1 begins again: a file is of one document")


@pytest.mark.parametrize(
    ("blocks", "reason"),
    [
        (
            [block("WORD", "a", corners=CORNERS[:3])],
            "Blocks[1].Geometry.Polygon: must be four points",
        ),
        (
            [block("WORD", "a", corners=[["0", 0]] * 4)],
            "Blocks[1].Geometry.Polygon: must be points",
        ),
        ([{"BlockType": "WORD"}], "Blocks[1].Geometry: must be an object, and is missing"),
        ([{"BlockType": 7}], "Blocks[1].BlockType: must be a text, not 7"),
        ([block("WORD", 7)], "Blocks[1].Text: must be a text, not 7"),
        ([block("WORD", "a", 0)], "Blocks[1].Page: must be a whole number from 1 on, not 0"),
        ([block("WORD", "a", True)], "Blocks[1].Page: must be a whole number from 1 on, not True"),
        ([7], "Blocks[1]: must be an object, not 7"),
    ],
)
def test_refusals(textract, blocks, reason):
    textract.refuses(response(block("PAGE"), *blocks), reason)


@pytest.mark.parametrize("content", [{"Blocks": []}, {"Blocks": 7}, [], {}, [7], {"Blocks": [{}]}])
def test_what_is_not_textract(textract, content):
    textract.refuses(content, "must have Blocks with a BlockType")
