"""Each format is recognised as one, and read as it is."""

import json

import numpy as np
import pytest
from annotation_examples import EXAMPLES

from fastcv.annotations import FORMATS, quads_of, read, recognize, source

STREAMED = (
    "coco",
    "coco_text",
    "textocr",
    "label_studio",
    "labelme",
    "paddleocr_document",
    "rapidocr",
)


@pytest.fixture(params=EXAMPLES, ids=lambda example: example.name)
def example(request, tmp_path):
    """An example, and its file."""
    path = tmp_path / request.param.file
    path.write_bytes(request.param.content)
    return request.param, path


def compare(pages, expected):
    assert len(pages) == len(expected)
    for page, wanted in zip(pages, expected, strict=True):
        assert (page.page, page.number, page.size) == (wanted.page, wanted.number, wanted.size)
        assert not page.relative
        assert [(word.text, word.ignore) for word in page.words] == [
            (text, ignore) for _, text, ignore in wanted.words
        ]
        for word, (points, _, _) in zip(page.words, wanted.words, strict=True):
            assert word.points.dtype == np.float64
            np.testing.assert_allclose(word.points, np.array(points, float), atol=1e-9, strict=True)


def test_exactly_one_reader_recognizes_it(example):
    known, path = example
    assert recognize(path) == known.format


def test_it_is_read_as_it_is(example):
    known, path = example
    compare(list(read(path)), known.pages)
    compare(list(read(path, known.format)), known.pages)


def test_places_name_the_file(example):
    _, path = example
    assert all(page.place.startswith(str(path)) for page in read(path))


def test_its_quads_can_be_cut(example):
    _, path = example
    for page in read(path):
        height, width = page.size or (100, 200)
        quads = quads_of(page, height, width)
        assert quads.shape == (len(page.words), 4, 2)
        assert quads.dtype == np.float64
        for quad, word in zip(quads, page.words, strict=True):
            if len(word.points) == 4:
                np.testing.assert_array_equal(quad, word.points)


@pytest.mark.parametrize(
    "example",
    [each for each in EXAMPLES if each.name in STREAMED],
    indirect=True,
    ids=lambda each: each.name,
)
def test_a_large_file_is_streamed_and_gives_the_same(example, monkeypatch):
    known, path = example
    monkeypatch.setattr(source, "MAX_TEXT_BYTES", 10)
    assert recognize(path) == known.format
    compare(list(read(path)), known.pages)


def test_every_format_of_ours_has_an_example():
    ours = list(FORMATS)[: list(FORMATS).index("hocr")]
    assert {example.format for example in EXAMPLES} == set(ours)


def test_an_unknown_format_is_refused_before_the_file_is_read(tmp_path):
    path = tmp_path / "page.json"
    path.write_text("[]")
    with pytest.raises(ValueError, match="'voc' is not a format of annotations: boxes, paddleocr"):
        list(read(path, "voc"))


@pytest.mark.parametrize(
    ("name", "content", "look"),
    [
        ("a.json", b'{"regions": [], "size": 1}', "a JSON object with the keys 'regions', 'size'"),
        ("a.json", b'[{"regions": []}]', "a JSON list of objects with the keys 'regions'"),
        ("a.json", b"[[1, 2], [3]]", r"a JSON list that starts with \[1, 2\], of none"),
        ("a.xml", b"<annotation/>", "XML or HTML with the root element 'annotation'"),
        ("a.txt", b"img_1.jpg\tword", "text that starts with 'img_1.jpg"),
        ("a.json", b"", "an empty file"),
    ],
)  # fmt: skip
def test_what_is_of_no_format_is_described(tmp_path, name, content, look):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(ValueError, match=look) as error:
        recognize(path)
    assert str(path) in str(error.value)
    assert "label_studio" in str(error.value)


def test_what_is_of_two_formats_is_not_guessed(tmp_path):
    path = tmp_path / "a.json"
    path.write_text(json.dumps({"images": [], "annotations": [], "shapes": [], "imagePath": "a"}))
    with pytest.raises(ValueError, match="may be of the formats coco, labelme: name one"):
        recognize(path)
    assert list(read(path, "coco")) == []


@pytest.mark.parametrize("make", [lambda path: path.mkdir(), lambda path: None])
def test_a_folder_and_a_missing_file_are_errors_of_the_system(tmp_path, make):
    make(tmp_path / "a.json")
    with pytest.raises(OSError, match=r"a\.json"):
        list(read(tmp_path / "a.json"))
