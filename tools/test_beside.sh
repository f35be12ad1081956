#!/bin/sh
# Usage: test_beside.sh PYTHON
# Installs the wheel of dist/ for this Python beside cv2 4 or 5, torch, onnxruntime and scikit-learn
# (1 GB, downloaded), and imports them in many orders: ten minutes.
set -eu
cd "$(dirname "$0")/.."
work=$PWD/build/wheel/beside
tag=$("$1" -c 'import sys; print("cp%d%d" % sys.version_info[:2])')
wheel=$(ls dist/fastcv_ocr-*-"$tag"-"$tag"-*"$(uname -m)".whl)
for cv2 in 4.14.0.94 5.0.0.93; do
    rm -rf "$work"
    "$1" -m venv "$work"
    "$work/bin/python" -m pip install -q --disable-pip-version-check "$wheel" torch onnxruntime \
        scikit-learn "opencv-python-headless==$cv2"
    "$work/bin/python" -m pip check
    echo "Beside cv2 $cv2:"
    "$work/bin/python" tests/wheel/beside.py
done
