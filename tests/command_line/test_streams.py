"""Standard descriptors that are closed or full."""

import json

import pytest

from conftest import linux
from shell import LOGO, run_in_shell

CLOSED = ["0<&-", "2>&-", "0<&- 2>&-"]
CLOSED_OUTPUT = ["1>&-", "0<&- 1>&-", "1>&- 2>&-", "0<&- 1>&- 2>&-"]
LOST = "fastcv: standard output: closed, so the results are lost\n"
PRINTING = [["colors", LOGO, "-n", "1"], ["colors", LOGO, "--json"], ["info"], ["--version"],
            ["--help"], ["crop", "--help"]]  # fmt: skip


@pytest.mark.parametrize("closed", CLOSED)
def test_a_picture_is_read_with_closed_descriptors(closed):
    done = run_in_shell(closed, "colors", LOGO, "-n", "1", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)[0]["width"] == 1254


@pytest.mark.rest
@pytest.mark.parametrize(
    ("closed", "arguments"),
    [
        *((CLOSED_OUTPUT[0], arguments) for arguments in PRINTING),
        *((closed, ["colors", LOGO]) for closed in CLOSED_OUTPUT[1:]),
    ],
)
def test_what_a_closed_output_loses_is_a_failure(closed, arguments):
    done = run_in_shell(closed, *arguments)
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr == ("" if "2>&-" in closed else LOST)


@pytest.mark.rest
@pytest.mark.parametrize("closed", CLOSED_OUTPUT)
def test_crops_are_written_without_an_output(tmp_path, closed):
    (tmp_path / "boxes.json").write_text("[[[0, 0], [9, 0], [9, 9], [0, 9]]]")
    boxes, out = str(tmp_path / "boxes.json"), str(tmp_path / "out")
    done = run_in_shell(closed, "crop", LOGO, "--boxes", boxes, "--out", out)
    assert done.returncode == 1
    assert (tmp_path / "out/logo_0000.png").stat().st_size > 0


@pytest.mark.rest
@pytest.mark.parametrize("closed", CLOSED + CLOSED_OUTPUT)
def test_wrong_usage_with_closed_descriptors(closed):
    done = run_in_shell(closed, "colors", "--nonsense")
    assert done.returncode == 2
    assert done.stdout == ""


@pytest.mark.rest
@linux
@pytest.mark.parametrize(
    ("arguments", "unbuffered"),
    [
        *((arguments, "") for arguments in PRINTING),
        *((arguments, "1") for arguments in (["info"], ["--help"])),
    ],
)
def test_a_full_output_is_a_failure(monkeypatch, arguments, unbuffered):
    if unbuffered:
        monkeypatch.setenv("PYTHONUNBUFFERED", unbuffered)
    done = run_in_shell(">/dev/full", *arguments)
    assert done.returncode == 1
    assert done.stderr == "fastcv: standard output: No space left on device\n"


@linux
def test_a_full_error_stops_no_other_file():
    done = run_in_shell("2>/dev/full", "colors", "nothere.png", LOGO, "-n", "1")
    assert done.returncode == 1
    assert "#182C54" in done.stdout
