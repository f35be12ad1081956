"""The kernels' variants, compared in C: see tests/c/check_variants.c."""

import shutil
import subprocess

import pytest

import fastcv
from conftest import ROOT, linux


@linux
@pytest.mark.skipif(shutil.which("cc") is None, reason="needs a C compiler")
@pytest.mark.rest
def test_every_variant_of_this_cpu_gives_the_same():
    done = subprocess.run(
        [ROOT / "tools/check_variants.sh", "native"], capture_output=True, text=True, timeout=100
    )
    assert done.returncode == 0, done.stdout + done.stderr
    names = [line.partition(":")[0] for line in done.stdout.splitlines()]
    assert names == [name for name in fastcv.build_info()["kernels"] if name != "opencv"]
