"""The benchmarks and the demo run, agree with what they compare, and draw."""

import json
import sys
from importlib.util import find_spec

import pytest

from conftest import run_in_checkout

pytestmark = [pytest.mark.rest, pytest.mark.timeout(300)]
COMMANDS = {
    "image_crop": ["benchmarks/image_crop.py", "--repeat", "1"],
    "image_crop source": ["benchmarks/image_crop.py", "--repeat", "1", "--data", "source"],
    "batches": ["benchmarks/batches.py", "--repeat", "1", "--first-rounds", "1"],
    "ctc": ["benchmarks/ctc.py", "--repeat", "1"],
    "detector_input": ["benchmarks/detector_input.py", "--repeat", "1"],
    "detector_boxes": ["benchmarks/detector_boxes.py", "--repeat", "1"],
    "craft_boxes": ["benchmarks/craft_boxes.py", "--repeat", "1"],
    "extract_color": ["benchmarks/extract_color.py", "--repeat", "1", "--image", "data/logo.png"],
    "extract_color made": [
        "benchmarks/extract_color.py", "--repeat", "1", "--made", "--skip-naive"
    ],
    "box_colors": ["benchmarks/box_colors.py", "--repeat", "1"],
    "kernels": ["benchmarks/kernels.py", "--quick"],
    "speed": ["benchmarks/speed.py", "--repeat", "1"],
    "cumulative_sum": ["benchmarks/cumulative_sum.py", "--repeat", "1", "--count", "100000"],
    "polygons": ["benchmarks/polygons.py", "--repeat", "1", "--data", "article"],
}  # fmt: skip
DRAWN = {
    "image_crop", "batches", "craft_boxes", "ctc", "detector_boxes", "detector_input",
    "box_colors", "extract_color", "kernels", "speed", "cumulative_sum", "polygons",
}  # fmt: skip
if find_spec("matplotlib") is None:
    DRAWN = set()


def read_rows(path):
    content = json.loads(path.read_text())
    return [row for table in content["tables"].values() for row in table], content


def check_picture(path):
    assert path.read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("name", COMMANDS)
def test_benchmarks_write_json_and_draw_pictures(name, tmp_path):
    result, picture = tmp_path / "result.json", tmp_path / "picture.png"
    outputs = ["--json", result, *(["--picture", picture] if name in DRAWN else [])]
    done = run_in_checkout(sys.executable, *COMMANDS[name], *outputs)
    assert done.returncode == 0, done.stdout + done.stderr
    rows, _ = read_rows(result)
    assert len(rows) >= 3
    assert all(row["same"] in (True, None) for row in rows)
    if name in DRAWN:
        check_picture(picture)


def test_the_benchmark_of_scaling_runs_and_only_peers_differ(tmp_path):
    result, picture = tmp_path / "result.json", tmp_path / "picture.png"
    outputs = ["--json", result, *(["--picture", picture] if DRAWN else [])]
    done = run_in_checkout(sys.executable, "benchmarks/scaling.py", "--quick", *outputs)
    assert done.returncode == 0, done.stdout + done.stderr
    rows, content = read_rows(result)
    assert len(content["tables"]) == 8
    for row in rows:
        peer = row["name"].partition(",")[0]
        assert row["same"] in (True, None) or peer in content["differences"]
    if DRAWN:
        check_picture(picture)


@pytest.mark.parametrize(
    "options", [["kernels.py", "--cases", "mirrored"], ["scaling.py", "--sweeps", "angle", "kind"]]
)
def test_a_benchmark_of_some_cases(options, tmp_path):
    script, *options = options
    result = tmp_path / "result.json"
    outputs = ["--quick", "--json", result]
    done = run_in_checkout(sys.executable, f"benchmarks/{script}", *options, *outputs)
    assert done.returncode == 0, done.stdout + done.stderr
    assert read_rows(result)[0]


def test_the_benchmark_of_threads_runs(tmp_path):
    result = tmp_path / "result.json"
    done = run_in_checkout(
        sys.executable, "benchmarks/threads.py", "--repeat", "1", "--json", str(result)
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert len(json.loads(result.read_text())["waiting"]) == 3


def test_the_benchmark_of_words_colors_runs():
    done = run_in_checkout(sys.executable, "benchmarks/text_colors.py", "--words", "104")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("fastcv.text_colors") == 3


def test_the_benchmark_of_memory_runs(tmp_path):
    result = tmp_path / "result.json"
    short = ("--repeat", "1", "--rounds", "1", "--json", str(result))
    done = run_in_checkout(sys.executable, "benchmarks/memory.py", *short)
    assert done.returncode == 0, done.stdout + done.stderr
    assert len(json.loads(result.read_text())["rows"]) == 12


@pytest.mark.parametrize("name", ["image_crop", "extract_color", "cumulative_sum", "polygons"])
def test_benchmarks_run_under_a_line_profiler(name, tmp_path):
    done = run_in_checkout(
        *(sys.executable, "-m", "kernprof", "-l", "-v", "-o", str(tmp_path / "profile.lprof")),
        *COMMANDS[name],
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "% Time" in done.stdout


def test_the_demo_writes_its_pictures(tmp_path):
    done = run_in_checkout(sys.executable, "benchmarks/demo.py", "--out", str(tmp_path))
    assert done.returncode == 0, done.stdout + done.stderr
    assert {path.name for path in tmp_path.iterdir()} == {
        "batches.png", "colors_logo.png", "colors_page.png", "colors_words.png", "crops.png",
        "overview.jpg", "page_boxes.jpg",
    }  # fmt: skip
