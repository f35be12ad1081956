"""What the package exports, links and says about itself."""

import importlib
import importlib.metadata
import inspect
import pickle
import pydoc
import re
import sys
import sysconfig

import pytest

import fastcv
from conftest import ROOT, linux, run_in_checkout
from fastcv import _core

TUPLES = [name for name in fastcv.__all__ if hasattr(getattr(fastcv, name), "_fields")]


@linux
def test_only_the_module_init_is_exported():
    symbols = run_in_checkout("nm", "-D", "--defined-only", _core.__file__).stdout.split("\n")
    names = {line.split()[-1] for line in symbols if line}
    by_the_linker = {"_init", "_fini", "__bss_start", "_edata", "_end"}
    assert names - by_the_linker == {"PyInit__core"}


@linux
def test_only_the_small_parts_of_opencv_are_linked():
    needed = re.findall(
        r"NEEDED.*\[(libopencv_\w+)", run_in_checkout("readelf", "-d", _core.__file__).stdout
    )
    assert sorted(needed) == ["libopencv_core", "libopencv_imgproc"]


@pytest.mark.rest
def test_the_stubs_are_true(tmp_path):
    # The metaclass that shortens the help of named tuples cannot be written in their statement.
    metaclass_differs = tmp_path / "allowed"
    metaclass_differs.write_text("\n".join(rf"fastcv\.\w+\.{name}" for name in TUPLES))
    config = ("--mypy-config-file", str(ROOT / "pyproject.toml"))
    options = (*config, "--allowlist", str(metaclass_differs))
    done = run_in_checkout(
        sys.executable, "-m", "mypy.stubtest", *options, "fastcv", cwd=ROOT / "src"
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_everything_public_is_documented_and_listed():
    public = {
        name
        for name in dir(fastcv)
        if not name.startswith("_") and not inspect.ismodule(getattr(fastcv, name))
    }
    assert public | {"__version__"} == set(fastcv.__all__)
    functions = {name for name in public if callable(getattr(fastcv, name))}
    for name in functions:
        assert inspect.getdoc(getattr(fastcv, name)), name
    for name in functions - {"MainColors"}:
        assert inspect.signature(getattr(fastcv, name)) is not None


def test_help_of_the_package_names_every_function():
    functions = {name for name in fastcv.__all__ if name.islower() and not name.startswith("_")}
    assert [name for name in functions if not re.search(rf"\b{name}\b", fastcv.__doc__)] == []


@pytest.mark.parametrize("name", TUPLES)
def test_help_of_a_named_tuple_describes_its_fields_and_nothing_of_tuple(name):
    kind = getattr(fastcv, name)
    text = pydoc.plain(pydoc.render_doc(kind))
    assert "count(self" not in text
    assert "ForwardRef" not in text
    for field in kind._fields:
        assert f"  {field} : " in text
    values = kind(*range(len(kind._fields)))
    assert pickle.loads(pickle.dumps(values)) == values == kind._make(values)
    assert values._asdict() == dict(zip(kind._fields, values, strict=True))


def test_the_version_is_the_same_everywhere():
    """The distribution has a name of its own: fastcv is another project's on PyPI."""
    assert importlib.metadata.version("fastcv-ocr") == fastcv.__version__
    assert f"\n## {fastcv.__version__}" in (ROOT / "CHANGELOG.md").read_text()


def test_nothing_tells_to_install_another_project():
    command = re.compile(r"pip3? install ['\"]?fastcv\b(?!-ocr)")
    for folder in ("src", "docs", "benchmarks", "tools", "data"):
        for path in (ROOT / folder).rglob("*"):
            if path.suffix in (".py", ".md", ".sh", ".c"):
                assert not command.search(path.read_text()), path
    for path in [*ROOT.glob("*.md"), *ROOT.glob("*.toml"), *ROOT.glob("*.py")]:
        assert not command.search(path.read_text()), path


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
