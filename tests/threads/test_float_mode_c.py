"""The floating-point mode of loops and their results, in C: see tests/c/threads/."""

import shutil
import subprocess

import pytest

from conftest import ROOT, linux

pytestmark = [linux, pytest.mark.rest, pytest.mark.timeout(300)]

TOOLS = {"native": ["gcc"], "aarch64": ["aarch64-linux-gnu-gcc", "qemu-aarch64"]}


@pytest.mark.parametrize("target", TOOLS)
def test_no_mode_of_the_caller_changes_a_result(target):
    if missing := [tool for tool in TOOLS[target] if not shutil.which(tool)]:
        pytest.skip(f"needs {' and '.join(missing)}")
    done = subprocess.run(
        [ROOT / "tools/check_float_mode.sh", target], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout == "8 modes, 0 wrong\n"
