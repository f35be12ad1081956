"""Environment variables with which OpenCV or fastcv cannot start."""

import os
import subprocess
import sys

import cv2
import numpy as np
import pytest

from conftest import LINUX
from fastcv import opencv
from shell import LOGO, run

BAD = ["", "abc", "-1", "+1", " 5", "5 ", "1.5", "1e9", "0x10", "1k", "1GB", "mb", "1mB", "١",
       str(1 << 64), "9" * 30]  # fmt: skip
GOOD = ["100000000", "0099999999", "100000KB", "100000Kb", "100000kb", "100MB", "100Mb", "100mb",
        str((1 << 64) - 1)]  # fmt: skip


def with_setting(name, value):
    return {**os.environ, name: value}


@pytest.mark.rest
@pytest.mark.parametrize("value", BAD)
def test_a_bad_size_is_a_sentence(value):
    done = run("colors", LOGO, env=with_setting("OPENCV_IO_MAX_IMAGE_PIXELS", value))
    assert done.returncode == 2
    assert done.stderr == (
        f"fastcv: the environment variable OPENCV_IO_MAX_IMAGE_PIXELS is {value!r}: "
        "it must be a whole number, such as 1000000, 1000KB or 1MB\n"
    )


@pytest.mark.rest
@pytest.mark.parametrize(
    ("command", "name"),
    [
        *((["info"], name) for name in opencv.SIZES),
        (["crop", LOGO, "--out", "x"], "OPENCV_IO_MAX_IMAGE_PIXELS"),
        (["bench"], "OPENCV_IO_MAX_IMAGE_WIDTH"),
    ],
)
def test_every_command_checks_every_size(command, name):
    done = run(*command, env=with_setting(name, ""))
    assert done.returncode == 2
    assert done.stderr.startswith(f"fastcv: the environment variable {name} is ''")


def test_max_pixels_replaces_a_bad_size():
    setting = with_setting("OPENCV_IO_MAX_IMAGE_PIXELS", "abc")
    assert run("colors", LOGO, "--max-pixels", "9999999", env=setting).returncode == 0


@pytest.mark.rest
@pytest.mark.parametrize("value", GOOD)
def test_what_opencv_accepts_is_accepted(value):
    done = run("colors", LOGO, env=with_setting("OPENCV_IO_MAX_IMAGE_PIXELS", value))
    assert (done.returncode, done.stderr) == (0, "")


READ = """
import sys, fastcv
try:
    fastcv.extract_main_colors(sys.argv[1])
except ValueError as error:
    print(error)
"""


@pytest.mark.parametrize("name", opencv.SIZES)
def test_reading_a_path_does_not_abort(name):
    done = subprocess.run(
        [sys.executable, "-c", READ, LOGO],
        capture_output=True, text=True, timeout=60, env=with_setting(name, "many"),
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    text = f"extract_main_colors: the environment variable {name} is 'many': it must be a whole"
    assert done.stdout.startswith(text)
    assert LOGO in done.stdout


def test_a_size_that_changes_after_the_import_does_no_harm(tmp_path, monkeypatch):
    monkeypatch.setenv("OPENCV_IO_MAX_IMAGE_PIXELS", "many")
    assert opencv.load_cv2() is cv2
    assert cv2.imencode(".png", np.zeros((9, 9), np.uint8))[0]


# ---- FASTCV_KERNEL ----


@pytest.mark.parametrize(
    ("start", "arguments"),
    [
        *(("-m fastcv", arguments) for arguments in (["--version"], ["colors", LOGO], [])),
        *((start, ["info"]) for start in ("-mfastcv", "script")),
    ],
)
def test_a_bad_kernel_is_a_sentence(tmp_path, start, arguments):
    script = tmp_path / "fastcv"
    script.write_text("import sys\nfrom fastcv.cli import main\nsys.exit(main())\n")
    command = {"-m fastcv": ["-m", "fastcv"], "-mfastcv": ["-X", "utf8", "-mfastcv"],
               "script": [str(script)]}[start]  # fmt: skip
    done = subprocess.run(
        [sys.executable, *command, *arguments],
        capture_output=True, text=True, timeout=60, env=with_setting("FASTCV_KERNEL", "fast"),
    )  # fmt: skip
    assert done.returncode == 2
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert line.startswith("fastcv: FASTCV_KERNEL must be one of (")
    assert line.endswith("on this CPU, got 'fast'")


@pytest.mark.parametrize("start", ["-c", "-m", "script"])
def test_a_bad_kernel_is_an_import_error_elsewhere(tmp_path, start):
    code = "try:\n    import fastcv\nexcept ImportError as error:\n    print(error.args[0])\n"
    (tmp_path / "other.py").write_text(code)
    command = {"-c": ["-c", code], "-m": ["-m", "other"], "script": ["other.py"]}[start]
    done = subprocess.run(
        [sys.executable, *command, "fastcv"],
        capture_output=True, text=True, timeout=60, cwd=tmp_path,
        env=with_setting("FASTCV_KERNEL", "fast"),
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("FASTCV_KERNEL must be one of (")


@pytest.mark.skipif(not LINUX, reason="a console script named fastcv")
def test_the_console_script_says_it_too():
    script = os.path.join(os.path.dirname(sys.executable), "fastcv")
    if not os.path.exists(script):
        pytest.skip("fastcv is not installed")
    done = subprocess.run(
        [script, "info"],
        capture_output=True, text=True, timeout=60, env=with_setting("FASTCV_KERNEL", "fast"),
    )  # fmt: skip
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
