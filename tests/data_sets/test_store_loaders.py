"""What each store writes loads with the loaders that people use."""

import gc
import json
import os
import random
import tarfile

import cv2
import numpy as np
import pyarrow.parquet
import pytest

from fastcv import _core
from fastcv.datasets.stores import STORES, Options
from fastcv.datasets.stores.webdataset import members
from fastcv.outputs import Guard
from made_crops import TEXTS, decode, page_of, records_of, write

SHARDED = Options(Guard(frozenset(), overwrite=False), shard_bytes=20_000)


@pytest.fixture
def pages(rng):
    return [page_of(rng, "scans/a.1", 9), page_of(rng, "scans/a", 0), page_of(rng, "b", 8, 3),
            page_of(rng, "50%/ü.tif_p0001", 12, 1)]  # fmt: skip


@pytest.fixture
def crops(pages):
    return [(page, crop) for page in pages for crop in page.crops]


def labels_of(folder):
    lines = (folder / "labels.jsonl").read_text(encoding="utf-8").split("\n")
    return [json.loads(line) for line in lines[:-1]]


@pytest.mark.parametrize("kind", STORES)
def test_labels_say_where_each_crop_comes_from(tmp_path, pages, crops, kind):
    write(kind, tmp_path, pages, SHARDED)
    lines = labels_of(tmp_path)
    assert len(lines) == len(crops)
    for line, (page, crop) in zip(lines, crops, strict=True):
        origin = {name: line[name] for name in ("page", "number", "box", "quad", "text")}
        assert origin == {
            "page": page.path, "number": page.number, "box": crop.box, "quad": crop.quad,
            "text": crop.text,
        }  # fmt: skip
        assert (tmp_path / line.get("file", "data.mdb")).is_file()
    keys = [line.get("key", line.get("file")) for line in lines]
    assert len(set(keys)) == len(keys)


def test_folder_by_paddleocrs_rule(tmp_path, pages, crops):
    """PaddleOCR's SimpleDataSet: lines of bytes, split at tabs, paths relative to a folder."""
    write("folder", tmp_path, pages)
    found = {}
    with open(tmp_path / "rec_gt.txt", "rb") as file:
        for line in file.readlines():
            path, text = line.decode("utf-8").strip("\n").split("\t")
            found[path] = text
            assert decode((tmp_path / path).read_bytes()) is not None
    wanted = [text for text in TEXTS if text and not set("\t\n") & set(text)]
    assert set(found.values()) == set(wanted)
    assert found["scans/a.1/a.1_0000.png"] == TEXTS[0]
    assert len(found) == sum(crop.text in wanted for _, crop in crops)


def test_folder_of_files(tmp_path, pages, crops):
    write("folder", tmp_path, pages)
    made = {path for path in tmp_path.rglob("*.png")}
    assert made == {
        tmp_path / page.name / f"{page.name.rpartition('/')[2]}_{crop.box:04}.png"
        for page, crop in crops
    }
    for line, (_, crop) in zip(labels_of(tmp_path), crops, strict=True):
        assert (tmp_path / line["file"]).read_bytes() == crop.content


def test_a_flat_folder(tmp_path, rng):
    page = page_of(rng, "a", 3, first=9_999)
    write("folder", tmp_path, [page], Options(SHARDED.guard, flat=True))
    names = ["a_09999.png", "a_10000.png", "a_10001.png", "labels.jsonl", "rec_gt.txt"]
    assert sorted(path.name for path in tmp_path.iterdir()) == names


def test_a_path_that_paddleocr_would_take_for_a_list(tmp_path, rng):
    write("folder", tmp_path, [page_of(rng, "[1]", 1), page_of(rng, "tab\tbed", 1)])
    assert (tmp_path / "rec_gt.txt").read_text() == "./[1]/[1]_0000.png\tword\n"
    assert (tmp_path / "./[1]/[1]_0000.png").is_file()


