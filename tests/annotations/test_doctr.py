"""docTR's export: blocks of lines of words, and predictions by their kind."""

import pytest
from annotated import Folder, box, texts_of, words_of

STRAIGHT = [[0.25, 0.5], [0.75, 0.625]]
ROTATED = [[0.25, 0.5], [0.75, 0.4375], [0.78125, 0.5625], [0.28125, 0.625]]


@pytest.fixture
def doctr(tmp_path):
    return Folder(tmp_path, "doctr", "json")


def word(value="a", geometry=STRAIGHT):
    return {
        "value": value,
        "confidence": 0.9,
        "geometry": geometry,
        "crop_orientation": {"value": 0},
    }


def page(*words, index=0):
    line = {"geometry": STRAIGHT, "objectness_score": 0.9, "words": list(words)}
    block = {"geometry": STRAIGHT, "lines": [line, {"words": []}], "artefacts": []}
    about = {"page_idx": index, "dimensions": [100, 200], "orientation": {"value": None}}
    return {**about, "language": {}, "blocks": [block]}


def test_words_of_pages(doctr):
    found = doctr.read({"pages": [page(word("a"), word("é", ROTATED)), page(index=1)]})
    assert words_of(found[0]) == [("a", box(0.25, 0.5, 0.75, 0.625), False), ("é", ROTATED, False)]
    assert [(each.page, each.number, each.size, each.relative) for each in found] == [
        (None, 0, None, True),
        (None, 1, None, True),
    ]
    assert found[1].words == []
    assert found[0].place == f"{doctr.path}: pages[0]"


def test_predictions_of_key_information(doctr):
    predictions = {"date": [word("1.1.")], "address": [word("Road"), word("1")]}
    content = {"page_idx": 0, "dimensions": [100, 200], "predictions": predictions}
    assert texts_of(doctr.read_page({"pages": [content]})) == ["1.1.", "Road", "1"]


WORD = "pages[0].blocks[0].lines[0].words[0]"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (
            word(geometry=[[1, 2, 3], [4, 5, 6]]),
            f"{WORD}.geometry: must be points, a finite x and y",
        ),
        (word(geometry=[0.5, 0.5, 0.2, 0.1, 45]), f"{WORD}.geometry: must be points"),
        (word(geometry=[[0, 0]] * 3), f"{WORD}.geometry: must be two corners or four, not [["),
        (
            word(geometry=[[0.5, 0], [0.25, 1]]),
            f"{WORD}.geometry: the box [0.5, 0.0, 0.25, 1.0] ends",
        ),
        (
            word(geometry=None),
            f"{WORD}.geometry: must be points, a finite x and y each, and is missing",
        ),
        (word(value=7), f"{WORD}.value: must be a text, not 7"),
        (7, f"{WORD}: must be an object, not 7"),
    ],
)
def test_refusals(doctr, content, reason):
    doctr.refuses({"pages": [page(content)]}, reason)


def test_refusals_of_a_page(doctr):
    doctr.refuses(
        {"pages": [page(index=-1)]}, "pages[0].page_idx: must be a whole number from 0 on"
    )
    doctr.refuses({"pages": [page(), 7]}, "pages[1]: must be an object, not 7")
    predictions = {"page_idx": 0, "predictions": [word()]}
    doctr.refuses({"pages": [predictions]}, "pages[0].predictions: must be an object")


@pytest.mark.parametrize("content", [{"pages": []}, {"pages": 7}, {"pages": [7]}, [], {}])
def test_what_is_not_doctr(doctr, content):
    doctr.refuses(content, "must have pages with a page_idx and blocks or predictions")
