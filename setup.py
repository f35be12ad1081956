"""Builds the extension. Everything else about the package is in pyproject.toml.

The environment decides:
OPENCV_DIR            where OpenCV 4.x lies (its include/opencv4 or include, and lib)
FASTCV_OPENCV=static  OpenCV is downloaded, built and linked in, as in the wheels
FASTCV_WERROR=1       warnings are errors
SANITIZE=1            address and undefined-behaviour sanitizers
COVERAGE=1            gcov counters
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from functools import cache
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

# A call works in the smallest stack that CPython allows a thread: 32 KiB.
WARNINGS = ["-Wall", "-Wextra", "-Wframe-larger-than=4096"]
# Those of src/flags.txt come with them. Where a function began decided up to a fifth of a loop's
# speed, so that code elsewhere could make it slower.
FLAGS = ["-O3", "-fvisibility=hidden", "-falign-functions=64"]


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


def from_pkg_config(package):
    """(include dirs, library dirs) as pkg-config knows them; empty where it does not."""
    try:
        run = subprocess.run(
            ["pkg-config", "--cflags-only-I", "--libs-only-L", package],
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
        for package in ("opencv4", "opencv5"):
            includes, libraries = from_pkg_config(package)
            for include in includes:
                yield include, libraries
    for prefix in prefixes:
        libraries = [] if prefix == Path("/usr") else [prefix / "lib", prefix / "lib64"]
        for folder in ("include/opencv4", "include/opencv5", "include"):
            yield prefix / folder, [folder for folder in libraries if folder.is_dir()]


def find_opencv():
    """The first place that has OpenCV 4, or else OpenCV 5, or the end of the build."""
    fives, found = [], []
    for include, libraries in opencv_places():
        version = include / "opencv2/core/version.hpp"
        if version.is_file() and (include / "opencv2/imgproc.hpp").is_file():
            major = re.search(r"CV_VERSION_MAJOR\s+(\d+)", version.read_text()).group(1)
            if major == "4":
                return include, libraries
            if major == "5":
                fives.append((include, libraries))
            found.append(f"OpenCV {major} in {include}")
    if fives:
        return fives[0]
    if found:
        fail(f"found {', '.join(found)}, but fastcv needs OpenCV 4 or 5: {INSTALL_OPENCV}")
    chosen = os.environ.get("OPENCV_DIR")
    where = f" in OPENCV_DIR={chosen}" if chosen else ""
    fail(f"OpenCV was not found{where}: {INSTALL_OPENCV}")


def build_opencv(compiler, compiler_cxx):
    """Build OpenCV's static libraries with these compilers, if they are not there yet."""
    version = subprocess.run(
        [*compiler, "-dumpfullversion"], capture_output=True, text=True, check=True
    )
    folder = ROOT / f"build/opencv-{target_of(compiler)}-{version.stdout.strip()}"
    commands = {"CC": shlex.join(compiler), "CXX": shlex.join(compiler_cxx)}
    done = subprocess.run(
        ["sh", ROOT / "tools/static_opencv.sh", folder],
        env={**os.environ, **commands, "PYTHON": sys.executable},
    )
    if done.returncode:
        sys.exit(done.returncode)
    return folder


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


def opencv_flags(folders):
    """(link flags, further libraries) for OpenCV's libraries in these folders."""
    flags = [f"-L{folder}" for folder in folders]
    static = [folder for folder in folders if (folder / "libopencv_core.a").is_file()]
    if static and not any((folder / "libopencv_core.so").exists() for folder in folders):
        zlib = [f"-L{place}" for folder in static for place in folder.glob("opencv*/3rdparty")]
        return [*flags, *zlib, "-Wl,--gc-sections"], ["zlib", "dl", "pthread"]
    if os.environ.get("OPENCV_DIR"):  # where the loader would not look by itself
        flags += [f"-Wl,-rpath,{folder}" for folder in folders]
    return flags, []


