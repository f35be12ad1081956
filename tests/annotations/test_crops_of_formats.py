"""Each format goes in, and the crops with their texts come out as the Python loop cuts them."""

import json
from collections import defaultdict
from pathlib import PurePosixPath

import cv2
import numpy as np
import pytest
import test_hocr
from annotation_examples import EXAMPLES
from test_damaged_services import EXAMPLES as SERVICES
from test_damaged_services import HOCR

import reference
from fastcv.annotations import quads_of, read
from fastcv.datasets import CropRules, crop_pages

FILES = {example.name: (example.file, example.content) for example in EXAMPLES}
FILES |= {name: (f"page.{name}", content) for name, content in SERVICES.items()}
FILES["hocr"] = ("page.hocr", test_hocr.document(HOCR))


@pytest.mark.parametrize("name", FILES)
def test_crops_and_texts(tmp_path, rng, name):
    file, content = FILES[name]
    annotations = tmp_path / file
    if isinstance(content, (dict, list)):
        content = json.dumps(content)
    annotations.write_bytes(content if isinstance(content, bytes) else content.encode())
    (tmp_path / "pages").mkdir()
    expected, images = [], defaultdict(list)
    for page in read(annotations):
        height, width = page.size or (120, 160)
        image = rng.integers(0, 256, (height, width, 3), np.uint8)
        images[PurePosixPath((page.page or "page").replace("\\", "/").split("?")[0]).stem].append(
            image
        )
        quads = quads_of(page, height, width).astype(np.float32)
        expected += [
            (word.text, *reference.cv2_crop(image, [quad]))
            for word, quad in zip(page.words, quads, strict=True)
            if not word.ignore
        ]
    for stem, pages in images.items():  # several pages of one name are of one file
        assert cv2.imwritemulti(str(tmp_path / f"pages/{stem}.tif"), pages)
    summary = crop_pages(
        tmp_path / "pages", tmp_path / "out", annotations=annotations, rules=CropRules("bmp")
    )
    assert summary.failed == []
    lines = map(json.loads, (tmp_path / "out/labels.jsonl").read_text("utf-8").splitlines())
    for line, (text, crop) in zip(lines, expected, strict=True):
        assert line["text"] == text
        assert np.array_equal(cv2.imread(str(tmp_path / "out" / line["file"])), crop)
