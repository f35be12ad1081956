"""What the commands say of files that hold no image, or one of another depth."""

import json
import re
from pathlib import Path

import cv2
import numpy as np
import pytest

import fastcv
from fastcv import cli


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def test_an_image_of_floats(capsys):
    cv2.imwrite("float.tiff", np.zeros((9, 9, 3), np.float32))
    cv2.imwrite("clear.png", np.zeros((9, 9, 4), np.uint8))
    assert cli.main(["colors", "float.tiff", "clear.png"]) == 1
    printed = capsys.readouterr()
    assert printed.err == (
        "fastcv: float.tiff: an image of float32: colours are counted of 8 or 16 bits a channel\n"
    )
    assert printed.out == "clear.png: 9 x 9\n"


def test_16_bits_a_channel_are_counted_by_the_upper_8(capsys, rng):
    deep = rng.integers(0, 1 << 16, (9, 9, 3), np.uint16)
    deep[:5] = (0x01FF, 0x2300, 0x45AB)
    cv2.imwrite("deep.png", deep)
    cv2.imwrite("upper.png", (deep // 256).astype(np.uint8))
    assert cli.main(["colors", "deep.png", "-n", "1"]) == 0
    assert capsys.readouterr().out == (
        "deep.png: 9 x 9, 16 bits a channel: counted by the upper 8\n"
        "  #452301            45 px   55.56%\n"
    )
    Path("boxes.json").write_text('{"boxes": [[0, 0, 8, 8]]}')
    for options in ([], ["--boxes", "boxes.json"], ["--boxes", "boxes.json", "--text"]):
        assert cli.main(["colors", "deep.png", "upper.png", "--json", *options]) == 0
        first, second = json.loads(capsys.readouterr().out)
        assert first.pop("bits") == 16
        assert first == second | {"file": "deep.png"}


NOT_READ = "not an image that OpenCV can read"
CONTENTS = {
    "empty.png": (b"", "an empty file, not an image"),
    "scan.png": (b"\n\n%PDF-1.7\n" + bytes(100), "a PDF, not an image"),
    "half.png": (None, "a PNG image that ends too early"),
    "start.png": (None, "a PNG image that ends too early"),
    "half.jpg": (None, "a JPEG image that ends too early"),
    "start.jpg": (None, "a JPEG image that ends too early"),
    "half.webp": (None, "a WebP image that ends too early"),
    "start.bmp": (None, "a BMP image that ends too early"),
    "phone.jpg": (
        b"\0\0\0\x18ftypheic" + bytes(99),
        "an image or a film of type 'heic', which this OpenCV does not read",
    ),
    "page.npy": (b"\x93NUMPY\1\0" + bytes(99), f"a NumPy array, {NOT_READ}"),
    "page.txt": (
        "Café 漢字, and more text".encode(),
        f"text that begins with 'Café 漢字, and more te', {NOT_READ}",
    ),
    "latin.txt": ("Café and more".encode("latin-1"), f"a file of unknown type, {NOT_READ}"),
    "noise.png": (bytes(range(256)), f"a file of unknown type, {NOT_READ}"),
}


@pytest.mark.parametrize("name", CONTENTS)
def test_a_file_that_is_no_image(name, capsys):
    content, what = CONTENTS[name]
    if content is None:
        picture = np.random.default_rng(2).integers(0, 255, (40, 40, 3), np.uint8)
        whole = cv2.imencode(Path(name).suffix, picture)[1].tobytes()
        content = whole[: 30 if name.startswith("start") else len(whole) // 2]
    Path(name).write_bytes(content)
    assert cli.main(["colors", name]) == 1
    assert capsys.readouterr().err.startswith(f"fastcv: {name}: {what}")
    with pytest.raises(ValueError, match=re.escape(what)):
        fastcv.extract_main_colors(name)
