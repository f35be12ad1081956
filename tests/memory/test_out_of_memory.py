"""Memory is refused for a moment. tests/reliability/allocations.py proves it for every call."""

import shutil

import cv2
import numpy as np
import pytest

import fastcv
from conftest import BOX, ROOT, linux, run_python


class Refusing:
    """Every question is answered with MemoryError."""

    def __len__(self):
        raise MemoryError

    def __getitem__(self, index):
        raise MemoryError

    @property
    def __array__(self):
        raise MemoryError


def test_a_border_value_without_memory(image):
    with pytest.raises(MemoryError):
        fastcv.image_crop(image, [BOX], border_value=Refusing())


def test_polygons_without_memory():
    with pytest.raises(MemoryError):
        fastcv.match_polygons(Refusing(), np.zeros((1, 2)), 1)


def test_a_decoder_without_memory(monkeypatch):
    error = cv2.error("no memory")
    error.code, error.err = cv2.Error.StsNoMem, "no memory"

    def refuse(*unused):
        raise error

    monkeypatch.setattr(cv2, "imdecode", refuse)
    with pytest.raises(MemoryError):
        fastcv.extract_main_colors(ROOT / "README.md")


@linux
@pytest.mark.skipif(shutil.which("cc") is None, reason="needs a C compiler")
@pytest.mark.rest
@pytest.mark.parametrize("name", ["main_colors, bytes", "image_crop, uint16"])
def test_every_allocation(name, tmp_path):
    """Colours were lost when only one hash was refused; OpenCV's refusal was a RuntimeError."""
    out = run_python(
        f"""
        import sys
        sys.path.insert(0, {str(ROOT / "tests/reliability")!r})
        import os, pathlib, subprocess, allocations
        code = (
            "import allocations as a; malloc = a.Malloc();"
            "call = next(c for c in a.all_calls() if c.name == {name!r} and not c.is_cold);"
            "sweep = a.Sweep(malloc, malloc, call, 'one', lambda place: None);"
            "sweep.run(100); print(sweep.faults)"
        )
        variables = allocations.environment(pathlib.Path({str(tmp_path)!r}))
        subprocess.run([sys.executable, "-c", code], env=variables, check=True)
        """
    )
    assert out == "[]"
