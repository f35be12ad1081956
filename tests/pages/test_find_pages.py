"""Pages are found in folders and by patterns, in their natural order, each with its own name."""

import os
import subprocess
from pathlib import Path

import numpy as np
import pytest

from fastcv.pages import find_pages, list_pages
from made_pages import pdf, tiff


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def make(*names):
    for name in names:
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).touch()


def names(*patterns):
    return [page.name for page in find_pages(patterns)]


def paths(*patterns):
    return [str(page.path) for page in find_pages(patterns)]


def test_files_stay_in_their_order():
    make("b.png", "a.jpg", "deep/c.png")
    assert find_pages(["b.png", Path("a.jpg"), "deep/c.png"]) == [
        (Path("b.png"), None, "b"), (Path("a.jpg"), None, "a"), (Path("deep/c.png"), None, "c"),
    ]  # fmt: skip


def test_a_folder_is_searched_in_natural_order():
    make("s/10.png", "s/9.png", "s/b/1.jpg", "s/a10/2.TIF", "s/a9/x.webp", "s/a9/deep/1.pdf")
    assert paths("s") == [
        "s/9.png", "s/10.png", "s/a9/x.webp", "s/a9/deep/1.pdf", "s/a10/2.TIF", "s/b/1.jpg",
    ]  # fmt: skip
    assert names("s") == ["9", "10", "a9/x", "a9/deep/1", "a10/2", "b/1"]
    assert names("s/") == names("./s") == names(os.path.abspath("s")) == names("s")
    os.chdir("s/b")
    assert names(".") == ["1"]
    assert names("../a9") == ["x", "deep/1"]


def test_a_folder_holds_pages_and_other_files():
    make("s/1.png", "s/1.json", "s/readme", "s/.hidden.png", "s/.cache/1.png", "s/no.suffix.txt")
    assert paths("s") == ["s/1.png"]


def test_data_sets_are_left_out_unless_they_are_named():
    make("s/1.png", "s/out/1/1_0000.png", "s/other/2.png", "s/other/pages.jsonl", "s/odd/3.png")
    Path("s/out/pages.jsonl").write_text('{"fastcv": 1, "options": {}}\n')
    Path("s/odd/pages.jsonl").mkdir()
    assert paths("s") == ["s/1.png", "s/odd/3.png", "s/other/2.png"]
    assert paths("s/**/*.png") == paths("s")
    assert paths("*/*/*.png") == ["s/odd/3.png", "s/other/2.png"]
    assert paths("s/out") == paths("s/out/*/*.png") == ["s/out/1/1_0000.png"]


def test_what_is_hidden_is_taken_if_it_is_named():
    make(".a.png", ".b/c.png", ".b/.d.png")
    assert paths(".a.png", ".b", ".b/.*.png") == [".a.png", ".b/c.png", ".b/.d.png"]
    assert names(".a.png") == [".a"]


PATTERNS = [
    "s/*.png", "s/*/*.png", "s/**/*.png", "**/*.png", "s/**/a?.png", "s/[ab]/*", "*/b/a[12].png",
    "s/**/b/**/*.png", "s/b/c/*.png", "**/c/*", "s/**/c/../*.png",
]  # fmt: skip


@pytest.mark.parametrize("pattern", PATTERNS)
def test_a_pattern_finds_what_the_shell_finds(pattern):
    make("s/a1.png", "s/a2.png", "s/a/a1.png", "s/b/a1.png", "s/b/c/a10.png", "s/b/c/b/a9.png",
         "s/b/c/x.txt", "s/.h/a1.png", "s/b/.a1.png", "a1.png")  # fmt: skip
    script = f"shopt -s globstar nullglob; for f in {pattern}; do [ -f $f ] && echo $f; done; true"
    shell = subprocess.run(
        ["bash", "-c", script], capture_output=True, text=True, check=True
    ).stdout.split()
    if ".." in pattern:  # a name that a folder does not hold
        with pytest.raises(FileNotFoundError):
            list_pages(pattern)
        return
    assert shell
    assert sorted(str(page.path) for page in list_pages(pattern)) == sorted(set(shell))


def test_names_below_a_patterns_own_folder():
    make("s/t/1/a.png", "s/t/2/a.png")
    assert names("s/t/*/a.png") == ["1/a", "2/a"]
    assert names("s/**/a.png") == ["t/1/a", "t/2/a"]
    assert names(os.path.abspath("s/t") + "/?/*") == ["1/a", "2/a"]
    os.chdir("s/t/1")
    assert names("../*/a.png") == ["1/a", "2/a"]


