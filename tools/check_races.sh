#!/bin/sh
# Usage: check_races.sh [CALLS [SEED]]
# Builds the core, OpenCV's shim and tests/c/races/*.c with ThreadSanitizer, and has several threads
# make so many calls each. Exits with 66 where there were reports, with 77 where the means are
# lacking: it installs nothing.
set -eu
cd "$(dirname "$0")/.."
out=build/check/races
cc=${CC:-gcc}
cxx=${CXX:-g++}
opencv=${OPENCV_DIR:-/usr}

lack() {
    echo "fastcv: the check for data races needs $1; please install it." >&2
    exit 77
}

# tests/c/races/openmp.c stands in for libgomp, so regions must be compiled for that.
$cc --version 2>/dev/null | grep -q "Free Software Foundation" || lack "gcc"
echo "int main(void) { return 0; }" | $cc -fsanitize=thread -x c - -o /dev/null 2>/dev/null ||
    lack "ThreadSanitizer, which Debian calls libtsan2"
[ -f "$opencv/include/opencv4/opencv2/imgproc.hpp" ] ||
    lack "what Debian calls libopencv-imgproc-dev, there or in OPENCV_DIR"

# setup.py's, but for the sanitizer and less optimisation.
flags="-O2 -g1 -Wall -Wextra -Werror -ffp-contract=off -fno-math-errno -fno-trapping-math -fopenmp
    -fsanitize=thread -fno-omit-frame-pointer -Iinclude -Isrc -Itests/c -isystem$opencv/include/opencv4"
avx2="-mavx2 -mfma"
avx512="-mavx512f -mavx512bw -mavx512vl -mavx512dq -mavx512vbmi -mprefer-vector-width=512"

build() {
    machine=$($cc -dumpmachine)
    objects=
    compilations=
    for source in src/core/*.c src/kernels/*.c src/opencv/*.cpp tests/c/races/*.c; do
        compile="$cc -std=c11 -D_DEFAULT_SOURCE"
        case $machine:$source in
        *.cpp) compile="$cxx -std=c++17" ;;
        x86_64*avx2.c) compile="$compile $avx2" ;;
        x86_64*/avx512.c) compile="$compile $avx2 $avx512" ;;
        esac
        object=$out/$(basename "${source%.*}").o
        # shellcheck disable=SC2086 # flags are meant to be split
        $compile $flags -c "$source" -o "$object" &
        compilations="$compilations $!"
        objects="$objects $object"
    done
    for compilation in $compilations; do
        wait "$compilation"
    done
    # shellcheck disable=SC2086
    $cxx -fsanitize=thread $objects "-L$opencv/lib" -lopencv_imgproc -lopencv_core -lpthread \
        -o "$out/check_races"
}

mkdir -p "$out"
if [ ! -f "$out/check_races" ] ||
    [ "$(find src include tests/c tools/check_races.sh -newer "$out/check_races" -type f)" ]; then
    rm -f "$out/check_races"
    build
fi

# ThreadSanitizer's memory has fixed places, which addresses drawn at random may have taken.
run=
if setarch -R true 2>/dev/null; then
    run="setarch -R"
fi
# shellcheck disable=SC2086
TSAN_OPTIONS="exitcode=66 die_after_fork=0 ${TSAN_OPTIONS:-}" exec $run "$out/check_races" "$@"
