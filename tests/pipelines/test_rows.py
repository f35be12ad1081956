"""The functions for Ray Data and Dask, without either."""

import pickle

import cv2
import numpy as np
import pytest

import fastcv
from conftest import run_python
from fastcv.dask import crop_pages
from fastcv.ray import CropPages
from reference import assert_same

BOXES = np.float32(
    [[[10, 10], [90, 10], [90, 34], [10, 34]], [[5, 50], [30, 50], [30, 60], [5, 60]]]
)


@pytest.fixture
def page(rng):
    return rng.integers(0, 256, (80, 120, 3), np.uint8)


def tensors(batches):
    return [batch.tensor for batch in batches]


def columns(batches):
    return [tensor for batch in batches for tensor in batch["tensor"]]


def test_a_page_in_memory_encoded_or_in_a_file(page, tmp_path):
    path = str(tmp_path / "a.png")
    cv2.imwrite(path, page)
    expected = tensors(fastcv.crop_batches(page, BOXES))
    content = cv2.imencode(".png", page)[1].tobytes()
    for source in ({"image": page}, {"bytes": content}, {"path": path}):
        row = {**source, "boxes": BOXES}
        assert_same([found["tensor"] for found in crop_pages([row])], expected)
        assert_same(columns(CropPages()({name: [value] for name, value in row.items()})), expected)


def test_boxes_as_arrow_gives_them(page):
    """Nested lists come as arrays of arrays."""
    nested = np.empty(len(BOXES), object)
    for index, box in enumerate(BOXES):
        nested[index] = np.empty(4, object)
        nested[index][:] = list(box.astype(np.float64))
    found = crop_pages([{"image": page, "boxes": nested}])
    assert_same([row["tensor"] for row in found], tensors(fastcv.crop_batches(page, BOXES)))


def test_options_and_names(page):
    pages = [{"image": page, "boxes": BOXES, "id": f"p{number}"} for number in range(3)]
    options = {"convention": "paddleocr", "input": "paddleocr", "tall_ratio": None}
    found = crop_pages(pages, page="id", **options)
    expected = fastcv.crop_batches(page, BOXES, **options)
    assert [row["page"] for row in found] == [f"p{n}" for n in range(3) for _ in expected]
    assert_same([row["tensor"] for row in found], 3 * tensors(expected))
    assert [row["boxes"].tolist() for row in found] == 3 * [b.indices.tolist() for b in expected]
    assert {row["page"] for row in crop_pages([{"image": page, "boxes": BOXES}] * 2)} == {0, 1}
    assert crop_pages([{"image": page, "boxes": BOXES[:0]}]) == []


def test_it_is_pickled_with_its_options(page):
    cutter = pickle.loads(pickle.dumps(CropPages("paddleocr", degenerate="skip", page="id")))
    boxes = np.concatenate([BOXES, np.zeros((1, 4, 2), np.float32)])
    found = list(cutter({"image": [page], "boxes": [boxes], "id": ["x"]}))
    assert [row["page"] for row in found] == [["x"]] * len(found)
    assert_same(columns(found), tensors(fastcv.crop_batches(page, BOXES, convention="paddleocr")))


@pytest.mark.parametrize(
    ("row", "kind", "message"),
    [
        ({"boxes": BOXES}, ValueError, "one of the columns image, bytes and path is needed"),
        ({"image": np.zeros((9, 9), np.uint8)}, ValueError, "the column boxes is missing"),
        ({"image": np.zeros((9, 9)), "boxes": BOXES}, TypeError, "image must be an array of uint8"),
        (
            {"bytes": b"no picture", "boxes": BOXES},
            ValueError,
            "text that begins with 'no picture', not an image",
        ),
        ({"image": np.zeros((9, 9), np.uint8), "boxes": BOXES * 0}, ValueError, r"boxes\[0\]"),
    ],
)
def test_what_is_wrong_names_the_page(row, kind, message):
    with pytest.raises(kind, match=f"crop_pages: page x/1.png: {message}"):
        crop_pages([{**row, "id": "x/1.png"}], page="id")


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"a\.png"):
        crop_pages([{"path": str(tmp_path / "a.png"), "boxes": BOXES}])


def test_options_are_checked_at_once():
    with pytest.raises(ValueError, match=r"CropPages: .*nope"):
        CropPages("nope")
    with pytest.raises(TypeError, match="num_threads"):
        CropPages(num_threads="2")
    with pytest.raises(ValueError, match="crop_pages: "):
        crop_pages([], degenerate="nope")


def test_neither_package_is_imported():
    code = """
    import sys
    import fastcv.dask, fastcv.ray
    print([name for name in ("ray", "dask", "distributed", "cv2") if name in sys.modules])
    """
    assert run_python(code).strip() == "[]"
