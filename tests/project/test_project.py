"""The shape of the project: fences between rooms, what is exported, what the docs say."""

import doctest
import importlib
import inspect
import json
import os
import re
import subprocess
import sys
import sysconfig

import numpy as np
import pytest

import fastcv
from conftest import ROOT
from fastcv import _core
from source_benchmark import make_source_benchmark

LINUX = sys.platform == "linux"
SOURCES = sorted(
    [*ROOT.glob("src/**/*.[ch]"), *ROOT.glob("src/**/*.cpp"), *ROOT.glob("include/**/*.h")]
)
REACH = {  # layer: the layers whose headers it may include
    "binding": {"binding", "fastcv"},
    "core": {"core", "fastcv", "kernels", "opencv"},
    "kernels": {"kernels", "fastcv"},
    "opencv": {"opencv", "opencv2", "fastcv"},
    "fastcv": {"fastcv"},
}
ROOMS = {  # room: the other rooms whose headers it may include
    "core/build.c": {"opencv"},
    "core/crop": {"core/memory", "kernels/warp", "opencv"},
    "core/colors": {"core/memory", "kernels/runs"},
    "core/polygons": {"kernels/near"},
    "binding/run.c": {"binding/convert"},
    "binding/crop": {"binding/convert", "binding/memory"},
    **{f"binding/{room}": {"binding/convert"}
       for room in ("colors", "memory", "polygons", "settings", "sums")},
    "opencv/shim.cpp": {"opencv"},
}  # fmt: skip
"""A room is a folder of a layer: a subject, or a family of kernels. Rooms share the headers in
include/fastcv and those directly in a layer's folder, and otherwise do not see each other."""
OWNERS = {"Python.h": "binding", "numpy/": "binding", "omp.h": "core", "opencv2/": "opencv"}


def run(*command, cwd=ROOT):
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=100)


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT)))
def test_dependencies_point_one_way(path):
    room = path.relative_to(ROOT).parts[1]
    for include in re.findall(r'#include [<"](.+?)[>"]', path.read_text()):
        for owned, owner in OWNERS.items():
            assert not include.startswith(owned) or room == owner, f"{include} outside {owner}"
        if include.partition("/")[0] in REACH:
            assert include.partition("/")[0] in REACH[room], f"{room} must not see {include}"


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT)))
def test_rooms_do_not_see_each_other(path):
    room = "/".join(path.relative_to(ROOT).parts[1:3])
    allowed = {room, *ROOMS.get(room, set())}
    for include in re.findall(r'#include "(.+?)"', path.read_text()):
        layer, *folders, _ = include.split("/")
        is_shared = not folders and layer != "opencv"
        assert is_shared or {layer, "/".join([layer, *folders])} & allowed, (
            f"{room} must not see {include}"
        )


def test_only_the_shim_is_cplusplus():
    assert [p.name for p in SOURCES if p.suffix == ".cpp"] == ["shim.cpp"]


@pytest.mark.skipif(not LINUX, reason="reads ELF")
def test_only_the_module_init_is_exported():
    symbols = run("nm", "-D", "--defined-only", _core.__file__).stdout.split("\n")
    names = {line.split()[-1] for line in symbols if line}
    by_the_linker = {"_init", "_fini", "__bss_start", "_edata", "_end"}
    assert names - by_the_linker == {"PyInit__core"}


@pytest.mark.skipif(not LINUX, reason="reads ELF")
def test_only_the_small_parts_of_opencv_are_linked():
    needed = re.findall(r"NEEDED.*\[(libopencv_\w+)", run("readelf", "-d", _core.__file__).stdout)
    assert sorted(needed) == ["libopencv_core", "libopencv_imgproc"]


def test_the_stubs_are_true():
    config = ("--mypy-config-file", str(ROOT / "pyproject.toml"))
    done = run(sys.executable, "-m", "mypy.stubtest", *config, "fastcv", cwd=ROOT / "src")
    assert done.returncode == 0, done.stdout + done.stderr


