"""JSON in parts is the JSON that Python reads at once, wherever the parts are cut."""

import io
import json
import random
import subprocess
import sys

import pytest

from fastcv import annotations
from fastcv.annotations.source import Source
from fastcv.annotations.stream import JSONStream

NUMBERS = ("0", "-0", "12", "-7", "1.5", "-0.25e-3", "1e5", "2E+10", "1e400", "9" * 25)
NAMES = ("NaN", "Infinity", "-Infinity", "true", "false", "null")
STRINGS = (
    '""',
    '"a"',
    r'"\n\"\\"',
    r'"\ud83d\ude00"',
    r'"\ud83d"',
    '"\u00e9\u6f22\U0001f600"',
    '"]},:"',
)
BLANKS = ("", "", "", " ", "\n", "\t\r\n ")
KEYS = ('"a"', '"b"', '"c"', r'"\u0061b"', '""', '"x y"')
READS = range(1, 51)
MOST = 1 << 20


def written(dice, depth):
    """A random JSON value, with blanks in any place."""
    kind = dice.random()
    if depth == 0 or kind < 0.4:
        return dice.choice(dice.choice((NUMBERS, NAMES, STRINGS)))
    count = dice.randrange(4)
    if kind < 0.7:
        return "[" + joined(dice, [written(dice, depth - 1) for _ in range(count)]) + "]"
    members = [
        f"{key}{dice.choice(BLANKS)}:{dice.choice(BLANKS)}{written(dice, depth - 1)}"
        for key in dice.sample(KEYS, count)
    ]
    return "{" + joined(dice, members) + "}"


def joined(dice, parts):
    blanks = [dice.choice(BLANKS) for _ in range(2 * len(parts) + 1)]
    spaced = (f"{blanks[2 * i]}{part}{blanks[2 * i + 1]}" for i, part in enumerate(parts))
    return ",".join(spaced) if parts else blanks[0]


def damaged(dice, text):
    place = dice.randint(0, len(text))
    change = dice.choice(
        ("", "x", '"', "]", "}", ",", ":", "0", "-", ".", "e", "\\", "\x00", "[", "{")
    )
    return text[:place] + change + text[place + dice.randint(0, 2) :]


def whole(text, read):
    stream = JSONStream(io.StringIO(text), MOST, read)
    (value,) = [stream.value() for _ in stream.find([])]
    return value


def in_parts(text, read, kind):
    stream = JSONStream(io.StringIO(text), MOST, read)
    return [(key, stream.value()) for _ in stream.find([]) for key in stream.parts(kind)]


def skipped(text, read):
    stream = JSONStream(io.StringIO(text), MOST, read)
    for _ in stream.find([]):
        stream.skip()


def under(text, read, names):
    stream = JSONStream(io.StringIO(text), MOST, read)
    return [stream.value() for _ in stream.find(names)]


def outcome(function, *arguments):
    """What a function returns, as text because NaN is not NaN, or that it refuses."""
    try:
        return repr(function(*arguments))
    except ValueError:
        return "refused"


@pytest.mark.parametrize("seed", range(60))
def test_random_documents_and_damaged_ones(seed):
    dice = random.Random(seed)
    good = written(dice, 4)
    for text in [good] + [damaged(dice, good) for _ in range(3)]:
        expected = outcome(json.loads, text)
        for read in READS:
            assert outcome(whole, text, read) == expected, (text, read)
            assert (outcome(skipped, text, read) == "refused") == (expected == "refused"), text


@pytest.mark.parametrize("seed", range(60))
def test_parts(seed):
    dice = random.Random(seed)
    listed = "[" + joined(dice, [written(dice, 3) for _ in range(4)]) + "]"
    members = [f"{key}:{written(dice, 3)}" for key in KEYS]
    keyed = "{" + joined(dice, members) + "}"
    for read in READS:
        assert repr(in_parts(listed, read, "[")) == repr(
            [("", each) for each in json.loads(listed)]
        )
        assert repr(in_parts(keyed, read, "{")) == repr(list(json.loads(keyed).items()))
        assert in_parts(listed, read, "{") == in_parts(keyed, read, "[") == []


