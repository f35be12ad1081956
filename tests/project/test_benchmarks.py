"""The benchmarks and the demo run, agree with what they compare, and draw."""

import json
import sys

import pytest

from conftest import run_in_checkout

pytestmark = pytest.mark.rest
COMMANDS = {
    "image_crop": ["benchmarks/image_crop.py", "--repeat", "1"],
    "image_crop source": ["benchmarks/image_crop.py", "--repeat", "1", "--data", "source"],
    "extract_color": ["benchmarks/extract_color.py", "--repeat", "1", "--image", "data/logo.png"],
    "extract_color made": [
        "benchmarks/extract_color.py",
        "--repeat",
        "1",
        "--made",
        "--skip-naive",
    ],
    "kernels": ["benchmarks/kernels.py", "--quick"],
    "cumulative_sum": ["benchmarks/cumulative_sum.py", "--repeat", "1", "--count", "100000"],
    "polygons": ["benchmarks/polygons.py", "--repeat", "1", "--data", "article"],
}


@pytest.mark.parametrize("name", COMMANDS)
def test_benchmarks_run_and_write_json(name, tmp_path):
    script, *options = COMMANDS[name]
    result = tmp_path / "result.json"
    done = run_in_checkout(sys.executable, script, *options, "--json", str(result))
    assert done.returncode == 0, done.stdout + done.stderr
    tables = json.loads(result.read_text())["tables"]
    rows = [row for table in tables.values() for row in table]
    assert len(rows) >= 3
    assert all(row["same"] in (True, None) for row in rows)


def test_the_benchmark_of_scaling_runs_and_only_peers_differ(tmp_path):
    result = tmp_path / "result.json"
    done = run_in_checkout(
        sys.executable, "benchmarks/scaling.py", "--quick", "--json", str(result)
    )
    assert done.returncode == 0, done.stdout + done.stderr
    content = json.loads(result.read_text())
    assert len(content["tables"]) == 8
    for row in [row for table in content["tables"].values() for row in table]:
        assert (
            row["same"] in (True, None) or row["name"].partition(",")[0] in content["differences"]
        )


@pytest.mark.parametrize(
    "options",
    [
        ["kernels.py", "--cases", "mirrored", "--quick"],
        ["scaling.py", "--sweeps", "angle", "kind", "--quick"],
        ["cumulative_sum.py", "--repeat", "1", "--count", "1000"],
        ["polygons.py", "--repeat", "1", "--data", "article"],
        ["extract_color.py", "--repeat", "1", "--image", "data/logo.png"],
        ["image_crop.py", "--repeat", "1"],
    ],
)
def test_benchmarks_draw_pictures(options, tmp_path):
    pytest.importorskip("matplotlib")
    script, *options = options
    picture = tmp_path / "picture.png"
    done = run_in_checkout(
        sys.executable, f"benchmarks/{script}", *options, "--picture", str(picture)
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_the_benchmark_of_threads_runs(tmp_path):
    result = tmp_path / "result.json"
    done = run_in_checkout(
        sys.executable, "benchmarks/threads.py", "--repeat", "1", "--json", str(result)
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert len(json.loads(result.read_text())["waiting"]) == 3


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
    assert {"crops.png", "colors_page.png", "colors_logo.png"} <= {
        p.name for p in tmp_path.iterdir()
    }
