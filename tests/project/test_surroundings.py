"""Importing and calling fastcv in unusual surroundings: nothing on the screen, no surprise."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest

import fastcv
from conftest import linux

CUT = """
import numpy as np
import fastcv
page = np.zeros((50, 60, 3), np.uint8)
crops = fastcv.image_crop(page, [[[1, 1], [9, 1], [9, 9], [1, 9]]], convention="rapidocr")
print(crops[0].shape, fastcv.INPUTS["rapidocr"].height)
"""


def run(*options, code=CUT, **environment):
    return subprocess.run(
        [sys.executable, *options, "-c", code],
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, **environment},
    )


@pytest.mark.parametrize(
    ("options", "environment"),
    [
        (["-W", "error"], {}),
        (["-W", "error", "-b", "-b"], {"PYTHONDEVMODE": "1"}),
        ([], {"PYTHONOPTIMIZE": "2"}),
        (["-s", "-E"], {}),
        ([], {"HOME": "/nowhere", "TMPDIR": "/nowhere"}),
        ([], {"LC_ALL": "C", "PYTHONUTF8": "0"}),
    ],
)
def test_options_and_environments(options, environment):
    done = run(*options, **environment)
    assert (done.stdout, done.stderr) == ("(8, 8, 3) 48\n", "")


def test_no_home_and_no_names_at_all():
    done = subprocess.run(
        [sys.executable, "-c", CUT], capture_output=True, text=True, env={}, timeout=60
    )
    assert (done.stdout, done.stderr) == ("(8, 8, 3) 48\n", "")


def test_import_loads_little():
    """Python's part of the package, numpy.ma and cv2 wait until they are used."""
    loaded = "print(sorted(m for m in sys.modules if m.split('.')[0] in ('fastcv', 'cv2')))"
    done = run(code=f"import sys, fastcv; {loaded}; print('numpy.ma' in sys.modules)")
    lines = done.stdout.splitlines()
    assert lines == ["['fastcv', 'fastcv._core', 'fastcv._version']", "False"]


def test_importtime_lists_the_extension():
    done = run("-X", "importtime")
    assert "fastcv._core" in done.stderr
    assert "Traceback" not in done.stderr


@linux
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can put on another user")
def test_a_user_without_home_and_without_the_right_to_write(tmp_path):
    code = f"import os; os.chdir('/'); os.setuid(65534)\n{CUT}"
    done = run(code=code, HOME=str(tmp_path), PYTHONDONTWRITEBYTECODE="")
    if "Permission denied" in done.stderr or "ModuleNotFoundError" in done.stderr:
        pytest.skip("this user may not read the packages")
    assert done.stdout == "(8, 8, 3) 48\n"


def test_a_package_in_a_zip_file_says_what_is_missing(tmp_path):
    """Python loads no extension from there, NumPy's neither."""
    archive = tmp_path / "packages.zip"
    folder = Path(fastcv.__file__).parent
    with zipfile.ZipFile(archive, "w") as packed:
        for path in folder.glob("*.py"):
            packed.write(path, f"fastcv/{path.name}")
    done = run(code=f"import sys; sys.path.insert(0, {str(archive)!r}); import fastcv")
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("ImportError: fastcv's extension is not built")


SUB_INTERPRETER = """
import sys
import fastcv
try:
    import _interpreters as interpreters
except ImportError:
    import _xxsubinterpreters as interpreters
other = interpreters.create()
interpreters.run_string(other, '''
try:
    import fastcv
except ImportError as error:
    print(str(error).splitlines()[0])
''')
interpreters.destroy(other)
print(fastcv.image_crop(__import__("numpy").ones((5, 5), "u1"), [[0, 0, 4, 4]])[0].sum())
"""


def test_another_interpreter_is_refused_in_one_sentence():
    done = run(code=SUB_INTERPRETER)
    first, second = done.stdout.splitlines()
    assert first == "module fastcv._core does not support loading in subinterpreters"
    assert int(second) > 0


def test_the_same_pixels_with_optimisation():
    code = (
        "import numpy as np, fastcv; page = np.arange(2500, dtype=np.uint16).reshape(50, 50); "
        "print(fastcv.image_crop(page, [[3, 3, 40, 20]])[0].sum())"
    )
    page = np.arange(2500, dtype=np.uint16).reshape(50, 50)
    expected = fastcv.image_crop(page, [[3, 3, 40, 20]])[0].sum()
    assert int(run("-OO", code=code).stdout) == expected