def complete(extension, compiler):
    """Add what depends on the machine: where NumPy and OpenCV are, and the flags of OpenMP."""
    try:
        import numpy as np
    except ImportError:
        fail("NumPy is needed to build: pip install -r requirements.txt")
    if os.environ.get("FASTCV_OPENCV") == "static":
        os.environ["OPENCV_DIR"] = str(build_opencv(compiler.compiler, compiler.compiler_cxx))
    include, folders = find_opencv()
    link_opencv, libraries = opencv_flags(folders)
    compile_openmp, link_openmp = openmp_flags()
    compile_flags = [*WARNINGS, *FLAGS, *compile_openmp, f"-isystem{include}"]
    link_flags = [*link_openmp, *link_opencv]
    if not MACOS:
        link_flags.append("-Wl,--exclude-libs,ALL")
    if os.environ.get("FASTCV_WERROR") == "1":
        compile_flags.append("-Werror")
    if os.environ.get("FASTCV_COUNT_PATHS") == "1":
        compile_flags.append("-DFASTCV_COUNT_PATHS")
    if os.environ.get("SANITIZE") == "1":
        sanitizers = ["-fsanitize=address,undefined", "-fno-omit-frame-pointer", "-g"]
        compile_flags += [*sanitizers, "-Wno-frame-larger-than"]
        link_flags += sanitizers
    if os.environ.get("COVERAGE") == "1":
        compile_flags += ["--coverage", "-O0"]
        link_flags.append("--coverage")
    extension.libraries += libraries
    extension.include_dirs.append(np.get_include())
    extension.extra_compile_args += compile_flags
    extension.extra_link_args += link_flags


@cache
def changed_at(path):
    """When a file was last written, in ns."""
    return os.stat(path).st_mtime_ns


def is_current(obj, stamp, command):
    """Whether this command made the object from its source and headers as they are now."""
    try:
        rule = Path(f"{obj}.d").read_text().replace("\\\n", " ")
        needed = shlex.split(rule.partition(": ")[2])
        return (
            Path(obj).is_file()
            and stamp.read_text() == command
            and max(map(changed_at, needed)) < stamp.stat().st_mtime_ns
        )
    except OSError:
        return False


class BuildExt(build_ext):
    """Compiles what changed, on all CPUs, and says in one sentence what is missing."""

    def finalize_options(self):
        """An editable install keeps its objects for the next build."""
        super().finalize_options()
        if self.editable_mode:
            tag = f"{self.plat_name}-{sys.implementation.cache_tag}"
            self.build_temp = os.path.join("build", f"temp.{tag}")

    def build_extensions(self):
        """Look at the machine, then compile."""
        compilers = {self.compiler.compiler[0], self.compiler.compiler_cxx[0]}
        if missing := [name for name in sorted(compilers) if shutil.which(name) is None]:
            fail(f"{' and '.join(missing)} not found; {INSTALL_COMPILER}")
        if not any((Path(folder) / "Python.h").is_file() for folder in self.compiler.include_dirs):
            fail(f"Python.h was not found; {INSTALL_COMPILER}")
        for extension in self.extensions:
            complete(extension, self.compiler)
        self.teach_compiler()
        self.force = True  # setuptools looks at sources only; is_current also at flags and headers
        super().build_extensions()
        self.force = False

    def teach_compiler(self):
        """Give each language its -std, keep what is current, and compile in parallel."""
        compiler, target = self.compiler, target_of(self.compiler.compiler)
        compile_one, compile_all = compiler._compile, compiler.compile
        jobs, compiled = [], []

        def compile_changed(obj, src, ext, cc_args, extra_postargs, pp_opts):
            standard = "-std=c++17" if src.endswith(".cpp") else "-std=c11"
            flags = [standard, *extra_postargs, *flags_of(src, target), "-MD", "-MF", f"{obj}.d"]
            command = repr([compiler.compiler_so, compiler.compiler_so_cxx, cc_args, flags])
            stamp, start = Path(f"{obj}.command"), time.time_ns()
            if not compiler.force and is_current(obj, stamp, command):
                return
            stamp.unlink(missing_ok=True)
            compile_one(obj, src, ext, cc_args, flags, pp_opts)
            stamp.write_text(command)
            os.utime(stamp, ns=(start, start))  # what is edited while it compiles counts as newer
            compiled.append(src)
            if len(compiled) % 25 == 0:
                print(f"compiled {len(compiled)} of {len(jobs)} files", flush=True)

        def compile_in_parallel(*args, **options):
            jobs.clear()
            compiled.clear()
            with ThreadPoolExecutor(self.parallel or os.cpu_count()) as pool:
                compiler._compile = lambda *each: jobs.append(pool.submit(compile_changed, *each))
                objects = compile_all(*args, **options)
            for job in jobs:
                job.result()  # raises what went wrong
            return objects

        compiler.compile = compile_in_parallel


def files(pattern):
    """The files below the project's folder that match, as setuptools wants them."""
    return sorted(str(path.relative_to(ROOT)) for path in ROOT.glob(pattern))


setup(
    ext_modules=[
        Extension(
            "fastcv._core",
            sources=files("src/**/*.c") + files("src/**/*.cpp"),
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