@pytest.mark.parametrize("seed", range(20))
def test_truncated_documents(seed):
    dice = random.Random(seed)
    text = "[" + joined(dice, [written(dice, 3) for _ in range(3)]) + "]"
    for stop in range(len(text)):
        for read in (1, 2, 7, 50):
            assert outcome(in_parts, text[:stop], read, "[") == "refused"
            assert outcome(skipped, text[:stop], read) == "refused"


@pytest.mark.parametrize("seed", range(40))
def test_values_under_keys(seed):
    dice = random.Random(seed)
    inner, other = written(dice, 3), written(dice, 3)
    text = f'{{"other": {other}, "a": {{"b": {inner}, "c": {other}}}, "d": {other}}}'
    for read in READS:
        assert repr(under(text, read, ["a", "b"])) == repr([json.loads(inner)])
        assert under(text, read, ["a", "e"]) == under(text, read, ["b"]) == []
        assert under(text, read, ["a", "b", "?"]) == []


def test_values_come_before_the_rest_is_read():
    file = io.StringIO("[1, 2, 3" + " " * 1000 + "x")
    stream = JSONStream(file, MOST, 8)
    parts = stream.parts("[")
    next(parts)
    assert stream.value() == 1
    assert file.tell() == 8


@pytest.mark.parametrize("read", [1, 3, 16, 1 << 16])
@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "not JSON: Expecting value: char 0"),
        ("[1, 2", "not JSON: Expecting ',' delimiter: char 5"),
        ("[1, ]", "not JSON: Expecting value: char 4"),
        ("[1] 2", "not JSON: Extra data: char 4"),
        ("[1 2]", "not JSON: Expecting ',' delimiter: char 3"),
        ("[1, nul]", "not JSON: Expecting value: char 4"),
        ('["a" "b", 1]', "not JSON: Expecting ',' delimiter: char 5"),
        ('[1, "abc', "not JSON: Unterminated string starting at: char 4"),
        ('[1, ["a", "d" "e"], 123456789, 123456789]', "not JSON: Expecting ',' delimiter: char 14"),
        ("[1, 0" + 5000 * "9" + "]", "not JSON: Expecting ',' delimiter: char 5"),
        ("[1, " + 5000 * "9" + "]", "a whole number has too many digits: char 4"),
        ("[1, " + 5000 * "[", "lists in lists, too deep: char 4"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_place(text, reason, read):
    with pytest.raises(ValueError, match="char") as error:
        in_parts(text, read, "[")
    assert str(error.value) == reason


def test_objects_with_wrong_members():
    for text, reason in [
        ("{1: 2}", "not JSON: Expecting property name enclosed in double quotes: char 1"),
        ('{"a" 2}', "not JSON: Expecting ':' delimiter: char 5"),
        ('{"a": 2, }', "not JSON: Expecting property name enclosed in double quotes: char 9"),
    ]:
        with pytest.raises(ValueError, match="char") as error:
            in_parts(text, 4, "{")
        assert str(error.value) == reason


def test_a_long_float_is_no_long_whole_number():
    number = "1" * 5000 + "e-4999"
    for read in (1, 7, 1000):
        assert whole(f"[{number}]", read) == [json.loads(number)]


def test_a_key_that_is_searched_may_be_there_once():
    with pytest.raises(ValueError, match="the key 'a' is there twice: char 13"):
        under('{"a": 1, "a": 2}', 50, ["a"])
    assert under('{"b": 1, "b": 2, "a": 3}', 50, ["a"]) == [3]


def test_a_value_that_is_too_long_is_refused_unless_it_is_passed_over():
    long = [["x" * 20, 1] for _ in range(100)]
    text = json.dumps({"before": {"a": long, "b": "y" * 5000}, "found": 7, "long": long})
    stream = JSONStream(io.StringIO(text), 500, 50)
    assert [stream.value() for _ in stream.find(["found"])] == [7]
    stream = JSONStream(io.StringIO(text), 500, 50)
    with pytest.raises(ValueError, match="a value of over 500 characters: char 7"):
        _ = [stream.value() for _ in stream.find(["long"])]


@pytest.mark.parametrize("end", ["\\", '\\x"', "\x00", "\\u00g0", ""])
def test_a_long_string_that_is_passed_over_is_checked(end):
    good = r"abc\n\u00e9\\" * 200
    skipped(f'["{good}"]', 7)
    with pytest.raises(ValueError, match="not JSON"):
        skipped(f'["{good}{end}', 7)
    stream = JSONStream(io.StringIO(f'["{good}{end}'), 100, 7)
    with pytest.raises(ValueError, match="not JSON"):
        stream.skip()


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf", "utf-16"])
@pytest.mark.parametrize("characters", ["é", "漢字", "😀"])
def test_a_large_file_in_unicode(tmp_path, monkeypatch, mark, characters):
    monkeypatch.setattr(Source, "is_large", True)
    text = json.dumps([{"text": characters * i} for i in range(900)], ensure_ascii=False)
    path = tmp_path / "a.json"
    path.write_bytes(text.encode(mark) if mark == "utf-16" else mark + text.encode())
    assert list(Source(path).items("item")) == json.loads(text)
    assert Source(path).keys == {"text"}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ({"images": 3, "annotations": []}, "images: 3 is not a list"),
        ({"images": [], "annotations": {}}, "annotations: {} is not a list"),
        ({"images": []}, "has no 'annotations'"),
        ({"imgs": {}, "anns": [1]}, r"anns: \[1\] is not an object"),
        ({"imgs": {}, "anns": {}, "imgs ": 1}, None),
        ({"imagePath": "a.jpg", "shapes": "x"}, "shapes: 'x' is not a list"),
    ],
)
def test_a_large_file_lacks_what_is_needed(tmp_path, monkeypatch, content, reason):
    path = tmp_path / "a.json"
    path.write_text(json.dumps(content))
    for is_large in (False, True):
        monkeypatch.setattr(Source, "is_large", is_large)
        format = {"images": "coco", "imgs": "coco_text"}.get(next(iter(content)), "labelme")
        if reason is None:
            assert list(annotations.read(path, format)) == []
        else:
            with pytest.raises(ValueError, match=rf"a\.json: {reason}"):
                list(annotations.read(path, format))


