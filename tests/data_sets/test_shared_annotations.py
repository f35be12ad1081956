"""A page takes its own words from a file of the whole folder."""

import json

import pytest

from fastcv.datasets.cut import annotations_of
from fastcv.datasets.task import CropRules, PageTask


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


def test_a_page_that_the_file_does_not_name(label):
    with pytest.raises(ValueError, match=r"Label\.txt: no words for page 1"):
        annotations_of(task_of(label, "c"), CropRules())
