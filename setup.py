"""Builds the extension; everything else about the package stands in pyproject.toml.

The environment decides:
OPENCV_DIR       where OpenCV 4.x lies (its include/opencv4 or include, and lib)
FASTCV_WERROR=1  warnings are errors
SANITIZE=1       address and undefined-behaviour sanitizers
COVERAGE=1       gcov counters
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext

ROOT = Path(__file__).resolve().parent
MACOS = sys.platform == "darwin"
VERSION_FILE = "src/fastcv/_version.py"

INSTALL_OPENCV = (
    "install its headers (Debian, Ubuntu: apt install libopencv-core-dev libopencv-imgproc-dev; "
    "Fedora: dnf install opencv-devel; macOS: brew install opencv@4), or set OPENCV_DIR"
)
INSTALL_COMPILER = (
    "fastcv is written in C and needs a C and a C++ compiler: install one "
    "(Debian, Ubuntu: apt install gcc g++ python3-dev; Fedora: dnf install gcc gcc-c++ "
    "python3-devel; macOS: xcode-select --install)"
)

WARNINGS = ["-Wall", "-Wextra"]
FLAGS = ["-O3", "-fvisibility=hidden"]  # those of src/flags.txt come with them


def fail(sentence):
    """End the build with one sentence instead of a traceback."""
    sys.exit(f"fastcv: {sentence}.")


def target_of(compiler):
    """The architecture that a compiler compiles for: `x86_64`, whatever machine it runs on."""
    done = subprocess.run([*compiler, "-dumpmachine"], capture_output=True, text=True, check=True)
    return done.stdout.partition("-")[0]


def flags_of(source, target):
    """What src/flags.txt says of a source and a target."""
    flags = []
    for line in (ROOT / "src/flags.txt").read_text().splitlines():
        stem, where, *more = line.partition("#")[0].split() or ("", "")
        if stem in ("*", Path(source).stem) and where in ("*", target):
            flags += more
    return flags


def read_version():
    """The version, from the one file that holds it."""
    text = (ROOT / VERSION_FILE).read_text()
    return re.search(r'__version__ = "(.+)"', text).group(1)


def from_pkg_config():
    """(include dirs, library dirs) as pkg-config knows them; empty where it does not."""
    try:
        run = subprocess.run(
            ["pkg-config", "--cflags-only-I", "--libs-only-L", "opencv4"],
            capture_output=True,
            text=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return [], []
    flags = shlex.split(run.stdout)
    return (
        [Path(flag[2:]) for flag in flags if flag.startswith("-I")],
        [Path(flag[2:]) for flag in flags if flag.startswith("-L")],
    )


def opencv_places():
    """Yield (include dir, library dirs), the user's own choice first."""
    prefixes = [
        Path(p) for p in ("/usr", "/usr/local", "/opt/homebrew/opt/opencv@4", "/opt/homebrew")
    ]
    chosen = os.environ.get("OPENCV_DIR")
    if chosen:
        prefixes = [Path(chosen)]
    else:
        includes, libraries = from_pkg_config()
        for include in includes:
            yield include, libraries
    for prefix in prefixes:
        libraries = [] if prefix == Path("/usr") else [prefix / "lib", prefix / "lib64"]
        for include in (prefix / "include/opencv4", prefix / "include"):
            yield include, [folder for folder in libraries if folder.is_dir()]


def find_opencv():
    """The first place that has OpenCV 4.x, or the end of the build."""
    found = []
    for include, libraries in opencv_places():
        version = include / "opencv2/core/version.hpp"
        if version.is_file() and (include / "opencv2/imgproc.hpp").is_file():
            major = re.search(r"CV_VERSION_MAJOR\s+(\d+)", version.read_text()).group(1)
            if major == "4":
                return include, libraries
            found.append(f"OpenCV {major} in {include}")
    if found:
        fail(f"found {', '.join(found)}, but the crops are defined by OpenCV 4.x: {INSTALL_OPENCV}")
    chosen = os.environ.get("OPENCV_DIR")
    where = f" in OPENCV_DIR={chosen}" if chosen else ""
    fail(f"OpenCV 4.x was not found{where}: {INSTALL_OPENCV}")