def test_a_large_file_that_is_not_unicode(tmp_path, monkeypatch):
    monkeypatch.setattr(Source, "is_large", True)
    path = tmp_path / "a.json"
    path.write_bytes(b'["a", "' + b"x" * 200_000 + b'\xff"]')
    items = Source(path).items("item")
    assert next(items) == "a"
    with pytest.raises(ValueError, match=r"a\.json: not UTF-8: invalid start byte"):
        next(items)


MEMORY = """
import resource, sys
from pathlib import Path
from fastcv.annotations.source import Source
Source.is_large = True
source = Source(Path(sys.argv[1]))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    print(list(source.items("found.item")), sorted(source.keys))
except ValueError as error:
    print(str(error).partition("a.json: ")[2])
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) >> 10)
"""


def measured(path):
    """What a process prints, and by how many MiB its memory grew."""
    command = [sys.executable, "-c", MEMORY, str(path)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    printed, growth = done.stdout.splitlines()
    return printed, int(growth)


def parts(count, inner):
    return "[" + ",".join([inner] * count) + "]"


@pytest.mark.rest
@pytest.mark.parametrize(
    "long",
    [
        '"' + "picture" * 6_000_000 + '"',
        '"' + r"\u00e9\n" * 2_000_000 + '"',
        parts(1_000_000, '"word"'),
        parts(15, '{"points": ' + parts(40_000, "[1, 2]") + "}"),
        '{"a": {"b": [' + parts(800_000, "[[1]]") + "]}}",
        " " * 40_000_000 + "1",
    ],
    ids=["picture", "escapes", "list", "objects", "nested", "blanks"],
)
def test_what_is_passed_over_takes_little_memory(tmp_path, long):
    path = tmp_path / "a.json"
    path.write_text(f'{{"long": {long}, "found": [1, 2]}}')
    printed, growth = measured(path)
    assert printed == "[1, 2] ['long']"
    assert growth < 32


@pytest.mark.parametrize("opening", ["[", '{"a":', '[{"a":', "[1,"])
def test_deep_nesting_takes_little_memory(tmp_path, opening):
    path = tmp_path / "a.json"
    for content in (
        '{"found": [' + opening * 1_000_000,
        '{"long": [' + opening * 1_000_000,
    ):
        path.write_text(content)
        printed, growth = measured(path)
        assert printed.startswith("lists in lists, too deep: char")
        assert growth < 32
