#!/bin/sh
# Usage: test_beside.sh PYTHON
# Installs the wheel of dist/ for this Python beside cv2 4 or 5, torch, onnxruntime and scikit-learn,
# and imports them in many orders: ten minutes.
set -eu
cd "$(dirname "$0")/.."
work=$PWD/build/wheel/beside
tag=$("$1" -c 'import sys; print("cp%d%d" % sys.version_info[:2])')
wheel=$(ls dist/fastcv_ocr-*-"$tag"-"$tag"-*"$(uname -m)".whl)
install() {
    "$work/bin/python" -m pip install -q --disable-pip-version-check "$@"
}
if [ ! -f "$work/.ready" ]; then
    rm -rf "$work"
    "$1" -m venv "$work"
    install torch onnxruntime scikit-learn
    touch "$work/.ready"
fi
for cv2 in 4.14.0.94 5.0.0.93; do
    install --force-reinstall --no-deps "$wheel" "opencv-python-headless==$cv2"
    "$work/bin/python" -m pip check
    echo "Beside cv2 $cv2:"
    "$work/bin/python" tests/wheel/beside.py
done
