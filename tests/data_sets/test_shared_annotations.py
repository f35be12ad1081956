"""A page takes its own words from a file of the whole folder."""

import json
import pickle

import pytest

from fastcv.annotations import read
from fastcv.datasets.cut import annotations_of
from fastcv.datasets.plan import match
from fastcv.datasets.task import CropRules, PageTask
from fastcv.pages import PageFile


@pytest.fixture
def label(tmp_path):
    """PPOCRLabel's file, which has a line a page."""
    lines = []
    for name in ("a", "b"):
        box = {"transcription": name, "points": [[0, 0], [9, 0], [9, 9], [0, 9]]}
        lines.append(f"folder/{name}.jpg\t{json.dumps([box])}\n")
    path = tmp_path / "Label.txt"
    path.write_text("".join(lines))
    return path


def task_of(label, name):
    return PageTask(name, str(label.with_name(f"{name}.jpg")), None, str(label))


@pytest.mark.parametrize("name", ["a", "b"])
def test_the_words_of_its_name(label, name):
    words = annotations_of(task_of(label, name), CropRules()).words
    assert [word.text for word in words] == [name]


def test_a_line_that_is_wrong_fails_its_own_page(label):
    with label.open("a") as file:
        file.write('folder/c.jpg\t[{"transcription": "c", "points": [[0, 0], [9]]}]\n')
    pages = [PageFile(label.with_name(f"{name}.jpg"), None, name) for name in "abc"]
    *right, wrong = match(pages, label, None)
    assert [annotations_of(task, CropRules()).words[0].text for task in right] == ["a", "b"]
    with pytest.raises(ValueError, match=r"Label\.txt: line 3: \[0\]: .* is not a list of points"):
        annotations_of(wrong, CropRules())


@pytest.mark.parametrize("name", ["a", "b"])
def test_words_are_the_same_from_the_file_and_from_its_line(label, name):
    page = PageFile(label.with_name(f"{name}.jpg"), None, name)
    *_, task = (each for each in match([page], label, None) if isinstance(each, PageTask))
    (whole,) = (each for each in read(label) if each.page == f"folder/{name}.jpg")
    found = annotations_of(pickle.loads(pickle.dumps(task)), CropRules())
    assert repr(found) == repr(whole)


def test_a_page_that_the_file_does_not_name(label):
    with pytest.raises(ValueError, match=r"Label\.txt: no boxes for this page"):
        annotations_of(task_of(label, "c"), CropRules())


HOCR = """<div class='ocr_page' title='image "{page}"; bbox 0 0 99 99; ppageno {number}'>
<span class='ocrx_word' title='bbox 1 1 30 20'>{page}{number}</span></div>
"""


@pytest.mark.parametrize("page", ["a.tif", "b.png"])
def test_names_count_even_if_the_first_pages_are_of_one_file(tmp_path, page):
    pages = [("a.tif", 0), ("a.tif", 1), ("b.png", 0)]
    body = "".join(HOCR.format(page=name, number=number) for name, number in pages)
    (tmp_path / "all.hocr").write_text(f"<html><body>{body}</body></html>")
    file = PageFile(tmp_path / page, 0 if page == "a.tif" else None, "page")
    elsewhere = []
    (task,) = match([file], tmp_path / "all.hocr", None, elsewhere)
    assert [word.text for word in task.annotations.words] == [f"{page}0"]
    assert elsewhere == [name for name, number in pages if (name, number) != (page, 0)]


def test_pages_without_names_are_of_one_file(tmp_path):
    box = [[0, 0], [9, 0], [9, 9], [0, 9]]
    path = tmp_path / "results.json"
    path.write_text(json.dumps([[[box, ["one", 0.9]]], [[box, ["two", 0.9]]]]))
    tiff = [PageFile(tmp_path / "a.tif", number, f"a{number}") for number in (0, 1, 2)]
    one, two, failed = match(tiff, path, None)
    assert [task.annotations.words[0].text for task in (one, two)] == ["one", "two"]
    assert failed.reason == f"{path}: no boxes for page 3"
    with pytest.raises(ValueError, match=r"results\.json: 2 pages without names, of which file\?"):
        list(match([PageFile(tmp_path / f"{n}.png", None, n) for n in "ab"], path, None))
