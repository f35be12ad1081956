"""Words in columns are what lists of words are."""

import json
import pickle

import numpy as np
import pytest

from fastcv import annotations
from fastcv.annotations import AnnotatedPage, Word
from fastcv.annotations.record import Words

QUAD = [[0, 0], [9.5, 0], [9, 9], [0, 9]]
CURVE = [*QUAD, [-1, 5]]
WORDS = [
    Word(np.array(points, np.float64).reshape(-1, 2), text, ignore)
    for points, text, ignore in [
        (QUAD, "a", False), (CURVE, None, True), ([], "", False), (QUAD[:3], "é", False),
    ]
]  # fmt: skip


def as_tuples(words):
    return [(word.points.tolist(), word.text, word.ignore) for word in words]


@pytest.fixture(params=[0, 1, 4], ids="{} words".format)
def words(request):
    return WORDS[: request.param]


def test_they_are_read_like_a_list(words):
    columns = Words.of(words)
    assert repr(columns) == repr(words)
    assert len(columns) == len(words)
    assert as_tuples(columns) == as_tuples(words)
    numbers = range(-len(words), len(words))
    assert as_tuples(columns[n] for n in numbers) == as_tuples(words[n] for n in numbers)
    assert as_tuples(columns[::-2]) == as_tuples(words[::-2])
    with pytest.raises(IndexError):
        columns[len(words)]


def test_they_are_equal_if_all_their_columns_are(words):
    columns = Words.of(words)
    assert columns == Words.of(list(columns)) == words
    assert columns != [*words, WORDS[0]]
    assert columns != tuple(words)
    assert columns != [1]
    for change in ({"text": "x"}, {"ignore": True}, {"points": WORDS[0].points + 1}):
        changed = [word._replace(**change) for word in words]
        assert (columns == changed) is (not words)


def test_a_page_goes_to_another_process(words):
    page = AnnotatedPage("a.jpg", Words.of(words), size=(3, 4), place="line 1")
    assert pickle.loads(pickle.dumps(page)) == page


def test_reading_puts_a_list_into_columns(tmp_path):
    path = tmp_path / "boxes.json"
    path.write_text(json.dumps({"boxes": [QUAD, CURVE], "texts": ["a", None]}))
    (page,) = annotations.read(path)
    assert page.columns is page.words
    assert page.words == [word._replace(ignore=False) for word in WORDS[:2]]


# ---- PPOCRLabel's pages are read at once, if nothing in them is unusual ----

BOX = {"transcription": "a", "points": QUAD, "difficult": False}


def read_label(folder, *boxes):
    path = folder / "Label.txt"
    path.write_text(f"a.jpg\t{json.dumps(boxes)}\n")
    (page,) = annotations.read(path, "ppocrlabel")
    return as_tuples(page.words)


@pytest.mark.parametrize("more", [
    {"transcription": None}, {"transcription": ""}, {"transcription": "###"},
    {"transcription": "*"}, {"difficult": True}, {"points": CURVE}, {"points": []},
    {"points": [[0, 1 << 29]]}, {"key_cls": 3},
])  # fmt: skip
def test_a_usual_word_is_the_same_among_unusual_ones(tmp_path, more):
    unusual = {**BOX, "points": [0, 0, 9.5, 0, 9, 9, 0, 9]}
    *found, last = read_label(tmp_path, BOX, {**BOX, **more}, unusual)
    assert read_label(tmp_path, BOX, {**BOX, **more}) == found
    assert [last] == read_label(tmp_path, BOX) == found[:1]


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ([], "[] is not an object"),
        ("points", "'points' is not an object"),
        (None, "None is not an object"),
        ({"points": QUAD}, "has no 'transcription'"),
        ({"transcription": "a"}, "has no 'points'"),
        ({**BOX, "points": None}, "None is not a list of numbers"),
        ({**BOX, "points": [[0, 0], [9]]}, "is not a list of points x, y"),
        ({**BOX, "points": [0, 0, 9]}, "3 numbers are not pairs x, y"),
        ({**BOX, "points": [[0, True]]}, "is not a list of numbers"),
        ({**BOX, "points": [[0, 1 << 30]]}, "has a number that is not finite"),
        ({**BOX, "points": [[0, float("nan")]]}, "has a number that is not finite"),
        ({**BOX, "difficult": None}, "difficult is None, not true or false"),
        ({**BOX, "difficult": 0}, "difficult is 0, not true or false"),
        ({**BOX, "transcription": ["a"]}, "the text is ['a'], not a string"),
        ({**BOX, "transcription": "\ud800"}, "is not Unicode: half a surrogate pair"),
    ],
)
def test_a_bad_word_is_refused_by_its_place(tmp_path, bad, reason):
    with pytest.raises(ValueError, match=r"Label\.txt: line 1: \[1\]: ") as failure:
        read_label(tmp_path, BOX, bad, BOX)
    assert reason in str(failure.value)


def test_half_surrogates_in_two_texts_are_no_letter(tmp_path):
    halves = [{**BOX, "transcription": half} for half in ("\ud83d", "\ude00")]
    with pytest.raises(ValueError, match=r"\[0\]: the text .* half a surrogate pair"):
        read_label(tmp_path, *halves)
