"""Data sets load with the loaders that people use for them."""

import json

import cv2
import numpy as np
import pytest

import made
from fastcv.datasets import CropRules, crop_pages

pytestmark = pytest.mark.filterwarnings("ignore")
PAGES, WORDS = 6, 12


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pages") / "pages"
    made.make_pages(folder, PAGES, WORDS)
    return folder


@pytest.fixture(scope="module")
def expected(pages, tmp_path_factory):
    """Texts and pictures, from files."""
    out = tmp_path_factory.mktemp("folder")
    make(pages, out, "folder")
    records = map(json.loads, (out / "labels.jsonl").read_text().splitlines())
    return [(record["text"], cv2.imread(str(out / record["file"]))) for record in records]


def make(pages, out, to):
    summary = crop_pages(
        pages, out, annotations=pages / "Label.txt", rules=CropRules(format="png"), to=to,
        shard_bytes=200_000, workers=2,
    )  # fmt: skip
    assert summary.crops == PAGES * WORDS


def decoded(content):
    return cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)


def assert_loaded(found, expected):
    assert [text for text, _ in found] == [text for text, _ in expected]
    for (_, image), (_, wanted) in zip(found, expected, strict=True):
        np.testing.assert_array_equal(image, wanted)


def test_webdataset(pages, expected, tmp_path):
    webdataset = pytest.importorskip("webdataset")
    make(pages, tmp_path / "out", "webdataset")
    shards = sorted(map(str, (tmp_path / "out").glob("*.tar")))
    assert len(shards) > 1
    samples = webdataset.WebDataset(shards, shardshuffle=False)
    assert_loaded([(each["txt"].decode(), decoded(each["png"])) for each in samples], expected)


def test_hugging_face_datasets(pages, expected, tmp_path):
    datasets = pytest.importorskip("datasets")
    make(pages, tmp_path / "out", "parquet")
    shards = sorted(map(str, (tmp_path / "out").glob("**/*.parquet")))
    assert len(shards) > 1
    loaded = datasets.load_dataset(
        "parquet", data_files=shards, split="train", cache_dir=str(tmp_path / "cache")
    )
    assert isinstance(loaded.features["image"], datasets.Image)
    rows = loaded.cast_column("image", datasets.Image(decode=False))
    assert_loaded([(row["text"], decoded(row["image"]["bytes"])) for row in rows], expected)


def test_lmdb_as_scene_text_loaders_read_it(pages, expected, tmp_path):
    """As deep-text-recognition-benchmark and PARSeq do."""
    lmdb = pytest.importorskip("lmdb")
    make(pages, tmp_path / "out", "lmdb")
    with (
        lmdb.open(str(tmp_path / "out"), readonly=True, lock=False, readahead=False) as database,
        database.begin() as reader,
    ):
        count = int(reader.get(b"num-samples"))
        found = [
            (reader.get(b"label-%09d" % n).decode(), decoded(reader.get(b"image-%09d" % n)))
            for n in range(1, count + 1)
        ]
    assert_loaded(found, expected)


def test_paddleocr_simple_dataset(pages, expected, tmp_path):
    """Its rule: a line is a path below the folder, a tab, the text."""
    make(pages, tmp_path / "out", "folder")
    with open(tmp_path / "out" / "rec_gt.txt", encoding="utf-8") as lines:
        fields = [line.strip("\n").split("\t") for line in lines]
    found = [(text, cv2.imread(str(tmp_path / "out" / name))) for name, text in fields]
    assert_loaded(found, expected)
