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
free=$("$python" -c 'import sysconfig; print("t" * bool(sysconfig.get_config_var("Py_GIL_DISABLED")))')
wheel=$(ls dist/fastcv_ocr-*-"$tag-$tag$free"-*"$(uname -m)".whl 2>/dev/null | tail -n 1)
[ -n "$wheel" ] || {
    echo "fastcv: dist/ has no wheel for Python $version$free: make wheel PYTHON=$python" >&2
    exit 1
}
bytes=$(stat -c %s "$wheel")
[ "$bytes" -le 1500000 ] || {
    echo "fastcv: $wheel has $bytes bytes, and 1500000 at most are meant" >&2
    exit 1
}
# Some 800 quick tests that need no checkout.
tests="tests/crop/test_crop_pixels.py tests/crop/test_conventions.py tests/colors/test_colors.py
    tests/decode tests/batches/test_inputs.py tests/input/test_pickling.py tests/sums
    tests/project/test_surroundings.py"
# OpenCV has no package for a Python without a GIL.
libraries=
[ -n "$free" ] ||
    libraries="opencv-python-headless==4.14.0.94 pytest pytest-timeout pytest-xdist hypothesis"

case $version$free in # Debian's Pythons
3.11) suite=bookworm ;;
3.13) suite=trixie ;;
*) suite= ;;
esac
command -v mmdebstrap >/dev/null && unshare --mount true 2>/dev/null || suite=

rm -rf "$work"
mkdir -p "$work/wheels"
cp -r tests data README.md pyproject.toml "$work"
cp "$wheel" "$work/wheels"
"$python" -m venv --clear build/wheel/pip # Debian's Python has a pip only there
# shellcheck disable=SC2086 # a list
build/wheel/pip/bin/python -m pip download -q --disable-pip-version-check -d "$work/wheels" --only-binary :all: \
    "$wheel" isal tqdm $libraries

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
    here() { # in namespaces of its own, so that no mount outlives it
        unshare --fork --pid --mount-proc --root "$root" --wd /work \
            env -i PATH=/usr/bin:/bin sh -c "$*"
    }
    base=python3
else
    echo "In an environment of its own on this machine"
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
if [ -z "$free" ]; then
    here "venv/bin/python -m pip install -q --no-index --find-links wheels 'fastcv-ocr[io]' $libraries"
    here "venv/bin/python -m pip check"
    here "venv/bin/python tests/wheel/readme_example.py"
    # shellcheck disable=SC2086 # a list
    here "venv/bin/python -m pytest -p no:cacheprovider -n 2 -m 'not rest and not alone'" $tests
elif [ -x .venv/bin/python ]; then
    PYTHONPATH=tests:tests/reliability .venv/bin/python -c 'import sys, races
races.write_expected(sys.argv[1])' "$work/expected.npz"
    here "venv/bin/python tests/reliability/free_threaded.py expected.npz 500"
fi

# An old x86-64 without AVX. NumPy 1.26 runs on the first ones, without SSE4; NumPy 2.4 does not.
if command -v qemu-x86_64 >/dev/null && [ "$(uname -m)" = x86_64 ]; then
    case $version in
    3.10 | 3.11 | 3.12) cpu=qemu64 numpy=numpy==1.26.4 ;;
    *) cpu=Nehalem numpy=numpy ;;
    esac
    rm -rf build/wheel/old
    "$python" -m venv build/wheel/old
    build/wheel/old/bin/python -m pip install -q --disable-pip-version-check --force-reinstall \
        "$numpy" "$wheel"
    # The environment may tell OpenBLAS this machine's CPU, which is not the emulated one.
    env -u OPENBLAS_CORETYPE -u OPENBLAS_L2_SIZE \
        qemu-x86_64 -cpu "$cpu" build/wheel/old/bin/python tests/wheel/digests.py |
        grep '^uint8' >build/wheel/digests_old.txt
    grep '^uint8' build/wheel/digests.txt | cmp - build/wheel/digests_old.txt
    echo "The crops of uint8 are the same on a $cpu in qemu, with $numpy"
fi

if [ -x .venv/bin/python ]; then
    .venv/bin/python tests/wheel/digests.py >build/wheel/digests_here.txt
    grep '^uint8' build/wheel/digests.txt >build/wheel/digests_uint8.txt
    grep '^uint8' build/wheel/digests_here.txt | cmp - build/wheel/digests_uint8.txt
    echo "The crops of uint8 are byte-equal to those of the build in .venv"
fi
