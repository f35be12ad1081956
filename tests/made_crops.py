"""Pages as cut: what stores are given."""

import shutil
import tempfile

import cv2
import lmdb
import numpy as np

from fastcv.datasets.encode import encode_all
from fastcv.datasets.stores import STORES, Options
from fastcv.datasets.task import Crops, CutPage
from fastcv.outputs import Guard

FREE = Options(Guard(frozenset(), overwrite=False))
TEXTS = ["word", "ünïcode 字", None, "", "two\tfields", "two\nlines", 'a,b "c" <i>&']
"""Of the boxes of a page, again and again."""


def page_of(rng, name="scans/a", boxes=7, number=None, texts=TEXTS, format="png", first=0):
    """A page of random pictures."""
    sizes = rng.integers(4, 40, (boxes, 2)).tolist()
    images = [rng.integers(0, 256, (*size, 3), np.uint8) for size in sizes]
    shifts = np.arange(boxes)[:, None, None] / 3
    crops = Crops(
        list(range(first, first + boxes)),
        np.float64([[0, 0], [9, 0], [9, 5], [0, 5]]) + shifts,
        [texts[index % len(texts)] for index in range(boxes)],
        *(list(column) for column in zip(*sizes, strict=True)) if boxes else ([], []),
        encode_all(images, format),
    )
    return CutPage(name, f"in/{name}.jpg", number, crops, [], 0, (0.0, 0.0, 0.0))


def open_store(kind, folder, state=None, options=FREE, suffix="png"):
    folder.mkdir(exist_ok=True, parents=True)
    return STORES[kind](folder, state, suffix, options)


def write(kind, folder, pages, options=FREE, suffix="png"):
    """Write a whole data set, a commit whenever the store is full. Return its state."""
    store = open_store(kind, folder, None, options, suffix)
    store.commit()
    for page in pages:
        store.add(page)
        if store.full():
            store.commit()
    state = store.commit()
    store.close()
    return state


def contents_of(folder):
    """What is in a folder: names and bytes, but of an LMDB environment its records."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.name == "data.mdb":
            found["data.mdb"] = records_of(folder)
        elif path.is_file() and path.name != "lock.mdb":
            found[str(path.relative_to(folder))] = path.read_bytes()
    return found


def records_of(folder):
    """Read a copy: LMDB does not open an environment twice in a process."""
    with tempfile.TemporaryDirectory() as copy:
        shutil.copy(folder / "data.mdb", copy)
        environment = lmdb.open(copy, readonly=True, lock=False)
        with environment, environment.begin() as transaction:
            return dict(transaction.cursor())


def decode(content):
    return cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_UNCHANGED)
