"""Tesseract's TSV: a row for each page, block, paragraph, line and word."""

import pytest
from annotated import Folder, box, words_of

HEADER = (
    "level page_num block_num par_num line_num word_num left top width height conf text"
).replace(" ", "\t")
PAGE = "1 1 0 0 0 0 0 0 200 100 -1 "
LINE = "4 1 1 1 1 0 1 2 90 12 -1 "
WORD = '5 1 1 1 1 1 1 2 29 10 96.063751 "R&D'


@pytest.fixture
def tsv(tmp_path):
    return Folder(tmp_path, "tesseract_tsv", "tsv")


def document(*rows, end="\n"):
    return end.join([HEADER, *(row.replace(" ", "\t") for row in rows), ""])


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_words_of_a_page(tsv, end, mark):
    found = tsv.read_page(mark + document(PAGE, LINE, WORD, WORD[:-4] + "β", end=end))
    assert words_of(found) == [
        ('"R&D', box(1, 2, 30, 12), False),
        ("β", box(1, 2, 30, 12), False),
    ]
    assert (found.page, found.number, found.size) == (None, 0, (100, 200))
    assert found.place == f"{tsv.path}: line 2"


def test_what_is_no_word_is_to_be_ignored(tsv):
    """Tesseract has words of a space for pictures."""
    rows = ["5 1 1 1 1 1 1 2 29 10 95 ", "5 1 1 1 1 1 1 2 29 10 -1 a"]
    found = tsv.read_page(document(PAGE, *rows))
    assert words_of(found) == [
        (None, box(1, 2, 30, 12), True),
        ("a", box(1, 2, 30, 12), True),
    ]


def test_pages_have_numbers(tsv):
    found = tsv.read(
        document(PAGE, WORD, "1 3 0 0 0 0 10 0 190 100 -1 ", WORD.replace("5 1", "5 3"))
    )
    assert [(page.number, page.size, len(page.words)) for page in found] == [
        (0, (100, 200), 1),
        (2, None, 1),
    ]


def test_no_pages(tsv):
    assert tsv.read(document()) == []


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("5 1 1 1 1 1 1 2 29 10", "line 3: must have 12 columns, not 10"),
        ("5 1 1 1 1 1 1 2 29 10 x a", "line 3: all columns but text must be numbers, not 'x'"),
        ("5 1 1 1 1 1  2 29 10 9 a", "line 3: all columns but text must be numbers, not empty"),
        (
            "6 1 1 1 1 1 1 2 29 10 9 a",
            "line 3: must have a level from 1 to 5 and a page_num from 1",
        ),
        (
            "5 0 1 1 1 1 1 2 29 10 9 a",
            "line 3: must have a level from 1 to 5 and a page_num from 1",
        ),
        ("5 1.5 1 1 1 1 1 2 29 10 9 a", "line 3: must have a level from 1 to 5"),
        (
            "5 1 1 1 1 1 1 2 -29 10 9 a",
            "line 3: the box [1.0, 2.0, -28.0, 12.0] ends before it starts",
        ),
        (HEADER, "line 3: all columns but text must be numbers, not 'level'"),
    ],
)
def test_refusals(tsv, row, reason):
    tsv.refuses(document(PAGE, row), reason)


def test_pages_in_another_order(tsv):
    tsv.refuses(document(PAGE, WORD.replace("5 1", "5 2"), WORD), "line 4: page_num goes back to 1")


def test_other_columns(tsv):
    tsv.refuses(HEADER[:-5] + "\n", "line 1: must name the columns level, page_num, ")
