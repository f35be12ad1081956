"""The file that a page's annotations are in, and the page that a name means."""

from pathlib import Path

import pytest

from fastcv.annotations.find import find_annotations
from fastcv.annotations.match import PageIndex

ORDER = (
    "page.v2.json",
    "page.v2.npy",
    "page.v2.jpg.json",
    "gt_page.v2.txt",
    "page.v2.xml",
    "page.v2.hocr",
    "page.v2.html",
    "page.v2.tsv",
    "page.v2.txt",
    "Label.txt",
)


@pytest.mark.parametrize("apart", [False, True])
def test_the_first_of_the_names_is_found(tmp_path, apart):
    page = tmp_path / "pages" / "page.v2.jpg"
    folder = tmp_path / "annotations" if apart else page.parent
    folder.mkdir()
    assert find_annotations(page, folder if apart else None) is None
    for name in reversed(ORDER):
        (folder / name).touch()
        assert find_annotations(page, folder if apart else None) == folder / name


def test_a_page_is_not_its_own_annotations(tmp_path):
    page = tmp_path / "page.npy"
    page.touch()
    assert find_annotations(page, None) is None


def test_a_name_that_is_too_long_is_not_there(tmp_path):
    assert find_annotations(tmp_path / ("a" * 255), None) is None


PAGES = [
    Path("/data/train/a/1.jpg"),
    Path("/data/train/b/1.jpg"),
    Path("/data/val/b/1.jpg"),
    Path("/data/val/b/2.png"),
    Path("/data/val/b/my page (3).jpg"),
    Path("/data/val/b/50%20off?.jpg"),
    Path("/data/val/b/page.v2.jpg"),
]


@pytest.mark.parametrize(
    ("name", "index"),
    [
        ("a/1.jpg", 0),
        ("/somewhere/train/b/1.jpg", 1),
        ("val/b/1.jpg", 2),
        ("./val/../b/2.png", 3),
        ("2.png", 3),
        ("unknown/2.png", 3),
        ("2", 3),
        ("2.jpg", 3),
        ("a/1.tif", 0),
        ("page.v2", 6),
        ("D:\\data\\train\\a\\1.jpg", 0),
        ("https://host.example/train/b/1.jpg?token=x#y", 1),
        ("s3://bucket/a/1.jpg", 0),
        ("https://host.example/my%20page%20(3).jpg", 4),
        ("/data/local-files/?d=val/b/2.png", 3),
        ("/data/local-files/?d=val%5Cb%5C1.jpg", 2),
        ("/data/upload/7/0123abcd-2.png", 3),
        ("0123abcd-2.jpg", 3),
        ("/data/upload/7/0123abcd-my_page_3.jpg", 4),
        ("50%20off?.jpg", 5),
        ("3.jpg", None),
        ("1.jpg/", "several"),
        ("1.jpg", "several"),
        ("b/1.jpg", "several"),
        ("b/1", "several"),
        ("", None),
        ("/", None),
        ("..", None),
        ("http://[", None),
    ],
)
def test_the_page_that_a_name_means(name, index):
    pages = PageIndex(PAGES)
    if index == "several":
        with pytest.raises(ValueError, match=r"may be /data/train/\w/1\.jpg or "):
            pages.find(name)
    else:
        assert pages.find(name) == (None if index is None else PAGES[index])


def test_a_page_given_twice_is_one():
    assert PageIndex([PAGES[0], PAGES[0]]).find("1.jpg") == PAGES[0]


def test_an_exact_name_goes_before_one_of_another_suffix():
    pages = PageIndex([Path("a/1.png"), Path("a/1.jpg")])
    assert pages.find("a/1.jpg") == Path("a/1.jpg")
    with pytest.raises(ValueError, match=r"'1.tif' may be a/1.png or a/1.jpg"):
        pages.find("1.tif")


def test_relative_pages_are_compared_by_their_absolute_folders(tmp_path, monkeypatch):
    (tmp_path / "train").mkdir()
    monkeypatch.chdir(tmp_path / "train")
    pages = PageIndex([Path("1.jpg"), Path("../val/1.jpg")])
    assert pages.find("train/1.jpg") == Path("1.jpg")