@pytest.mark.filterwarnings("ignore:.*:pytest.PytestUnraisableExceptionWarning")
def test_webdataset(tmp_path, pages, crops):
    webdataset = pytest.importorskip("webdataset")
    write("webdataset", tmp_path, pages, SHARDED)
    shards = sorted(map(str, tmp_path.glob("*.tar")))
    assert len(shards) > 1
    samples = list(webdataset.WebDataset(shards, shardshuffle=False, empty_check=False).decode())
    gc.collect()  # webdataset leaves its files open, which is a warning
    lines = labels_of(tmp_path)
    assert len(samples) == len(crops)
    for sample, line, (page, crop) in zip(samples, lines, crops, strict=True):
        assert sample["__key__"] == line["key"]
        assert sample["__url__"] == str(tmp_path / line["file"])
        assert sample["png"] == crop.content
        assert sample.get("txt") == crop.text
        assert sample["json"] == {
            "page": page.path, "number": page.number, "box": crop.box, "quad": crop.quad,
            "height": crop.height, "width": crop.width,
        }  # fmt: skip


def test_archives_are_the_same_every_time(tmp_path, pages):
    for name in ("a", "b"):
        write("webdataset", tmp_path / name, pages)
    content = (tmp_path / "a/crops-000000.tar").read_bytes()
    assert content == (tmp_path / "b/crops-000000.tar").read_bytes()
    with tarfile.open(tmp_path / "a/crops-000000.tar") as archive:
        for info in archive:
            assert (info.mtime, info.uid, info.gid, info.mode) == (0, 0, 0, 0o644)
            assert (info.uname, info.gname, info.isreg()) == ("", "", True)


@pytest.mark.parametrize("name", ["a", "ü/b.png", "x" * 100, "y" * 101, "d/" * 150 + "é.png"])
@pytest.mark.parametrize("size", [0, 1, 511, 512, 513, 5000])
def test_members_are_what_tarfile_writes(tmp_path, name, size):
    content = random.Random(size).randbytes(size)
    path = tmp_path / "one.tar"
    path.write_bytes(members([name, "last"], [content, b"1"]) + bytes(1024))
    with tarfile.open(path) as archive:
        assert archive.getnames() == [name, "last"]
        assert archive.extractfile(name).read() == content
    if len(name.encode()) <= 100:
        info = tarfile.TarInfo(name)
        info.size = size
        wanted = bytearray(info.tobuf(tarfile.USTAR_FORMAT, "utf-8"))
        assert members([name], [content])[:512] == bytes(wanted)


@pytest.mark.parametrize(
    ("paths", "contents", "kind", "text"),
    [([b"a"], (b"1",), TypeError, "argument 1 must be tuple, not list"),
     ((b"a",), (b"1", b"2"), ValueError, "there must be a content for each path"),
     ((b"a", "b"), (b"1", b"2"), TypeError, "paths and contents must be bytes"),
     ((b"a",), (bytearray(b"1"),), TypeError, "paths and contents must be bytes"),
     ((b"a" * 101,), (b"1",), ValueError, "a path or a content is too long")],
)  # fmt: skip
def test_members_that_cannot_be_made(paths, contents, kind, text):
    with pytest.raises(kind, match=rf"^_tar_members(\(\))?:? {text}$"):
        _core._tar_members(paths, contents)


def test_lmdb(tmp_path, pages, crops):
    """As CLOVA's deep-text-recognition-benchmark reads it."""
    write("lmdb", tmp_path, pages)
    records = records_of(tmp_path)
    assert int(records[b"num-samples"]) == len(crops)
    assert len(records) == 2 * len(crops) + 1
    for index, (_, crop) in enumerate(crops, start=1):
        assert records[b"label-%09d" % index].decode("utf-8") == (crop.text or "")
        image = cv2.imdecode(np.frombuffer(records[b"image-%09d" % index], np.uint8), 1)
        assert image.shape == (crop.height, crop.width, 3)


def test_an_lmdb_grows_beyond_its_first_size(tmp_path, rng, monkeypatch):
    from fastcv.datasets.stores import lmdb

    monkeypatch.setattr(lmdb, "_FIRST_MAP_BYTES", 1 << 16)
    pages = [page_of(rng, f"p{index}", 60) for index in range(5)]
    state = write("lmdb", tmp_path, pages)
    assert state["samples"] == 300
    assert len(records_of(tmp_path)) == 601
    used = (tmp_path / "data.mdb").stat()
    assert used.st_size < 4 << 20
    assert used.st_blocks * 512 >= used.st_size // 2  # no holes


