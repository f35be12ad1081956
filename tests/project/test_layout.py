"""Where things belong: files at the top level, outputs of tests, tests that run alone."""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import ALONE, ROOT

TOP_LEVEL = {
    ".ci", ".clang-format", ".editorconfig", ".github", ".gitignore", "CHANGELOG.md",
    "CONTRIBUTING.md", "LICENSE", "MANIFEST.in", "Makefile", "README.md", "RELEASING.md",
    "SECURITY.md", "benchmarks", "data", "docs", "include", "licenses", "pyproject.toml",
    "requirements.txt", "setup.py", "src", "tests", "tools", "tutorial.ipynb",
}  # fmt: skip


def git(*command, cwd):
    return subprocess.run(
        ["git", *command], cwd=cwd, capture_output=True, text=True, check=True
    ).stdout


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="reads git's index")
def test_the_top_level_holds_only_these():
    tracked = git("ls-files", "-z", cwd=ROOT).split("\0")
    assert {name.partition("/")[0] for name in tracked if name} <= TOP_LEVEL


@pytest.fixture
def checkout(tmp_path):
    """A project with the same guard, one file that git tracks, and one that it does not."""
    git("init", "-q", cwd=tmp_path)
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    (tmp_path / "conftest.py").write_text("from leftovers import *\n")
    (tmp_path / ".gitignore").write_text("__pycache__\n.pytest_cache\nignored\n")
    git("add", ".", cwd=tmp_path)
    (tmp_path / "notes").touch()
    return tmp_path


@pytest.mark.parametrize(
    ("written", "status", "options"),
    [
        ("folder/new.png", 1, []),
        pytest.param("folder/new.png", 1, ["-p", "xdist", "-n", "1"], marks=pytest.mark.rest),
        ("ignored", 0, []),
        ("notes", 0, []),
    ],
)
def test_a_run_fails_if_it_leaves_a_new_file(checkout, written, status, options):
    (checkout / "test_it.py").write_text(
        "from pathlib import Path\n"
        "def test_it():\n"
        f"    path = Path(__file__).parent / {written!r}\n"
        "    path.parent.mkdir(exist_ok=True)\n"
        "    path.write_text('written')\n"
    )
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options],
        cwd=checkout,
        capture_output=True,
        text=True,
        env={
            **os.environ,
            "PYTHONPATH": str(ROOT / "tests"),
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        },
    )
    assert done.returncode == status, done.stdout + done.stderr
    assert "1 passed" in done.stdout
    assert (f"    {written}\n" in done.stdout) == bool(status)


def test_each_test_has_a_folder_of_its_own(tmp_path):
    assert Path.cwd() == tmp_path


# A neighbour on the same CPU or in the same process changes what these find.
WEIGHING = re.compile(
    r"setitimer|send_signal|os\.kill|os\.fork|setrlimit|sched_setaffinity|perf_counter"
    r"|ru_maxrss|/statm|tracemalloc|getrefcount"
)


def test_tests_that_time_limit_or_weigh_the_process_are_marked_alone():
    unmarked = []
    for path in (ROOT / "tests").glob("*/test_*.py"):
        if path.name in ALONE or path == Path(__file__):
            continue
        text = path.read_text()
        if not WEIGHING.search(text):
            continue
        lines = text.splitlines()
        for test in ast.parse(text).body:
            if isinstance(test, ast.FunctionDef) and test.name.startswith("test_"):
                marks = " ".join(map(ast.unparse, test.decorator_list))
                body = "\n".join(lines[test.lineno - 1 : test.end_lineno])
                if WEIGHING.search(body) and not re.search(r"mark\.(alone|own_process)", marks):
                    unmarked.append(f"{path.name}: {test.name}")
    assert unmarked == [], "these need @pytest.mark.alone or own_process"