def test_a_file_whose_name_is_a_pattern():
    make("page[1].png", "page1.png")
    assert paths("page[1].png") == ["page[1].png"]


@pytest.mark.parametrize(
    "pattern", ["none.png", "none/*.png", "*.png", "s/*.png", "s/a.jpg/*", "", "a\0b"]
)
def test_what_is_not_there(pattern):
    make("s/a.jpg")
    with pytest.raises(FileNotFoundError) as caught:
        find_pages(["s", pattern])
    assert caught.value.filename == pattern


def test_a_folder_without_pages():
    make("empty/readme.txt")
    with pytest.raises(ValueError, match="empty: no pages in this folder"):
        find_pages(["empty"])


@pytest.mark.parametrize(
    "patterns",
    [["s/a.png", "t/a.png"], ["s", "t"], ["s/a.png", "s/a.png"], ["u"], ["m.tif", "m_p0002.png"]],
)
def test_two_pages_of_one_name_are_refused(patterns):
    make("s/a.png", "t/a.png", "u/a.png", "u/a.jpg", "m_p0002.png")
    Path("m.tif").write_bytes(tiff([np.zeros((8, 8), np.uint8)] * 2))
    with pytest.raises(ValueError, match=r"two files are called (a|m_p0002), "):
        find_pages(patterns)
    assert len([page for each in patterns for page in list_pages(each)]) >= 2


def test_the_pages_of_files_of_several():
    blank = np.zeros((8, 8), np.uint8)
    Path("s").mkdir()
    Path("s/one.tif").write_bytes(tiff([blank]))
    Path("s/three.TIFF").write_bytes(tiff([blank] * 3))
    Path("s/two.pdf").write_bytes(pdf([(72, 72, "", "")] * 2))
    Path("scan.dat").write_bytes(tiff([blank] * 2))
    found = find_pages(["s", "scan.dat"])
    assert [(page.number, page.name) for page in found] == [
        (None, "one"), (0, "three_p0001"), (1, "three_p0002"), (2, "three_p0003"),
        (0, "two_p0001"), (1, "two_p0002"), (0, "scan_p0001"), (1, "scan_p0002"),
    ]  # fmt: skip
    assert [page.title for page in found][:2] == ["s/one.tif", "s/three.TIFF page 1"]


def test_ten_thousand_pages_have_names_in_order():
    Path("a.tif").write_bytes(tiff([np.zeros((1, 1), np.uint8)] * 10_000))
    found = names("a.tif")
    assert found[0] == "a_p00001"
    assert found == sorted(found)


@pytest.mark.parametrize("name", ["..png", "...png", "....png", "..."])
def test_a_name_never_leads_out_of_a_folder(name):
    make(f"s/{name}")
    assert names(f"s/{name}") == [name]


def test_links_are_followed_but_not_in_circles():
    make("s/1.png", "elsewhere/2.png", "elsewhere/deep/3.png")
    os.symlink("../elsewhere", "s/linked")
    os.symlink(".", "s/self")
    os.symlink("..", "elsewhere/up")
    os.symlink("1.png", "s/4.png")
    os.symlink("gone.png", "s/5.png")
    expected = ["1", "4", "5", "linked/2", "linked/deep/3"]
    found = names("s")
    assert [name for name in found if "/up/" not in name] == expected
    assert len(found) < 20
    assert "linked/2" in names("s/**/*.png")


@pytest.mark.rest
def test_folders_in_folders_beyond_pythons_recursion(folder):
    os.mkdir("s")
    os.chdir("s")
    for _ in range(1200):
        os.mkdir("d")
        os.chdir("d")
    make("a.png")
    deepest = os.open(".", os.O_RDONLY)
    try:
        os.chdir(folder)
        assert names("s") == ["d/" * 1200 + "a"]
    finally:  # pytest could not delete it
        os.fchdir(deepest)
        os.close(deepest)
        os.unlink("a.png")
        for _ in range(1200):
            os.chdir("..")
            os.rmdir("d")


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_folder_that_cannot_be_read():
    make("s/closed/a.png")
    os.chmod("s/closed", 0)
    with pytest.raises(PermissionError):
        find_pages(["s"])
    os.chmod("s/closed", 0o700)
