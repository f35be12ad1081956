#!/bin/sh
# Usage: check_races.sh [CALLS [SEED]]
# Builds the core, OpenCV's shim and tests/c/races/*.c with ThreadSanitizer, and has several threads
# make so many calls each. Exits with 66 where there were reports, with 77 where the means are
# lacking: it installs nothing.
set -eu
cd "$(dirname "$0")/.."
. tools/compile.sh
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

flags="-O2 -g1 -Wall -Wextra -Werror -fopenmp -fsanitize=thread -fno-omit-frame-pointer
    -Iinclude -Isrc -Itests/c -isystem$opencv/include/opencv4"

build() {
    objects=
    for source in $(sources_in src/core src/kernels src/opencv) tests/c/races/*.c; do
        compile="$cc -std=c11 -D_DEFAULT_SOURCE"
        case $source in
        *.cpp) compile="$cxx -std=c++17" ;;
        esac
        object=$(object_of "$out" "$source")
        objects="$objects $object"
        # shellcheck disable=SC2046,SC2086 # flags are meant to be split
        start $compile $flags $(flags_of "$cc" "$source") -c "$source" -o "$object"
    done
    wait_for_all
    # shellcheck disable=SC2086
    $cxx -fsanitize=thread $objects "-L$opencv/lib" -lopencv_imgproc -lopencv_core -lpthread \
        -o "$out/check_races"
}

mkdir -p "$out"
if [ ! -f "$out/check_races" ] ||
    [ "$(find src include tests/c tools -newer "$out/check_races" -type f)" ]; then
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
