#!/bin/sh
# Cross-compiles a wheel for aarch64 and Debian 12's Python 3.11 on x86-64, and tries it in qemu:
# import, the kernels, and crops against this machine's digests.
set -eu
cd "$(dirname "$0")/.."
work=$PWD/build/wheel/test-aarch64
FASTCV_AARCH64_ROOT=$PWD/build/bookworm-arm64
export FASTCV_AARCH64_ROOT

for needed in mmdebstrap qemu-aarch64 python3.11; do
    command -v $needed >/dev/null || { echo "fastcv: this needs $needed." >&2 && exit 1; }
done
if [ ! -f "$FASTCV_AARCH64_ROOT/.ready" ]; then
    echo "Unpacking Debian 12's Python for aarch64"
    rm -rf "$FASTCV_AARCH64_ROOT"
    mmdebstrap --quiet --architectures=arm64 --variant=extract \
        --include=python3,libpython3-dev,libstdc++6 bookworm "$FASTCV_AARCH64_ROOT" \
        http://deb.debian.org/debian
    touch "$FASTCV_AARCH64_ROOT/.ready"
fi
tools/wheel.sh python3.11

rm -rf "$work"
mkdir -p "$work"
python3.11 -m pip install -q --disable-pip-version-check --only-binary :all: --target "$work" \
    --implementation cp --python-version 3.11 --platform manylinux_2_28_aarch64 \
    --platform manylinux_2_27_aarch64 --platform manylinux2014_aarch64 \
    dist/fastcv_ocr-*-cp311-cp311-*aarch64.whl
run() {
    QEMU_LD_PREFIX=$FASTCV_AARCH64_ROOT PYTHONPATH=$work PYTHONHOME=$FASTCV_AARCH64_ROOT/usr \
        OPENBLAS_NUM_THREADS=1 qemu-aarch64 "$FASTCV_AARCH64_ROOT/usr/bin/python3.11" "$@"
}
run -m fastcv info
run tests/wheel/digests.py >build/wheel/digests_aarch64.txt
if [ -x .venv/bin/python ]; then
    .venv/bin/python tests/wheel/digests.py | grep '^uint8' >build/wheel/digests_uint8.txt
    grep '^uint8' build/wheel/digests_aarch64.txt | cmp - build/wheel/digests_uint8.txt
    echo "The crops of uint8 are byte-equal to those of this machine"
fi