def openmp_flags():
    """(compile flags, link flags) for OpenMP."""
    if not MACOS:
        return ["-fopenmp"], ["-fopenmp"]
    libomp = next(
        (p for p in map(Path, ("/opt/homebrew/opt/libomp", "/usr/local/opt/libomp")) if p.is_dir()),
        None,
    )
    if libomp is None:
        fail("libomp was not found: brew install libomp")
    return ["-Xpreprocessor", "-fopenmp", f"-I{libomp}/include"], [f"-L{libomp}/lib", "-lomp"]


def complete(extension):
    """Add what depends on the machine: where NumPy and OpenCV are, and how OpenMP is asked for."""
    try:
        import numpy as np
    except ImportError:
        fail("NumPy is needed to build: pip install -r requirements.txt")
    include, libraries = find_opencv()
    compile_openmp, link_openmp = openmp_flags()
    compile_flags = [*WARNINGS, *FLAGS, *compile_openmp, f"-isystem{include}"]
    link_flags = [*link_openmp, *(f"-L{folder}" for folder in libraries)]
    if os.environ.get("OPENCV_DIR"):  # where the loader would not look by itself
        link_flags += [f"-Wl,-rpath,{folder}" for folder in libraries]
    if not MACOS:
        link_flags.append("-Wl,--exclude-libs,ALL")
    if os.environ.get("FASTCV_WERROR") == "1":
        compile_flags.append("-Werror")
    if os.environ.get("FASTCV_COUNT_PATHS") == "1":
        compile_flags.append("-DFASTCV_COUNT_PATHS")
    if os.environ.get("SANITIZE") == "1":
        sanitizers = ["-fsanitize=address,undefined", "-fno-omit-frame-pointer", "-g"]
        compile_flags += sanitizers
        link_flags += sanitizers
    if os.environ.get("COVERAGE") == "1":
        compile_flags += ["--coverage", "-O0"]
        link_flags.append("--coverage")
    extension.include_dirs.append(np.get_include())
    extension.extra_compile_args += compile_flags
    extension.extra_link_args += link_flags


class BuildExt(build_ext):
    """Gives each language its own -std and says in one sentence what is missing."""

    def build_extensions(self):
        """Look at the machine, then compile."""
        compilers = {self.compiler.compiler[0], self.compiler.compiler_cxx[0]}
        if missing := [name for name in sorted(compilers) if shutil.which(name) is None]:
            fail(f"{' and '.join(missing)} not found; {INSTALL_COMPILER}")
        if not any((Path(folder) / "Python.h").is_file() for folder in self.compiler.include_dirs):
            fail(f"Python.h was not found; {INSTALL_COMPILER}")
        for extension in self.extensions:
            complete(extension)

        compile_one = self.compiler._compile
        target = target_of(self.compiler.compiler)

        def compile_with_standard(obj, src, ext, cc_args, extra_postargs, pp_opts):
            standard = "-std=c++17" if src.endswith(".cpp") else "-std=c11"
            flags = [standard, *extra_postargs, *flags_of(src, target)]
            return compile_one(obj, src, ext, cc_args, flags, pp_opts)

        self.compiler._compile = compile_with_standard
        super().build_extensions()


def files(pattern):
    """The files below the project's folder that match, as setuptools wants them."""
    return sorted(str(path.relative_to(ROOT)) for path in ROOT.glob(pattern))


setup(
    ext_modules=[
        Extension(
            "fastcv._core",
            sources=files("src/**/*.c") + files("src/**/*.cpp"),
            depends=files("src/**/*.h")
            + files("include/fastcv/*.h")
            + ["setup.py", "src/flags.txt", VERSION_FILE],
            include_dirs=["include", "src"],
            define_macros=[
                ("FASTCV_VERSION", f'"{read_version()}"'),
                ("FASTCV_COMPILER", "__VERSION__"),
            ],
            libraries=["opencv_imgproc", "opencv_core"],
            language="c++",
        )
    ],
    cmdclass={"build_ext": BuildExt},
)
