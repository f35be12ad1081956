"""Whatever a file holds, reading it gives pages, or a ValueError or OSError."""

import contextlib
import json
import random

import pytest
from annotation_examples import EXAMPLES

from fastcv.annotations import FORMATS, quads_of, read, recognize, source

STRANGE = [None, True, -1, 1.5, float("nan"), 1e308, 10**400, "", "\ud800", "x", [], {}, [[]], [{}]]
IN_JSON = [each for each in EXAMPLES if each.content.startswith((b"[", b"{"))]
BYTES = b'[]{}",:\\\n\t \x00\xff\xef\xbb\xbf019-.eE'


@pytest.fixture(params=EXAMPLES, ids=lambda example: example.name)
def example(request):
    return request.param


@pytest.fixture(params=["at once", "streamed"])
def way(request, monkeypatch):
    if request.param == "streamed":
        monkeypatch.setattr(source, "MAX_TEXT_BYTES", 40)
    return request.param


def read_all(path, format=None):
    with contextlib.suppress(ValueError, OSError):
        for page in read(path, format):
            assert page.place.startswith(str(path))
            for word in page.words:
                assert word.points.shape[1] == 2
                assert word.text is None or word.text.encode() is not None
            height, width = page.size or (100, 200)
            quads_of(page, height, width)


def test_every_beginning(example, tmp_path, way):
    path = tmp_path / example.file
    stops = range(0, len(example.content), max(1, len(example.content) // 25))
    for stop in stops:
        path.write_bytes(example.content[:stop])
        read_all(path)
        read_all(path, example.format)


def test_changed_bytes(example, tmp_path, way):
    path = tmp_path / example.file
    dice = random.Random(example.name)
    for _ in range(40):
        content = bytearray(example.content)
        for _ in range(dice.randint(1, 4)):
            place = dice.randint(0, len(content))
            change = bytes([dice.choice(BYTES)])
            content[place : place + dice.randint(0, 2)] = change
        path.write_bytes(content)
        read_all(path)
        read_all(path, example.format)


@pytest.mark.parametrize("example", IN_JSON, indirect=True, ids=lambda each: each.name)
def test_changed_values(example, tmp_path, way):
    whole = json.loads(example.content)
    path = tmp_path / example.file
    dice = random.Random(example.name)
    for _ in range(60):
        value = json.loads(json.dumps(whole))
        places = list(containers(value))
        container, key = dice.choice(places) if places else ([value], 0)
        if dice.random() < 0.2:
            del container[key]
        else:
            container[key] = dice.choice(STRANGE)
        path.write_text(json.dumps(value))
        read_all(path)
        read_all(path, example.format)


def containers(value):
    """Every place in a JSON value."""
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, item in items:
        yield value, key
        if isinstance(item, (dict, list)):
            yield from containers(item)


def test_each_reader_reads_or_refuses_every_example(example, tmp_path):
    path = tmp_path / example.file
    path.write_bytes(example.content)
    for format in FORMATS:
        read_all(path, format)


@pytest.mark.parametrize("seed", range(5))
def test_random_bytes(tmp_path, seed):
    path = tmp_path / "a.json"
    path.write_bytes(random.Random(seed).randbytes(500))
    with pytest.raises(ValueError, match=r"of none of the known formats|not JSON|not UTF-8"):
        recognize(path)


def test_deep_json_when_it_is_streamed(tmp_path, monkeypatch):
    monkeypatch.setattr(source, "MAX_TEXT_BYTES", 40)
    path = tmp_path / "a.json"
    path.write_bytes(b'{"images": [], "annotations": [' + b"[" * 100_000)
    read_all(path, "coco")
    read_all(path)
