"""Each proof of tests/reliability/, at short length. `make soak` runs the full length."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import ROOT, linux

pytestmark = [pytest.mark.rest, pytest.mark.alone]
PROOFS = sorted((ROOT / "tests/reliability").glob("*.py"))
PROOFS = [path.stem for path in PROOFS if path.stem not in {"proof", "free_threaded"}]
SKIPPED = 77


@linux
@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", PROOFS)
def test_promise(name):
    done = subprocess.run(
        [sys.executable, f"tests/reliability/{name}.py", "--json"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    if done.returncode == SKIPPED:
        pytest.skip(done.stderr.strip())
    assert done.returncode == 0, done.stdout + done.stderr
    result = json.loads(done.stdout.splitlines()[-1])
    assert result["figure"]
    assert f"| {result['promise']} | `tests/reliability/{name}.py` | {result['goal']} |" in (
        Path(ROOT, "docs/reliability.md").read_text()
    )


def test_every_proof_is_listed():
    listed = subprocess.run(
        [sys.executable, "benchmarks/reliability.py", "--help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    ).stdout
    assert all(name in listed.replace(",", " ").split() for name in PROOFS)
