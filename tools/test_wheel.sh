#!/bin/sh
# Usage: test_wheel.sh PYTHON
# Installs the wheel of dist/ for this Python in a bare place, and proves it there.
# The place is a Debian root without compiler, OpenCV and libgomp, made with mmdebstrap, if this is
# root and Debian's Python is the same version; otherwise an environment of its own on this machine.
# Beside an in-place build in .venv, over another OpenCV, the bytes of uint8 crops are compared too.
set -eu
cd "$(dirname "$0")/.."
python=$1
work=$PWD/build/wheel/test
version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
tag=cp$(echo "$version" | tr -d .)
wheel=$(ls dist/fastcv_ocr-*-"$tag"-"$tag"-*"$(uname -m)".whl 2>/dev/null | tail -n 1)
[ -n "$wheel" ] || { echo "fastcv: dist/ has no wheel for Python $version: make wheel" >&2 && exit 1; }
# Some 600 quick tests that need no checkout.
tests="tests/crop/test_crop_pixels.py tests/crop/test_conventions.py tests/colors/test_colors.py
    tests/decode tests/batches/test_inputs.py tests/input/test_pickling.py tests/sums"

case $version in # Debian's Pythons
3.11) suite=bookworm ;;
3.13) suite=trixie ;;
*) suite= ;;
esac
[ "$(id -u)" -eq 0 ] && command -v mmdebstrap chroot >/dev/null || suite=

rm -rf "$work"
mkdir -p "$work/wheels"
cp -r tests data README.md pyproject.toml "$work"
cp "$wheel" "$work/wheels"
"$python" -m pip download -q --disable-pip-version-check -d "$work/wheels" --only-binary :all: \
    "$wheel" "opencv-python-headless==4.14.0.94" tqdm pytest pytest-timeout pytest-xdist hypothesis

if [ -n "$suite" ]; then
    root=$PWD/build/$suite
    if [ ! -f "$root/.ready" ]; then
        echo "Making a bare Debian with Python $version"
        rm -rf "$root"
        mmdebstrap --quiet --variant=minbase --include=python3-venv "$suite" "$root" \
            http://deb.debian.org/debian
        touch "$root/.ready"
    fi
    rm -rf "$root/work"
    mv "$work" "$root/work"
    for foreign in cc gcc g++; do
        ! chroot "$root" sh -c "command -v $foreign" || exit 1
    done
    ! ls "$root"/usr/lib/*/libgomp* "$root"/usr/lib/*/libopencv* 2>/dev/null || exit 1
    mount --bind /proc "$root/proc"
    mount --bind /dev "$root/dev"
    trap 'umount "$root/proc" "$root/dev"' EXIT
    here() {
        chroot "$root" env -i PATH=/usr/bin:/bin sh -c "cd /work && $*"
    }
    base=python3
else
    echo "In an environment of its own on this machine, since no bare Debian has Python $version"
    here() {
        env -i PATH=/usr/bin:/bin sh -c "cd $work && $*"
    }
    base=$(command -v "$python")
fi

here "$base -m venv venv"
here "venv/bin/python -m pip install -q --no-index --find-links wheels fastcv-ocr"
here "venv/bin/python -m pip check"
here "venv/bin/python -m fastcv info"
here "venv/bin/python tests/wheel/first_steps.py"
here "venv/bin/python tests/wheel/digests.py" >build/wheel/digests.txt
here "venv/bin/python -m pip install -q --no-index --find-links wheels 'fastcv-ocr[io]' \
    opencv-python-headless==4.14.0.94 pytest pytest-timeout pytest-xdist hypothesis"
here "venv/bin/python -m pip check"
here "venv/bin/python tests/wheel/readme_example.py"
# shellcheck disable=SC2086 # a list
here "venv/bin/python -m pytest -p no:cacheprovider -n 2 -m 'not rest and not alone'" $tests

# An x86-64 without AVX and SSE4, and the oldest NumPy, which runs there; NumPy 2.4 does not.
if command -v qemu-x86_64 >/dev/null && [ "${version#3.}" -le 12 ] && [ "$(uname -m)" = x86_64 ]; then
    rm -rf build/wheel/old
    "$python" -m venv build/wheel/old
    build/wheel/old/bin/python -m pip install -q --disable-pip-version-check --force-reinstall \
        numpy==1.26.4 "$wheel"
    qemu-x86_64 -cpu qemu64 build/wheel/old/bin/python tests/wheel/digests.py |
        grep '^uint8' >build/wheel/digests_old.txt
    grep '^uint8' build/wheel/digests.txt | cmp - build/wheel/digests_old.txt
    echo "The crops of uint8 are the same on the first x86-64 CPUs, in qemu, with NumPy 1.26"
fi

if [ -x .venv/bin/python ]; then
    .venv/bin/python tests/wheel/digests.py >build/wheel/digests_here.txt
    grep '^uint8' build/wheel/digests.txt >build/wheel/digests_uint8.txt
    grep '^uint8' build/wheel/digests_here.txt | cmp - build/wheel/digests_uint8.txt
    echo "The crops of uint8 are byte-equal to those of the build in .venv"
fi