def test_everything_public_is_documented_and_listed():
    public = {
        name
        for name, value in vars(fastcv).items()
        if not name.startswith("_") and not inspect.ismodule(value)
    }
    assert public | {"__version__"} == set(fastcv.__all__)
    for name in public:
        assert inspect.getdoc(getattr(fastcv, name)), name
    for name in public - {"MainColors"}:
        assert inspect.signature(getattr(fastcv, name)) is not None


def test_docstrings_run():
    for function in (getattr(fastcv, name) for name in fastcv.__all__):
        tests = doctest.DocTestFinder(recurse=False).find(
            function, getattr(function, "__name__", "value"), module=False, globs={"fastcv": fastcv}
        )
        for test in tests:
            assert doctest.DocTestRunner().run(test).failed == 0


def test_readme_example_runs(monkeypatch):
    monkeypatch.chdir(ROOT)
    code = re.search(r"```python\n(.+?)```", (ROOT / "README.md").read_text(), re.DOTALL).group(1)
    names = {}
    exec(code, names)
    assert len(names["crops"]) == len(names["boxes"]) >= 1000
    assert names["colors"].shape == (6, 3)


def test_links_in_the_docs_lead_somewhere():
    for page in [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("data/*.md")]:
        for target in re.findall(r"\]\(([^)#]+)\)", page.read_text()):
            assert target.startswith("http") or (page.parent / target).exists(), f"{page}: {target}"


def test_build_info():
    info = fastcv.build_info()
    assert info["version"] == fastcv.__version__
    assert info["kernel"] == info["kernels"][0]
    assert info["kernels"][-2:] == ("c", "opencv")
    assert info["opencv"].startswith("4.")
    assert info["opencv"].split(".")[:2] == info["opencv_built_with"].split(".")[:2]
    assert info["openmp"] >= 201511


@pytest.mark.skipif(sys.version_info < (3, 13), reason="Py_mod_gil came with 3.13")
def test_the_free_threaded_build_stays_free():
    if hasattr(sys, "_is_gil_enabled"):
        assert sys._is_gil_enabled() is not bool(sysconfig.get_config_var("Py_GIL_DISABLED"))


def test_a_second_import_is_the_same_module():
    assert importlib.import_module("fastcv._core") is _core


# ---- data ----


def test_the_shipped_data(page, page_boxes, logo):
    assert page.shape == (3508, 2480, 3)
    assert len(page_boxes) >= 1000
    sides = np.linalg.norm(page_boxes - np.roll(page_boxes, 1, axis=1), axis=2)
    assert sides.min() > 6
    assert logo.shape[2] == 4
    assert len(np.unique(logo[..., 3])) > 100
    files = [p for p in (ROOT / "data").iterdir() if p.is_file()]
    assert sum(p.stat().st_size for p in files) < 3 << 20


def test_the_sources_benchmark_data():
    image, boxes = make_source_benchmark()
    assert image.shape == (3508, 2480, 3)
    assert boxes.shape == (1528, 4, 2)
    edge = boxes[:, 1] - boxes[:, 0]
    np.testing.assert_allclose(np.hypot(*edge.T), 80, rtol=1e-4)
    np.testing.assert_allclose(np.hypot(*(boxes[:, 3] - boxes[:, 0]).T), 20, rtol=1e-4)
    angles = np.degrees(np.arctan2(edge[:, 1], edge[:, 0]))
    assert 2.5 < np.abs(angles).max() <= 3.001
    assert boxes.min() > 200
    np.testing.assert_array_equal(make_source_benchmark()[1], boxes)


# ---- benchmarks ----

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
    done = run(sys.executable, script, *options, "--json", str(result))
    assert done.returncode == 0, done.stdout + done.stderr
    tables = json.loads(result.read_text())["tables"]
    rows = [row for table in tables.values() for row in table]
    assert len(rows) >= 3
    assert all(row["same"] in (True, None) for row in rows)


