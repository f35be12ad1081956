#!/bin/sh
# Usage: setup.sh PYTHON VENV
# Installs what fastcv needs to build: compilers, headers and OpenCV with apt, if it may; then
# requirements.txt in a virtual environment. If it cannot, one sentence says what is missing.
set -eu
python=$1
venv=$2

fail() {
    echo "fastcv: $*" >&2
    exit 1
}

has_python_header() {
    "$python" -c 'import os, sys, sysconfig
sys.exit(not os.path.exists(os.path.join(sysconfig.get_path("include"), "Python.h")))'
}

has_opencv() {
    [ -n "${OPENCV_DIR:-}" ] ||
        [ -f /usr/include/opencv4/opencv2/imgproc.hpp ] ||
        [ -f /usr/local/include/opencv4/opencv2/imgproc.hpp ] ||
        pkg-config --exists opencv4 2>/dev/null
}

missing_packages() {
    command -v gcc >/dev/null || printf ' gcc'
    command -v g++ >/dev/null || printf ' g++'
    "$python" -c 'import venv, ensurepip' 2>/dev/null || printf ' python3-venv'
    has_python_header || printf ' python3-dev'
    has_opencv || printf ' libopencv-core-dev libopencv-imgproc-dev'
}

[ -x "$venv/bin/python" ] || echo "The first time takes about a minute on 2 CPUs, half of that where compilers and OpenCV's headers are."
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 10))' 2>/dev/null ||
    fail "Python 3.10 or later is needed, and '$python' is not: try make PYTHON=python3.12 …"

packages=$(missing_packages)
# shellcheck disable=SC2086 # the list must be split
[ -z "$packages" ] || "$(dirname "$0")/install_packages.sh" $packages
packages=$(missing_packages)
[ -z "$packages" ] || fail "'$python' still lacks$packages; install the packages that belong to that Python"

if [ ! -x "$venv/bin/python" ]; then
    echo "Making $venv"
    "$python" -m venv "$venv"
fi
install() {
    "$venv/bin/python" -m pip install -q --disable-pip-version-check "$@"
}
echo "Installing NumPy and OpenCV for Python in $venv"
grep -v '^-e' requirements.txt | install -r /dev/stdin
echo "Compiling fastcv, on all CPUs"
"$venv/bin/python" setup.py -q build_ext --inplace
echo "Installing fastcv in $venv"
# Without build isolation, nothing is compiled again.
install --no-build-isolation -r requirements.txt
