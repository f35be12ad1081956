"""The kernels' variants, compared in C: see tests/c/check_variants.c."""

import shutil
import subprocess
from pathlib import Path

import pytest

import fastcv
from conftest import ROOT, linux

pytestmark = [linux, pytest.mark.rest, pytest.mark.timeout(400)]


def compare(target):
    """Return the names of the variants that gave the same."""
    done = subprocess.run(
        [ROOT / "tools/check_variants.sh", target], capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return [line.partition(":")[0] for line in done.stdout.splitlines()]


@pytest.mark.skipif(shutil.which("cc") is None, reason="needs a C compiler")
def test_every_variant_of_this_cpu_gives_the_same():
    own = [name for name in fastcv.build_info()["kernels"] if name != "opencv"]
    assert compare("native") == own


@pytest.mark.skipif(not Path("/usr/include/simde").is_dir(), reason="needs libsimde-dev")
def test_avx512_in_plain_c_gives_the_same():
    assert "avx512" in compare("avx512")


@pytest.mark.skipif(
    not (shutil.which("aarch64-linux-gnu-gcc") and shutil.which("qemu-aarch64")),
    reason="needs gcc-aarch64-linux-gnu and qemu-user",
)
def test_neon_gives_the_same():
    assert compare("aarch64") == ["neon", "c"]
