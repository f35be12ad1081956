"""Stores replace no inputs, and other files only if they may."""

import errno
import json
import os

import pytest

from fastcv.datasets.stores import STORES, Options
from fastcv.outputs import Guard
from made_crops import FREE, contents_of, open_store, page_of, write

every_store = pytest.mark.parametrize("kind", STORES)
REPLACING = Options(Guard(frozenset(), overwrite=True))
FIRST = {
    "folder": ["labels.jsonl", "rec_gt.txt"],
    "webdataset": ["labels.jsonl", "crops-000000.tar", "crops-000041.tar"],
    "lmdb": ["labels.jsonl", "data.mdb"],
    "parquet": ["labels.jsonl", "crops-000000.parquet", "crops-000041.parquet"],
}
CASES = [(kind, name) for kind, names in FIRST.items() for name in names]


@pytest.fixture
def page(rng):
    return page_of(rng, "a", 5)


@pytest.mark.parametrize(("kind", "name"), CASES)
def test_a_new_data_set_replaces_nothing_unasked(tmp_path, page, kind, name):
    (tmp_path / name).write_text("mine")
    with pytest.raises(FileExistsError, match="--overwrite replaces it") as caught:
        open_store(kind, tmp_path, None, FREE)
    assert caught.value.filename == str(tmp_path / name)
    assert (tmp_path / name).read_text() == "mine"


@pytest.mark.parametrize(("kind", "name"), CASES)
def test_inputs_are_never_replaced(tmp_path, page, kind, name):
    (tmp_path / name).write_text("mine")
    guard = Guard.of([tmp_path / name], overwrite=True)
    with pytest.raises(FileExistsError, match="this file is an input"):
        open_store(kind, tmp_path, None, Options(guard))
    assert (tmp_path / name).read_text() == "mine"


@pytest.mark.parametrize(("kind", "name"), CASES)
def test_overwriting_leaves_nothing_of_the_old_data_set(tmp_path, page, kind, name):
    """Old shards beside new ones would be loaded with them."""
    write(kind, tmp_path / "fresh", [page])
    (tmp_path / "out").mkdir()
    (tmp_path / "other").write_text("other")
    os.symlink("../other", tmp_path / "out" / name)
    write(kind, tmp_path / "out", [page], REPLACING)
    assert contents_of(tmp_path / "out") == contents_of(tmp_path / "fresh")
    assert (tmp_path / "other").read_text() == "other"


@every_store
def test_empty_lists_are_not_in_the_way(tmp_path, page, kind):
    """A run that was killed before its first commit leaves them."""
    open_store(kind, tmp_path / "out").close()
    write(kind, tmp_path / "out", [page])
    write(kind, tmp_path / "fresh", [page])
    assert contents_of(tmp_path / "out") == contents_of(tmp_path / "fresh")


@pytest.mark.parametrize("flat", [False, True])
def test_crops_replace_files_only_with_overwrite(tmp_path, page, flat):
    target = tmp_path if flat else tmp_path / "a"
    target.mkdir(exist_ok=True)
    (target / "a_0003.png").write_text("mine")
    (target / "note.txt").write_text("note")
    store = open_store("folder", tmp_path, None, Options(FREE.guard, flat))
    with pytest.raises(FileExistsError) as caught:
        store.add(page)
    assert caught.value.filename == str(target / "a_0003.png")
    assert not store.pending()
    assert store.commit() == {"labels": 0, "list": 0}
    store.close()
    made = {"a_0003.png", "note.txt"}
    lists = {"labels.jsonl", "rec_gt.txt"}
    assert {path.name for path in target.iterdir()} == made | (lists if flat else set())
    write("folder", tmp_path, [page], Options(REPLACING.guard, flat))
    assert (target / "a_0003.png").read_bytes() == page.crops[3].content
    assert (target / "note.txt").read_text() == "note"
    assert len(list(target.glob("*.png"))) == 5


def test_a_file_that_appears_meanwhile_is_not_replaced(tmp_path, page, monkeypatch):
    """Another program makes it after the check: the page's other files go back."""
    rename, (target,) = os.rename, [tmp_path / "a"]

    def appear(source, to):
        target.mkdir()
        (target / "a_0002.png").write_text("mine")
        rename(source, to)

    store = open_store("folder", tmp_path, None, FREE)
    monkeypatch.setattr(os, "rename", appear)
    with pytest.raises(FileExistsError):
        store.add(page)
    monkeypatch.undo()
    store.close()
    assert [path.name for path in target.iterdir()] == ["a_0002.png"]
    assert (tmp_path / "labels.jsonl").read_bytes() == b""
    assert (tmp_path / "rec_gt.txt").read_bytes() == b""


def test_a_file_where_a_folder_should_be(tmp_path, page):
    (tmp_path / "a").write_text("mine")
    store = open_store("folder", tmp_path, None, REPLACING)
    with pytest.raises(OSError) as caught:  # noqa: PT011
        store.add(page)
    assert caught.value.errno in (errno.EEXIST, errno.ENOTDIR)
    store.close()
    assert (tmp_path / "a").read_text() == "mine"


@pytest.mark.parametrize("flat", [False, True])
def test_going_back_removes_only_what_the_run_made(tmp_path, page, flat):
    options = Options(FREE.guard, flat)
    target = tmp_path if flat else tmp_path / "a"
    store = open_store("folder", tmp_path, None, options)
    state = store.commit()
    store.add(page)
    (target / "note.txt").write_text("note")
    store.close()
    inputs = Guard.of([target / "a_0001.png"], overwrite=False)
    open_store("folder", tmp_path, state, Options(inputs, flat)).close()
    left = {path.name for path in target.iterdir()} - {"labels.jsonl", "rec_gt.txt"}
    assert left == {"note.txt", "a_0001.png"}


def test_going_on_replaces_only_what_the_labels_name(tmp_path, page):
    """Labels whose files were not there yet, and a file that came from elsewhere."""
    store = open_store("folder", tmp_path / "out")
    state = store.commit()
    store.close()
    (tmp_path / "out/a").mkdir()
    (tmp_path / "out/a/a_0000.png").write_text("torn")
    lines = "".join(json.dumps({"file": f"a/a_000{number}.png"}) + "\n" for number in (0, 1))
    (tmp_path / "out/labels.jsonl").write_text(lines)
    store = open_store("folder", tmp_path / "out", state)
    store.add(page)
    store.commit()
    store.close()
    write("folder", tmp_path / "fresh", [page])
    assert contents_of(tmp_path / "out") == contents_of(tmp_path / "fresh")
    store = open_store("folder", tmp_path / "out", state)
    store.close()
    (tmp_path / "out/a").mkdir()
    (tmp_path / "out/a/a_0000.png").write_text("another's")
    store = open_store("folder", tmp_path / "out", state)
    with pytest.raises(FileExistsError):
        store.add(page)
    store.close()