def test_the_benchmark_of_scaling_runs_and_only_peers_differ(tmp_path):
    result = tmp_path / "result.json"
    done = run(sys.executable, "benchmarks/scaling.py", "--quick", "--json", str(result))
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
    done = run(sys.executable, f"benchmarks/{script}", *options, "--picture", str(picture))
    assert done.returncode == 0, done.stdout + done.stderr
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_the_benchmark_of_threads_runs(tmp_path):
    result = tmp_path / "result.json"
    done = run(sys.executable, "benchmarks/threads.py", "--repeat", "1", "--json", str(result))
    assert done.returncode == 0, done.stdout + done.stderr
    assert len(json.loads(result.read_text())["waiting"]) == 3


def test_the_benchmark_of_memory_runs(tmp_path):
    result = tmp_path / "result.json"
    short = ("--repeat", "1", "--rounds", "1", "--json", str(result))
    done = run(sys.executable, "benchmarks/memory.py", *short)
    assert done.returncode == 0, done.stdout + done.stderr
    assert len(json.loads(result.read_text())["rows"]) == 12


@pytest.mark.parametrize("name", ["image_crop", "extract_color", "cumulative_sum", "polygons"])
def test_benchmarks_run_under_a_line_profiler(name, tmp_path):
    done = run(
        *(sys.executable, "-m", "kernprof", "-l", "-v", "-o", str(tmp_path / "profile.lprof")),
        *COMMANDS[name],
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "% Time" in done.stdout


def test_the_demo_writes_its_pictures(tmp_path):
    done = run(sys.executable, "benchmarks/demo.py", "--out", str(tmp_path))
    assert done.returncode == 0, done.stdout + done.stderr
    assert {"crops.png", "colors_page.png", "colors_logo.png"} <= {
        p.name for p in tmp_path.iterdir()
    }


# ---- building ----

COUNT_A_CROP = """
import importlib.util, sys
import numpy as np
spec = importlib.util.spec_from_file_location("fastcv._core", sys.argv[1])
core = importlib.util.module_from_spec(spec)
spec.loader.exec_module(core)
core._set_kernel("c")
core.image_crop(np.zeros((90, 90), np.uint8), np.float32([[[-9, 9], [80, 9], [80, 40], [-9, 40]]]))
first, second = core._path_counts(), core._path_counts()
assert not any(second.values()), second
assert first.pop("ties") <= first["fixed_point"], first
assert (first.pop("parts"), first.pop("plain_parts")) == (1, 0), first
assert first.pop("pixels") == sum(first.values()) == 89 * 31, first
"""


def test_a_build_that_counts_paths(tmp_path):
    done = subprocess.run(
        [*(sys.executable, "setup.py", "-q", "build_ext"), "-b", tmp_path, "-t", tmp_path / "t"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=100,
        env={**os.environ, "FASTCV_COUNT_PATHS": "1"},
    )
    assert done.returncode == 0, done.stderr
    (core,) = (tmp_path / "fastcv").glob("_core*.so")
    done = run(sys.executable, "-c", COUNT_A_CROP, str(core))
    assert done.returncode == 0, done.stderr


def build_with(opencv_dir, build):
    return subprocess.run(
        [sys.executable, "setup.py", "-q", "build", "--build-base", str(build)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=100,
        env={**os.environ, "OPENCV_DIR": str(opencv_dir)},
    )


def test_a_missing_opencv_is_one_sentence(tmp_path):
    done = build_with(tmp_path, tmp_path / "build")
    assert done.returncode != 0
    assert f"OpenCV 4.x was not found in OPENCV_DIR={tmp_path}: install its" in done.stderr
    assert "Traceback" not in done.stderr


def test_opencv_5_is_refused_in_one_sentence(tmp_path):
    headers = tmp_path / "include/opencv4/opencv2"
    (headers / "core").mkdir(parents=True)
    (headers / "core/version.hpp").write_text("#define CV_VERSION_MAJOR    5\n")
    (headers / "imgproc.hpp").touch()
    done = build_with(tmp_path, tmp_path / "build")
    assert done.returncode != 0
    assert "found OpenCV 5 in" in done.stderr
    assert "Traceback" not in done.stderr