def test_an_lmdbs_pages_are_full(tmp_path, rng, monkeypatch):
    """Two or three pictures fit into one. Put in order of keys, they took 2.3 times their bytes."""
    from fastcv.datasets.stores import lmdb

    monkeypatch.setattr(lmdb, "_FULL_BYTES", 1)
    page = page_of(rng, "p", 60)
    page.crops.contents[:] = map(bytes, rng.integers(1000, 1800, 60))
    write("lmdb", tmp_path, [page] * 20)
    contents = 20 * sum(map(len, page.crops.contents))
    assert (tmp_path / "data.mdb").stat().st_size < 1.6 * contents


def test_parquet(tmp_path, pages, crops):
    write("parquet", tmp_path, pages, SHARDED)
    shards = sorted(tmp_path.glob("*.parquet"))
    assert len(shards) > 1
    rows = [row for shard in shards for row in pyarrow.parquet.read_table(shard).to_pylist()]
    assert len(rows) == len(crops)
    for row, (page, crop) in zip(rows, crops, strict=True):
        image = row.pop("image")
        assert image["bytes"] == crop.content
        assert image["path"].endswith(f"_{crop.box:04}.png")
        assert row == {
            "text": crop.text, "page": page.path, "number": page.number, "box": crop.box,
            "quad": np.ravel(crop.quad).tolist(), "height": crop.height, "width": crop.width,
        }  # fmt: skip


@pytest.mark.parametrize("kind", STORES)
def test_pages_whose_names_are_not_utf_8(tmp_path, rng, kind):
    name = os.fsdecode(b"\xe4.1")
    page = page_of(rng, name, 2)
    write(kind, tmp_path, [page])
    lines = labels_of(tmp_path)
    assert [line["page"] for line in lines] == [page.path] * 2
    if kind == "folder":
        assert (tmp_path / lines[1]["file"]).read_bytes() == page.crops[1].content
        assert (tmp_path / "rec_gt.txt").read_bytes() == b""
    if kind == "webdataset":
        with tarfile.open(tmp_path / "crops-000000.tar") as archive:
            assert f"{lines[1]['key']}.png" in archive.getnames()
    if kind == "parquet":
        table = pyarrow.parquet.read_table(tmp_path / "crops-000000.parquet")
        assert table["page"].to_pylist() == ["in/\\xe4.1.jpg"] * 2


@pytest.mark.rest
@pytest.mark.filterwarnings("ignore")  # the package's own
def test_parquet_by_hugging_face(tmp_path, pages, crops, monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    datasets = pytest.importorskip("datasets", reason="pip install datasets: 120 MB")
    write("parquet", tmp_path / "out", pages, SHARDED)
    loaded = datasets.load_dataset(
        "parquet",
        data_files=str(tmp_path / "out/*.parquet"),
        split="train",
        cache_dir=str(tmp_path / "cache"),
    )
    assert isinstance(loaded.features["image"], datasets.Image)
    assert len(loaded) == len(crops)
    for row, (page, crop) in zip(loaded, crops, strict=True):
        pixels = np.asarray(row["image"].convert("RGB"))[..., ::-1]
        assert np.array_equal(pixels, decode(crop.content))
        assert (row["text"], row["page"], row["box"]) == (crop.text, page.path, crop.box)
        assert row["quad"] == np.ravel(crop.quad).tolist()


@pytest.mark.parametrize(("kind", "package"), [("lmdb", "lmdb"), ("parquet", "pyarrow")])
def test_a_missing_package_is_named(tmp_path, monkeypatch, kind, package):
    monkeypatch.setitem(__import__("sys").modules, package, None)
    with pytest.raises(ImportError, match=rf"needs the package {package}: pip install 'fastcv-"):
        write(kind, tmp_path, [])
    assert list(tmp_path.iterdir()) == []
