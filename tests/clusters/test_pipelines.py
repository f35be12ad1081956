"""Pages to tensors in Ray Data and Dask, as crop_batches writes them."""

import sys

import cv2
import numpy as np
import pytest

import fastcv
import made
from fastcv.dask import crop_pages
from fastcv.ray import CropPages


@pytest.fixture(scope="module")
def rows(tmp_path_factory):
    return made.make_pages(tmp_path_factory.mktemp("rows") / "pages", 5)


def expected(rows):
    """Page, boxes, widths and tensor of each batch of each page."""
    return [
        (row["path"], batch.indices.tolist(), batch.widths.tolist(), batch.tensor.tobytes())
        for row in rows
        for batch in fastcv.crop_batches(cv2.imread(row["path"]), row["boxes"])
    ]


def plain(rows):
    return [
        (row["page"], list(row["boxes"]), list(row["widths"]), row["tensor"].tobytes())
        for row in rows
    ]


def look(row):
    """A model: it gives a text a word."""
    return {**row, "texts": [f"{word.mean():.6f}" for word in np.asarray(row["tensor"])]}


@pytest.mark.filterwarnings("ignore")
def test_ray_data(rows):
    ray = pytest.importorskip("ray")
    ray.cloudpickle.register_pickle_by_value(sys.modules[__name__])
    ray.init("local", num_cpus=2, include_dashboard=False, log_to_driver=False)
    try:
        ray.data.DataContext.get_current().enable_progress_bars = False
        ragged = [*rows[:4], {**rows[4], "boxes": rows[4]["boxes"][:7]}]
        for given in (rows, ragged):
            pages = ray.data.from_items(given).repartition(3)
            found = pages.map_batches(CropPages("rapidocr")).map(look).take_all()
            assert sorted(plain(found)) == sorted(expected(given))
            assert all(len(row["texts"]) == len(row["tensor"]) for row in found)
    finally:
        ray.shutdown()


@pytest.mark.filterwarnings("ignore")
def test_a_dask_bag(rows):
    pytest.importorskip("dask")
    from dask import bag

    pages = bag.from_sequence(rows, npartitions=2)
    found = pages.map_partitions(crop_pages, "rapidocr").map(look).compute(scheduler="threads")
    assert plain(found) == expected(rows)
